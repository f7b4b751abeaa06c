/* What the folds of many bytes at a time look letters up in: tables of 16, 64 and 128 bytes, in
 * fold_tables.c. */
#ifndef KHOP_NORMALISE_FOLD_VECTOR_H
#define KHOP_NORMALISE_FOLD_VECTOR_H

#include "normalise/fold.h"

/* The letters of the tables by their last two bytes, both cases in one place: at the offset of the last byte
 * but one (C3: 0, C4: 32, C5: 40, C6: 32, BA: 64, BB: 96), for C3 by the low five bits of the last byte, for
 * the others by its low six halved. It is a letter only if fold_letter_rows has, at those six bits, the bit
 * of the byte before. */
extern const uint8_t fold_letter_codes[128];
extern const uint8_t fold_letter_rows[64];
/* That bit and that offset, by the byte before less B8 (0 to 15). */
extern const uint8_t fold_lead_row[16];
extern const uint8_t fold_lead_offset[16];

/* By bits 3 to 6 of a code of 0x80 or more: a ă â e ê i o ô ơ u ư y, then đ. */
enum { VOWEL_ANY = 0x80, VOWEL_MARKED = 0x40, VOWEL_I_OR_U = 0x20, VOWEL_LIKE_OA = 1, VOWEL_LIKE_UY = 2 };
extern const uint8_t fold_vowel_class[16];  /* the last two for o and u, as in oa, oe, uy */
extern const uint8_t fold_vowel_second[16]; /* and for what follows them there */
extern const uint8_t fold_vowel_plain[16];

extern const uint32_t fold_repeated[256]; /* each byte four times */

fold_words fold_words_avx512; /* only where fold_words_for gives it */

#endif
