/* A syllable as its keys make it, for typing.c and typing_keys.c. */
#ifndef KHOP_NORMALISE_TYPING_WORD_H
#define KHOP_NORMALISE_TYPING_WORD_H

#include "normalise/fold.h"
#include "normalise/typing.h"

enum {
  TYPED_A = FOLD_VOWEL,
  TYPED_A_BREVE = FOLD_VOWEL + 1 * 8,
  TYPED_A_CIRCUMFLEX = FOLD_VOWEL + 2 * 8,
  TYPED_E = FOLD_VOWEL + 3 * 8,
  TYPED_E_CIRCUMFLEX = FOLD_VOWEL + 4 * 8,
  TYPED_O = FOLD_VOWEL + 6 * 8,
  TYPED_O_CIRCUMFLEX = FOLD_VOWEL + 7 * 8,
  TYPED_O_HORN = FOLD_VOWEL + 8 * 8,
  TYPED_U = FOLD_VOWEL + 9 * 8,
  TYPED_U_HORN = FOLD_VOWEL + 10 * 8
};

typedef enum typed_mark { TYPED_CIRCUMFLEX, TYPED_HORN, TYPED_BREVE, TYPED_STROKE } typed_mark;

/* Tones as in fold.h: 1 grave, 2 acute, 3 hook, 4 tilde, 5 dot. */
typedef struct typed_word {
  size_t count;
  uint8_t codes[TYPING_KEYS_MAX];
  uint8_t tone;
  bool has_tone;
} typed_word;

/* The marked form of a plain letter, 0 when there is none. */
uint8_t typed_marked(uint8_t code, typed_mark mark);
/* False when the word has a tone already. */
bool typed_set_tone(typed_word *word, uint8_t tone);
/* The syllable with its tone in place; false when there is none such. */
bool typed_finish(const typed_word *word, uint8_t out[SYLLABLE_LETTERS_MAX], size_t *out_count);

#endif
