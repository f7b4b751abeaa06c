/* Explaining pairs from a result: what the files of khop_explain_* share.
 *
 *   explain_open.c        result -> schema, model, weights; checks that they belong together
 *   explain_rows.c        stored records -> feature rows again, with the frequency codes that they had
 *   explain_rules.c       which blocking rule found a pair, and why the others did not
 *   explain_pair.c        a pair's table of comparisons, its decision, its cluster
 *   explain_candidates.c  who shares a block with a record, best first
 *   explain_splits.c      why a match is in two clusters
 *   explain_mask.c        values that are shown without being told
 *   explain_text.c, explain_json.c, explain_svg.c
 *
 * A row's features are made again from the stored texts by the code of the run, so that there is one definition of
 * a level and of a weight. Work is bounded: so many records are read, however large a block is.
 */
#ifndef KHOP_RUN_EXPLAIN_H
#define KHOP_RUN_EXPLAIN_H

#include "base/arena.h"
#include "block/walk.h"
#include "model/score.h"
#include "run/date_orders.h"

enum {
  EXPLAIN_ROWS_MAX = 1024, /* at hand */
  EXPLAIN_CLUSTER_MAX = 64,
  EXPLAIN_NEIGHBOURS = 300, /* of an oversized block, to either side */
  /* What may be spent on looking at rows of oversized blocks: one for a record, EXPLAIN_CHUNK more where it stands in
   * another chunk of the store than the one before. About 0.2 s. */
  EXPLAIN_PEEKS = 16000,
  EXPLAIN_CHUNK = 40
};

struct khop_explainer {
  khop_store *store;
  schema *schema;
  model model;
  score_tables tables;
  compare_plan plan;
  comparer comparer;
  feature_table table; /* the rows at hand, ascending */
  uint32_t rows[EXPLAIN_ROWS_MAX];               /* their numbers in the store */
  khop_store_record *records[EXPLAIN_ROWS_MAX];  /* as stored */
  size_t row_count;
  uint64_t *month_first; /* by source: a bit for each date field */
  size_t source_count;
  size_t block_rows_max, window;
  table_registers registers;
  bool show_values;
  char *output; /* the result's directory */
  uint8_t *peeked; /* of explain_peek */
  uint32_t last_peeked;
  size_t peeks_left;
  arena answer; /* what the last answer points to */
};

/* ---- explain_rows.c ---- */

/* The one record of that id that takes part (a repeated id names rejected records too). Of several registers that of the
 * first one, or with `prefers_right` of a further one, where several have such an id. `what` is what messages call it. */
khop_status explain_find(khop_explainer *e, const char *id, bool prefers_right, const char *what, uint32_t *out_row, khop_error *err);
/* Could the two be a pair? Not where registers are linked and both stand in one that is not deduplicated. */
bool explain_may_pair(const khop_explainer *e, uint32_t row, uint32_t other);
/* Takes the rows at hand instead of those before: ascending, at most EXPLAIN_ROWS_MAX. */
khop_status explain_load(khop_explainer *e, const uint32_t *rows, size_t count, khop_error *err);
/* The features of one more row, without frequencies; until the next such call. NULL when enough was spent on that. */
khop_status explain_peek(khop_explainer *e, uint32_t row, const uint8_t **out_features, khop_error *err);
/* The place of a row at hand. */
size_t explain_place(const khop_explainer *e, uint32_t row);
/* Records that hold the value that the row at `place` has of the term; 1 when it alone does, 0 when it has none. */
khop_status explain_frequency(khop_explainer *e, size_t term, size_t place, uint64_t *out_count, khop_error *err);
/* Id, origin and cluster of the row at `place`, in the answer. */
void explain_record(khop_explainer *e, size_t place, khop_explain_record *out);
/* Compares pairs of places[i], i < count <= BATCH_ROWS, ascending; the comparer holds their levels until the next call. */
void explain_compare(khop_explainer *e, const uint32_t *places, size_t count, const pair_list *pairs);

/* ---- explain_rules.c ---- */

typedef struct pair_blocking {
  size_t owner; /* the first rule under which the keys agree; rule_count: none */
  khop_compared compared;
} pair_blocking;

/* The rule that owns the pair; `rules` (rule_count of them, NULL: not wanted) gets all of it. */
khop_status explain_rules(khop_explainer *e, size_t left, size_t right, khop_explain_rule *rules, pair_blocking *out, khop_error *err);
/* The rows that share the base key of the row at `place` under the rule, itself among them; none where it has no key, or the rule
 * cannot find pairs of the linked registers. mem_free(*out_rows). */
khop_status explain_block(khop_explainer *e, size_t rule, size_t place, uint32_t **out_rows, size_t *out_count, khop_error *err);

/* Where in a block the possible partners of one of its rows stand, and the nearest of them: the run compares those
 * first. Of two linked registers the row as far on in the other one. */
typedef struct block_range {
  size_t first, last, near; /* from first up to but not including last; near is the own place, or in the range */
} block_range;
block_range explain_range(const khop_explainer *e, uint32_t row, const uint32_t *block, size_t block_rows);
/* Of an oversized block (its base rows, ascending): the rows nearest to the one at `place` that stayed with it through
 * all splits, at most EXPLAIN_NEIGHBOURS to either side. */
khop_status explain_neighbours(khop_explainer *e, size_t rule, size_t place, const uint32_t *block, size_t block_rows, uint32_t *out_rows,
                               size_t *out_count, khop_error *err);

/* ---- explain_pair.c ---- */

khop_decision explain_decision(const khop_explainer *e, int32_t weight);
/* The level of fixed weight that speaks most for the decision; NULL: none. */
const char *explain_reason(const khop_explainer *e, const score_part *parts, int32_t weight);
const char *explain_level_name(const khop_explainer *e, size_t comparison, uint8_t level);

/* ---- explain_splits.c ---- */

/* What splits.csv says of the pair: "conflict: another telephone, of A and B"; NULL: nothing, or there is none. */
khop_status explain_split(khop_explainer *e, const khop_pair_explanation *pair, const char **out_why, khop_error *err);

/* ---- explain_mask.c ---- */

/* Letters of names, places and texts as '*' but for each word's first; of others all characters by their kind: 9, A, a.
 * Blanks and punctuation stay, sex is '*'. */
const char *explain_mask(arena *a, semantic_type type, const char *text, size_t length);

/* ---- explain_text.c ---- */

const char *explain_decision_name(khop_decision decision);
const char *explain_compared_name(khop_compared compared);
const char *explain_outcome_name(khop_rule_outcome outcome);
/* "match", "no match: not compared": the pair as a whole, in the words of the text form. */
const char *explain_verdict(khop_decision decision, khop_compared compared);

khop_status explain_pair_text(const khop_pair_explanation *p, char **out_text, khop_error *err);
khop_status explain_candidates_text(const khop_candidates_explanation *c, char **out_text, khop_error *err);
khop_status explain_pair_json(const khop_pair_explanation *p, char **out_text, khop_error *err);
khop_status explain_candidates_json(const khop_candidates_explanation *c, char **out_text, khop_error *err);
khop_status explain_pair_svg(const khop_pair_explanation *p, char **out_text, khop_error *err);

#endif
