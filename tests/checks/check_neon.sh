#!/bin/sh
# The NEON kernels under emulation: they must return what scalar returns there, and scalar must
# return there what it returns on this machine. Exit 77 (skipped) without the cross tools.
set -eu
cd "$(dirname "$0")/../.."

cross=${AARCH64_CC:-aarch64-linux-gnu-gcc}
emulator=${AARCH64_EMULATOR:-qemu-aarch64}
for tool in "$cross" "$emulator"; do
  command -v "$tool" >/dev/null || { echo "SKIP: $tool is not installed"; exit 77; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# xxhash.h is not the cross compiler's; being a header alone, this machine's serves as well.
mkdir "$work/include"
header=$(echo '#include <xxhash.h>' | cc -E - | sed -n 's/^# 1 "\(.*xxhash\.h\)".*/\1/p' | head -n 1)
cp "$(dirname "$header")"/xxh*.h "$work/include/"

flags="-std=c17 -O2 -D_GNU_SOURCE -DKHOP_VERSION=\"check\" -ffp-contract=off -fno-strict-aliasing -Wall -Wextra -Werror -Wshadow
  -Wcast-qual -Wconversion -Wno-sign-conversion -Wdouble-promotion -Iengine -Iengine/include -I$work/include"
sources="tests/checks/kernel_levels.c engine/compare/kernels.c engine/compare/kernel_scalar.c
  engine/base/cpu.c engine/base/status.c"
# shellcheck disable=SC2086
"$cross" $flags -static $sources engine/compare/kernel_neon.c -o "$work/arm64"
"$emulator" "$work/arm64" >"$work/arm64.sum"

if [ "$(uname -m)" = x86_64 ]; then
  for level in avx2:v3 avx512:v4; do
    # shellcheck disable=SC2086
    cc $flags -march=x86-64-"${level#*:}" -c "engine/compare/kernel_${level%:*}.c" -o "$work/${level%:*}.o"
  done
  # shellcheck disable=SC2086
  cc $flags $sources "$work"/avx*.o -o "$work/native"
  if grep -q avx2 /proc/cpuinfo; then
    "$work/native" >"$work/native.sum"
    cmp "$work/arm64.sum" "$work/native.sum"
  fi
fi
echo "NEON equals scalar: $(cat "$work/arm64.sum")"
