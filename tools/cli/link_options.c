/* See link_options.h. */
#include "cli/link_options.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

const option_spec options_link[] = {
    {"--left", NULL, "FILE", "one more file of the first register; may be repeated"},
    {"--right", NULL, "FILE", "one more file of the second register; may be repeated"},
    {"--also", NULL, "N:FILE", "one more file of register N; may be repeated"},
    {"--one-to-one", NULL, NULL, "between two registers a record is linked once at most; the default is the schema's"},
    {"--one-to-many", NULL, NULL, "a record of the later one is linked once at most, one of the earlier one any number of times"},
    {"--many-to-one", NULL, NULL, "a record of the earlier one is linked once at most, one of the later one any number of times"},
    {"--many-to-many", NULL, NULL, "every matching pair is a link"},
    {"--dedupe-left", NULL, NULL, "find the first register's duplicates too, and link them as one record"},
    {"--dedupe-right", NULL, NULL, "the same of the second register"},
    {"--dedupe", NULL, "LIST", "the same of the registers 1,3 or of all"},
    {"--left-schema", NULL, "NAME|FILE", "schema of the first register; default: found by the columns"},
    {"--right-schema", NULL, "NAME|FILE", "schema of the second register"},
    {"--schemas", NULL, "LIST", "schemas of all registers, in order: cccd,bhyt,residence; an empty one is found by the columns"},
    {"--left-map", NULL, "FIELD=COLUMN", "which column of the first register holds a field of its schema; may be repeated"},
    {"--right-map", NULL, "FIELD=COLUMN", "the same of the second register"},
    {NULL, NULL, NULL, NULL}};

const option_spec options_link_schema[] = {
    {"--schema", NULL, "NAME|FILE", "what all are compared by; default: their schema, or the built-in one that joins different ones"},
    {"--map", NULL, "N:FIELD=COLUMN", "which column of register N holds a field of its schema; may be repeated"},
    {NULL, NULL, NULL, NULL}};

enum { MAPS_MAX = VALUES_MAX, FILES_MAX = KHOP_REGISTERS_MAX + VALUES_MAX };

static khop_status read_kind(const arguments *a, khop_link_kind *out, khop_error *err) {
  static const struct {
    const char *name;
    khop_link_kind kind;
  } kinds[] = {{"--one-to-one", KHOP_LINK_ONE_TO_ONE}, {"--one-to-many", KHOP_LINK_ONE_TO_MANY},
               {"--many-to-one", KHOP_LINK_MANY_TO_ONE}, {"--many-to-many", KHOP_LINK_MANY_TO_MANY}};
  const char *before = NULL;
  *out = KHOP_LINK_BY_SCHEMA;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!arguments_has(a, kinds[i].name)) continue;
    if (before) return report_usage(err, "%s and %s: one of them at most", before, kinds[i].name);
    before = kinds[i].name;
    *out = kinds[i].kind;
  }
  return KHOP_OK;
}

/* "3:REST": the register's place, or register_count. */
static size_t register_number(const khop_link_options *o, const char *text, const char **out_rest) {
  char *end;
  unsigned long number = strtoul(text, &end, 10);
  bool valid = end != text && *end == ':' && end[1] && number >= 1 && number <= o->register_count;
  *out_rest = end + 1;
  return valid ? number - 1 : o->register_count;
}

/* ---- files ---------------------------------------------------------------------------------------- */

static khop_status check_also(const arguments *a, const khop_link_options *o, khop_error *err) {
  const char *text, *rest;
  for (size_t i = 0; (text = arguments_nth(a, "--also", i)); i++) {
    if (register_number(o, text, &rest) == o->register_count) return report_usage(err, "--also: %.60s is not N:FILE, N from 1 to %zu", text, o->register_count);
  }
  return KHOP_OK;
}

/* Each register's files one behind the other, its operand first. */
static khop_status read_files(const arguments *a, khop_link_options *o, khop_error *err) {
  static const char *files[FILES_MAX];
  static const char *const names[] = {"--left", "--right"};
  size_t used = 0;
  const char *text, *rest;
  khop_status status = check_also(a, o, err);
  if (status != KHOP_OK) return status;
  for (size_t side = 0; side < o->register_count; side++) {
    size_t first = used;
    files[used++] = a->operands[side];
    for (size_t i = 0; side < 2 && (text = arguments_nth(a, names[side], i)); i++) files[used++] = text;
    for (size_t i = 0; (text = arguments_nth(a, "--also", i)); i++) {
      if (register_number(o, text, &rest) == side) files[used++] = rest;
    }
    o->registers[side].input_count = used - first;
  }
  o->all.inputs = files;
  o->all.input_count = used;
  return KHOP_OK;
}

/* ---- schemas and columns ---------------------------------------------------------------------------- */

static khop_status read_schemas(const arguments *a, khop_link_options *o, khop_error *err) {
  static char names[4096];
  const char *list = arguments_text(a, "--schemas");
  o->registers[0].schema = arguments_text(a, "--left-schema");
  o->registers[1].schema = arguments_text(a, "--right-schema");
  if (!list) return KHOP_OK;
  if (o->registers[0].schema || o->registers[1].schema) return report_usage(err, "--schemas and --left-schema or --right-schema: one of them at most");
  size_t length = strlen(list);
  if (length >= sizeof names) return report_usage(err, "--schemas: longer than %zu bytes", sizeof names - 1);
  memcpy(names, list, length + 1);
  size_t count = 0;
  for (char *name = names, *end; name; name = end, count++) {
    end = strchr(name, ',');
    if (end) *end++ = '\0';
    if (count < o->register_count && *name) o->registers[count].schema = name;
  }
  if (count != o->register_count) return report_usage(err, "--schemas: %zu schemas for %zu registers", count, o->register_count);
  return KHOP_OK;
}

/* Those of --map name their register, and each gets its own, one behind the other. */
static khop_status share_maps(khop_link_options *o, const khop_map *maps, size_t count, khop_map *room, khop_error *err) {
  const char *field;
  for (size_t i = 0; i < count; i++) {
    if (register_number(o, maps[i].field, &field) == o->register_count) {
      return report_usage(err, "--map: %.60s is not N:FIELD=COLUMN, N from 1 to %zu", maps[i].field, o->register_count);
    }
  }
  for (size_t side = 0; side < o->register_count; side++) {
    khop_map *own = room + side * MAPS_MAX;
    size_t *used = &o->registers[side].map_count;
    for (size_t i = 0; i < count; i++) {
      if (register_number(o, maps[i].field, &field) == side && *used < MAPS_MAX) own[(*used)++] = (khop_map){.field = field, .column = maps[i].column};
    }
    o->registers[side].maps = own;
  }
  return KHOP_OK;
}

static khop_status read_maps(const arguments *a, khop_link_options *o, const khop_map *maps, size_t count, khop_error *err) {
  static khop_map room[KHOP_REGISTERS_MAX * MAPS_MAX];
  khop_status status = arguments_maps(a, "--left-map", room, &o->registers[0].map_count, err);
  if (status == KHOP_OK) status = arguments_maps(a, "--right-map", room + MAPS_MAX, &o->registers[1].map_count, err);
  return status == KHOP_OK ? share_maps(o, maps, count, room, err) : status;
}

/* ---- duplicates --------------------------------------------------------------------------------------- */

static khop_status read_dedupe(const arguments *a, khop_link_options *o, khop_error *err) {
  const char *list = arguments_text(a, "--dedupe");
  o->registers[0].dedupe = arguments_has(a, "--dedupe-left");
  o->registers[1].dedupe = arguments_has(a, "--dedupe-right");
  if (!list) return KHOP_OK;
  bool all = strcmp(list, "all") == 0;
  for (size_t side = 0; all && side < o->register_count; side++) o->registers[side].dedupe = true;
  for (const char *text = list; !all && text; text = strchr(text, ',') ? strchr(text, ',') + 1 : NULL) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    bool valid = end != text && (!*end || *end == ',') && number >= 1 && number <= o->register_count;
    if (!valid) return report_usage(err, "--dedupe: %.60s is not a list of numbers from 1 to %zu, or all", list, o->register_count);
    o->registers[number - 1].dedupe = true;
  }
  return KHOP_OK;
}

khop_status arguments_to_link(const arguments *a, khop_link_options *out, khop_error *err) {
  static khop_map maps[VALUES_MAX];
  khop_link_options_init(out);
  if (a->operand_count < 2) return report_usage(err, "a link needs two registers at least");
  if (a->operand_count > KHOP_REGISTERS_MAX) return report_usage(err, "%zu registers, at most %d", a->operand_count, KHOP_REGISTERS_MAX);
  khop_status status = arguments_to_options(a, &out->all, maps, err);
  size_t map_count = out->all.map_count;
  out->all.maps = NULL;
  out->all.map_count = 0;
  out->register_count = a->operand_count;
  if (status == KHOP_OK) status = read_files(a, out, err);
  if (status == KHOP_OK) status = read_schemas(a, out, err);
  if (status == KHOP_OK) status = read_maps(a, out, maps, map_count, err);
  if (status == KHOP_OK) status = read_dedupe(a, out, err);
  return status == KHOP_OK ? read_kind(a, &out->kind, err) : status;
}
