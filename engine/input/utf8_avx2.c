/* UTF-8 validation with AVX2: three lookups of 16 entries, by the halves of a byte and the upper half
 * of the next, say what is wrong with two neighbours (Keiser and Lemire, "Validating UTF-8 in less than
 * one instruction per byte", Software: Practice and Experience 51, 2021, section 6).
 *
 *   bytes       .. e1  bb  85  ..
 *   by e (upper half of the first)  &  by 1 (its lower half)  &  by b (upper half of the second)
 *     = the faults that a pair of such bytes can have: none is left for e1 bb
 *
 * Two continuation bytes in a row are a "fault" as well, and right exactly where a lead byte two or
 * three places before asks for them.
 *
 * This file says only in which 64 bytes something is wrong. Where, is found by the scalar code.
 */
#include "input/utf8.h"

#include <immintrin.h>
#include <stdbool.h>

enum {
  BLOCK_BYTES = 64,
  /* Faults of a pair, one bit each. */
  TOO_SHORT = 1,      /* a lead byte, and no continuation */
  TOO_LONG = 2,       /* ASCII, and a continuation */
  OVERLONG_3 = 4,     /* e0 80..9f */
  TOO_LARGE = 8,      /* f4 90..bf, f5..ff 90..bf */
  SURROGATE = 16,     /* ed a0..bf */
  OVERLONG_2 = 32,    /* c0, c1 */
  OVERLONG_4 = 64,    /* f0 80..8f; and f5..ff 80..8f, which are too large */
  TWO_TAILS = 128,    /* two continuations: the top bit, as in must_be_tail */
  ANY_LOW = TOO_SHORT | TOO_LONG | TWO_TAILS, /* faults that do not depend on the lower half */
  TAIL = TOO_LONG | OVERLONG_2 | TWO_TAILS    /* faults that any continuation as second byte can make */
};

#define TABLE(...) _mm256_broadcastsi128_si256(_mm_setr_epi8(__VA_ARGS__))
#define BYTE(x) ((char)(x))

static inline __m256i load(const char *text) { return _mm256_loadu_si256((const __m256i *)(const void *)text); }

static inline __m256i upper_halves(__m256i bytes) {
  return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0f));
}

/* Faults that the pairs of bytes before[i], bytes[i] can have. */
static inline __m256i pair_faults(__m256i before, __m256i bytes) {
  const __m256i first_upper = TABLE(
      TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
      BYTE(TWO_TAILS), BYTE(TWO_TAILS), BYTE(TWO_TAILS), BYTE(TWO_TAILS),
      TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
      TOO_SHORT | TOO_LARGE | OVERLONG_4);
  const __m256i first_lower = TABLE(
      BYTE(ANY_LOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4), BYTE(ANY_LOW | OVERLONG_2), BYTE(ANY_LOW),
      BYTE(ANY_LOW), BYTE(ANY_LOW | TOO_LARGE), BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4),
      BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4), BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4),
      BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4), BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4),
      BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4), BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4),
      BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4), BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4 | SURROGATE),
      BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4), BYTE(ANY_LOW | TOO_LARGE | OVERLONG_4));
  const __m256i second_upper = TABLE(
      TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
      BYTE(TAIL | OVERLONG_3 | OVERLONG_4), BYTE(TAIL | OVERLONG_3 | TOO_LARGE),
      BYTE(TAIL | SURROGATE | TOO_LARGE), BYTE(TAIL | SURROGATE | TOO_LARGE),
      TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);
  __m256i lower_halves = _mm256_and_si256(before, _mm256_set1_epi8(0x0f));
  __m256i by_first = _mm256_and_si256(_mm256_shuffle_epi8(first_upper, upper_halves(before)),
                                      _mm256_shuffle_epi8(first_lower, lower_halves));
  return _mm256_and_si256(by_first, _mm256_shuffle_epi8(second_upper, upper_halves(bytes)));
}

/* Not zero in the bytes of `bytes` that are wrong; `before` are the 32 bytes before them. A lead byte
 * that cannot be (c0, f5) shows in the byte behind it. */
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

/* The start of the character that goes on at text[i], when one does, else of i or one shortly before;
 * all before i is well-formed, but for a lead byte that cannot be in the last place. */
static size_t character_start(const char *text, size_t from, size_t i) {
  for (size_t back = 1; back <= 3 && back <= i - from; back++) {
    if ((unsigned char)text[i - back] >= 0xc0) return i - back;
  }
  return i;
}

size_t utf8_find_bad_avx2(const char *text, size_t from, size_t bytes) {
  __m256i before = _mm256_setzero_si256();
  size_t i = from;
  for (; bytes - i >= BLOCK_BYTES; i += BLOCK_BYTES) {
    __m256i low = load(text + i), high = load(text + i + 32);
    if (!is_plain(before, low, high)) {
      __m256i wrong = _mm256_or_si256(faults(before, low), faults(low, high));
      if (!_mm256_testz_si256(wrong, wrong)) break;
    }
    before = high;
  }
  return utf8_find_bad(text, character_start(text, from, i), bytes);
}
