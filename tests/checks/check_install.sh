#!/usr/bin/env bash
# An installed khop is whole and can be used: the files are where they belong, and two small programs find
# the library, one through pkg-config and one through find_package, and link it both ways.
#
#   check_install.sh SOURCE_DIR BUILD_DIR
set -euo pipefail
build=$2
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
fail() { printf '%s\n' "$*"; exit 1; }

cmake --install "$build" --prefix "$prefix" >"$work/log" || { cat "$work/log"; fail "cmake --install failed"; }
for file in bin/khop lib/libkhop.a lib/libkhop.so include/khop.h lib/pkgconfig/khop.pc lib/cmake/khop/khopConfig.cmake \
  lib/cmake/khop/khopConfigVersion.cmake share/man/man1/khop.1 share/doc/khop/LICENSE; do
  [[ -s $prefix/$file ]] || fail "$file is not installed"
done
[[ $(ls "$prefix/include") == khop.h ]] || fail "include/ holds more than khop.h: $(ls "$prefix/include" | xargs)"
if grep -rlF "$build" "$prefix/lib/pkgconfig" "$prefix/lib/cmake"; then fail "an installed file names the build folder"; fi

cat >"$work/main.c" <<'C'
#include <khop.h>
#include <stdio.h>
int main(void) { return puts(khop_version()) < 0; }
C
if command -v clang >/dev/null; then
  clang -x c++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only "$prefix/include/khop.h" || fail "khop.h is no C++"
fi
"$cc" -x c -std=c99 -pedantic -Wall -Wextra -Werror -fsyntax-only "$prefix/include/khop.h" || fail "khop.h is no C99"

version=$(sed -n 's/^Version: //p' "$prefix/lib/pkgconfig/khop.pc")
run() { # NAME PROGRAM: prints the version that pkg-config promises
  local got
  got=$(LD_LIBRARY_PATH=$prefix/lib "$2") || fail "$1: does not run"
  [[ $got == "$version" ]] || fail "$1: says $got, khop.pc says $version"
  printf '%s: %s\n' "$1" "$got"
}

export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
"$cc" "$work/main.c" -o "$work/by_pc" $(pkg-config --cflags --libs khop)
run "pkg-config, shared" "$work/by_pc"
# The archive is named by its path, since the linker prefers the shared library beside it.
"$cc" "$work/main.c" -o "$work/by_pc_static" $(pkg-config --cflags khop) \
  $(pkg-config --libs --static khop | sed "s|-lkhop|$prefix/lib/libkhop.a|")
run "pkg-config, static" "$work/by_pc_static"
if readelf -d "$work/by_pc_static" | grep -q libkhop; then fail "the static program needs libkhop.so"; fi

mkdir "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(consumer C)
find_package(khop 0.1 REQUIRED)
add_executable(shared ../main.c)
target_link_libraries(shared khop::khop_shared)
add_executable(static ../main.c)
target_link_libraries(static khop::khop_static)
CMAKE
cmake -S "$work/consumer" -B "$work/consumer/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
  >"$work/log" 2>&1 && cmake --build "$work/consumer/build" >>"$work/log" 2>&1 ||
  { cat "$work/log"; fail "find_package(khop): the consumer does not build"; }
run "find_package, shared" "$work/consumer/build/shared"
run "find_package, static" "$work/consumer/build/static"
