/* input_parse: a batch becomes rows and fields. Fields stay where they are in the text, and only doubled
 * quotes are squeezed out in place.
 *
 *   text     x , " a " " b " \n      fields   [x] [a"b]
 *
 * A row of the right number of fields, whose quotes stand as most writers set them, is made of the places
 * where its fields end, which input_next has listed. All others are walked over field by field.
 *
 * Where a file is UTF-8 by its sample, only rows with a byte that cannot stand there are looked at as text: they
 * are odd. Where it holds other charsets, all rows are. An odd row is decoded (decode_row.h), or rejected. Rows of
 * sound UTF-8 with letters that mojibake has are decoded where they are that, and stay as they are otherwise.
 *
 * A row that cannot be read is rejected whole, for the first of these reasons that holds: a byte that
 * is no text, text after a closing quote, a wrong number of fields; where charsets are mixed, that it is in none of
 * them comes last, because it takes the fields to tell.
 */
#include <string.h>

#include "input/internal.h"

typedef enum text_rule {
  TEXT_ANY,    /* anything but NUL bytes */
  TEXT_UTF8,   /* UTF-8, and other rows where their charset is beyond doubt */
  TEXT_JUDGED  /* all rows are odd */
} text_rule;

typedef struct splitter {
  const scan_kernels *kernels;
  const row_decoder *decoder;
  text_rule rule;
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
  size_t odd;           /* a letter of mojibake, where a row may be that and none is known to be; or `bytes` */
  size_t passed_count;  /* rejects of the batch that are in rows already */
  size_t end, walked;   /* of batch->fields: the first at or after `row`; the first not before it */
  scan_cursor cursor;   /* for rows that are walked over */
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

/* The field from `start` to before `end`, quoted when it starts with a quote: then it ends with one. */
static inline input_field usual_field(const char *start, const char *end) {
  size_t quotes = *start == '"';
  return (input_field){.text = start + quotes, .length = (uint32_t)((size_t)(end - start) - 2 * quotes)};
}

/* Takes the current row when its ends are listed, and exactly as many as there are columns. */
static bool take_usual_row(splitter *s, row_shape *shape) {
  const input_field_ends *listed = &s->batch->fields;
  if (listed->end_count - s->end < s->column_count) return false;
  if (s->walked < listed->walked_count && listed->walked[s->walked].start <= s->row) return false;
  input_field *fields = s->rows->fields + s->rows->row_count * s->column_count;
  const uint32_t *ends = listed->ends + s->end;
  const char *text = s->text, *start = text + s->row;
  const unsigned char delimiter = (unsigned char)s->delimiter;
  const size_t last = s->column_count - 1;
  int others = text[ends[last]] ^ '\n'; /* not zero: an end that should be of the other kind */
  for (size_t i = 0; i < last; i++) {
    const char *end = text + ends[i];
    fields[i] = usual_field(start, end);
    others |= (unsigned char)*end ^ delimiter;
    start = end + 1;
  }
  if (others) return false;
  const char *end = text + ends[last];
  bool has_return = end > start && end[-1] == '\r';
  fields[last] = usual_field(start, end - has_return);
  s->end += s->column_count;
  *shape = (row_shape){.end = (size_t)ends[last] + 1, .field_count = s->column_count};
  return true;
}

/* Comes back to what is listed, behind a row that was walked over. */
static void find_listed(splitter *s) {
  const input_field_ends *listed = &s->batch->fields;
  while (s->end < listed->end_count && listed->ends[s->end] < s->row) s->end++;
  while (s->walked < listed->walked_count && listed->walked[s->walked].end <= s->row) s->walked++;
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
static row_shape walk_row(splitter *s) {
  input_field *fields = s->rows->fields + s->rows->row_count * s->column_count;
  row_shape shape = {0};
  scan_cursor_skip_to(&s->cursor, s->row);
  for (size_t start = s->row;;) {
    input_field surplus;
    input_field *field = shape.field_count < s->column_count ? &fields[shape.field_count] : &surplus;
    size_t p = take_field(s, field, start, &shape);
    shape.field_count++;
    start = p + 1;
    if (p < s->bytes && s->text[p] != '\n') continue;
    shape.end = start < s->bytes ? start : s->bytes;
    return shape;
  }
}

/* Looks ahead of the walk, where the text is still as it was: squeezing moves bytes within a row. */
static void find_bad(splitter *s, size_t from) {
  if (s->rule == TEXT_UTF8) {
    s->bad = s->kernels->find_bad(s->text, from, s->bytes);
    s->bad_reason = s->bad < s->bytes && s->text[s->bad] == 0 ? INPUT_NUL_BYTE : INPUT_NOT_UTF8;
  } else if (s->rule == TEXT_JUDGED) {
    s->bad = from;
    s->bad_reason = INPUT_UNDECODABLE;
  } else {
    const char *nul = memchr(s->text + from, 0, s->bytes - from);
    s->bad = nul ? (size_t)(nul - s->text) : s->bytes;
    s->bad_reason = INPUT_NUL_BYTE;
  }
}

/* Where there is UTF-8, none of it is known to be mojibake, and the user has not said what the text is. */
static void find_odd(splitter *s, size_t from) {
  const charset_profile *profile = s->decoder ? &s->decoder->found->profile : NULL;
  s->odd = s->bytes;
  if (!profile || profile->is_forced || !charset_profile_has(profile, CHARSET_UTF8)) return;
  if (charset_profile_has(profile, CHARSET_TCVN3_MOJIBAKE) || charset_profile_has(profile, CHARSET_VNI_MOJIBAKE)) return;
  s->odd = s->kernels->find_odd_latin(s->text, from, s->bytes);
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
  } else if (reason == INPUT_UNDECODABLE && s->decoder->found->profile.count == 1) {
    reject.expected = (uint32_t)s->decoder->found->profile.charsets[0];
  }
  return push_reject(s->rows, &reject, err);
}

/* Blank? An opening quote still stands in the text. */
static bool is_blank_row(const splitter *s, const row_shape *shape) {
  if (shape->field_count != 1) return false;
  size_t end = shape->end - (s->text[shape->end - 1] == '\n');
  return all_blank(s->text, s->row, end, s->delimiter);
}

/* What is wrong with its fields; 0: nothing. */
static input_reason fault_of(const splitter *s, const row_shape *shape) {
  if (shape->has_stray) return INPUT_QUOTE_STRAY;
  return shape->field_count != s->column_count ? INPUT_FIELD_COUNT : 0;
}

static void keep_row(splitter *s, uint64_t line) {
  input_rows *rows = s->rows;
  rows->lines[rows->row_count] = line;
  rows->offsets[rows->row_count] = s->batch->first_byte + s->row;
  rows->row_count++;
}

static khop_status reserve_texts(input_rows *rows, khop_error *err) {
  if (!rows->texts) rows->texts = mem_alloc(1, sizeof *rows->texts);
  return rows->texts ? KHOP_OK : error_memory(err, sizeof *rows->texts, "decoded text");
}

/* The row just walked has a letter of mojibake. */
static khop_status decode_odd_latin(splitter *s, size_t end, khop_error *err) {
  input_rows *rows = s->rows;
  size_t bytes;
  find_odd(s, end);
  TRY(reserve_texts(rows, err));
  TRY(decode_mojibake(s->decoder, rows->fields + rows->row_count * s->column_count, s->column_count, rows->texts, &bytes,
                      err));
  rows->decoded_rows += bytes > 0;
  rows->decoded_bytes += bytes;
  return KHOP_OK;
}

/* Decodes the fields just walked, when anything but UTF-8 is allowed. */
static khop_status decode_fields(splitter *s, bool *out_is_readable, khop_error *err) {
  input_rows *rows = s->rows;
  const charset_profile *profile = &s->decoder->found->profile;
  *out_is_readable = false;
  if (s->rule == TEXT_UTF8 && profile->is_forced) return KHOP_OK;
  TRY(reserve_texts(rows, err));
  size_t bytes = 0;
  TRY(decode_row(s->decoder, false, rows->fields + rows->row_count * s->column_count, s->column_count, rows->texts,
                 &bytes, out_is_readable, err));
  rows->decoded_rows += bytes > 0;
  rows->decoded_bytes += bytes;
  return KHOP_OK;
}

static khop_status finish_odd_row(splitter *s, const row_shape *shape, uint64_t line, khop_error *err) {
  input_reason reason = s->bad_reason, fault = fault_of(s, shape);
  bool has_nul = memchr(s->text + s->row, 0, shape->end - s->row) != NULL, is_readable = false;
  find_bad(s, shape->end);
  if (reason == INPUT_UNDECODABLE && has_nul) reason = INPUT_NUL_BYTE;
  if (reason == INPUT_UNDECODABLE) {
    if (is_blank_row(s, shape)) return KHOP_OK;
    if (fault) return reject_row(s, line, fault, shape->field_count, err);
  }
  if (!has_nul && !fault) TRY(decode_fields(s, &is_readable, err));
  if (!is_readable) return reject_row(s, line, reason, 0, err);
  if (s->odd < shape->end) TRY(decode_odd_latin(s, shape->end, err));
  keep_row(s, line);
  return KHOP_OK;
}

/* Keeps the row just walked, or rejects it, or passes over it when it is blank. `line` is its first. */
static khop_status finish_row(splitter *s, const row_shape *shape, uint64_t line, khop_error *err) {
  if (s->bad < shape->end) return finish_odd_row(s, shape, line, err);
  if (is_blank_row(s, shape)) return KHOP_OK;
  input_reason fault = fault_of(s, shape);
  if (fault) return reject_row(s, line, fault, shape->field_count, err);
  if (s->odd < shape->end) TRY(decode_odd_latin(s, shape->end, err));
  keep_row(s, line);
  return KHOP_OK;
}

static bool is_rejected_before(const splitter *s) {
  return s->passed_count < s->batch->reject_count &&
         s->batch->rejects[s->passed_count].byte_offset == s->batch->first_byte + s->row;
}

/* input_next rejected this row; its first line is in the text. */
static khop_status pass_line(splitter *s, khop_error *err) {
  const char *line_feed = memchr(s->text + s->row, '\n', s->bytes - s->row);
  s->row = line_feed ? (size_t)(line_feed - s->text) + 1 : s->bytes;
  s->line++;
  if (s->bad < s->row) find_bad(s, s->row);
  return push_reject(s->rows, &s->batch->rejects[s->passed_count++], err);
}

static text_rule rule_of(const row_decoder *decoder) {
  if (!decoder) return TEXT_ANY;
  return decoder->found->is_plain ? TEXT_UTF8 : TEXT_JUDGED;
}

khop_status split_batch(const scan_kernels *kernels, char delimiter, size_t column_count, const row_decoder *decoder,
                        input_batch *batch, input_rows *rows, khop_error *err) {
  rows->row_count = rows->reject_count = rows->decoded_rows = rows->decoded_bytes = 0;
  rows->column_count = column_count;
  if (rows->texts) row_texts_clear(rows->texts);
  splitter s;
  s.kernels = kernels;
  s.decoder = decoder;
  s.rule = rule_of(decoder);
  s.batch = batch;
  s.rows = rows;
  s.text = batch->text;
  s.bytes = batch->bytes;
  s.delimiter = delimiter;
  s.column_count = column_count;
  s.row = s.passed_count = s.end = s.walked = 0;
  s.line = batch->first_line;
  find_bad(&s, 0);
  find_odd(&s, 0);
  scan_cursor_start(&s.cursor, kernels, batch->text, batch->bytes, delimiter);
  while (s.row < s.bytes) {
    if (is_rejected_before(&s)) {
      TRY(pass_line(&s, err));
      continue;
    }
    TRY(reserve_row(rows, err));
    uint64_t line = s.line;
    row_shape shape;
    bool is_usual = take_usual_row(&s, &shape);
    if (!is_usual) shape = walk_row(&s);
    TRY(finish_row(&s, &shape, line, err));
    s.line++;
    s.row = shape.end;
    if (!is_usual) find_listed(&s);
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
  if (rows->texts) row_texts_free(rows->texts);
  mem_free(rows->texts);
  joined_texts_free(rows->joined);
  *rows = (input_rows){0};
}
