/* See schema_terms.h and schema.h. */
#include "schema/schema_terms.h"

#include <stdio.h>
#include <string.h>

#include "schema/schema_tests.h"
#include "schema/wording.h"

static const char *const part_names[TERM_PARTS] = {[TERM_WHOLE] = "whole", [TERM_GIVEN] = "given", [TERM_SURNAME] = "surname"};

static bool has_words(semantic_type type) { return type == TYPE_TEXT || type == TYPE_PERSON_NAME || type == TYPE_PLACE; }

/* TERM_PARTS: no such word. Whole values have none behind the field's name. */
static term_part find_word(const char *name) {
  term_part part = TERM_GIVEN;
  while (part < TERM_PARTS && strcmp(part_names[part], name) != 0) part++;
  return part;
}

static khop_status words_check(const schema_document *d, const yaml_node_t *node, const char *what, term_part part,
                               const schema_field *field, khop_error *err) {
  if (has_words(field->type)) return KHOP_OK;
  return document_fault(err, d, node, "%s: %s does not fit '%s', which is a %s", what, part_names[part],
                        wording_show(field->name).text, semantic_type_name(field->type));
}

khop_status term_parse(const schema_document *d, const schema *s, const yaml_node_t *node, size_t *out_term, khop_error *err) {
  static const char what[] = "term_frequency";
  const char *text;
  char name[SCHEMA_NAME_BYTES_MAX + 1] = {0};
  size_t field;
  TRY(node_text(d, node, what, &text, err));
  const char *dot = strchr(text, '.');
  memcpy(name, text, dot ? (size_t)(dot - text) : strlen(text));
  TRY(field_resolve(d, s, node, what, name, &field, err));
  *out_term = schema_term(field, TERM_WHOLE);
  if (!dot) return KHOP_OK;
  term_part part = find_word(dot + 1);
  if (part == TERM_PARTS) {
    return document_fault(err, d, node, "%s: unknown part '%s'; parts: given, surname", what, wording_show(dot + 1).text);
  }
  *out_term = schema_term(field, part);
  return words_check(d, node, what, part, &s->fields[field], err);
}

khop_status term_tables_parse(const schema_document *d, const yaml_node_t *node, schema_field *field, khop_error *err) {
  static const char what[] = "frequencies";
  document_key keys[TERM_PARTS];
  yaml_node_t *values[TERM_PARTS];
  if (node->type != YAML_MAPPING_NODE) return node_text_copy(d, node, what, &field->frequencies[TERM_WHOLE], err);
  for (size_t p = 0; p < TERM_PARTS; p++) keys[p] = (document_key){part_names[p], false};
  TRY(node_keys(d, node, what, keys, TERM_PARTS, values, err));
  for (term_part p = TERM_WHOLE; p < TERM_PARTS; p++) {
    if (!values[p]) continue;
    if (p != TERM_WHOLE) TRY(words_check(d, values[p], what, p, field, err));
    TRY(node_text_copy(d, values[p], what, &field->frequencies[p], err));
  }
  return KHOP_OK;
}

/* ---- names ------------------------------------------------------------------------------------- */

void schema_term_name(const schema *s, size_t term, char out[SCHEMA_PART_NAME_BYTES]) {
  const char *field = s->fields[schema_term_field(term)].name;
  term_part part = schema_term_part(term);
  if (part == TERM_WHOLE) snprintf(out, SCHEMA_PART_NAME_BYTES, "%s", field);
  else snprintf(out, SCHEMA_PART_NAME_BYTES, "%s.%s", field, part_names[part]);
}

int schema_find_term(const schema *s, const char *name) {
  char field_name[SCHEMA_NAME_BYTES_MAX + 1] = {0};
  const char *dot = strchr(name, '.');
  size_t length = dot ? (size_t)(dot - name) : strlen(name);
  if (length > SCHEMA_NAME_BYTES_MAX) return -1;
  memcpy(field_name, name, length);
  int field = schema_find_field(s, field_name);
  term_part part = dot ? find_word(dot + 1) : TERM_WHOLE;
  return field < 0 || part == TERM_PARTS ? -1 : (int)schema_term((size_t)field, part);
}

bool schema_weighs_term(const schema *s, size_t term) {
  for (size_t c = 0; c < s->comparison_count; c++) {
    for (size_t l = 0; l < s->comparisons[c].level_count; l++) {
      if (s->comparisons[c].levels[l].term == (int)term) return true;
    }
  }
  return false;
}
