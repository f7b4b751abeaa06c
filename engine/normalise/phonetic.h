/* The sound of a name, so that regional spellings of it are one: what people mishear, or write by ear.
 *
 *     y, i              Ly = Li, Yen = Ien      initial s, x      Xuan = Suan
 *     initial ch, tr    Tri = Chi               initial gi, d, r  Giang = Dang = Rang, Gin = Din, Gieng = Dieng
 *     initial n, l      Lam = Nam               final n, ng       Lan = Lang
 *     final t, c        Cat = Cac               h                 is left out
 *
 * Accents are gone before (Đ is D), and C is CH too. A weak key: rows that share it are only worth a look. */
#ifndef KHOP_NORMALISE_PHONETIC_H
#define KHOP_NORMALISE_PHONETIC_H

#include "normalise/normalise.h"

enum { PHONETIC_WORD_END = 0x80 };

/* Writes the sounds of letters[start..end), one word of a text_value, to out[used..), at most end - start of them; the
 * last one has PHONETIC_WORD_END. Returns how many there are now. Inline, because every row has some. */
static inline unsigned phonetic_word(const uint8_t *letters, unsigned start, unsigned end, uint8_t *out, unsigned used) {
  enum { letter_a = 1, letter_c = 3, letter_d = 4, letter_e = 5, letter_g = 7, letter_h = 8, letter_i = 9, letter_l = 12,
         letter_n = 14, letter_o = 15, letter_r = 18, letter_s = 19, letter_t = 20, letter_u = 21, letter_x = 24,
         letter_y = 25 };
  const unsigned vowels = 1u << letter_a | 1u << letter_e | 1u << letter_o | 1u << letter_u | 1u << letter_y;
  unsigned second = start + 1, third = start + 2;
  bool has_h = second < end && letters[second] == letter_h;
  bool has_gi = second < end && letters[start] == letter_g && letters[second] == letter_i;
  /* Its i is no sound of its own before another vowel, but it is that of "iê", which has a letter more behind. */
  bool mute_i = has_gi && third < end && vowels >> (letters[third] & 31) & 1 && !(letters[third] == letter_e && third + 1 < end);
  uint8_t first = letters[start];
  if (first == letter_x) first = letter_s;
  else if (first == letter_y) first = letter_i;
  else if (first == letter_t && second < end && letters[second] == letter_r) first = letter_c;
  else if (first == letter_r || has_gi) first = letter_d;
  else if (first == letter_l) first = letter_n;
  if (end - start > 2 && letters[end - 1] == letter_g && letters[end - 2] == letter_n) end--;
  out[used++] = first;
  for (unsigned i = second + has_h + mute_i; i < end; i++) {
    uint8_t letter = letters[i];
    if (letter == letter_y) letter = letter_i;
    if (i + 1 == end && letter == letter_t) letter = letter_c;
    if (letter != letter_h && !(i == second && letter == letter_r)) out[used++] = letter;
  }
  out[used - 1] |= PHONETIC_WORD_END;
  return used;
}

#endif
