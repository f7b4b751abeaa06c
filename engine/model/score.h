/* Scoring: the levels of a batch to fixed-point match weights, term frequencies included. */
#ifndef KHOP_MODEL_SCORE_H
#define KHOP_MODEL_SCORE_H

#include <stdatomic.h>

#include "base/sort.h"
#include "compare/comparer.h"
#include "model/model.h"

/* The adjustment of one level by how common the agreed value of the term is. */
typedef struct frequency_table {
  size_t comparison;
  uint8_t level;
  size_t term;
  int32_t adjust[256]; /* by frequency code */
} frequency_table;

/* What is added where two comparisons are at such levels: see level_correction. */
typedef struct correction_term {
  uint8_t first, second, first_level, second_level;
  int32_t adjust;
} correction_term;

typedef struct score_tables {
  size_t comparison_count;
  int32_t weights[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS];
  uint16_t reasons[SCHEMA_COMPARISONS_MAX]; /* a bit for each level whose name is a reason: see level_counts */
  int32_t prior;
  frequency_table frequencies[SCHEMA_COMPARISONS_MAX * SCHEMA_LEVELS_MAX];
  size_t frequency_count;
  correction_term corrections[MODEL_CORRECTIONS_MAX];
  size_t correction_count;
  int32_t frequency_most; /* what all adjustments together can add at most */
  int32_t match, review;  /* thresholds on the weight */
} score_tables;

/* `rows` is the number of records that term frequencies were counted over, where no table says them. */
void score_tables_make(score_tables *t, const model *m, const schema *s, const feature_layout *layout, uint64_t rows);

/* Weights of the pairs that comparer_run was last called for, to `weights` (BATCH_PAIRS). Pairs that cannot
 * reach the review threshold may lack their term-frequency part. */
void score_pairs(const score_tables *t, const comparer *c, const pair_list *pairs, int32_t *weights);

/* Compared pairs at levels whose weight is not that of m and u: relatives, and what the schema weighs by itself. Their
 * names are the reasons why pairs that agree in so much do not match. */
typedef struct level_counts {
  uint64_t pairs[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS];
} level_counts;
void score_count_reasons(const score_tables *t, const comparer *c, const pair_list *pairs, level_counts *counts);

/* What a comparison adds to a pair's weight. */
typedef struct score_part {
  uint8_t level;              /* LEVEL_MISSING: nothing */
  bool covered;               /* by a level of another comparison: nothing either */
  int32_t weight, frequency;  /* of the level; of how common the agreed value is */
  int32_t correction;         /* for what an earlier comparison, `corrects`, has said already */
  size_t corrects;
  const frequency_table *table; /* NULL: the level has no term frequency */
} score_part;

/* The parts of one pair's weight, a comparison each, and their sum with the prior: what score_pairs says of it, but
 * that term frequencies are in the sum of every pair. */
int32_t score_explain(const score_tables *t, const comparer *c, const pair_list *pairs, size_t p,
                      score_part out_parts[SCHEMA_COMPARISONS_MAX]);

/* Pairs at or above the review threshold, ascending by (left row, right row).
 * key = left << 32 | right, row = the weight's bits, extra = the rule below the comparisons at a level of conflict. */
typedef struct kept_pairs {
  sort_item *items;
  size_t count, capacity;
} kept_pairs;

static inline uint32_t kept_left(const sort_item *pair) { return (uint32_t)(pair->key >> 32); }
static inline uint32_t kept_right(const sort_item *pair) { return (uint32_t)pair->key; }
static inline int32_t kept_weight(const sort_item *pair) { return (int32_t)pair->row; }
enum { KEPT_RULE_BITS = 8 };
static inline size_t kept_rule(const sort_item *pair) { return pair->extra & ((1u << KEPT_RULE_BITS) - 1); }
/* Bit c: comparison c. */
static inline uint32_t kept_conflicts(const sort_item *pair) { return pair->extra >> KEPT_RULE_BITS; }

/* The heaviest pair of a row so far: the weight, made unsigned, above the complement of the other row, so that of equal
 * weights the lower row wins. 0: none. */
typedef _Atomic uint64_t best_pair;
static inline uint64_t best_pair_make(int32_t weight, uint32_t other) { return (uint64_t)((uint32_t)weight ^ 1u << 31) << 32 | ~other; }
static inline int32_t best_pair_weight(uint64_t best) { return (int32_t)((uint32_t)(best >> 32) ^ 1u << 31); }
static inline uint32_t best_pair_row(uint64_t best) { return ~(uint32_t)best; }

#endif
