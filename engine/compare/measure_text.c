/* Measures of texts: by hash, by words, and by the string kernels where the letters leave the question
 * open. Whatever decides a pair sooner comes first; letters and words are made when a pair gets that far. */
#include <string.h>

#include "compare/measure_parts.h"

static void hashes_equal(const sides *s, const uint32_t *left, const uint32_t *right, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    uint32_t x = left[l], y = right[r];
    out[p] = (uint8_t)(((x == 0) | (y == 0)) ? MEASURE_NONE : x == y);
  }
}

static void need_hashes(const sides *s, size_t l, size_t r) {
  view_need_hashes(s->left, l);
  view_need_hashes(s->right, r);
}

static void need_letters(const sides *s, size_t l, size_t r) {
  view_need_letters(s->left, l);
  view_need_letters(s->right, r);
}

/* Given names and surnames: the hash of one word. */
static void words_equal(const sides *s, const uint32_t *left, const uint32_t *right, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) need_hashes(s, l, r);
  hashes_equal(s, left, right, out);
}

/* Letters that occur in x alone, blanks aside. */
static uint32_t letters_lacking(uint32_t x, uint32_t y) { return x & ~y & ~(1u << LETTER_SPACE); }

static bool same_words(const sides *s, size_t l, size_t r) {
  need_letters(s, l, r);
  uint32_t x = s->left->signatures[l], y = s->right->signatures[r];
  if (letters_lacking(x, y) | letters_lacking(y, x)) return false;
  need_hashes(s, l, r);
  return s->left->sum[l] == s->right->sum[r] && s->left->word_counts[l] == s->right->word_counts[r];
}

static void text_reordered(const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    bool missing = !s->left->toned[l] || !s->right->toned[r];
    out[p] = missing ? MEASURE_NONE : same_words(s, l, r);
  }
}

/* The longer one's middle words hold the difference of the sums. */
static bool one_middle_word_more(const view_column *longer, size_t i, const view_column *shorter, size_t j) {
  unsigned count = longer->word_counts[i];
  if (count != shorter->word_counts[j] + 1u || count < 3) return false;
  uint32_t difference = longer->sum[i] - shorter->sum[j];
  for (unsigned w = 1; w + 1 < count; w++) {
    if (longer->word_hashes[i][w] == difference) return true;
  }
  return false;
}

static bool word_dropped(const sides *s, size_t l, size_t r) {
  need_letters(s, l, r);
  uint32_t x = s->left->signatures[l], y = s->right->signatures[r];
  if (letters_lacking(x, y) && letters_lacking(y, x)) return false; /* neither holds the other's words */
  need_hashes(s, l, r);
  if (s->left->first[l] != s->right->first[r] || s->left->last[l] != s->right->last[r]) return false;
  return one_middle_word_more(s->left, l, s->right, r) || one_middle_word_more(s->right, r, s->left, l);
}

static void text_dropped(const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    bool missing = !s->left->toned[l] || !s->right->toned[r];
    out[p] = missing ? MEASURE_NONE : word_dropped(s, l, r);
  }
}

/* ---- string kernels, where the letters leave the question open ------------------------------- */

/* Each edit changes the set of letters by two at most. */
static bool edits_possible(const sides *s, size_t l, size_t r, unsigned most) {
  int longer = s->left->lengths[l] - s->right->lengths[r];
  unsigned apart = (unsigned)__builtin_popcount(s->left->signatures[l] ^ s->right->signatures[r]);
  return (unsigned)(longer < 0 ? -longer : longer) <= most && apart <= 2 * most;
}

/* The harmonic share of matching letters, matches / x + matches / y, that a similarity takes at least: four equal
 * letters in front bound Winkler's part. The slack covers rounding. */
static float matching_needed(unsigned least) {
  const float slack = 0.5f / KERNEL_SIMILARITY_ONE;
  float similarity = (float)least / KERNEL_SIMILARITY_ONE - slack;
  float jaro = (similarity - 0.4f) / 0.6f;
  return 3 * jaro - 1;
}

/* A letter that the other text lacks cannot match, which bounds Jaro. */
static bool similarity_possible(const sides *s, size_t l, size_t r, float needed) {
  uint32_t x = s->left->signatures[l], y = s->right->signatures[r];
  int x_length = s->left->lengths[l], y_length = s->right->lengths[r];
  int x_most = x_length - __builtin_popcount(x & ~y), y_most = y_length - __builtin_popcount(y & ~x);
  int matches = x_most < y_most ? x_most : y_most;
  return (float)(matches * (x_length + y_length)) >= needed * (float)(x_length * y_length);
}

/* Fills in what needs no kernel; true when the kernel has to say. */
static bool needs_kernel(const measure *m, const sides *s, size_t l, size_t r, float needed, uint8_t *restrict out) {
  bool similar = m->kind == TEST_SIMILAR;
  if (!s->left->toned[l] || !s->right->toned[r]) {
    *out = MEASURE_NONE;
    return false;
  }
  if (s->left->plain[l] == s->right->plain[r]) {
    *out = similar ? KERNEL_SIMILARITY_ONE : 0;
    return false;
  }
  *out = similar ? 0 : MEASURE_FAR;
  need_letters(s, l, r);
  if (!s->left->lengths[l] || !s->right->lengths[r]) return !similar;
  return similar ? similarity_possible(s, l, r, needed) : edits_possible(s, l, r, m->argument);
}

/* A few pairs of one left row: a kernel call each, on the right row's letters as they are. */
static void run_narrow(const comparer *c, const measure *m, const sides *s, const uint16_t *pairs, size_t count, uint8_t *restrict out) {
  size_t l = s->pairs->left[pairs[0]];
  const kernel_query query = {.letters = s->left->straight + l * TEXT_LETTERS_MAX, .length = s->left->lengths[l]};
  kernel_strings *kernel = m->kind == TEST_SIMILAR ? c->narrow->jaro_winkler : c->narrow->osa;
  for (size_t i = 0; i < count; i++) {
    size_t r = s->pairs->right[pairs[i]];
    const kernel_texts one = {.letters = s->right->straight + r * TEXT_LETTERS_MAX, .lengths = s->right->lengths + r, .stride = 1};
    uint8_t value;
    kernel(&query, &one, 0, 1, NULL, &value);
    out[pairs[i]] = value > MEASURE_FAR ? MEASURE_FAR : value;
  }
}

/* Many pairs of one left row: their right rows' letters brought together. */
static void run_wide(const comparer *c, const measure *m, const sides *s, const uint16_t *pairs, size_t count, uint8_t *restrict out) {
  size_t l = s->pairs->left[pairs[0]];
  const kernel_query query = {.letters = s->left->straight + l * TEXT_LETTERS_MAX, .length = s->left->lengths[l]};
  for (size_t at = 0; at < count; at += KERNEL_LANES) {
    size_t some = count - at < KERNEL_LANES ? count - at : KERNEL_LANES;
    gathered_texts gathered;
    uint16_t rows[KERNEL_LANES];
    uint8_t lanes[KERNEL_LANES];
    for (size_t i = 0; i < some; i++) rows[i] = s->pairs->right[pairs[at + i]];
    view_gather(s->right, rows, some, &gathered);
    const kernel_texts texts = {.letters = gathered.letters, .lengths = gathered.lengths, .stride = KERNEL_LANES};
    (m->kind == TEST_SIMILAR ? c->wide->jaro_winkler : c->wide->osa)(&query, &texts, 0, some, NULL, lanes);
    for (size_t i = 0; i < some; i++) out[pairs[at + i]] = lanes[i] > MEASURE_FAR ? MEASURE_FAR : lanes[i];
  }
}

static void run_kernel(const comparer *c, const measure *m, const sides *s, const uint16_t *pairs, size_t count, uint8_t *restrict out) {
  enum { few = 4 };
  if (count < few) run_narrow(c, m, s, pairs, count, out);
  else run_wide(c, m, s, pairs, count, out);
}

/* Pairs of one left row go to the kernel together. */
static void text_kernel(const comparer *c, const measure *m, const sides *s, uint8_t *restrict out) {
  uint16_t open[BATCH_PAIRS];
  const uint16_t *left = s->pairs->left, *right = s->pairs->right;
  const float needed = matching_needed(m->argument);
  size_t count = 0;
  for (size_t p = 0; p < s->pairs->count; p++) {
    if (count && left[open[0]] != left[p]) {
      run_kernel(c, m, s, open, count, out);
      count = 0;
    }
    if (s->open || needs_kernel(m, s, left[p], right[p], needed, &out[p])) open[count++] = (uint16_t)p;
  }
  if (count) run_kernel(c, m, s, open, count, out);
}

void text_measure(const comparer *c, const measure *m, const sides *s, uint8_t *restrict out) {
  switch (m->kind) {
    case TEST_PLAIN: hashes_equal(s, s->left->plain, s->right->plain, out); break;
    case TEST_GIVEN: words_equal(s, s->left->last, s->right->last, out); break;
    case TEST_SURNAME: words_equal(s, s->left->first, s->right->first, out); break;
    case TEST_REORDERED: text_reordered(s, out); break;
    case TEST_DROPPED: text_dropped(s, out); break;
    case TEST_INITIALS: initials_measure(s, out); break;
    case TEST_SIMILAR:
    case TEST_EDITS: text_kernel(c, m, s, out); break;
    case TEST_PHONETIC:
    case TEST_REGIONAL: name_measure(m, s, out); break;
    case TEST_TOKENS:
    case TEST_QGRAMS:
    case TEST_OVERLAP: long_measure(m, s, out); break;
    case TEST_GIVEN_EDITS:
    case TEST_SURNAME_EDITS: word_edits_measure(m, s, out); break;
    case TEST_GIVEN_COMMON: given_common_measure(s, out); break;
    case TEST_CONTAINED:
    case TEST_CONTAINED_EDITS: contained_measure(m, s, out); break;
    case TEST_SAME_PLACE:
    case TEST_SAME_DISTRICT: place_measure(c->columns.layout.book, m, s, out); break;
    case TEST_SAME_HOUSE: house_measure(s, out); break;
    default: hashes_equal(s, s->left->toned, s->right->toned, out); break;
  }
}
