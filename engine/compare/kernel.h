/* String kernels: one query against many candidates, all results one byte.
 *
 * The letters of a block of candidates are transposed: letters[j][i] is letter j of candidate i,
 * LETTER_NONE (0) past its end, so that a vector holds one position of 16 to 64 candidates.
 *
 *                 candidate 0   1   2   3 ...
 *   letters[0]              N   T   N   L
 *   letters[1]              G   R   G   E
 *   ...                     (32 rows)
 *
 * scalar is the specification: every instruction set returns the same bytes, also for the float
 * arithmetic inside Jaro-Winkler (same operations in the same order, no contraction).
 */
#ifndef KHOP_COMPARE_KERNEL_H
#define KHOP_COMPARE_KERNEL_H

#include "base/cpu.h"
#include "normalise/normalise.h"

enum {
  KERNEL_LANES = 64,          /* columns are padded to a multiple of this */
  KERNEL_SIMILARITY_ONE = 250 /* Jaro-Winkler 1.0; results are floor(similarity * 250) */
};

/* Transposed candidates. `stride` bytes a row, a multiple of KERNEL_LANES, 64-byte aligned;
 * lanes past the last candidate are zero (length 0). */
typedef struct kernel_texts {
  const uint8_t *letters; /* TEXT_LETTERS_MAX x stride */
  const uint8_t *lengths; /* stride */
  size_t stride;
} kernel_texts;

typedef struct kernel_query {
  const uint8_t *letters; /* TEXT_LETTERS_MAX codes, zero-padded */
  uint8_t length;
} kernel_query;

typedef struct kernels {
  /* out[i] for candidates from <= i < to: floor(250 * Jaro-Winkler), prefix weight 0.1 for at most
   * 4 letters, applied above 0.7 (Winkler 1990). Either text empty: 0. Lanes with skip[i] != 0 may hold
   * anything; skip may be NULL. Values outside from..to may be overwritten within the padding. */
  void (*jaro_winkler)(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
                       const uint8_t *skip, uint8_t *out);
  /* Optimal string alignment distance (one edit: insert, delete, replace, swap neighbours), capped
   * at 255; exact to 32 (bit-parallel, Hyyrö 2003). */
  void (*osa)(const kernel_query *query, const kernel_texts *texts, size_t from, size_t to,
              const uint8_t *skip, uint8_t *out);
  /* out[i] += table[levels[i]] for 0 <= i < count; table has 16 entries, count padded to 16. */
  void (*add_weights)(const uint8_t *levels, const int32_t *table, size_t count, int32_t *out);
} kernels;

/* The table for a level; falls back to scalar where a level has no kernel of its own. */
const kernels *kernels_for(cpu_level level);

#endif
