/* String kernels: one query against many candidates, all results one byte.
 *
 * The letters of a block of candidates are transposed: letters[j][i] is letter j of candidate i,
 * LETTER_NONE (0) past its end, so that a vector holds one position of 8 or 16 candidates.
 *
 *                 candidate 0   1   2   3 ...
 *   letters[0]              N   T   N   L
 *   letters[1]              G   R   G   E
 *   ...                     (32 rows)
 *
 * scalar is the specification: every instruction set returns the same bytes, also for the float
 * arithmetic inside Jaro-Winkler (same operations in the same order, no contraction). Both
 * measures are symmetric: query and candidate may change places.
 */
#ifndef KHOP_COMPARE_KERNEL_H
#define KHOP_COMPARE_KERNEL_H

#include "base/cpu.h"
#include "normalise/normalise.h"

enum {
  KERNEL_LANES = 64,           /* columns are padded to a multiple of this */
  KERNEL_SIMILARITY_ONE = 250, /* Jaro-Winkler 1.0; results are floor(similarity * 250) */
  KERNEL_LEVELS_MAX = 16,      /* entries of a weight table */
  KERNEL_WEIGHTS_STEP = 16,    /* add_weights works in steps of this many pairs */
  KERNEL_NO_VALUE = 255        /* no test holds on it */
};

/* Transposed candidates. Letters within a text are 1..31. `stride` bytes a row, a multiple of
 * KERNEL_LANES; lanes outside the range that a kernel is asked for may hold any text. */
typedef struct kernel_texts {
  const uint8_t *letters; /* TEXT_LETTERS_MAX x stride */
  const uint8_t *lengths; /* stride, each at most TEXT_LETTERS_MAX */
  size_t stride;
} kernel_texts;

/* A test of one byte; low <= high. */
typedef struct byte_test {
  uint8_t low, high;
  bool negated;
} byte_test;

typedef struct kernel_query {
  const uint8_t *letters; /* TEXT_LETTERS_MAX codes, zero-padded */
  uint8_t length;
} kernel_query;

/* The string kernels fill out[i] for candidates from <= i < to. `out` has room for the whole
 * stride: lanes that share an aligned group of 16 with the range may be overwritten. Lanes with
 * skip[i] != 0 may be left as they were; `skip` is `stride` bytes, or NULL. */
typedef void kernel_strings(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
                            const uint8_t *skip, uint8_t *out);

typedef struct kernels {
  /* floor(250 * Jaro-Winkler), prefix weight 0.1 for at most 4 letters, applied above 0.7
   * (Winkler 1990). Either text empty: 0. */
  kernel_strings *jaro_winkler;
  /* Optimal string alignment distance (one edit: insert, delete, replace, swap neighbours), exact,
   * hence at most 32 (bit-parallel, Hyyrö 2003). */
  kernel_strings *osa;
  /* out[i] += table[levels[i]] for 0 <= i < count. Levels are below KERNEL_LEVELS_MAX, which is
   * also the table's length; levels and out have room for count rounded up to KERNEL_WEIGHTS_STEP,
   * and what lies behind count may change. Sums must not overflow. */
  void (*add_weights)(const uint8_t *levels, const int32_t *table, size_t count, int32_t *out);
  /* Clears bit i of `mask` where values[i] fails a test: holds in low..high, or, negated, outside it; KERNEL_NO_VALUE
   * never holds. `words` of 64 bits, and so many times 64 values. */
  void (*test_values)(const uint8_t *values, byte_test test, size_t words, uint64_t *mask);
} kernels;

/* The table for a level; scalar where this build has no kernels for it. Asks nothing of the
 * machine: the level comes from cpu_level_choose. */
const kernels *kernels_for(cpu_level level);

#endif
