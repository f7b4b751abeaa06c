/* Which kernels a level means. See kernel.h. */
#include "compare/kernel_parts.h"

static const kernels *const tables[] = {
    [CPU_SCALAR] = &kernels_scalar,
#if defined(__x86_64__)
    [CPU_AVX2] = &kernels_avx2,
    [CPU_AVX512] = &kernels_avx512,
#elif defined(__aarch64__)
    [CPU_NEON] = &kernels_neon,
#endif
};

const kernels *kernels_for(cpu_level level) {
  size_t index = (size_t)level;
  if (index >= sizeof tables / sizeof *tables || !tables[index]) return &kernels_scalar;
  return tables[index];
}
