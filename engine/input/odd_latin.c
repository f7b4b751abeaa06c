/* See odd_latin.h. */
#include "input/odd_latin.h"

#include <stdbool.h>

#include "input/word.h"

static bool is_odd(uint8_t lead, uint8_t second) {
  if (lead == 0xc2) return second > 0xa0 && second < 0xc0;
  return lead == 0xc3 && (second & 0xc0) == 0x80 && !((uint32_t)ODD_LATIN_USUAL >> (second & 31) & 1);
}

/* The top bits of bytes that are C2 or C3; others may be set only above a true one. */
static uint64_t leads_of(uint64_t word) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t differ = (word & ones * 0xfe) ^ ones * 0xc2;
  return (differ - ones) & ~differ & ones << 7;
}

size_t odd_latin_find(const char *text, size_t from, size_t bytes) {
  const uint8_t *t = (const uint8_t *)text;
  for (size_t i = from; i < bytes;) {
    if (bytes - i >= 8 && leads_of(load_word(text + i)) == 0) {
      i += 8;
      continue;
    }
    for (size_t end = bytes - i < 8 ? bytes : i + 8; i < end; i++) {
      if (i + 1 < bytes && is_odd(t[i], t[i + 1])) return i;
    }
  }
  return bytes;
}
