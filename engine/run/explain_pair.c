/* A pair explained: every comparison with its values, level and weight, the decision, and how the two stand in the
 * clusters. See explain.h. */
#include <math.h>
#include <string.h>

#include "index/store.h"
#include "run/explain.h"

/* ---- decisions ---------------------------------------------------------------------------------- */

khop_decision explain_decision(const khop_explainer *e, int32_t weight) {
  return weight >= e->tables.match ? KHOP_MATCH : weight >= e->tables.review ? KHOP_REVIEW : KHOP_NO_MATCH;
}

const char *explain_level_name(const khop_explainer *e, size_t comparison, uint8_t level) {
  return level == LEVEL_MISSING ? "missing" : e->schema->comparisons[comparison].levels[level - 1].name;
}

static const level_model *model_of(const khop_explainer *e, size_t comparison, uint8_t level) {
  return &e->model.comparisons[comparison].levels[level];
}

const char *explain_reason(const khop_explainer *e, const score_part *parts, int32_t weight) {
  const char *reason = NULL;
  int32_t strongest = 0;
  for (size_t c = 0; c < e->schema->comparison_count; c++) {
    if (parts[c].level == LEVEL_MISSING || !model_of(e, c, parts[c].level)->fixed) continue;
    bool match = explain_decision(e, weight) == KHOP_MATCH;
    int32_t own = match ? parts[c].weight : -parts[c].weight;
    if (model_of(e, c, parts[c].level)->share > 0) own = match ? 0 : INT32_MAX; /* relatives */
    if (own <= strongest) continue;
    strongest = own;
    reason = explain_level_name(e, c, parts[c].level);
  }
  return reason;
}

/* ---- comparisons -------------------------------------------------------------------------------- */

static double bits(int32_t weight) { return (double)weight / WEIGHT_UNIT; }

static const char *shown(khop_explainer *e, size_t field, size_t place) {
  const khop_store_record *record = e->records[place];
  const char *text = record->fields[field];
  size_t length = record->lengths[field];
  return e->show_values ? arena_text(&e->answer, text, length) : explain_mask(&e->answer, e->schema->fields[field].type, text, length);
}

/* Fields that the comparison is about, and those that the level's tests looked at: a bit each. */
static uint64_t fields_of(const schema_comparison *c, uint8_t level) {
  uint64_t fields = 0;
  for (size_t i = 0; i < c->field_count; i++) fields |= 1ull << c->fields[i];
  if (level == LEVEL_MISSING) return fields;
  const schema_level *reached = &c->levels[level - 1];
  for (size_t i = 0; i < reached->clause_count; i++) {
    for (size_t t = 0; t < reached->clauses[i].test_count; t++) {
      fields |= 1ull << reached->clauses[i].tests[t].field | 1ull << reached->clauses[i].tests[t].other_field;
    }
  }
  return fields;
}

static void fill_values(khop_explainer *e, uint64_t fields, khop_explain_comparison *out) {
  khop_explain_value *values = arena_alloc(&e->answer, SCHEMA_FIELDS_MAX, sizeof *values);
  if (!values) return;
  for (; fields; fields &= fields - 1) {
    size_t f = (size_t)__builtin_ctzll(fields);
    values[out->value_count++] = (khop_explain_value){.field = e->schema->fields[f].name, .left = shown(e, f, 0), .right = shown(e, f, 1)};
  }
  out->values = values;
}

static khop_status fill_frequency(khop_explainer *e, const score_part *part, khop_explain_comparison *out, khop_error *err) {
  uint64_t left, right;
  char name[SCHEMA_PART_NAME_BYTES];
  if (!part->table) return KHOP_OK;
  const size_t term = part->table->term;
  TRY(explain_frequency(e, term, 0, &left, err));
  TRY(explain_frequency(e, term, 1, &right, err));
  if (!left || !right) return KHOP_OK; /* a missing value is neither rare nor common */
  schema_term_name(e->schema, term, name);
  out->frequency_field = arena_text(&e->answer, name, strlen(name));
  out->frequency = left > right ? left : right; /* the commoner one counts */
  if (e->model.frequency_tables[term]) out->frequency = 0;
  out->frequency_weight = bits(part->frequency);
  return KHOP_OK;
}

static khop_status fill_comparisons(khop_explainer *e, const score_part *parts, khop_pair_explanation *out, khop_error *err) {
  khop_explain_comparison *comparisons = arena_alloc(&e->answer, e->schema->comparison_count, sizeof *comparisons);
  if (!comparisons) return arena_check(&e->answer, err);
  for (size_t c = 0; c < e->schema->comparison_count; c++) {
    const level_model *level = model_of(e, c, parts[c].level);
    bool has_model = parts[c].level != LEVEL_MISSING && !level->fixed;
    comparisons[c] = (khop_explain_comparison){.name = e->schema->comparisons[c].name,
                                               .level = explain_level_name(e, c, parts[c].level),
                                               .fixed = parts[c].level != LEVEL_MISSING && level->fixed,
                                               .m = has_model ? level->m : (double)NAN,
                                               .u = has_model ? level->u : (double)NAN,
                                               .weight = bits(parts[c].weight),
                                               .correction = bits(parts[c].correction),
                                               .corrects = parts[c].correction ? e->schema->comparisons[parts[c].corrects].name : NULL,
                                               .match_share = level->share,
                                               .covered = parts[c].covered};
    TRY(fill_frequency(e, &parts[c], &comparisons[c], err));
    fill_values(e, fields_of(&e->schema->comparisons[c], parts[c].level), &comparisons[c]);
  }
  out->comparisons = comparisons;
  out->comparison_count = e->schema->comparison_count;
  return KHOP_OK;
}

/* ---- clusters ----------------------------------------------------------------------------------- */

/* The cluster of two at hand, as a graph: which pairs are compared matches. */
typedef struct cluster_graph {
  size_t count;
  uint32_t rows[EXPLAIN_CLUSTER_MAX];
  int32_t weights[EXPLAIN_CLUSTER_MAX][EXPLAIN_CLUSTER_MAX]; /* INT32_MIN: no match, or not compared */
} cluster_graph;

_Static_assert(EXPLAIN_CLUSTER_MAX *(EXPLAIN_CLUSTER_MAX - 1) / 2 <= BATCH_PAIRS, "a cluster is one batch");

static khop_status fill_graph(khop_explainer *e, cluster_graph *g, khop_error *err) {
  pair_list pairs = {0};
  uint32_t places[EXPLAIN_CLUSTER_MAX];
  TRY(explain_load(e, g->rows, g->count, err));
  for (size_t i = 0; i < g->count; i++) {
    places[i] = (uint32_t)i;
    for (size_t j = i + 1; j < g->count; j++) {
      pairs.left[pairs.count] = (uint16_t)i;
      pairs.right[pairs.count++] = (uint16_t)j;
    }
  }
  explain_compare(e, places, g->count, &pairs);
  for (size_t p = 0; p < pairs.count; p++) {
    size_t i = pairs.left[p], j = pairs.right[p];
    score_part parts[SCHEMA_COMPARISONS_MAX];
    pair_blocking blocking = {0};
    int32_t weight = score_explain(&e->tables, &e->comparer, &pairs, p, parts);
    bool match = explain_decision(e, weight) == KHOP_MATCH;
    if (match) TRY(explain_rules(e, i, j, NULL, &blocking, err));
    match = match && blocking.compared != KHOP_COMPARED_NO;
    g->weights[i][j] = g->weights[j][i] = match ? weight : INT32_MIN;
  }
  return KHOP_OK;
}

/* Breadth first from `from`; before[i] is where i was reached from, SIZE_MAX where it was not. */
static void walk_graph(const cluster_graph *g, size_t from, size_t before[EXPLAIN_CLUSTER_MAX]) {
  size_t queue[EXPLAIN_CLUSTER_MAX], head = 0, tail = 0;
  for (size_t i = 0; i < g->count; i++) before[i] = SIZE_MAX;
  before[from] = from;
  queue[tail++] = from;
  while (head < tail) {
    size_t at = queue[head++];
    for (size_t i = 0; i < g->count; i++) {
      if (i == at || before[i] != SIZE_MAX || g->weights[at][i] == INT32_MIN) continue;
      before[i] = at;
      queue[tail++] = i;
    }
  }
}

static void fill_steps(khop_explainer *e, const cluster_graph *g, size_t from, size_t to, khop_pair_explanation *out) {
  size_t before[EXPLAIN_CLUSTER_MAX], count = 0;
  walk_graph(g, from, before);
  if (before[to] == SIZE_MAX) return;
  for (size_t at = to; at != from; at = before[at]) count++;
  khop_explain_step *steps = arena_alloc(&e->answer, count, sizeof *steps);
  if (!steps) return;
  size_t left = count;
  for (size_t at = to; at != from; at = before[at]) {
    khop_explain_record record;
    explain_record(e, at, &record);
    steps[--left] = (khop_explain_step){.id = record.id, .weight = bits(g->weights[before[at]][at])};
  }
  out->steps = steps;
  out->step_count = count;
}

/* The matches that lead from one to the other, where the pair itself is none. */
static khop_status find_chain(khop_explainer *e, khop_pair_explanation *out, khop_error *err) {
  cluster_graph *g = arena_alloc(&e->answer, 1, sizeof *g);
  if (!g) return arena_check(&e->answer, err);
  TRY(khop_store_cluster_rows(e->store, (uint32_t)(out->left.cluster - 1), g->rows, EXPLAIN_CLUSTER_MAX, &g->count, err));
  if (g->count > EXPLAIN_CLUSTER_MAX) return KHOP_OK;
  TRY(fill_graph(e, g, err));
  fill_steps(e, g, explain_place(e, out->left.row), explain_place(e, out->right.row), out);
  return KHOP_OK;
}

static khop_status fill_clusters(khop_explainer *e, khop_pair_explanation *out, khop_error *err) {
  size_t size = 0;
  out->same_cluster = out->left.cluster == out->right.cluster;
  TRY(khop_store_find_key(e->store, STORE_TABLE_CLUSTER, out->left.cluster - 1, NULL, 0, &size, err));
  out->cluster_size = size ? size : 1; /* those of one are not in the table */
  bool direct = out->decision == KHOP_MATCH && out->compared == KHOP_COMPARED_YES;
  if (direct && !out->same_cluster) return explain_split(e, out, &out->kept_apart, err);
  return out->same_cluster && !direct ? find_chain(e, out, err) : KHOP_OK;
}

/* ---- all of it ---------------------------------------------------------------------------------- */

static khop_status fill_rules(khop_explainer *e, khop_pair_explanation *out, khop_error *err) {
  pair_blocking blocking;
  khop_explain_rule *rules = arena_alloc(&e->answer, e->schema->rule_count, sizeof *rules);
  if (!rules) return arena_check(&e->answer, err);
  TRY(explain_rules(e, 0, 1, rules, &blocking, err));
  out->rules = rules;
  out->rule_count = e->schema->rule_count;
  out->compared = blocking.compared;
  return KHOP_OK;
}

/* Of the two rows at hand. */
static khop_status fill_pair(khop_explainer *e, khop_pair_explanation *out, khop_error *err) {
  static const uint32_t places[2] = {0, 1};
  const pair_list pairs = {.count = 1, .left = {0}, .right = {1}};
  score_part parts[SCHEMA_COMPARISONS_MAX];
  explain_compare(e, places, 2, &pairs);
  int32_t weight = score_explain(&e->tables, &e->comparer, &pairs, 0, parts);
  explain_record(e, 0, &out->left);
  explain_record(e, 1, &out->right);
  out->prior = bits(e->tables.prior);
  out->weight = bits(weight);
  out->probability = weight_to_probability(out->weight);
  out->match_weight = bits(e->tables.match);
  out->review_weight = bits(e->tables.review);
  out->decision = explain_decision(e, weight);
  out->reason = explain_reason(e, parts, weight);
  TRY(fill_comparisons(e, parts, out, err));
  TRY(fill_rules(e, out, err));
  TRY(fill_clusters(e, out, err));
  return arena_check(&e->answer, err);
}

khop_status khop_explain_pair(khop_explainer *e, const char *id, const char *other_id, const khop_pair_explanation **out_pair,
                              khop_error *err) {
  *out_pair = NULL;
  uint32_t rows[2];
  arena_free(&e->answer);
  e->peeks_left = EXPLAIN_PEEKS;
  TRY(explain_find(e, id, false, "first id", &rows[0], err));
  TRY(explain_find(e, other_id, true, "second id", &rows[1], err));
  if (rows[0] == rows[1]) return error_set(err, KHOP_USAGE, "both ids name one record");
  if (rows[0] > rows[1]) {
    uint32_t later = rows[0];
    rows[0] = rows[1];
    rows[1] = later;
  }
  khop_pair_explanation *pair = arena_alloc(&e->answer, 1, sizeof *pair);
  if (!pair) return arena_check(&e->answer, err);
  TRY(explain_load(e, rows, 2, err));
  TRY(fill_pair(e, pair, err));
  *out_pair = pair;
  return KHOP_OK;
}
