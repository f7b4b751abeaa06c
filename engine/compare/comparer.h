/* The comparer: pairs of view rows to comparison levels.
 *
 *   rows  --view_load-->  columns  --filters, measures-->  one byte a pair  --ranges-->  level a comparison
 *
 * A comparison that a level of another one covers is not asked: its level is LEVEL_MISSING.
 *
 * Levels are tried in order, and a measure is asked only for the pairs whose level depends on it. Most pairs of a wide
 * block have nothing in common: there a filter (filter.h) answers first, for all pairs at once.
 *
 * A batch mixes the pairs of many small blocks, so that the cost of a loop is shared; a query with
 * many candidates still reaches the SIMD string kernels as one call. One comparer a thread;
 * nothing is allocated after comparer_create.
 */
#ifndef KHOP_COMPARE_COMPARER_H
#define KHOP_COMPARE_COMPARER_H

#include "compare/filter.h"
#include "compare/plan.h"
#include "compare/view.h"

/* A bit for each pair of a batch. */
typedef uint64_t pair_mask[BATCH_PAIRS / 64];

/* Neighbouring pairs of the list, from `first` on: of one left row, with neighbouring right rows. */
typedef struct pair_run {
  uint16_t first, left, right, count;
} pair_run;

enum { PAIRS_A_RUN = 4, PAIR_RUNS_MAX = BATCH_PAIRS / PAIRS_A_RUN };

typedef struct comparer {
  const compare_plan *plan;
  const kernels *wide, *narrow; /* for many candidates, for few */
  view columns;
  uint8_t (*measures)[BATCH_PAIRS + FILTER_STEP];
  pair_mask *known;               /* by measure: the pairs that it has been worked out for */
  uint8_t (*levels)[BATCH_PAIRS]; /* a row per comparison */
  pair_mask *covered;             /* by comparison: the pairs that another one's level covers it for */
  pair_list *some;                /* scratch: the pairs that a measure is asked for */
  run_filter **filters;           /* by measure; NULL: none */
  bool filtered[MEASURES_MAX];    /* the filter was asked about this list */
  pair_run runs[PAIR_RUNS_MAX];   /* the whole list, when they have PAIRS_A_RUN pairs on the average; ... */
  size_t run_count;               /* ... 0: they have not, and filters are no use */
} comparer;

khop_status comparer_create(comparer *c, const compare_plan *plan, const feature_layout *layout,
                            cpu_level level, khop_error *err);
void comparer_free(comparer *c);

/* Fills c->levels[comparison][pair] for the pairs of the rows loaded into c->columns. Bytes behind
 * the last pair, up to the next multiple of KERNEL_LANES, are 0. */
void comparer_run(comparer *c, const pair_list *pairs);

/* How many of the pairs are at this level, above LEVEL_MISSING. */
size_t comparer_count(const comparer *c, size_t comparison, uint8_t level, const pair_list *pairs);

/* Does the level of another comparison cover this one, for pair p of the last run? */
static inline bool comparer_covers(const comparer *c, size_t comparison, size_t p) {
  return c->plan->covering && (c->covered[comparison][p / 64] >> p % 64 & 1);
}

/* measure.c: what the measure's filter tells of all pairs, from c->runs. */
void measure_filter(comparer *c, size_t m, const pair_list *pairs, uint8_t *out);

/* measure.c: one measure for all pairs of the list. `open`: its filter was asked, and left them all open. */
void measure_pairs(comparer *c, const measure *m, const pair_list *pairs, bool open, uint8_t *out);

#endif
