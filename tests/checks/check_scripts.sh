#!/usr/bin/env bash
# Every script parses, is executable where people call it, and opens with what it is.
#
#   check_scripts.sh SOURCE_DIR [...]
set -euo pipefail
cd "$1"
failures=0
count=0
python=()
fail() { printf '%s\n' "$*"; failures=$((failures + 1)); }

while IFS= read -r -d '' file; do
  count=$((count + 1))
  case $(head -n 1 "$file") in
    '#!'*bash) bash -n "$file" || fail "$file: does not parse" ;;
    '#!'*python3) python+=("$file") ;;
    '#!'*sh) sh -n "$file" || fail "$file: does not parse" ;;
    *)
      case $file in
        *.py) python+=("$file") ;;
        *.sh) fail "$file: no #! line" ;;
        *) count=$((count - 1)) ;;
      esac
      ;;
  esac
done < <(find .ci bench tests tools -type f \( -name '*.sh' -o -name '*.py' -o ! -name '*.*' \) \
  ! -path '*/corpus/*' ! -path '*/golden/*' ! -path '*/data/*' ! -path '*/.venv/*' -print0)

# All of Python at once: starting it takes longer than parsing.
python3 - "${python[@]}" <<'END' || fail "Python does not parse"
import ast, sys
wrong = 0
for name in sys.argv[1:]:
    try:
        ast.parse(open(name, encoding="utf-8").read(), name)
    except SyntaxError as error:
        print(f"{name}: does not parse: {error}")
        wrong = 1
sys.exit(wrong)
END

for file in tools/setup tools/demo tools/test .ci/run; do
  [[ -x $file ]] || fail "$file: not executable"
done
printf '%d scripts, %d failures\n' "$count" "$failures"
[[ $failures -eq 0 ]]
