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

/* Eight letters of a word from `start` on, or fewer and zeros. */
static uint64_t word_letters(const uint8_t *text, unsigned start, unsigned end) {
  const unsigned from = start < TEXT_LETTERS_MAX - 8 ? start : TEXT_LETTERS_MAX - 8;
  uint64_t letters = slot_u64(text, from) >> (8 * (start - from));
  return end - start >= 8 ? letters : letters & ((1ull << (8 * (end - start))) - 1);
}

/* Hardly a word has more than eight letters: one round, without branches. */
static uint32_t word_signature(const uint8_t *text, word_span word) {
  uint32_t signature = 0;
  for (unsigned start = word.start; start < word.end; start += 8) {
    uint64_t letters = word_letters(text, start, word.end);
    for (unsigned i = 0; i < 64; i += 8) signature |= 1u << (letters >> i & 31);
  }
  return signature & ~1u;
}

static bool spans_equal(const uint8_t *x, word_span a, const uint8_t *y, word_span b) {
  unsigned length = a.end - a.start, other = b.end - b.start;
  if (length != other || word_letters(x, a.start, a.end) != word_letters(y, b.start, b.end)) return false;
  return length <= 8 || memcmp(x + a.start, y + b.start, length) == 0;
}

/* Of the first words, or the last. */
static uint8_t one_word_edits(const measure *m, const sides *s, size_t l, size_t r) {
  const uint8_t *x = s->left->straight + l * TEXT_LETTERS_MAX, *y = s->right->straight + r * TEXT_LETTERS_MAX;
  bool first = m->kind == TEST_SURNAME_EDITS;
  word_span a = s->left->words[l][first ? 0 : s->left->word_counts[l] - 1], b = s->right->words[r][first ? 0 : s->right->word_counts[r] - 1];
  unsigned x_length = a.end - a.start, y_length = b.end - b.start, most = m->argument;
  if (spans_equal(x, a, y, b)) return 0;
  if ((x_length > y_length ? x_length - y_length : y_length - x_length) > most) return MEASURE_FAR;
  if ((unsigned)__builtin_popcount(word_signature(x, a) ^ word_signature(y, b)) > 2 * most) return MEASURE_FAR;
  return word_edits(x + a.start, x_length, y + b.start, y_length);
}

void word_edits_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    view_need_words(s->left, l);
    view_need_words(s->right, r);
    bool missing = !s->left->word_counts[l] || !s->right->word_counts[r];
    out[p] = missing ? MEASURE_NONE : one_word_edits(m, s, l, r);
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

static bool word_starts(const uint8_t *text, word_span word, const uint8_t *other, word_span longer) {
  unsigned length = word.end - word.start;
  return length <= (unsigned)(longer.end - longer.start) && memcmp(text + word.start, other + longer.start, length) == 0;
}

static bool words_abbreviated(const uint8_t *x, word_span a, const uint8_t *y, word_span b) {
  return word_starts(x, a, y, b) || word_starts(y, b, x, a);
}

/* First letters of a word that no vowel follows, or a single one: "An" is not short for "Anh". */
static bool words_shortened(const uint8_t *x, word_span a, const uint8_t *y, word_span b) {
  enum { letter_e = LETTER_A + 4, letter_i = letter_e + 4, letter_o = letter_i + 6, letter_u = letter_o + 6, letter_y = letter_u + 4 };
  const uint32_t vowels = 1u << LETTER_A | 1u << letter_e | 1u << letter_i | 1u << letter_o | 1u << letter_u | 1u << letter_y;
  bool x_shorter = a.end - a.start < b.end - b.start;
  word_span shorter = x_shorter ? a : b;
  if (!words_abbreviated(x, a, y, b)) return false;
  return shorter.end - shorter.start == 1 || !(word_signature(x_shorter ? x : y, shorter) & vowels);
}

bool words_short_or_equal(const uint8_t *x, word_span a, const uint8_t *y, word_span b) {
  return spans_equal(x, a, y, b) || words_shortened(x, a, y, b);
}

/* One edit, in words that have letters enough to be told apart. */
static bool words_near(const uint8_t *x, word_span a, const uint8_t *y, word_span b) {
  int x_length = a.end - a.start, y_length = b.end - b.start, longer = x_length > y_length ? x_length : y_length;
  if (longer < 3 || x_length - y_length > 1 || y_length - x_length > 1) return false;
  if (__builtin_popcount(word_signature(x, a) ^ word_signature(y, b)) > 2) return false;
  return word_edits(x + a.start, (unsigned)x_length, y + b.start, (unsigned)y_length) <= 1;
}

/* A text's words, to be paired off. */
typedef struct words {
  const uint8_t *letters;
  const word_span *spans;
  unsigned count;
} words;

static words words_of(const view_column *column, size_t i) {
  view_need_words(column, i);
  return (words){.letters = column->straight + i * TEXT_LETTERS_MAX, .spans = column->words[i], .count = column->word_counts[i]};
}

/* A bit for each word of `longer` that word `w` of `shorter` may stand for. */
static uint8_t partners(const words *shorter, unsigned w, const words *longer, bool edits) {
  uint8_t found = 0;
  for (unsigned i = 0; i < longer->count; i++) {
    word_span a = shorter->spans[w], b = longer->spans[i];
    bool fits = edits ? words_abbreviated(shorter->letters, a, longer->letters, b) || words_near(shorter->letters, a, longer->letters, b)
                      : words_short_or_equal(shorter->letters, a, longer->letters, b);
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
