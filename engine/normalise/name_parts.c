/* See person_name.h. Which word is what, in this order: a placeholder or a newborn has no parts; then forms of the
 * Central Highlands, foreign names, given name first, and the usual one: surname, middle, given name. */
#include <string.h>

#include "normalise/name_read.h"
#include "normalise/person_name.h"
#include "normalise/phonetic.h"

/* A name being taken apart; spans of words. */
typedef struct name_cut {
  const fold_run *run;
  size_t count;
  name_word words[NAME_WORDS_MAX];
  size_t surname, surname_count, given, given_count;
} name_cut;

static bool is_vietnamese(const name_cut *c, size_t at) {
  name_word w = c->words[at];
  return syllable_is_possible_plain(c->run->codes + w.start, name_word_length(w));
}

static bool has_accent_in(const fold_run *run, size_t start, size_t end) {
  for (size_t i = start; i < end; i++) {
    uint8_t code = run->codes[i];
    if (code < FOLD_VOWEL) continue;
    bool bare = fold_is_vowel(code) && (code & 7) == 0 && strchr("\200\230\250\260\310\330", code) != NULL;
    if (!bare) return true;
  }
  return false;
}

/* Letters without a vowel: Ng, Tr, V; one vowel is one when a dot is behind it. */
static bool is_abbreviation(const name_cut *c, size_t at, const char *text, size_t length) {
  name_word w = c->words[at];
  size_t letters = name_word_length(w);
  if (letters > 3) return false;
  for (size_t i = w.start; i < w.end; i++) {
    if (!fold_is_letter(c->run->codes[i]) || c->run->codes[i] >= FOLD_OTHER) return false;
    if (fold_is_vowel(c->run->codes[i]) && letters > 1) return false;
  }
  if (!fold_is_vowel(c->run->codes[w.start])) return true;
  for (size_t i = 0; i + 1 < length; i++) {
    bool begins = i == 0 || text[i - 1] == ' ' || text[i - 1] == '.';
    if (begins && text[i + 1] == '.' && (text[i] & ~0x20) == c->run->plain[w.start]) return true;
  }
  return false;
}

static void set_surname(name_cut *c, size_t at, size_t count) {
  c->surname = at;
  c->surname_count = count;
}
static void set_given(name_cut *c, size_t at, size_t count) {
  c->given = at;
  c->given_count = count;
}

static bool is_letter_word(const name_cut *c, size_t at, uint8_t code) {
  return name_word_length(c->words[at]) == 1 && c->run->codes[c->words[at].start] == code;
}

/* Is words[at] the mark of a man's or a woman's name (Y, A, H', K'), joined to it or not? HNhi is no syllable otherwise. */
static bool is_highland_given(const name_cut *c, size_t at, const char *text, size_t length) {
  enum { CODE_A = FOLD_VOWEL, CODE_Y = FOLD_VOWEL + 11 * 8 };
  if (is_letter_word(c, at, CODE_Y) || (at == 0 && c->count == 2 && is_letter_word(c, at, CODE_A))) return true;
  const uint8_t *codes = c->run->codes + c->words[at].start;
  size_t letters = name_word_length(c->words[at]);
  if (codes[0] == CODE_Y) return letters > 2 && !fold_is_vowel(codes[1]) && !is_vietnamese(c, at);
  if (codes[0] != 'h' && codes[0] != 'k') return false;
  bool apostrophe = false;
  for (size_t i = 1; i < length; i++) {
    bool mark = text[i] == '\'' || text[i] == '`' || text[i] == '\xE2' || text[i] == '\xCA';
    apostrophe |= mark && (text[i - 1] | 0x20) == codes[0];
  }
  bool before_clan = at == 0 && c->count > 2 && name_clan(c->run, c->words + c->count - 1, 1) > 0;
  if (letters == 1) return apostrophe || before_clan;
  bool joined = !fold_is_vowel(codes[1]) && !is_vietnamese(c, at);
  return apostrophe || (codes[0] == 'h' && joined && codes[1] != 'r');
}

/* Y Bhăm Niê, H'Nhi Niê, Siu H'Nhi, Ksor Y Bik, Y Thim, K' Brèo. */
static bool cut_highland(name_cut *c, const char *text, size_t length, name_parts *out) {
  size_t clan = name_clan(c->run, c->words, c->count);
  bool leads = is_highland_given(c, 0, text, length);
  if (clan == 0 && !leads) return false;
  out->findings |= NAME_MINORITY_FORM;
  if (clan > 0 && clan < c->count) {
    set_surname(c, 0, clan);
    set_given(c, clan, c->count - clan);
    if (!is_highland_given(c, clan, text, length)) set_given(c, c->count - 1, 1);
    return true;
  }
  size_t end = c->count;
  for (size_t at = c->count; at-- > 1;) {
    if (name_clan(c->run, c->words + at, c->count - at) > 0) end = at;
  }
  if (end < c->count && end > (name_word_length(c->words[0]) == 1)) set_surname(c, end, c->count - end);
  else end = c->count;
  if (c->surname_count == 0) out->findings |= NAME_NO_SURNAME;
  set_given(c, 0, end);
  return true;
}

/* John Smith, SMITH, JOHN, Maria Nguyễn Thị Hoa. */
static bool cut_foreign(name_cut *c, const name_notes *notes, name_parts *out) {
  size_t strange = 0;
  for (size_t i = 0; i < c->count; i++) strange += !is_vietnamese(c, i) && name_word_length(c->words[i]) > 1;
  bool leads = c->count > 1 && (name_is_foreign_given(c->run, c->words[0]) || !is_vietnamese(c, 0));
  if (leads && name_word_length(c->words[0]) > 2 && name_is_surname(c->run, c->words[1])) {
    out->findings |= NAME_FOREIGN;
    set_surname(c, 1, 1);
    if (c->count == 2) out->findings |= NAME_GIVEN_FIRST;
    set_given(c, c->count == 2 ? 0 : c->count - 1, 1);
    return true;
  }
  bool given_last = name_is_foreign_given(c->run, c->words[c->count - 1]);
  bool given_leads = c->count > 1 && name_is_foreign_given(c->run, c->words[0]);
  if (strange * 2 <= c->count && !(given_leads && strange > 0)) return false;
  if (name_is_surname(c->run, c->words[0]) && c->count > 2) return false; /* Nguyễn with typos */
  out->findings |= NAME_FOREIGN;
  if (notes->comma_words > 0 && notes->comma_words < c->count) {
    set_surname(c, 0, notes->comma_words);
    set_given(c, notes->comma_words, c->count - notes->comma_words);
  } else if (c->count == 1) {
    out->findings |= NAME_NO_SURNAME;
    set_given(c, 0, 1);
  } else if (given_leads && !given_last) {
    set_surname(c, c->count - 1, 1);
    set_given(c, 0, c->count - 1);
    out->findings |= NAME_GIVEN_FIRST;
  } else {
    if (given_leads || !given_last) out->findings |= NAME_ORDER_UNKNOWN;
    set_surname(c, 0, 1);
    set_given(c, 1, c->count - 1);
  }
  return true;
}

/* Hoa Nguyễn, Hoa Nguyễn Thị Thanh: the second word is a surname and the first is none, or the last is one that nobody
 * is given. */
static bool cut_given_first(name_cut *c, name_parts *out) {
  if (c->count < 2 || name_is_surname(c->run, c->words[0])) return false;
  bool second = name_is_only_surname(c->run, c->words[1]), last = name_is_only_surname(c->run, c->words[c->count - 1]);
  if (!second && !last) return false;
  out->findings |= NAME_GIVEN_FIRST;
  if (second) {
    set_surname(c, 1, 1);
    set_given(c, 0, 1);
  } else {
    set_surname(c, c->count - 1, 1);
    set_given(c, 0, c->count - 1);
  }
  return true;
}

static void cut_usual(name_cut *c, name_parts *out) {
  name_word last = c->words[c->count - 1];
  size_t compound = name_compound_surname(c->run, c->words, c->count);
  bool no_surname = c->count == 1 || name_word_is_plain(c->run, c->words[0], "THI");
  set_given(c, c->count - 1, 1);
  if (compound > 0) {
    out->findings |= NAME_COMPOUND_SURNAME;
    set_surname(c, 0, compound);
  } else if (!no_surname) {
    set_surname(c, 0, 1);
  } else if (c->count > 1 || !name_is_only_surname(c->run, last)) {
    out->findings |= NAME_NO_SURNAME;
  } else { /* Bà Huỳnh */
    set_surname(c, 0, 1);
    set_given(c, 0, 0);
    out->findings |= NAME_NO_GIVEN;
  }
  if (c->count > 1 && (name_word_is(c->run, last, "thị") || (c->count == 2 && name_word_is(c->run, last, "văn")))) {
    out->findings |= NAME_NO_GIVEN;
    set_given(c, c->count, 0);
  }
}

/* ---- texts -------------------------------------------------------------------------------- */

static void put_codes(const uint8_t *codes, size_t count, char *out, size_t capacity) {
  bool cut = false;
  out[fold_text(codes, count, out, capacity, &cut)] = 0;
}

static void put_words(const name_cut *c, size_t at, size_t count, char *out, size_t capacity) {
  if (count == 0) return;
  size_t start = c->words[at].start;
  put_codes(c->run->codes + start, c->words[at + count - 1].end - start, out, capacity);
}

/* All words that are neither surname nor given name. */
static void put_middle(const name_cut *c, name_parts *out) {
  size_t used = 0;
  for (size_t i = 0; i < c->count; i++) {
    bool is_taken = (i >= c->surname && i < c->surname + c->surname_count) || (i >= c->given && i < c->given + c->given_count);
    if (is_taken) continue;
    char word[NAME_PIECE_MAX + 1];
    put_words(c, i, 1, word, NAME_PIECE_MAX);
    size_t length = strlen(word);
    if (used + length + (used > 0) > NAME_PIECE_MAX) return;
    if (used > 0) out->middle[used++] = ' ';
    memcpy(out->middle + used, word, length + 1);
    used += length;
  }
}

static void put_plain(const fold_run *run, name_parts *out) {
  size_t used = 0;
  for (size_t i = 0; i < run->count && used < TEXT_CANONICAL_MAX; i++) {
    if (run->plain[i] != 0) out->plain[used++] = (char)run->plain[i];
  }
  out->plain[used] = 0;
}

static void put_initials(const name_cut *c, name_parts *out) {
  for (size_t i = 0; i < c->count && i < NAME_INITIALS_MAX; i++) {
    uint8_t letter = c->run->plain[c->words[i].start];
    out->initials[i] = letter ? (char)letter : '?';
  }
}

static char phonetic_letter(uint8_t sound) {
  uint8_t letter = sound & (PHONETIC_WORD_END - 1);
  return letter >= LETTER_A && letter < LETTER_SPACE ? (char)('A' + letter - LETTER_A) : '?';
}

static void put_phonetic(fold_run *run, name_parts *out) {
  text_value value;
  uint8_t sounds[2 * TEXT_LETTERS_MAX];
  unsigned used = 0, written = 0;
  text_value_set(run->codes, run->plain, run->count, run->has_other, &value);
  for (unsigned at = 0; at < value.length;) {
    unsigned end = at;
    while (end < value.length && value.letters[end] != LETTER_SPACE) end++;
    if (end > at) used = phonetic_word(value.letters, at, end, sounds, used);
    at = end + 1;
  }
  for (unsigned i = 0; i < used && written < TEXT_LETTERS_MAX; i++) {
    out->phonetic[written++] = phonetic_letter(sounds[i]);
    if (sounds[i] & PHONETIC_WORD_END && i + 1 < used && written < TEXT_LETTERS_MAX) out->phonetic[written++] = ' ';
  }
}

/* ---- the whole ---------------------------------------------------------------------------- */

/* Without accents: Nguyen, or a Van or Thi behind whatever the first word was. */
static bool is_kinh(const name_cut *c) {
  bool middle = c->count > 1 && (name_word_is_plain(c->run, c->words[1], "VAN") || name_word_is_plain(c->run, c->words[1], "THI"));
  return middle || name_is_kinh_surname(c->run, c->words[0]) || name_is_shared_surname(c->run, c->words[0]);
}

static void cut_words(name_cut *c, const name_notes *notes, const char *text, size_t length, name_parts *out) {
  if (cut_highland(c, text, length, out)) return;
  size_t strange = 0, abbreviated = 0;
  for (size_t i = 0; i < c->count; i++) {
    bool is_short = is_abbreviation(c, i, text, length);
    abbreviated += is_short;
    strange += !is_short && !is_vietnamese(c, i);
  }
  if (abbreviated > 0) out->findings |= NAME_ABBREVIATED;
  if (strange > 0 && !(out->findings & (NAME_OTHER_SCRIPT | NAME_DAMAGED)) && cut_foreign(c, notes, out)) return;
  bool accent = has_accent_in(c->run, 0, c->run->count);
  for (size_t i = 0; i < c->count; i++) {
    name_word w = c->words[i];
    bool accented = has_accent_in(c->run, w.start, w.end), single = name_word_length(w) == 1;
    bool bad = accented ? !syllable_is_possible(c->run->codes + w.start, name_word_length(w)) : !is_vietnamese(c, i);
    if (!bad || single || c->run->has_other || is_abbreviation(c, i, text, length)) continue;
    if (is_highland_given(c, i, text, length)) out->findings |= NAME_MINORITY_FORM;
    else out->findings |= accent || is_kinh(c) ? NAME_IMPOSSIBLE_SYLLABLE : NAME_FOREIGN;
  }
  if (!accent && c->count > 1) out->findings |= NAME_UNACCENTED;
  if (!cut_given_first(c, out)) cut_usual(c, out);
}

static void note_script(const fold_run *run, name_parts *out) {
  enum { REPLACEMENT_LOW = 0xFFFD };
  for (size_t i = 0; i + FOLD_OTHER_CODES <= run->count; i++) {
    if (run->codes[i] < FOLD_OTHER || run->codes[i] >= FOLD_OTHER_BITS) continue;
    uint32_t point = run->codes[i] & 1u;
    for (size_t k = 1; k < FOLD_OTHER_CODES; k++) point = point << 4 | (run->codes[i + k] & 15u);
    if (point == REPLACEMENT_LOW) out->findings |= NAME_DAMAGED;
    else if (run->plain[i] == '?') out->findings |= NAME_OTHER_SCRIPT;
  }
}

static void note_repairs(const name_notes *notes, const char *text, size_t length, name_parts *out) {
  if (notes->telex) out->repairs |= NAME_TELEX;
  if (notes->method == TYPING_VNI) out->repairs |= NAME_VNI;
  if (notes->method == TYPING_VIQR) out->repairs |= NAME_VIQR;
  if (notes->title) out->repairs |= NAME_TITLE_DROPPED;
  if (notes->note_count > 0) out->repairs |= NAME_NOTE_DROPPED;
  if (notes->reordered) out->findings |= NAME_REORDERED;
  put_codes(notes->note, notes->note_count, out->note, NAME_PIECE_MAX);
  for (size_t i = 0; i < length && notes->method == TYPING_NO_METHOD; i++) {
    if (text[i] >= '0' && text[i] <= '9') out->repairs |= NAME_DIGITS_DROPPED;
  }
}

void person_name_parts(const char *text, size_t length, name_parts *out) {
  fold_run run;
  name_notes notes;
  enum { NEWBORN_WORDS = 2 }; /* con bà */
  memset(out, 0, sizeof *out);
  if (length > FOLD_SPAN_BYTES) length = FOLD_SPAN_BYTES;
  name_read(text, length, &run, &notes);
  name_cut c = {.run = &run};
  c.count = name_words(&run, 0, c.words);
  if (c.count == 0) {
    bool signs = false;
    for (size_t i = 0; i < length; i++) signs |= text[i] > ' ';
    if (notes.missing || signs) out->findings = NAME_PLACEHOLDER;
    return;
  }
  note_repairs(&notes, text, length, out);
  note_script(&run, out);
  out->words = (uint8_t)c.count;
  put_codes(run.codes, run.count, out->canonical, TEXT_CANONICAL_MAX);
  put_plain(&run, out);
  put_initials(&c, out);
  if (notes.newborn) {
    out->findings |= NAME_NEWBORN;
    put_words(&c, NEWBORN_WORDS, c.count - NEWBORN_WORDS, out->mother, NAME_PIECE_MAX);
  } else {
    cut_words(&c, &notes, text, length, out);
    put_words(&c, c.surname, c.surname_count, out->surname, NAME_PIECE_MAX);
    put_words(&c, c.given, c.given_count, out->given, NAME_PIECE_MAX);
    put_middle(&c, out);
  }
  put_phonetic(&run, out);
}
