/* input_parse: a batch becomes rows and fields. One walk over delimiters, quotes and line feeds;
 * fields stay where they are in the text, and only doubled quotes are squeezed out in place.
 *
 *   text     x , " a " " b " \n      fields   [x] [a"b]
 *
 * A row that cannot be read is rejected whole, for the first of these reasons that holds: a byte that
 * is no text, text after a closing quote, a wrong number of fields.
 */
#include <string.h>

#include "input/internal.h"

typedef struct splitter {
  const scan_kernels *kernels;
  input_batch *batch;
  input_rows *rows;
  char *text;
  size_t bytes;
  char delimiter;
  size_t column_count;
  size_t row;           /* start of the current row */
  uint64_t line;        /* physical line of the current place */
  size_t bad;           /* first byte at or after `row` that is no text, or `bytes` */
  input_reason bad_reason;
  size_t passed_count;  /* rejects of the batch that are in rows already */
  scan_cursor cursor;
} splitter;

/* One row as the walk found it. */
typedef struct row_shape {
  size_t end;         /* behind its line feed */
  size_t field_count; /* may be over column_count: surplus fields are counted, not kept */
  bool has_stray;     /* text after a closing quote */
} row_shape;

static khop_status push_reject(input_rows *rows, const input_reject *reject, khop_error *err) {
  TRY(array_reserve(&rows->rejects, &rows->reject_capacity, rows->reject_count + 1, sizeof *rows->rejects,
                    "rejected rows", err));
  rows->rejects[rows->reject_count++] = *reject;
  return KHOP_OK;
}

/* Room for one more row. `lines` and `offsets` share a capacity. */
static khop_status reserve_row(input_rows *rows, khop_error *err) {
  size_t fields = (rows->row_count + 1) * rows->column_count;
  if (rows->row_count < rows->row_capacity && fields <= rows->field_capacity) return KHOP_OK;
  size_t lines_capacity = rows->row_capacity, offsets_capacity = rows->row_capacity;
  size_t needed = rows->row_count + 1;
  TRY(array_reserve(&rows->lines, &lines_capacity, needed, sizeof *rows->lines, "rows", err));
  TRY(array_reserve(&rows->offsets, &offsets_capacity, needed, sizeof *rows->offsets, "rows", err));
  rows->row_capacity = offsets_capacity;
  return array_reserve(&rows->fields, &rows->field_capacity, fields, sizeof *rows->fields, "fields", err);
}

static bool all_blank(const char *text, size_t start, size_t end, char delimiter) {
  while (start < end && scan_is_blank(text[start], delimiter)) start++;
  return start == end;
}

/* The quoted field that opens at `quote`: its text, and the place of the delimiter or line feed behind
 * it. A batch holds whole rows only, so the closing quote is there. */
static size_t split_quoted(splitter *s, size_t quote, input_field *field, row_shape *shape) {
  char *text = s->text;
  size_t segment = quote + 1; /* start of what is not yet in its place */
  size_t written = segment;
  size_t p;
  for (;;) {
    p = scan_cursor_next(&s->cursor);
    if (p >= s->bytes) break;
    if (text[p] == '\n') s->line++;
    if (text[p] != '"') continue;
    bool is_doubled = p + 1 < s->bytes && text[p + 1] == '"';
    size_t kept = p - segment + is_doubled;
    if (written != segment) memmove(text + written, text + segment, kept);
    written += kept;
    if (!is_doubled) break;
    segment = p + 2;
    scan_cursor_next(&s->cursor);
  }
  *field = (input_field){.text = text + quote + 1, .length = (uint32_t)(written - quote - 1)};
  size_t closing = p;
  do p = scan_cursor_next(&s->cursor);
  while (p < s->bytes && text[p] == '"');
  if (closing < p && !all_blank(text, closing + 1, p, s->delimiter)) shape->has_stray = true;
  return p;
}

/* The simple fields at the start of what is left of a row. */
typedef struct simple_fields {
  size_t count;
  size_t start;    /* of the field behind them, or of the next row */
  bool is_row_end; /* the last one ends with a line feed */
} simple_fields;

/* Takes fields from `start` on while they are plain, or quoted with nothing to squeeze, to trim or to
 * count in them, and while the listed block and `room` last. Nearly all fields of most registers are
 * such; all else is left to split_row, field by field. */
static simple_fields take_simple(splitter *s, input_field *fields, size_t room, size_t start) {
  scan_cursor *cursor = &s->cursor;
  const char *block = s->text + cursor->block, *field = s->text + start;
  const uint32_t *next = cursor->positions + cursor->index, *end = cursor->positions + cursor->count;
  const input_field *first = fields, *behind = fields + room;
  const char delimiter = s->delimiter;
  bool is_row_end = false;
  while (next < end && fields < behind && !is_row_end) {
    const char *stop = block + *next;
    if (*stop == delimiter) {
      *fields++ = (input_field){.text = field, .length = (uint32_t)(stop - field)};
    } else if (*stop == '\n') {
      bool has_return = stop > field && stop[-1] == '\r';
      *fields++ = (input_field){.text = field, .length = (uint32_t)(stop - field - has_return)};
      is_row_end = true;
    } else {
      const uint32_t *closing = next + 1;
      while (closing < end && block[*closing] == delimiter) closing++;
      if (stop != field || end - closing < 2 || block[*closing] != '"') break;
      stop = block + closing[1];
      if (closing[1] != closing[0] + 1 || *stop == '"') break;
      *fields++ = (input_field){.text = field + 1, .length = (uint32_t)(stop - field - 2)};
      is_row_end = *stop == '\n';
      next = closing + 1;
    }
    field = stop + 1;
    next++;
  }
  cursor->index = (size_t)(next - cursor->positions);
  return (simple_fields){
      .count = (size_t)(fields - first), .start = (size_t)(field - s->text), .is_row_end = is_row_end};
}

/* Takes one field, of any kind; the place of the delimiter or line feed behind it. */
static size_t take_field(splitter *s, input_field *field, size_t start, row_shape *shape) {
  const char *text = s->text;
  size_t p = scan_cursor_next(&s->cursor);
  bool is_quoted = false;
  while (p < s->bytes && text[p] == '"') {
    is_quoted = rows_quote_opens(text, start, p, s->delimiter);
    p = is_quoted ? split_quoted(s, p, field, shape) : scan_cursor_next(&s->cursor);
  }
  if (is_quoted) return p;
  bool is_row_end = p >= s->bytes || text[p] == '\n';
  bool has_return = is_row_end && p > start && text[p - 1] == '\r';
  *field = (input_field){.text = text + start, .length = (uint32_t)(p - start - has_return)};
  return p;
}

/* Walks to the end of the current row; its fields go behind those of the rows before. */
static row_shape split_row(splitter *s) {
  input_field *fields = s->rows->fields + s->rows->row_count * s->column_count;
  row_shape shape = {0};
  size_t start = s->row;
  for (;;) {
    if (shape.field_count < s->column_count) {
      size_t room = s->column_count - shape.field_count;
      simple_fields simple = take_simple(s, fields + shape.field_count, room, start);
      shape.field_count += simple.count;
      start = simple.start;
      if (simple.is_row_end) break;
    }
    input_field surplus;
    input_field *field = shape.field_count < s->column_count ? &fields[shape.field_count] : &surplus;
    size_t p = take_field(s, field, start, &shape);
    shape.field_count++;
    start = p + 1;
    if (p >= s->bytes || s->text[p] == '\n') break;
  }
  shape.end = start < s->bytes ? start : s->bytes;
  return shape;
}

/* Looks ahead of the walk, where the text is still as it was: squeezing moves bytes within a row. */
static void find_bad(splitter *s, size_t from) {
  s->bad = s->kernels->find_bad(s->text, from, s->bytes);
  s->bad_reason = s->bad < s->bytes && s->text[s->bad] == 0 ? INPUT_NUL_BYTE : INPUT_NOT_UTF8;
}

static khop_status reject_row(splitter *s, uint64_t line, input_reason reason, size_t found,
                              khop_error *err) {
  input_reject reject = {
      .line = line,
      .byte_offset = s->batch->first_byte + s->row,
      .reason = reason,
  };
  if (reason == INPUT_FIELD_COUNT) {
    reject.found = (uint32_t)found;
    reject.expected = (uint32_t)s->column_count;
  }
  return push_reject(s->rows, &reject, err);
}

/* Keeps the row just walked, or rejects it, or passes over it when it is blank. `line` is its first. */
static khop_status finish_row(splitter *s, const row_shape *shape, uint64_t line, khop_error *err) {
  input_rows *rows = s->rows;
  if (s->bad < shape->end) {
    input_reason reason = s->bad_reason;
    find_bad(s, shape->end);
    return reject_row(s, line, reason, 0, err);
  }
  if (shape->field_count == 1) { /* blank? an opening quote still stands in the text */
    size_t end = shape->end - (s->text[shape->end - 1] == '\n');
    if (all_blank(s->text, s->row, end, s->delimiter)) return KHOP_OK;
  }
  if (shape->has_stray) return reject_row(s, line, INPUT_QUOTE_STRAY, 0, err);
  if (shape->field_count != s->column_count) {
    return reject_row(s, line, INPUT_FIELD_COUNT, shape->field_count, err);
  }
  rows->lines[rows->row_count] = line;
  rows->offsets[rows->row_count] = s->batch->first_byte + s->row;
  rows->row_count++;
  return KHOP_OK;
}

static bool is_rejected_before(const splitter *s) {
  return s->passed_count < s->batch->reject_count &&
         s->batch->rejects[s->passed_count].byte_offset == s->batch->first_byte + s->row;
}

/* input_next rejected this row; its first line is in the text. */
static khop_status pass_line(splitter *s, khop_error *err) {
  size_t p;
  do p = scan_cursor_next(&s->cursor);
  while (p < s->bytes && s->text[p] != '\n');
  s->row = p < s->bytes ? p + 1 : s->bytes;
  s->line++;
  if (s->bad < s->row) find_bad(s, s->row);
  return push_reject(s->rows, &s->batch->rejects[s->passed_count++], err);
}

khop_status split_batch(const scan_kernels *kernels, char delimiter, size_t column_count,
                        input_batch *batch, input_rows *rows, khop_error *err) {
  rows->row_count = rows->reject_count = 0;
  rows->column_count = column_count;
  splitter s;
  s.kernels = kernels;
  s.batch = batch;
  s.rows = rows;
  s.text = batch->text;
  s.bytes = batch->bytes;
  s.delimiter = delimiter;
  s.column_count = column_count;
  s.row = s.passed_count = 0;
  s.line = batch->first_line;
  find_bad(&s, 0);
  scan_cursor_start(&s.cursor, kernels, batch->text, batch->bytes, delimiter);
  while (s.row < s.bytes) {
    if (is_rejected_before(&s)) {
      TRY(pass_line(&s, err));
      continue;
    }
    TRY(reserve_row(rows, err));
    uint64_t line = s.line;
    row_shape shape = split_row(&s);
    TRY(finish_row(&s, &shape, line, err));
    s.line++;
    s.row = shape.end;
  }
  /* Rows that were dropped stand behind the text. */
  while (s.passed_count < batch->reject_count) TRY(push_reject(rows, &batch->rejects[s.passed_count++], err));
  return KHOP_OK;
}

void input_rows_free(input_rows *rows) {
  mem_free(rows->fields);
  mem_free(rows->lines);
  mem_free(rows->offsets);
  mem_free(rows->rejects);
  *rows = (input_rows){0};
}
