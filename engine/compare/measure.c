/* Measures: one byte a pair, for every test a schema can write. Each is a loop over index pairs, free of
 * branches where the data allows it. MEASURE_NONE on missing values. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/comparer.h"
#include "compare/digits.h"

/* One side's column for the left rows, the other's for the right rows. */
typedef struct sides {
  const view_column *left, *right;
  size_t right_field;
  const pair_list *pairs;
} sides;

#define EACH_PAIR(s, l, r)                                                                         \
  for (size_t p = 0, l, r; p < (s)->pairs->count && ((l = (s)->pairs->left[p]), (r = (s)->pairs->right[p]), true); p++)

/* ---- texts ----------------------------------------------------------------------------------- */

static void hashes_equal(const sides *s, const uint32_t *left, const uint32_t *right, uint8_t *out) {
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
static void words_equal(const sides *s, const uint32_t *left, const uint32_t *right, uint8_t *out) {
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

static void text_reordered(const sides *s, uint8_t *out) {
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

static void text_dropped(const sides *s, uint8_t *out) {
  EACH_PAIR(s, l, r) {
    bool missing = !s->left->toned[l] || !s->right->toned[r];
    out[p] = missing ? MEASURE_NONE : word_dropped(s, l, r);
  }
}

static bool word_starts(const uint8_t *text, word_span word, const uint8_t *other, word_span longer) {
  unsigned length = word.end - word.start;
  return length <= (unsigned)(longer.end - longer.start) && memcmp(text + word.start, other + longer.start, length) == 0;
}

static bool initials_match(const view_column *a, size_t i, const view_column *b, size_t j) {
  view_need_words(a, i);
  view_need_words(b, j);
  unsigned count = a->word_counts[i];
  if (count == 0 || count != b->word_counts[j]) return false;
  const uint8_t *x = a->straight + i * TEXT_LETTERS_MAX, *y = b->straight + j * TEXT_LETTERS_MAX;
  for (unsigned w = 0; w < count; w++) {
    if (!word_starts(x, a->words[i][w], y, b->words[j][w]) && !word_starts(y, b->words[j][w], x, a->words[i][w])) return false;
  }
  return true;
}

static void text_initials(const sides *s, uint8_t *out) {
  EACH_PAIR(s, l, r) {
    bool missing = !s->left->toned[l] || !s->right->toned[r];
    out[p] = missing ? MEASURE_NONE : initials_match(s->left, l, s->right, r);
  }
}

/* ---- string kernels, where the letters leave the question open ------------------------------- */

/* Each edit changes the set of letters by two at most. */
static bool edits_possible(const sides *s, size_t l, size_t r, unsigned most) {
  int longer = s->left->lengths[l] - s->right->lengths[r];
  unsigned apart = (unsigned)__builtin_popcount(s->left->signatures[l] ^ s->right->signatures[r]);
  return (unsigned)(longer < 0 ? -longer : longer) <= most && apart <= 2 * most;
}

/* A letter that the other text lacks cannot match, which bounds Jaro; four equal letters in front bound
 * Winkler's part. The slack covers rounding. */
static bool similarity_possible(const sides *s, size_t l, size_t r, unsigned least) {
  const float slack = 0.5f / KERNEL_SIMILARITY_ONE;
  uint32_t x = s->left->signatures[l], y = s->right->signatures[r];
  int x_length = s->left->lengths[l], y_length = s->right->lengths[r];
  int x_most = x_length - __builtin_popcount(x & ~y), y_most = y_length - __builtin_popcount(y & ~x);
  float matches = (float)(x_most < y_most ? x_most : y_most);
  float jaro = (matches / (float)x_length + matches / (float)y_length + 1) / 3;
  return jaro + 0.4f * (1 - jaro) + slack >= (float)least / KERNEL_SIMILARITY_ONE;
}

/* Fills in what needs no kernel; true when the kernel has to say. */
static bool needs_kernel(const measure *m, const sides *s, size_t l, size_t r, uint8_t *out) {
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
  return similar ? similarity_possible(s, l, r, m->argument) : edits_possible(s, l, r, m->argument);
}

/* A few pairs of one left row: a kernel call each, on the right row's letters as they are. */
static void run_narrow(const comparer *c, const measure *m, const sides *s, const uint16_t *pairs, size_t count, uint8_t *out) {
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

/* Many pairs of one left row: one kernel call over the span of their right rows. */
static void run_wide(comparer *c, const measure *m, const sides *s, const uint16_t *pairs, size_t count, uint8_t *out) {
  uint8_t lanes[BATCH_ROWS + KERNEL_LANES];
  const uint16_t *right = s->pairs->right;
  size_t l = s->pairs->left[pairs[0]], from = BATCH_ROWS, to = 0;
  for (size_t i = 0; i < count; i++) {
    size_t r = right[pairs[i]];
    if (r < from) from = r;
    if (r >= to) to = r + 1;
  }
  const kernel_query query = {.letters = s->left->straight + l * TEXT_LETTERS_MAX, .length = s->left->lengths[l]};
  const kernel_texts texts = {.letters = view_transpose(&c->columns, s->right_field), .lengths = s->right->lengths, .stride = BATCH_ROWS};
  (m->kind == TEST_SIMILAR ? c->wide->jaro_winkler : c->wide->osa)(&query, &texts, from, to, NULL, lanes);
  for (size_t i = 0; i < count; i++) {
    uint8_t value = lanes[right[pairs[i]]];
    out[pairs[i]] = value > MEASURE_FAR ? MEASURE_FAR : value;
  }
}

static void run_kernel(comparer *c, const measure *m, const sides *s, const uint16_t *pairs, size_t count, uint8_t *out) {
  enum { few = 4 };
  if (count < few) run_narrow(c, m, s, pairs, count, out);
  else run_wide(c, m, s, pairs, count, out);
}

/* Pairs of one left row go to the kernel together. */
static void text_kernel(comparer *c, const measure *m, const sides *s, uint8_t *out) {
  uint16_t open[BATCH_PAIRS];
  const uint16_t *left = s->pairs->left, *right = s->pairs->right;
  size_t count = 0;
  for (size_t p = 0; p < s->pairs->count; p++) {
    if (count && left[open[0]] != left[p]) {
      run_kernel(c, m, s, open, count, out);
      count = 0;
    }
    if (needs_kernel(m, s, left[p], right[p], &out[p])) open[count++] = (uint16_t)p;
  }
  if (count) run_kernel(c, m, s, open, count, out);
}

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

static uint32_t letters_signature(const uint8_t *letters, unsigned length) {
  uint32_t signature = 0;
  for (unsigned i = 0; i < length; i++) signature |= 1u << letters[i];
  return signature;
}

static uint8_t last_word_edits(const sides *s, size_t l, size_t r, unsigned most) {
  word_span x = s->left->words[l][s->left->word_counts[l] - 1], y = s->right->words[r][s->right->word_counts[r] - 1];
  const uint8_t *x_letters = s->left->straight + l * TEXT_LETTERS_MAX + x.start;
  const uint8_t *y_letters = s->right->straight + r * TEXT_LETTERS_MAX + y.start;
  unsigned x_length = x.end - x.start, y_length = y.end - y.start;
  if (x_length == y_length && memcmp(x_letters, y_letters, x_length) == 0) return 0;
  if ((x_length > y_length ? x_length - y_length : y_length - x_length) > most) return MEASURE_FAR;
  uint32_t apart = letters_signature(x_letters, x_length) ^ letters_signature(y_letters, y_length);
  if ((unsigned)__builtin_popcount(apart) > 2 * most) return MEASURE_FAR;
  return word_edits(x_letters, x_length, y_letters, y_length);
}

static void text_given_edits(const measure *m, const sides *s, uint8_t *out) {
  EACH_PAIR(s, l, r) {
    view_need_words(s->left, l);
    view_need_words(s->right, r);
    bool missing = !s->left->word_counts[l] || !s->right->word_counts[r];
    out[p] = missing ? MEASURE_NONE : last_word_edits(s, l, r, m->argument);
  }
}

static void text_measure(comparer *c, const measure *m, const sides *s, uint8_t *out) {
  switch (m->kind) {
    case TEST_PLAIN: hashes_equal(s, s->left->plain, s->right->plain, out); break;
    case TEST_GIVEN: words_equal(s, s->left->last, s->right->last, out); break;
    case TEST_SURNAME: words_equal(s, s->left->first, s->right->first, out); break;
    case TEST_REORDERED: text_reordered(s, out); break;
    case TEST_DROPPED: text_dropped(s, out); break;
    case TEST_INITIALS: text_initials(s, out); break;
    case TEST_SIMILAR:
    case TEST_EDITS: text_kernel(c, m, s, out); break;
    case TEST_GIVEN_EDITS: text_given_edits(m, s, out); break;
    default: hashes_equal(s, s->left->toned, s->right->toned, out); break;
  }
}

/* ---- identifiers ------------------------------------------------------------------------------ */

static uint8_t id_edits(id_kind kind, uint64_t x, uint64_t y) {
  const uint64_t passport_digits = (1ull << 28) - 1;
  if (kind != ID_PASSPORT) return digit_edits(x, y);
  return (uint8_t)(digit_edits(x & passport_digits, y & passport_digits) + (x >> 28 != y >> 28));
}

/* An ID_OTHER without digits is a hash. */
static bool id_is_hash(uint64_t id) { return feature_id_kind(id) == ID_OTHER && !feature_id_digits(id); }

/* Numbers of different kinds (CMND against CCCD) say nothing about each other. */
static bool ids_comparable(uint64_t x, uint64_t y) {
  return feature_id_kind(x) != ID_MISSING && feature_id_kind(x) == feature_id_kind(y) && id_is_hash(x) == id_is_hash(y);
}

static uint8_t id_value_of(const measure *m, const sides *s, size_t l, size_t r) {
  uint64_t x = s->left->ids[l], y = s->right->ids[r];
  bool edits = m->kind == TEST_EDITS;
  if (!ids_comparable(x, y)) return MEASURE_NONE;
  if (x == y) return edits ? 0 : 1;
  if (id_is_hash(x)) return edits ? MEASURE_FAR : 0;
  uint64_t x_digits = view_digits(s->left, l), y_digits = view_digits(s->right, r);
  if (edits) return id_edits(feature_id_kind(x), x_digits, y_digits);
  uint64_t tail = m->kind != TEST_TAIL || m->argument >= 16 ? UINT64_MAX : (1ull << (4 * m->argument)) - 1;
  return ((x_digits ^ y_digits) & tail) == 0;
}

static void id_measure(const measure *m, const sides *s, uint8_t *out) {
  EACH_PAIR(s, l, r) out[p] = id_value_of(m, s, l, r);
}

/* ---- dates ------------------------------------------------------------------------------------ */

static bool date_complete(uint32_t date) { return feature_date_month(date) && feature_date_day(date); }

/* 1 January often stands for "year only". */
static bool date_vague(uint32_t date) { return !date_complete(date) || (date & 511) == (1 << 5 | 1); }

static bool dates_compatible(uint32_t x, uint32_t y) {
  if (feature_date_year(x) != feature_date_year(y) || (!date_vague(x) && !date_vague(y))) return false;
  if ((date_complete(x) && date_vague(x)) || (date_complete(y) && date_vague(y))) return true;
  unsigned mx = feature_date_month(x), my = feature_date_month(y);
  unsigned dx = feature_date_day(x), dy = feature_date_day(y);
  return (!mx || !my || mx == my) && (!dx || !dy || dx == dy);
}

static bool dates_swapped(uint32_t x, uint32_t y) {
  return date_complete(x) && date_complete(y) && x != y && feature_date_year(x) == feature_date_year(y) &&
         feature_date_month(x) == feature_date_day(y) && feature_date_day(x) == feature_date_month(y);
}

/* Days by Hinnant's civil calendar algorithm (howardhinnant.github.io/date_algorithms.html). */
static int32_t civil_days(uint32_t date) {
  int year = (int)feature_date_year(date), month = (int)feature_date_month(date), day = (int)feature_date_day(date);
  year -= month <= 2;
  int era = year / 400, year_of_era = year - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
}

static uint8_t dates_within(uint32_t x, uint32_t y, double limit) {
  if (!date_complete(x) || !date_complete(y)) return MEASURE_NONE;
  return abs(civil_days(x) - civil_days(y)) <= limit;
}

static uint8_t date_edits(const sides *s, size_t l, size_t r) {
  uint32_t x = s->left->dates[l], y = s->right->dates[r];
  if (!date_complete(x) || !date_complete(y)) return MEASURE_NONE;
  return x == y ? 0 : digit_edits(view_digits(s->left, l), view_digits(s->right, r));
}

static uint8_t date_value_of(const measure *m, const sides *s, size_t l, size_t r) {
  uint32_t x = s->left->dates[l], y = s->right->dates[r];
  if (!x || !y) return MEASURE_NONE;
  switch (m->kind) {
    case TEST_SWAPPED: return dates_swapped(x, y);
    case TEST_SAME_YEAR: return feature_date_year(x) == feature_date_year(y);
    case TEST_SAME_MONTH_DAY: return date_complete(x) && date_complete(y) && (x & 511) == (y & 511);
    case TEST_COMPATIBLE: return dates_compatible(x, y);
    case TEST_WITHIN: return dates_within(x, y, m->limit);
    case TEST_EDITS: return date_edits(s, l, r);
    default: return x == y && date_complete(x);
  }
}

static void date_measure(const measure *m, const sides *s, uint8_t *out) {
  EACH_PAIR(s, l, r) out[p] = date_value_of(m, s, l, r);
}

/* ---- the rest --------------------------------------------------------------------------------- */

/* The values are floats: their last digit may be off. */
static bool quantities_near(double x, double y, double limit) {
  return fabs(x - y) <= (limit + 1e-6) * fmax(fabs(x), fabs(y));
}

static void quantity_measure(const measure *m, const sides *s, uint8_t *out) {
  EACH_PAIR(s, l, r) {
    float x = s->left->quantities[l], y = s->right->quantities[r];
    if (isnan(x) || isnan(y)) {
      out[p] = MEASURE_NONE;
    } else if (m->kind == TEST_WITHIN) {
      out[p] = quantities_near((double)x, (double)y, m->limit);
    } else {
      out[p] = x == y;
    }
  }
}

static void sex_measure(const sides *s, uint8_t *out) {
  EACH_PAIR(s, l, r) {
    uint8_t x = s->left->bytes[l], y = s->right->bytes[r];
    out[p] = (uint8_t)(((x == SEX_MISSING) | (y == SEX_MISSING)) ? MEASURE_NONE : x == y);
  }
}

static void missing_measure(slot_kind kind, const sides *s, uint8_t *out) {
  const view_column *x = s->left, *y = s->right;
  switch (kind) {
    case SLOT_TEXT:
      EACH_PAIR(s, l, r) out[p] = (x->toned[l] == 0) | (y->toned[r] == 0);
      break;
    case SLOT_ID:
      EACH_PAIR(s, l, r) out[p] = !ids_comparable(x->ids[l], y->ids[r]);
      break;
    case SLOT_DATE:
      EACH_PAIR(s, l, r) out[p] = (x->dates[l] == 0) | (y->dates[r] == 0);
      break;
    case SLOT_QUANTITY:
      EACH_PAIR(s, l, r) out[p] = isnan(x->quantities[l]) || isnan(y->quantities[r]);
      break;
    case SLOT_SEX:
      EACH_PAIR(s, l, r) out[p] = (x->bytes[l] == SEX_MISSING) | (y->bytes[r] == SEX_MISSING);
      break;
    default: memset(out, 1, s->pairs->count); break;
  }
}

static void measure_one_way(comparer *c, const measure *m, slot_kind kind, const sides *s, uint8_t *out) {
  if (m->kind == TEST_MISSING) {
    missing_measure(kind, s, out);
    return;
  }
  switch (kind) {
    case SLOT_TEXT: text_measure(c, m, s, out); break;
    case SLOT_ID: id_measure(m, s, out); break;
    case SLOT_DATE: date_measure(m, s, out); break;
    case SLOT_QUANTITY: quantity_measure(m, s, out); break;
    case SLOT_SEX: sex_measure(s, out); break;
    default: memset(out, MEASURE_NONE, s->pairs->count); break;
  }
}

/* The better of the two ways round: the larger similarity, the smaller distance. */
static uint8_t better(test_kind kind, uint8_t x, uint8_t y) {
  if (x == MEASURE_NONE) return y;
  if (y == MEASURE_NONE) return x;
  bool distance = kind == TEST_EDITS || kind == TEST_GIVEN_EDITS || kind == TEST_MISSING;
  return (x < y) == distance ? x : y;
}

void measure_pairs(comparer *c, const measure *m, const pair_list *pairs, uint8_t *out) {
  const view_column *columns = c->columns.columns;
  slot_kind kind = c->columns.layout.slots[m->field].kind;
  sides forth = {.left = &columns[m->field], .right = &columns[m->other], .right_field = m->other, .pairs = pairs};
  measure_one_way(c, m, kind, &forth, out);
  if (m->field == m->other) return;
  uint8_t back_values[BATCH_PAIRS];
  sides back = {.left = &columns[m->other], .right = &columns[m->field], .right_field = m->field, .pairs = pairs};
  measure_one_way(c, m, kind, &back, back_values);
  for (size_t p = 0; p < pairs->count; p++) out[p] = better(m->kind, out[p], back_values[p]);
}
