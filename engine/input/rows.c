/* See rows.h. Rows whose quotes stand as most writers set them are found by the kernels; where another
 * quote turns up, a walk over quotes and line feeds takes the rows of one block. */
#include "input/rows.h"

/* The row that the walk is in. */
typedef struct open_row {
  size_t start;
  uint64_t lines; /* line feeds inside its quotes so far */
  bool is_quoted; /* inside quotes */
  bool has_stray; /* text stands behind a closing quote */
} open_row;

static rows_stop bad_row(const open_row *row) { return row->is_quoted ? ROWS_QUOTE_OPEN : ROWS_TOO_LONG; }

/* Nothing but blanks between a closing quote and the end of its field? */
static bool closes_field(const char *text, size_t quote, size_t bytes, char delimiter) {
  size_t i = quote + 1;
  while (i < bytes && scan_is_blank(text[i], delimiter)) i++;
  return i == bytes || text[i] == delimiter || text[i] == '\n';
}

/* Adds the row, which ends before `end`; false when it is bad. */
static bool add_row(rows_found *found, const open_row *row, size_t end) {
  if (row->has_stray && row->lines > 0) {
    found->stop = ROWS_QUOTE_STRAY;
    return false;
  }
  found->bytes = end;
  found->lines += row->lines + 1;
  return true;
}

/* The text is used up: what about the row that is still open? */
static void finish(const rows_rules *rules, size_t bytes, bool is_final, const open_row *row,
                   rows_found *found) {
  size_t left = bytes - row->start;
  if (left > rules->row_bytes_max || (is_final && row->is_quoted)) {
    found->stop = bad_row(row);
  } else if (is_final && left > 0) {
    add_row(found, row, bytes);
  }
}

/* Walks over the rows at the start of the text, as far as SCAN_BLOCK_BYTES at least. */
static rows_found walk_rows(const rows_rules *rules, const char *text, size_t bytes, bool is_final) {
  rows_found found = {.stop = ROWS_MORE};
  open_row row = {0};
  scan_cursor cursor;
  /* Delimiters need not be listed: a line feed stands for the third wanted byte. */
  scan_cursor_start(&cursor, rules->kernels, text, bytes, '\n');
  for (size_t p = scan_cursor_next(&cursor); p < bytes; p = scan_cursor_next(&cursor)) {
    bool is_row_end = text[p] == '\n' && !row.is_quoted;
    size_t length = p - row.start;
    if (length > rules->row_bytes_max || (length == rules->row_bytes_max && !is_row_end)) {
      found.stop = bad_row(&row);
      return found;
    }
    if (is_row_end) {
      if (!add_row(&found, &row, p + 1) || found.bytes >= SCAN_BLOCK_BYTES) return found;
      row = (open_row){.start = p + 1};
    } else if (text[p] == '\n') {
      row.lines++;
    } else if (!row.is_quoted) {
      row.is_quoted = rows_quote_opens(text, row.start, p, rules->delimiter);
    } else if (text[p + 1] == '"') {
      scan_cursor_next(&cursor);
    } else {
      row.is_quoted = false;
      row.has_stray |= !closes_field(text, p, bytes, rules->delimiter);
    }
  }
  finish(rules, bytes, is_final, &row, &found);
  return found;
}

/* The rows at the start of the text whose quotes are usual; *out_is_odd: others may follow. */
static khop_status list_rows(const rows_rules *rules, const char *text, size_t bytes, size_t offset,
                             input_field_ends *fields, rows_found *found, bool *out_is_odd, khop_error *err) {
  scan_fields scan = scan_fields_from(0);
  size_t first = fields->end_count, count = first;
  while (scan.next < bytes && !scan.is_odd) {
    TRY(array_reserve(&fields->ends, &fields->end_capacity, count + SCAN_BLOCK_BYTES + SCAN_SLACK,
                      sizeof *fields->ends, "fields", err));
    count += rules->kernels->field_ends(text, bytes, rules->delimiter, &scan, fields->ends + count);
  }
  while (count > first && text[fields->ends[count - 1]] != '\n') count--;
  if (count > first) {
    found->bytes += fields->ends[count - 1] + 1;
    found->lines += scan.lines;
  }
  for (size_t i = first; offset > 0 && i < count; i++) fields->ends[i] += (uint32_t)offset;
  fields->end_count = count;
  *out_is_odd = scan.is_odd;
  return KHOP_OK;
}

static khop_status note_walked(input_field_ends *fields, size_t start, size_t end, khop_error *err) {
  TRY(array_reserve(&fields->walked, &fields->walked_capacity, fields->walked_count + 1, sizeof *fields->walked,
                    "fields", err));
  fields->walked[fields->walked_count++] = (input_stretch){.start = (uint32_t)start, .end = (uint32_t)end};
  return KHOP_OK;
}

khop_status rows_find(const rows_rules *rules, const char *text, size_t bytes, bool is_final, size_t offset,
                      input_field_ends *fields, rows_found *out_found, khop_error *err) {
  *out_found = (rows_found){.stop = ROWS_MORE};
  for (;;) {
    size_t start = out_found->bytes, left = bytes - start;
    bool may_be_long = left > rules->row_bytes_max; /* a row that ends behind so many bytes */
    bool is_odd;
    TRY(list_rows(rules, text + start, may_be_long ? rules->row_bytes_max : left, offset + start, fields, out_found,
                  &is_odd, err));
    if (!is_odd && !may_be_long && !is_final) return KHOP_OK;
    start = out_found->bytes;
    rows_found walked = walk_rows(rules, text + start, bytes - start, is_final);
    if (walked.bytes > 0) TRY(note_walked(fields, offset + start, offset + start + walked.bytes, err));
    out_found->bytes += walked.bytes;
    out_found->lines += walked.lines;
    out_found->stop = walked.stop;
    if (walked.stop != ROWS_MORE || walked.bytes < SCAN_BLOCK_BYTES) return KHOP_OK;
  }
}
