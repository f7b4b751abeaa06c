/* See cpu.h. */
#include "base/cpu.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

static const char *const level_names[] = {"scalar", "avx2", "avx512", "neon"};

bool cpu_level_supported(cpu_level level) {
  switch (level) {
    case CPU_SCALAR: return true;
#if defined(__x86_64__)
    case CPU_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    case CPU_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("bmi2");
#endif
#if defined(__aarch64__)
    case CPU_NEON: return true;
#endif
    default: return false;
  }
}

const char *cpu_level_name(cpu_level level) { return level_names[level]; }

khop_status cpu_level_choose(cpu_level *out_level, khop_error *err) {
  *out_level = CPU_SCALAR;
  const char *wanted = getenv("KHOP_CPU");
  if (!wanted || !*wanted) {
    for (cpu_level level = CPU_AVX2; level <= CPU_NEON; level++) {
      if (cpu_level_supported(level)) *out_level = level;
    }
    return KHOP_OK;
  }
  for (cpu_level level = CPU_SCALAR; level <= CPU_NEON; level++) {
    if (strcmp(wanted, level_names[level]) != 0) continue;
    if (!cpu_level_supported(level)) return error_set(err, KHOP_USAGE, "KHOP_CPU=%s: this machine lacks it", wanted);
    *out_level = level;
    return KHOP_OK;
  }
  return error_set(err, KHOP_USAGE, "KHOP_CPU: unknown level; known: scalar, avx2, avx512, neon");
}

unsigned cpu_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1u : (unsigned)count;
}
