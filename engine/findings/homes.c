/* Whether two records tell of one home: communes of either map, house numbers, and addresses by their words. See search.h. */
#include <string.h>

#include "findings/search.h"

/* Letters of an address, of which the last word may have been cut. */
static unsigned whole_letters(const feature_slot *slot, const uint8_t *features, uint8_t letters[TEXT_LETTERS_MAX]) {
  unsigned length = slot->kind == SLOT_TEXT && slot->letters && !feature_missing(slot, features) ? feature_letters(features, slot, letters) : 0;
  if (length == TEXT_LETTERS_MAX) {
    while (length && letters[length - 1] != LETTER_SPACE) length--;
  }
  return length;
}

static bool has_word(const uint8_t *letters, unsigned length, const uint8_t *word, unsigned word_length) {
  for (unsigned start = 0; start + word_length <= length; start++) {
    bool begins = start == 0 || letters[start - 1] == LETTER_SPACE, ends = start + word_length == length || letters[start + word_length] == LETTER_SPACE;
    if (begins && ends && memcmp(letters + start, word, word_length) == 0) return true;
  }
  return false;
}

/* What a place is, or that it is in the city where all are: says little of where. Words as letters, parted by blanks. */
static bool is_common_word(const uint8_t *word, unsigned length) {
  static const char words[] = " PHUONG XA QUAN HUYEN THI TRAN THANH PHO TINH AP THON XOM KHOM KHU TO DUONG SO HO CHI MINH HA NOI ";
  char text[TEXT_LETTERS_MAX + 3];
  bool has_letters = false;
  text[0] = text[length + 1] = ' ';
  text[length + 2] = 0;
  for (unsigned i = 0; i < length; i++) {
    bool is_letter = word[i] >= LETTER_A && word[i] < LETTER_SPACE;
    has_letters |= is_letter;
    text[i + 1] = is_letter ? (char)('A' + word[i] - LETTER_A) : '0';
  }
  return !has_letters || strstr(words, text);
}

/* How many words a place has, and how many of them are the other's, too: of all, and of those that tell where it is. */
typedef struct place_words {
  unsigned all, telling, all_shared, telling_shared;
} place_words;

static place_words words_of_place(const uint8_t *letters, unsigned length, const uint8_t *other, unsigned other_length) {
  place_words w = {0};
  for (unsigned start = 0, end; start < length; start = end + 1) {
    for (end = start; end < length && letters[end] != LETTER_SPACE;) end++;
    if (end == start) continue;
    const bool shared = has_word(other, other_length, letters + start, end - start), telling = !is_common_word(letters + start, end - start);
    w.all++;
    w.telling += telling;
    w.all_shared += shared;
    w.telling_shared += shared && telling;
  }
  return w;
}

static bool are_most(unsigned shared, unsigned words, unsigned other_words) {
  return shared * 4 >= (words < other_words ? words : other_words) * 3;
}

likeness finding_places(const feature_layout *layout, int field, const uint8_t *a, const uint8_t *b) {
  enum { LEAST_WORDS = 3, LEAST_TELLING = 2 };
  uint8_t x[TEXT_LETTERS_MAX], y[TEXT_LETTERS_MAX];
  unsigned x_length = whole_letters(&layout->slots[field], a, x), y_length = whole_letters(&layout->slots[field], b, y);
  if (!x_length || !y_length) return LIKE_UNKNOWN;
  const place_words v = words_of_place(x, x_length, y, y_length), w = words_of_place(y, y_length, x, x_length);
  if (v.all_shared >= LEAST_WORDS && are_most(v.all_shared, v.all, w.all)) return LIKE_EQUAL;
  if (v.telling_shared >= LEAST_TELLING && are_most(v.telling_shared, v.telling, w.telling)) return LIKE_EQUAL;
  return v.all_shared >= LEAST_WORDS ? LIKE_NEAR : LIKE_OTHER;
}

/* How long the house's number and the first two words of the street are; 0: it does not begin with a number. */
static unsigned house_length(const uint8_t *letters, unsigned length) {
  enum { STREET_WORDS = 2 };
  unsigned at = 0, words = 0;
  while (at < length && words < STREET_WORDS) {
    const bool is_name = letters[at] < LETTER_SPACE;
    if (is_name && at == 0) return 0;
    while (at < length && letters[at] != LETTER_SPACE) at++;
    words += is_name;
    at += words < STREET_WORDS;
  }
  return words < STREET_WORDS ? 0 : at;
}

likeness finding_houses(const feature_layout *layout, int field, const uint8_t *a, const uint8_t *b) {
  uint8_t x[TEXT_LETTERS_MAX], y[TEXT_LETTERS_MAX];
  const unsigned x_length = house_length(x, whole_letters(&layout->slots[field], a, x)), y_length = house_length(y, whole_letters(&layout->slots[field], b, y));
  if (!x_length || !y_length) return LIKE_UNKNOWN;
  return x_length == y_length && memcmp(x, y, x_length) == 0 ? LIKE_EQUAL : LIKE_OTHER;
}

/* ---- communes --------------------------------------------------------------------------------------- */

static likeness places_alike(const address_book *book, address_place a, address_place b) {
  if (a.level != ADDRESS_LEVEL_COMMUNE || b.level != ADDRESS_LEVEL_COMMUNE) return LIKE_UNKNOWN;
  switch ((address_relation)address_same(book, a, b).relation) {
    case ADDRESS_RELATION_SAME: return LIKE_EQUAL;
    case ADDRESS_RELATION_POSSIBLE: return LIKE_NEAR;
    case ADDRESS_RELATION_DIFFERENT: return LIKE_OTHER;
    default: return LIKE_UNKNOWN;
  }
}

likeness finding_counted_communes(const findings *f, const finding_input *in, const finding_member *a, const finding_member *b) {
  if (!in->places || !f->units) return LIKE_UNKNOWN;
  const uint16_t unit = f->units[a->row], other = f->units[b->row];
  if (unit == ADDRESS_NO_UNIT || other == ADDRESS_NO_UNIT) return LIKE_UNKNOWN;
  const address_place x = {.units = {unit}, .level = address_unit_at(in->places, unit)->level};
  const address_place y = {.units = {other}, .level = address_unit_at(in->places, other)->level};
  return places_alike(in->places, x, y);
}

likeness finding_communes(const findings *f, const finding_input *in, int field, const finding_member *a, const finding_member *b) {
  const feature_layout *layout = &in->table->layout;
  const feature_slot *slot = &layout->slots[field];
  if (slot->kind == SLOT_TEXT && slot->place_offset != FEATURE_NONE) {
    const size_t at = (size_t)slot->place_offset;
    return places_alike(layout->book, slot_place(a->features, at), slot_place(b->features, at));
  }
  return in->schema->place_field == field ? finding_counted_communes(f, in, a, b) : LIKE_UNKNOWN;
}
