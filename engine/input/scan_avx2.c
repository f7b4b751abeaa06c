/* AVX2 kernels of scan.h: 64 bytes become masks by comparison. */
#include <immintrin.h>

#include "base/hash.h"
#include "input/odd_latin.h"
#include "input/scan_masks.h"
#include "input/utf8.h"

extern const scan_kernels scan_kernels_avx2;

static inline __m256i load(const char *text) { return _mm256_loadu_si256((const __m256i *)(const void *)text); }

static inline uint64_t mask_equal(__m256i low, __m256i high, char wanted) {
  __m256i pattern = _mm256_set1_epi8(wanted);
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern)) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern)) << 32;
}

static inline quote_masks masks_of(const char *text, char delimiter) {
  __m256i low = load(text), high = load(text + 32);
  return (quote_masks){
      .delimiters = mask_equal(low, high, delimiter),
      .quotes = mask_equal(low, high, '"'),
      .line_feeds = mask_equal(low, high, '\n'),
  };
}

SCAN_KERNELS_OVER(masks_of)

static size_t count_avx2(const char *text, size_t bytes, char wanted) {
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += SCAN_STEP) {
    uint64_t mask = mask_equal(load(text + i), load(text + i + 32), wanted);
    count += (size_t)__builtin_popcountll(mask & scan_valid(bytes - i));
  }
  return count;
}

/* xxh3 compiled for the instruction set of this file; the value is the same at all. */
static uint64_t hash_avx2(const void *bytes, size_t length) { return hash_bytes(bytes, length); }

const scan_kernels scan_kernels_avx2 = {.find = find,
                                        .field_ends = field_ends,
                                        .count = count_avx2,
                                        .find_bad = utf8_find_bad_avx2,
                                        .find_odd_latin = odd_latin_find_avx2,
                                        .hash = hash_avx2};
