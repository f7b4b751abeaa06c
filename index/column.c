/* Choosing the kind of a column, and the runs of differences. See column.h. */
#include "index/column.h"

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

const char *column_unpack(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  uint8_t kind = *(*cursor)++;
  if (kind == COLUMN_TEXT) return column_text_unpack(u, to, cursor, end);
  if (kind == COLUMN_DIGITS || kind == COLUMN_COUNTER) {
    return column_digits_unpack(u, to, kind == COLUMN_COUNTER, cursor, end);
  }
  return "unknown kind of column";
}

const char *column_pick(column_unpacker *u, size_t rows, size_t wanted, column_target *to, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  uint8_t kind = *(*cursor)++;
  if (kind == COLUMN_TEXT) return column_text_pick(u, rows, wanted, to, cursor, end);
  if (kind == COLUMN_DIGITS || kind == COLUMN_COUNTER) {
    return column_digits_pick(u, rows, wanted, to, kind == COLUMN_COUNTER, cursor, end);
  }
  return "unknown kind of column";
}

uint8_t *runs_pack(uint8_t *out, const uint64_t *numbers, size_t count) {
  uint64_t previous = 0;
  for (size_t i = 0, next; i < count; previous = numbers[next - 1], i = next) {
    uint64_t difference = numbers[i] - previous;
    for (next = i + 1; next < count && numbers[next] - numbers[next - 1] == difference;) next++;
    out += varint_put(out, zigzag_put(difference));
    out += varint_put(out, next - i);
  }
  return out;
}

const char *runs_unpack(uint64_t *numbers, size_t count, const uint8_t **cursor, const uint8_t *end) {
  uint64_t number = 0, difference, length;
  for (size_t i = 0; i < count;) {
    if (!varint_get(cursor, end, &difference) || !varint_get(cursor, end, &length)) return "run cut off";
    if (length == 0 || length > count - i) return "run of a wrong length";
    for (size_t next = i + length; i < next; i++) numbers[i] = number += zigzag_get(difference);
  }
  return NULL;
}
