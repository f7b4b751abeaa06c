/* See odd_latin.h: 32 second bytes at a time, each with the one before. */
#include <immintrin.h>

#include "input/odd_latin.h"

enum { STEP = 32 };

/* By the low four bits of the second byte, -1 where C3 and it are no usual letter: its bit 4 clear, and set. */
static __m256i odd_seconds(__m256i second) {
  const __m256i clear = _mm256_setr_epi8(0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, -1, 0, 0, -1, -1, 0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, -1, 0, 0, -1, -1);
  const __m256i set = _mm256_setr_epi8(0, -1, 0, 0, 0, 0, -1, -1, -1, 0, 0, -1, -1, 0, -1, -1, 0, -1, 0, 0, 0, 0, -1, -1, -1, 0, 0, -1, -1, 0, -1, -1);
  __m256i index = _mm256_and_si256(second, _mm256_set1_epi8(15));
  return _mm256_blendv_epi8(_mm256_shuffle_epi8(clear, index), _mm256_shuffle_epi8(set, index), _mm256_slli_epi16(second, 3));
}

size_t odd_latin_find_avx2(const char *text, size_t from, size_t bytes) {
  for (size_t i = from; i + 1 < bytes; i += STEP) {
    __m256i lead = _mm256_loadu_si256((const __m256i *)(text + i));
    __m256i second = _mm256_loadu_si256((const __m256i *)(text + i + 1));
    /* As signed numbers, tails are those below C0. */
    __m256i is_tail = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)0xc0), second);
    __m256i behind_c2 = _mm256_and_si256(_mm256_cmpeq_epi8(lead, _mm256_set1_epi8((char)0xc2)),
                                         _mm256_cmpgt_epi8(second, _mm256_set1_epi8((char)0xa0)));
    __m256i behind_c3 = _mm256_and_si256(_mm256_cmpeq_epi8(lead, _mm256_set1_epi8((char)0xc3)), odd_seconds(second));
    __m256i odd = _mm256_and_si256(is_tail, _mm256_or_si256(behind_c2, behind_c3));
    uint32_t found = (uint32_t)_mm256_movemask_epi8(odd);
    if (bytes - 1 - i < STEP) found &= (1u << (bytes - 1 - i)) - 1;
    if (found) return i + (size_t)__builtin_ctz(found);
  }
  return bytes;
}
