/* Bytes through a table, without branches on the letters: every step writes four bytes and moves on by as many as
 * the letter has. A name has an accent every few bytes, at places that no predictor guesses. */
#include <string.h>

#include "input/charset_tables.h"

static inline void put_bytes(char *out, uint32_t entry) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  entry = __builtin_bswap32(entry);
#endif
  memcpy(out, &entry, sizeof entry);
}

static size_t decode_single(const charset_table *table, const uint8_t *bytes, size_t count, char *out) {
  unsigned bad = 0;
  char *end = out;
  for (size_t i = 0; i < count; i++) {
    uint32_t entry = table->letters[0][bytes[i]];
    put_bytes(end, entry);
    end += entry >> 24;
    bad |= entry == 0;
  }
  return bad ? 0 : (size_t)(end - out);
}

/* Every byte is a step, marks give nothing: so no step waits for the length of the one before. A mark is good where
 * the byte before it took it, which is a letter with an entry for it; two marks in a row never are. */
static size_t decode_pairs(const charset_table *table, const uint8_t *bytes, size_t count, unsigned behind, char *out,
                           size_t *out_taken) {
  unsigned own = table->mark_of[bytes[0]], bad = own;
  char *end = out;
  for (size_t i = 0; i < count; i++) {
    unsigned mark = table->mark_of[i + 1 < count ? bytes[i + 1] : behind];
    uint32_t entry = table->letters[mark][bytes[i]];
    put_bytes(end, entry);
    end += own != 0 ? 0 : entry >> 24;
    bad |= own != 0 ? mark : entry == 0;
    own = mark;
  }
  *out_taken = count + (own != 0);
  return bad ? 0 : (size_t)(end - out);
}

size_t charset_table_decode(const charset_table *table, const uint8_t *bytes, size_t count, unsigned behind,
                            char *out, size_t *out_taken) {
  *out_taken = count;
  if (table->has_marks) return decode_pairs(table, bytes, count, behind, out, out_taken);
  return decode_single(table, bytes, count, out);
}

bool charset_decode_whole(const charset_table *table, const uint8_t *bytes, size_t length, char *out,
                          size_t *out_written) {
  size_t taken;
  *out_written = length > 0 ? charset_table_decode(table, bytes, length, 0, out, &taken) : 0;
  return *out_written > 0 || length == 0;
}

/* ---- TCVN3 in capitals --------------------------------------------------------------------- */

typedef struct letter_case {
  bool has_small;      /* ASCII letters, the only ones whose case is sure */
  bool has_two_capitals; /* side by side */
} letter_case;

static letter_case look_at_case(const uint8_t *bytes, size_t length) {
  unsigned small = 0, pairs = 0, before = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned is_capital = (unsigned)(bytes[i] - 'A') < 26;
    small |= (unsigned)(bytes[i] - 'a') < 26;
    pairs |= is_capital & before;
    before = is_capital;
  }
  return (letter_case){.has_small = small != 0, .has_two_capitals = pairs != 0};
}

/* A word of its own in a text of both cases: capitals when it has two and no small letter, like "V¡N", whose
 * capital ¡ is no ASCII, too. */
static bool is_capital_word(const uint8_t *word, size_t length) {
  size_t capitals = 0;
  for (size_t i = 0; i < length; i++) {
    if ((unsigned)(word[i] - 'a') < 26) return false;
    capitals += (unsigned)(word[i] - 'A') < 26 || (word[i] >= 0xa1 && word[i] <= 0xa7);
  }
  return capitals >= 2;
}

/* A text without small letters that has capitals side by side was written in capitals, its words of one letter
 * and an accent as well ("NGUYÔN V¡N Vò"). "Lª Vò" says nothing of the kind and stays. */
bool charset_decode_tcvn3(const charsets *c, const uint8_t *bytes, size_t length, char *out, size_t *out_written) {
  letter_case looks = look_at_case(bytes, length);
  if (!looks.has_two_capitals) return charset_decode_whole(&c->tcvn3, bytes, length, out, out_written);
  if (!looks.has_small) return charset_decode_whole(&c->tcvn3_capitals, bytes, length, out, out_written);
  size_t written = 0;
  *out_written = 0;
  for (size_t start = 0, end; start < length; start = end) {
    end = start;
    while (end < length && bytes[end] != ' ') end++;
    bool is_capital = is_capital_word(bytes + start, end - start);
    end += end < length;
    size_t piece;
    const charset_table *table = is_capital ? &c->tcvn3_capitals : &c->tcvn3;
    if (!charset_decode_whole(table, bytes + start, end - start, out + written, &piece)) return false;
    written += piece;
  }
  *out_written = written;
  return true;
}
