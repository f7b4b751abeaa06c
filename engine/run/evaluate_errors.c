/* See evaluate_errors.h.
 *
 * Every pair is scored again from the store, as khop explain does it. Records are read a batch of pairs at a time, in
 * the order of their rows, because the store decodes a thousand records to give one.
 */
#include "run/evaluate_errors.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "evaluate/curve.h"
#include "evaluate/likeness.h"
#include "run/explain.h"

enum { batch_errors = EXPLAIN_ROWS_MAX / 2 };

typedef enum error_kind {
  ERROR_RELATIVES = LIKE_COUNT, /* the ones before are likenesses */
  ERROR_CHAINED,
  ERROR_NO_RULE,
  ERROR_LARGE_BLOCK,
  ERROR_BELOW_REVIEW,
  ERROR_BELOW_MATCH,
  ERROR_PARTED,
  ERROR_KINDS
} error_kind;

_Static_assert((int)ERROR_KINDS <= (int)KHOP_ERROR_KINDS_MAX, "all kinds have their place");

static const char *kind_name(error_kind kind) {
  static const char *const names[ERROR_KINDS] = {[ERROR_RELATIVES] = "relatives",       [ERROR_CHAINED] = "chained",
                                                 [ERROR_NO_RULE] = "no_rule",           [ERROR_LARGE_BLOCK] = "large_block",
                                                 [ERROR_BELOW_REVIEW] = "below_review", [ERROR_BELOW_MATCH] = "below_match",
                                                 [ERROR_PARTED] = "parted"};
  return (int)kind < (int)LIKE_COUNT ? likeness_name((likeness)kind) : names[kind];
}

typedef struct error_writer {
  khop_explainer *explainer;
  const evaluate_data *data;
  const uint32_t *rows;
  likeness_fields fields;
  outfile file;
  uint64_t counts[ERROR_KINDS];
} error_writer;

/* What is known of one error. */
typedef struct error_facts {
  error_kind kind;
  const char *detail, *found_by;
  double weight;
  uint64_t differing;
} error_facts;

/* ---- one pair -------------------------------------------------------------------------------- */

static likeness_record values_of(const khop_explainer *e, size_t place) {
  return (likeness_record){.fields = e->records[place]->fields, .lengths = e->records[place]->lengths};
}

/* The level of fixed weight that speaks most against a match: twins, siblings, the next entry in the book. */
static const char *relatives_level(const khop_explainer *e, const score_part *parts) {
  const char *name = NULL;
  int32_t strongest = -4 * WEIGHT_UNIT; /* a weight of -4 says little yet */
  for (size_t c = 0; c < e->schema->comparison_count; c++) {
    if (parts[c].level == LEVEL_MISSING || parts[c].weight >= strongest) continue;
    if (!e->model.comparisons[c].levels[parts[c].level].fixed) continue;
    strongest = parts[c].weight;
    name = explain_level_name(e, c, parts[c].level);
  }
  return name;
}

/* The comparison that weighs most against a match, with its level. */
static const char *heaviest_part(khop_explainer *e, const score_part *parts) {
  size_t heaviest = SIZE_MAX;
  for (size_t c = 0; c < e->schema->comparison_count; c++) {
    bool heavier = parts[c].weight < 0 && (heaviest == SIZE_MAX || parts[c].weight < parts[heaviest].weight);
    if (heavier) heaviest = c;
  }
  if (heaviest == SIZE_MAX) return "";
  return arena_format(&e->answer, "%s: %s", e->schema->comparisons[heaviest].name, explain_level_name(e, heaviest, parts[heaviest].level));
}

static void judge_wrong(error_writer *w, const listed_pair *listed, const score_part *parts, const likeness_record r[2], error_facts *out) {
  const char *level = relatives_level(w->explainer, parts);
  likeness alike = likeness_of(&w->fields, &r[0], &r[1]);
  out->kind = level ? ERROR_RELATIVES : (error_kind)alike;
  out->detail = level ? level : "";
  if (listed && listed->decision == DECISION_MATCH) return;
  out->detail = level ? level : likeness_name(alike);
  out->kind = ERROR_CHAINED;
}

/* A missed pair that pairs.csv does not list: below the review threshold, or never compared. */
static khop_status judge_unlisted(error_writer *w, size_t left, size_t right, const score_part *parts, error_facts *out, khop_error *err) {
  khop_explainer *e = w->explainer;
  khop_explain_rule rules[SCHEMA_RULES_MAX];
  pair_blocking blocking;
  TRY(explain_rules(e, left, right, rules, &blocking, err));
  bool is_compared = blocking.compared == KHOP_COMPARED_YES;
  if (is_compared) out->found_by = e->schema->rules[blocking.owner].name;
  if (is_compared || (blocking.compared == KHOP_COMPARED_UNKNOWN && out->weight * WEIGHT_UNIT < e->tables.review)) {
    out->kind = ERROR_BELOW_REVIEW;
    out->detail = heaviest_part(e, parts);
    return KHOP_OK;
  }
  out->kind = ERROR_NO_RULE;
  for (size_t i = 0; i < e->schema->rule_count; i++) {
    bool is_large = rules[i].outcome == KHOP_RULE_SPLIT || rules[i].outcome == KHOP_RULE_WINDOW || rules[i].outcome == KHOP_RULE_UNKNOWN;
    if (!is_large || out->kind == ERROR_LARGE_BLOCK) continue;
    out->kind = ERROR_LARGE_BLOCK;
    out->detail = arena_format(&e->answer, "%s: %s", rules[i].name, rules[i].detail);
  }
  return KHOP_OK;
}

static khop_status judge(error_writer *w, const pair_error *error, size_t left, size_t right, error_facts *out, khop_error *err) {
  khop_explainer *e = w->explainer;
  const uint32_t places[2] = {(uint32_t)left, (uint32_t)right};
  const pair_list pairs = {.count = 1, .left = {0}, .right = {1}};
  const listed_pair *listed = error->listed == LABEL_UNLISTED ? NULL : &w->data->pairs[error->listed];
  const likeness_record r[2] = {values_of(e, left), values_of(e, right)};
  score_part parts[SCHEMA_COMPARISONS_MAX];
  explain_compare(e, places, 2, &pairs);
  int32_t weight = score_explain(&e->tables, &e->comparer, &pairs, 0, parts);
  *out = (error_facts){.detail = "", .found_by = listed ? w->data->rule_names[listed->rule] : "",
                       .weight = (double)weight / WEIGHT_UNIT,
                       .differing = likeness_differing(e->schema, &r[0], &r[1])};
  if (!error->is_missed) {
    judge_wrong(w, listed, parts, r, out);
  } else if (!listed) {
    TRY(judge_unlisted(w, left, right, parts, out, err));
  } else if (listed->decision == DECISION_REVIEW) {
    out->kind = ERROR_BELOW_MATCH;
    out->detail = heaviest_part(e, parts);
  } else {
    out->kind = ERROR_PARTED;
  }
  return arena_check(&e->answer, err);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static khop_status write_id(error_writer *w, uint32_t record, size_t place, khop_error *err) {
  khop_explainer *e = w->explainer;
  char *id = khop_store_record_id(e->store, e->records[place]);
  if (!id) return error_memory(err, sizeof *e, "a record id");
  size_t length = strlen(id);
  bool is_same = hash_bytes(id, length) == w->data->records.hashes[record];
  outfile_csv_field(&w->file, id, length);
  khop_free(id);
  return is_same ? KHOP_OK : error_set(err, KHOP_INPUT, "store: of another run than clusters.csv");
}

static void write_text(outfile *f, const char *text) {
  outfile_text(f, ",");
  outfile_csv_field(f, text, strlen(text));
}

static void write_differing(outfile *f, const schema *s, uint64_t fields) {
  outfile_text(f, ",");
  for (const char *between = ""; fields; fields &= fields - 1, between = ";") {
    outfile_text(f, between);
    outfile_text(f, s->fields[__builtin_ctzll(fields)].name);
  }
}

static khop_status write_error(error_writer *w, const pair_error *error, const uint32_t *rows, size_t row_count, khop_error *err) {
  static const char *const decisions[] = {[DECISION_OTHER] = "other", [DECISION_REVIEW] = "review", [DECISION_MATCH] = "match"};
  khop_explainer *e = w->explainer;
  error_facts facts;
  size_t places[2];
  const uint32_t records[2] = {error->left, error->right};
  for (int side = 0; side < 2; side++) {
    places[side] = 0;
    while (places[side] < row_count && rows[places[side]] != w->rows[records[side]]) places[side]++;
  }
  arena_free(&e->answer);
  TRY(judge(w, error, places[0], places[1], &facts, err));
  w->counts[facts.kind]++;
  outfile_text(&w->file, error->is_missed ? "missed," : "wrong,");
  outfile_text(&w->file, kind_name(facts.kind));
  outfile_text(&w->file, ",");
  TRY(write_id(w, error->left, places[0], err));
  outfile_text(&w->file, ",");
  TRY(write_id(w, error->right, places[1], err));
  outfile_format(&w->file, ",%.3f,%.6f,", facts.weight, curve_probability(facts.weight));
  outfile_text(&w->file, error->listed == LABEL_UNLISTED ? "" : decisions[w->data->pairs[error->listed].decision]);
  write_text(&w->file, facts.found_by);
  write_text(&w->file, facts.detail);
  write_differing(&w->file, e->schema, facts.differing);
  outfile_text(&w->file, "\n");
  return KHOP_OK;
}

/* ---- batches --------------------------------------------------------------------------------- */

static int by_row(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static khop_status write_batch(error_writer *w, const pair_error *errors, size_t count, khop_error *err) {
  uint32_t rows[EXPLAIN_ROWS_MAX];
  size_t row_count = 0, kept = 0;
  for (size_t i = 0; i < count; i++) {
    rows[row_count++] = w->rows[errors[i].left];
    rows[row_count++] = w->rows[errors[i].right];
  }
  qsort(rows, row_count, sizeof *rows, by_row);
  for (size_t i = 0; i < row_count; i++) {
    if (!kept || rows[kept - 1] != rows[i]) rows[kept++] = rows[i];
  }
  TRY(explain_load(w->explainer, rows, kept, err));
  for (size_t i = 0; i < count; i++) TRY(write_error(w, &errors[i], rows, kept, err));
  return KHOP_OK;
}

static void fill_counts(const error_writer *w, khop_evaluation *out) {
  for (size_t k = 0; k < ERROR_KINDS; k++) {
    if (!w->counts[k]) continue;
    out->error_kinds[out->error_kind_count++] = (khop_error_kind){.name = kind_name((error_kind)k), .is_missed = k >= ERROR_NO_RULE,
                                                                  .pairs = w->counts[k]};
  }
}

khop_status evaluate_errors(const error_list *errors, const evaluate_data *data, const uint32_t *rows,
                            const khop_evaluate_options *options, khop_evaluation *out, khop_error *err) {
  const khop_explain_options explain = {.output = options->output, .store = options->store};
  error_writer w = {.data = data, .rows = rows};
  khop_status status = KHOP_OK;
  TRY(khop_explainer_open(&w.explainer, &explain, err));
  likeness_choose(&w.fields, w.explainer->schema);
  TRY_CLEANUP(evaluate_file_open(&w.file, options->errors, err));
  outfile_text(&w.file, "error,kind,left_id,right_id,match_weight,match_probability,decision,found_by,detail,differing\n");
  for (size_t i = 0; i < errors->count; i += batch_errors) {
    size_t left = errors->count - i;
    TRY_CLEANUP(write_batch(&w, errors->items + i, left < batch_errors ? left : batch_errors, err));
  }
  TRY_CLEANUP(outfile_commit(&w.file, err));
  out->has_errors = true;
  out->errors_listed = errors->count;
  out->errors_wrong = errors->wrong;
  out->errors_missed = errors->missed;
  fill_counts(&w, out);

cleanup:
  if (status != KHOP_OK) outfile_abandon(&w.file);
  khop_explainer_close(w.explainer);
  return status;
}
