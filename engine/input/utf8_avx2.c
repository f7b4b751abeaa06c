/* UTF-8 validation with AVX2; utf8_tables.h says how. */
#include "input/utf8.h"

#include <immintrin.h>
#include <stdbool.h>

#include "input/utf8_tables.h"

#define BYTE(x) ((char)(x))

static inline __m256i load(const char *text) { return _mm256_loadu_si256((const __m256i *)(const void *)text); }

/* In both halves, as _mm256_shuffle_epi8 wants it. */
static inline __m256i table(const char entries[16]) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)entries));
}

static inline __m256i upper_halves(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
}

/* Faults that the pairs of bytes before[i], bytes[i] can have. */
static inline __m256i pair_faults(__m256i before, __m256i bytes) {
  const __m256i first_upper = table(utf8_first_upper), first_lower = table(utf8_first_lower);
  const __m256i second_upper = table(utf8_second_upper);
  __m256i lower_halves = _mm256_and_si256(before, _mm256_set1_epi8(0x0f));
  __m256i by_first = _mm256_and_si256(_mm256_shuffle_epi8(first_upper, upper_halves(before)),
                                      _mm256_shuffle_epi8(first_lower, lower_halves));
  return _mm256_and_si256(by_first, _mm256_shuffle_epi8(second_upper, upper_halves(bytes)));
}

/* Not zero in the bytes of `bytes` that are wrong; `before` are the 32 bytes before them. */
static inline __m256i faults(__m256i before, __m256i bytes) {
  __m256i middle = _mm256_permute2x128_si256(before, bytes, 0x21);
  __m256i one_before = _mm256_alignr_epi8(bytes, middle, 15);
  __m256i two_before = _mm256_alignr_epi8(bytes, middle, 14);
  __m256i three_before = _mm256_alignr_epi8(bytes, middle, 13);
  /* Top bit set where e0..ff stands two places before, or f0..ff three. */
  __m256i must_be_tail = _mm256_or_si256(_mm256_subs_epu8(two_before, _mm256_set1_epi8(0xe0 - 0x80)),
                                         _mm256_subs_epu8(three_before, _mm256_set1_epi8(0xf0 - 0x80)));
  must_be_tail = _mm256_and_si256(must_be_tail, _mm256_set1_epi8(BYTE(0x80)));
  __m256i wrong = _mm256_xor_si256(pair_faults(one_before, bytes), must_be_tail);
  return _mm256_or_si256(wrong, _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
}

/* Only 01..7F, and no character left open before them? */
static inline bool is_plain(__m256i before, __m256i low, __m256i high) {
  __m256i plain = _mm256_cmpgt_epi8(_mm256_min_epi8(low, high), _mm256_setzero_si256());
  if (_mm256_movemask_epi8(plain) != -1) return false;
  const __m256i limits = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                          -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                          BYTE(0xef), BYTE(0xdf), BYTE(0xbf));
  __m256i open = _mm256_subs_epu8(before, limits);
  return _mm256_testz_si256(open, open);
}

size_t utf8_find_bad_avx2(const char *text, size_t from, size_t bytes) {
  __m256i before = _mm256_setzero_si256();
  size_t i = from;
  for (; bytes - i >= UTF8_BLOCK_BYTES; i += UTF8_BLOCK_BYTES) {
    __m256i low = load(text + i), high = load(text + i + 32);
    if (!is_plain(before, low, high)) {
      __m256i wrong = _mm256_or_si256(faults(before, low), faults(low, high));
      if (!_mm256_testz_si256(wrong, wrong)) break;
    }
    before = high;
  }
  return utf8_find_bad(text, utf8_character_start(text, from, i), bytes);
}
