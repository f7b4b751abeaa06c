/* The blanks of a name found 32 bytes at a time, and the loop over its syllables with the bit instructions of x86-64-v3.
 * See syllable.h. */
#include <immintrin.h>

#include "normalise/fold_vector.h"
#include "normalise/syllable_walk.h"

static inline uint64_t blank_bits(const char *text) {
  __m256i bytes = _mm256_loadu_si256((const __m256i *)text);
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_load_si256((const __m256i *)fold_constant.blank)));
}

bool syllables_fold_avx2(syllable_memory *memory, const char *text, size_t length, fold_run *run) {
  uint64_t blanks = blank_bits(text);
  if (__builtin_expect(length > 32, 0)) blanks |= blank_bits(text + 32) << 32;
  return syllables_walk(memory, text, length, blanks, run);
}
