/* The tables of the vector UTF-8 validators: three lookups of 16 entries, by the halves of a byte and the
 * upper half of the next, say what is wrong with two neighbours (Keiser and Lemire, "Validating UTF-8 in
 * less than one instruction per byte", Software: Practice and Experience 51, 2021, section 6).
 *
 *   bytes       .. e1  bb  85  ..
 *   by e (upper half of the first)  &  by 1 (its lower half)  &  by b (upper half of the second)
 *     = the faults that a pair of such bytes can have: none is left for e1 bb
 *
 * Two continuation bytes in a row are a "fault" as well, and right exactly where a lead byte two or
 * three places before asks for them. A lead byte that cannot be (c0, f5) shows in the byte behind it.
 *
 * The validators say only in which 64 bytes something is wrong. Where, is found by the scalar code.
 */
#ifndef KHOP_INPUT_UTF8_TABLES_H
#define KHOP_INPUT_UTF8_TABLES_H

#include <stddef.h>

enum {
  UTF8_BLOCK_BYTES = 64,
  /* Faults of a pair, one bit each. */
  TOO_SHORT = 1,      /* a lead byte, and no continuation */
  TOO_LONG = 2,       /* ASCII, and a continuation */
  OVERLONG_3 = 4,     /* e0 80..9f */
  TOO_LARGE = 8,      /* f4 90..bf, f5..ff 90..bf */
  SURROGATE = 16,     /* ed a0..bf */
  OVERLONG_2 = 32,    /* c0, c1 */
  OVERLONG_4 = 64,    /* f0 80..8f; and f5..ff 80..8f, which are too large */
  TWO_TAILS = 128,    /* two continuations: the top bit, as in must_be_tail */
  ANY_LOW = TOO_SHORT | TOO_LONG | TWO_TAILS, /* faults that do not depend on the lower half */
  TAIL = TOO_LONG | OVERLONG_2 | TWO_TAILS    /* faults that any continuation as second byte can make */
};

/* By the upper half of a byte, by its lower half, and by the upper half of the next. */
static const char utf8_first_upper[16] = {
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    (char)(TWO_TAILS), (char)(TWO_TAILS), (char)(TWO_TAILS), (char)(TWO_TAILS),
    TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | OVERLONG_4,
};
static const char utf8_first_lower[16] = {
    (char)(ANY_LOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4), (char)(ANY_LOW | OVERLONG_2), (char)(ANY_LOW),
    (char)(ANY_LOW), (char)(ANY_LOW | TOO_LARGE), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),
    (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),
    (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),
    (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),
    (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4 | SURROGATE),
    (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),
};
static const char utf8_second_upper[16] = {
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    (char)(TAIL | OVERLONG_3 | OVERLONG_4), (char)(TAIL | OVERLONG_3 | TOO_LARGE),
    (char)(TAIL | SURROGATE | TOO_LARGE), (char)(TAIL | SURROGATE | TOO_LARGE),
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
};

/* The start of the character that goes on at text[i], when one does, else of i or one shortly before;
 * all before i is well-formed, but for a lead byte that cannot be in the last place. */
static inline size_t utf8_character_start(const char *text, size_t from, size_t i) {
  for (size_t back = 1; back <= 3 && back <= i - from; back++) {
    if ((unsigned char)text[i - back] >= 0xc0) return i - back;
  }
  return i;
}

#endif
