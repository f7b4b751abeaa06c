/* Measures: one byte a pair, for every test a schema can write. Each is a loop over index pairs, free of
 * branches where the data allows it. MEASURE_NONE on missing values. Texts are in measure_text.c. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare/digits.h"
#include "compare/measure_parts.h"
#include "compare/values.h"

/* ---- identifiers ------------------------------------------------------------------------------ */

static uint8_t id_edits(id_kind kind, uint64_t x, uint64_t y) {
  const uint64_t passport_digits = (1ull << 28) - 1;
  if (kind != ID_PASSPORT) return digit_edits(x, y);
  return (uint8_t)(digit_edits(x & passport_digits, y & passport_digits) + (x >> 28 != y >> 28));
}

static bool id_is_valid(uint64_t id) {
  id_kind kind = feature_id_kind(id);
  return kind != ID_OTHER && (kind != ID_CCCD || normalise_cccd_valid(feature_id_number(id)));
}

static void ids_equal(const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    uint64_t x = s->left->ids[l], y = s->right->ids[r];
    bool comparable = ids_comparable(x, y), open = ids_open(x, y), equal = x == y;
    if (comparable & open) equal = view_digits(s->left, l) == view_digits(s->right, r);
    out[p] = comparable ? equal : MEASURE_NONE;
  }
}

static bool heads_equal(uint64_t x, uint64_t x_digits, uint64_t y, uint64_t y_digits, unsigned count) {
  unsigned length = feature_id_digits(x);
  return length == feature_id_digits(y) && length >= count && (x_digits ^ y_digits) >> (4 * (length - count)) == 0;
}

static uint8_t id_value_of(const measure *m, const sides *s, size_t l, size_t r) {
  uint64_t x = s->left->ids[l], y = s->right->ids[r];
  bool edits = m->kind == TEST_EDITS;
  if (!ids_comparable(x, y)) return MEASURE_NONE;
  if (m->kind == TEST_VALID) return id_is_valid(x) && id_is_valid(y);
  if (x == y) return edits ? 0 : 1;
  if (id_is_hash(x)) return edits ? MEASURE_FAR : 0;
  uint64_t x_digits = view_digits(s->left, l), y_digits = view_digits(s->right, r);
  if (edits) return id_edits(feature_id_kind(x), x_digits, y_digits);
  if (m->kind == TEST_HEAD) return heads_equal(x, x_digits, y, y_digits, m->argument);
  uint64_t tail = m->argument >= 16 ? UINT64_MAX : (1ull << (4 * m->argument)) - 1;
  return ((x_digits ^ y_digits) & tail) == 0;
}

static void id_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  if (m->kind == TEST_EXACT) ids_equal(s, out);
  else EACH_PAIR(s, l, r) out[p] = id_value_of(m, s, l, r);
}

/* ---- dates ------------------------------------------------------------------------------------ */

/* Years between what the one can be and what the other can be; 0 when they overlap. */
static unsigned years_apart(uint32_t x, uint32_t y) {
  unsigned x_first = feature_date_year(x), x_last = x_first + feature_date_span(x);
  unsigned y_first = feature_date_year(y), y_last = y_first + feature_date_span(y);
  if (x_last < y_first) return y_first - x_last;
  return y_last < x_first ? x_first - y_last : 0;
}

static bool dates_compatible(uint32_t x, uint32_t y) {
  if (feature_date_span(x) || feature_date_span(y)) return years_apart(x, y) == 0;
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

/* Not known when an age or a decade leaves it open. */
static uint8_t dates_same_year(uint32_t x, uint32_t y) {
  if (years_apart(x, y) > 0) return 0;
  return feature_date_span(x) || feature_date_span(y) ? MEASURE_NONE : 1;
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
    case TEST_SAME_YEAR: return dates_same_year(x, y);
    case TEST_SAME_MONTH_DAY: return date_complete(x) && date_complete(y) && (x & 511) == (y & 511);
    case TEST_COMPATIBLE: return dates_compatible(x, y);
    case TEST_WITHIN: return dates_within(x, y, m->limit);
    case TEST_YEARS: return years_apart(x, y) <= m->limit;
    case TEST_EDITS: return date_edits(s, l, r);
    default: return 0;
  }
}

static void dates_equal(const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    uint32_t x = s->left->dates[l], y = s->right->dates[r];
    bool month = feature_date_month(x), day = feature_date_day(x), equal = x == y;
    out[p] = (uint8_t)(((x == 0) | (y == 0)) ? MEASURE_NONE : month & day & equal);
  }
}

static void date_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  if (m->kind == TEST_EXACT) dates_equal(s, out);
  else EACH_PAIR(s, l, r) out[p] = date_value_of(m, s, l, r);
}

/* ---- the rest --------------------------------------------------------------------------------- */

/* The values are floats: their last digit may be off. */
static bool quantities_near(double x, double y, double limit) {
  return fabs(x - y) <= (limit + 1e-6) * fmax(fabs(x), fabs(y));
}

/* Less what the last digits of two floats may be off. */
static double quantities_apart(double x, double y) { return fabs(x - y) - 1e-6 * fmax(fabs(x), fabs(y)); }

static void quantity_measure(const measure *m, const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    float x = s->left->quantities[l], y = s->right->quantities[r];
    if (isnan(x) || isnan(y)) {
      out[p] = MEASURE_NONE;
    } else if (m->kind == TEST_WITHIN) {
      out[p] = quantities_near((double)x, (double)y, m->limit);
    } else if (m->kind == TEST_APART) {
      out[p] = quantities_apart((double)x, (double)y) <= m->limit;
    } else {
      out[p] = x == y;
    }
  }
}

static void sex_measure(const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) {
    uint8_t x = s->left->bytes[l], y = s->right->bytes[r];
    out[p] = (uint8_t)(((x == SEX_MISSING) | (y == SEX_MISSING)) ? MEASURE_NONE : x == y);
  }
}

static void missing_measure(slot_kind kind, const sides *s, uint8_t *restrict out) {
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

static bool value_missing(slot_kind kind, const view_column *column, size_t i) {
  switch (kind) {
    case SLOT_TEXT: return column->toned[i] == 0;
    case SLOT_ID: return column->ids[i] == 0;
    case SLOT_DATE: return column->dates[i] == 0;
    case SLOT_QUANTITY: return isnan(column->quantities[i]);
    case SLOT_SEX: return column->bytes[i] == SEX_MISSING;
    default: return true;
  }
}

static void missing_both_measure(slot_kind kind, const sides *s, uint8_t *restrict out) {
  EACH_PAIR(s, l, r) out[p] = value_missing(kind, s->left, l) && value_missing(kind, s->right, r);
}

static void measure_one_way(comparer *c, const measure *m, slot_kind kind, const sides *s, uint8_t *restrict out) {
  if (m->kind == TEST_MISSING) {
    missing_measure(kind, s, out);
    return;
  }
  if (m->kind == TEST_MISSING_BOTH) {
    missing_both_measure(kind, s, out);
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

/* The better of the two ways round: the larger similarity, the smaller distance. Crosswise the worse, and none where one
 * is missing. */
static void of_two_ways(const measure *m, const uint8_t *back, size_t count, uint8_t *restrict out) {
  bool distance = test_is_distance(m->kind) || m->kind == TEST_MISSING, smaller = distance != m->crosswise, crosswise = m->crosswise;
  for (size_t p = 0; p < count; p++) {
    uint8_t x = out[p], y = back[p], low = x < y ? x : y, high = x < y ? y : x;
    uint8_t one_missing = crosswise ? MEASURE_NONE : low, known = high == MEASURE_NONE ? one_missing : smaller ? low : high;
    out[p] = ((x == MEASURE_UNKNOWN) | (y == MEASURE_UNKNOWN)) ? MEASURE_UNKNOWN : known;
  }
}

/* What no two compared rows have, the rows need not hold. */
static bool is_never_known(const comparer *c, const measure *m) {
  return m->kind != TEST_MISSING_BOTH && !feature_fields_meet(&c->columns.layout.registers, m->field, m->other);
}

void measure_pairs(comparer *c, const measure *m, const pair_list *pairs, bool open, uint8_t *restrict out) {
  const view_column *columns = c->columns.columns;
  if (is_never_known(c, m)) {
    memset(out, m->kind == TEST_MISSING ? 1 : MEASURE_NONE, pairs->count);
    return;
  }
  slot_kind kind = c->columns.layout.slots[m->field].kind;
  sides forth = {.left = &columns[m->field], .right = &columns[m->other], .pairs = pairs, .open = open && m->field == m->other};
  measure_one_way(c, m, kind, &forth, out);
  if (m->field == m->other) return;
  uint8_t back_values[BATCH_PAIRS];
  sides back = {.left = &columns[m->other], .right = &columns[m->field], .pairs = pairs};
  measure_one_way(c, m, kind, &back, back_values);
  of_two_ways(m, back_values, pairs->count, out);
}

/* One way round; the text measures' letters and the like must be there for all rows. */
static void filter_one_way(comparer *c, size_t m, size_t left, size_t right, uint8_t *restrict out) {
  const measure *asked = &c->plan->measures[m];
  const view_column *columns = c->columns.columns;
  filter_run run = {.left = &columns[left], .right = &columns[right], .argument = asked->argument};
  for (size_t i = 0; i < c->run_count; i++) {
    run.left_row = c->runs[i].left;
    run.right_row = c->runs[i].right;
    run.count = c->runs[i].count;
    if (value_missing(run.left->slot.kind, run.left, run.left_row)) memset(out + c->runs[i].first, asked->kind == TEST_MISSING ? 1 : MEASURE_NONE, run.count);
    else c->filters[m](&run, out + c->runs[i].first);
  }
}

void measure_filter(comparer *c, size_t m, const pair_list *pairs, uint8_t *restrict out) {
  const measure *asked = &c->plan->measures[m];
  assert(!is_never_known(c, asked));
  unsigned parts = filter_parts(asked, c->columns.layout.slots[asked->field].kind);
  view_prepare(&c->columns, asked->field, parts);
  if (asked->field != asked->other) view_prepare(&c->columns, asked->other, parts);
  filter_one_way(c, m, asked->field, asked->other, out);
  if (asked->field == asked->other) return;
  uint8_t back[BATCH_PAIRS + FILTER_STEP];
  filter_one_way(c, m, asked->other, asked->field, back);
  of_two_ways(asked, back, pairs->count, out);
}
