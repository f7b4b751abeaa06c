/* Which instruction set the kernels may use: the best one the machine has, or what KHOP_CPU names
 * (scalar, avx2, avx512, neon). Results are the same bytes at every level. */
#ifndef KHOP_BASE_CPU_H
#define KHOP_BASE_CPU_H

#include "base/status.h"

typedef enum cpu_level { CPU_SCALAR = 0, CPU_AVX2 = 1, CPU_AVX512 = 2, CPU_NEON = 3 } cpu_level;

/* The level in force. An unknown KHOP_CPU, or one that the machine lacks, is KHOP_USAGE. */
khop_status cpu_level_choose(cpu_level *out_level, khop_error *err);
/* Does this machine run it? */
bool cpu_level_supported(cpu_level level);
const char *cpu_level_name(cpu_level level);
/* Processors that this process may use, at least 1. */
unsigned cpu_count(void);

#endif
