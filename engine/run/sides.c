/* Several registers in one run: which inputs and which schema each has, where they meet, and which column holds which field.
 *
 *   columns of a register --its schema's aliases--> its fields --aliases of the joint schema--> fields of all
 *
 * Registers of one schema need no joint one; a schema that the caller names for all is asked for columns itself, unless
 * a register has a schema of its own as well.
 */
#include <stdio.h>
#include <string.h>

#include "run/run.h"

khop_status run_place_registers(run *r, khop_error *err) {
  const khop_link_options *o = r->link;
  size_t sources = 0;
  bool whole = o->register_count >= 2 && o->register_count <= KHOP_REGISTERS_MAX;
  for (size_t side = 0; whole && side < o->register_count; side++) {
    r->first_source[side] = sources;
    sources += o->registers[side].input_count;
    whole = o->registers[side].input_count > 0;
  }
  if (!whole || sources != o->all.input_count) return error_set(err, KHOP_USAGE, "a link needs 2 to %d registers", KHOP_REGISTERS_MAX);
  r->first_source[o->register_count] = sources;
  return KHOP_OK;
}

/* ---- fields of one source ---------------------------------------------------------------------------- */

typedef struct side_fields {
  field_names fields; /* that have a column */
  int columns[SCHEMA_FIELDS_MAX];
  int id_column;
} side_fields;

khop_status run_match_source(const run *r, const schema *s, size_t source, int *out_columns, khop_error *err) {
  const khop_link_register *own = &r->link->registers[run_side_of_source(r, source)];
  column_override *overrides = mem_alloc(own->map_count, sizeof *overrides);
  if (!overrides) return error_memory(err, own->map_count * sizeof *overrides, "column map");
  for (size_t i = 0; i < own->map_count; i++) overrides[i] = (column_override){.field = own->maps[i].field, .column = own->maps[i].column};
  const input_source *in = input_source_at(r->input, source);
  khop_status status = columns_match(s, in->columns, in->column_count, in->name, overrides, own->map_count, out_columns, err);
  mem_free(overrides);
  return status;
}

static khop_status find_fields(const run *r, const schema *s, size_t source, side_fields *out, khop_error *err) {
  int columns[SCHEMA_FIELDS_MAX];
  *out = (side_fields){.id_column = COLUMN_NONE};
  TRY(run_match_source(r, s, source, columns, err));
  for (size_t f = 0; f < s->field_count; f++) {
    if (columns[f] == COLUMN_NONE) continue;
    out->fields.names[out->fields.count] = s->fields[f].name;
    out->columns[out->fields.count++] = columns[f];
  }
  if (s->id_field >= 0) out->id_column = columns[s->id_field];
  return KHOP_OK;
}

/* ---- schemas ------------------------------------------------------------------------------------------- */

static khop_status load_side(run *r, size_t side, khop_error *err) {
  static const char *const options[] = {"--left-schema", "--right-schema", "--schemas"};
  const char *name = r->link->registers[side].schema, *option = options[run_side_count(r) > 2 ? 2 : side];
  const input_source *first = input_source_at(r->input, r->first_source[side]);
  if (!name && r->schema) return KHOP_OK;
  if (!name) TRY(schema_detect(first->columns, first->column_count, &name, err));
  if (!name) return error_set(err, KHOP_USAGE, "%s: the columns fit no built-in schema: say %s", first->name, option);
  return schema_load(&r->side_schemas[side], name, err);
}

static khop_status find_joint(const run *r, const char **out_name, khop_error *err) {
  const field_names *names[KHOP_REGISTERS_MAX];
  side_fields *fields = mem_alloc(KHOP_REGISTERS_MAX, sizeof *fields);
  khop_status status = fields ? KHOP_OK : error_memory(err, KHOP_REGISTERS_MAX * sizeof *fields, "column map");
  for (size_t side = 0; status == KHOP_OK && side < run_side_count(r); side++) {
    status = find_fields(r, r->side_schemas[side], r->first_source[side], &fields[side], err);
    names[side] = &fields[side].fields;
  }
  if (status == KHOP_OK) status = schema_detect_joint(names, run_side_count(r), out_name, err);
  mem_free(fields);
  return status;
}

/* "cccd and bhyt" */
static khop_status no_joint(const run *r, khop_error *err) {
  char list[KHOP_REGISTERS_MAX * 72];
  size_t used = 0;
  for (size_t side = 0, count = run_side_count(r); side < count; side++) {
    const char *between = side == 0 ? "" : side + 1 < count ? ", " : " and ";
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%.64s", between, r->side_schemas[side]->name);
  }
  return error_set(err, KHOP_USAGE, "schemas %s have no two fields in common that a built-in joint schema knows: say --schema", list);
}

static bool have_one_schema(const run *r) {
  for (size_t side = 1; side < run_side_count(r); side++) {
    if (r->side_schemas[side]->hash != r->side_schemas[0]->hash) return false;
  }
  return true;
}

/* What lists call the registers: by their schemas, and numbered where several have one. */
static void name_sides(run *r) {
  size_t count = run_side_count(r);
  for (size_t side = 0; side < count; side++) {
    const char *own = r->side_schemas[side] ? r->side_schemas[side]->name : r->schema->name;
    size_t same = 0;
    for (size_t other = 0; other < count; other++) same += strcmp(own, r->side_schemas[other] ? r->side_schemas[other]->name : r->schema->name) == 0;
    if (same == 1) snprintf(r->side_names[side], sizeof r->side_names[side], "%.64s", own);
    else snprintf(r->side_names[side], sizeof r->side_names[side], "%.64s-%zu", own, side + 1);
  }
}

static khop_status choose_schema(run *r, khop_error *err) {
  for (size_t side = 0; side < run_side_count(r); side++) TRY(load_side(r, side, err));
  if (r->schema) return KHOP_OK;
  if (have_one_schema(r)) {
    r->schema = r->side_schemas[0];
    r->side_schemas[0] = NULL;
    return KHOP_OK;
  }
  const char *joint = NULL;
  TRY(find_joint(r, &joint, err));
  return joint ? schema_load(&r->schema, joint, err) : no_joint(r, err);
}

khop_status run_choose_sides(run *r, khop_error *err) {
  TRY(choose_schema(r, err));
  name_sides(r);
  return KHOP_OK;
}

/* ---- columns ------------------------------------------------------------------------------------------- */

static khop_status map_source(const run *r, size_t source, int *out_columns, khop_error *err) {
  const schema *own = r->side_schemas[run_side_of_source(r, source)];
  if (!own || own->hash == r->schema->hash) return run_match_source(r, r->schema, source, out_columns, err);
  side_fields found;
  int fields[SCHEMA_FIELDS_MAX];
  TRY(find_fields(r, own, source, &found, err));
  TRY(columns_match(r->schema, found.fields.names, found.fields.count, input_source_at(r->input, source)->name, NULL, 0, fields, err));
  for (size_t f = 0; f < r->schema->field_count; f++) out_columns[f] = fields[f] == COLUMN_NONE ? COLUMN_NONE : found.columns[fields[f]];
  if (r->schema->id_field >= 0) out_columns[r->schema->id_field] = found.id_column;
  return KHOP_OK;
}

khop_status run_map_sides(run *r, khop_error *err) {
  size_t sources = input_source_count(r->input), fields = r->schema->field_count;
  r->columns = mem_alloc(sources * fields, sizeof *r->columns);
  if (!r->columns) return error_memory(err, sources * fields * sizeof *r->columns, "column map");
  for (size_t side = 0; side < run_side_count(r); side++) r->id_fields[side] = r->schema->id_field;
  for (size_t s = 0; s < sources; s++) {
    int *columns = r->columns + s * fields;
    TRY(map_source(r, s, columns, err));
    if (r->schema->id_field < 0 || columns[r->schema->id_field] != COLUMN_NONE) continue;
    r->id_fields[run_side_of_source(r, s)] = -1;
  }
  return KHOP_OK;
}

void run_field_registers(const run *r, field_registers *out) {
  const size_t fields = r->schema->field_count;
  *out = (field_registers){.count = run_side_count(r)};
  for (size_t source = 0; source < input_source_count(r->input); source++) {
    size_t side = run_side_of_source(r, source);
    for (size_t f = 0; f < fields; f++) {
      if (r->columns[source * fields + f] != COLUMN_NONE) out->of[f] = (uint8_t)(out->of[f] | 1u << side);
    }
  }
  for (size_t side = 0; side < out->count; side++) {
    if (r->link->registers[side].dedupe) out->within |= 1u << side;
  }
}
