/* khop_inspect: what the columns hold, without matching. Shapes of values are counted, values are not
 * kept: a shape writes 9 for digits, A for capitals, a for small letters, runs of letters as one. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "input/source_charset.h"
#include "run/inspect_owner.h"
#include "run/inspect_values.h"
#include "run/run.h"

enum { shapes_max = 256, shape_bytes = 64, sketch_bits = 12, sketch_registers = 1 << sketch_bits };

typedef struct shape {
  char pattern[shape_bytes];
  uint64_t count;
} shape;

/* One column while it is being counted. */
typedef struct column_facts {
  int field;
  uint64_t present, missing, invalid;
  uint8_t registers[sketch_registers]; /* HyperLogLog (Flajolet et al. 2007) */
  value_facts values;
  shape shapes[shapes_max];            /* the first kinds of shape met; later ones go to no place */
  size_t shape_count;
} column_facts;

static char shape_letter(unsigned char c) {
  if (c >= '0' && c <= '9') return '9';
  if (c >= 'A' && c <= 'Z') return 'A';
  if ((c >= 'a' && c <= 'z') || c >= 0x80) return 'a';
  return (char)c;
}

/* "Nguyễn Văn An" is "Aa Aa Aa", "01/02/1990" is "99/99/9999". */
static void make_shape(const char *text, size_t length, char out[shape_bytes]) {
  size_t used = 0;
  for (size_t i = 0; i < length && used < shape_bytes - 1; i++) {
    char letter = shape_letter((unsigned char)text[i]);
    bool repeats = used && out[used - 1] == letter && (letter == 'a' || letter == 'A');
    if (!repeats) out[used++] = letter;
  }
  out[used] = '\0';
}

static void count_shape(column_facts *c, const char *text, size_t length) {
  char pattern[shape_bytes];
  make_shape(text, length, pattern);
  for (size_t i = 0; i < c->shape_count; i++) {
    if (strcmp(c->shapes[i].pattern, pattern) == 0) {
      c->shapes[i].count++;
      return;
    }
  }
  if (c->shape_count == shapes_max) return;
  memcpy(c->shapes[c->shape_count].pattern, pattern, shape_bytes);
  c->shapes[c->shape_count++].count = 1;
}

static void count_distinct(column_facts *c, const char *text, size_t length) {
  uint64_t hash = hash_bytes(text, length);
  size_t place = hash >> (64 - sketch_bits);
  uint64_t rest = hash << sketch_bits;
  uint8_t rank = (uint8_t)(rest ? __builtin_clzll(rest) + 1 : 64 - sketch_bits + 1);
  if (rank > c->registers[place]) c->registers[place] = rank;
}

static uint64_t distinct_estimate(const column_facts *c) {
  double sum = 0, registers = sketch_registers;
  size_t empty = 0;
  for (size_t i = 0; i < sketch_registers; i++) {
    sum += exp2(-(double)c->registers[i]);
    empty += c->registers[i] == 0;
  }
  double estimate = 0.7213 / (1 + 1.079 / registers) * registers * registers / sum;
  if (estimate < 2.5 * registers && empty) estimate = registers * log(registers / (double)empty);
  uint64_t rounded = (uint64_t)llround(estimate);
  return rounded > c->present ? c->present : rounded;
}

/* As the features take it: the usual layouts, then words. */
static bool date_invalid(const char *text, size_t length) {
  date_value usual;
  date_parts date;
  normalise_date(text, length, &usual);
  if (!usual.present || usual.valid) return false;
  date_read(text, length, NULL, &date);
  return date.year_first == 0 || (date.findings & DATE_ERRORS);
}

/* Present, but not of its type: what would be compared as missing or as mere text. */
static bool value_invalid(semantic_type type, const char *text, size_t length) {
  id_value id;
  switch (type) {
    case TYPE_DATE: return date_invalid(text, length);
    case TYPE_SEX: return normalise_sex(text, length) == SEX_MISSING;
    case TYPE_NUMBER: return isnan(normalise_number(text, length));
    case TYPE_PERSONAL_ID: normalise_personal_id(text, length, &id); return !id.valid;
    case TYPE_INSURANCE: normalise_insurance_number(text, length, &id); return !id.valid;
    case TYPE_PHONE: normalise_phone(text, length, &id); return !id.valid;
    default: return false;
  }
}

static void count_value(const schema *s, column_facts *c, const identifier_context *context, input_field value) {
  while (value.length && value.text[0] == ' ') value.text++, value.length--;
  while (value.length && value.text[value.length - 1] == ' ') value.length--;
  if (!value.length) {
    c->missing++;
    return;
  }
  c->present++;
  count_shape(c, value.text, value.length);
  count_distinct(c, value.text, value.length);
  if (c->field < 0) return;
  semantic_type type = s->fields[c->field].type;
  c->invalid += value_invalid(type, value.text, value.length);
  value_facts_count(&c->values, type, context, value.text, value.length);
}

/* ---- all rows ----------------------------------------------------------------------------------- */

/* One row; `map` has the column of each field, `place` where a column of it is counted: NULL for itself. */
static void count_row(const run *r, const id_owner *owners, const int *map, const input_field *row, size_t columns,
                      const int *place, column_facts *facts) {
  for (size_t i = 0; i < (place ? r->schema->field_count : columns); i++) {
    if (place && (map[i] == COLUMN_NONE || place[i] == COLUMN_NONE)) continue;
    column_facts *c = &facts[place ? (size_t)place[i] : i];
    bool is_id = c->field >= 0 && r->schema->fields[c->field].type == TYPE_PERSONAL_ID;
    identifier_context context = {0};
    if (is_id) context = id_owner_context(&owners[c->field], row, map);
    count_value(r->schema, c, is_id ? &context : NULL, row[place ? (size_t)map[i] : i]);
  }
}

static khop_status count_rows(run *r, column_facts *columns, khop_inspection *out, khop_error *err) {
  khop_status status = KHOP_OK;
  input_batch batch = {0};
  input_rows rows = {0};
  bool more = true;
  id_owner owners[SCHEMA_FIELDS_MAX];
  for (size_t f = 0; f < r->schema->field_count; f++) owners[f] = id_owner_of(r->schema, f);
  progress_phase(&r->progress, "read", "bytes", input_bytes_total(r->input));
  for (;;) {
    TRY_CLEANUP(control_check(r->options.control, err));
    TRY_CLEANUP(input_next(r->input, &batch, &more, err));
    if (!more) break;
    TRY_CLEANUP(input_parse(r->input, &batch, &rows, err));
    out->rows += rows.row_count + rows.reject_count;
    out->rejected += rows.reject_count;
    out->decoded_rows += rows.decoded_rows;
    const int *map = r->columns + batch.source * r->schema->field_count;
    for (size_t row = 0; row < rows.row_count; row++) {
      count_row(r, owners, map, rows.fields + row * rows.column_count, rows.column_count,
                batch.source > 0 ? r->columns : NULL, columns);
    }
    progress_set(&r->progress, input_bytes_done(r->input));
  }
cleanup:
  input_batch_free(&batch);
  input_rows_free(&rows);
  return status;
}

static int by_count(const void *a, const void *b) {
  const shape *x = a, *y = b;
  if (x->count != y->count) return x->count < y->count ? 1 : -1;
  return strcmp(x->pattern, y->pattern);
}

static void report_column(const run *r, const char *name, column_facts *c, khop_inspect_column *out) {
  const size_t formats_max = sizeof out->formats / sizeof *out->formats;
  snprintf(out->name, sizeof out->name, "%s", name);
  if (c->field >= 0) {
    snprintf(out->field, sizeof out->field, "%s", r->schema->fields[c->field].name);
    snprintf(out->type, sizeof out->type, "%s", semantic_type_name(r->schema->fields[c->field].type));
    value_facts_report(&c->values, r->schema->fields[c->field].type, out);
  }
  out->present = c->present;
  out->missing = c->missing;
  out->invalid = c->invalid;
  out->distinct = distinct_estimate(c);
  qsort(c->shapes, c->shape_count, sizeof *c->shapes, by_count);
  out->format_count = c->shape_count < formats_max ? c->shape_count : formats_max;
  for (size_t i = 0; i < out->format_count; i++) {
    memcpy(out->formats[i].pattern, c->shapes[i].pattern, shape_bytes);
    out->formats[i].count = c->shapes[i].count;
  }
}

/* ---- charsets ----------------------------------------------------------------------------------- */

static khop_status report_charset(const run *r, size_t source, size_t column, size_t *capacity, khop_inspection *out,
                                  khop_error *err) {
  const input_source *shown = input_source_at(r->input, source);
  const source_charset *found = input_charset_of(r->input, source);
  bool is_file = column == shown->column_count;
  TRY(array_reserve(&out->charsets, capacity, out->charset_count + 1, sizeof *out->charsets, "charsets", err));
  khop_inspect_charset *line = &out->charsets[out->charset_count++];
  *line = (khop_inspect_charset){0};
  snprintf(line->source, sizeof line->source, "%s", shown->name);
  if (!is_file) snprintf(line->column, sizeof line->column, "%s", shown->columns[column]);
  charset_describe(is_file ? &found->evidence : &found->column_evidence[column],
                   is_file ? &found->profile : &found->columns[column], line->evidence, sizeof line->evidence);
  return KHOP_OK;
}

/* Of each source, and of its columns that differ and have words to say so. */
static khop_status report_charsets(const run *r, khop_inspection *out, khop_error *err) {
  size_t capacity = 0;
  for (size_t s = 0; s < input_source_count(r->input); s++) {
    const source_charset *found = input_charset_of(r->input, s);
    size_t columns = input_source_at(r->input, s)->column_count;
    TRY(report_charset(r, s, columns, &capacity, out, err));
    for (size_t c = 0; c < columns; c++) {
      bool is_told = found->column_evidence[c].words > 0 && source_charset_differs(found, c);
      if (is_told) TRY(report_charset(r, s, c, &capacity, out, err));
    }
  }
  return KHOP_OK;
}

static khop_status report(const run *r, column_facts *columns, khop_inspection *out, khop_error *err) {
  const input_source *source = input_source_at(r->input, 0);
  snprintf(out->schema, sizeof out->schema, "%s", r->schema->name);
  snprintf(out->source, sizeof out->source, "%s", source->name);
  snprintf(out->compression, sizeof out->compression, "%s", source->compression);
  out->schema_detected = r->schema_detected;
  out->delimiter = source->delimiter;
  out->had_bom = source->had_bom;
  out->columns = mem_alloc(source->column_count, sizeof *out->columns);
  if (!out->columns) return error_memory(err, source->column_count * sizeof *out->columns, "columns");
  out->column_count = source->column_count;
  for (size_t c = 0; c < source->column_count; c++) report_column(r, source->columns[c], &columns[c], &out->columns[c]);
  for (size_t f = 0; f < r->schema->field_count; f++) {
    if (r->columns[f] != COLUMN_NONE) continue;
    snprintf(out->unmapped_fields[out->unmapped_field_count++], sizeof out->unmapped_fields[0], "%s", r->schema->fields[f].name);
  }
  return KHOP_OK;
}

khop_status khop_inspect(const khop_options *options, khop_inspection *out, khop_error *err) {
  memset(out, 0, sizeof *out);
  khop_status status = KHOP_OK;
  run r;
  column_facts *columns = NULL;
  TRY_CLEANUP(run_open(&r, options, RUN_INSPECTS, err));
  TRY_CLEANUP(report_charsets(&r, out, err));
  size_t count = input_source_at(r.input, 0)->column_count;
  columns = mem_alloc(count, sizeof *columns);
  if (!columns) {
    status = error_memory(err, count * sizeof *columns, "columns");
    goto cleanup;
  }
  for (size_t c = 0; c < count; c++) columns[c].field = -1;
  for (size_t f = 0; f < r.schema->field_count; f++) {
    if (r.columns[f] != COLUMN_NONE) columns[r.columns[f]].field = (int)f;
  }
  TRY_CLEANUP(count_rows(&r, columns, out, err));
  TRY_CLEANUP(report(&r, columns, out, err));
  progress_finish(&r.progress);
cleanup:
  if (status != KHOP_OK) {
    mem_free(out->columns);
    mem_free(out->charsets);
    memset(out, 0, sizeof *out);
  }
  mem_free(columns);
  run_close(&r);
  return status;
}
