/* The blanks of a name found 32 bytes at a time, and the loop over its syllables with the bit instructions of x86-64-v3.
 * See syllable.h. */
#include <immintrin.h>

#include "normalise/fold_vector.h"
#include "normalise/syllable_walk.h"

static inline uint64_t blank_bits(const char *text) {
  __m256i bytes = _mm256_loadu_si256((const __m256i *)text);
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_load_si256((const __m256i *)fold_constant.blank)));
}

void syllables_fold_avx2(syllable_memory *memory, const name_text *names, size_t count, syllable_letters *out) {
  syllables_walk_all(memory, names, count, out, blank_bits);
}
