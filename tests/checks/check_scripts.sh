#!/usr/bin/env bash
# Every script parses, is executable where people call it, and opens with what it is.
#
#   check_scripts.sh SOURCE_DIR [...]
set -euo pipefail
cd "$1"
failures=0
count=0
fail() { printf '%s\n' "$*"; failures=$((failures + 1)); }

while IFS= read -r -d '' file; do
  count=$((count + 1))
  case $(head -n 1 "$file") in
    '#!'*bash) bash -n "$file" || fail "$file: does not parse" ;;
    '#!'*python3) python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$file" ||
      fail "$file: does not parse" ;;
    '#!'*sh) sh -n "$file" || fail "$file: does not parse" ;;
    *)
      case $file in
        *.py) python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read(), sys.argv[1])' "$file" ||
          fail "$file: does not parse" ;;
        *.sh) fail "$file: no #! line" ;;
        *) count=$((count - 1)) ;;
      esac
      ;;
  esac
done < <(find .ci bench tests tools -type f \( -name '*.sh' -o -name '*.py' -o ! -name '*.*' \) \
  ! -path '*/corpus/*' ! -path '*/golden/*' ! -path '*/data/*' ! -path '*/.venv/*' -print0)

for file in tools/setup tools/demo tools/test .ci/run; do
  [[ -x $file ]] || fail "$file: not executable"
done
printf '%d scripts, %d failures\n' "$count" "$failures"
[[ $failures -eq 0 ]]
