/* Where a syllable's tone is written. Vietnamese spelling knows two habits (hòa and hoà, thủy and
 * thuỷ) and keyboards follow either, so a syllable is compared as its letters and its tone: the tone
 * is moved to the place of the modern habit, whatever the place it came from.
 *
 * In a group of vowels (without the u of qu- and the i of gi-):
 *     a marked vowel (ă â ê ô ơ ư) has it, the last of two:   thuở, người
 *     before a final consonant the last vowel:                hoàn
 *     oa, oe, uy: the second; other pairs: the first:         hoà, khoẻ, thuỷ, mía, của
 *     of three the middle:                                    ngoài, khuỷu
 * A group with two tones is no syllable and stays as it is.
 */
#include "normalise/fold.h"

enum { LETTER_VOWEL_A = 0, VOWEL_E = 3, VOWEL_I = 5, VOWEL_O = 6, VOWEL_U = 9, VOWEL_Y = 11, TONE_MASK = 7 };

/* Bits of the vowels ă â ê ô ơ ư. */
enum { MARKED_VOWELS = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 7 | 1 << 8 | 1 << 10 };

static unsigned vowel_of(uint8_t code) { return (unsigned)(code - FOLD_VOWEL) >> 3; }

static bool second_vowel_has_tone(unsigned first, unsigned second) {
  if (first == VOWEL_O) return second == LETTER_VOWEL_A || second == VOWEL_E;
  return first == VOWEL_U && second == VOWEL_Y;
}

/* Where the tone of the vowels codes[start..end) belongs. */
static size_t tone_place(const fold_run *run, size_t start, size_t end) {
  const uint8_t *codes = run->codes;
  if (end - start > 1 && start > 0) {
    unsigned first = vowel_of(codes[start]);
    bool glide = (codes[start - 1] == 'q' && first == VOWEL_U) || (codes[start - 1] == 'g' && first == VOWEL_I);
    if (glide) start++;
  }
  for (size_t i = end; i-- > start;) {
    if (MARKED_VOWELS >> vowel_of(codes[i]) & 1) return i;
  }
  size_t count = end - start;
  if (count == 1) return start;
  if (end < run->count && fold_is_letter(codes[end])) return end - 1;
  if (count == 2) return start + second_vowel_has_tone(vowel_of(codes[start]), vowel_of(codes[start + 1]));
  return start + 1;
}

static void place_tone(fold_run *run, size_t at) {
  uint8_t *codes = run->codes;
  size_t start = at, end = at + 1;
  while (start > 0 && fold_is_vowel(codes[start - 1])) start--;
  while (end < run->count && fold_is_vowel(codes[end])) end++;
  if (end - start == 1) return;
  unsigned tones = 0;
  for (size_t i = start; i < end; i++) tones += (codes[i] & TONE_MASK) != 0;
  if (tones != 1) return;
  uint8_t tone = codes[at] & TONE_MASK;
  codes[at] = (uint8_t)(codes[at] - tone);
  codes[tone_place(run, start, end)] |= tone;
}

/* Nothing to move for a tone that ends its vowels on a marked one (Nguyễn, Tuấn), or before a consonant
 * behind one other vowel that is not marked (Hoàng). */
static bool is_in_place(const uint8_t *codes, size_t at, bool vowel_before) {
  if (fold_is_vowel(codes[at + 1]) || !fold_is_vowel(codes[at])) return false;
  if (MARKED_VOWELS >> vowel_of(codes[at]) & 1) return true;
  if (!vowel_before || !fold_is_letter(codes[at + 1])) return false;
  bool two_vowels = at == 1 || !fold_is_vowel(codes[at - 2]);
  return two_vowels && !(MARKED_VOWELS >> vowel_of(codes[at - 1]) & 1);
}

/* Most syllables have one vowel and cost one look at both neighbours. */
void fold_place_tones(fold_run *run) {
  uint8_t *codes = run->codes;
  codes[run->count] = FOLD_BLANK;
  run->plain[run->count] = ' ';
  for (size_t i = 0; i < run->tone_count; i++) {
    size_t at = run->tones[i];
    bool before = at > 0 && fold_is_vowel(codes[at - 1]);
    if (!before & !fold_is_vowel(codes[at + 1])) continue;
    if (is_in_place(codes, at, before)) continue;
    /* The slow path may have taken a letter back that was noted. */
    if (at < run->count && fold_is_vowel(codes[at]) && (codes[at] & TONE_MASK) != 0) place_tone(run, at);
  }
}
