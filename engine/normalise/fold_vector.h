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

/* A byte each, 32 times: known to the linker alone, because a compiler that knows a constant makes it in general
 * registers, and moving it over costs more than an operand in memory. */
typedef struct fold_constants {
  _Alignas(32) uint8_t blank[32], lead_two[32], lead_two_span[32], lead_three[32], leads_from[32];
  uint8_t lead_from[32], lead_base[32], letter_bits[32], tone_bits[32], high_bit[32];
  uint8_t letter_a[32], letter_span[32], case_bit[32], letter_q[32], letter_g[32];
} fold_constants;
extern const fold_constants fold_constant;

fold_words fold_words_avx512; /* only where fold_words_for gives it */

#endif
