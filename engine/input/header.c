/* The first row of a file, or the first behind a title (header_rows.h), names its columns; a file that has none is refused
 * here, before any work. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "input/internal.h"
#include "input/sample.h"
#include "input/sniff.h"

enum { NAME_BYTES_MAX = 1024 }; /* of a name that is put together of rows */

static khop_status check_line_ends(const source_file *s, const window *w, khop_error *err) {
  const char *text = window_text(w);
  size_t bytes = window_bytes(w);
  if (memchr(text, '\n', bytes)) return KHOP_OK;
  const char *carriage_return = memchr(text, '\r', bytes);
  if (!carriage_return || carriage_return == text + bytes - 1) return KHOP_OK;
  return error_set(err, KHOP_INPUT, "%s: lines end in CR alone, as on an old Mac: save it with LF or CRLF",
                   s->label);
}

static khop_status choose_delimiter(const input *in, source_file *s, const window *w, khop_error *err) {
  const char *text = window_text(w);
  size_t bytes = window_bytes(w);
  char found = sniff_delimiter(text, bytes, INPUT_SAMPLE_BYTES, w->ended);
  s->shown.delimiter = in->delimiter ? in->delimiter : found;
  if (!in->delimiter) return KHOP_OK;
  sniff_shape forced = sniff_rows(text, bytes, INPUT_SAMPLE_BYTES, w->ended, in->delimiter);
  if (forced.columns != 1) return KHOP_OK;
  sniff_shape other = sniff_rows(text, bytes, INPUT_SAMPLE_BYTES, w->ended, found);
  if (other.columns < 2) {
    return error_set(err, KHOP_INPUT, "%s: delimiter %s finds 1 column", s->label,
                     sniff_delimiter_name(in->delimiter));
  }
  return error_set(err, KHOP_INPUT, "%s: delimiter %s finds 1 column; %s would find %zu", s->label,
                   sniff_delimiter_name(in->delimiter), sniff_delimiter_name(found), other.columns);
}

static khop_status check_shape(const input *in, const source_file *s, const window *w, const sniff_shape *shape,
                               khop_error *err) {
  if (shape->columns == 0) {
    if (w->ended) return error_set(err, KHOP_INPUT, "%s: empty file", s->label);
    return error_set(err, KHOP_INPUT, "%s: nothing but blank lines in the first %zu bytes", s->label,
                     window_bytes(w));
  }
  bool is_whole = shape->is_header_whole || (w->ended && !shape->is_header_quoted);
  if (!is_whole && shape->is_header_quoted) {
    return error_set(err, KHOP_INPUT, "%s: header: quote never closed", s->label);
  }
  if (!is_whole || shape->header_bytes > in->row_bytes_max + 1) {
    return error_set(err, KHOP_INPUT, "%s: header: no line end within %zu bytes", s->label, in->row_bytes_max);
  }
  if (shape->columns > INPUT_COLUMNS_MAX) {
    return error_set(err, KHOP_INPUT, "%s: %zu columns, at most %d", s->label, shape->columns,
                     INPUT_COLUMNS_MAX);
  }
  return KHOP_OK;
}

static bool is_empty(input_field field) { return field_trimmed(field).length == 0; }

static char *copy_trimmed(input_field field) {
  const input_field name = field_trimmed(field);
  char *copy = mem_copy_text(name.text, name.length);
  for (char *p = copy; p && *p; p++) {
    if (field_is_blank(*p)) *p = ' '; /* a name of several lines is shown in one */
  }
  return copy;
}

/* The name of a column whose texts stand one below the other in `name_rows` rows. A group's name, whose neighbours are
 * empty, is said in each of its columns. */
static char *name_column(const input_rows *rows, size_t name_rows, size_t column) {
  char name[NAME_BYTES_MAX] = "";
  size_t used = 0;
  for (size_t row = 0; row < name_rows; row++) {
    const input_field *cells = rows->fields + row * rows->column_count;
    size_t from = column;
    bool has_below = row + 1 < name_rows && !is_empty(rows->fields[(row + 1) * rows->column_count + column]);
    while (has_below && from > 0 && is_empty(cells[from])) from--;
    char *part = copy_trimmed(cells[from]);
    if (!part) return NULL;
    if (*part && used < sizeof name) used += (size_t)snprintf(name + used, sizeof name - used, "%s%s", used ? " " : "", part);
    mem_free(part);
  }
  if (used == 0) used = (size_t)snprintf(name, sizeof name, "(column %zu)", column + 1);
  return mem_copy_text(name, used < sizeof name ? used : sizeof name - 1);
}

static khop_status copy_columns(source_file *s, const input_rows *rows, size_t name_rows, khop_error *err) {
  size_t count = rows->column_count;
  s->columns = mem_alloc(count + JOINS_MAX, sizeof *s->columns);
  if (!s->columns) return error_memory(err, count * sizeof *s->columns, "column names");
  s->own_columns = s->shown.column_count = count;
  s->shown.columns = (const char *const *)s->columns;
  for (size_t i = 0; i < count; i++) {
    bool is_one = name_rows == 1 && !is_empty(rows->fields[i]);
    s->columns[i] = is_one ? copy_trimmed(rows->fields[i]) : name_column(rows, name_rows, i);
    if (!s->columns[i]) return error_memory(err, rows->fields[i].length, "column names");
  }
  return KHOP_OK;
}

static khop_status check_columns(const source_file *s, khop_error *err) {
  for (size_t i = 0; i < s->own_columns; i++) {
    for (size_t j = 0; j < i; j++) {
      if (strcmp(s->columns[i], s->columns[j]) != 0) continue;
      return error_set(err, KHOP_INPUT, "%s: column \"%.200s\" twice, as column %zu and column %zu: give one of them another name", s->label,
                       s->columns[i], j + 1, i + 1);
    }
  }
  return KHOP_OK;
}

/* The names as UTF-8, once the charsets of the file are known. */
static khop_status decode_header(const input *in, const source_file *s, input_field *names, size_t count, bool is_utf8,
                                 row_texts *texts, khop_error *err) {
  const charset_profile *profile = &s->charset.profile;
  const row_decoder decoder = {.tables = in->charsets, .found = &s->charset};
  bool is_settled = s->charset.is_plain && (is_utf8 || profile->is_forced), is_readable = is_utf8;
  size_t decoded_bytes = 0;
  if (!is_settled) {
    TRY(decode_row(&decoder, true, names, count, texts, &decoded_bytes, &is_readable, err));
  }
  if (is_readable) return KHOP_OK;
  input_reject reject = {.reason = s->charset.is_plain ? INPUT_NOT_UTF8 : INPUT_UNDECODABLE};
  if (profile->count == 1) reject.expected = (uint32_t)profile->charsets[0];
  char reason[96];
  input_reject_describe(&reject, reason, sizeof reason);
  return error_set(err, KHOP_INPUT, "%s: header: %s", s->label, reason);
}

/* Splits the header as if it were rows of data. */
static khop_status split_header(const input *in, source_file *s, const window *w, const sniff_shape *shape,
                                khop_error *err) {
  khop_status status = KHOP_OK;
  input_rows rows = {0};
  row_texts texts = {0};
  input_batch batch = {.bytes = shape->header_bytes, .first_byte = w->offset + shape->header_start};
  batch.text = mem_alloc(batch.bytes + SCAN_PADDING, 1);
  if (!batch.text) TRY_CLEANUP(error_memory(err, batch.bytes, "header"));
  memcpy(batch.text, window_text(w) + shape->header_start, batch.bytes);
  bool is_utf8 = in->kernels->find_bad(batch.text, 0, batch.bytes) == batch.bytes;
  TRY_CLEANUP(split_batch(in->kernels, s->shown.delimiter, shape->columns, NULL, &batch, &rows, err));
  if (rows.row_count < shape->name_rows) {
    char reason[96] = "not readable";
    if (rows.reject_count > 0) input_reject_describe(&rows.rejects[0], reason, sizeof reason);
    TRY_CLEANUP(error_set(err, KHOP_INPUT, "%s: header: %s", s->label, reason));
  }
  TRY_CLEANUP(sample_source(in, s, w, shape->header_start + shape->header_bytes, &rows, err));
  for (size_t row = 0; row < shape->name_rows; row++) {
    TRY_CLEANUP(decode_header(in, s, rows.fields + row * rows.column_count, shape->columns, is_utf8, &texts, err));
  }
  TRY_CLEANUP(copy_columns(s, &rows, shape->name_rows, err));
  TRY_CLEANUP(check_columns(s, err));
  status = joined_columns_find(s->columns, s->own_columns, s->turned_sex, &s->joined, err);
  s->shown.column_count += s->joined.count;
cleanup:
  row_texts_free(&texts);
  input_rows_free(&rows);
  input_batch_free(&batch);
  return status;
}

khop_status header_read(const input *in, source_file *s, window *w, khop_error *err) {
  static const char bom[3] = {'\xef', '\xbb', '\xbf'};
  TRY(sniff_binary(s->label, window_text(w), window_bytes(w), err));
  s->shown.had_bom = window_bytes(w) >= sizeof bom && memcmp(window_text(w), bom, sizeof bom) == 0;
  if (s->shown.had_bom) window_take(w, sizeof bom, 0);
  TRY(check_line_ends(s, w, err));
  TRY(choose_delimiter(in, s, w, err));
  sniff_shape shape = sniff_rows(window_text(w), window_bytes(w), INPUT_SAMPLE_BYTES, w->ended,
                                 s->shown.delimiter);
  TRY(check_shape(in, s, w, &shape, err));
  TRY(split_header(in, s, w, &shape, err));
  size_t taken = shape.header_start + shape.header_bytes;
  window_take(w, taken, in->kernels->count(window_text(w), taken, '\n'));
  return KHOP_OK;
}
