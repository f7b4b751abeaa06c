/* Numbers of any width as bits, end to end: bits fill bytes from the low end, numbers give their low
 * bits first. */
#ifndef KHOP_INDEX_BITS_H
#define KHOP_INDEX_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { BITS_WIDTH_MAX = 56 /* a word less a byte */ };

/* `word` holds the bits from `at` on, `used` of them so far, always less than a byte's between two puts. */
typedef struct bit_writer {
  uint8_t *at;
  uint64_t word;
  unsigned used;
} bit_writer;

/* Stores a whole word: there is room for 8 bytes behind the last bit. */
static inline void bits_put(bit_writer *b, uint64_t number, unsigned width) {
  b->word |= number << b->used;
  memcpy(b->at, &b->word, sizeof b->word);
  b->used += width;
  b->at += b->used >> 3;
  b->word >>= b->used & ~7u;
  b->used &= 7;
}

/* `width` of at most 14 bits each; four numbers a word. */
static inline void bits_put_all(bit_writer *b, const uint16_t *numbers, size_t count, unsigned width) {
  size_t i = 0;
  if (width == 0) return;
  for (; i + 4 <= count; i += 4) {
    uint64_t low = numbers[i] | (uint64_t)numbers[i + 1] << width, high = numbers[i + 2] | (uint64_t)numbers[i + 3] << width;
    bits_put(b, low | high << 2 * width, 4 * width);
  }
  for (; i < count; i++) bits_put(b, numbers[i], width);
}

/* The end of what was put, the last byte filled with 0. */
static inline uint8_t *bits_end(const bit_writer *b) { return b->at + (b->used > 0); }

/* `width` bits, at most BITS_WIDTH_MAX, from bit `position` on; 0 beyond the end. */
static inline uint64_t bits_get(const uint8_t *bytes, size_t size_bytes, size_t position, unsigned width) {
  uint64_t word = 0;
  size_t at = position >> 3;
  if (at + sizeof word <= size_bytes) memcpy(&word, bytes + at, sizeof word);
  else if (at < size_bytes) memcpy(&word, bytes + at, size_bytes - at);
  return word >> (position & 7) & ((UINT64_C(1) << width) - 1);
}

/* The least width that holds `count` different numbers from 0. */
static inline unsigned bits_width(size_t count) {
  return count > 1 ? 64 - (unsigned)__builtin_clzll(count - 1) : 0;
}

#endif
