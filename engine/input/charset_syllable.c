/* The grammar of a Vietnamese syllable, over the letter codes of normalise/fold.h: small letters, vowels with
 * their tone in the low bits. Rhymes are written without tones. */
#include "input/charset_syllable.h"

#include <string.h>

#include "normalise/fold.h"

enum { TONE_MASK = 7, TONE_ACUTE = 2, TONE_DOT = 5, LETTERS_MAX = 8, PART_MAX = 4, ABBREVIATION_MAX = 3 };

static const char parts[] =
    "b c ch d đ g gh h k kh l m n ng ngh nh p ph r s t th tr v x "
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu "
    "i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu "
    "o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong "
    "ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "u ua uân uâng uât uây uê uêch uênh uc ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên "
    "uyêt uynh uyt uyu ư ưa ưc ưi ưm ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu "
    "y yêm yên yêng yêt yêu yt ynh ych "
    "ak ăk"; /* Đắk Lắk, Đak Pơ: places of the Central Highlands */

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

static uint32_t slot_of(uint32_t key) { return key * 0x9e3779b1u >> 22; }

static uint32_t key_of(const uint8_t *codes, size_t count) {
  uint32_t key = 0;
  for (size_t i = 0; i < count; i++) key = key << 8 | codes[i];
  return key;
}

static bool is_part(const syllable_table *table, const uint8_t *codes, size_t count) {
  if (count == 0 || count > PART_MAX) return false;
  uint32_t key = key_of(codes, count), slot = slot_of(key);
  while (table->parts[slot] != 0 && table->parts[slot] != key) slot = (slot + 1) % SYLLABLE_SLOTS;
  return table->parts[slot] == key;
}

void syllable_table_fill(syllable_table *table) {
  memset(table, 0, sizeof *table);
  const uint8_t *text = (const uint8_t *)parts;
  size_t length = sizeof parts - 1, at = 0;
  while (at < length) {
    uint8_t codes[PART_MAX], code;
    size_t count = 0;
    while (at < length && (code = next_code(text, length, &at)) != FOLD_BLANK) codes[count++] = code;
    uint32_t key = key_of(codes, count), slot = slot_of(key);
    while (table->parts[slot] != 0) slot = (slot + 1) % SYLLABLE_SLOTS;
    table->parts[slot] = key;
  }
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
static bool is_spelt(const syllable_table *table, const uint8_t *codes, size_t count) {
  size_t onset = 0;
  while (onset < count && !fold_is_vowel(codes[onset])) onset++;
  if (onset == count) return false;
  const uint8_t u = FOLD_VOWEL + 9 * 8, i = FOLD_VOWEL + 5 * 8;
  if (onset == 1 && codes[0] == 'q') return codes[1] == u && is_part(table, codes + 2, count - 2);
  if (onset == 1 && codes[0] == 'g' && codes[1] == i && is_part(table, codes + 2, count - 2)) return true;
  return (onset == 0 || is_part(table, codes, onset)) && onset_goes_with(codes, onset, codes[onset]) &&
         is_part(table, codes + onset, count - onset);
}

static bool ends_in_stop(const uint8_t *codes, size_t count) {
  uint8_t last = codes[count - 1];
  if (last == 'h') return count > 1 && codes[count - 2] == 'c';
  return last == 'c' || last == 'p' || last == 't';
}

static bool is_syllable(const syllable_table *table, uint8_t *codes, size_t count) {
  unsigned tone = 0, tones = 0, vowels = 0;
  for (size_t i = 0; i < count; i++) {
    if (!fold_is_vowel(codes[i])) continue;
    vowels++;
    if ((codes[i] & TONE_MASK) == 0) continue;
    tone = codes[i] & TONE_MASK;
    tones++;
    codes[i] = (uint8_t)(codes[i] - tone);
  }
  if (vowels == 0) return count <= ABBREVIATION_MAX; /* with a đ, since it is accented: Đ., ĐT, KĐT */
  if (tones > 1 || !is_spelt(table, codes, count)) return false;
  return tone == TONE_ACUTE || tone == TONE_DOT || !ends_in_stop(codes, count);
}

syllable_verdict syllable_judge(const syllable_table *table, const char *text, size_t length) {
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
    if (!is_syllable(table, codes, count)) return SYLLABLE_NO;
    verdict = SYLLABLE_YES;
  }
  return verdict;
}
