/* See rows.h. Text without a quote, which is most registers, needs only its last line feed; the rest
 * is a walk over quotes and line feeds. */
#include "input/rows.h"

#include <string.h>

/* The row that the walk is in. */
typedef struct open_row {
  size_t start;
  uint64_t lines; /* line feeds inside its quotes so far */
  bool is_quoted; /* inside quotes */
} open_row;

static rows_found find_unquoted(const rows_rules *rules, const char *text, size_t bytes) {
  const char *last = memrchr(text, '\n', bytes);
  if (!last) return (rows_found){.stop = ROWS_MORE};
  size_t whole = (size_t)(last - text) + 1;
  return (rows_found){.bytes = whole, .lines = rules->kernels->count(text, whole, '\n'), .stop = ROWS_MORE};
}

static rows_stop bad_row(const open_row *row) { return row->is_quoted ? ROWS_QUOTE_OPEN : ROWS_TOO_LONG; }

/* The text is used up: what about the row that is still open? */
static void finish(const rows_rules *rules, size_t bytes, bool is_final, const open_row *row,
                   rows_found *found) {
  size_t left = bytes - row->start;
  if (left > rules->row_bytes_max || (is_final && row->is_quoted)) {
    found->stop = bad_row(row);
  } else if (is_final && left > 0) {
    found->bytes = bytes;
    found->lines += row->lines + 1;
  }
}

static rows_found find_quoted(const rows_rules *rules, const char *text, size_t bytes, bool is_final) {
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
      found.bytes = p + 1;
      found.lines += row.lines + 1;
      row = (open_row){.start = p + 1};
    } else if (text[p] == '\n') {
      row.lines++;
    } else if (!row.is_quoted) {
      row.is_quoted = rows_quote_opens(text, row.start, p, rules->delimiter);
    } else if (text[p + 1] == '"') {
      scan_cursor_next(&cursor);
    } else {
      row.is_quoted = false;
    }
  }
  finish(rules, bytes, is_final, &row, &found);
  return found;
}

rows_found rows_find(const rows_rules *rules, const char *text, size_t bytes, bool is_final) {
  if (!is_final && bytes <= rules->row_bytes_max && !memchr(text, '"', bytes)) {
    return find_unquoted(rules, text, bytes);
  }
  return find_quoted(rules, text, bytes, is_final);
}
