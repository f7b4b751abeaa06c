/* See header_rows.h. Nothing is decoded yet: in all charsets that are read letters are ASCII letters or bytes above, and
 * digits are digits. */
#include "input/header_rows.h"

#include <stdint.h>
#include <string.h>

#include "input/scan.h"

enum {
  ROWS_LOOKED_AT = 64, /* titles and what is behind them */
  NAME_ROWS_MAX = 3,
  COLUMNS_LOOKED_AT = 512 /* wider tables have names in one row */
};

/* What a field looks like. */
typedef enum cell {
  CELL_EMPTY,
  CELL_TEXT,
  CELL_FIGURES,      /* more digits than letters */
  CELL_COLUMN_NUMBER /* (1), 12, A, (5)=(3)+(4) */
} cell;

typedef struct seen_row {
  size_t start, end, fields, filled, figures;
} seen_row;

typedef struct looker {
  const char *text;
  size_t bytes;
  char delimiter;
  bool is_final;
} looker;

/* ---- cells ------------------------------------------------------------------------------------ */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) {
  unsigned char lower = (unsigned char)c | 0x20;
  return (lower >= 'a' && lower <= 'z') || (unsigned char)c >= 0x80;
}

static cell cell_of(const char *start, const char *end) {
  size_t digits = 0, letters = 0, brackets = 0;
  while (start < end && (*start == ' ' || *start == '"' || *start == '\t' || *start == '\r' || *start == '\n')) start++;
  while (end > start && (end[-1] == ' ' || end[-1] == '"' || end[-1] == '\t' || end[-1] == '\r' || end[-1] == '\n')) end--;
  if (start == end) return CELL_EMPTY;
  for (const char *p = start; p < end; p++) {
    digits += is_digit(*p);
    letters += is_letter(*p);
    brackets += *p == '(' || *p == '[';
  }
  size_t length = (size_t)(end - start);
  bool is_bracketed = brackets > 0 && (*start == '(' || *start == '[') && digits > 0 && letters == 0;
  bool is_short = (digits == length && length <= 2) || (length == 1 && *start >= 'A' && *start <= 'Z');
  if (is_bracketed || is_short) return CELL_COLUMN_NUMBER;
  return digits > letters ? CELL_FIGURES : CELL_TEXT;
}

/* The row at `start`: cells of its first `capacity` fields. False when it has no end in the text. */
static bool take_row(const looker *l, size_t start, uint8_t *cells, size_t capacity, seen_row *out) {
  bool is_quoted = false, was_quoted = false; /* this field: is it, has it been */
  size_t from = start, i = start;
  *out = (seen_row){.start = start};
  for (;; i++) {
    bool is_end = i == l->bytes;
    if (is_end && (is_quoted || !l->is_final || i == start)) return false;
    if (!is_end && l->text[i] == '"') {
      /* A quote opens a field only at its start, and a doubled one closes and opens. */
      size_t back = i;
      while (back > from && scan_is_blank(l->text[back - 1], l->delimiter)) back--;
      is_quoted = !is_quoted && (back == from || (was_quoted && l->text[i - 1] == '"'));
      was_quoted |= is_quoted;
      continue;
    }
    if (!is_end && (is_quoted || (l->text[i] != '\n' && l->text[i] != l->delimiter))) continue;
    cell kind = cell_of(l->text + from, l->text + i);
    if (out->fields < capacity) cells[out->fields] = (uint8_t)kind;
    out->fields++;
    out->filled += kind != CELL_EMPTY;
    out->figures += kind == CELL_FIGURES || kind == CELL_COLUMN_NUMBER;
    from = i + 1;
    was_quoted = false;
    if (is_end || l->text[i] == '\n') break;
  }
  out->end = i < l->bytes ? i + 1 : l->bytes;
  return true;
}

/* ---- rows ------------------------------------------------------------------------------------- */

/* The number of fields that most rows have; of several the largest. */
static size_t usual_fields(const seen_row *rows, size_t count) {
  size_t usual = 0, most = 0;
  for (size_t i = 0; i < count; i++) {
    size_t same = 0;
    for (size_t j = 0; j < count; j++) same += rows[j].fields == rows[i].fields;
    if (same < most || (same == most && rows[i].fields <= usual)) continue;
    most = same;
    usual = rows[i].fields;
  }
  return usual;
}

/* A header parted by another delimiter is one field under this one. (Titles have commas: "xã An Bình, huyện Long Hồ".) */
static bool has_other_delimiter(const looker *l, const seen_row *row) {
  static const char others[] = ";\t|";
  for (const char *c = others; *c; c++) {
    if (*c != l->delimiter && memchr(l->text + row->start, *c, row->end - row->start)) return true;
  }
  return false;
}

static bool is_title(const looker *l, const seen_row *row, size_t usual) {
  if (row->fields == 1) return usual > 1 && !has_other_delimiter(l, row) && memchr(l->text + row->start, ' ', row->end - row->start);
  return row->filled * 2 < row->fields;
}

/* The first row that names columns; 0 where a row of data comes before any. */
static size_t first_of_names(const looker *l, const seen_row *rows, size_t count, size_t usual) {
  for (size_t i = 0; i < count; i++) {
    if (is_title(l, &rows[i], usual)) continue;
    return i > 0 && (rows[i].figures > 0 || rows[i].fields < 2) ? 0 : i;
  }
  return 0;
}

/* Does every text of `cells` stand below an empty name, or below a group's, whose neighbour is empty? */
static bool continues_names(const uint8_t *names, const uint8_t *cells, size_t count) {
  bool fills = false;
  for (size_t c = 0; c < count; c++) {
    if (cells[c] == CELL_EMPTY) continue;
    bool is_group = c + 1 < count && names[c + 1] == CELL_EMPTY;
    if (cells[c] != CELL_TEXT || (names[c] != CELL_EMPTY && !is_group)) return false;
    fills |= names[c] == CELL_EMPTY;
  }
  return fills;
}

static bool numbers_columns(const looker *l, const seen_row *row, const uint8_t *cells, bool is_form) {
  size_t numbers = 0;
  for (size_t c = 0; c < row->fields; c++) {
    if (cells[c] != CELL_EMPTY && cells[c] != CELL_COLUMN_NUMBER) return false;
    numbers += cells[c] == CELL_COLUMN_NUMBER;
  }
  bool is_bracketed = memchr(l->text + row->start, '(', row->end - row->start) != NULL;
  return numbers >= 3 && numbers * 10 >= row->fields * 8 && (is_bracketed || is_form);
}

/* The rows behind the first of names that are part of the header. `is_form`: titles stand above it. */
static void take_more_rows(const looker *l, bool is_form, header_rows *out) {
  uint8_t names[COLUMNS_LOOKED_AT], cells[COLUMNS_LOOKED_AT];
  seen_row first, row;
  if (!take_row(l, out->start, names, COLUMNS_LOOKED_AT, &first) || first.fields > COLUMNS_LOOKED_AT) return;
  while (out->name_rows < NAME_ROWS_MAX && take_row(l, out->end, cells, COLUMNS_LOOKED_AT, &row) && row.fields == first.fields &&
         continues_names(names, cells, first.fields)) {
    for (size_t c = 0; c < first.fields; c++) names[c] = cells[c] == CELL_EMPTY ? names[c] : cells[c];
    out->end = row.end;
    out->name_rows++;
  }
  bool has_numbers = take_row(l, out->end, cells, COLUMNS_LOOKED_AT, &row) && row.fields == first.fields &&
                     numbers_columns(l, &row, cells, is_form || out->name_rows > 1);
  if (has_numbers) out->end = row.end;
}

header_rows header_rows_find(const char *text, size_t bytes, size_t sample_bytes, bool is_final, char delimiter) {
  const looker l = {.text = text, .bytes = bytes, .delimiter = delimiter, .is_final = is_final};
  seen_row rows[ROWS_LOOKED_AT];
  size_t count = 0;
  for (size_t at = 0; count < ROWS_LOOKED_AT && at < sample_bytes && take_row(&l, at, NULL, 0, &rows[count]);) {
    at = rows[count].end;
    count += rows[count].filled > 0; /* blank lines are no rows */
  }
  if (count == 0) return (header_rows){0};
  size_t first = first_of_names(&l, rows, count, usual_fields(rows, count));
  header_rows out = {.start = rows[first].start, .end = rows[first].end, .name_rows = 1};
  take_more_rows(&l, first > 0, &out);
  return out;
}
