/* Whether two records that share a number tell of one person: names and birth dates as they are typed. See search.h. */
#include <string.h>

#include "base/hash.h"
#include "compare/digits.h"
#include "findings/search.h"
#include "normalise/fold.h"
#include "normalise/regional.h"
#include "normalise/syllable_grammar.h"

enum { LONG_WORD = 3, SHORT_WORD = 2 /* letters from which on one edit makes no other word; from the second on it may */ };

typedef struct person_name {
  uint8_t letters[TEXT_LETTERS_MAX];
  unsigned length, word_count;
  word_span words[FEATURE_WORDS_MAX];
} person_name;

/* "Hộ ông Nguyễn Văn A", and titles that stand before no surname that is known: the land register names households. */
static void drop_titles(person_name *n) {
  static const uint8_t titles[][4] = {{8, 15, 0}, {15, 14, 7, 0}, {2, 1, 0}}; /* HO, ONG, BA as letters */
  static const uint8_t lengths[] = {2, 3, 2};
  unsigned words = 0;
  for (unsigned t = 0; t < 3 && words + 2 < n->word_count; t++) {
    const word_span w = n->words[words];
    bool is_title = w.end - w.start == lengths[t] && memcmp(n->letters + w.start, titles[t], lengths[t]) == 0;
    if (t == 0 && is_title) is_title = n->words[1].end - n->words[1].start <= 3; /* HO alone is a surname */
    words += is_title;
  }
  if (words == 1 && n->letters[0] == titles[0][0]) return;
  if (!words) return;
  unsigned from = n->words[words].start;
  memmove(n->letters, n->letters + from, n->length - from);
  n->length -= from;
  n->word_count = feature_words(n->letters, n->length, n->words);
}

static bool read_name(const finding_person *p, person_name *out) {
  const feature_slot *slot = p->roles->name < 0 ? NULL : &p->layout->slots[p->roles->name];
  if (!slot || feature_missing(slot, p->features) || !slot->letters) return false;
  out->length = feature_letters(p->features, slot, out->letters);
  out->word_count = feature_words(out->letters, out->length, out->words);
  drop_titles(out);
  return out->word_count > 0;
}

/* Optimal string alignment: replaced, lost and added letters, and neighbours exchanged. */
static unsigned edits(const uint8_t *a, unsigned a_length, const uint8_t *b, unsigned b_length) {
  unsigned rows[3][TEXT_LETTERS_MAX + 1];
  unsigned *before = rows[0], *last = rows[1], *now = rows[2];
  for (unsigned j = 0; j <= b_length; j++) last[j] = j;
  for (unsigned i = 1; i <= a_length; i++) {
    now[0] = i;
    for (unsigned j = 1; j <= b_length; j++) {
      unsigned best = last[j - 1] + (a[i - 1] != b[j - 1]);
      if (last[j] + 1 < best) best = last[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best) best = before[j - 2] + 1;
      now[j] = best;
    }
    unsigned *free_row = before;
    before = last;
    last = now;
    now = free_row;
  }
  return last[b_length];
}

/* Mỹ and Mĩ */
static bool differ_in_y(const person_name *a, word_span x, const person_name *b, word_span y) {
  enum { LETTER_I = 9, LETTER_Y = 25 };
  unsigned length = x.end - x.start;
  uint8_t last = a->letters[x.end - 1], other = b->letters[y.end - 1];
  return length > 1 && length == (unsigned)(y.end - y.start) && memcmp(a->letters + x.start, b->letters + y.start, length - 1) == 0 &&
         (last == LETTER_I || last == LETTER_Y) && (other == LETTER_I || other == LETTER_Y);
}

/* Could somebody be called so? */
static bool is_syllable(const person_name *n, word_span w) {
  static const uint8_t vowels[26] = {['a' - 'a'] = FOLD_VOWEL, ['e' - 'a'] = FOLD_VOWEL + 3 * 8, ['i' - 'a'] = FOLD_VOWEL + 5 * 8,
                                     ['o' - 'a'] = FOLD_VOWEL + 6 * 8, ['u' - 'a'] = FOLD_VOWEL + 9 * 8, ['y' - 'a'] = FOLD_VOWEL + 11 * 8};
  uint8_t codes[SYLLABLE_LETTERS_MAX];
  size_t length = w.end - w.start;
  if (length > SYLLABLE_LETTERS_MAX) return false;
  for (size_t i = 0; i < length; i++) {
    uint8_t letter = (uint8_t)(n->letters[w.start + i] - 1);
    codes[i] = letter < 26 && vowels[letter] ? vowels[letter] : (uint8_t)('a' + letter);
  }
  return syllable_is_possible_plain(codes, length);
}

static unsigned word_edits(const person_name *a, word_span x, const person_name *b, word_span y) {
  return edits(a->letters + x.start, x.end - x.start, b->letters + y.start, y.end - y.start);
}

/* A name, and what no name can be, that shares half of its letters or more: Hiền and Hpiễx, Tạ and Tk. */
static bool is_garbled(const person_name *a, word_span x, const person_name *b, word_span y) {
  enum { MOST_EDITS = 2 };
  unsigned x_length = x.end - x.start, y_length = y.end - y.start, longer = x_length > y_length ? x_length : y_length;
  if (is_syllable(a, x) == is_syllable(b, y)) return false;
  unsigned apart = word_edits(a, x, b, y);
  return apart <= MOST_EDITS && apart * 2 <= longer;
}

/* Equal, one edit apart where it has `letters` or more, one the other's beginning (T., Ng.), two forms of one name, or garbled. */
static bool words_alike(const person_name *a, word_span x, const person_name *b, word_span y, unsigned letters) {
  unsigned x_length = x.end - x.start, y_length = y.end - y.start, shorter = x_length < y_length ? x_length : y_length;
  if (memcmp(a->letters + x.start, b->letters + y.start, shorter) == 0 && (x_length == y_length || shorter <= 2)) return true;
  if (differ_in_y(a, x, b, y)) return true;
  unsigned family = regional_family(a->letters + x.start, x_length);
  if (family && family == regional_family(b->letters + y.start, y_length)) return true;
  return (shorter >= letters && word_edits(a, x, b, y) <= 1) || is_garbled(a, x, b, y);
}

static bool words_equal(const person_name *a, word_span x, const person_name *b, word_span y) {
  return x.end - x.start == y.end - y.start && memcmp(a->letters + x.start, b->letters + y.start, (size_t)(x.end - x.start)) == 0;
}

/* Each word of the shorter name is one of the longer, in any order; equal ones first. */
static bool is_contained(const person_name *a, const person_name *b, unsigned letters) {
  if (a->word_count > b->word_count) return is_contained(b, a, letters);
  unsigned taken = 0, found = 0;
  if (a->word_count < 2) return false;
  for (unsigned i = 0; i < a->word_count; i++) {
    unsigned j = 0;
    while (j < b->word_count && (taken >> j & 1 || !words_equal(a, a->words[i], b, b->words[j]))) j++;
    if (j == b->word_count) continue;
    taken |= 1u << j;
    found |= 1u << i;
  }
  for (unsigned i = 0; i < a->word_count; i++) {
    unsigned j = 0;
    if (found >> i & 1) continue;
    while (j < b->word_count && (taken >> j & 1 || !words_alike(a, a->words[i], b, b->words[j], letters))) j++;
    if (j == b->word_count) return false;
    taken |= 1u << j;
  }
  return true;
}

/* First words alike, last words alike: what is between them comes and goes. */
static bool ends_alike(const person_name *a, const person_name *b) {
  return words_alike(a, a->words[0], b, b->words[0], LONG_WORD) &&
         words_alike(a, a->words[a->word_count - 1], b, b->words[b->word_count - 1], LONG_WORD);
}

/* Last words that no slip makes of each other: of twins, not of one person. */
static bool other_given_name(const person_name *a, const person_name *b) {
  word_span x = a->words[a->word_count - 1], y = b->words[b->word_count - 1];
  return !words_alike(a, x, b, y, LONG_WORD) && word_edits(a, x, b, y) > 1;
}

static unsigned shared_words(const person_name *a, const person_name *b) {
  unsigned taken = 0, shared = 0;
  for (unsigned i = 0; i < a->word_count; i++) {
    unsigned j = 0;
    while (j < b->word_count && (taken >> j & 1 || !words_equal(a, a->words[i], b, b->words[j]))) j++;
    if (j == b->word_count) continue;
    taken |= 1u << j;
    shared++;
  }
  return shared;
}

likeness finding_names(const finding_person *a, const finding_person *b) {
  person_name x, y;
  if (!read_name(a, &x) || !read_name(b, &y)) return LIKE_UNKNOWN;
  uint32_t x_plain = slot_u32(a->features, a->layout->slots[a->roles->name].offset + 4);
  if (x_plain == slot_u32(b->features, b->layout->slots[b->roles->name].offset + 4)) return LIKE_EQUAL;
  if (is_contained(&x, &y, LONG_WORD) || ends_alike(&x, &y)) return LIKE_NEAR;
  return edits(x.letters, x.length, y.letters, y.length) <= 2 && !other_given_name(&x, &y) ? LIKE_NEAR : LIKE_OTHER;
}

bool finding_names_equal(const finding_person *a, const finding_person *b) {
  const feature_slot *slot = a->roles->name < 0 ? NULL : &a->layout->slots[a->roles->name];
  return slot && !feature_missing(slot, a->features) && slot_u32(a->features, slot->offset) == slot_u32(b->features, slot->offset);
}

static bool has_equal(const person_name *n, const person_name *of, word_span word) {
  unsigned i = 0;
  while (i < n->word_count && !words_equal(n, n->words[i], of, word)) i++;
  return i < n->word_count;
}

/* Văn and Thị between other words say no more than the sex: 1, 2; 0 for other words. */
static unsigned marker_of(const person_name *n, word_span w) {
  static const uint8_t markers[][3] = {{22, 1, 14}, {20, 8, 9}}; /* VAN, THI as letters */
  for (unsigned m = 0; m < 2; m++) {
    if (w.end - w.start == 3 && memcmp(n->letters + w.start, markers[m], 3) == 0) return m + 1;
  }
  return 0;
}

/* Which of them the name had. */
static unsigned drop_markers(person_name *n) {
  unsigned kept = 1, dropped = 0;
  for (unsigned i = 1; i < n->word_count; i++) {
    const unsigned marker = i + 1 < n->word_count ? marker_of(n, n->words[i]) : 0;
    dropped |= marker;
    if (!marker) n->words[kept++] = n->words[i];
  }
  n->word_count = kept;
  return dropped;
}

/* Thị Hồng Lan and Ngọc Lan are no more than Hồng Lan and Ngọc Lan; Văn Anh and Thị Anh are brother and sister. */
static bool is_contained_unmarked(person_name x, person_name y) {
  return (drop_markers(&x) | drop_markers(&y)) != 3 && is_contained(&x, &y, LONG_WORD);
}

/* Nguyễn Thị, of whom another record knows the given name. */
static bool is_cut_short(const person_name *whole, const person_name *part) {
  unsigned i = 0;
  if (part->word_count < 2 || part->word_count >= whole->word_count || !marker_of(part, part->words[part->word_count - 1])) return false;
  while (i < part->word_count && words_equal(whole, whole->words[i], part, part->words[i])) i++;
  return i == part->word_count;
}

bool finding_names_slip(const finding_person *a, const finding_person *b) {
  person_name x, y;
  if (!read_name(a, &x) || !read_name(b, &y) || x.word_count < 2 || y.word_count < 2) return false;
  word_span last = x.words[x.word_count - 1], other = y.words[y.word_count - 1];
  if (is_cut_short(&x, &y) || is_cut_short(&y, &x)) return true;
  const bool contained = is_contained(&x, &y, LONG_WORD);
  if (words_equal(&x, last, &y, other) || differ_in_y(&x, last, &y, other) || is_garbled(&x, last, &y, other)) {
    return contained || edits(x.letters, x.length, y.letters, y.length) <= 2 || is_contained_unmarked(x, y);
  }
  bool other_order = contained && x.word_count == y.word_count && has_equal(&x, &y, other) && has_equal(&y, &x, last);
  bool one_is_none = is_syllable(&x, last) != is_syllable(&y, other);
  return other_order || (one_is_none && edits(x.letters, x.length, y.letters, y.length) <= 2);
}

bool finding_given_slip(const finding_person *a, const finding_person *b) {
  person_name x, y;
  if (!read_name(a, &x) || !read_name(b, &y) || x.word_count < 2 || y.word_count < 2) return false;
  if (word_edits(&x, x.words[x.word_count - 1], &y, y.words[y.word_count - 1]) > 1) return false;
  return is_contained(&x, &y, SHORT_WORD) || edits(x.letters, x.length, y.letters, y.length) <= 2;
}

bool finding_given_within(const finding_person *a, const finding_person *b) {
  person_name x, y;
  if (!read_name(a, &x) || !read_name(b, &y)) return false;
  return has_equal(&x, &y, y.words[y.word_count - 1]) || has_equal(&y, &x, x.words[x.word_count - 1]);
}

bool finding_given_possible(const finding_person *p) {
  person_name n;
  return read_name(p, &n) && is_syllable(&n, n.words[n.word_count - 1]);
}

uint32_t finding_surname(const finding_person *p) {
  person_name n;
  return read_name(p, &n) && n.word_count > 1 ? feature_word_hash(n.letters, n.words[0]) : 0;
}

uint32_t finding_given(const finding_person *p) {
  person_name n;
  return read_name(p, &n) && n.word_count > 1 ? feature_word_hash(n.letters, n.words[n.word_count - 1]) : 0;
}

uint32_t finding_given_and_before(const finding_person *p, uint32_t *out_before) {
  person_name n;
  *out_before = 0;
  if (!read_name(p, &n) || n.word_count < 2) return 0;
  drop_markers(&n);
  for (unsigned i = 0; i + 1 < n.word_count; i++) *out_before = (uint32_t)hash_combine(*out_before, feature_word_hash(n.letters, n.words[i]));
  return feature_word_hash(n.letters, n.words[n.word_count - 1]);
}

static uint32_t birth_of(const finding_person *p) {
  const feature_slot *slot = p->roles->birth < 0 ? NULL : &p->layout->slots[p->roles->birth];
  return slot && slot->kind == SLOT_DATE ? slot_u32(p->features, slot->offset) : 0;
}

static uint64_t digits_of(uint32_t date) {
  return decimal_digits(feature_date_day(date) * 1000000ull + feature_date_month(date) * 10000ull + feature_date_year(date), 8);
}

/* 01/01 often stands where the year alone is known. */
static bool is_year_only(uint32_t date) { return (date & 511) == (1 << 5 | 1) || !feature_date_day(date); }

likeness finding_births(const finding_person *a, const finding_person *b) {
  uint32_t x = birth_of(a), y = birth_of(b);
  if (!x || !y || feature_date_span(x) || feature_date_span(y)) return LIKE_UNKNOWN;
  if (x == y) return feature_date_day(x) ? LIKE_EQUAL : LIKE_NEAR;
  if (feature_date_year(x) == feature_date_year(y)) return LIKE_NEAR;
  const uint64_t year = 0xffff;
  if (is_year_only(x) || is_year_only(y)) return digit_edits(digits_of(x) & year, digits_of(y) & year) <= 1 ? LIKE_NEAR : LIKE_OTHER;
  return (x & 511) == (y & 511) || digit_edits(digits_of(x), digits_of(y)) <= 2 ? LIKE_NEAR : LIKE_OTHER;
}

bool finding_births_slip(const finding_person *a, const finding_person *b) {
  uint32_t x = birth_of(a), y = birth_of(b);
  if (!x || !y || feature_date_span(x) || feature_date_span(y)) return false;
  if (feature_date_year(x) == feature_date_year(y)) {
    if (is_year_only(x) || is_year_only(y)) return true;
    if (feature_date_day(x) == feature_date_month(y) && feature_date_month(x) == feature_date_day(y)) return true;
  }
  return digit_edits(digits_of(x), digits_of(y)) <= 1;
}

bool finding_days_alike(const finding_person *a, const finding_person *b) {
  uint32_t x = birth_of(a), y = birth_of(b);
  unsigned day = feature_date_day(x), month = feature_date_month(x), other_day = feature_date_day(y), other_month = feature_date_month(y);
  return day && other_day && ((day == other_day && month == other_month) || (day == other_month && month == other_day));
}

bool finding_same_person(const finding_person *a, const finding_person *b) {
  person_name x, y;
  likeness names = finding_names(a, b), births = finding_births(a, b);
  if (names == LIKE_EQUAL || names == LIKE_UNKNOWN) return true;
  if (names == LIKE_NEAR) return births != LIKE_OTHER;
  if (births != LIKE_EQUAL || !read_name(a, &x) || !read_name(b, &y)) return false;
  return !other_given_name(&x, &y) || is_contained(&x, &y, SHORT_WORD);
}

/* Of one day or year and names that are not near: the given name is nearly the same, and another word; or what was typed is none, and
 * so much else is the same. */
static bool has_same_given(const person_name *a, const person_name *b, bool is_one_day) {
  word_span x = a->words[a->word_count - 1], y = b->words[b->word_count - 1];
  unsigned shared = shared_words(a, b);
  if (shared && word_edits(a, x, b, y) <= 1) return true;
  return is_syllable(a, x) != is_syllable(b, y) && shared >= (is_one_day ? 1 : 2);
}

bool finding_same_holder(const finding_person *a, const finding_person *b) {
  enum { FEW_YEARS = 10 };
  person_name x, y;
  if (finding_same_person(a, b)) return true;
  if (!read_name(a, &x) || !read_name(b, &y)) return false;
  unsigned year = feature_date_year(birth_of(a)), other = feature_date_year(birth_of(b));
  if (!year || !other) return false;
  if (year == other) return has_same_given(&x, &y, finding_births(a, b) == LIKE_EQUAL) || shared_words(&x, &y) > 2;
  if (finding_births(a, b) == LIKE_NEAR && shared_words(&x, &y) > 1) return !other_given_name(&x, &y);
  return is_contained(&x, &y, LONG_WORD) && year + FEW_YEARS >= other && other + FEW_YEARS >= year;
}
