/* UTF-8 validation, the specification: character by character, as Table 3-7 of the Unicode Standard
 * ("Well-Formed UTF-8 Byte Sequences") has it.
 *
 * Usual text does not get that far. It is ASCII with characters of two bytes, and of three that start
 * with e1 to ec, which has all of Vietnamese; there the second byte may be any continuation, so eight
 * bytes can be judged at once, by marks in the top bit of each byte of a word. No branch depends on
 * where the letters stand, which in names and addresses no predictor guesses.
 *
 *   text            n   g  c3  b4  e1  bb  85   i
 *   leads                   x       x
 *   of three                        x
 *   must be tails               x       x   x        leads and threes moved on by one, threes by two
 *   are tails                   x       x   x        the same, or the text is bad or not usual
 */
#include "input/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "input/word.h"

static const uint64_t ones = 0x0101010101010101u;
static const uint64_t tops = 0x8080808080808080u;

/* Is the word usual text? `*tails` marks what the words before want as tails here, and afterwards what
 * this one wants of the next. The sums have a byte's mark when the byte is large enough, and no carry
 * leaves a byte. */
static inline bool is_usual(uint64_t word, uint64_t *tails) {
  uint64_t beyond_ascii = word & tops;
  uint64_t leads = beyond_ascii & word << 1;
  uint64_t threes = leads & word << 2;
  uint64_t wanted = *tails | leads << 8 | threes << 16;
  uint64_t low_six = word & ones * 0x3f;
  uint64_t from_c2 = low_six + ones * (0x80 - 0x02);
  uint64_t but_e0 = (low_six ^ ones * 0x20) + ones * (0x80 - 0x01);
  uint64_t from_ed = low_six + ones * (0x80 - 0x2d);
  uint64_t odd_leads = leads & (~(from_c2 & but_e0) | from_ed);
  uint64_t zeros = (word - ones) & ~word & tops;
  *tails = leads >> 56 | threes >> 48;
  return ((beyond_ascii ^ leads ^ wanted) | odd_leads | zeros) == 0;
}

/* The start of the character that goes on at text[i], when one does; all before is usual text. */
static size_t character_start(const char *text, size_t i, uint64_t tails) {
  if (tails == 0) return i;
  return (unsigned char)text[i - 1] >= 0xc0 ? i - 1 : i - 2;
}

/* Skips usual text a word at a time. */
static size_t skip_usual(const char *text, size_t i, size_t bytes) {
  uint64_t tails = 0;
  for (; bytes - i >= 8; i += 8) {
    uint64_t wanted = tails;
    if (!is_usual(load_word(text + i), &tails)) return character_start(text, i, wanted);
  }
  return character_start(text, i, tails);
}

/* The character at text[i]: the place behind it, or *out_bad set and the place of its first byte that
 * cannot stand there. */
static size_t take_character(const char *text, size_t i, size_t bytes, bool *out_bad) {
  unsigned lead = (unsigned char)text[i];
  *out_bad = lead == 0 || (lead >= 0x80 && lead < 0xc2) || lead > 0xf4;
  if (*out_bad) return i;
  size_t tail = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (size_t j = i + 1; j <= i + tail; j++) {
    *out_bad = j >= bytes || (unsigned char)text[j] < low || (unsigned char)text[j] > high;
    if (*out_bad) return j < bytes ? j : bytes - 1;
    low = 0x80;
    high = 0xbf;
  }
  return i + tail + 1;
}

size_t utf8_find_bad(const char *text, size_t from, size_t bytes) {
  size_t i = from;
  while (i < bytes) {
    i = skip_usual(text, i, bytes);
    /* What stopped it is within eight bytes and a character. */
    for (size_t end = i + 11; i < bytes && i < end;) {
      bool is_bad;
      i = take_character(text, i, bytes, &is_bad);
      if (is_bad) return i;
    }
  }
  return bytes;
}
