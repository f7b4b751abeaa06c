/* A YAML text to a schema. schema_parse.c walks the whole, schema_levels.c the comparisons,
 * schema_clusters.c the conflicts, schema_golden.c survivorship and quality, schema_contradictions.c who corrects. */
#ifndef KHOP_SCHEMA_SCHEMA_PARSE_H
#define KHOP_SCHEMA_SCHEMA_PARSE_H

#include "schema/schema.h"
#include "schema/schema_document.h"

/* `source` is what messages call the text. On failure *out_schema is NULL. */
khop_status schema_parse(schema **out_schema, const char *source, const char *text, size_t length,
                         khop_error *err);

/* Fills s->comparisons; the fields are known by then. */
khop_status comparisons_parse(const schema_document *d, schema *s, const yaml_node_t *node,
                              khop_error *err);

/* Fills s->linkage and s->conflicts; the comparisons are known by then. */
khop_status clusters_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err);

/* Fills s->findings, which schema_findings_init made; the fields are known by then. */
void schema_findings_init(schema_findings *f);
khop_status findings_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err);
/* Without a section: from types and names, what is certain enough. */
void findings_guess(schema *s);

/* Fill s->survivors and s->authority, and what says when a record is usable; `node` may be NULL: then all is as the types
 * of the fields have it. The fields are known by then. */
khop_status golden_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err);
khop_status contradictions_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err);
khop_status quality_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err);

#endif
