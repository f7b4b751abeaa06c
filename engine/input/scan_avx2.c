/* AVX2 kernels of scan.h: 64 bytes become one 64-bit mask, whose set bits are the positions. The
 * set bits are written out eight at a time, so that the loop's length is mostly the same from mask
 * to mask and predicts well (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019). */
#include "input/scan.h"

#include <immintrin.h>

#include "input/utf8.h"

extern const scan_kernels scan_kernels_avx2;

static inline __m256i load(const char *text) { return _mm256_loadu_si256((const __m256i *)(const void *)text); }

static inline uint64_t mask_pair(__m256i low, __m256i high) {
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(low) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline __m256i match(__m256i bytes, __m256i a, __m256i b, __m256i c) {
  return _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, a), _mm256_cmpeq_epi8(bytes, b)),
                         _mm256_cmpeq_epi8(bytes, c));
}

static inline uint64_t first_bits(uint64_t mask, size_t bytes) {
  return bytes >= 64 ? mask : mask & (((uint64_t)1 << bytes) - 1);
}

/* Writes the set bits of `mask`, and up to SCAN_SLACK - 1 meaningless ones behind them. */
static inline size_t write_bits(uint64_t mask, uint32_t base, uint32_t *positions) {
  size_t count = (size_t)__builtin_popcountll(mask);
  for (size_t i = 0; i < count; i += SCAN_SLACK) {
    for (size_t j = 0; j < SCAN_SLACK; j++) {
      positions[i + j] = base + (uint32_t)_tzcnt_u64(mask);
      mask = _blsr_u64(mask);
    }
  }
  return count;
}

static size_t find_avx2(const char *text, size_t bytes, const char wanted[3], uint32_t *positions) {
  __m256i a = _mm256_set1_epi8(wanted[0]);
  __m256i b = _mm256_set1_epi8(wanted[1]);
  __m256i c = _mm256_set1_epi8(wanted[2]);
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += 64) {
    uint64_t mask = mask_pair(match(load(text + i), a, b, c), match(load(text + i + 32), a, b, c));
    count += write_bits(first_bits(mask, bytes - i), (uint32_t)i, positions + count);
  }
  return count;
}

static size_t count_avx2(const char *text, size_t bytes, char wanted) {
  __m256i pattern = _mm256_set1_epi8(wanted);
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += 64) {
    uint64_t mask = mask_pair(_mm256_cmpeq_epi8(load(text + i), pattern),
                              _mm256_cmpeq_epi8(load(text + i + 32), pattern));
    count += (size_t)__builtin_popcountll(first_bits(mask, bytes - i));
  }
  return count;
}

const scan_kernels scan_kernels_avx2 = {
    .find = find_avx2, .count = count_avx2, .find_bad = utf8_find_bad_avx2};
