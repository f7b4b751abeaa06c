/* More of a text than its first 32 letters, for the tests that look at all of it: 96 symbols of 6 bits, behind the
 * slot of a field that such a test names. See feature.h.
 *
 *     0 nothing   1..26 A..Z   27..36 0..9   37 a blank, which stands for all else as well
 *
 * Four symbols make three bytes. */
#include <string.h>

#include "feature/feature.h"
#include "feature/parts.h"

enum { symbol_bits = 6, bytes_read = 512 };

static uint8_t symbol_of(char plain) {
  if (plain >= 'A' && plain <= 'Z') return (uint8_t)(plain - 'A' + 1);
  if (plain >= '0' && plain <= '9') return (uint8_t)(plain - '0' + 27);
  return LONG_BLANK;
}

static text_type text_type_of(semantic_type type) {
  switch (type) {
    case TYPE_PERSON_NAME: return TEXT_PERSON_NAME;
    case TYPE_PLACE: return TEXT_PLACE;
    case TYPE_CODE:
    case TYPE_ENTRY_NUMBER: return TEXT_CODE;
    case TYPE_MAP_NUMBER: return TEXT_MAP_NUMBER;
    default: return TEXT_FREE;
  }
}

void feature_encode_long(semantic_type type, const feature_slot *slot, const char *text, size_t length, uint8_t *row) {
  char canonical[bytes_read], plain[bytes_read];
  size_t bytes = normalise_canonical(text_type_of(type), text, length, canonical, sizeof canonical);
  size_t letters = text_fold_plain(canonical, bytes, plain, sizeof plain);
  uint8_t *out = row + slot->long_offset;
  uint8_t before = LONG_BLANK;
  unsigned count = 0;
  for (size_t i = 0; i < letters && count < LONG_SYMBOLS_MAX; i++) {
    uint8_t symbol = symbol_of(plain[i]);
    if (symbol == LONG_BLANK && before == LONG_BLANK) continue;
    before = symbol;
    unsigned bit = count++ * symbol_bits;
    unsigned value = (unsigned)symbol << bit % 8;
    out[bit / 8] |= (uint8_t)value;
    if (value > 255) out[bit / 8 + 1] |= (uint8_t)(value >> 8);
  }
}

unsigned feature_long_symbols(const feature_slot *slot, const uint8_t *row, uint8_t symbols[LONG_SYMBOLS_MAX]) {
  const uint8_t *packed = row + slot->long_offset;
  unsigned length = 0;
  for (unsigned i = 0; i < LONG_SYMBOLS_MAX; i += 4, packed += 3) {
    unsigned four = packed[0] | (unsigned)packed[1] << 8 | (unsigned)packed[2] << 16;
    for (unsigned j = 0; j < 4; j++) {
      symbols[i + j] = (uint8_t)(four >> symbol_bits * j & 63);
      if (symbols[i + j]) length = i + j + 1;
    }
  }
  while (length > 0 && symbols[length - 1] == LONG_BLANK) length--;
  return length;
}
