/* A YAML text as a small tree whose every fault names its line and column.
 *
 * libyaml builds the tree; this layer bounds it first, because a hostile or broken file must cost
 * neither minutes nor the stack: at most 16 levels, 64 anchors, no directives, one document. Both
 * limits stand for something seen: libyaml 0.2.5 takes time quadratic in the depth of brackets
 * (over a minute for 1 MiB of '[') and in the number of anchors.
 *
 * Readers take a node and `what` it stands for, and fail with "FILE:LINE:COLUMN: WHAT: fact".
 */
#ifndef KHOP_SCHEMA_DOCUMENT_H
#define KHOP_SCHEMA_DOCUMENT_H

#include <yaml.h>

#include "base/status.h"

enum { DOCUMENT_DEPTH_MAX = 16, DOCUMENT_ANCHORS_MAX = 64 };

typedef struct schema_document {
  yaml_document_t yaml;
  const char *source; /* what messages call the file; borrowed */
  yaml_node_t *root;
} schema_document;

/* On failure nothing is left to free. */
khop_status document_load(schema_document *out_document, const char *source, const char *text,
                          size_t length, khop_error *err);
void document_free(schema_document *d);

/* KHOP_USAGE with "FILE:LINE:COLUMN: " before the message. */
khop_status document_fault(khop_error *err, const schema_document *d, const yaml_node_t *node,
                           const char *format, ...) __attribute__((format(printf, 4, 5)));

/* ---- nodes to values ---------------------------------------------------------------------- */

/* A scalar that is a text: not empty, no control characters, at most SCHEMA_NAME_BYTES_MAX bytes. Borrowed,
 * NUL-terminated. */
khop_status node_text(const schema_document *d, const yaml_node_t *node, const char *what,
                      const char **out_text, khop_error *err);
/* A copy of the same, for mem_free. */
khop_status node_text_copy(const schema_document *d, const yaml_node_t *node, const char *what,
                           char **out_text, khop_error *err);
/* true or false. */
khop_status node_flag(const schema_document *d, const yaml_node_t *node, const char *what,
                      bool *out_flag, khop_error *err);

typedef struct number_range {
  int low, high;
  bool low_open, high_open; /* the end itself is outside */
  bool whole;
} number_range;

/* Reads a decimal number in the C locale's form, whatever the locale (a comma is no point). */
khop_status node_number(const schema_document *d, const yaml_node_t *node, const char *what,
                        number_range range, double *out_number, khop_error *err);
/* The same for a number inside a text of `node`. */
khop_status word_number(const schema_document *d, const yaml_node_t *node, const char *word,
                        const char *what, number_range range, double *out_number, khop_error *err);

/* A list of 1 to `max` items. */
khop_status node_list(const schema_document *d, const yaml_node_t *node, const char *what,
                      size_t max, size_t *out_count, khop_error *err);
yaml_node_t *node_list_item(const schema_document *d, const yaml_node_t *node, size_t index);

/* A mapping of 1 to `max` entries, each key a text and none twice. */
khop_status node_mapping(const schema_document *d, const yaml_node_t *node, const char *what,
                         size_t max, size_t *out_count, khop_error *err);
void node_mapping_entry(const schema_document *d, const yaml_node_t *node, size_t index,
                        yaml_node_t **out_key, yaml_node_t **out_value);

typedef struct document_key {
  const char *name;
  bool required;
} document_key;

/* A mapping whose keys are among `keys`: out_values[i] is the value of keys[i], or NULL. */
khop_status node_keys(const schema_document *d, const yaml_node_t *node, const char *what,
                      const document_key *keys, size_t key_count, yaml_node_t **out_values,
                      khop_error *err);

#endif
