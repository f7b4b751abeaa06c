/* See witness.h. */
#include "run/witness.h"

#include <math.h>

#include "base/hash.h"

/* ---- the witness of a schema ---------------------------------------------------------------------------- */

/* A comparison of identifiers alone, of the record's own: those of several people (telephones) do not tell them apart. */
static bool is_witness(const schema *s, const schema_comparison *comparison) {
  for (size_t f = 0; f < comparison->field_count; f++) {
    const schema_field *field = &s->fields[comparison->fields[f]];
    if (!field->identifier || field->type == TYPE_PHONE) return false;
  }
  return true;
}

static int find_witness(const schema *s) {
  for (size_t c = 0; c < s->comparison_count; c++) {
    if (is_witness(s, &s->comparisons[c])) return (int)c;
  }
  return -1;
}

static uint64_t fields_of_level(const schema_level *level) {
  uint64_t fields = 0;
  for (size_t c = 0; c < level->clause_count; c++) {
    for (size_t t = 0; t < level->clauses[c].test_count; t++) {
      fields |= 1ull << level->clauses[c].tests[t].field | 1ull << level->clauses[c].tests[t].other_field;
    }
  }
  return fields;
}

static uint64_t fields_of_comparison(const schema_comparison *comparison) {
  uint64_t fields = 0;
  for (size_t f = 0; f < comparison->field_count; f++) fields |= 1ull << comparison->fields[f];
  for (size_t l = 0; l < comparison->level_count; l++) fields |= fields_of_level(&comparison->levels[l]);
  return fields;
}

static uint64_t fields_of_rule(const schema_rule *rule) {
  uint64_t fields = 0;
  for (size_t p = 0; p < rule->part_count; p++) fields |= 1ull << rule->parts[p].field;
  return fields;
}

static void describe(witness_check *w, const schema *s) {
  w->comparison = find_witness(s);
  if (w->comparison < 0) return;
  w->fields = fields_of_comparison(&s->comparisons[w->comparison]);
  for (size_t r = 0; r < s->rule_count; r++) {
    if ((fields_of_rule(&s->rules[r]) & ~w->fields) == 0) w->alone_rules |= 1ull << r;
  }
  w->apart = true;
  for (size_t c = 0; c < s->comparison_count; c++) {
    if (c != (size_t)w->comparison && (fields_of_comparison(&s->comparisons[c]) & w->fields)) w->apart = false;
  }
  for (size_t i = 0; i < w->tables->correction_count; i++) {
    const correction_term *by = &w->tables->corrections[i];
    if (by->first == w->comparison || by->second == w->comparison) w->apart = false;
  }
}

khop_status witness_open(witness_check *w, const run *r, const score_tables *tables, khop_error *err) {
  enum { rows_compared_again = 200000 };
  *w = (witness_check){.run = r, .table = &r->table, .tables = tables, .threads = pool_threads(r->workers)};
  describe(w, r->schema);
  double share = w->apart || r->live_rows <= rows_compared_again ? 1 : (double)rows_compared_again / (double)r->live_rows;
  w->sampled = share < 1 ? (uint64_t)(share * 0x1p64) : UINT64_MAX;
  w->counts = mem_alloc(w->threads, sizeof *w->counts);
  w->comparers = mem_alloc(w->threads, sizeof *w->comparers);
  w->lists = mem_alloc(w->threads, sizeof *w->lists);
  if (!w->counts || !w->comparers || !w->lists) return error_memory(err, w->threads * sizeof *w->counts, "counts of pairs");
  w->counts[0].scale[WITNESS_MISSING] = 1;
  w->counts[0].scale[WITNESS_AGREES] = w->counts[0].scale[WITNESS_DISAGREES] = 1 / share;
  for (unsigned t = 0; w->comparison >= 0 && !w->apart && t < w->threads; t++) {
    TRY(comparer_create(&w->comparers[t], &r->plan, &r->table.layout, r->level, err));
  }
  return KHOP_OK;
}

void witness_close(witness_check *w) {
  for (unsigned t = 0; w->comparers && t < w->threads; t++) comparer_free(&w->comparers[t]);
  mem_free(w->comparers);
  mem_free(w->lists);
  mem_free(w->counts);
  *w = (witness_check){0};
}

const error_counts *witness_sum(witness_check *w) {
  for (unsigned t = 1; t < w->threads; t++) error_counts_add(&w->counts[0], &w->counts[t]);
  return w->counts;
}

/* ---- counting ---------------------------------------------------------------------------------------------- */

static int32_t witness_weight(const witness_check *w, const comparer *c, size_t p) {
  return w->comparison < 0 ? 0 : w->tables->weights[w->comparison][c->levels[w->comparison][p]];
}

static witness_state state_of(const witness_check *w, const comparer *c, size_t p) {
  int32_t weight = witness_weight(w, c, p);
  return weight > 0 ? WITNESS_AGREES : weight < 0 ? WITNESS_DISAGREES : WITNESS_MISSING;
}

static bool found_by_others(const witness_check *w, size_t rule, const uint8_t *left, const uint8_t *right) {
  if (!(w->alone_rules >> rule & 1)) return true;
  const run *r = w->run;
  for (size_t other = rule + 1; other < r->schema->rule_count; other++) {
    if (w->alone_rules >> other & 1) continue;
    if (block_rules_find(&r->table.layout, r->schema, other, other + 1, &r->split_keys, left, right)) return true;
  }
  return false;
}

typedef struct counted_pair {
  uint16_t place;
  witness_state state;
  bool alone;
} counted_pair;

static void count_pair(const witness_check *w, unsigned worker, const counted_pair *pair, int32_t weight, int32_t rest) {
  error_counts *counts = &w->counts[worker];
  unsigned weight_bin = error_weight_bin((double)(weight - w->tables->match) / WEIGHT_UNIT);
  unsigned rest_bin = error_rest_bin((double)rest / WEIGHT_UNIT);
  if (pair->alone) counts->alone[weight_bin][rest_bin]++;
  else counts->pairs[pair->state][weight_bin][rest_bin]++;
}

/* Pairs whose witness speaks, compared as if it did not. */
static void count_again(witness_check *w, unsigned worker, const candidate_batch *batch, const counted_pair *pairs, size_t count,
                        const int32_t *weights) {
  comparer *c = &w->comparers[worker];
  int32_t rest[BATCH_PAIRS];
  pair_list *list = &w->lists[worker];
  list->count = count;
  for (size_t i = 0; i < count; i++) {
    list->left[i] = batch->pairs.left[pairs[i].place];
    list->right[i] = batch->pairs.right[pairs[i].place];
  }
  view_load(&c->columns, w->table, batch->rows, 0, batch->row_count);
  for (uint64_t fields = w->fields; fields; fields &= fields - 1) view_hide(&c->columns, (size_t)__builtin_ctzll(fields));
  comparer_run(c, list);
  score_pairs(w->tables, c, list, rest);
  for (size_t i = 0; i < count; i++) count_pair(w, worker, &pairs[i], weights[pairs[i].place], rest[i]);
}

void witness_count(witness_check *w, unsigned worker, size_t rule, const candidate_batch *batch, const comparer *c, const int32_t *weights) {
  const feature_table *table = w->table;
  counted_pair again[BATCH_PAIRS];
  /* What weighs less is in the lowest bins: most pairs of wide blocks. */
  const int32_t least_binned = w->tables->match - ERROR_MATCH_BIN / 2 * WEIGHT_UNIT, least_rest = -ERROR_REST_ZERO * WEIGHT_UNIT;
  size_t count = 0, light[WITNESS_STATES] = {0};
  for (size_t p = 0; p < batch->pairs.count; p++) {
    witness_state state = state_of(w, c, p);
    int32_t apart = w->apart ? weights[p] - witness_weight(w, c, p) : weights[p];
    if ((w->apart ? state != WITNESS_AGREES : state == WITNESS_MISSING) && weights[p] < least_binned && apart < least_rest) {
      light[state]++;
      continue;
    }
    uint32_t left = batch->rows[batch->pairs.left[p]], right = batch->rows[batch->pairs.right[p]];
    counted_pair pair = {.place = (uint16_t)p, .state = state};
    if (pair.state == WITNESS_MISSING) {
      count_pair(w, worker, &pair, weights[p], weights[p]);
      continue;
    }
    if (!w->apart && hash_combine(feature_row_number(table, left), feature_row_number(table, right)) > w->sampled) continue;
    pair.alone = pair.state == WITNESS_AGREES && !found_by_others(w, rule, feature_row(table, left), feature_row(table, right));
    if (w->apart) count_pair(w, worker, &pair, weights[p], apart);
    else again[count++] = pair;
  }
  for (size_t state = 0; state < WITNESS_STATES; state++) w->counts[worker].pairs[state][0][0] += light[state];
  if (count) count_again(w, worker, batch, again, count, weights);
}
