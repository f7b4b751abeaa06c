/* Terms: whose frequencies a level weighs, and the tables that a field has for them. "ho_ten" is the whole value,
 * "ho_ten.given" and "ho_ten.surname" are its last and its first word. */
#ifndef KHOP_SCHEMA_SCHEMA_TERMS_H
#define KHOP_SCHEMA_SCHEMA_TERMS_H

#include "schema/schema.h"
#include "schema/schema_document.h"

/* A node that names a term; words are of texts alone. */
khop_status term_parse(const schema_document *d, const schema *s, const yaml_node_t *node, size_t *out_term, khop_error *err);

/* `frequencies` of a field whose type is known: the path of a table of its values, or a mapping of paths. */
khop_status term_tables_parse(const schema_document *d, const yaml_node_t *node, schema_field *field, khop_error *err);

#endif
