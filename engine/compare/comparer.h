/* The comparer: pairs of view rows to comparison levels.
 *
 *   rows  --view_load-->  columns  --measures-->  one byte a pair  --ranges-->  level a comparison
 *
 * A comparison that a level of another one covers is not asked: its level is LEVEL_MISSING.
 *
 * Levels are tried in order, and a measure is asked only for the pairs whose level depends on it: most
 * pairs are siblings or true matches, which equal hashes tell apart before any letter is looked at.
 *
 * A batch mixes the pairs of many small blocks, so that the cost of a loop is shared; a query with
 * many candidates still reaches the SIMD string kernels as one call. One comparer a thread;
 * nothing is allocated after comparer_create.
 */
#ifndef KHOP_COMPARE_COMPARER_H
#define KHOP_COMPARE_COMPARER_H

#include "compare/plan.h"
#include "compare/view.h"

typedef struct comparer {
  const compare_plan *plan;
  const kernels *wide, *narrow; /* for many candidates, for few */
  view columns;
  uint8_t (*measures)[BATCH_PAIRS]; /* MEASURE_UNKNOWN where no level has asked */
  uint8_t (*levels)[BATCH_PAIRS]; /* a row per comparison */
  uint32_t *covered;              /* by pair, a bit for each comparison that another one's level covers */
  uint8_t *masks;                 /* three scratch rows */
  pair_list *some;                /* scratch: the pairs that a measure is asked for */
} comparer;

khop_status comparer_create(comparer *c, const compare_plan *plan, const feature_layout *layout,
                            cpu_level level, khop_error *err);
void comparer_free(comparer *c);

/* Fills c->levels[comparison][pair] for the pairs of the rows loaded into c->columns. Bytes behind
 * the last pair, up to the next multiple of KERNEL_LANES, are 0. */
void comparer_run(comparer *c, const pair_list *pairs);

/* measure.c: one measure for all pairs of the list. */
void measure_pairs(comparer *c, const measure *m, const pair_list *pairs, uint8_t *out);

#endif
