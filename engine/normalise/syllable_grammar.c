/* See syllable_grammar.h. */
#include "normalise/syllable_grammar.h"

#include "normalise/fold.h"

enum { TONE_MASK = 7, TONE_ACUTE = 2, TONE_DOT = 5, PART_MAX = 4, CODE_I = FOLD_VOWEL + 5 * 8, CODE_U = FOLD_VOWEL + 9 * 8 };

static bool is_part(const uint32_t *parts, const uint8_t *codes, size_t count) {
  if (count == 0 || count > PART_MAX) return false;
  uint32_t key = 0;
  for (size_t i = 0; i < count; i++) key = key << 8 | codes[i];
  uint32_t slot = key * 0x9e3779b1u >> 23;
  while (parts[slot] != 0 && parts[slot] != key) slot = (slot + 1) % SYLLABLE_SLOTS;
  return parts[slot] == key;
}

/* Behind qu- and gi-, where no vowel of the word's own tells onset and rhyme apart: "qunh" is none. */
static bool is_rhyme(const uint32_t *parts, const uint8_t *codes, size_t count) {
  return count > 0 && fold_is_vowel(codes[0]) && is_part(parts, codes, count);
}

static bool is_front_vowel(uint8_t code) { /* e ê i y: written behind k, gh, ngh */
  unsigned letter = (unsigned)(code - FOLD_VOWEL) >> 3;
  return letter == 3 || letter == 4 || letter == 5 || letter == 11;
}

/* c, g, ng stand before back vowels, k, gh, ngh before front ones. */
static bool onset_goes_with(const uint8_t *onset, size_t count, uint8_t vowel) {
  bool is_front = is_front_vowel(vowel);
  if (count == 1 && onset[0] == 'c') return !is_front;
  if (count == 1 && onset[0] == 'k') return is_front;
  if (count == 2 && onset[0] == 'n' && onset[1] == 'g') return !is_front;
  if (count >= 2 && onset[count - 2] == 'g' && onset[count - 1] == 'h') return is_front;
  return true;
}

/* Letters without tones. qu- and gi- take the vowel behind them along, unless gi stands for g and i. */
static bool is_spelt(const uint32_t *parts, const uint8_t *codes, size_t count) {
  size_t onset = 0;
  while (onset < count && !fold_is_vowel(codes[onset])) onset++;
  if (onset == count) return false;
  if (onset == 1 && codes[0] == 'q') return codes[1] == CODE_U && is_rhyme(parts, codes + 2, count - 2);
  if (onset == 1 && codes[0] == 'g' && codes[1] == CODE_I && is_rhyme(parts, codes + 2, count - 2)) return true;
  return (onset == 0 || is_part(parts, codes, onset)) && onset_goes_with(codes, onset, codes[onset]) &&
         is_part(parts, codes + onset, count - onset);
}

static bool ends_in_stop(const uint8_t *codes, size_t count) {
  uint8_t last = codes[count - 1];
  if (last == 'h') return count > 1 && codes[count - 2] == 'c';
  return last == 'c' || last == 'p' || last == 't';
}

bool syllable_is_possible(const uint8_t *codes, size_t count) {
  uint8_t bare[SYLLABLE_LETTERS_MAX];
  unsigned tone = 0, tones = 0;
  if (count == 0 || count > SYLLABLE_LETTERS_MAX) return false;
  for (size_t i = 0; i < count; i++) {
    bare[i] = codes[i];
    if (!fold_is_vowel(codes[i]) || (codes[i] & TONE_MASK) == 0) continue;
    tone = codes[i] & TONE_MASK;
    tones++;
    bare[i] = (uint8_t)(codes[i] - tone);
  }
  if (tones > 1 || !is_spelt(syllable_parts, bare, count)) return false;
  return tone == TONE_ACUTE || tone == TONE_DOT || !ends_in_stop(bare, count);
}

bool syllable_is_possible_plain(const uint8_t *codes, size_t count) {
  static const uint8_t bare_letter[12] = {0, 0, 0, 3, 3, 5, 6, 6, 6, 9, 9, 11};
  uint8_t bare[SYLLABLE_LETTERS_MAX];
  if (count == 0 || count > SYLLABLE_LETTERS_MAX) return false;
  for (size_t i = 0; i < count; i++) {
    bare[i] = codes[i];
    if (codes[i] == FOLD_D) bare[i] = 'd';
    else if (fold_is_vowel(codes[i])) bare[i] = (uint8_t)(FOLD_VOWEL + bare_letter[(codes[i] - FOLD_VOWEL) >> 3] * 8);
  }
  return is_spelt(syllable_plain_parts, bare, count);
}
