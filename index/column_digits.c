/* A column of digits: dates, numbers of documents, telephones.
 *
 *   DIGITS   kind | s u8 | s shapes | n shape numbers, bits | n numbers, bits
 *   COUNTER  kind | s u8 | s shapes | n shape numbers, bits | runs of the numbers' differences
 *   shape  = length u8, 0 to 16 | text
 *
 * A value's shape is the value with 0 for each digit; an empty one is a shape too. Its number is read
 * from its first digit to its last, where all that is no digit counts as 0: "17/06/1983" has the
 * shape "00/00/0000" and the number 1700601983. It takes the bits that its span of digits needs, 34 for
 * that date, none in a shape without digits.
 */
#include "index/column_kernels.h"

/* span_bits[n]: of numbers below 10^n. */
static const uint8_t span_bits[COLUMN_DIGITS_BYTES_MAX + 1] = {0,  4,  7,  10, 14, 17, 20, 24, 27,
                                                               30, 34, 37, 40, 44, 47, 50, 54};

static const uint64_t power_of_ten[COLUMN_DIGITS_BYTES_MAX + 1] = {
    1,         10,         100,         1000,         10000,         100000,         1000000,         10000000,
    100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
    10000000000000000};

/* ---- shapes --------------------------------------------------------------------------------- */

static void forget_shapes(shape_table *t) {
  t->count = 0;
  memset(t->lengths, SHAPE_NONE, sizeof t->lengths);
  memset(t->guesses, 0, sizeof t->guesses);
}

static bool is_digit(char c) { return (uint8_t)(c - '0') < 10; }

static void add_shape(shape_table *t, const digit_shape *shape, size_t length) {
  char bytes[COLUMN_DIGITS_BYTES_MAX];
  uint8_t first = 0, end = 0;
  memcpy(bytes, shape, sizeof bytes);
  for (uint8_t i = 0; i < length; i++) {
    if (!is_digit(bytes[i])) continue;
    bytes[i] = '0'; /* as it is, but in a damaged store */
    if (end == 0) first = i;
    end = (uint8_t)(i + 1);
  }
  memcpy(&t->texts[t->count], bytes, sizeof bytes);
  t->lengths[t->count] = (uint8_t)length;
  t->ends[t->count] = end ? end : COLUMN_DIGITS_BYTES_MAX;
  t->spans[t->count++] = (uint8_t)(end - first);
}

size_t shape_find(shape_table *t, const digit_shape *shape, size_t length) {
  size_t number = 0;
  while (number < t->count && !shape_is(t, number, shape, length)) number++;
  if (number == t->count && number < COLUMN_SHAPES_MAX) add_shape(t, shape, length);
  return number;
}

/* ---- packing -------------------------------------------------------------------------------- */

/* Do most differences repeat the one before? */
static bool counts_up(const uint64_t *numbers, size_t rows) {
  size_t sample = rows < COLUMN_SAMPLE ? rows : COLUMN_SAMPLE, repeats = 0;
  for (size_t i = 2; i < sample; i++) repeats += numbers[i] - numbers[i - 1] == numbers[i - 1] - numbers[i - 2];
  return repeats * 2 > sample;
}

static uint8_t *put_shapes(const shape_table *t, uint8_t *out) {
  *out++ = (uint8_t)t->count;
  for (size_t i = 0; i < t->count; i++) {
    *out++ = t->lengths[i];
    memcpy(out, &t->texts[i], sizeof t->texts[i]);
    out += t->lengths[i];
  }
  return out;
}

static uint8_t *put_numbers(const column_packer *p, uint8_t *out, size_t rows) {
  uint8_t widths[COLUMN_SHAPES_MAX];
  for (size_t i = 0; i < p->shape_table.count; i++) widths[i] = span_bits[p->shape_table.spans[i]];
  bit_writer bits = {.at = out};
  for (size_t row = 0; row < rows; row++) bits_put(&bits, p->numbers[row], widths[p->shapes[row]]);
  return bits_end(&bits);
}

uint8_t *column_digits_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows) {
  forget_shapes(&p->shape_table);
  if (!p->kernels->digits(p, cells, rows)) return NULL;
  bool counter = counts_up(p->numbers, rows);
  *out++ = counter ? COLUMN_COUNTER : COLUMN_DIGITS;
  out = put_shapes(&p->shape_table, out);
  bit_writer bits = {.at = out};
  bits_put_all(&bits, p->shapes, rows, bits_width(p->shape_table.count));
  out = bits_end(&bits);
  return counter ? runs_pack(out, p->numbers, rows) : put_numbers(p, out, rows);
}

/* ---- unpacking ------------------------------------------------------------------------------ */

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
    add_shape(t, &shape, length);
  }
  return NULL;
}

/* Eight decimal digits as bytes of 0 to 9, the highest first in text: halves, quarters, eighths. */
static inline uint64_t eight_digits(uint32_t number) {
  uint64_t x = number / 10000 | (uint64_t)(number % 10000) << 32;
  uint64_t hundreds = (x * 10486 >> 20) & 0x0000007f0000007f; /* x / 100 below 10,000 */
  x = hundreds | (x - 100 * hundreds) << 16;
  uint64_t tens = (x * 103 >> 10) & 0x000f000f000f000f; /* x / 10 below 100 */
  return tens | (x - 10 * tens) << 8;
}

/* The shape with the number's digits in its places. */
static inline const char *write_value(column_target *to, size_t row, const shape_table *t, size_t shape, uint64_t number) {
  const uint64_t *text = t->texts[shape].text;
  const uint8_t length = t->lengths[shape];
  if (length > to->room) return "texts exceed their stated size";
  if (number >= power_of_ten[t->spans[shape]]) return "number longer than its shape";
  uint64_t high = eight_digits((uint32_t)(number / 100000000)), low = eight_digits((uint32_t)(number % 100000000));
  /* Now the last digit is byte 15; it belongs to byte end - 1. */
  size_t shift = 8 * (size_t)(COLUMN_DIGITS_BYTES_MAX - t->ends[shape]);
  uint64_t first = shift < 64 ? high >> shift | (low << 1) << (63 - shift) : low >> (shift - 64);
  uint64_t last = shift < 64 ? low >> shift : 0;
  if ((first & ~digit_nibbles(text[0])) | (last & ~digit_nibbles(text[1]))) return "digit where its shape has none";
  first |= text[0];
  last |= text[1];
  if (to->room >= COLUMN_DIGITS_BYTES_MAX) {
    memcpy(to->text, &first, sizeof first);
    memcpy(to->text + sizeof first, &last, sizeof last);
  } else { /* the last texts of a chunk */
    const uint64_t bytes[] = {first, last};
    memcpy(to->text, bytes, length);
  }
  to->fields[row * to->stride] = to->text;
  to->lengths[row * to->stride] = length;
  to->text += length;
  to->room -= length;
  return NULL;
}

/* Which shape each row has: `count` numbers of `width` bits. */
typedef struct shape_numbers {
  const uint8_t *bytes;
  size_t byte_count;
  unsigned width;
} shape_numbers;

static const char *take_shape_numbers(shape_numbers *numbers, const shape_table *t, size_t count, const uint8_t **cursor, const uint8_t *end) {
  *numbers = (shape_numbers){.bytes = *cursor, .width = bits_width(t->count)};
  numbers->byte_count = (count * numbers->width + 7) / 8;
  if (numbers->byte_count > (size_t)(end - *cursor)) return "shape numbers cut off";
  *cursor += numbers->byte_count;
  return NULL;
}

static inline size_t shape_of_row(const shape_numbers *numbers, size_t row) {
  return bits_get(numbers->bytes, numbers->byte_count, row * numbers->width, numbers->width);
}

const char *column_digits_unpack(column_unpacker *u, column_target *to, bool counter, const uint8_t **cursor,
                                 const uint8_t *end) {
  shape_table t;
  shape_numbers numbers;
  const char *fact = take_shapes(&t, cursor, end);
  if (!fact) fact = take_shape_numbers(&numbers, &t, to->rows, cursor, end);
  if (fact) return fact;
  if (counter) fact = runs_unpack(u->numbers, to->rows, cursor, end);
  if (fact) return fact;
  size_t position = 0, left = (size_t)(end - *cursor);
  for (size_t row = 0; row < to->rows; row++) {
    size_t number = shape_of_row(&numbers, row);
    if (number >= t.count) return "shape number out of range";
    unsigned bits = counter ? 0 : span_bits[t.spans[number]];
    if (!counter) u->numbers[row] = bits_get(*cursor, left, position, bits);
    position += bits;
    fact = write_value(to, row, &t, number, u->numbers[row]);
    if (fact) return fact;
  }
  if ((position + 7) / 8 > left) return "numbers cut off";
  *cursor += (position + 7) / 8;
  return NULL;
}

const char *column_digits_pick(column_unpacker *u, size_t rows, size_t wanted, column_target *to, bool counter, const uint8_t **cursor,
                               const uint8_t *end) {
  shape_table t;
  shape_numbers numbers;
  const char *fact = take_shapes(&t, cursor, end);
  if (!fact) fact = take_shape_numbers(&numbers, &t, rows, cursor, end);
  if (fact) return fact;
  size_t position = 0, own_position = 0, own = 0;
  if (t.count == 1) {
    own_position = wanted * span_bits[t.spans[0]];
    position = rows * span_bits[t.spans[0]];
  }
  for (size_t row = 0; t.count > 1 && row < rows; row++) {
    size_t number = shape_of_row(&numbers, row);
    if (number >= t.count) return "shape number out of range";
    if (row == wanted) {
      own = number;
      own_position = position;
    }
    position += span_bits[t.spans[number]];
  }
  if (counter) {
    fact = runs_unpack(u->numbers, rows, cursor, end);
    return fact ? fact : write_value(to, 0, &t, own, u->numbers[wanted]);
  }
  size_t left = (size_t)(end - *cursor);
  if ((position + 7) / 8 > left) return "numbers cut off";
  fact = write_value(to, 0, &t, own, bits_get(*cursor, left, own_position, span_bits[t.spans[own]]));
  *cursor += (position + 7) / 8;
  return fact;
}
