/* Two registers in one run: which schema each side has, where they meet, and which column holds which field.
 *
 *   columns of a side --its schema's aliases--> its fields --aliases of the joint schema--> fields of both
 *
 * Sides of one schema need no joint one; a schema that the caller names for both is asked for columns itself, unless
 * a side has a schema of its own as well.
 */
#include <string.h>

#include "run/run.h"

/* ---- fields of one source ---------------------------------------------------------------------------- */

typedef struct side_fields {
  const char *names[SCHEMA_FIELDS_MAX]; /* of fields that have a column */
  int columns[SCHEMA_FIELDS_MAX];
  size_t count;
  int id_column;
} side_fields;

static khop_status match_source(const run *r, const schema *s, size_t source, int *out_columns, khop_error *err) {
  const khop_link_options *o = r->link;
  bool right = run_side_of_source(r, source);
  const khop_map *maps = right ? o->right_maps : o->left_maps;
  size_t count = right ? o->right_map_count : o->left_map_count;
  column_override *overrides = mem_alloc(count, sizeof *overrides);
  if (!overrides) return error_memory(err, count * sizeof *overrides, "column map");
  for (size_t i = 0; i < count; i++) overrides[i] = (column_override){.field = maps[i].field, .column = maps[i].column};
  const input_source *in = input_source_at(r->input, source);
  khop_status status = columns_match(s, in->columns, in->column_count, in->name, overrides, count, out_columns, err);
  mem_free(overrides);
  return status;
}

static khop_status find_fields(const run *r, const schema *s, size_t source, side_fields *out, khop_error *err) {
  int columns[SCHEMA_FIELDS_MAX];
  *out = (side_fields){.id_column = COLUMN_NONE};
  TRY(match_source(r, s, source, columns, err));
  for (size_t f = 0; f < s->field_count; f++) {
    if (columns[f] == COLUMN_NONE) continue;
    out->names[out->count] = s->fields[f].name;
    out->columns[out->count++] = columns[f];
  }
  if (s->id_field >= 0) out->id_column = columns[s->id_field];
  return KHOP_OK;
}

/* ---- schemas ------------------------------------------------------------------------------------------- */

static khop_status load_side(run *r, size_t side, khop_error *err) {
  const char *name = side ? r->link->right_schema : r->link->left_schema;
  const input_source *first = input_source_at(r->input, side ? r->link->left_count : 0);
  if (!name && r->schema) return KHOP_OK;
  if (!name) TRY(schema_detect(first->columns, first->column_count, &name, err));
  if (!name) return error_set(err, KHOP_USAGE, "%s: the columns fit no built-in schema: say --%s-schema", first->name, side ? "right" : "left");
  return schema_load(&r->side_schemas[side], name, err);
}

khop_status run_choose_sides(run *r, khop_error *err) {
  TRY(load_side(r, 0, err));
  TRY(load_side(r, 1, err));
  if (r->schema) return KHOP_OK;
  schema *left = r->side_schemas[0], *right = r->side_schemas[1];
  if (left->hash == right->hash) {
    r->schema = left;
    r->side_schemas[0] = NULL;
    return KHOP_OK;
  }
  side_fields lefts, rights;
  const char *joint = NULL;
  TRY(find_fields(r, left, 0, &lefts, err));
  TRY(find_fields(r, right, r->link->left_count, &rights, err));
  TRY(schema_detect_joint(lefts.names, lefts.count, rights.names, rights.count, &joint, err));
  if (!joint) {
    return error_set(err, KHOP_USAGE, "schemas %s and %s have no two fields in common that a built-in joint schema knows: say --schema",
                     left->name, right->name);
  }
  return schema_load(&r->schema, joint, err);
}

/* ---- columns ------------------------------------------------------------------------------------------- */

static khop_status map_source(const run *r, size_t source, int *out_columns, khop_error *err) {
  const schema *own = r->side_schemas[run_side_of_source(r, source)];
  if (!own || own->hash == r->schema->hash) return match_source(r, r->schema, source, out_columns, err);
  side_fields found;
  int fields[SCHEMA_FIELDS_MAX];
  TRY(find_fields(r, own, source, &found, err));
  TRY(columns_match(r->schema, found.names, found.count, input_source_at(r->input, source)->name, NULL, 0, fields, err));
  for (size_t f = 0; f < r->schema->field_count; f++) out_columns[f] = fields[f] == COLUMN_NONE ? COLUMN_NONE : found.columns[fields[f]];
  if (r->schema->id_field >= 0) out_columns[r->schema->id_field] = found.id_column;
  return KHOP_OK;
}

khop_status run_map_sides(run *r, khop_error *err) {
  size_t sources = input_source_count(r->input), fields = r->schema->field_count;
  r->columns = mem_alloc(sources * fields, sizeof *r->columns);
  if (!r->columns) return error_memory(err, sources * fields * sizeof *r->columns, "column map");
  r->id_fields[0] = r->id_fields[1] = r->schema->id_field;
  for (size_t s = 0; s < sources; s++) {
    int *columns = r->columns + s * fields;
    TRY(map_source(r, s, columns, err));
    if (r->schema->id_field < 0 || columns[r->schema->id_field] != COLUMN_NONE) continue;
    r->id_fields[run_side_of_source(r, s)] = -1;
  }
  return KHOP_OK;
}
