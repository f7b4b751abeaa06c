/* The comparison levels of schema/defaults.yaml. */
#ifndef KHOP_SCHEMA_DEFAULT_LEVELS_H
#define KHOP_SCHEMA_DEFAULT_LEVELS_H

#include "schema/schema.h"
#include "schema/schema_document.h"

/* The document with the field's name in it, and in it the list of levels for the field's type. On failure
 * nothing is left to free. */
khop_status default_levels_load(schema_document *out_document, const schema_field *field, yaml_node_t **out_levels,
                                khop_error *err);

#endif
