/* The kernels of scan.h, written once over 64 bytes at a time: each instruction set brings only the
 * function that makes masks of them, which is inlined here. */
#ifndef KHOP_INPUT_SCAN_MASKS_H
#define KHOP_INPUT_SCAN_MASKS_H

#include "input/scan.h"

/* Places are written one by one as they are found: gathered in vectors first, that takes twice the
 * instructions. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-slp-vectorize")
#endif

/* Where the delimiter, quotes and line feeds are in text[0] to text[63]. */
typedef quote_masks (*scan_masks_of)(const char *text, char delimiter);

#define SCAN_INLINE static inline __attribute__((always_inline))

enum { SCAN_STEP = 64 };

/* The bits of the first `bytes` of 64 bytes. */
SCAN_INLINE uint64_t scan_valid(size_t bytes) {
  return bytes >= SCAN_STEP ? ~(uint64_t)0 : ((uint64_t)1 << bytes) - 1;
}

/* The bits below the lowest one of `bits`; all when there is none. */
SCAN_INLINE uint64_t scan_below(uint64_t bits) { return (bits & (0 - bits)) - 1; }

SCAN_INLINE quote_masks scan_masks_within(scan_masks_of masks_of, const char *text, size_t bytes, char delimiter) {
  quote_masks masks = masks_of(text, delimiter);
  if (bytes < SCAN_STEP) {
    uint64_t valid = scan_valid(bytes);
    masks.delimiters &= valid;
    masks.quotes &= valid;
    masks.line_feeds &= valid;
  }
  return masks;
}

/* The lowest set bit; of no bits, any place. */
SCAN_INLINE uint32_t scan_lowest(uint64_t bits) {
#if defined(__BMI__)
  return (uint32_t)__builtin_ia32_tzcnt_u64(bits);
#else
  return (uint32_t)__builtin_ctzll(bits | (uint64_t)1 << 63);
#endif
}

/* Writes the places of the set bits, and up to SCAN_SLACK meaningless ones behind them: eight at a
 * time, so that the loop's length is mostly the same from mask to mask and predicts well (Langdale and
 * Lemire, section 3.2). */
SCAN_INLINE size_t scan_write_bits(uint64_t mask, uint32_t base, uint32_t *positions) {
  size_t count = (size_t)__builtin_popcountll(mask);
  size_t written = 0;
  do {
    for (size_t i = 0; i < SCAN_SLACK; i++) {
      positions[written++] = base + scan_lowest(mask);
      mask &= mask - 1;
    }
  } while (written < count);
  return count;
}

SCAN_INLINE size_t scan_find(scan_masks_of masks_of, const char *text, size_t bytes, char delimiter,
                             uint32_t *positions) {
  size_t count = 0;
  for (size_t i = 0; i < bytes; i += SCAN_STEP) {
    quote_masks masks = scan_masks_within(masks_of, text + i, bytes - i, delimiter);
    count += scan_write_bits(masks.delimiters | masks.quotes | masks.line_feeds, (uint32_t)i, positions + count);
  }
  return count;
}

SCAN_INLINE size_t scan_field_ends(scan_masks_of masks_of, const char *text, size_t bytes, char delimiter,
                                   scan_fields *fields, uint32_t *positions) {
  size_t i = fields->next, count = 0, lines = fields->lines;
  size_t end = bytes - i < SCAN_BLOCK_BYTES ? bytes : i + SCAN_BLOCK_BYTES;
  quote_walk quotes = fields->quotes;
  uint64_t odd = 0;
  for (; i < end && !odd; i += SCAN_STEP) {
    quote_masks masks = scan_masks_within(masks_of, text + i, bytes - i, delimiter);
    quote_view view = quote_walk_on(&quotes, text + i, &masks);
    odd = view.odd | view.doubled | (masks.line_feeds & view.inside);
    uint64_t ends = view.ends & scan_below(odd);
    lines += (size_t)__builtin_popcountll(ends & masks.line_feeds);
    count += scan_write_bits(ends, (uint32_t)i, positions + count);
  }
  *fields = (scan_fields){.next = i, .lines = lines, .is_odd = odd != 0, .quotes = quotes};
  return count;
}

/* The kernels that are made so. */
#define SCAN_KERNELS_OVER(masks_of)                                                                              \
  static size_t find(const char *text, size_t bytes, char delimiter, uint32_t *positions) {                     \
    return scan_find(masks_of, text, bytes, delimiter, positions);                                               \
  }                                                                                                              \
  static size_t field_ends(const char *text, size_t bytes, char delimiter, scan_fields *fields,                 \
                           uint32_t *positions) {                                                                \
    return scan_field_ends(masks_of, text, bytes, delimiter, fields, positions);                                 \
  }
#endif
