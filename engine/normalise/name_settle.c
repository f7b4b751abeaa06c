/* The last step of reading a name, which the hot way takes as well: titles off the front, newborns under their
 * mother's name, the given name behind where the order is certain, placeholders out. */
#include <string.h>

#include "normalise/name_read.h"

/* Titles that may stand before a name. Anh and Bé are names as well, so that they count beside Chị, or before a
 * surname and two words more. */
static bool is_title(const fold_run *run, const name_word *words, size_t count) {
  static const char *const titles[] = {"bà", "ông", "ba", "ong", "cụ", "chị", "cháu"};
  for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
    if (name_word_is(run, words[0], titles[i])) return true;
  }
  if (name_word_is(run, words[0], "anh")) return count > 1 && name_word_is(run, words[1], "chị");
  return name_word_is(run, words[0], "bé") && count > 3 && !name_word_is_plain(run, words[count - 1], "THI") &&
         !name_word_is_plain(run, words[count - 1], "VAN");
}

static bool is_foreign_title(const fold_run *run, name_word w) {
  return name_word_is_plain(run, w, "MR") || name_word_is_plain(run, w, "MRS") || name_word_is_plain(run, w, "MS");
}

/* "Hộ ông", "Hộ gia đình bà": whose household holds a parcel. */
static size_t household_words(const fold_run *run, const name_word *words, size_t count) {
  size_t used = 1;
  if (count < 3 || !name_word_is(run, words[0], "hộ")) return 0;
  if (count > 4 && name_word_is(run, words[1], "gia") && name_word_is(run, words[2], "đình")) used = 3;
  return is_title(run, words + used, count - used) ? used : 0;
}

/* How many words are titles ("Ông/Bà Nguyễn ..." has two). Ông is a surname too (Ông Ích Khiêm), so a title counts
 * only before one of the usual surnames. */
static size_t title_words(const fold_run *run, const name_word *words, size_t count) {
  size_t used = 0;
  if (count > 1 && is_foreign_title(run, words[0])) {
    while (used + 1 < count && is_foreign_title(run, words[used])) used++;
    return used;
  }
  used = household_words(run, words, count);
  while (used + 1 < count && is_title(run, words + used, count - used)) used++;
  return used > 0 && name_is_surname(run, words[used]) ? used : 0;
}

/* How many words say "newborn of": CRS, CTC, Con bà, Con của, Cháu con bà, Bé gái con bà. */
static size_t newborn_words(const fold_run *run, const name_word *words, size_t count) {
  size_t used = 0;
  if (count > 2 && (name_word_is(run, words[0], "cháu") || name_word_is(run, words[0], "bé"))) {
    used = 1;
    if (name_word_is(run, words[1], "trai") || name_word_is(run, words[1], "gái")) used = 2;
  }
  if (used >= count) return 0;
  if (name_word_is_plain(run, words[used], "CRS") || name_word_is_plain(run, words[used], "CTC")) {
    return used + 1 < count ? used + 1 : 0;
  }
  if (!name_word_is_plain(run, words[used], "CON")) return 0;
  size_t behind = ++used;
  if (used < count && name_word_is_plain(run, words[used], "CUA")) used++;
  if (used < count && (name_word_is_plain(run, words[used], "BA") || name_word_is(run, words[used], "chị") ||
                       name_word_is(run, words[used], "mẹ"))) {
    used++;
  }
  return used > behind && used < count ? used : 0;
}

/* All newborns are written one way, which is no person's name: "con bà nguyễn thị a". */
static size_t write_newborn(fold_run *run, size_t mother) {
  enum { CODE_O = FOLD_VOWEL + 6 * 8, CODE_A_GRAVE = FOLD_VOWEL + 1, LENGTH = 7 };
  static const uint8_t codes[LENGTH] = {'c', CODE_O, 'n', FOLD_BLANK, 'b', CODE_A_GRAVE, FOLD_BLANK};
  size_t rest = run->count - mother;
  size_t start = mother > LENGTH ? mother - LENGTH : 0, moved = start + LENGTH;
  if (moved + rest > FOLD_CODES_MAX) return 0;
  memmove(run->codes + moved, run->codes + mother, rest);
  memmove(run->plain + moved, run->plain + mother, rest);
  memcpy(run->codes + start, codes, LENGTH);
  memcpy(run->plain + start, "CON BA ", LENGTH);
  run->count = moved + rest;
  return start;
}

static bool is_missing(const fold_run *run) {
  size_t i = 0;
  if (run->plain[0] == 'V' && run->plain[3] != 'D') return false; /* Võ is a common surname, "vô danh" a placeholder */
  while (i < run->count && (run->codes[i] == 'x' || run->codes[i] == FOLD_BLANK)) i++;
  return i == run->count || fold_is_placeholder(run->plain, run->count);
}

/* May the first word be one of title_words or newborn_words? Chu and Công begin with the same two letters. */
static bool may_begin_with_title(const fold_run *run) {
  enum { A_ACUTE = FOLD_VOWEL + 2, I_DOT = FOLD_VOWEL + 5 * 8 + 5 };
  const uint8_t *codes = run->codes;
  switch (run->plain[0]) {
  case 'A':
    return codes[2] == 'h';
  case 'B':
  case 'H':
    return codes[2] == FOLD_BLANK;
  case 'M':
  case 'O':
    return true;
  case 'C':
    if (codes[1] == 'h') return codes[2] == A_ACUTE || codes[2] == I_DOT;
    return codes[2] == FOLD_BLANK || codes[3] == FOLD_BLANK;
  default:
    return false;
  }
}

static size_t settle_front(fold_run *run, name_notes *notes) {
  name_word words[NAME_WORDS_MAX];
  if (is_missing(run)) {
    if (notes) notes->missing = true;
    return run->count;
  }
  if (!may_begin_with_title(run)) return 0;
  size_t count = name_words(run, 0, words);
  size_t used = newborn_words(run, words, count);
  if (used > 0) {
    if (notes) notes->newborn = true;
    return write_newborn(run, words[used].start);
  }
  used = title_words(run, words, count);
  if (used == 0) return 0;
  if (notes) notes->title = true;
  return words[used].start;
}

void name_rotate(fold_run *run, size_t at) {
  uint8_t codes[2 * FOLD_SPAN_BYTES], plain[2 * FOLD_SPAN_BYTES];
  size_t rest = run->count - at, front = at - 1;
  if (front > sizeof codes) return;
  memcpy(codes, run->codes, front);
  memcpy(plain, run->plain, front);
  memmove(run->codes, run->codes + at, rest);
  memmove(run->plain, run->plain + at, rest);
  run->codes[rest] = run->plain[rest] = FOLD_BLANK;
  memcpy(run->codes + rest + 1, codes, front);
  memcpy(run->plain + rest + 1, plain, front);
}

/* "Hoa Nguyễn Thị": nothing but a middle word ends so. */
static void settle_order(fold_run *run, name_notes *notes) {
  name_word words[NAME_WORDS_MAX];
  if (run->has_other || name_words(run, 0, words) != 3 || name_word_length(words[0]) < 2) return;
  if (name_is_surname(run, words[0]) || !name_is_surname(run, words[1]) || name_clan(run, words, 3) > 0) return;
  if (!syllable_is_possible_plain(run->codes + words[0].start, name_word_length(words[0]))) return;
  name_rotate(run, words[1].start);
  if (notes) notes->reordered = true;
}

/* What fold_placeholder_letters has is here too, so that one look is enough. */
const uint32_t name_front_letters[32] = {
    ['A' & 31] = 1u << ('N' & 31),
    ['B' & 31] = 1u << ('A' & 31) | 1u << ('E' & 31) | 1u << ('O' & 31),
    ['C' & 31] = 1u << ('H' & 31) | 1u << ('O' & 31) | 1u << ('R' & 31) | 1u << ('T' & 31) | 1u << ('U' & 31),
    ['H' & 31] = 1u << ('O' & 31),
    ['K' & 31] = 1u << ('H' & 31) | 1u << ('O' & 31) | 1u << (' ' & 31),
    ['M' & 31] = 1u << ('R' & 31) | 1u << ('S' & 31),
    ['N' & 31] = 1u << (' ' & 31) | 1u << ('U' & 31) | 1u << ('O' & 31) | 1u << ('I' & 31) | 1u << ('A' & 31),
    ['O' & 31] = 1u << ('N' & 31),
    ['U' & 31] = 1u << ('N' & 31),
    ['V' & 31] = 1u << ('O' & 31),
    ['X' & 31] = 1u << ('X' & 31) | 1u << (' ' & 31)};

void name_settle_rest(fold_run *run, name_notes *notes) {
  while (run->count > 0) {
    unsigned first = run->plain[0] & 31, second = run->count > 1 ? run->plain[1] & 31 : 0;
    if (run->count > 1 && !(name_front_letters[first] >> second & 1)) break;
    size_t start = settle_front(run, notes); /* behind a title may be a newborn */
    if (start == 0) break;
    run->count -= start;
    memmove(run->codes, run->codes + start, run->count);
    memmove(run->plain, run->plain + start, run->count);
  }
  if (name_ends_in_middle_word(run->codes, run->count)) settle_order(run, notes);
}
