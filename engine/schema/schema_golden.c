/* Survivorship (which of several values of a field is kept) and quality (what makes a record usable). See schema.h.
 * What a schema leaves out follows from the types of its fields. */
#include <string.h>

#include "base/memory.h"
#include "schema/schema_parse.h"
#include "schema/schema_tests.h"
#include "schema/wording.h"

static const char *const rule_names[GOLDEN_RULES] = {[GOLDEN_MOST_COMPLETE] = "most_complete", [GOLDEN_MAJORITY] = "majority",
                                                     [GOLDEN_AUTHORITY] = "authority", [GOLDEN_MOST_RECENT] = "most_recent"};

const char *golden_rule_name(golden_rule rule) { return rule_names[rule]; }

/* ---- fields by name ------------------------------------------------------------------------- */

static khop_status field_parse(const schema_document *d, const schema *s, const yaml_node_t *node, const char *what, size_t *out_field,
                               khop_error *err) {
  const char *name;
  TRY(node_text(d, node, what, &name, err));
  return field_resolve(d, s, node, what, name, out_field, err);
}

static khop_status typed_field_parse(const schema_document *d, const schema *s, const yaml_node_t *node, const char *what,
                                     semantic_type type, int *out_field, khop_error *err) {
  size_t field;
  TRY(field_parse(d, s, node, what, &field, err));
  *out_field = (int)field;
  if (s->fields[field].type == type) return KHOP_OK;
  return document_fault(err, d, node, "%s: field '%s' is a %s, not a %s", what, s->fields[field].name,
                        semantic_type_name(s->fields[field].type), semantic_type_name(type));
}

/* The first field of the type; -1 without one. */
static int first_of(const schema *s, semantic_type type) {
  for (size_t f = 0; f < s->field_count; f++) {
    if (s->fields[f].type == type) return (int)f;
  }
  return -1;
}

/* ---- survivorship --------------------------------------------------------------------------- */

static bool has_rule(const schema_survivor *survivor, golden_rule rule) {
  for (size_t i = 0; i < survivor->rule_count; i++) {
    if (survivor->rules[i] == rule) return true;
  }
  return false;
}

/* What is said in full before what is said often, where a value can be said in part; numbers of today before those of
 * yesterday, and those of yesterday before older ones. */
static void survivor_default(semantic_type type, schema_survivor *out) {
  static const golden_rule complete[] = {GOLDEN_MOST_COMPLETE, GOLDEN_MAJORITY}, often[] = {GOLDEN_MAJORITY, GOLDEN_MOST_COMPLETE},
                           recent[] = {GOLDEN_MOST_COMPLETE, GOLDEN_MOST_RECENT, GOLDEN_MAJORITY};
  bool changes = type == TYPE_PHONE || type == TYPE_PLACE || type == TYPE_INSURANCE;
  bool in_parts = type == TYPE_PERSON_NAME || type == TYPE_DATE || type == TYPE_PERSONAL_ID;
  out->rule_count = changes ? 3 : 2;
  memcpy(out->rules, changes ? recent : in_parts ? complete : often, out->rule_count * sizeof *out->rules);
}

static khop_status rule_parse(const schema_document *d, const yaml_node_t *node, schema_survivor *out, khop_error *err) {
  const char *name;
  wording_list list = {0};
  TRY(node_text(d, node, "rule", &name, err));
  for (int rule = 0; rule < GOLDEN_RULES; rule++) {
    wording_list_add(&list, rule_names[rule]);
    if (strcmp(rule_names[rule], name) != 0) continue;
    if (has_rule(out, (golden_rule)rule)) return document_fault(err, d, node, "rule: '%s' twice", name);
    out->rules[out->rule_count++] = (golden_rule)rule;
    return KHOP_OK;
  }
  return document_fault(err, d, node, "rule: '%s' is none of %s", wording_show(name).text, list.text);
}

/* One rule, or several in order. */
static khop_status rules_parse(const schema_document *d, const yaml_node_t *node, schema_survivor *out, khop_error *err) {
  out->rule_count = 0;
  if (node->type == YAML_SCALAR_NODE) return rule_parse(d, node, out, err);
  size_t count;
  TRY(node_list(d, node, "rule", GOLDEN_RULES, &count, err));
  for (size_t i = 0; i < count; i++) TRY(rule_parse(d, node_list_item(d, node, i), out, err));
  return KHOP_OK;
}

static khop_status form_parse(const schema_document *d, const yaml_node_t *node, schema_survivor *out, khop_error *err) {
  const char *text;
  TRY(node_text(d, node, "write", &text, err));
  out->is_canonical = strcmp(text, "canonical") == 0;
  if (out->is_canonical || strcmp(text, "original") == 0) return KHOP_OK;
  return document_fault(err, d, node, "write: '%s' is neither original nor canonical", wording_show(text).text);
}

static khop_status survivor_parse(const schema_document *d, schema *s, const yaml_node_t *node, schema_survivor *out, khop_error *err) {
  enum { KEY_RULE, KEY_WRITE, KEY_DATE, KEYS };
  static const document_key keys[KEYS] = {{"rule", false}, {"write", false}, {"date", false}};
  yaml_node_t *values[KEYS] = {NULL};
  const yaml_node_t *rules = node;
  if (node->type == YAML_MAPPING_NODE) {
    TRY(node_keys(d, node, "golden field", keys, KEYS, values, err));
    rules = values[KEY_RULE];
  }
  if (values[KEY_WRITE]) TRY(form_parse(d, values[KEY_WRITE], out, err));
  if (values[KEY_DATE]) TRY(typed_field_parse(d, s, values[KEY_DATE], "date", TYPE_DATE, &out->date_field, err));
  if (!rules) return KHOP_OK;
  TRY(rules_parse(d, rules, out, err));
  if (has_rule(out, GOLDEN_MOST_RECENT) && out->date_field < 0) {
    return document_fault(err, d, rules, "most_recent: by which date? `date` names a field of type date, here or for all of `golden`");
  }
  if (has_rule(out, GOLDEN_AUTHORITY) && s->authority_count == 0) {
    return document_fault(err, d, rules, "authority: `golden` has no `authority`, the registers in order");
  }
  return KHOP_OK;
}

static khop_status authority_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "authority", SCHEMA_REGISTERS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    TRY(node_text_copy(d, node_list_item(d, node, i), "register", &s->authority[i], err));
    s->authority_count++;
    for (size_t j = 0; j < i; j++) {
      if (strcmp(s->authority[i], s->authority[j]) != 0) continue;
      return document_fault(err, d, node_list_item(d, node, i), "authority: '%s' twice", wording_show(s->authority[i]).text);
    }
  }
  return KHOP_OK;
}

static khop_status survivors_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  size_t count;
  TRY(node_mapping(d, node, "fields", SCHEMA_FIELDS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    yaml_node_t *key, *value;
    size_t field;
    node_mapping_entry(d, node, i, &key, &value);
    TRY(field_parse(d, s, key, "golden", &field, err));
    TRY(survivor_parse(d, s, value, &s->survivors[field], err));
  }
  return KHOP_OK;
}

khop_status golden_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  enum { KEY_AUTHORITY, KEY_DATE, KEY_FIELDS, KEYS };
  static const document_key keys[KEYS] = {{"authority", false}, {"date", false}, {"fields", false}};
  yaml_node_t *values[KEYS] = {NULL};
  int date = -1;
  if (node) TRY(node_keys(d, node, "golden", keys, KEYS, values, err));
  if (values[KEY_AUTHORITY]) TRY(authority_parse(d, s, values[KEY_AUTHORITY], err));
  if (values[KEY_DATE]) TRY(typed_field_parse(d, s, values[KEY_DATE], "date", TYPE_DATE, &date, err));
  for (size_t f = 0; f < s->field_count; f++) {
    survivor_default(s->fields[f].type, &s->survivors[f]);
    s->survivors[f].date_field = date;
  }
  return values[KEY_FIELDS] ? survivors_parse(d, s, values[KEY_FIELDS], err) : KHOP_OK;
}

/* ---- quality -------------------------------------------------------------------------------- */

/* A person is known by the number, or by name and birth date; a usable record has these, and the sex, as far as the schema
 * knows them. */
static void quality_default(schema *s) {
  static const semantic_type types[] = {TYPE_PERSON_NAME, TYPE_DATE, TYPE_SEX, TYPE_PERSONAL_ID};
  int name = first_of(s, TYPE_PERSON_NAME), date = first_of(s, TYPE_DATE), number = first_of(s, TYPE_PERSONAL_ID);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    int field = first_of(s, types[i]);
    if (field >= 0) s->required[field] = true;
  }
  s->place_field = first_of(s, TYPE_PLACE);
  if (number >= 0) s->identities[s->identity_count++] = (schema_identity){.fields = {(size_t)number}, .field_count = 1};
  if (name < 0) return;
  schema_identity *person = &s->identities[s->identity_count++];
  *person = (schema_identity){.fields = {(size_t)name, date < 0 ? 0 : (size_t)date}, .field_count = date < 0 ? 1 : 2};
}

static khop_status required_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  size_t count, field;
  memset(s->required, 0, sizeof s->required);
  TRY(node_list(d, node, "required", SCHEMA_FIELDS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    TRY(field_parse(d, s, node_list_item(d, node, i), "required", &field, err));
    s->required[field] = true;
  }
  return KHOP_OK;
}

static khop_status identity_parse(const schema_document *d, const schema *s, const yaml_node_t *node, schema_identity *out,
                                  khop_error *err) {
  if (node->type == YAML_SCALAR_NODE) {
    out->field_count = 1;
    return field_parse(d, s, node, "identity", &out->fields[0], err);
  }
  size_t count;
  TRY(node_list(d, node, "identity", SCHEMA_KEY_PARTS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) TRY(field_parse(d, s, node_list_item(d, node, i), "identity", &out->fields[i], err));
  out->field_count = count;
  return KHOP_OK;
}

static khop_status identities_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  size_t count;
  TRY(node_list(d, node, "identity", SCHEMA_IDENTITIES_MAX, &count, err));
  for (size_t i = 0; i < count; i++) TRY(identity_parse(d, s, node_list_item(d, node, i), &s->identities[i], err));
  s->identity_count = count;
  return KHOP_OK;
}

khop_status quality_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  enum { KEY_REQUIRED, KEY_IDENTITY, KEY_PLACE, KEYS };
  static const document_key keys[KEYS] = {{"required", false}, {"identity", false}, {"place", false}};
  yaml_node_t *values[KEYS] = {NULL};
  quality_default(s);
  if (!node) return KHOP_OK;
  TRY(node_keys(d, node, "quality", keys, KEYS, values, err));
  if (values[KEY_REQUIRED]) TRY(required_parse(d, s, values[KEY_REQUIRED], err));
  if (values[KEY_IDENTITY]) TRY(identities_parse(d, s, values[KEY_IDENTITY], err));
  if (values[KEY_PLACE]) TRY(typed_field_parse(d, s, values[KEY_PLACE], "place", TYPE_PLACE, &s->place_field, err));
  return KHOP_OK;
}
