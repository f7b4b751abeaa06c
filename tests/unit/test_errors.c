/* The estimate of wrong and missed matches on made-up registers whose truth is known: whether the numbers tell or not,
 * whatever weights promise; its curve; its bins. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "model/errors.h"

/* ---- a made-up register ---------------------------------------------------------------------------------- */

typedef struct world {
  double alpha, beta;  /* log2 odds of a match at weight w */
  double with_numbers; /* of pairs that do not match; of matches a half of that odds more lack them when `shifted` */
  double agreement;    /* of a match's numbers */
  double unfound;      /* share of matches that no rule finds but those of the witness */
  size_t pairs;        /* compared pairs */
  bool shifted;
} world;

typedef struct truth {
  double wrong, missed, matches;
} truth;

static double random_share(uint64_t *state) { return (double)(random_next(state) >> 11) * 0x1p-53; }

static const double threshold = 3, bits_of_agreement = 20, bits_of_disagreement = -3;

static void add_pair(const world *x, uint64_t *state, error_counts *counts, truth *t) {
  double rest = -8 + 34 * random_share(state);
  bool match = random_share(state) < 1 / (1 + exp2(-(x->alpha + x->beta * rest)));
  bool both = random_share(state) < (x->shifted && match ? x->with_numbers * 1.5 : x->with_numbers);
  bool agree = both && match && random_share(state) < x->agreement;
  bool found = !match || random_share(state) >= x->unfound;
  witness_state state_of = !both ? WITNESS_MISSING : agree ? WITNESS_AGREES : WITNESS_DISAGREES;
  double weight = rest + (both ? agree ? bits_of_agreement : bits_of_disagreement : 0);
  bool kept = weight >= threshold && (found || agree);
  unsigned weight_bin = error_weight_bin(weight - threshold), rest_bin = error_rest_bin(rest);
  if (found) counts->pairs[state_of][weight_bin][rest_bin]++;
  else if (agree) counts->alone[weight_bin][rest_bin]++;
  t->wrong += kept && !match;
  t->missed += !kept && match;
  t->matches += kept;
}

static error_counts *make_world(const world *x, uint64_t seed, truth *out) {
  error_counts *counts = calloc(1, sizeof *counts);
  assert_non_null(counts);
  *out = (truth){0};
  for (size_t s = 0; s < WITNESS_STATES; s++) counts->scale[s] = 1;
  for (size_t i = 0; i < x->pairs; i++) add_pair(x, &seed, counts, out);
  return counts;
}

/* ---- estimates -------------------------------------------------------------------------------------------- */

static bool inside(const error_range *range, double count) { return count >= range->low && count <= range->high; }

/* 20 registers each: 19 are to be inside the interval of 95 %, and the estimate is of use. */
static void truth_is_inside(void **unused) {
  (void)unused;
  static const world worlds[] = {
      {-0.5, 0.8, 0.5, 0.9, 0.01, 50000, false}, {-2, 0.7, 0.3, 0.85, 0.03, 50000, false}, {0, 1, 0.8, 0.95, 0.002, 50000, false},
      {-0.5, 0.8, 0.5, 0.9, 0.01, 2000, false},  {-1, 0.8, 0.4, 0.9, 0.01, 50000, true}};
  enum { registers = 20, right_least = 18 };
  for (size_t i = 0; i < sizeof worlds / sizeof *worlds; i++) {
    size_t wrong_inside = 0, missed_inside = 0;
    double wrong_sum = 0, wrong_true = 0;
    for (uint64_t seed = 1; seed <= registers; seed++) {
      truth t;
      error_counts *counts = make_world(&worlds[i], seed, &t);
      error_estimate e = errors_estimate(counts, ERROR_MATCH_BIN);
      assert_true(fabs(e.matches - t.matches) < 0.5);
      wrong_inside += inside(&e.wrong, t.wrong);
      missed_inside += inside(&e.missed, t.missed);
      wrong_sum += e.wrong.estimate;
      wrong_true += t.wrong;
      free(counts);
    }
    assert_true(wrong_inside >= right_least && missed_inside >= right_least);
    assert_true(wrong_sum > 0.7 * wrong_true && wrong_sum < 1.4 * wrong_true);
  }
}

/* Nothing to check by: the interval says so. */
static void without_a_witness(void **unused) {
  (void)unused;
  const world x = {-3, 0.6, 0, 0, 0.02, 20000, false};
  truth t;
  error_counts *counts = make_world(&x, 7, &t);
  error_estimate e = errors_estimate(counts, ERROR_MATCH_BIN);
  assert_true(e.checked_pairs < 0.5);
  assert_true(e.wrong.low < 0.5 && e.wrong.high >= 0.03 * e.matches && e.missed.high >= 0.1 * e.matches);
  free(counts);
}

static void nothing_at_all(void **unused) {
  (void)unused;
  error_counts *counts = calloc(1, sizeof *counts);
  error_estimate e = errors_estimate(counts, ERROR_MATCH_BIN);
  assert_true(e.matches < 0.5 && e.wrong.estimate < 1e-9 && e.wrong.high < 1e-9 && e.missed.estimate < 1e-9);
  error_curve curve;
  errors_curve(counts, &curve);
  for (unsigned bin = 0; bin < ERROR_BINS; bin++) assert_true(curve.precision[bin] > 0.999 && curve.recall[bin] > 0.999);
  free(counts);
}

/* Pairs that were sampled stand for those that were not. */
static void sampled_pairs_count_for_more(void **unused) {
  (void)unused;
  const world x = {-0.5, 0.8, 0.5, 0.9, 0.01, 40000, false};
  truth t;
  error_counts *counts = make_world(&x, 3, &t), *half = make_world(&(world){-0.5, 0.8, 0.5, 0.9, 0.01, 20000, false}, 3, &t);
  half->scale[WITNESS_AGREES] = half->scale[WITNESS_DISAGREES] = 2;
  for (size_t w = 0; w < ERROR_BINS; w++) {
    for (size_t r = 0; r < ERROR_BINS; r++) half->pairs[WITNESS_MISSING][w][r] *= 2;
  }
  error_estimate whole = errors_estimate(counts, ERROR_MATCH_BIN), sampled = errors_estimate(half, ERROR_MATCH_BIN);
  assert_true(fabs(sampled.matches / whole.matches - 1) < 0.03);
  assert_true(inside(&whole.wrong, sampled.wrong.estimate) && inside(&sampled.wrong, whole.wrong.estimate));
  free(counts);
  free(half);
}

/* A higher threshold finds less and is right more often. */
static void the_curve_falls_and_rises(void **unused) {
  (void)unused;
  const world x = {-0.5, 0.8, 0.5, 0.9, 0.01, 50000, false};
  truth t;
  error_counts *counts = make_world(&x, 5, &t);
  error_curve curve;
  errors_curve(counts, &curve);
  for (unsigned bin = 2; bin < ERROR_BINS; bin++) {
    assert_true(curve.recall[bin] <= curve.recall[bin - 1] + 1e-9);
    if (bin < ERROR_MATCH_BIN + 20) assert_true(curve.precision[bin] >= curve.precision[bin - 1] - 0.002);
  }
  error_estimate e = errors_estimate(counts, ERROR_MATCH_BIN);
  assert_true(fabs(curve.precision[ERROR_MATCH_BIN] - (1 - e.wrong.estimate / e.matches)) < 0.002);
  free(counts);
}

static void counts_add_up(void **unused) {
  (void)unused;
  const world x = {-0.5, 0.8, 0.5, 0.9, 0.3, 3000, false};
  truth a, b;
  error_counts *one = make_world(&x, 1, &a), *two = make_world(&x, 2, &b);
  error_counts_add(one, two);
  assert_true(fabs(errors_estimate(one, ERROR_MATCH_BIN).matches - a.matches - b.matches) < 0.5);
  free(one);
  free(two);
}

static void bins(void **unused) {
  (void)unused;
  assert_int_equal(error_weight_bin(0), ERROR_MATCH_BIN);
  assert_int_equal(error_weight_bin(-0.001), ERROR_MATCH_BIN - 1);
  assert_int_equal(error_weight_bin(0.5), ERROR_MATCH_BIN + 1);
  assert_int_equal(error_weight_bin(-1000), 0);
  assert_int_equal(error_weight_bin(1000), ERROR_BINS - 1);
  assert_int_equal(error_rest_bin(0), ERROR_REST_ZERO);
  assert_int_equal(error_rest_bin(-0.5), ERROR_REST_ZERO - 1);
  assert_int_equal(error_rest_bin(-1000), 0);
  assert_int_equal(error_rest_bin(1000), ERROR_BINS - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(truth_is_inside),   cmocka_unit_test(without_a_witness), cmocka_unit_test(nothing_at_all),
      cmocka_unit_test(sampled_pairs_count_for_more), cmocka_unit_test(the_curve_falls_and_rises), cmocka_unit_test(counts_add_up),
      cmocka_unit_test(bins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
