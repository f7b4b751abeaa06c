/* Random pairs of records: what agreement by chance looks like.
 *
 * Pairs are drawn in rounds that double, and their patterns counted. A round is the last one when every trained level
 * has been seen often enough, or is so rare that the rest of the allowance would not show it often enough
 * either. A round's pairs come from the seed and the round alone, so that threads change nothing.
 */
#ifndef KHOP_MODEL_RANDOM_PAIRS_H
#define KHOP_MODEL_RANDOM_PAIRS_H

#include "block/registers.h"
#include "compare/comparer.h"
#include "model/model.h"
#include "model/patterns.h"

enum {
  RANDOM_COUNTS_ENOUGH = 20, /* of a level; below, a share of random pairs says little */
  RANDOM_PAIRS_MAX = 1 << 21
};

typedef struct random_sample {
  pattern_count *patterns; /* ascending; mem_free */
  size_t pattern_count;
  uint64_t pairs;
  uint64_t counts[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS]; /* pairs by level */
} random_sample;

typedef struct random_source {
  const feature_table *table; /* has live rows, and so has each of its registers */
  const table_registers *registers;
  uint64_t live_rows;
  double all_pairs; /* that there are */
  uint64_t seed;
} random_source;

/* `comparers`: one a worker. `out->patterns` may be set after a failure too. */
khop_status random_pairs_draw(random_sample *out, const model *m, const random_source *source, comparer *comparers,
                              pool *workers, khop_error *err);

#endif
