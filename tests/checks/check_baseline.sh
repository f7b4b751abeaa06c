#!/usr/bin/env bash
# The library starts on an x86-64-v2 machine: outside the files named after an instruction set there is no
# instruction of a later one, and the command finds the same on an emulated Nehalem as here.
#
#   check_baseline.sh SOURCE_DIR BUILD_DIR      KHOP is the command
set -euo pipefail
[[ $(uname -m) == x86_64 ]] || { printf 'skipped: not x86_64\n'; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; exit 1; }

# AVX and later registers and VEX mnemonics, BMI, FMA, LZCNT, MOVBE. (tzcnt is what `rep bsf` looks like.)
later='%[yz]mm|%k[0-7]\b|\sv[a-z]+[0-9a-z]*\s+[^<]*%xmm|\s(andn|bextr|blsi|blsmsk|blsr|bzhi|lzcnt|movbe|mulx|pdep|pext|rorx|sarx|shlx|shrx)[lqw]?\s'
count=0
while IFS= read -r -d '' object; do
  count=$((count + 1))
  objdump -d --no-show-raw-insn "$object" >"$work/code"
  if grep -m 3 -E "$later" "$work/code"; then fail "$object: holds instructions that x86-64-v2 lacks"; fi
done < <(find "$2/engine" "$2/tools" -name '*.c.o' ! -name '*_avx2.c.o' ! -name '*_avx512.c.o' -print0)
[[ $count -gt 0 ]] || fail "$2: no object files"
printf '%d objects are x86-64-v2\n' "$count"

command -v qemu-x86_64 >/dev/null || { printf 'emulation skipped: no qemu-x86_64\n'; exit 0; }
# The files whose bytes are promised; the store, the report and the summary hold times and sizes.
for place in here there; do
  launcher=
  [[ $place == here ]] || launcher="qemu-x86_64 -cpu Nehalem"
  { $launcher "$KHOP" gen civil-birth -n 300 --seed 1 -o "$work/$place" &&
    $launcher "$KHOP" dedupe "$work/$place/civil-birth.csv" --schema civil-birth --no-store --write ids -o "$work/$place/out" &&
    rm "$work/$place/out/summary.json"; } >"$work/log" 2>&1 || { cat "$work/log"; fail "khop $place: fails"; }
done
diff -r "$work/here" "$work/there" || fail "other bytes on Nehalem"
printf 'gen and dedupe: same bytes on Nehalem\n'
