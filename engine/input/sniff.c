/* Finding the delimiter. Each candidate is tried on the sample, byte by byte: plain code, because
 * 64 KiB a file cost nothing, and because which quotes open a field depends on the candidate. */
#include "input/sniff.h"

#include <string.h>

#include "input/header_rows.h"
#include "input/scan.h"

/* In the order in which they win a tie. */
static const char candidates[] = {',', ';', '\t', '|'};

typedef enum place { FIELD_START, PLAIN, QUOTED, AFTER_QUOTE } place;

typedef struct shape_walk {
  sniff_shape shape;
  place place;
  size_t row_start, fields;
  bool is_blank; /* nothing but blanks in this row so far */
} shape_walk;

static void row_begin(shape_walk *w, size_t start) {
  w->place = FIELD_START;
  w->row_start = start;
  w->fields = 1;
  w->is_blank = true;
}

static void row_end(shape_walk *w, size_t end) {
  if (w->is_blank) return;
  if (w->shape.rows == 0) {
    w->shape.columns = w->fields;
    w->shape.header_start = w->row_start;
    w->shape.header_bytes = end - w->row_start;
    w->shape.is_header_whole = true;
  }
  w->shape.rows++;
  w->shape.agreeing += w->fields == w->shape.columns;
}

static void take_byte(shape_walk *w, char c, char delimiter) {
  bool is_blank = scan_is_blank(c, delimiter);
  if (!is_blank) w->is_blank = false;
  if (w->place == QUOTED) {
    if (c == '"') w->place = AFTER_QUOTE;
  } else if (c == delimiter) {
    w->fields++;
    w->place = FIELD_START;
  } else if (w->place == FIELD_START && !is_blank) {
    w->place = c == '"' ? QUOTED : PLAIN;
  } else if (w->place == AFTER_QUOTE) {
    w->place = c == '"' ? QUOTED : PLAIN; /* a doubled quote */
  }
}

sniff_shape sniff_rows(const char *text, size_t bytes, size_t sample_bytes, bool is_final, char delimiter) {
  shape_walk w = {.place = FIELD_START};
  const header_rows names = header_rows_find(text, bytes, sample_bytes, is_final, delimiter);
  row_begin(&w, names.start);
  size_t i = names.start;
  for (; i < bytes && (i < sample_bytes || w.shape.rows == 0); i++) {
    if (text[i] == '\n' && w.place != QUOTED) {
      row_end(&w, i + 1);
      row_begin(&w, i + 1);
    } else {
      take_byte(&w, text[i], delimiter);
    }
  }
  if (i == bytes && is_final && w.place != QUOTED) row_end(&w, bytes);
  if (w.shape.rows == 0 && !w.is_blank) {
    w.shape.columns = w.fields;
    w.shape.header_start = w.row_start;
    w.shape.header_bytes = bytes - w.row_start;
    w.shape.is_header_quoted = w.place == QUOTED;
  }
  w.shape.name_rows = names.name_rows > 1 ? names.name_rows : 1;
  if (names.name_rows > 0 && w.shape.is_header_whole) w.shape.header_bytes = names.end - w.shape.header_start;
  return w.shape;
}

/* Do nine rows in ten agree? Then more columns are the better reading: addresses hold commas, but
 * no text holds the same number of semicolons in each row by chance. */
static bool is_consistent(const sniff_shape *shape) { return shape->agreeing * 10 >= shape->rows * 9; }

static bool is_better(const sniff_shape *a, const sniff_shape *b) {
  if (is_consistent(a) != is_consistent(b)) return is_consistent(a);
  if (!is_consistent(a) && a->agreeing * b->rows != b->agreeing * a->rows) {
    return a->agreeing * b->rows > b->agreeing * a->rows;
  }
  return a->columns > b->columns;
}

char sniff_delimiter(const char *text, size_t bytes, size_t sample_bytes, bool is_final) {
  char best = 0;
  sniff_shape best_shape = {0};
  for (size_t i = 0; i < sizeof candidates; i++) {
    sniff_shape shape = sniff_rows(text, bytes, sample_bytes, is_final, candidates[i]);
    if (shape.columns < 2) continue;
    if (!best || is_better(&shape, &best_shape)) {
      best = candidates[i];
      best_shape = shape;
    }
  }
  return best ? best : candidates[0];
}

const char *sniff_delimiter_name(char delimiter) {
  switch (delimiter) {
    case ',': return "','";
    case ';': return "';'";
    case '\t': return "tab";
    default: return "'|'";
  }
}

bool sniff_delimiter_is_known(char delimiter) {
  return delimiter != 0 && memchr(candidates, delimiter, sizeof candidates) != NULL;
}
