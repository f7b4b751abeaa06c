# Flags for every target, and the instruction set of files that are named after one.
#
# The baseline is x86-64-v2 (or plain armv8-a); NAME_avx2.c and NAME_avx512.c get their flags here
# and are reached through one table at run time. Contraction is off so that scalar and SIMD code
# round alike.
add_library(khop_flags INTERFACE)
target_compile_definitions(khop_flags INTERFACE _GNU_SOURCE KHOP_VERSION="${PROJECT_VERSION}")
target_compile_options(khop_flags INTERFACE
  -ffp-contract=off -fno-strict-aliasing -fno-omit-frame-pointer
  -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wcast-qual -Wstrict-prototypes
  -Wmissing-prototypes -Wold-style-definition -Wundef -Wvla -Wformat=2 -Wconversion
  -Wno-sign-conversion -Wdouble-promotion)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(khop_flags INTERFACE -march=x86-64-v2)
endif()
if(KHOP_SANITIZE)
  target_compile_options(khop_flags INTERFACE -fsanitize=${KHOP_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(khop_flags INTERFACE -fsanitize=${KHOP_SANITIZE})
endif()
if(KHOP_FUZZ) # coverage for libFuzzer; only the targets themselves link its main()
  target_compile_options(khop_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# khop_isa_sources(OUT FILES...): drops the files of other machines, sets the flags of the rest.
function(khop_isa_sources out)
  set(kept "")
  foreach(file ${ARGN})
    if(file MATCHES "_avx(2|512)\\.c$")
      if(NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
        continue()
      endif()
      if(file MATCHES "_avx2\\.c$")
        set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v3")
      else()
        set_source_files_properties(${file} PROPERTIES COMPILE_OPTIONS "-march=x86-64-v4")
      endif()
    elseif(file MATCHES "_neon\\.c$" AND NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
      continue()
    endif()
    list(APPEND kept ${file})
  endforeach()
  set(${out} ${kept} PARENT_SCOPE)
endfunction()
