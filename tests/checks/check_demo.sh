#!/usr/bin/env bash
# tools/demo does what README says, twice in a row, on a small register.
#
#   check_demo.sh SOURCE_DIR [...]
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf '%s\n' "$*"; cat "$work/log"; exit 1; }

for run in first second; do
  KHOP_DEMO_DIR=$work/demo "$1/tools/demo" 2000 >"$work/log" 2>&1 </dev/null || fail "tools/demo, $run run: status $?"
  for file in register/civil-birth.csv register/truth.csv out/pairs.csv out/clusters.csv out/summary.json; do
    [[ -s $work/demo/$file ]] || fail "tools/demo, $run run: no $file"
    grep -qF "$file" "$work/log" || fail "tools/demo, $run run: does not say where $file is"
  done
  (cd "$work/demo/out" && sha256sum clusters.csv pairs.csv) >"$work/$run"
done
cmp "$work/first" "$work/second" || fail "two runs, two results"
printf 'two runs, same clusters\n'
