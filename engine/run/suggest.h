/* Searching for blocking rules: what a register's fields offer, what rules made of it cost, and which matches they find.
 *
 *   fields --> key parts --> a sample of rows (how many pairs a rule makes)
 *                       \--> first rules --walk, compare--> a pool of matching pairs (which of them a rule finds)
 *   sample + pool --> greedy cover under the budget --> rules --> train --> the pool again --> cover --> plan
 *
 * Nothing is known of the truth: a match is what the model takes for one. A rule is a conjunction of up to
 * SUGGEST_RULE_PARTS key parts. The same input and seed give the same rules on any number of threads.
 */
#ifndef KHOP_RUN_SUGGEST_H
#define KHOP_RUN_SUGGEST_H

#include "run/run.h"

enum { SUGGEST_PARTS_MAX = 160, SUGGEST_RULE_PARTS = 4, SUGGEST_SEEDS_MAX = 256 };

typedef struct part_list {
  schema_key_part parts[SUGGEST_PARTS_MAX];
  part_place places[SUGGEST_PARTS_MAX];
  size_t count;
} part_list;

/* Parts by their numbers in a part_list, ascending. */
typedef struct trial_rule {
  uint8_t parts[SUGGEST_RULE_PARTS];
  uint8_t part_count;
  bool counted, refined; /* `pairs` is known; its refinements are on the list */
  uint32_t gain;         /* matches of the pool that it finds, of those not found yet; at most so many */
  double pairs;          /* that it makes in the whole register */
} trial_rule;

/* ---- suggest_parts.c: key parts ------------------------------------------------------------- */

/* A layout whose rows hold all parts that suggest_parts_list names later. */
khop_status suggest_layout(run *r, khop_error *err);
/* The parts that the register's columns offer and the layout holds. */
void suggest_parts_list(const run *r, part_list *out);
/* Does agreement on part `fine` imply agreement on `coarse`, another part of the field? */
bool suggest_implies(const schema_key_part *fine, const schema_key_part *coarse);
/* May two parts stand in one rule? Of one field only the first and the last word do. */
bool suggest_fits_beside(const schema_key_part *a, const schema_key_part *b);
schema_rule suggest_rule_of(const part_list *parts, const trial_rule *trial);

/* ---- suggest_sample.c: how many pairs a rule makes -------------------------------------------- */

typedef struct row_sample {
  uint32_t *values; /* part by part, row by row: a hash, 0 when missing */
  size_t rows, few; /* `few` of them tell a rule that is much too broad */
  double scale, few_scale; /* pairs of the register for one of the sample */
  uint64_t *slots;  /* of the counting hash table */
  size_t slot_count;
  struct counted_rule *counted; /* rules counted lately: the same ones are asked for over and over */
} row_sample;

khop_status row_sample_make(row_sample *s, const run *r, const part_list *parts, khop_error *err);
void row_sample_free(row_sample *s);
/* An estimate of the pairs that the rule makes in the register; a rough one when that is far beyond `limit`. */
double row_sample_pairs(row_sample *s, const trial_rule *rule, double limit);

/* First rules, each broad enough to find matches that few fields agree on and no broader than `limit` pairs: single
 * parts, and pairs of parts where no single one will do. */
khop_status suggest_seeds(row_sample *s, const part_list *parts, double limit, schema_rule out[SUGGEST_SEEDS_MAX], size_t *out_count,
                          double *out_pairs, khop_error *err);

/* ---- suggest_pool.c: matching pairs ------------------------------------------------------------ */

typedef struct pair_pool {
  sort_item *pairs; /* key = left << 32 | right, ascending; row = the weight's bits; some are below the match threshold */
  size_t count, capacity;
  double share;     /* of all pairs, chosen by their hash */
  uint64_t *bits;   /* part by part: which matches agree on it */
  size_t words;     /* of 64 matches */
  size_t matches;
} pair_pool;

/* Walks each rule by itself, compares the pool's share of its pairs, and adds what may be a match. */
khop_status pair_pool_add(pair_pool *known, run *r, const schema_rule *rules, size_t rule_count, khop_error *err);
/* Weighs all pairs by the model of the run, and finds out on which parts the matches agree. */
khop_status pair_pool_weigh(pair_pool *known, run *r, const part_list *parts, khop_error *err);
void pair_pool_free(pair_pool *known);

/* The rules of the run become these, in r->schema and in the layout. Names are borrowed. */
void suggest_install(run *r, const schema_rule *rules, size_t rule_count);

/* ---- suggest_cover.c: which rules ---------------------------------------------------------------- */

typedef struct cover_options {
  double pairs_budget;
  double rule_cost;   /* what a rule costs beside its pairs, in pairs */
  double cheap_pairs; /* a rule that makes no more is not made narrower */
  uint64_t gain_min;              /* a rule that adds fewer matches of the pool is not worth its place */
} cover_options;

typedef struct cover {
  trial_rule rules[SCHEMA_RULES_MAX]; /* chosen, in order */
  size_t rule_count;
  trial_rule *trials; /* all that were looked at */
  size_t trial_count, trial_capacity;
} cover;

/* Greedy: again and again the rule that adds most matches for its cost. Then cover_free. */
khop_status cover_choose(cover *c, const pair_pool *known, row_sample *sample, const part_list *parts, const cover_options *o, khop_error *err);
void cover_free(cover *c);

#endif
