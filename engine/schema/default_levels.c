/* See default_levels.h. */
#include "schema/default_levels.h"

#include <string.h>

#include "base/memory.h"
#include "schema/builtin.h"

/* `text` with `name` for each '$'; field names need no quoting in YAML. */
static char *fill_in(const char *text, const char *name) {
  size_t name_length = strlen(name), length = 0;
  for (const char *c = text; *c; c++) length += *c == '$' ? name_length : 1;
  char *filled = mem_alloc(length + 1, 1), *out = filled;
  for (const char *c = text; filled && *c; c++) {
    size_t count = *c == '$' ? name_length : 1;
    memcpy(out, *c == '$' ? name : c, count);
    out += count;
  }
  return filled;
}

static khop_status find_levels(const schema_document *d, semantic_type type, yaml_node_t **out_levels, khop_error *err) {
  document_key keys[TYPE_COUNT];
  yaml_node_t *values[TYPE_COUNT];
  for (int t = 0; t < TYPE_COUNT; t++) keys[t] = (document_key){semantic_type_name((semantic_type)t), true};
  TRY(node_keys(d, d->root, "default levels", keys, TYPE_COUNT, values, err));
  *out_levels = values[type];
  return KHOP_OK;
}

khop_status default_levels_load(schema_document *out_document, const schema_field *field, yaml_node_t **out_levels,
                                khop_error *err) {
  char *text = fill_in(schema_defaults[0].yaml, field->name);
  if (!text) return error_memory(err, strlen(schema_defaults[0].yaml), "default levels");
  khop_status status = document_load(out_document, "built-in default levels", text, strlen(text), err);
  mem_free(text);
  TRY(status);
  status = find_levels(out_document, field->type, out_levels, err);
  if (status != KHOP_OK) document_free(out_document);
  return status;
}
