/* Measures of single words: how far the last ones are apart, whether both are names in their own right, and
 * whether the words of one text can be paired off with words of the other. */
#include <string.h>

#include "compare/measure_parts.h"

/* Optimal string alignment of two short words, three rows of the textbook table. */
static uint8_t word_edits(const uint8_t *x, unsigned x_length, const uint8_t *y, unsigned y_length) {
  uint8_t rows[3][TEXT_LETTERS_MAX + 1];
  for (unsigned j = 0; j <= y_length; j++) rows[0][j] = (uint8_t)j;
  for (unsigned i = 1; i <= x_length; i++) {
    uint8_t *now = rows[i % 3];
    const uint8_t *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
    now[0] = (uint8_t)i;
    for (unsigned j = 1; j <= y_length; j++) {
      uint8_t replaced = (uint8_t)(above[j - 1] + (x[i - 1] != y[j - 1]));
      uint8_t other = (uint8_t)((above[j] < now[j - 1] ? above[j] : now[j - 1]) + 1);
      uint8_t best = replaced < other ? replaced : other;
      bool swapped = i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1];
      if (swapped && two_above[j - 2] + 1 < best) best = (uint8_t)(two_above[j - 2] + 1);
      now[j] = best;
    }
  }
  return rows[x_length % 3][y_length];
}

/* A word of a text, with what its view keeps of it. */
typedef struct word {
  uint64_t letters; /* the first eight, zero-padded */
  uint32_t signature;
  unsigned length;
  const uint8_t *text;
} word;

static word word_of(const view_column *column, size_t i, unsigned w) {
  word_span span = column->words[i][w];
  return (word){.letters = column->word_letters[i][w], .signature = column->word_signatures[i][w], .length = (unsigned)(span.end - span.start),
                .text = column->straight + i * TEXT_LETTERS_MAX + span.start};
}

static bool words_equal(word x, word y) {
  if (x.length != y.length || x.letters != y.letters) return false;
  return x.length <= 8 || memcmp(x.text, y.text, x.length) == 0;
}

static unsigned apart(unsigned x, unsigned y) { return x > y ? x - y : y - x; }

/* An edit changes the set of letters by two at most. */
static bool edits_possible(word x, word y, unsigned most) {
  return apart(x.length, y.length) <= most && (unsigned)__builtin_popcount(x.signature ^ y.signature) <= 2 * most;
}

/* At most one edit between words of at most eight letters, whose lengths differ by one at most: what stands behind the
 * first letter that differs must be equal, with a letter skipped, or behind two that are swapped. */
static bool short_words_near(word x, word y) {
  uint64_t differ = x.letters ^ y.letters;
  if (!differ) return true;
  unsigned at = (unsigned)__builtin_ctzll(differ) / 8 * 8;
  uint64_t a = x.letters >> at, b = y.letters >> at;
  if (x.length > y.length) return a >> 8 == b;
  if (x.length < y.length) return b >> 8 == a;
  if (a >> 8 == b >> 8) return true;
  bool swapped = (a & 255) == (b >> 8 & 255) && (b & 255) == (a >> 8 & 255);
  return swapped && a >> 16 == b >> 16;
}

/* Of the first words, or the last. */
static uint8_t one_word_edits(const measure *m, word x, word y) {
  unsigned most = m->argument;
  if (words_equal(x, y)) return 0;
  if (!edits_possible(x, y, most)) return MEASURE_FAR;
  if (most == 1 && x.length <= 8 && y.length <= 8) return short_words_near(x, y) ? 1 : MEASURE_FAR;
  return word_edits(x.text, x.length, y.text, y.length);
}

static word end_word(const view_column *column, size_t i, bool first) {
  return word_of(column, i, first ? 0 : column->word_counts[i] - 1u);
}

void word_edits_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    view_need_words(s->left, l);
    view_need_words(s->right, r);
    bool missing = !s->left->word_counts[l] || !s->right->word_counts[r], first = m->kind == TEST_SURNAME_EDITS;
    out[p] = missing ? MEASURE_NONE : one_word_edits(m, end_word(s->left, l, first), end_word(s->right, r, first));
  }
}

/* ---- last words that are names -------------------------------------------------------------------- */

/* By the hashes that were counted, so that no letter is unpacked. */
void given_common_measure(const sides *s, uint8_t *restrict out) {
  const size_t left = s->left->slot.given_offset, right = s->right->slot.given_offset;
  EACH_PAIR(s, l, r) {
    bool missing = !s->left->toned[l] || !s->right->toned[r];
    bool common = s->left->given_common[l] & s->right->given_common[r];
    bool differ = slot_u32(s->left->rows[l], left) != slot_u32(s->right->rows[r], right);
    out[p] = missing ? MEASURE_NONE : common & differ;
  }
}

/* ---- words of one text among those of the other ---------------------------------------------------- */

/* Do the letters of the shorter one begin the other? */
static bool words_abbreviated(word x, word y) {
  unsigned length = x.length < y.length ? x.length : y.length;
  if (length > 8) return memcmp(x.text, y.text, length) == 0;
  return length == 0 || (x.letters ^ y.letters) << (64 - 8 * length) == 0;
}

/* First letters of a word that no vowel follows, or a single one: "An" is not short for "Anh". */
static bool words_shortened(word x, word y) {
  enum { letter_e = LETTER_A + 4, letter_i = letter_e + 4, letter_o = letter_i + 6, letter_u = letter_o + 6, letter_y = letter_u + 4 };
  const uint32_t vowels = 1u << LETTER_A | 1u << letter_e | 1u << letter_i | 1u << letter_o | 1u << letter_u | 1u << letter_y;
  word shorter = x.length < y.length ? x : y;
  return words_abbreviated(x, y) && (shorter.length == 1 || !(shorter.signature & vowels));
}

static bool words_short_or_equal(word x, word y) { return words_equal(x, y) || words_shortened(x, y); }

/* One edit, in words that have letters enough to be told apart. */
static bool words_near(word x, word y) {
  unsigned longer = x.length > y.length ? x.length : y.length;
  if (longer < 3 || !edits_possible(x, y, 1)) return false;
  return longer <= 8 ? short_words_near(x, y) : word_edits(x.text, x.length, y.text, y.length) <= 1;
}

static bool initials_match(const view_column *a, size_t i, const view_column *b, size_t j) {
  view_need_words(a, i);
  view_need_words(b, j);
  unsigned count = a->word_counts[i];
  if (count == 0 || count != b->word_counts[j]) return false;
  for (unsigned w = 0; w < count; w++) {
    if (!words_short_or_equal(word_of(a, i, w), word_of(b, j, w))) return false;
  }
  return true;
}

void initials_measure(const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    bool missing = !s->left->toned[l] || !s->right->toned[r];
    out[p] = missing ? MEASURE_NONE : initials_match(s->left, l, s->right, r);
  }
}

/* A text's words, to be paired off. */
typedef struct words {
  const view_column *column;
  size_t row;
  unsigned count;
} words;

static words words_of(const view_column *column, size_t i) {
  view_need_words(column, i);
  return (words){.column = column, .row = i, .count = column->word_counts[i]};
}

/* A bit for each word of `longer` that word `w` of `shorter` may stand for. */
static uint8_t partners(const words *shorter, unsigned w, const words *longer, bool edits) {
  uint8_t found = 0;
  word x = word_of(shorter->column, shorter->row, w);
  for (unsigned i = 0; i < longer->count; i++) {
    word y = word_of(longer->column, longer->row, i);
    bool fits = edits ? words_abbreviated(x, y) || words_near(x, y) : words_short_or_equal(x, y);
    found |= (uint8_t)(fits << i);
  }
  return found;
}

_Static_assert(FEATURE_WORDS_MAX <= 8, "a bit for each word");

/* Finds word `w` a partner, moving others to another one of theirs where needed (Kuhn 1955), so that the answer does
 * not depend on the order of words. `tried` are the partners that this search has seen. */
static bool pair_off(const uint8_t *wanted, unsigned w, uint8_t *taken_by, uint8_t *tried) {
  for (uint8_t left = wanted[w] & (uint8_t)~*tried; left; left = wanted[w] & (uint8_t)~*tried) {
    unsigned i = (unsigned)__builtin_ctz(left);
    *tried |= (uint8_t)(1u << i);
    if (taken_by[i] && !pair_off(wanted, taken_by[i] - 1u, taken_by, tried)) continue;
    taken_by[i] = (uint8_t)(w + 1);
    return true;
  }
  return false;
}

/* How many words the longer text has more; MEASURE_FAR when a word of the shorter one has no partner. The last words are
 * looked at first, because relatives differ there. */
static uint8_t words_too_many(const words *shorter, const words *longer, bool edits, unsigned most) {
  uint8_t wanted[FEATURE_WORDS_MAX], taken_by[FEATURE_WORDS_MAX] = {0};
  if (!shorter->count || longer->count - shorter->count > most) return MEASURE_FAR;
  for (unsigned w = shorter->count; w-- > 0;) {
    wanted[w] = partners(shorter, w, longer, edits);
    if (!wanted[w]) return MEASURE_FAR;
  }
  for (unsigned w = 0; w < shorter->count; w++) {
    uint8_t tried = 0;
    if (!pair_off(wanted, w, taken_by, &tried)) return MEASURE_FAR;
  }
  return (uint8_t)(longer->count - shorter->count);
}

void contained_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    out[p] = MEASURE_NONE;
    if (!s->left->toned[l] || !s->right->toned[r]) continue;
    words x = words_of(s->left, l), y = words_of(s->right, r);
    bool ordered = x.count <= y.count;
    out[p] = words_too_many(ordered ? &x : &y, ordered ? &y : &x, m->kind == TEST_CONTAINED_EDITS, m->argument);
  }
}
