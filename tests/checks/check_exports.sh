#!/usr/bin/env bash
# Both libraries show the functions of khop.h, all of them and nothing else, and know nothing of jemalloc.
#
#   check_exports.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
header=$1/engine/include/khop.h
shared=$2/engine/libkhop.so
static=$2/engine/libkhop.a
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A declaration starts with KHOP_API and may go on over several lines.
tr '\n' ' ' <"$header" | grep -oP 'KHOP_API\s[^;(]*?\bkhop_\w+(?=\s*\()' | grep -oP 'khop_\w+$' | sort -u >"$work/header"
nm -D --defined-only --format=posix "$shared" | cut -d' ' -f1 | sort -u >"$work/shared"
nm --extern-only --defined-only --format=posix "$static" | awk 'NF > 1 { print $1 }' | sort -u >"$work/static"

failures=0
fail() { printf '%s\n' "$*"; failures=$((failures + 1)); }
[[ -s $work/header ]] || fail "$header: no KHOP_API function found"
for library in shared static; do
  while read -r name; do fail "$library library: $name is declared in khop.h but not exported"; done \
    < <(comm -23 "$work/header" "$work/$library")
  while read -r name; do fail "$library library: $name is exported but not in khop.h"; done \
    < <(comm -13 "$work/header" "$work/$library")
done
if readelf -d "$shared" | grep -q 'NEEDED.*jemalloc'; then fail "libkhop.so needs jemalloc"; fi
if nm -D --undefined-only "$shared" | grep -wE '(je_)?(mallctl|mallocx|sdallocx|rallocx)'; then fail "libkhop.so calls jemalloc"; fi
if nm --undefined-only "$static" | grep -wE '(je_)?(mallctl|mallocx|sdallocx|rallocx)'; then fail "libkhop.a calls jemalloc"; fi

printf '%d functions in khop.h, %d failures\n' "$(wc -l <"$work/header")" "$failures"
[[ $failures -eq 0 ]]
