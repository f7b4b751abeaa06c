/* UTF-8 validation with AVX-512; utf8_tables.h says how. */
#include "input/utf8.h"

#include <immintrin.h>
#include <stdbool.h>

#include "input/utf8_tables.h"

/* In all four lanes, as _mm512_shuffle_epi8 wants it. */
static inline __m512i table(const char entries[16]) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)entries));
}

static inline __m512i upper_halves(__m512i bytes) {
  return _mm512_and_si512(_mm512_srli_epi16(bytes, 4), _mm512_set1_epi8(0x0f));
}

/* Faults that the pairs of bytes before[i], bytes[i] can have. */
static inline __m512i pair_faults(__m512i before, __m512i bytes) {
  __m512i lower_halves = _mm512_and_si512(before, _mm512_set1_epi8(0x0f));
  __m512i by_upper = _mm512_shuffle_epi8(table(utf8_first_upper), upper_halves(before));
  __m512i by_lower = _mm512_shuffle_epi8(table(utf8_first_lower), lower_halves);
  __m512i by_second = _mm512_shuffle_epi8(table(utf8_second_upper), upper_halves(bytes));
  return _mm512_and_si512(_mm512_and_si512(by_upper, by_lower), by_second);
}

/* Anything wrong in the 64 bytes behind `before`? */
static inline bool has_fault(__m512i before, __m512i bytes) {
  __m512i middle = _mm512_alignr_epi64(bytes, before, 6); /* each lane's neighbour to the left */
  __m512i one_before = _mm512_alignr_epi8(bytes, middle, 15);
  __m512i two_before = _mm512_alignr_epi8(bytes, middle, 14);
  __m512i three_before = _mm512_alignr_epi8(bytes, middle, 13);
  /* Top bit set where e0..ff stands two places before, or f0..ff three. */
  __m512i must_be_tail = _mm512_or_si512(_mm512_subs_epu8(two_before, _mm512_set1_epi8(0xe0 - 0x80)),
                                         _mm512_subs_epu8(three_before, _mm512_set1_epi8(0xf0 - 0x80)));
  must_be_tail = _mm512_and_si512(must_be_tail, _mm512_set1_epi8((char)0x80));
  __m512i wrong = _mm512_xor_si512(pair_faults(one_before, bytes), must_be_tail);
  return (_mm512_test_epi8_mask(wrong, wrong) | _mm512_testn_epi8_mask(bytes, bytes)) != 0;
}

/* Only 01..7F, and no character left open before them? */
static inline bool is_plain(__m512i before, __m512i bytes) {
  if (_mm512_cmpgt_epi8_mask(bytes, _mm512_setzero_si512()) != ~(__mmask64)0) return false;
  __mmask64 leads = _mm512_cmpge_epu8_mask(before, _mm512_set1_epi8((char)0xc0));
  __mmask64 threes = _mm512_cmpge_epu8_mask(before, _mm512_set1_epi8((char)0xe0));
  __mmask64 fours = _mm512_cmpge_epu8_mask(before, _mm512_set1_epi8((char)0xf0));
  return (leads >> 63 | threes >> 62 | fours >> 61) == 0;
}

size_t utf8_find_bad_avx512(const char *text, size_t from, size_t bytes) {
  __m512i before = _mm512_setzero_si512();
  size_t i = from;
  for (; bytes - i >= UTF8_BLOCK_BYTES; i += UTF8_BLOCK_BYTES) {
    __m512i block = _mm512_loadu_si512(text + i);
    if (!is_plain(before, block) && has_fault(before, block)) break;
    before = block;
  }
  return utf8_find_bad(text, utf8_character_start(text, from, i), bytes);
}
