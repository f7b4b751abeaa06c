/* model.json: the model with the schema's own names, so that a person can read it and a scheduled run can
 * load it. See model.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/model.h"

static const char format_name[] = "khop-model-1";
enum { real_digits = 12 };

/* ---- writing ----------------------------------------------------------------------------------- */

static const char *u_source_name(u_source source) {
  static const char *const names[] = {"schema", "random pairs", "term frequencies", "candidates"};
  return names[source];
}

static json_t *levels_to_json(const comparison_model *comparison, const schema_comparison *declared) {
  json_t *array = json_array();
  for (size_t l = 1; l < comparison->level_count; l++) {
    const level_model *level = &comparison->levels[l];
    json_t *object = json_pack("{s:s}", "level", declared->levels[l - 1].name);
    if (!level->fixed) {
      json_object_set_new(object, "m", json_real(level->m));
      json_object_set_new(object, "u", json_real(level->u));
    }
    if (level->share > 0) json_object_set_new(object, "match_share", json_real(level->share));
    json_object_set_new(object, "weight", json_real(level->weight));
    if (!level->fixed && level->u_source != U_SCHEMA) json_object_set_new(object, "u_from", json_string(u_source_name(level->u_source)));
    if (level->constrained) json_object_set_new(object, "constrained", json_true());
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *frequencies_to_json(const model *m, const schema *s) {
  json_t *array = json_array();
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    char name[SCHEMA_PART_NAME_BYTES];
    if (!schema_weighs_term(s, term)) continue;
    schema_term_name(s, term, name);
    json_t *object = json_pack("{s:s, s:s}", "field", name, "counted_in", m->frequency_tables[term] ? "table" : "register");
    if (schema_term_part(term) != TERM_WHOLE) json_object_set_new(object, "agreement", json_real(m->word_agreement[term]));
    json_array_append_new(array, object);
  }
  return array;
}

static json_t *correlated_to_json(const model *m, const schema *s) {
  json_t *array = json_array();
  for (size_t i = 0; i < m->correlated_count; i++) {
    const correlated_pair *pair = &m->correlated[i];
    const schema_comparison *first = &s->comparisons[pair->first], *second = &s->comparisons[pair->second];
    json_array_append_new(array, json_pack("{s:[s,s], s:[s,s], s:f, s:f, s:f}", "comparisons", first->name, second->name, "levels",
                                           first->levels[pair->first_level - 1].name, second->levels[pair->second_level - 1].name,
                                           "overstated_bits", pair->overstated_bits, "given_match_bits", pair->given_match_bits,
                                           "given_non_match_bits", pair->given_non_match_bits));
  }
  return array;
}

static json_t *corrections_to_json(const model *m, const schema *s) {
  json_t *array = json_array();
  for (size_t i = 0; i < m->correction_count; i++) {
    const level_correction *by = &m->corrections[i];
    const schema_comparison *first = &s->comparisons[by->first], *second = &s->comparisons[by->second];
    json_array_append_new(array, json_pack("{s:[s,s], s:[s,s], s:f}", "comparisons", first->name, second->name, "levels",
                                           first->levels[by->first_level - 1].name, second->levels[by->second_level - 1].name, "bits",
                                           by->bits));
  }
  return array;
}

khop_status model_to_json(const model *m, const schema *s, char **out_text, khop_error *err) {
  json_watch();
  json_t *comparisons = json_array();
  for (size_t c = 0; c < m->comparison_count; c++) {
    const comparison_model *comparison = &m->comparisons[c];
    json_t *object = json_pack("{s:s}", "comparison", s->comparisons[c].name);
    if (m->state > TRAINING_LOADED) {
      json_object_set_new(object, "rules_learned_from", json_integer((json_int_t)comparison->rules_learned_from));
      json_object_set_new(object, "every_rule_looks_at_it", json_boolean(comparison->learned_from_own));
    }
    json_object_set_new(object, "levels", levels_to_json(comparison, &s->comparisons[c]));
    json_array_append_new(comparisons, object);
  }
  json_t *root = json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:b, s:s, s:b, s:i, s:f, s:f, s:I, s:I, s:o, s:o}", "format", format_name,
                           "schema", s->name, "prior", m->prior, "pairs_per_record", m->pairs_per_record,
                           "match_threshold", m->match_threshold, "review_threshold", m->review_threshold,
                           "trained", m->trained, "training", training_state_name(m->state), "em_converged", m->em_converged,
                           "em_iterations", (int)m->em_iterations, "em_change", m->em_change, "training_matches", m->training_matches,
                           "random_pairs", (json_int_t)m->random_pairs, "training_pairs", (json_int_t)m->training_pairs,
                           "term_frequencies", frequencies_to_json(m, s), "comparisons", comparisons);
  if (m->state > TRAINING_LOADED) json_object_set_new(root, "correlated", correlated_to_json(m, s));
  if (m->correction_count) json_object_set_new(root, "corrections", corrections_to_json(m, s));
  if (m->label_matches + m->label_others) {
    json_object_set_new(root, "labels", json_pack("{s:I, s:I, s:f}", "match", (json_int_t)m->label_matches, "non_match",
                                                  (json_int_t)m->label_others, "prior_moved_bits", m->label_shift));
  }
  *out_text = json_text(root, JSON_INDENT(2) | JSON_REAL_PRECISION(real_digits));
  return *out_text ? KHOP_OK : error_set(err, KHOP_ENVIRONMENT, "model.json: out of memory");
}

static void round_real(double *number) {
  char text[40];
  if (!isfinite(*number)) return;
  snprintf(text, sizeof text, "%.*g", real_digits, *number);
  *number = strtod(text, NULL);
}

void model_as_written(model *m) {
  for (size_t c = 0; c < m->comparison_count; c++) {
    for (size_t l = 1; l < m->comparisons[c].level_count; l++) {
      level_model *level = &m->comparisons[c].levels[l];
      round_real(level->fixed ? &level->weight : &level->m);
      round_real(&level->u);
      round_real(&level->share);
    }
  }
  for (size_t i = 0; i < m->correction_count; i++) round_real(&m->corrections[i].bits);
  round_real(&m->prior);
  round_real(&m->pairs_per_record);
  round_real(&m->match_threshold);
  round_real(&m->review_threshold);
  model_set_weights(m);
}

/* ---- loading ------------------------------------------------------------------------------------ */

typedef struct loader {
  const char *path;
  const schema *schema;
  khop_error *err;
} loader;

static khop_status read_number(const loader *in, const json_t *object, const char *name, const char *where,
                               double least, double most, double *out) {
  const json_t *value = json_object_get(object, name);
  if (!json_is_number(value)) return error_set(in->err, KHOP_USAGE, "%s: %s: no number '%s'", in->path, where, name);
  double number = json_number_value(value);
  if (!(number >= least && number <= most)) {
    return error_set(in->err, KHOP_USAGE, "%s: %s: %s is %g, not between %g and %g", in->path, where, name, number, least, most);
  }
  *out = number;
  return KHOP_OK;
}

static const json_t *find_named(const json_t *array, const char *key, const char *name) {
  for (size_t i = 0; i < json_array_size(array); i++) {
    const json_t *object = json_array_get(array, i);
    const char *found = json_string_value(json_object_get(object, key));
    if (found && strcmp(found, name) == 0) return object;
  }
  return NULL;
}

static khop_status load_level(const loader *in, const json_t *levels, const char *comparison, const char *name, level_model *level) {
  char where[256];
  snprintf(where, sizeof where, "comparison %s, level '%s'", comparison, name);
  const json_t *object = find_named(levels, "level", name);
  if (!object) return error_set(in->err, KHOP_USAGE, "%s: %s is missing", in->path, where);
  if (level->share > 0) return read_number(in, object, "match_share", where, 1e-15, 1 - 1e-15, &level->share);
  if (level->fixed) return read_number(in, object, "weight", where, -1000, 1000, &level->weight);
  TRY(read_number(in, object, "m", where, 1e-15, 1, &level->m));
  return read_number(in, object, "u", where, 1e-15, 1, &level->u);
}

static khop_status load_comparisons(const loader *in, const json_t *root, model *m) {
  const json_t *comparisons = json_object_get(root, "comparisons");
  if (json_array_size(comparisons) != m->comparison_count) {
    return error_set(in->err, KHOP_USAGE, "%s: %zu comparisons, schema %s has %zu", in->path, json_array_size(comparisons),
                     in->schema->name, m->comparison_count);
  }
  for (size_t c = 0; c < m->comparison_count; c++) {
    const schema_comparison *declared = &in->schema->comparisons[c];
    const json_t *object = find_named(comparisons, "comparison", declared->name);
    if (!object) return error_set(in->err, KHOP_USAGE, "%s: comparison %s is missing", in->path, declared->name);
    const json_t *levels = json_object_get(object, "levels");
    if (json_array_size(levels) != declared->level_count) {
      return error_set(in->err, KHOP_USAGE, "%s: comparison %s: %zu levels, the schema has %zu", in->path, declared->name,
                       json_array_size(levels), declared->level_count);
    }
    for (size_t l = 0; l < declared->level_count; l++) {
      TRY(load_level(in, levels, declared->name, declared->levels[l].name, &m->comparisons[c].levels[l + 1]));
    }
  }
  return KHOP_OK;
}

/* Models written by hand, and those of earlier versions, may lack what follows. */
static khop_status load_scale(const loader *in, const json_t *root, model *m) {
  const json_t *frequencies = json_object_get(root, "term_frequencies");
  m->pairs_per_record = 0;
  if (json_object_get(root, "pairs_per_record")) {
    TRY(read_number(in, root, "pairs_per_record", "model", 0, 1e19, &m->pairs_per_record));
  }
  for (size_t i = 0; i < json_array_size(frequencies); i++) {
    const json_t *entry = json_array_get(frequencies, i);
    const char *name = json_string_value(json_object_get(entry, "field")), *source = json_string_value(json_object_get(entry, "counted_in"));
    int term = name ? schema_find_term(in->schema, name) : -1;
    if (term < 0 || !source) return error_set(in->err, KHOP_USAGE, "%s: term_frequencies: entry %zu names no field of the schema and where it was counted", in->path, i + 1);
    m->frequency_tables[term] = strcmp(source, "table") == 0;
    if (json_object_get(entry, "agreement")) TRY(read_number(in, entry, "agreement", name, 0, 1, &m->word_agreement[term]));
  }
  return KHOP_OK;
}

/* The level_count, or the comparison_count, when there is none of that name. */
static size_t find_level(const schema_comparison *comparison, const char *name) {
  size_t l = 0;
  while (l < comparison->level_count && (!name || strcmp(comparison->levels[l].name, name) != 0)) l++;
  return l;
}

static size_t find_comparison(const schema *s, const char *name) {
  size_t c = 0;
  while (c < s->comparison_count && (!name || strcmp(s->comparisons[c].name, name) != 0)) c++;
  return c;
}

static khop_status load_correction(const loader *in, const json_t *entry, size_t number, level_correction *out) {
  size_t comparison[2], level[2];
  char where[64];
  snprintf(where, sizeof where, "corrections, entry %zu", number);
  for (size_t i = 0; i < 2; i++) {
    comparison[i] = find_comparison(in->schema, json_string_value(json_array_get(json_object_get(entry, "comparisons"), i)));
    if (comparison[i] == in->schema->comparison_count) return error_set(in->err, KHOP_USAGE, "%s: %s: no comparison of the schema", in->path, where);
    const schema_comparison *declared = &in->schema->comparisons[comparison[i]];
    level[i] = find_level(declared, json_string_value(json_array_get(json_object_get(entry, "levels"), i)));
    if (level[i] == declared->level_count) return error_set(in->err, KHOP_USAGE, "%s: %s: no level of comparison %s", in->path, where, declared->name);
  }
  if (comparison[0] >= comparison[1]) return error_set(in->err, KHOP_USAGE, "%s: %s: comparisons stand in the schema's order", in->path, where);
  *out = (level_correction){.first = comparison[0], .second = comparison[1], .first_level = level[0] + 1, .second_level = level[1] + 1};
  return read_number(in, entry, "bits", where, -1000, 1000, &out->bits);
}

static khop_status load_corrections(const loader *in, const json_t *root, model *m) {
  const json_t *corrections = json_object_get(root, "corrections");
  m->correction_count = 0;
  if (json_array_size(corrections) > MODEL_CORRECTIONS_MAX) {
    return error_set(in->err, KHOP_USAGE, "%s: %zu corrections, more than %d", in->path, json_array_size(corrections), MODEL_CORRECTIONS_MAX);
  }
  for (size_t i = 0; i < json_array_size(corrections); i++) {
    TRY(load_correction(in, json_array_get(corrections, i), i + 1, &m->corrections[m->correction_count++]));
  }
  return KHOP_OK;
}

static khop_status load_root(const loader *in, const json_t *root, model *m) {
  const char *format = json_string_value(json_object_get(root, "format"));
  if (!format || strcmp(format, format_name) != 0) return error_set(in->err, KHOP_USAGE, "%s: not a khop model", in->path);
  const char *schema_name = json_string_value(json_object_get(root, "schema"));
  if (!schema_name || strcmp(schema_name, in->schema->name) != 0) {
    return error_set(in->err, KHOP_USAGE, "%s: a model for schema %.60s, not for %s", in->path, schema_name ? schema_name : "?", in->schema->name);
  }
  TRY(read_number(in, root, "prior", "model", 1e-15, 0.999999, &m->prior));
  TRY(load_scale(in, root, m));
  TRY(read_number(in, root, "match_threshold", "model", 0, 1, &m->match_threshold));
  TRY(read_number(in, root, "review_threshold", "model", 0, 1, &m->review_threshold));
  TRY(load_comparisons(in, root, m));
  return load_corrections(in, root, m);
}

khop_status model_load(model *m, const schema *s, const char *path, khop_error *err) {
  json_t *root;
  TRY(json_read(&root, path, err));
  model loaded = *m;
  const loader in = {.path = path, .schema = s, .err = err};
  khop_status status = load_root(&in, root, &loaded);
  json_decref(root);
  if (status != KHOP_OK) return status;
  loaded.trained = true;
  loaded.state = TRAINING_LOADED;
  model_set_weights(&loaded);
  *m = loaded;
  return KHOP_OK;
}
