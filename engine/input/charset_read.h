/* How a field reads in each charset: the measure behind evidence and judgement. */
#ifndef KHOP_INPUT_CHARSET_READ_H
#define KHOP_INPUT_CHARSET_READ_H

#include "input/charset.h"

enum {
  CHARSET_MASK_ALL = (1 << CHARSET_COUNT) - 2, /* bit c: charset c; not CHARSET_AUTO */
  CHARSET_WORD_BYTES_MAX = 256,                /* a longer word is no syllable in any charset */
  CHARSET_SURE_WORDS = 3 /* a word of another language reads as a syllable by chance, hardly three of three */
};

/* Of the accented words of a text: how many there are, how many read as Vietnamese in each charset, and how many
 * do not decode. Signs alone in well-formed UTF-8 (dashes, "°") are no words, but must decode as well. */
typedef struct charset_reading {
  uint32_t words;
  uint32_t syllables[CHARSET_COUNT];
  uint32_t undecodable[CHARSET_COUNT];
  uint32_t strange[CHARSET_COUNT]; /* no syllables, and no foreign words either: more accents than letters */
} charset_reading;

/* Adds the words of a text, read in the charsets of `mask`. */
void charset_read(const charsets *c, unsigned mask, const char *text, size_t length, charset_reading *reading);

/* ASCII, or well-formed UTF-8 with a Vietnamese letter that no mojibake has: read in any other charset it spells no
 * words. */
bool charset_is_plain_text(const char *text, size_t length);

/* The charsets of `mask` in which all words decode and most are syllables, as a mask: several when they read the
 * text equally well, 0 when none reads half of it. */
unsigned charset_reading_best(const charset_reading *reading, unsigned mask);

#endif
