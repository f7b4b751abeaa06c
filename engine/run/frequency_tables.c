/* Tables of term frequencies: how common names or places are in the city that a small register is part of.
 *
 *   value,count            or   value,share
 *   Nguyễn Thị Hoa,4182         Nguyễn Thị Hoa,0.00033
 *
 * Counts are of all records; a table of the common values alone says their shares. A value that is not listed is taken to
 * be as common as the rarest one that is, or as in the register, whichever is less. Values of one canonical form are
 * added up. A table of a word, such as surnames, counts that word of each value.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/table_walk.h"
#include "run/run.h"

typedef struct counted_value {
  uint64_t key;
  double count;
} counted_value;

typedef struct table_reader {
  const run *run;
  size_t term;
  size_t value_column, count_column;
  bool has_shares;
  uint8_t *row; /* a record of this field alone */
  counted_value *values;
  size_t count, capacity;
} table_reader;

static khop_status read_header(void *context, const input_source *source, khop_error *err) {
  table_reader *reader = context;
  TRY(table_column(source, "value", &reader->value_column, err));
  int share = table_find_column(source, "share");
  reader->has_shares = share >= 0;
  reader->count_column = (size_t)(share >= 0 ? share : 0);
  return share >= 0 ? KHOP_OK : table_column(source, "count", &reader->count_column, err);
}

static khop_status row_fault(const table_row *row, const char *fact, khop_error *err) {
  return error_set(err, KHOP_USAGE, "%s: line %llu: %s", row->source, (unsigned long long)row->line, fact);
}

/* Shares may be as small as 1e-07; counts may have marks between thousands. */
static double read_count(const table_reader *reader, const input_field *field) {
  char text[32], *end;
  if (!reader->has_shares || field->length == 0 || field->length >= sizeof text) return normalise_number(field->text, field->length);
  memcpy(text, field->text, field->length);
  text[field->length] = '\0';
  double share = strtod(text, &end);
  return *end ? normalise_number(field->text, field->length) : share;
}

/* Blank values say nothing of any record, and are passed over. */
static khop_status read_row(void *context, const table_row *row, khop_error *err) {
  table_reader *reader = context;
  const run *r = reader->run;
  const input_field *value = &row->fields[reader->value_column], *number = &row->fields[reader->count_column];
  double count = read_count(reader, number);
  if (reader->has_shares && !(count > 0 && count <= 1)) return row_fault(row, "share is not above 0 and at most 1", err);
  if (!(count > 0 && count <= 1e12)) return row_fault(row, "count is not a number above 0", err);
  input_field fields[SCHEMA_FIELDS_MAX] = {0};
  fields[schema_term_field(reader->term)] = *value;
  feature_encode(&r->table.layout, r->schema, fields, reader->row);
  const feature_slot *slot = feature_term(&r->table.layout, reader->term);
  if (feature_missing(slot, reader->row)) return KHOP_OK;
  TRY(array_reserve(&reader->values, &reader->capacity, reader->count + 1, sizeof *reader->values, "term frequencies", err));
  reader->values[reader->count++] = (counted_value){.key = feature_frequency_key(slot, reader->row), .count = count};
  return KHOP_OK;
}

static int by_key(const void *a, const void *b) {
  const counted_value *x = a, *y = b;
  return x->key < y->key ? -1 : x->key > y->key;
}

static void add_up_equals(table_reader *reader) {
  size_t kept = 0;
  qsort(reader->values, reader->count, sizeof *reader->values, by_key);
  for (size_t i = 0; i < reader->count; i++) {
    if (kept && reader->values[kept - 1].key == reader->values[i].key) reader->values[kept - 1].count += reader->values[i].count;
    else reader->values[kept++] = reader->values[i];
  }
  reader->count = kept;
}

static khop_status make_reference(table_reader *reader, const char *path, frequency_reference *out, khop_error *err) {
  if (!reader->count) return error_set(err, KHOP_USAGE, "%s: no value", path);
  add_up_equals(reader);
  double total = 0, rarest = (double)INFINITY, squares = 0;
  for (size_t i = 0; i < reader->count; i++) {
    total += reader->values[i].count;
    rarest = fmin(rarest, reader->values[i].count);
  }
  const double rounding = 1.001;
  if (reader->has_shares && total > rounding) return error_set(err, KHOP_USAGE, "%s: the shares add up to %g, more than 1", path, total);
  if (reader->has_shares) total = fmax(total, 1);
  out->items = mem_alloc(reader->count, sizeof *out->items);
  if (!out->items) return error_memory(err, reader->count * sizeof *out->items, "term frequencies");
  const double scale = FREQUENCY_REFERENCE_RECORDS / total;
  for (size_t i = 0; i < reader->count; i++) {
    double share = reader->values[i].count / total;
    squares += share * share;
    out->items[i] = (sort_item){.key = reader->values[i].key, .row = (uint32_t)fmax(round(reader->values[i].count * scale), 1)};
  }
  out->count = reader->count;
  out->unlisted = (uint32_t)fmax(round(rarest * scale), 1);
  out->agreement = squares;
  return KHOP_OK;
}

static khop_status read_table(run *r, size_t term, const char *path, khop_error *err) {
  table_reader reader = {.run = r, .term = term, .row = mem_alloc(r->table.layout.stride, 1)};
  if (!reader.row) return error_memory(err, r->table.layout.stride, "a record");
  khop_status status = table_walk(path, read_header, read_row, &reader, err);
  if (status == KHOP_OK) status = make_reference(&reader, path, &r->references[term], err);
  mem_free(reader.values);
  mem_free(reader.row);
  return status;
}

static khop_status read_given(run *r, const khop_map *given, khop_error *err) {
  int term = schema_find_term(r->schema, given->field);
  if (term < 0) return error_set(err, KHOP_USAGE, "--frequencies: schema %s has no field %.80s", r->schema->name, given->field);
  if (!feature_is_counted(feature_term(&r->table.layout, (size_t)term))) {
    return error_set(err, KHOP_USAGE, "--frequencies: no level of schema %s has term_frequency: %s", r->schema->name, given->field);
  }
  if (r->references[term].count) return error_set(err, KHOP_USAGE, "--frequencies: two tables for field %s", given->field);
  return read_table(r, (size_t)term, given->column, err);
}

/* A schema's table stands beside the schema. */
static khop_status read_of_schema(run *r, size_t term, const char *name, khop_error *err) {
  const char *slash = strrchr(r->options.schema ? r->options.schema : "", '/');
  if (name[0] == '/' || !slash) return read_table(r, term, name, err);
  char *directory = mem_copy_text(r->options.schema, (size_t)(slash - r->options.schema));
  char *path = directory ? path_join(directory, name) : NULL;
  khop_status status = path ? read_table(r, term, path, err) : error_memory(err, strlen(name), "a path");
  mem_free(directory);
  mem_free(path);
  return status;
}

khop_status run_read_frequencies(run *r, khop_error *err) {
  for (size_t i = 0; i < r->options.frequencies_count; i++) TRY(read_given(r, &r->options.frequencies[i], err));
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    const char *path = r->schema->fields[schema_term_field(term)].frequencies[schema_term_part(term)];
    bool is_counted = feature_is_counted(feature_term(&r->table.layout, term));
    if (path && is_counted && !r->references[term].count) TRY(read_of_schema(r, term, path, err));
  }
  return KHOP_OK;
}
