/* The loops of filter.h. Each filter_*.c defines FILTER_CHOOSE, the name of its chooser, and includes this once; its compiler
 * flags make of the loops what the machine can do. */
#include "compare/filter.h"
#include "compare/values.h"

/* The left row's value is taken out first, and the right rows are counted from 0, so that loops are over plain arrays; they
 * are rounded up, so that a short run costs one round of a vector, too. */
#define EACH_RIGHT(run) for (size_t i = 0, count = rounded((run)->count); i < count; i++)

static inline size_t rounded(size_t count) { return (count + FILTER_STEP - 1) / FILTER_STEP * FILTER_STEP; }

static inline uint32_t distance(uint32_t x, uint32_t y) { return x > y ? x - y : y - x; }

/* ---- equal values ------------------------------------------------------------------------------ */

static inline void hashes_equal(uint32_t x, const uint32_t *y, size_t count, uint8_t *restrict out) {
  for (size_t i = 0; i < rounded(count); i++) out[i] = (uint8_t)(((x == 0) | (y[i] == 0)) ? MEASURE_NONE : x == y[i]);
}

static void toned_equal(const filter_run *run, uint8_t *restrict out) {
  hashes_equal(run->left->toned[run->left_row], run->right->toned + run->right_row, run->count, out);
}

static void plain_equal(const filter_run *run, uint8_t *restrict out) {
  hashes_equal(run->left->plain[run->left_row], run->right->plain + run->right_row, run->count, out);
}

static void first_equal(const filter_run *run, uint8_t *restrict out) {
  hashes_equal(run->left->first[run->left_row], run->right->first + run->right_row, run->count, out);
}

static void last_equal(const filter_run *run, uint8_t *restrict out) {
  hashes_equal(run->left->last[run->left_row], run->right->last + run->right_row, run->count, out);
}

/* Of hashes and of dates. */
static inline void either_missing(uint32_t x, const uint32_t *y, size_t count, uint8_t *restrict out) {
  for (size_t i = 0; i < rounded(count); i++) out[i] = (x == 0) | (y[i] == 0);
}

static void text_missing(const filter_run *run, uint8_t *restrict out) {
  either_missing(run->left->toned[run->left_row], run->right->toned + run->right_row, run->count, out);
}

static void sexes_equal(const filter_run *run, uint8_t *restrict out) {
  uint8_t x = run->left->bytes[run->left_row];
  const uint8_t *y = run->right->bytes + run->right_row;
  EACH_RIGHT(run) out[i] = (uint8_t)(((x == SEX_MISSING) | (y[i] == SEX_MISSING)) ? MEASURE_NONE : x == y[i]);
}

static void sex_missing(const filter_run *run, uint8_t *restrict out) {
  uint8_t x = run->left->bytes[run->left_row];
  const uint8_t *y = run->right->bytes + run->right_row;
  EACH_RIGHT(run) out[i] = (x == SEX_MISSING) | (y[i] == SEX_MISSING);
}

/* ---- identifiers ------------------------------------------------------------------------------- */

static void ids_missing(const filter_run *run, uint8_t *restrict out) {
  uint64_t x = run->left->ids[run->left_row];
  const uint64_t *y = run->right->ids + run->right_row;
  EACH_RIGHT(run) out[i] = !ids_comparable(x, y[i]);
}

/* Some are compared by their digits, elsewhere. */
static void ids_equal(const filter_run *run, uint8_t *restrict out) {
  uint64_t x = run->left->ids[run->left_row];
  const uint64_t *y = run->right->ids + run->right_row;
  EACH_RIGHT(run) out[i] = (uint8_t)(!ids_comparable(x, y[i]) ? MEASURE_NONE : ids_open(x, y[i]) ? MEASURE_UNKNOWN : x == y[i]);
}

/* Places of 16 decimal digits that differ. An edit changes two at most. */
static inline uint64_t digits_apart(uint64_t x, uint64_t y) {
  uint64_t differing = x ^ y;
  differing |= differing >> 1;
  differing = (differing | differing >> 2) & 0x1111111111111111u;
  differing = (differing + (differing >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  differing += differing >> 8;
  differing += differing >> 16;
  return (differing + (differing >> 32)) & 255;
}

static void ids_edits(const filter_run *run, uint8_t *restrict out) {
  uint64_t x = run->left->ids[run->left_row], x_digits = run->left->digits[run->left_row], most = 2 * run->argument;
  const uint64_t *y = run->right->ids + run->right_row, *y_digits = run->right->digits + run->right_row;
  bool by_digits = feature_id_kind(x) != ID_PASSPORT && !id_is_hash(x);
  EACH_RIGHT(run) {
    bool far = by_digits & (digits_apart(x_digits, y_digits[i]) > most);
    uint8_t unequal = far ? MEASURE_FAR : MEASURE_UNKNOWN;
    out[i] = (uint8_t)(!ids_comparable(x, y[i]) ? MEASURE_NONE : x == y[i] ? 0 : unequal);
  }
}

/* ---- dates ------------------------------------------------------------------------------------- */

static inline uint32_t years_differ(uint32_t x, uint32_t y) { return ((x ^ y) & 4095u << 9) != 0; }

static void dates_equal(const filter_run *run, uint8_t *restrict out) {
  uint32_t x = run->left->dates[run->left_row];
  const uint32_t *y = run->right->dates + run->right_row;
  bool complete = date_complete(x);
  EACH_RIGHT(run) out[i] = (uint8_t)(((x == 0) | (y[i] == 0)) ? MEASURE_NONE : complete & (x == y[i]));
}

static void date_missing(const filter_run *run, uint8_t *restrict out) {
  either_missing(run->left->dates[run->left_row], run->right->dates + run->right_row, run->count, out);
}

/* A bit for each of eight digits that differ. */
static inline uint32_t eight_apart(uint32_t x, uint32_t y) {
  uint32_t differing = x ^ y;
  differing |= differing >> 1;
  return (differing | differing >> 2) & 0x11111111u;
}

/* As digit_edits counts them; swaps that overlap are left to it. */
static void dates_edits(const filter_run *run, uint8_t *restrict out) {
  const uint32_t x = run->left->dates[run->left_row], x_digits = (uint32_t)run->left->digits[run->left_row], most = run->argument;
  const uint32_t *y = run->right->dates + run->right_row;
  const uint64_t *y_digits = run->right->digits + run->right_row;
  const bool complete = date_complete(x);
  EACH_RIGHT(run) {
    uint32_t digits = (uint32_t)y_digits[i], apart = eight_apart(x_digits, digits);
    uint32_t swapped = apart & apart >> 4 & ~eight_apart(x_digits, digits >> 4) & ~eight_apart(x_digits >> 4, digits);
    uint32_t edits = ((apart ^ swapped) * 0x11111111u) >> 28, unequal = edits > most ? MEASURE_FAR : edits;
    unequal = (swapped & swapped >> 4) ? MEASURE_UNKNOWN : unequal;
    out[i] = (uint8_t)(!(complete & date_complete(y[i])) ? MEASURE_NONE : unequal);
  }
}

static void dates_swapped(const filter_run *run, uint8_t *restrict out) {
  uint32_t x = run->left->dates[run->left_row], turned = (x & 31) << 5 | (x >> 5 & 15);
  const uint32_t *y = run->right->dates + run->right_row;
  bool possible = date_complete(x) & ((x & 31) <= 15);
  EACH_RIGHT(run) {
    bool swapped = possible & (x != y[i]) & !years_differ(x, y[i]) & ((y[i] & 511) == turned);
    out[i] = (uint8_t)(((x == 0) | (y[i] == 0)) ? MEASURE_NONE : swapped);
  }
}

/* An age or a decade covers several years. */
static void dates_same_year(const filter_run *run, uint8_t *restrict out) {
  uint32_t x = run->left->dates[run->left_row];
  const uint32_t *y = run->right->dates + run->right_row;
  EACH_RIGHT(run) {
    uint8_t there = (x | y[i]) >> 21 ? MEASURE_UNKNOWN : !years_differ(x, y[i]);
    out[i] = (uint8_t)(((x == 0) | (y[i] == 0)) ? MEASURE_NONE : there);
  }
}

static void dates_years(const filter_run *run, uint8_t *restrict out) {
  const uint32_t x = run->left->dates[run->left_row], x_year = feature_date_year(x), most = run->argument;
  const uint32_t *y = run->right->dates + run->right_row;
  EACH_RIGHT(run) {
    uint32_t there = (x | y[i]) >> 21 ? MEASURE_UNKNOWN : distance(x_year, feature_date_year(y[i])) <= most;
    out[i] = (uint8_t)(((x == 0) | (y[i] == 0)) ? MEASURE_NONE : there);
  }
}

static void dates_compatible(const filter_run *run, uint8_t *restrict out) {
  uint32_t x = run->left->dates[run->left_row];
  const uint32_t *y = run->right->dates + run->right_row;
  bool vague = date_vague(x);
  EACH_RIGHT(run) {
    bool exact = (x | y[i]) >> 21 == 0, differ = (years_differ(x, y[i]) | !(vague | date_vague(y[i]))) != 0;
    uint8_t there = (exact & differ) ? 0 : MEASURE_UNKNOWN;
    out[i] = (uint8_t)(((x == 0) | (y[i] == 0)) ? MEASURE_NONE : there);
  }
}

/* ---- texts by their letters -------------------------------------------------------------------- */

/* Bits of two numbers together. */
static inline uint32_t count_bits(uint32_t x, uint32_t y) {
  x = x - (x >> 1 & 0x55555555u);
  y = y - (y >> 1 & 0x55555555u);
  x = (x & 0x33333333u) + (x >> 2 & 0x33333333u) + (y & 0x33333333u) + (y >> 2 & 0x33333333u);
  x = (x & 0x0f0f0f0fu) + (x >> 4 & 0x0f0f0f0fu);
  x += x >> 8;
  return (x + (x >> 16)) & 255;
}

/* An edit takes a letter from the one text, from the other, or from both. Letters are counted as sets of first and of
 * second ones; what either text has of them and the other has not is the rest of those that both have. */
static void text_edits(const filter_run *run, uint8_t *restrict out) {
  const view_column *left = run->left, *right = run->right;
  const size_t l = run->left_row, r = run->right_row;
  const uint32_t x = left->signatures[l], x_twice = left->twice[l], x_plain = left->plain[l], x_length = left->lengths[l], most = run->argument;
  const uint32_t *y = right->signatures + r, *y_twice = right->twice + r, *y_plain = right->plain + r, *y_toned = right->toned + r;
  const uint8_t *y_length = right->lengths + r, *y_counted = right->counted + r;
  const bool missing = left->toned[l] == 0;
  const uint32_t x_counted = left->counted[l];
  EACH_RIGHT(run) {
    uint32_t common = count_bits(x & y[i], x_twice & y_twice[i]), counted = y_counted[i], larger = x_counted > counted ? x_counted : counted;
    bool far = (larger - common > most) | (distance(x_length, y_length[i]) > most);
    uint32_t there = x_plain == y_plain[i] ? 0 : far ? MEASURE_FAR : MEASURE_UNKNOWN;
    out[i] = (uint8_t)((missing | (y_toned[i] == 0)) ? MEASURE_NONE : there);
  }
}

/* How many of the first four letters are the same; zeros behind an end count, too, and must not count less. */
static inline int32_t equal_front(uint32_t x, uint32_t y) {
  uint32_t differ = x ^ y;
  return ((differ & 0xff) == 0) + ((differ & 0xffff) == 0) + ((differ & 0xffffff) == 0) + (differ == 0);
}

/* Jaro-Winkler as if every letter that both have matched, and in order, in integers:
 *
 *   jaro + front / 10 (1 - jaro) >= least / one,  3 jaro = matches / x_length + matches / length + 1 = sum / product
 *
 * times 30 one product. */
static void text_similar(const filter_run *run, uint8_t *restrict out) {
  enum { one = 2 * KERNEL_SIMILARITY_ONE };
  const view_column *left = run->left, *right = run->right;
  const size_t l = run->left_row, r = run->right_row;
  const uint32_t x = left->signatures[l], x_twice = left->twice[l], x_plain = left->plain[l], x_front = left->fronts[l];
  const int32_t x_length = left->lengths[l], x_more = x_length - left->counted[l]; /* third letters and later ones */
  const uint32_t *y = right->signatures + r, *y_twice = right->twice + r, *y_plain = right->plain + r, *y_toned = right->toned + r, *y_front = right->fronts + r;
  const uint8_t *y_length = right->lengths + r, *y_counted = right->counted + r;
  const bool missing = left->toned[l] == 0;
  const int32_t least = 2 * (int32_t)run->argument - 1; /* of 2 KERNEL_SIMILARITY_ONE: rounding adds less than the half that is taken off */
  EACH_RIGHT(run) {
    int32_t length = y_length[i], y_more = length - y_counted[i];
    int32_t matches = (int32_t)count_bits(x & y[i], x_twice & y_twice[i]) + (x_more < y_more ? x_more : y_more);
    int32_t front = equal_front(x_front, y_front[i]), product = x_length * length, sum = matches * (x_length + length) + product;
    bool possible = sum * (10 - front) * one >= 3 * (10 * least - one * front) * product;
    uint32_t there = x_plain == y_plain[i] ? KERNEL_SIMILARITY_ONE : possible ? MEASURE_UNKNOWN : 0;
    out[i] = (uint8_t)((missing | (y_toned[i] == 0)) ? MEASURE_NONE : there);
  }
}

/* ---- texts by their words ---------------------------------------------------------------------- */

/* The same words, or one more in the middle: either text's letters are all in the other. */
static void text_dropped(const filter_run *run, uint8_t *restrict out) {
  const view_column *left = run->left, *right = run->right;
  const size_t l = run->left_row, r = run->right_row;
  const uint32_t blank = ~(1u << LETTER_SPACE), x = left->signatures[l] & blank, first = left->first[l], last = left->last[l];
  const uint32_t *y = right->signatures + r, *y_toned = right->toned + r, *y_first = right->first + r, *y_last = right->last + r;
  const bool missing = left->toned[l] == 0;
  EACH_RIGHT(run) {
    uint32_t letters = y[i] & blank;
    bool differ = (((x & ~letters) != 0) & ((letters & ~x) != 0)) | (first != y_first[i]) | (last != y_last[i]);
    out[i] = (uint8_t)((missing | (y_toned[i] == 0)) ? MEASURE_NONE : differ ? 0 : MEASURE_UNKNOWN);
  }
}

static void text_reordered(const filter_run *run, uint8_t *restrict out) {
  const view_column *left = run->left, *right = run->right;
  const size_t l = run->left_row, r = run->right_row;
  const uint32_t blank = ~(1u << LETTER_SPACE), x = left->signatures[l] & blank, sum = left->sum[l];
  const uint32_t *y = right->signatures + r, *y_toned = right->toned + r, *y_sum = right->sum + r;
  const bool missing = left->toned[l] == 0;
  EACH_RIGHT(run) {
    bool differ = (x != (y[i] & blank)) | (sum != y_sum[i]);
    out[i] = (uint8_t)((missing | (y_toned[i] == 0)) ? MEASURE_NONE : differ ? 0 : MEASURE_UNKNOWN);
  }
}

static void given_common(const filter_run *run, uint8_t *restrict out) {
  const view_column *left = run->left, *right = run->right;
  const size_t l = run->left_row, r = run->right_row;
  const uint32_t x = left->given[l];
  const uint32_t *y = right->given + r, *y_toned = right->toned + r;
  const uint8_t *y_common = right->given_common + r;
  const bool missing = left->toned[l] == 0;
  const uint8_t common = left->given_common[l];
  EACH_RIGHT(run) {
    uint32_t differ = x != y[i] ? common : 0;
    out[i] = (missing | (y_toned[i] == 0)) ? MEASURE_NONE : (uint8_t)differ & y_common[i];
  }
}

/* No more letters apart than edits. */
static inline void word_edits(const filter_run *run, uint32_t x, uint32_t x_length, const uint32_t *y, const uint8_t *y_length, uint8_t *restrict out) {
  const uint32_t *y_count = run->right->word_totals + run->right_row;
  const bool missing = run->left->word_counts[run->left_row] == 0;
  const uint32_t most = run->argument;
  EACH_RIGHT(run) {
    uint32_t lacks = count_bits(x & ~y[i], 0), more = count_bits(y[i] & ~x, 0);
    bool far = (lacks > most) | (more > most) | (distance(x_length, y_length[i]) > most);
    out[i] = (uint8_t)((missing | (y_count[i] == 0)) ? MEASURE_NONE : far ? MEASURE_FAR : MEASURE_UNKNOWN);
  }
}

static void given_edits(const filter_run *run, uint8_t *restrict out) {
  const view_column *left = run->left, *right = run->right;
  word_edits(run, left->last_sets[run->left_row], left->last_lengths[run->left_row], right->last_sets + run->right_row, right->last_lengths + run->right_row, out);
}

static void surname_edits(const filter_run *run, uint8_t *restrict out) {
  const view_column *left = run->left, *right = run->right;
  word_edits(run, left->word_sets[run->left_row], left->first_lengths[run->left_row], right->word_sets + run->right_row, right->first_lengths + run->right_row, out);
}

/* A word and its partner begin with the same letter: of the text with fewer words every one has such a word. */
static void words_contained(const filter_run *run, uint8_t *restrict out) {
  const view_column *left = run->left, *right = run->right;
  const size_t l = run->left_row, r = run->right_row;
  const uint32_t x = left->initials[l], x_count = left->word_counts[l], most = run->argument;
  const uint32_t *y = right->initials + r, *y_toned = right->toned + r, *y_count = right->word_totals + r;
  const bool missing = left->toned[l] == 0;
  EACH_RIGHT(run) {
    uint32_t lacking = x_count <= y_count[i] ? x & ~y[i] : y[i] & ~x;
    bool far = (lacking != 0) | (distance(x_count, y_count[i]) > most);
    out[i] = (uint8_t)((missing | (y_toned[i] == 0)) ? MEASURE_NONE : far ? MEASURE_FAR : MEASURE_UNKNOWN);
  }
}

/* Eight rows at a time; where vectors are narrower a compiler makes two of each, and warns of how they would be handed
 * to functions, which these are not: all are inline. */
#pragma GCC diagnostic ignored "-Wpsabi"
typedef uint32_t lanes __attribute__((vector_size(32)));

static inline lanes load_lanes(const uint32_t *values) {
  lanes loaded;
  __builtin_memcpy(&loaded, values, sizeof loaded);
  return loaded;
}

/* All ones where a word of letters x may be short for one of letters y, or the other way round, or an edit apart. */
static inline lanes words_alike(uint32_t x, lanes y) {
  const lanes none = {0};
  lanes lacks = x & ~y, more = y & ~x;
  lanes one_lacks = (lanes)((lacks & (lacks - 1)) == none), one_more = (lanes)((more & (more - 1)) == none);
  return ((lanes)(lacks == none) | (lanes)(more == none) | (one_lacks & one_more)) & (lanes)(y != none);
}

/* Of the text with fewer words every one must have a word that is alike. */
static inline lanes partners_lacking(const filter_run *run, size_t row, lanes y_count) {
  const view_column *left = run->left, *right = run->right;
  const uint32_t x_count = left->word_counts[run->left_row];
  lanes each_left = ~(lanes){0}, each_right = each_left, any_left[FEATURE_WORDS_MAX] = {{0}};
  for (uint32_t j = 0; j < right->words_most; j++) {
    lanes y = load_lanes(right->word_sets + j * BATCH_ROWS + row), any = {0};
    for (uint32_t i = 0; i < x_count; i++) {
      lanes alike = words_alike(left->word_sets[i * BATCH_ROWS + run->left_row], y);
      any |= alike;
      any_left[i] |= alike;
    }
    each_right &= any | (lanes)(y_count <= j);
  }
  for (uint32_t i = 0; i < x_count; i++) each_left &= any_left[i];
  lanes left_shorter = (lanes)(y_count >= x_count);
  return ~((left_shorter & each_left) | (~left_shorter & each_right));
}

static void words_contained_edits(const filter_run *run, uint8_t *restrict out) {
  enum { width = sizeof(lanes) / sizeof(uint32_t) };
  const view_column *left = run->left, *right = run->right;
  const bool missing = left->toned[run->left_row] == 0;
  for (size_t at = 0; at < run->count; at += width) {
    size_t row = run->right_row + at;
    lanes y_count = load_lanes(right->word_totals + row);
    const uint32_t x_count = left->word_counts[run->left_row];
    lanes far = partners_lacking(run, row, y_count) | (lanes)(y_count > x_count + run->argument) | (lanes)(y_count + run->argument < x_count);
    for (size_t i = 0; i < width; i++) out[at + i] = (uint8_t)((missing | (right->toned[row + i] == 0)) ? MEASURE_NONE : far[i] ? MEASURE_FAR : MEASURE_UNKNOWN);
  }
}

/* ---- which -------------------------------------------------------------------------------------- */

static run_filter *text_filter(test_kind kind) {
  switch (kind) {
    case TEST_MISSING: return text_missing;
    case TEST_EXACT: return toned_equal;
    case TEST_PLAIN: return plain_equal;
    case TEST_SURNAME: return first_equal;
    case TEST_GIVEN: return last_equal;
    case TEST_EDITS: return text_edits;
    case TEST_SIMILAR: return text_similar;
    case TEST_DROPPED: return text_dropped;
    case TEST_REORDERED: return text_reordered;
    case TEST_GIVEN_COMMON: return given_common;
    case TEST_GIVEN_EDITS: return given_edits;
    case TEST_SURNAME_EDITS: return surname_edits;
    case TEST_CONTAINED: return words_contained;
    case TEST_CONTAINED_EDITS: return words_contained_edits;
    default: return NULL;
  }
}

static run_filter *id_filter(test_kind kind) {
  switch (kind) {
    case TEST_MISSING: return ids_missing;
    case TEST_EXACT: return ids_equal;
    case TEST_EDITS: return ids_edits;
    default: return NULL;
  }
}

static run_filter *date_filter(test_kind kind) {
  switch (kind) {
    case TEST_MISSING: return date_missing;
    case TEST_EXACT: return dates_equal;
    case TEST_EDITS: return dates_edits;
    case TEST_SWAPPED: return dates_swapped;
    case TEST_SAME_YEAR: return dates_same_year;
    case TEST_COMPATIBLE: return dates_compatible;
    case TEST_YEARS: return dates_years;
    default: return NULL;
  }
}

run_filter *FILTER_CHOOSE(const measure *m, slot_kind kind) {
  switch (kind) {
    case SLOT_TEXT: return text_filter(m->kind);
    case SLOT_ID: return id_filter(m->kind);
    case SLOT_DATE: return date_filter(m->kind);
    case SLOT_SEX: return m->kind == TEST_MISSING ? sex_missing : m->kind == TEST_EXACT ? sexes_equal : NULL;
    default: return NULL;
  }
}
