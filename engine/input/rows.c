/* See rows.h. Text without a quote, which is most registers, needs only its last line feed; the rest
 * is a walk over quotes and line feeds. */
#include "input/rows.h"

#include <string.h>

/* The row that the walk is in. */
typedef struct open_row {
  size_t start;
  uint64_t lines; /* line feeds inside its quotes so far */
  bool is_quoted; /* inside quotes */
  bool has_stray; /* text stands behind a closing quote */
} open_row;

static rows_found find_unquoted(const rows_rules *rules, const char *text, size_t bytes) {
  const char *last = memrchr(text, '\n', bytes);
  if (!last) return (rows_found){.stop = ROWS_MORE};
  size_t whole = (size_t)(last - text) + 1;
  return (rows_found){.bytes = whole, .lines = rules->kernels->count(text, whole, '\n'), .stop = ROWS_MORE};
}

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

/* Passes over fields that start with the quote at `p` and end with the next one, in the listed block and
 * before the row is too long: most quotes come so. Returns the next wanted byte that is not theirs. */
static size_t pass_simple(const rows_rules *rules, scan_cursor *cursor, size_t row, size_t p) {
  const char *text = cursor->text;
  while (text[p] == '"' && (p == row || text[p - 1] == rules->delimiter) && cursor->index + 1 < cursor->count) {
    size_t closing = cursor->block + cursor->positions[cursor->index];
    if (text[closing] != '"' || closing - row >= rules->row_bytes_max) break;
    if (text[closing + 1] != rules->delimiter && text[closing + 1] != '\n') break;
    p = cursor->block + cursor->positions[cursor->index + 1];
    cursor->index += 2;
  }
  return p;
}

static rows_found find_quoted(const rows_rules *rules, const char *text, size_t bytes, bool is_final) {
  rows_found found = {.stop = ROWS_MORE};
  open_row row = {0};
  scan_cursor cursor;
  /* Delimiters need not be listed: a line feed stands for the third wanted byte. */
  scan_cursor_start(&cursor, rules->kernels, text, bytes, '\n');
  for (size_t p = scan_cursor_next(&cursor); p < bytes; p = scan_cursor_next(&cursor)) {
    if (!row.is_quoted) p = pass_simple(rules, &cursor, row.start, p);
    bool is_row_end = text[p] == '\n' && !row.is_quoted;
    size_t length = p - row.start;
    if (length > rules->row_bytes_max || (length == rules->row_bytes_max && !is_row_end)) {
      found.stop = bad_row(&row);
      return found;
    }
    if (is_row_end) {
      if (!add_row(&found, &row, p + 1)) return found;
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

rows_found rows_find(const rows_rules *rules, const char *text, size_t bytes, bool is_final) {
  if (!is_final && bytes <= rules->row_bytes_max && !memchr(text, '"', bytes)) {
    return find_unquoted(rules, text, bytes);
  }
  return find_quoted(rules, text, bytes, is_final);
}
