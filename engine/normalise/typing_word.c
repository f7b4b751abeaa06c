/* See typing_word.h. */
#include <string.h>

#include "normalise/typing_word.h"

enum { TONE_MASK = 7 };

uint8_t typed_marked(uint8_t code, typed_mark mark) {
  static const uint8_t circumflex[12] = {[0] = TYPED_A_CIRCUMFLEX, [3] = TYPED_E_CIRCUMFLEX, [6] = TYPED_O_CIRCUMFLEX};
  static const uint8_t horn[12] = {[6] = TYPED_O_HORN, [9] = TYPED_U_HORN};
  if (mark == TYPED_STROKE) return code == 'd' ? FOLD_D : 0;
  if (!fold_is_vowel(code)) return 0;
  unsigned letter = (unsigned)(code - FOLD_VOWEL) >> 3, tone = code & TONE_MASK;
  uint8_t marked = mark == TYPED_CIRCUMFLEX ? circumflex[letter] : mark == TYPED_HORN ? horn[letter] : 0;
  if (mark == TYPED_BREVE && letter == 0) marked = TYPED_A_BREVE;
  return marked ? (uint8_t)(marked | tone) : 0;
}

bool typed_set_tone(typed_word *word, uint8_t tone) {
  if (word->has_tone) return false;
  for (size_t i = 0; i < word->count; i++) {
    if (fold_is_vowel(word->codes[i]) && word->codes[i] & TONE_MASK) return false;
  }
  word->tone = tone;
  word->has_tone = true;
  return true;
}

/* One key may mean both letters of ươ: Phuowng, Phuong7. True when that changes something. */
static bool horn_both(uint8_t *codes, size_t count) {
  for (size_t i = 1; i < count; i++) {
    uint8_t u = (uint8_t)(codes[i - 1] & ~TONE_MASK), o = (uint8_t)(codes[i] & ~TONE_MASK);
    bool one = (u == TYPED_U && o == TYPED_O_HORN) || (u == TYPED_U_HORN && o == TYPED_O);
    if (!one) continue;
    codes[i - 1] = (uint8_t)(TYPED_U_HORN | (codes[i - 1] & TONE_MASK));
    codes[i] = (uint8_t)(TYPED_O_HORN | (codes[i] & TONE_MASK));
    return true;
  }
  return false;
}

static bool is_possible(const uint8_t *codes, size_t count, bool has_accent) {
  return has_accent ? syllable_is_possible(codes, count) : syllable_is_possible_plain(codes, count);
}

static bool has_accent(const uint8_t *codes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    bool is_bare = codes[i] < FOLD_VOWEL || codes[i] == TYPED_A || codes[i] == TYPED_E || codes[i] == TYPED_O ||
                   codes[i] == TYPED_U || codes[i] == FOLD_VOWEL + 5 * 8 || codes[i] == FOLD_VOWEL + 11 * 8;
    if (!is_bare) return true;
  }
  return false;
}

bool typed_finish(const typed_word *word, uint8_t out[SYLLABLE_LETTERS_MAX], size_t *out_count) {
  fold_run run;
  size_t count = word->count, vowel = count;
  if (count == 0 || count > SYLLABLE_LETTERS_MAX) return false;
  memcpy(run.codes, word->codes, count);
  memset(run.plain, 0, count);
  for (size_t i = 0; i < count; i++) {
    if (fold_is_vowel(run.codes[i])) vowel = i;
  }
  if (vowel == count) return false;
  run.codes[vowel] |= word->tone;
  bool accented = has_accent(run.codes, count);
  if (!is_possible(run.codes, count, accented)) {
    if (!horn_both(run.codes, count) || !is_possible(run.codes, count, true)) return false;
  }
  run.count = count;
  run.tones[0] = (uint16_t)vowel;
  run.tone_count = word->tone ? 1 : 0;
  fold_place_tones(&run);
  memcpy(out, run.codes, count);
  *out_count = count;
  return true;
}
