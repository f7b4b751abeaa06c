/* AVX-512 kernels of scan.h: 64 bytes are one register, and comparison makes masks at once. */
#include <immintrin.h>

#include "base/hash.h"
#include "input/odd_latin.h"
#include "input/scan_masks.h"
#include "input/utf8.h"

extern const scan_kernels scan_kernels_avx512;

static inline uint64_t mask_equal(__m512i bytes, char wanted) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(wanted));
}

static inline quote_masks masks_of(const char *text, char delimiter) {
  __m512i bytes = _mm512_loadu_si512(text);
  return (quote_masks){
      .delimiters = mask_equal(bytes, delimiter),
      .quotes = mask_equal(bytes, '"'),
      .line_feeds = mask_equal(bytes, '\n'),
  };
}

SCAN_KERNELS_OVER(masks_of)

static size_t count_avx512(const char *text, size_t bytes, char wanted) {
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += SCAN_STEP) {
    uint64_t mask = mask_equal(_mm512_loadu_si512(text + i), wanted);
    count += (size_t)__builtin_popcountll(mask & scan_valid(bytes - i));
  }
  return count;
}

/* xxh3 compiled for the instruction set of this file; the value is the same at all. */
static uint64_t hash_avx512(const void *bytes, size_t length) { return hash_bytes(bytes, length); }

const scan_kernels scan_kernels_avx512 = {.find = find,
                                          .field_ends = field_ends,
                                          .count = count_avx512,
                                          .find_bad = utf8_find_bad_avx512,
                                          .find_odd_latin = odd_latin_find_avx2,
                                          .hash = hash_avx512};
