/* YAML nodes to checked values. See schema_document.h. */
#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "schema/schema.h"
#include "schema/schema_document.h"
#include "schema/wording.h"

static yaml_node_t *node_at(const schema_document *d, int id) { return d->yaml.nodes.start + id - 1; }

static const char *node_kind(const yaml_node_t *node) {
  switch (node->type) {
    case YAML_SEQUENCE_NODE: return "a list";
    case YAML_MAPPING_NODE: return "a mapping";
    default: return "a text";
  }
}

/* ---- scalars ------------------------------------------------------------------------------ */

khop_status node_text(const schema_document *d, const yaml_node_t *node, const char *what,
                      const char **out_text, khop_error *err) {
  *out_text = NULL;
  if (node->type != YAML_SCALAR_NODE) {
    return document_fault(err, d, node, "%s: %s stands where a text should", what, node_kind(node));
  }
  const char *text = (const char *)node->data.scalar.value;
  size_t length = node->data.scalar.length;
  if (length == 0) return document_fault(err, d, node, "%s: empty", what);
  if (length > SCHEMA_NAME_BYTES_MAX) {
    return document_fault(err, d, node, "%s: %zu bytes, at most %d", what, length,
                          SCHEMA_NAME_BYTES_MAX);
  }
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)text[i];
    if (byte < 0x20 || byte == 0x7f) {
      return document_fault(err, d, node, "%s: holds a control character", what);
    }
  }
  *out_text = text;
  return KHOP_OK;
}

khop_status node_text_copy(const schema_document *d, const yaml_node_t *node, const char *what,
                           char **out_text, khop_error *err) {
  *out_text = NULL;
  const char *text;
  TRY(node_text(d, node, what, &text, err));
  *out_text = mem_copy_text(text, strlen(text));
  return *out_text ? KHOP_OK : error_memory(err, strlen(text) + 1, "a schema");
}

khop_status node_flag(const schema_document *d, const yaml_node_t *node, const char *what,
                      bool *out_flag, khop_error *err) {
  *out_flag = false;
  const char *text;
  TRY(node_text(d, node, what, &text, err));
  *out_flag = strcmp(text, "true") == 0;
  if (*out_flag || strcmp(text, "false") == 0) return KHOP_OK;
  return document_fault(err, d, node, "%s: '%s' is neither true nor false", what,
                        wording_show(text).text);
}

/* Digits with at most one point and an exponent; no hex, inf or nan, which strtod would take. */
static bool is_decimal(const char *word) {
  if (*word == '-' || *word == '+') word++;
  size_t digits = 0, points = 0;
  for (; isdigit((unsigned char)*word) || *word == '.'; word++) {
    if (*word == '.') points++;
    else digits++;
  }
  if (digits == 0 || points > 1) return false;
  if (*word == 'e' || *word == 'E') {
    word++;
    if (*word == '-' || *word == '+') word++;
    if (!isdigit((unsigned char)*word)) return false;
    while (isdigit((unsigned char)*word)) word++;
  }
  return *word == '\0';
}

static bool in_range(double number, number_range range) {
  if (number < range.low || (range.low_open && number <= range.low)) return false;
  if (number > range.high || (range.high_open && number >= range.high)) return false;
  return !range.whole || number == floor(number);
}

khop_status word_number(const schema_document *d, const yaml_node_t *node, const char *word,
                        const char *what, number_range range, double *out_number, khop_error *err) {
  *out_number = 0;
  wording_clipped shown = wording_show(word);
  if (!is_decimal(word)) {
    return document_fault(err, d, node, "%s: '%s' is not a number", what, shown.text);
  }
  locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  if (!c_locale) return error_memory(err, 0, "the C locale");
  double number = strtod_l(word, NULL, c_locale);
  freelocale(c_locale);
  if (!in_range(number, range)) {
    return document_fault(err, d, node,
                          range.whole ? "%s: %s is not a whole number from %d to %d"
                                      : "%s: %s is not between %d and %d",
                          what, shown.text, range.low, range.high);
  }
  *out_number = number;
  return KHOP_OK;
}

khop_status node_number(const schema_document *d, const yaml_node_t *node, const char *what,
                        number_range range, double *out_number, khop_error *err) {
  *out_number = 0;
  const char *text;
  TRY(node_text(d, node, what, &text, err));
  return word_number(d, node, text, what, range, out_number, err);
}

/* ---- lists and mappings ------------------------------------------------------------------- */

static khop_status count_check(const schema_document *d, const yaml_node_t *node, const char *what,
                               size_t count, size_t max, khop_error *err) {
  if (count == 0) return document_fault(err, d, node, "%s: empty", what);
  if (count > max) return document_fault(err, d, node, "%s: %zu, at most %zu", what, count, max);
  return KHOP_OK;
}

khop_status node_list(const schema_document *d, const yaml_node_t *node, const char *what,
                      size_t max, size_t *out_count, khop_error *err) {
  *out_count = 0;
  if (node->type != YAML_SEQUENCE_NODE) {
    return document_fault(err, d, node, "%s: %s stands where a list should", what, node_kind(node));
  }
  size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
  TRY(count_check(d, node, what, count, max, err));
  *out_count = count;
  return KHOP_OK;
}

yaml_node_t *node_list_item(const schema_document *d, const yaml_node_t *node, size_t index) {
  return node_at(d, node->data.sequence.items.start[index]);
}

void node_mapping_entry(const schema_document *d, const yaml_node_t *node, size_t index,
                        yaml_node_t **out_key, yaml_node_t **out_value) {
  const yaml_node_pair_t *pair = node->data.mapping.pairs.start + index;
  *out_key = node_at(d, pair->key);
  *out_value = node_at(d, pair->value);
}

static khop_status key_twice(const schema_document *d, const yaml_node_t *key, const char *name,
                             khop_error *err) {
  return document_fault(err, d, key, "key '%s' appears twice",
                        wording_show(name).text);
}

/* Is entry `index`'s key a text that no entry before it has? */
static khop_status key_check(const schema_document *d, const yaml_node_t *node, size_t index,
                             khop_error *err) {
  yaml_node_t *key, *earlier, *value;
  node_mapping_entry(d, node, index, &key, &value);
  const char *name;
  TRY(node_text(d, key, "key", &name, err));
  for (size_t i = 0; i < index; i++) {
    node_mapping_entry(d, node, i, &earlier, &value);
    if (strcmp((const char *)earlier->data.scalar.value, name) == 0) {
      return key_twice(d, key, name, err);
    }
  }
  return KHOP_OK;
}

static khop_status mapping_check(const schema_document *d, const yaml_node_t *node,
                                 const char *what, khop_error *err) {
  if (node->type == YAML_MAPPING_NODE) return KHOP_OK;
  return document_fault(err, d, node, "%s: %s stands where a mapping should", what,
                        node_kind(node));
}

static size_t mapping_count(const yaml_node_t *node) {
  return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
}

khop_status node_mapping(const schema_document *d, const yaml_node_t *node, const char *what,
                         size_t max, size_t *out_count, khop_error *err) {
  *out_count = 0;
  TRY(mapping_check(d, node, what, err));
  size_t count = mapping_count(node);
  TRY(count_check(d, node, what, count, max, err));
  for (size_t i = 0; i < count; i++) TRY(key_check(d, node, i, err));
  *out_count = count;
  return KHOP_OK;
}

static khop_status unknown_key(const schema_document *d, const yaml_node_t *key, const char *name,
                               const document_key *keys, size_t key_count, khop_error *err) {
  wording_list known = {0};
  for (size_t i = 0; i < key_count; i++) wording_list_add(&known, keys[i].name);
  return document_fault(err, d, key, "unknown key '%s'; known: %s",
                        wording_show(name).text, known.text);
}

khop_status node_keys(const schema_document *d, const yaml_node_t *node, const char *what,
                      const document_key *keys, size_t key_count, yaml_node_t **out_values,
                      khop_error *err) {
  memset(out_values, 0, key_count * sizeof *out_values);
  TRY(mapping_check(d, node, what, err));
  for (size_t i = 0; i < mapping_count(node); i++) {
    yaml_node_t *key, *value;
    node_mapping_entry(d, node, i, &key, &value);
    const char *name;
    TRY(node_text(d, key, "key", &name, err));
    size_t k = 0;
    while (k < key_count && strcmp(keys[k].name, name) != 0) k++;
    if (k == key_count) return unknown_key(d, key, name, keys, key_count, err);
    if (out_values[k]) return key_twice(d, key, name, err);
    out_values[k] = value;
  }
  for (size_t k = 0; k < key_count; k++) {
    if (keys[k].required && !out_values[k]) {
      return document_fault(err, d, node, "%s: no key '%s'", what, keys[k].name);
    }
  }
  return KHOP_OK;
}
