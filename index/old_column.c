/* Columns of version 1, for stores of khop 0.1.0: read from their beginning, one after the other.
 *
 *   TEXT     kind | cut u8 | m varint | m lengths, varints | m texts | t varint | t tokens, bits
 *   DIGITS   kind | s u8 | s shapes | n shape numbers, bits | n numbers, bits
 *   COUNTER  kind | s u8 | s shapes | n shape numbers, bits | runs of the numbers' differences
 *   shape  = length u8, 0 to 16 | text
 *
 * A piece that ends in the cut byte goes on with the next token, any other is the last of its value. The rest is as in
 * column_text.c and column_digits.c.
 */
#include "index/old_column.h"

enum { old_pieces_max = 4096, old_tokens_max = 16384 };

/* ---- texts ---------------------------------------------------------------------------------- */

static const char *find_pieces(column_unpacker *u, size_t *out_count, const uint8_t **cursor, const uint8_t *end) {
  uint64_t count, length;
  if (!varint_get(cursor, end, &count) || count == 0 || count > old_pieces_max) return "pieces out of range";
  for (size_t i = 0; i < count; i++) {
    if (!varint_get(cursor, end, &length) || length > STORE_RECORD_BYTES_MAX) return "length out of range";
    u->pieces[i].length = length;
  }
  for (size_t i = 0; i < count; i++) {
    if (u->pieces[i].length > (size_t)(end - *cursor)) return "lengths exceed the text";
    u->pieces[i].text = *cursor;
    *cursor += u->pieces[i].length;
  }
  *out_count = count;
  return NULL;
}

typedef struct token_reader {
  const uint8_t *bytes;
  size_t size_bytes;
  size_t next, count, piece_count;
  unsigned width;
  uint8_t cut;
} token_reader;

/* Appends the pieces of one value. */
static const char *join_pieces(const column_unpacker *u, column_target *to, token_reader *tokens) {
  for (;;) {
    if (tokens->next == tokens->count) return "value without its last piece";
    size_t number = bits_get(tokens->bytes, tokens->size_bytes, tokens->next++ * tokens->width, tokens->width);
    if (number >= tokens->piece_count) return "piece out of range";
    const uint8_t *text = u->pieces[number].text;
    size_t length = u->pieces[number].length;
    if (length > to->room) return "texts exceed their stated size";
    if (length) memcpy(to->text, text, length);
    to->text += length;
    to->room -= length;
    if (!tokens->cut || length == 0 || text[length - 1] != tokens->cut) return NULL;
  }
}

static const char *open_tokens(column_unpacker *u, token_reader *tokens, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  *tokens = (token_reader){.cut = *(*cursor)++};
  const char *fact = find_pieces(u, &tokens->piece_count, cursor, end);
  if (fact) return fact;
  uint64_t count;
  if (!varint_get(cursor, end, &count) || count > old_tokens_max) return "tokens out of range";
  tokens->count = count;
  tokens->width = bits_width(tokens->piece_count);
  tokens->size_bytes = (count * tokens->width + 7) / 8;
  if (tokens->size_bytes > (size_t)(end - *cursor)) return "tokens cut off";
  tokens->bytes = *cursor;
  *cursor += tokens->size_bytes;
  return NULL;
}

static const char *unpack_texts(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end) {
  token_reader tokens;
  const char *fact = open_tokens(u, &tokens, cursor, end);
  if (fact) return fact;
  for (size_t row = 0; row < to->rows; row++) {
    const char *start = to->text;
    fact = join_pieces(u, to, &tokens);
    if (fact) return fact;
    to->fields[row * to->stride] = start;
    to->lengths[row * to->stride] = (uint32_t)(to->text - start);
  }
  return tokens.next == tokens.count ? NULL : "more pieces than values";
}

/* ---- digits --------------------------------------------------------------------------------- */

static const char *take_shapes(shape_table *t, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  size_t count = *(*cursor)++;
  if (count == 0 || count > COLUMN_SHAPES_MAX) return "shapes out of range";
  for (t->count = 0; t->count < count;) {
    if (*cursor == end) return "shape cut off";
    size_t length = *(*cursor)++;
    if (length > COLUMN_DIGITS_BYTES_MAX || length > (size_t)(end - *cursor)) return "shape too long";
    digit_shape shape = {{0}};
    memcpy(&shape, *cursor, length);
    *cursor += length;
    shape_add(t, &shape, length);
  }
  return NULL;
}

static const char *unpack_digits(column_unpacker *u, column_target *to, bool counter, const uint8_t **cursor, const uint8_t *end) {
  shape_table t;
  const char *fact = take_shapes(&t, cursor, end);
  if (fact) return fact;
  const unsigned width = bits_width(t.count);
  const uint8_t *shapes = *cursor;
  size_t shape_bytes = (to->rows * width + 7) / 8;
  if (shape_bytes > (size_t)(end - *cursor)) return "shape numbers cut off";
  *cursor += shape_bytes;
  if (counter) fact = runs_unpack(u->numbers, to->rows, cursor, end);
  size_t position = 0, left = (size_t)(end - *cursor);
  for (size_t row = 0; row < to->rows && !fact; row++) {
    size_t shape = bits_get(shapes, shape_bytes, row * width, width);
    if (shape >= t.count) return "shape number out of range";
    unsigned bits = counter ? 0 : digits_span_bits(t.spans[shape]);
    if (!counter) u->numbers[row] = bits_get(*cursor, left, position, bits);
    position += bits;
    fact = digits_write(to, row, &t, shape, u->numbers[row]);
  }
  if (fact) return fact;
  if ((position + 7) / 8 > left) return "numbers cut off";
  *cursor += (position + 7) / 8;
  return NULL;
}

const char *old_column_unpack(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  uint8_t kind = *(*cursor)++;
  if (kind == COLUMN_TEXT) return unpack_texts(u, to, cursor, end);
  if (kind == COLUMN_DIGITS || kind == COLUMN_COUNTER) return unpack_digits(u, to, kind == COLUMN_COUNTER, cursor, end);
  return "unknown kind of column";
}
