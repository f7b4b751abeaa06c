/* The walk over a schema's document: head, fields, blocking rules, thresholds. Keys are read in
 * the order of their dependence, whatever their order in the file. */
#include "schema/schema_parse.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "schema/schema_terms.h"
#include "schema/schema_tests.h"
#include "schema/wording.h"

/* ---- fields ------------------------------------------------------------------------------- */

/* A name must not look like another part of a test or key. */
static khop_status field_name_check(const schema_document *d, const yaml_node_t *key,
                                    const char *name, khop_error *err) {
  bool fits = strcmp(name, "not") != 0;
  for (const char *c = name; *c; c++) {
    bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (unsigned char)*c >= 0x80;
    if (!letter && !(*c >= '0' && *c <= '9') && *c != '_' && *c != '-') fits = false;
  }
  if (fits) return KHOP_OK;
  return document_fault(err, d, key, "field name '%s' is not letters, digits, '_' and '-'",
                        wording_show(name).text);
}

static khop_status type_parse(const schema_document *d, const yaml_node_t *node,
                              semantic_type *out_type, khop_error *err) {
  *out_type = TYPE_TEXT;
  const char *text;
  TRY(node_text(d, node, "type", &text, err));
  wording_list list = {0};
  for (int type = 0; type < TYPE_COUNT; type++) {
    const char *name = semantic_type_name((semantic_type)type);
    if (strcmp(name, text) == 0) {
      *out_type = (semantic_type)type;
      return KHOP_OK;
    }
    wording_list_add(&list, name);
  }
  return document_fault(err, d, node, "unknown type '%s'; types: %s", wording_show(text).text, list.text);
}

/* The field that a column text already belongs to, or NULL. */
static const schema_field *alias_owner(const schema *s, const char *text) {
  for (size_t f = 0; f < s->field_count; f++) {
    const schema_field *field = &s->fields[f];
    if (strcmp(field->name, text) == 0) return field;
    for (size_t a = 0; a < field->alias_count; a++) {
      if (strcmp(field->aliases[a], text) == 0) return field;
    }
  }
  return NULL;
}

static khop_status aliases_parse(const schema_document *d, const schema *s, schema_field *field,
                                 const yaml_node_t *node, khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "aliases", SCHEMA_ALIASES_MAX, &count, err));
  field->aliases = mem_alloc(count, sizeof *field->aliases);
  if (!field->aliases) return error_memory(err, count * sizeof *field->aliases, "a schema");
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    const char *text;
    TRY(node_text(d, item, "alias", &text, err));
    const schema_field *owner = alias_owner(s, text);
    if (owner) {
      return document_fault(err, d, item, "alias '%s' already belongs to field '%s'",
                            wording_show(text).text, wording_show(owner->name).text);
    }
    TRY(node_text_copy(d, item, "alias", &field->aliases[i], err));
    field->alias_count++;
  }
  return KHOP_OK;
}

static khop_status reference_year_parse(const schema_document *d, const yaml_node_t *node, schema_field *field, khop_error *err) {
  static const number_range years = {.low = 1850, .high = 2100, .whole = true};
  double year;
  TRY(node_number(d, node, "reference_year", years, &year, err));
  field->reference_year = (unsigned)year;
  if (field->type == TYPE_DATE) return KHOP_OK;
  return document_fault(err, d, node, "reference_year: is of dates, and this is a %s", semantic_type_name(field->type));
}

static khop_status field_parse(const schema_document *d, const schema *s, schema_field *field,
                               const yaml_node_t *node, khop_error *err) {
  enum { KEY_TYPE, KEY_ALIASES, KEY_IDENTIFIER, KEY_YEAR, KEY_FREQUENCIES, KEYS };
  static const document_key keys[KEYS] = {
      {"type", true}, {"aliases", false}, {"identifier", false}, {"reference_year", false}, {"frequencies", false}};
  yaml_node_t *values[KEYS];
  TRY(node_keys(d, node, "field", keys, KEYS, values, err));
  TRY(type_parse(d, values[KEY_TYPE], &field->type, err));
  if (values[KEY_ALIASES]) TRY(aliases_parse(d, s, field, values[KEY_ALIASES], err));
  if (values[KEY_YEAR]) TRY(reference_year_parse(d, values[KEY_YEAR], field, err));
  if (values[KEY_FREQUENCIES]) TRY(term_tables_parse(d, values[KEY_FREQUENCIES], field, err));
  if (!values[KEY_IDENTIFIER]) return KHOP_OK;
  TRY(node_flag(d, values[KEY_IDENTIFIER], "identifier", &field->identifier, err));
  if (!field->identifier || field->type == TYPE_PERSONAL_ID || field->type == TYPE_INSURANCE ||
      field->type == TYPE_PHONE || field->type == TYPE_CODE) {
    return KHOP_OK;
  }
  return document_fault(err, d, values[KEY_IDENTIFIER], "a %s cannot be an identifier",
                        semantic_type_name(field->type));
}

/* All names first, so that an alias can be checked against every field. */
static khop_status fields_parse(const schema_document *d, schema *s, const yaml_node_t *node,
                                khop_error *err) {
  size_t count;
  TRY(node_mapping(d, node, "fields", SCHEMA_FIELDS_MAX, &count, err));
  yaml_node_t *key, *value;
  for (size_t i = 0; i < count; i++) {
    node_mapping_entry(d, node, i, &key, &value);
    TRY(field_name_check(d, key, (const char *)key->data.scalar.value, err));
    TRY(node_text_copy(d, key, "field name", &s->fields[i].name, err));
    s->field_count++;
  }
  for (size_t i = 0; i < count; i++) {
    node_mapping_entry(d, node, i, &key, &value);
    TRY(field_parse(d, s, &s->fields[i], value, err));
  }
  return KHOP_OK;
}

/* ---- blocking ----------------------------------------------------------------------------- */

static khop_status parts_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                               const char *what, schema_key_part *parts, size_t *out_count,
                               khop_error *err) {
  *out_count = 0;
  size_t count;
  TRY(node_list(d, node, what, SCHEMA_KEY_PARTS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    TRY(key_part_parse(d, s, item, &parts[i], err));
    for (size_t j = 0; j < i; j++) {
      if (parts[i].field == parts[j].field && parts[i].kind == parts[j].kind &&
          parts[i].argument == parts[j].argument) {
        return document_fault(err, d, item, "%s: the same part twice", what);
      }
    }
  }
  *out_count = count;
  return KHOP_OK;
}

/* The parts as they are written, joined by '+'. */
static khop_status rule_default_name(const schema_document *d, const yaml_node_t *parts,
                                     size_t count, char **out_name, khop_error *err) {
  char name[SCHEMA_KEY_PARTS_MAX * (SCHEMA_NAME_BYTES_MAX + 1)];
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, parts, i);
    if (i) name[used++] = '+';
    memcpy(name + used, item->data.scalar.value, item->data.scalar.length);
    used += item->data.scalar.length;
  }
  *out_name = mem_copy_text(name, used);
  return *out_name ? KHOP_OK : error_memory(err, used + 1, "a schema");
}

static khop_status rule_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                              schema_rule *rule, khop_error *err) {
  enum { KEY_NAME, KEY_PARTS, KEYS };
  static const document_key keys[KEYS] = {{"name", false}, {"parts", true}};
  yaml_node_t *values[KEYS] = {NULL};
  const yaml_node_t *parts = node;
  if (node->type == YAML_MAPPING_NODE) {
    TRY(node_keys(d, node, "blocking rule", keys, KEYS, values, err));
    parts = values[KEY_PARTS];
  }
  TRY(parts_parse(d, s, parts, "blocking rule", rule->parts, &rule->part_count, err));
  if (values[KEY_NAME]) return node_text_copy(d, values[KEY_NAME], "name", &rule->name, err);
  return rule_default_name(d, parts, rule->part_count, &rule->name, err);
}

static khop_status blocking_parse(const schema_document *d, schema *s, const yaml_node_t *node,
                                  khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "blocking", SCHEMA_RULES_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, node, i);
    schema_rule *rule = &s->rules[s->rule_count++];
    TRY(rule_parse(d, s, item, rule, err));
    for (size_t j = 0; j < i; j++) {
      if (strcmp(s->rules[j].name, rule->name) == 0) {
        return document_fault(err, d, item, "blocking rule '%s' appears twice",
                              wording_show(rule->name).text);
      }
    }
  }
  return KHOP_OK;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static khop_status thresholds_parse(const schema_document *d, schema *s, const yaml_node_t *node,
                                    khop_error *err) {
  enum { KEY_MATCH, KEY_REVIEW, KEYS };
  static const document_key keys[KEYS] = {{"match", true}, {"review", true}};
  static const number_range inside = {.low = 0, .high = 1, .low_open = true, .high_open = true};
  yaml_node_t *values[KEYS];
  TRY(node_keys(d, node, "thresholds", keys, KEYS, values, err));
  TRY(node_number(d, values[KEY_MATCH], "match", inside, &s->match_threshold, err));
  TRY(node_number(d, values[KEY_REVIEW], "review", inside, &s->review_threshold, err));
  if (s->review_threshold <= s->match_threshold) return KHOP_OK;
  return document_fault(err, d, values[KEY_REVIEW], "review: above match");
}

static khop_status links_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  const char *text;
  TRY(node_text(d, node, "links", &text, err));
  wording_list list = {0};
  for (int kind = 0; kind < LINK_KINDS; kind++) {
    const char *name = link_kind_name((link_kind)kind);
    if (strcmp(name, text) == 0) {
      s->links = (link_kind)kind;
      return KHOP_OK;
    }
    wording_list_add(&list, name);
  }
  return document_fault(err, d, node, "links: unknown '%s'; one of %s", wording_show(text).text, list.text);
}

enum {
  ROOT_SCHEMA,
  ROOT_TITLE,
  ROOT_ID,
  ROOT_FIELDS,
  ROOT_BLOCKING,
  ROOT_SPLIT_BY,
  ROOT_BLOCK_ROWS,
  ROOT_COMPARISONS,
  ROOT_CLUSTERS,
  ROOT_DUPLICATES,
  ROOT_THRESHOLDS,
  ROOT_GOLDEN,
  ROOT_QUALITY,
  ROOT_LINKS,
  ROOT_JOINT,
  ROOT_FINDINGS,
  ROOT_CONTRADICTIONS,
  ROOT_KEYS
};

static khop_status head_parse(const schema_document *d, schema *s, yaml_node_t *const *values,
                              khop_error *err) {
  const yaml_node_t *title = values[ROOT_TITLE] ? values[ROOT_TITLE] : values[ROOT_SCHEMA];
  TRY(node_text_copy(d, values[ROOT_SCHEMA], "schema", &s->name, err));
  TRY(node_text_copy(d, title, "title", &s->title, err));
  TRY(fields_parse(d, s, values[ROOT_FIELDS], err));
  s->id_field = -1;
  if (!values[ROOT_ID]) return KHOP_OK;
  const char *name;
  size_t field;
  TRY(node_text(d, values[ROOT_ID], "id", &name, err));
  TRY(field_resolve(d, s, values[ROOT_ID], "id", name, &field, err));
  s->id_field = (int)field;
  return KHOP_OK;
}

static khop_status root_parse(const schema_document *d, schema *s, khop_error *err) {
  static const document_key keys[ROOT_KEYS] = {
      [ROOT_SCHEMA] = {"schema", true},           [ROOT_TITLE] = {"title", false},
      [ROOT_ID] = {"id", false},                  [ROOT_FIELDS] = {"fields", true},
      [ROOT_BLOCKING] = {"blocking", false},      [ROOT_SPLIT_BY] = {"split_by", false},
      [ROOT_BLOCK_ROWS] = {"block_rows", false},  [ROOT_COMPARISONS] = {"comparisons", true},
      [ROOT_CLUSTERS] = {"clusters", false},      [ROOT_DUPLICATES] = {"expected_duplicates", false},
      [ROOT_THRESHOLDS] = {"thresholds", false},  [ROOT_GOLDEN] = {"golden", false},
      [ROOT_QUALITY] = {"quality", false},        [ROOT_LINKS] = {"links", false},
      [ROOT_JOINT] = {"joint", false},            [ROOT_FINDINGS] = {"findings", false},
      [ROOT_CONTRADICTIONS] = {"contradictions", false}};
  static const number_range duplicates_range = {.low = 0, .high = 1000, .low_open = true},
                            block_rows_range = {.low = 2, .high = SCHEMA_BLOCK_ROWS_MAX, .whole = true};
  yaml_node_t *values[ROOT_KEYS];
  TRY(node_keys(d, d->root, "schema", keys, ROOT_KEYS, values, err));
  TRY(head_parse(d, s, values, err));
  if (values[ROOT_BLOCKING]) TRY(blocking_parse(d, s, values[ROOT_BLOCKING], err));
  if (values[ROOT_SPLIT_BY]) {
    TRY(parts_parse(d, s, values[ROOT_SPLIT_BY], "split_by", s->split_by, &s->split_count, err));
  }
  if (values[ROOT_BLOCK_ROWS]) {
    double rows;
    TRY(node_number(d, values[ROOT_BLOCK_ROWS], "block_rows", block_rows_range, &rows, err));
    s->block_rows = (size_t)rows;
  }
  TRY(comparisons_parse(d, s, values[ROOT_COMPARISONS], err));
  if (values[ROOT_CLUSTERS]) TRY(clusters_parse(d, s, values[ROOT_CLUSTERS], err));
  schema_findings_init(&s->findings);
  if (values[ROOT_FINDINGS]) TRY(findings_parse(d, s, values[ROOT_FINDINGS], err));
  else findings_guess(s);
  TRY(golden_parse(d, s, values[ROOT_GOLDEN], err));
  TRY(quality_parse(d, s, values[ROOT_QUALITY], err));
  if (values[ROOT_CONTRADICTIONS]) TRY(contradictions_parse(d, s, values[ROOT_CONTRADICTIONS], err));
  s->expected_duplicates = 0.05;
  if (values[ROOT_DUPLICATES]) {
    TRY(node_number(d, values[ROOT_DUPLICATES], "expected_duplicates", duplicates_range,
                    &s->expected_duplicates, err));
  }
  s->match_threshold = 0.9;
  s->review_threshold = 0.5;
  if (values[ROOT_LINKS]) TRY(links_parse(d, s, values[ROOT_LINKS], err));
  if (values[ROOT_JOINT]) TRY(node_flag(d, values[ROOT_JOINT], "joint", &s->is_joint, err));
  return values[ROOT_THRESHOLDS] ? thresholds_parse(d, s, values[ROOT_THRESHOLDS], err) : KHOP_OK;
}

khop_status schema_parse(schema **out_schema, const char *source, const char *text, size_t length,
                         khop_error *err) {
  *out_schema = NULL;
  schema_document document;
  TRY(document_load(&document, source, text, length, err));
  khop_status status = KHOP_OK;
  schema *s = mem_alloc(1, sizeof *s);
  if (!s) {
    status = error_memory(err, sizeof *s, "a schema");
    goto cleanup;
  }
  s->hash = hash_bytes(text, length);
  s->text = mem_copy_text(text, length);
  if (!s->text) {
    status = error_memory(err, length, "a schema");
    goto cleanup;
  }
  TRY_CLEANUP(root_parse(&document, s, err));
  *out_schema = s;
  s = NULL;

cleanup:
  schema_free(s);
  document_free(&document);
  return status;
}
