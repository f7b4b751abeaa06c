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
#include "index/column.h"

enum { words = COLUMN_DIGITS_BYTES_MAX / 8 };

/* span_bits[n]: of numbers below 10^n. */
static const uint8_t span_bits[COLUMN_DIGITS_BYTES_MAX + 1] = {0,  4,  7,  10, 14, 17, 20, 24, 27,
                                                               30, 34, 37, 40, 44, 47, 50, 54};

static const uint64_t power_of_ten[COLUMN_DIGITS_BYTES_MAX + 1] = {
    1,         10,         100,         1000,         10000,         100000,         1000000,         10000000,
    100000000, 1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
    10000000000000000};

typedef struct shape {
  uint64_t text[words]; /* 0 behind the end */
  uint8_t length;
  uint8_t first, end; /* of the digits: behind the last; both 0 without any */
  uint8_t nibble_bits_behind; /* of 16 nibbles, those behind `end` */
} shape;

static bool is_digit(char c) { return (uint8_t)(c - '0') < 10; }

static shape make_shape(const uint64_t text[words], size_t length) {
  shape s = {.text = {text[0], text[1]}, .length = (uint8_t)length};
  char bytes[COLUMN_DIGITS_BYTES_MAX];
  memcpy(bytes, s.text, sizeof bytes);
  for (uint8_t i = 0; i < length; i++) {
    if (!is_digit(bytes[i])) continue;
    bytes[i] = '0'; /* as it is, but in a damaged store */
    if (s.end == 0) s.first = i;
    s.end = (uint8_t)(i + 1);
    s.nibble_bits_behind = (uint8_t)(4 * (COLUMN_DIGITS_BYTES_MAX - s.end));
  }
  memcpy(s.text, bytes, sizeof bytes);
  return s;
}

/* 0x0f in each byte that is a digit. */
static inline uint64_t digit_nibbles(uint64_t word) {
  const uint64_t low7 = 0x7f7f7f7f7f7f7f7f;
  uint64_t value = word ^ 0x3030303030303030;                             /* digits: 0 to 9 */
  uint64_t is_digit = ~(((value & low7) + 0x7676767676767676) | value) & ~low7; /* others reach the top bit */
  return (is_digit >> 7) * 0xf;
}

/* Eight bytes of 0 to 9, the first in text the highest, to eight nibbles. */
static inline uint64_t pack_nibbles(uint64_t digits) {
  uint64_t x = __builtin_bswap64(digits);
  x = (x | x >> 4) & 0x00ff00ff00ff00ff;
  x = (x | x >> 8) & 0x0000ffff0000ffff;
  return (x | x >> 16) & 0xffffffff;
}

/* Sixteen decimal nibbles to their number: pairs, then pairs of pairs. */
static inline uint64_t decimal_number(uint64_t x) {
  x = (x & 0x0f0f0f0f0f0f0f0f) + 10 * (x >> 4 & 0x0f0f0f0f0f0f0f0f);
  x = (x & 0x00ff00ff00ff00ff) + 100 * (x >> 8 & 0x00ff00ff00ff00ff);
  x = (x & 0x0000ffff0000ffff) + 10000 * (x >> 16 & 0x0000ffff0000ffff);
  return (x & 0xffffffff) + 100000000 * (x >> 32);
}

typedef struct shape_table {
  shape shapes[COLUMN_SHAPES_MAX];
  size_t count;
  uint8_t guesses[256]; /* by a shape's hash: the last with it */
} shape_table;

static inline bool same_shape(const shape *s, const uint64_t text[words], size_t length) {
  return ((s->text[0] ^ text[0]) | (s->text[1] ^ text[1]) | (s->length ^ length)) == 0;
}

/* COLUMN_SHAPES_MAX when there is no more room. */
static inline size_t shape_number(shape_table *t, const uint64_t text[words], size_t length) {
  uint64_t hash = (text[0] ^ text[1] * 0x9e3779b97f4a7c15u ^ length) * 0xbf58476d1ce4e5b9u;
  uint8_t *guess = &t->guesses[hash >> 56];
  if (*guess < t->count && same_shape(&t->shapes[*guess], text, length)) return *guess;
  size_t number = 0;
  while (number < t->count && !same_shape(&t->shapes[number], text, length)) number++;
  if (number == COLUMN_SHAPES_MAX) return number;
  if (number == t->count) t->shapes[t->count++] = make_shape(text, length);
  return *guess = (uint8_t)number;
}

static bool read_values(column_packer *p, shape_table *t, const column_cell *cells, size_t rows) {
  for (size_t row = 0; row < rows; row++) {
    size_t length = cells[row].length, first_bytes = length < 8 ? length : 8;
    if (length > COLUMN_DIGITS_BYTES_MAX) return false;
    uint64_t first = load_low(cells[row].text, first_bytes);
    uint64_t last = load_low(cells[row].text + 8, length - first_bytes);
    uint64_t first_digits = digit_nibbles(first), last_digits = digit_nibbles(last);
    const uint64_t text[words] = {first & ~first_digits, last & ~last_digits};
    size_t number = shape_number(t, text, length);
    if (number == COLUMN_SHAPES_MAX) return false;
    uint64_t nibbles = pack_nibbles(first & first_digits) << 32 | pack_nibbles(last & last_digits);
    p->numbers[row] = decimal_number(nibbles >> t->shapes[number].nibble_bits_behind);
    p->shapes[row] = (uint8_t)number;
  }
  return true;
}

/* Do most differences repeat the one before? */
static bool counts_up(const uint64_t *numbers, size_t rows) {
  size_t sample = rows < COLUMN_SAMPLE ? rows : COLUMN_SAMPLE, repeats = 0;
  for (size_t i = 2; i < sample; i++) repeats += numbers[i] - numbers[i - 1] == numbers[i - 1] - numbers[i - 2];
  return repeats * 2 > sample;
}

static unsigned number_width(const shape *s) { return span_bits[s->end - s->first]; }

uint8_t *column_digits_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows) {
  shape_table t;
  t.count = 0;
  memset(t.guesses, 0, sizeof t.guesses);
  if (!read_values(p, &t, cells, rows)) return NULL;
  bool counter = counts_up(p->numbers, rows);
  *out++ = counter ? COLUMN_COUNTER : COLUMN_DIGITS;
  *out++ = (uint8_t)t.count;
  for (size_t i = 0; i < t.count; i++) {
    *out++ = t.shapes[i].length;
    memcpy(out, t.shapes[i].text, sizeof t.shapes[i].text);
    out += t.shapes[i].length;
  }
  unsigned width = bits_width(t.count);
  bit_writer bits = {.at = out};
  for (size_t row = 0; row < rows; row++) bits_put(&bits, p->shapes[row], width);
  out = bits_end(&bits);
  if (counter) return runs_pack(out, p->numbers, rows);
  bits = (bit_writer){.at = out};
  for (size_t row = 0; row < rows; row++) bits_put(&bits, p->numbers[row], number_width(&t.shapes[p->shapes[row]]));
  return bits_end(&bits);
}

/* ---- unpacking ------------------------------------------------------------------------------ */

static const char *take_shapes(shape_table *t, const uint8_t **cursor, const uint8_t *end) {
  if (*cursor == end) return "column cut off";
  t->count = *(*cursor)++;
  if (t->count == 0 || t->count > COLUMN_SHAPES_MAX) return "shapes out of range";
  for (size_t i = 0; i < t->count; i++) {
    if (*cursor == end) return "shape cut off";
    size_t length = *(*cursor)++;
    if (length > COLUMN_DIGITS_BYTES_MAX || length > (size_t)(end - *cursor)) return "shape too long";
    uint64_t text[words] = {0};
    memcpy(text, *cursor, length);
    *cursor += length;
    t->shapes[i] = make_shape(text, length);
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
static inline const char *write_value(column_target *to, size_t row, const shape *s, uint64_t number) {
  if (s->length > to->room) return "texts exceed their stated size";
  if (number >= power_of_ten[s->end - s->first]) return "number longer than its shape";
  uint64_t high = eight_digits((uint32_t)(number / 100000000)), low = eight_digits((uint32_t)(number % 100000000));
  /* Now the last digit is byte 15; it belongs to byte end - 1. */
  size_t shift = 2 * (size_t)s->nibble_bits_behind;
  uint64_t first = shift < 64 ? high >> shift | (low << 1) << (63 - shift) : low >> (shift - 64);
  uint64_t last = shift < 64 ? low >> shift : 0;
  if ((first & ~digit_nibbles(s->text[0])) | (last & ~digit_nibbles(s->text[1]))) return "digit where its shape has none";
  first |= s->text[0];
  last |= s->text[1];
  if (to->room >= COLUMN_DIGITS_BYTES_MAX) {
    memcpy(to->text, &first, sizeof first);
    memcpy(to->text + sizeof first, &last, sizeof last);
  } else { /* the last texts of a chunk */
    const uint64_t bytes[words] = {first, last};
    memcpy(to->text, bytes, s->length);
  }
  to->fields[row * to->stride] = to->text;
  to->lengths[row * to->stride] = s->length;
  to->text += s->length;
  to->room -= s->length;
  return NULL;
}

const char *column_digits_unpack(column_unpacker *u, column_target *to, bool counter, const uint8_t **cursor,
                                 const uint8_t *end) {
  shape_table t;
  const char *fact = take_shapes(&t, cursor, end);
  if (fact) return fact;
  unsigned width = bits_width(t.count);
  const uint8_t *shapes = *cursor;
  size_t shapes_bytes = (to->rows * width + 7) / 8;
  if (shapes_bytes > (size_t)(end - *cursor)) return "shape numbers cut off";
  *cursor += shapes_bytes;
  if (counter) fact = runs_unpack(u->numbers, to->rows, cursor, end);
  if (fact) return fact;
  size_t position = 0, left = (size_t)(end - *cursor);
  for (size_t row = 0; row < to->rows; row++) {
    size_t number = bits_get(shapes, shapes_bytes, row * width, width);
    if (number >= t.count) return "shape number out of range";
    unsigned bits = counter ? 0 : number_width(&t.shapes[number]);
    if (!counter) u->numbers[row] = bits_get(*cursor, left, position, bits);
    position += bits;
    fact = write_value(to, row, &t.shapes[number], u->numbers[row]);
    if (fact) return fact;
  }
  if ((position + 7) / 8 > left) return "numbers cut off";
  *cursor += (position + 7) / 8;
  return NULL;
}
