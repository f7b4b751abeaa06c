/* Decoded words, letter by letter, to the grammar of syllables. */
#include "input/charset_syllable.h"

#include "normalise/fold.h"
#include "normalise/syllable_grammar.h"

enum { LETTERS_MAX = SYLLABLE_LETTERS_MAX, ABBREVIATION_MAX = 3 };

/* The next letter's code at text[*at], which moves on: FOLD_BLANK for signs, 0 for a letter that Vietnamese
 * does not have. */
static uint8_t next_code(const uint8_t *text, size_t length, size_t *at) {
  uint8_t lead = text[*at];
  if (lead < 0x80) {
    ++*at;
    return (unsigned)((lead | 0x20) - 'a') < 26 ? (uint8_t)fold_keep_rules.ascii[lead] : FOLD_BLANK;
  }
  size_t bytes = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const uint8_t *c = text + *at;
  *at = *at + bytes < length ? *at + bytes : length;
  if (lead == 0xc2) return c[1] == 0xaa || c[1] == 0xb5 || c[1] == 0xba ? 0 : FOLD_BLANK; /* ª µ º are letters */
  if (lead >= 0xc3 && lead <= 0xc6) {
    bool is_sign = lead == 0xc3 && (c[1] == 0x97 || c[1] == 0xb7);
    return is_sign ? FOLD_BLANK : (uint8_t)fold_two_bytes[(lead - 0xc3u) << 6 | (c[1] & 0x3fu)];
  }
  if (lead == 0xe1 && (c[1] & 0xfe) == 0xba) return (uint8_t)fold_three_bytes[(c[1] & 1u) << 6 | (c[2] & 0x3fu)];
  if (lead == 0xe2 && c[1] <= 0x84) return FOLD_BLANK; /* dashes, quotes, currencies, numero sign */
  return 0;
}

static bool is_syllable(const uint8_t *codes, size_t count) {
  size_t vowels = 0;
  for (size_t i = 0; i < count; i++) vowels += fold_is_vowel(codes[i]);
  if (vowels == 0) return count <= ABBREVIATION_MAX; /* with a đ, since it is accented: Đ., ĐT, KĐT */
  return syllable_is_possible(codes, count);
}

syllable_verdict syllable_judge(const char *text, size_t length) {
  const uint8_t *bytes = (const uint8_t *)text;
  syllable_verdict verdict = SYLLABLE_SIGNS;
  for (size_t at = 0; at < length;) {
    uint8_t codes[LETTERS_MAX];
    size_t count = 0;
    bool is_accented = false;
    while (at < length) {
      bool is_beyond_ascii = bytes[at] >= 0x80;
      uint8_t code = next_code(bytes, length, &at);
      if (code == FOLD_BLANK) break;
      is_accented |= is_beyond_ascii;
      if (code == 0 || count == LETTERS_MAX) return SYLLABLE_NO;
      codes[count++] = code;
    }
    if (count == 0 || !is_accented) continue;
    if (!is_syllable(codes, count)) return SYLLABLE_NO;
    verdict = SYLLABLE_YES;
  }
  return verdict;
}
