/* A column of digits: dates, numbers of documents, telephones.
 *
 *   kind u8 | s u8 | s widths u8 | s lengths u8 | s texts, 16 bytes each | n shape numbers, bits
 *   DIGITS   n / 16 starts u16 | n numbers, bits; every 16th begins a byte, whose place is its start
 *   COUNTER  runs of the numbers' differences, in blocks: column_runs.c
 *
 * A value's shape is the value with 0 for each digit; an empty one is a shape too. Its number is read
 * from its first digit to its last, where all that is no digit counts as 0: "17/06/1983" has the
 * shape "00/00/0000" and the number 1700601983. It takes the bits that its span of digits needs, 34 for
 * that date, none in a shape without digits: that is the shape's width.
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

/* Other digits than 0 (there are none, but in a damaged store) become 0. */
static inline shape_form form_of(const digit_shape *shape, size_t length) {
  const uint64_t low = digit_nibbles(shape->text[0]), high = digit_nibbles(shape->text[1]);
  shape_form form = {.text = {{shape->text[0] & ~low, shape->text[1] & ~high}}, .length = (uint8_t)length, .end = COLUMN_DIGITS_BYTES_MAX};
  form.digits = (digit_shape){{low, high}};
  if (!(low | high)) return form;
  unsigned first = low ? (unsigned)__builtin_ctzll(low) / 8 : 8 + (unsigned)__builtin_ctzll(high) / 8;
  form.end = (uint8_t)(high ? 16 - (unsigned)__builtin_clzll(high) / 8 : 8 - (unsigned)__builtin_clzll(low) / 8);
  form.span = (uint8_t)(form.end - first);
  form.width = span_bits[form.span];
  return form;
}

void shape_add(shape_table *t, const digit_shape *shape, size_t length) {
  const shape_form form = form_of(shape, length);
  t->texts[t->count] = form.text;
  t->lengths[t->count] = form.length;
  t->ends[t->count] = form.end;
  t->spans[t->count++] = form.span;
}

unsigned digits_span_bits(unsigned span) { return span_bits[span]; }

size_t shape_find(shape_table *t, const digit_shape *shape, size_t length) {
  size_t number = 0;
  while (number < t->count && !shape_is(t, number, shape, length)) number++;
  if (number == t->count && number < COLUMN_SHAPES_MAX) shape_add(t, shape, length);
  return number;
}

/* ---- packing -------------------------------------------------------------------------------- */

/* Do most differences repeat the one before? */
static bool counts_up(const uint64_t *numbers, size_t rows) {
  size_t sample = rows < COLUMN_SAMPLE ? rows : COLUMN_SAMPLE, repeats = 0;
  for (size_t i = 2; i < sample; i++) repeats += numbers[i] - numbers[i - 1] == numbers[i - 1] - numbers[i - 2];
  return repeats * 2 > sample;
}

enum { GROUP = 16 /* numbers from one start to the next */, SHAPE_WIDTH_FEW = 4 /* the shapes of a group are a word */ };
_Static_assert(COLUMN_ROWS_MAX / GROUP * (GROUP * 54 / 8) <= UINT16_MAX, "a start fits");

static size_t start_bytes(size_t rows) { return (rows + GROUP - 1) / GROUP * sizeof(uint16_t); }

static uint8_t *put_shapes(const shape_table *t, uint8_t *out) {
  *out++ = (uint8_t)t->count;
  for (size_t i = 0; i < t->count; i++) *out++ = span_bits[t->spans[i]];
  memcpy(out, t->lengths, t->count);
  memcpy(out + t->count, t->texts, t->count * sizeof *t->texts);
  return out + t->count + t->count * sizeof *t->texts;
}

static uint8_t *put_numbers(const column_packer *p, uint8_t *out, size_t rows) {
  uint8_t widths[COLUMN_SHAPES_MAX], *starts = out, *first = out + start_bytes(rows);
  for (size_t i = 0; i < p->shape_table.count; i++) widths[i] = span_bits[p->shape_table.spans[i]];
  bit_writer bits = {.at = first};
  for (size_t row = 0; row < rows;) {
    const size_t end = row + GROUP < rows ? row + GROUP : rows;
    bits = (bit_writer){.at = bits_end(&bits)};
    store_u16(starts + row / GROUP * sizeof(uint16_t), (uint16_t)(bits.at - first));
    for (; row < end; row++) bits_put(&bits, p->numbers[row], widths[p->shapes[row]]);
  }
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
  return counter ? run_blocks_pack(out, p->numbers, rows) : put_numbers(p, out, rows);
}

/* ---- unpacking ------------------------------------------------------------------------------ */

/* Eight decimal digits as bytes of 0 to 9, the highest first in text: halves, quarters, eighths. */
static inline uint64_t eight_digits(uint32_t number) {
  uint64_t x = number / 10000 | (uint64_t)(number % 10000) << 32;
  uint64_t hundreds = (x * 10486 >> 20) & 0x0000007f0000007f; /* x / 100 below 10,000 */
  x = hundreds | (x - 100 * hundreds) << 16;
  uint64_t tens = (x * 103 >> 10) & 0x000f000f000f000f; /* x / 10 below 100 */
  return tens | (x - 10 * tens) << 8;
}

static inline const char *write_value(column_target *to, size_t row, const shape_form *form, uint64_t number) {
  const uint64_t *text = form->text.text;
  const uint8_t length = form->length;
  if (length > to->room) return "texts exceed their stated size";
  if (number >= power_of_ten[form->span]) return "number longer than its shape";
  uint64_t high = eight_digits((uint32_t)(number / 100000000)), low = eight_digits((uint32_t)(number % 100000000));
  /* Now the last digit is byte 15; it belongs to byte end - 1. */
  size_t shift = 8 * (size_t)(COLUMN_DIGITS_BYTES_MAX - form->end);
  uint64_t first = shift < 64 ? high >> shift | (low << 1) << (63 - shift) : low >> (shift - 64);
  uint64_t last = shift < 64 ? low >> shift : 0;
  if ((first & ~form->digits.text[0]) | (last & ~form->digits.text[1])) return "digit where its shape has none";
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

const char *digits_write(column_target *to, size_t row, const shape_table *t, size_t shape, uint64_t number) {
  const uint64_t *text = t->texts[shape].text;
  const shape_form form = {.text = t->texts[shape], .digits = {{digit_nibbles(text[0]), digit_nibbles(text[1])}}, .length = t->lengths[shape], .end = t->ends[shape], .span = t->spans[shape]};
  return write_value(to, row, &form, number);
}

static inline bool is_counter(const digit_column *d) { return d->kind == COLUMN_COUNTER; }

/* The parts of a column stand behind each other. */
const char *column_digits_open(digit_column *d, shape_form *forms, size_t rows, column_bytes from) {
  const size_t size = (size_t)(from.end - from.bytes);
  if (size < 2) return "column cut off";
  *d = (digit_column){.kind = from.bytes[0], .shape_count = from.bytes[1], .forms = forms};
  if (d->shape_count == 0 || d->shape_count > COLUMN_SHAPES_MAX) return "shapes out of range";
  d->shape_width = (uint8_t)bits_width(d->shape_count);
  d->shape_number_bytes = (uint32_t)((rows * d->shape_width + 7) / 8);
  const uint8_t *widths = from.bytes + 2, *lengths = widths + d->shape_count, *texts = lengths + d->shape_count;
  d->shape_numbers = texts + d->shape_count * COLUMN_DIGITS_BYTES_MAX;
  d->starts = d->shape_numbers + d->shape_number_bytes;
  d->numbers = d->starts + (is_counter(d) ? 0 : start_bytes(rows));
  if (d->numbers > from.end) return "shapes cut off";
  d->number_bytes = (uint32_t)(from.end - d->numbers);
  for (size_t i = 0; i < d->shape_count; i++) {
    digit_shape text;
    if (lengths[i] > COLUMN_DIGITS_BYTES_MAX) return "shape too long";
    memcpy(&text, texts + i * sizeof text, sizeof text);
    forms[i] = form_of(&text, lengths[i]);
    if (widths[i] != forms[i].width) return "width of another shape";
    if (i < sizeof d->widths) d->widths[i] = widths[i];
  }
  return NULL;
}

static inline size_t shape_of_row(const digit_column *d, size_t row) {
  return bits_get(d->shape_numbers, d->shape_number_bytes, row * d->shape_width, d->shape_width);
}

const char *column_digits_unpack(column_unpacker *u, column_target *to, column_bytes from) {
  digit_column d;
  shape_form forms[COLUMN_SHAPES_MAX];
  const char *fact = column_digits_open(&d, forms, to->rows, from);
  if (!fact && is_counter(&d)) fact = run_blocks_unpack(u->numbers, to->rows, (column_bytes){d.starts, from.end});
  if (fact) return fact;
  size_t position = 0; /* in bits */
  for (size_t row = 0; row < to->rows; row++) {
    size_t shape = shape_of_row(&d, row);
    if (shape >= d.shape_count) return "shape number out of range";
    if (!is_counter(&d)) {
      if (row % GROUP == 0) position = (position + 7) & ~(size_t)7;
      if (row % GROUP == 0 && position / 8 != load_u16(d.starts + row / GROUP * sizeof(uint16_t))) return "numbers where they do not belong";
      u->numbers[row] = bits_get(d.numbers, d.number_bytes, position, forms[shape].width);
      position += forms[shape].width;
    }
    fact = write_value(to, row, &forms[shape], u->numbers[row]);
    if (fact) return fact;
  }
  return is_counter(&d) || (position + 7) / 8 == d.number_bytes ? NULL : "numbers cut off";
}

/* ---- one value, in the steps of column.h -------------------------------------------------------- */

/* The widths of the numbers from `first` up to `row`, of one group. A damaged one may be any. */
static size_t bits_before_many(const digit_column *d, size_t first, size_t row) {
  size_t bits = 0;
  for (; first < row; first++) {
    const size_t shape = shape_of_row(d, first);
    bits += shape < d->shape_count ? d->forms[shape].width : 0;
  }
  return bits;
}

/* Up to 4 shapes are counted. */
static size_t bits_before_four(const digit_column *d, uint64_t shapes, size_t count) {
  const uint64_t lows = d->shape_width == 1 ? UINT64_MAX : 0x5555555555555555, low = shapes & lows, high = shapes >> 1 & ~lows >> 1;
  const size_t third = (size_t)__builtin_popcountll(low & high);
  const size_t first = (size_t)__builtin_popcountll(low) - third, second = (size_t)__builtin_popcountll(high) - third;
  return (count - first - second - third) * d->widths[0] + first * d->widths[1] + second * d->widths[2] + third * d->widths[3];
}

/* Up to 16: a word has those of a group. How many stand before the row cannot be foreseen, so all are summed, those from
 * the row on as shape 0, and that is taken off. */
static size_t bits_before_few(const digit_column *d, uint64_t shapes, size_t count) {
  const unsigned width = d->shape_width;
  const uint64_t mask = (UINT64_C(1) << width) - 1;
  size_t bits = 0;
  if (width == 0) return count * d->widths[0];
  shapes &= (UINT64_C(1) << count * width) - 1;
  if (width <= 2) return bits_before_four(d, shapes, count);
  for (size_t i = 0; i < GROUP; i++, shapes >>= width) bits += d->widths[shapes & mask];
  return bits - (GROUP - count) * d->widths[0];
}

/* The word at a place of the column, filled with 0 beyond its end. */
static inline uint64_t word_at(const digit_column *d, const uint8_t *place) {
  uint64_t word = 0;
  const size_t left = (size_t)(d->numbers + d->number_bytes - place);
  if (left >= sizeof word) memcpy(&word, place, sizeof word);
  else memcpy(&word, place, left);
  return word;
}

void column_digits_ask(const open_column *columns, size_t count, size_t wanted) {
  for (size_t i = 0; i < count; i++) {
    const digit_column *d = &columns[i].digits;
    __builtin_prefetch(d->shape_numbers + wanted / GROUP * GROUP * d->shape_width / 8);
    if (is_counter(d)) run_blocks_ask(d->starts, wanted);
    else __builtin_prefetch(d->starts + wanted / GROUP * sizeof(uint16_t));
  }
}

static const char *find_number(const digit_column *d, size_t rows, size_t wanted, column_value *out) {
  const size_t group = wanted / GROUP, before = wanted % GROUP, width = d->shape_width;
  uint64_t shapes = 0;
  if (width <= SHAPE_WIDTH_FEW) {
    shapes = word_at(d, d->shape_numbers + group * GROUP * width / 8);
    out->shape = shapes >> before * width & ((UINT64_C(1) << width) - 1);
  } else {
    out->shape = shape_of_row(d, wanted);
  }
  if (out->shape >= d->shape_count) return "shape number out of range";
  __builtin_prefetch(&d->forms[out->shape]);
  __builtin_prefetch(&d->forms[out->shape].length);
  if (is_counter(d)) return run_blocks_near(rows, wanted, (column_bytes){d->starts, d->numbers + d->number_bytes});
  out->place = load_u16(d->starts + group * sizeof(uint16_t)) * (size_t)8;
  out->place += width <= SHAPE_WIDTH_FEW ? bits_before_few(d, shapes, before) : bits_before_many(d, group * GROUP, wanted);
  __builtin_prefetch(d->numbers + out->place / 8);
  return NULL;
}

const char *column_digits_find(const open_column *columns, size_t count, size_t rows, size_t wanted, column_value *values) {
  const char *fact = NULL;
  for (size_t i = 0; i < count && !fact; i++) fact = find_number(&columns[i].digits, rows, wanted, &values[i]);
  return fact;
}

const char *column_digits_write(const open_column *columns, size_t count, size_t rows, size_t wanted, const column_value *values,
                                column_target *to) {
  const char *fact = NULL;
  for (size_t i = 0; i < count && !fact; i++) {
    const digit_column *d = &columns[i].digits;
    const shape_form *form = &d->forms[values[i].shape];
    uint64_t number;
    if (is_counter(d)) fact = run_blocks_pick(rows, wanted, &number, (column_bytes){d->starts, d->numbers + d->number_bytes});
    else number = bits_get(d->numbers, d->number_bytes, values[i].place, form->width);
    if (!fact) fact = write_value(to, d->field, form, number);
  }
  return fact;
}
