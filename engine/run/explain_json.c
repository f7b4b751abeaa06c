/* Explanations as JSON. See explain.h. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "run/explain.h"

/* A file's name or a value of a damaged store need not be UTF-8. */
static json_t *string(const char *text) {
  if (!text) return json_null();
  json_t *string = json_string(text);
  return string ? string : json_string("?");
}

static json_t *real(double number) { return isnan(number) ? json_null() : json_real(number); }

static json_t *record(const khop_explain_record *r) {
  return json_pack("{s:o, s:o, s:I, s:I, s:I}", "id", string(r->id), "source", string(r->source), "line", (json_int_t)r->line, "row",
                   (json_int_t)r->row, "cluster", (json_int_t)r->cluster);
}

static json_t *values(const khop_explain_comparison *c) {
  json_t *array = json_array();
  for (size_t i = 0; i < c->value_count; i++) {
    json_array_append_new(array, json_pack("{s:o, s:o, s:o}", "field", string(c->values[i].field), "left", string(c->values[i].left),
                                           "right", string(c->values[i].right)));
  }
  return array;
}

static json_t *comparisons(const khop_pair_explanation *p) {
  json_t *array = json_array();
  for (size_t i = 0; i < p->comparison_count; i++) {
    const khop_explain_comparison *c = &p->comparisons[i];
    json_t *object = json_pack("{s:o, s:o, s:b, s:o, s:o, s:f}", "comparison", string(c->name), "level", string(c->level), "fixed",
                               c->fixed, "m", real(c->m), "u", real(c->u), "weight", c->weight);
    if (c->frequency_field) {
      json_object_set_new(object, "term_frequency", json_pack("{s:o, s:I, s:f}", "field", string(c->frequency_field), "records",
                                                              (json_int_t)c->frequency, "weight", c->frequency_weight));
    }
    if (c->corrects) json_object_set_new(object, "correction", json_pack("{s:o, s:f}", "repeats", string(c->corrects), "weight", c->correction));
    if (c->match_share > 0) json_object_set_new(object, "match_share", json_real(c->match_share));
    if (c->covered) json_object_set_new(object, "covered", json_true());
    json_object_set_new(object, "values", values(c));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *rules(const khop_pair_explanation *p) {
  json_t *array = json_array();
  for (size_t i = 0; i < p->rule_count; i++) {
    const khop_explain_rule *r = &p->rules[i];
    json_array_append_new(array, json_pack("{s:o, s:s, s:b, s:o, s:I, s:I}", "rule", string(r->name), "outcome",
                                           explain_outcome_name(r->outcome), "first", r->owns, "detail", string(r->detail),
                                           "left_records", (json_int_t)r->left_rows, "right_records", (json_int_t)r->right_rows));
  }
  return array;
}

static json_t *steps(const khop_pair_explanation *p) {
  json_t *array = json_array();
  for (size_t i = 0; i < p->step_count; i++) {
    json_array_append_new(array, json_pack("{s:o, s:f}", "id", string(p->steps[i].id), "weight", p->steps[i].weight));
  }
  return array;
}

static khop_status dump(json_t *root, char **out_text, khop_error *err) {
  char *text = json_text(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  size_t length = text ? strlen(text) : 0;
  char *line = text ? mem_resize(text, length + 2, 1) : NULL;
  if (!line) {
    mem_free(text);
    return error_memory(err, length, "an explanation");
  }
  memcpy(line + length, "\n", 2);
  *out_text = line;
  return KHOP_OK;
}

khop_status explain_pair_json(const khop_pair_explanation *p, char **out_text, khop_error *err) {
  json_watch();
  json_t *root = json_pack("{s:o, s:o, s:s, s:o, s:f, s:f, s:f, s:f}", "left", record(&p->left), "right", record(&p->right), "decision",
                           explain_decision_name(p->decision), "reason", string(p->reason), "match_weight", p->weight,
                           "match_probability", p->probability, "match_from", p->match_weight, "review_from", p->review_weight);
  json_object_set_new(root, "compared", json_string(explain_compared_name(p->compared)));
  json_object_set_new(root, "same_cluster", json_boolean(p->same_cluster));
  json_object_set_new(root, "kept_apart", string(p->kept_apart));
  json_object_set_new(root, "cluster_size", json_integer((json_int_t)p->cluster_size));
  json_object_set_new(root, "through", steps(p));
  json_object_set_new(root, "prior", json_real(p->prior));
  json_object_set_new(root, "comparisons", comparisons(p));
  json_object_set_new(root, "blocking_rules", rules(p));
  return dump(root, out_text, err);
}

khop_status explain_candidates_json(const khop_candidates_explanation *c, char **out_text, khop_error *err) {
  json_watch();
  json_t *array = json_array();
  for (size_t i = 0; i < c->candidate_count; i++) {
    const khop_explain_candidate *one = &c->candidates[i];
    json_array_append_new(array, json_pack("{s:o, s:f, s:f, s:s, s:o, s:s, s:o, s:b, s:o}", "record", record(&one->record),
                                           "match_weight", one->weight, "match_probability", one->probability, "decision",
                                           explain_decision_name(one->decision), "reason", string(one->reason), "compared",
                                           explain_compared_name(one->compared), "rule", string(one->rule), "same_cluster",
                                           one->same_cluster, "why", string(one->why)));
  }
  json_t *root = json_pack("{s:o, s:I, s:I, s:I, s:f, s:f, s:o}", "record", record(&c->record), "cluster_size", (json_int_t)c->cluster_size,
                           "sharing", (json_int_t)c->sharing, "looked_at", (json_int_t)c->looked_at, "match_from", c->match_weight,
                           "review_from", c->review_weight, "candidates", array);
  return dump(root, out_text, err);
}
