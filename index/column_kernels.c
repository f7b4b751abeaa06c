/* The scalar kernels, eight bytes at a time. See column_kernels.h. */
#include "index/column_kernels.h"

/* Eight bytes of a text, the low `length` of them kept. */
static inline uint64_t load_low(const char *text, size_t length) {
  static const uint64_t kept[9] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff,
                                   0xffffffffffffff, UINT64_MAX};
  uint64_t word;
  memcpy(&word, text, sizeof word);
  return word & kept[length];
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* Bit i: byte i of the text, of `length` up to 64, is the cut. */
static inline uint64_t cut_places(const char *text, size_t length, uint64_t cut_in_each_byte) {
  const uint64_t low7 = 0x7f7f7f7f7f7f7f7f;
  uint64_t places = 0;
  for (size_t at = 0; at < length; at += 8) {
    uint64_t word = load_low(text + at, 8) ^ cut_in_each_byte;
    uint64_t is_cut = ~(((word & low7) + low7) | word | low7); /* the top bit of each byte that is 0 */
    places |= (is_cut >> 7) * 0x0102040810204080 >> 56 << at;
  }
  return length < 64 ? places & ((UINT64_C(1) << length) - 1) : places;
}

static size_t cut_scalar(piece_block *b, const column_cell *cells, size_t row, size_t rows, uint8_t cut) {
  const uint64_t cut_in_each_byte = 0x0101010101010101 * cut;
  for (; row < rows && b->count + COLUMN_CUT_BYTES_MAX < PIECE_BLOCK; row++) {
    column_prefetch(cells, row, rows);
    b->starts[row] = (uint16_t)(b->before + b->count);
    const char *text = cells[row].text;
    uint32_t length = cells[row].length, start = 0;
    if (length > COLUMN_CUT_BYTES_MAX) {
      block_add_whole(b, cells[row], cut);
      continue;
    }
    for (uint32_t base = 0; base < length; base += 64) {
      uint32_t here = length - base < 64 ? length - base : 64;
      for (uint64_t places = cut_places(text + base, here, cut_in_each_byte); places; places &= places - 1) {
        uint32_t end = base + (uint32_t)__builtin_ctzll(places) + 1;
        b->pieces[b->count++] = (column_cell){.text = text + start, .length = end - start};
        start = end;
      }
    }
    b->pieces[b->count++] = (column_cell){.text = text + start, .length = length - start};
  }
  return row;
}

static inline piece_head head_of(column_cell piece) {
  size_t first = piece.length < 8 ? piece.length : 8, second = piece.length - first < 8 ? piece.length - first : 8;
  piece_head head = {{load_low(piece.text, first), load_low(piece.text + 8, second)}};
  const char *last = piece.text + piece.length - 16;
  head.words[2] = piece.length > 16 ? load_low(last, 8) : head.words[0];
  head.words[3] = piece.length > 16 ? load_low(last + 8, 8) : head.words[1];
  return head;
}

static inline size_t slot_of(const piece_head *head, uint32_t length) {
  const uint64_t *w = head->words;
  uint64_t x = w[0] ^ w[1] * 0x9e3779b97f4a7c15u ^ w[2] * 0xc2b2ae3d27d4eb4fu ^ w[3] * 0x165667b19e3779f9u ^ length;
  /* A product's high bits depend on all of its factor's. */
  return x * 0xbf58476d1ce4e5b9u >> 32 & (COLUMN_SLOTS - 1);
}

static void number_scalar(column_packer *p, uint16_t *tokens) {
  column_dictionary *d = &p->dictionary;
  for (size_t i = 0; i < p->block.count; i++) {
    column_cell piece = p->block.pieces[i];
    piece_head head = head_of(piece);
    size_t slot = dictionary_find(d, slot_of(&head, piece.length), &head, piece);
    if (d->slots[slot] == 0) {
      d->slots[slot] = (uint16_t)++d->count;
      d->heads[d->count] = head;
      d->pieces[d->count] = piece;
    }
    tokens[i] = (uint16_t)(d->slots[slot] - 1);
  }
}

/* ---- digits --------------------------------------------------------------------------------- */

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

static bool digits_scalar(column_packer *p, const column_cell *cells, size_t rows) {
  shape_table *t = &p->shape_table;
  for (size_t row = 0; row < rows; row++) {
    column_prefetch(cells, row, rows);
    size_t length = cells[row].length, first_bytes = length < 8 ? length : 8;
    if (length > COLUMN_DIGITS_BYTES_MAX) return false;
    uint64_t first = load_low(cells[row].text, first_bytes), last = load_low(cells[row].text + 8, length - first_bytes);
    uint64_t first_digits = digit_nibbles(first), last_digits = digit_nibbles(last);
    const digit_shape shape = {{first & ~first_digits, last & ~last_digits}};
    uint64_t hash = (shape.text[0] ^ shape.text[1] * 0x9e3779b97f4a7c15u ^ length) * 0xbf58476d1ce4e5b9u;
    uint8_t *guess = &t->guesses[hash >> 56];
    if (!shape_is(t, *guess, &shape, length)) {
      size_t number = shape_find(t, &shape, length);
      if (number == COLUMN_SHAPES_MAX) return false;
      *guess = (uint8_t)number;
    }
    uint64_t nibbles = pack_nibbles(first & first_digits) << 32 | pack_nibbles(last & last_digits);
    p->shapes[row] = *guess;
    p->numbers[row] = decimal_number(nibbles >> (4 * (COLUMN_DIGITS_BYTES_MAX - t->ends[*guess])));
  }
  return true;
}

static const column_kernels kernels_scalar = {cut_scalar, number_scalar, digits_scalar};

const column_kernels *column_kernels_for(cpu_level level) {
#if defined(__x86_64__)
  if (level == CPU_AVX2 || level == CPU_AVX512) return &column_kernels_avx2;
#endif
  (void)level;
  return &kernels_scalar;
}
