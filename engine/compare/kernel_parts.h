/* What the kernels of every instruction set share. Included by kernel_*.c and kernels.c alone.
 *
 * The query becomes a table of 32 words: bit i of positions[c] says that letter i of the query is
 * c. All bit-parallel work starts from looking a candidate's letter up in it; five-bit letters are
 * what lets a vector permute do that.
 */
#ifndef KHOP_COMPARE_KERNEL_PARTS_H
#define KHOP_COMPARE_KERNEL_PARTS_H

#include <assert.h>
#include <string.h>

#include "compare/kernel.h"

enum {
  LETTER_CODES = 32,
  PREFIX_LETTERS_MAX = 4,
  LETTER_ABSENT = 255 /* equals no letter, nor the padding */
};

/* Winkler's constants. They are here so that no instruction set can differ by a digit. */
#define PREFIX_WEIGHT 0.1f
#define PREFIX_THRESHOLD 0.7f

extern const kernels kernels_scalar, kernels_avx2, kernels_avx512, kernels_neon;

static inline void positions_build(const kernel_query *query, uint32_t positions[LETTER_CODES]) {
  assert(query->length <= TEXT_LETTERS_MAX);
  memset(positions, 0, LETTER_CODES * sizeof *positions);
  for (unsigned i = 0; i < query->length; i++) positions[query->letters[i] % LETTER_CODES] |= 1u << i;
}

/* The query's first letters, absent ones made unequal to everything. */
static inline void prefix_build(const kernel_query *query, uint8_t prefix[PREFIX_LETTERS_MAX]) {
  for (unsigned i = 0; i < PREFIX_LETTERS_MAX; i++) {
    prefix[i] = i < query->length ? query->letters[i] : (uint8_t)LETTER_ABSENT;
  }
}

/* Bits 0..length-1. */
static inline uint32_t bits_below(unsigned length) { return length >= 32 ? UINT32_MAX : (1u << length) - 1; }

/* An empty query (or range): similar to nothing, and as far from a text as that is long. */
static inline void jaro_winkler_empty(size_t from, size_t to, uint8_t *out) {
  if (from < to) memset(out + from, 0, to - from);
}

static inline void osa_empty(const kernel_texts *texts, size_t from, size_t to, uint8_t *out) {
  if (from < to) memcpy(out + from, texts->lengths + from, to - from);
}

#endif
