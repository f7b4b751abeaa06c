/* Choosing the kind of a column. See column.h. */
#include "index/column.h"

const char column_memory[] = "out of memory";

/* Mostly digits, and short enough for a word of them. */
static bool looks_like_digits(const column_cell *cells, size_t rows) {
  size_t digits = 0, bytes = 0, seen = 0;
  for (size_t row = 0; row < rows && seen < COLUMN_SAMPLE; row++) {
    if (cells[row].length > COLUMN_DIGITS_BYTES_MAX) return false;
    seen += cells[row].length > 0;
    bytes += cells[row].length;
    for (size_t i = 0; i < cells[row].length; i++) digits += (uint8_t)(cells[row].text[i] - '0') < 10;
  }
  return digits > 0 && digits * 2 >= bytes;
}

uint8_t *column_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows) {
  uint8_t *end = looks_like_digits(cells, rows) ? column_digits_pack(p, out, cells, rows) : NULL;
  return end ? end : column_text_pack(p, out, cells, rows);
}

const char *column_unpack(column_unpacker *u, column_target *to, column_bytes from) {
  if (from.bytes == from.end) return "column cut off";
  if (*from.bytes == COLUMN_TEXT) return column_text_unpack(u, to, from);
  if (*from.bytes == COLUMN_DIGITS || *from.bytes == COLUMN_COUNTER) return column_digits_unpack(u, to, from);
  return "unknown kind of column";
}

size_t column_shapes(column_bytes from) { return from.end - from.bytes < 2 || *from.bytes == COLUMN_TEXT ? 0 : from.bytes[1]; }

const char *column_open(open_column *out, shape_form *forms, size_t rows, column_bytes from) {
  if (from.bytes == from.end) return "column cut off";
  if (*from.bytes == COLUMN_TEXT) return column_text_open(&out->text, rows, from);
  if (*from.bytes == COLUMN_DIGITS || *from.bytes == COLUMN_COUNTER) return column_digits_open(&out->digits, forms, rows, from);
  return "unknown kind of column";
}

const char *column_pick(const open_column *c, size_t rows, size_t wanted, column_pieces *pieces, column_target *to) {
  column_value value;
  const char *fact;
  if (c->kind != COLUMN_TEXT) {
    column_digits_ask(c, 1, wanted);
    fact = column_digits_find(c, 1, rows, wanted, &value);
    return fact ? fact : column_digits_write(c, 1, rows, wanted, &value, to);
  }
  column_texts_ask(c, 1, wanted);
  column_texts_near(c, 1, wanted);
  fact = column_texts_find(c, 1, wanted, &value, pieces);
  if (!fact) fact = column_texts_locate(pieces);
  return fact ? fact : column_texts_write(c, 1, &value, pieces, to);
}
