/* Comparisons and their levels. See schema_parse.h and schema.h. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "schema/default_levels.h"
#include "schema/schema_conditions.h"
#include "schema/schema_parse.h"
#include "schema/schema_terms.h"
#include "schema/schema_tests.h"
#include "schema/wording.h"

/* ---- a level ------------------------------------------------------------------------------ */

enum { LEVEL_WHEN, LEVEL_ANY, LEVEL_ELSE, LEVEL_NAME, LEVEL_M, LEVEL_U, LEVEL_WEIGHT, LEVEL_SHARE, LEVEL_COVERS, LEVEL_TF, LEVEL_CONFLICT,
       LEVEL_KEYS };

static khop_status conditions_parse(const schema_document *d, const schema *s,
                                    const yaml_node_t *node, yaml_node_t *const *values,
                                    schema_level *level, condition_name *name, khop_error *err) {
  int given = !!values[LEVEL_WHEN] + !!values[LEVEL_ANY] + !!values[LEVEL_ELSE];
  if (given != 1) {
    return document_fault(err, d, node, "a level needs one of when, any and else; it has %d", given);
  }
  if (values[LEVEL_WHEN]) return condition_parse(d, s, values[LEVEL_WHEN], false, level, name, err);
  if (values[LEVEL_ANY]) return condition_parse(d, s, values[LEVEL_ANY], true, level, name, err);
  bool holds;
  TRY(node_flag(d, values[LEVEL_ELSE], "else", &holds, err));
  if (!holds) return document_fault(err, d, values[LEVEL_ELSE], "else: only true has a meaning");
  condition_name_add(name, "else");
  return KHOP_OK;
}

/* m and u, or a fixed weight, or a share of matches. */
static khop_status weights_parse(const schema_document *d, const yaml_node_t *node,
                                 yaml_node_t *const *values, schema_level *level, khop_error *err) {
  static const number_range probability = {.low = 0, .high = 1, .low_open = true, .high_open = true};
  static const number_range weight = {.low = -100, .high = 100};
  level->m = level->u = level->weight = (double)NAN;
  bool trained = values[LEVEL_M] || values[LEVEL_U];
  if (trained + !!values[LEVEL_WEIGHT] + !!values[LEVEL_SHARE] > 1) {
    return document_fault(err, d, node, "a level has m and u, or weight, or match_share, and not two of them");
  }
  if (values[LEVEL_COVERS] && !values[LEVEL_SHARE]) {
    return document_fault(err, d, node, "covers: needs a match_share");
  }
  if (values[LEVEL_WEIGHT]) return node_number(d, values[LEVEL_WEIGHT], "weight", weight, &level->weight, err);
  if (values[LEVEL_SHARE]) return node_number(d, values[LEVEL_SHARE], "match_share", probability, &level->match_share, err);
  if (!values[LEVEL_M] || !values[LEVEL_U]) {
    return document_fault(err, d, node, "a level needs m and u, or weight, or match_share");
  }
  TRY(node_number(d, values[LEVEL_M], "m", probability, &level->m, err));
  return node_number(d, values[LEVEL_U], "u", probability, &level->u, err);
}

static khop_status term_frequency_parse(const schema_document *d, const schema *s,
                                        const yaml_node_t *node, schema_level *level,
                                        khop_error *err) {
  level->term = -1;
  if (!node) return KHOP_OK;
  if (level->clause_count == 0 || isnan(level->m)) {
    return document_fault(err, d, node, "term_frequency: needs a test, and m and u");
  }
  size_t term;
  TRY(term_parse(d, s, node, &term, err));
  level->term = (int)term;
  return KHOP_OK;
}

static khop_status level_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                               schema_level *level, khop_error *err) {
  static const document_key keys[LEVEL_KEYS] = {
      [LEVEL_WHEN] = {"when", false}, [LEVEL_ANY] = {"any", false},
      [LEVEL_ELSE] = {"else", false}, [LEVEL_NAME] = {"name", false},
      [LEVEL_M] = {"m", false},       [LEVEL_U] = {"u", false},
      [LEVEL_WEIGHT] = {"weight", false}, [LEVEL_SHARE] = {"match_share", false},
      [LEVEL_COVERS] = {"covers", false}, [LEVEL_TF] = {"term_frequency", false},
      [LEVEL_CONFLICT] = {"conflict", false}};
  yaml_node_t *values[LEVEL_KEYS];
  condition_name name = {.used = 0};
  TRY(node_keys(d, node, "level", keys, LEVEL_KEYS, values, err));
  TRY(conditions_parse(d, s, node, values, level, &name, err));
  TRY(weights_parse(d, node, values, level, err));
  TRY(term_frequency_parse(d, s, values[LEVEL_TF], level, err));
  if (values[LEVEL_CONFLICT]) TRY(node_flag(d, values[LEVEL_CONFLICT], "conflict", &level->is_conflict, err));
  if (values[LEVEL_NAME]) return node_text_copy(d, values[LEVEL_NAME], "name", &level->name, err);
  level->name = mem_copy_text(name.text, name.used);
  return level->name ? KHOP_OK : error_memory(err, name.used + 1, "a schema");
}

/* ---- a comparison ------------------------------------------------------------------------- */

static khop_status level_check(const schema_document *d, const yaml_node_t *node, const schema_comparison *comparison,
                               bool is_last, khop_error *err) {
  const schema_level *level = &comparison->levels[comparison->level_count - 1];
  bool is_else = level->clause_count == 0;
  if (is_else && !is_last) return document_fault(err, d, node, "else is not the last level");
  if (!is_else && is_last) return document_fault(err, d, node, "the last level is not else");
  if (is_else && comparison->level_count == 1) return document_fault(err, d, node, "no level before else");
  for (const schema_level *other = comparison->levels; other < level; other++) {
    if (strcmp(other->name, level->name) == 0) {
      return document_fault(err, d, node, "level '%s' appears twice", wording_show(level->name).text);
    }
  }
  return KHOP_OK;
}

/* The levels that suit the comparison's first field, behind those given. */
static khop_status default_levels_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                                        schema_comparison *comparison, khop_error *err) {
  khop_status status = KHOP_OK;
  schema_document defaults;
  yaml_node_t *levels = NULL;
  size_t count = 0;
  TRY(default_levels_load(&defaults, &s->fields[comparison->fields[0]], &levels, err));
  TRY_CLEANUP(node_list(&defaults, levels, "default levels", SCHEMA_LEVELS_MAX, &count, err));
  if (comparison->level_count + count > SCHEMA_LEVELS_MAX) {
    status = document_fault(err, d, node, "levels: %zu and %zu default ones, at most %d", comparison->level_count, count, SCHEMA_LEVELS_MAX);
    goto cleanup;
  }
  for (size_t i = 0; i < count; i++) {
    TRY_CLEANUP(level_parse(&defaults, s, node_list_item(&defaults, levels, i), &comparison->levels[comparison->level_count++], err));
    TRY_CLEANUP(level_check(d, node, comparison, i + 1 == count, err));
  }
cleanup:
  document_free(&defaults);
  return status;
}

static bool is_default(const yaml_node_t *node) {
  return node->type == YAML_SCALAR_NODE && strcmp((const char *)node->data.scalar.value, "default") == 0;
}

static khop_status levels_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                                schema_comparison *comparison, khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "levels", SCHEMA_LEVELS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    bool is_last = i + 1 == count;
    if (is_last && is_default(item)) return default_levels_parse(d, s, item, comparison, err);
    TRY(level_parse(d, s, item, &comparison->levels[comparison->level_count++], err));
    TRY(level_check(d, item, comparison, is_last, err));
  }
  return KHOP_OK;
}

/* `fields`, or the field that bears the comparison's name. */
static khop_status comparison_fields(const schema_document *d, const schema *s,
                                     const yaml_node_t *node, const yaml_node_t *name_node,
                                     schema_comparison *comparison, khop_error *err) {
  if (!node) {
    comparison->field_count = 1;
    return field_resolve(d, s, name_node, "a comparison without `fields` is named after one",
                         comparison->name, &comparison->fields[0], err);
  }
  size_t count;
  TRY(node_list(d, node, "fields", SCHEMA_FIELDS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    const char *text;
    TRY(node_text(d, item, "field", &text, err));
    TRY(field_resolve(d, s, item, "fields", text, &comparison->fields[i], err));
    comparison->field_count++;
    for (size_t j = 0; j < i; j++) {
      if (comparison->fields[j] == comparison->fields[i]) {
        return document_fault(err, d, item, "fields: '%s' appears twice", wording_show(text).text);
      }
    }
  }
  return KHOP_OK;
}

static khop_status missing_parse(const schema_document *d, const yaml_node_t *node, schema_comparison *comparison,
                                 khop_error *err) {
  if (!node) return KHOP_OK;
  const char *text;
  TRY(node_text(d, node, "missing", &text, err));
  comparison->missing_all = strcmp(text, "all") == 0;
  comparison->missing_never = strcmp(text, "never") == 0;
  if (comparison->missing_all || comparison->missing_never || strcmp(text, "any") == 0) return KHOP_OK;
  return document_fault(err, d, node, "missing: '%s' is neither any, all nor never", wording_show(text).text);
}

static khop_status comparison_parse(const schema_document *d, const schema *s,
                                    const yaml_node_t *node, schema_comparison *comparison,
                                    khop_error *err) {
  enum { KEY_NAME, KEY_FIELDS, KEY_MISSING, KEY_LEVELS, KEYS };
  static const document_key keys[KEYS] = {
      {"name", true}, {"fields", false}, {"missing", false}, {"levels", false}};
  yaml_node_t *values[KEYS];
  TRY(node_keys(d, node, "comparison", keys, KEYS, values, err));
  TRY(node_text_copy(d, values[KEY_NAME], "name", &comparison->name, err));
  TRY(comparison_fields(d, s, values[KEY_FIELDS], values[KEY_NAME], comparison, err));
  TRY(missing_parse(d, values[KEY_MISSING], comparison, err));
  if (!values[KEY_LEVELS]) return default_levels_parse(d, s, node, comparison, err);
  return levels_parse(d, s, values[KEY_LEVELS], comparison, err);
}

/* ---- what levels cover: other comparisons, so all must be known ------------------------------------ */

/* The value of `key`; NULL when the mapping does not have it. */
static yaml_node_t *mapping_find(const schema_document *d, const yaml_node_t *node, const char *key) {
  size_t count = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
  for (size_t i = 0; i < count; i++) {
    yaml_node_t *name, *value;
    node_mapping_entry(d, node, i, &name, &value);
    if (strcmp((const char *)name->data.scalar.value, key) == 0) return value;
  }
  return NULL;
}

static khop_status covers_parse(const schema_document *d, const schema *s, const yaml_node_t *node, size_t comparison,
                                uint32_t *out_covers, khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "covers", SCHEMA_COMPARISONS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    const char *text;
    size_t other = 0;
    TRY(node_text(d, item, "covers", &text, err));
    while (other < s->comparison_count && strcmp(s->comparisons[other].name, text) != 0) other++;
    if (other == s->comparison_count) return document_fault(err, d, item, "covers: no comparison '%s'", wording_show(text).text);
    if (other == comparison) return document_fault(err, d, item, "covers: a level does not cover its own comparison");
    *out_covers |= 1u << other;
  }
  return KHOP_OK;
}

static khop_status all_covers_parse(const schema_document *d, schema *s, const yaml_node_t *comparisons, khop_error *err) {
  for (size_t c = 0; c < s->comparison_count; c++) {
    const yaml_node_t *levels = mapping_find(d, node_list_item(d, comparisons, c), "levels");
    for (size_t l = 0; levels && l < s->comparisons[c].level_count; l++) {
      if (s->comparisons[c].levels[l].match_share == 0) continue;
      const yaml_node_t *covers = mapping_find(d, node_list_item(d, levels, l), "covers");
      if (covers) TRY(covers_parse(d, s, covers, c, &s->comparisons[c].levels[l].covers, err));
    }
  }
  return KHOP_OK;
}

khop_status comparisons_parse(const schema_document *d, schema *s, const yaml_node_t *node,
                              khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "comparisons", SCHEMA_COMPARISONS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    schema_comparison *comparison = &s->comparisons[s->comparison_count++];
    TRY(comparison_parse(d, s, item, comparison, err));
    for (size_t j = 0; j < i; j++) {
      if (strcmp(s->comparisons[j].name, comparison->name) == 0) {
        return document_fault(err, d, item, "comparison '%s' appears twice",
                              wording_show(comparison->name).text);
      }
    }
  }
  return all_covers_parse(d, s, node, err);
}
