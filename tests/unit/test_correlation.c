/* Correlated comparisons, from histograms that are known exactly. */
#include <math.h>

#include "core_support.h"
#include "model/correlation.h"

/* Levels are missing, agree and differ. The first comparison tells matches from other pairs beyond doubt; of the next
 * two the second may repeat the first; the last is missing throughout. */
enum { COMPARISONS = 4, LEVELS = 3, AGREE = 1, DIFFER = 2 };
static const double agree_m = 0.9, agree_u = 0.01, missing_share = 0.1;

typedef struct world {
  double copied; /* share of pairs in which the third comparison says what the second one says */
  double matches, others;
} world;

typedef struct histogram {
  pattern_count patterns[2 * LEVELS * LEVELS]; /* those of matches may follow those of other pairs */
  size_t count;
} histogram;

static model world_model(void) {
  model m = {.comparison_count = COMPARISONS, .prior = 0.01};
  for (size_t c = 0; c < COMPARISONS; c++) {
    m.comparisons[c].level_count = LEVELS;
    m.comparisons[c].levels[LEVEL_MISSING] = (level_model){.m = 1, .u = 1, .fixed = true};
    m.comparisons[c].levels[AGREE] = (level_model){.m = agree_m, .u = agree_u};
    m.comparisons[c].levels[DIFFER] = (level_model){.m = 1 - agree_m, .u = 1 - agree_u};
  }
  m.comparisons[0].levels[AGREE] = (level_model){.weight = 90, .fixed = true};
  m.comparisons[0].levels[DIFFER] = (level_model){.weight = -90, .fixed = true};
  model_set_weights(&m);
  return m;
}

static double level_share(double agree, size_t level) {
  return level == LEVEL_MISSING ? missing_share : (1 - missing_share) * (level == AGREE ? agree : 1 - agree);
}

static double both_share(double copied, double agree, size_t second, size_t third) {
  return level_share(agree, second) * (copied * (second == third) + (1 - copied) * level_share(agree, third));
}

/* `state`: the counts are drawn, not exact; NULL: exact. */
static histogram draw_pairs(double copied, double pairs, bool match, uint64_t *state) {
  histogram h = {.count = 0};
  for (size_t third = 0; third < LEVELS; third++) {
    for (size_t second = 0; second < LEVELS; second++) {
      double share = both_share(copied, match ? agree_m : agree_u, second, third);
      uint64_t count = state ? 0 : (uint64_t)llround(pairs * share);
      for (size_t i = 0; state && i < (size_t)pairs; i++) count += (double)random_below(state, 1 << 30) < share * (1 << 30);
      uint64_t pattern = (match ? AGREE : DIFFER) | second << PATTERN_LEVEL_BITS | third << 2 * PATTERN_LEVEL_BITS;
      if (count) h.patterns[h.count++] = (pattern_count){.pattern = pattern, .count = count};
    }
  }
  return h;
}

static void find_among(model *m, const em_session *sessions, size_t count, const histogram *random, double all_pairs) {
  const em_input in = {.sessions = sessions, .session_count = count, .scale = 1, .random = random->patterns,
                       .random_count = random->count, .all_pairs = all_pairs};
  const model start = *m;
  khop_error err = {0};
  must(correlation_find(m, &start, &in, &err), &err);
}

static void find(model *m, const em_session *sessions, size_t count, const histogram *random) {
  find_among(m, sessions, count, random, 1e9);
}

static void find_in(model *m, const world *w, uint64_t *state) {
  histogram matches = draw_pairs(w->copied, w->matches, true, state), others = draw_pairs(w->copied, w->others, false, state);
  const em_session session = {.patterns = matches.patterns, .pattern_count = matches.count, .teaches = {true, true, true, true}};
  find(m, &session, 1, &others);
}

/* By how many bits agreement of both is met too often, given agreement of one alone. */
static double lift(double copied, double agree) {
  double both = 0, second = 0, third = 0, total = 0;
  for (size_t i = 1; i < LEVELS; i++) {
    for (size_t k = 1; k < LEVELS; k++) {
      double share = both_share(copied, agree, i, k);
      total += share;
      second += i == AGREE ? share : 0;
      third += k == AGREE ? share : 0;
      both += i == AGREE && k == AGREE ? share : 0;
    }
  }
  return log2(both * total / (second * third));
}

static void independent_comparisons(void **unused) {
  (void)unused;
  for (double matches = 10; matches < 1e7; matches *= 10) {
    model m = world_model();
    find_in(&m, &(world){.copied = 0, .matches = matches, .others = 250000}, NULL);
    assert_int_equal(m.correlated_count, 0);
  }
}

static void noise_is_not_reported(void **unused) {
  (void)unused;
  uint64_t state = 4;
  for (size_t i = 0; i < 60; i++) {
    model m = world_model();
    find_in(&m, &(world){.copied = 0, .matches = (double)(20 + 40 * i), .others = (double)(200 + 300 * i)}, &state);
    assert_int_equal(m.correlated_count, 0);
  }
}

static void a_copy_counts_twice(void **unused) {
  (void)unused;
  static const double copied[] = {1, 0.8, 0.4};
  for (size_t i = 0; i < COUNT_OF(copied); i++) {
    model m = world_model();
    find_in(&m, &(world){.copied = copied[i], .matches = 1e6, .others = 1e8}, NULL);
    assert_int_equal(m.correlated_count, 1);
    const correlated_pair *pair = &m.correlated[0];
    assert_true(pair->first == 1 && pair->second == 2 && pair->first_level == AGREE && pair->second_level == AGREE);
    double bits = lift(copied[i], agree_u) - lift(copied[i], agree_m);
    assert_true(bits > 4 && fabs(pair->overstated_bits - bits) < 0.01);
    const level_correction *by = &m.corrections[0];
    double weight = m.comparisons[1].levels[AGREE].weight;
    assert_true(m.correction_count >= 1 && by->first == 1 && by->second == 2 && by->first_level == AGREE && by->second_level == AGREE);
    assert_true(fabs(by->bits + fmin(bits, weight)) < 0.01); /* taken off, but no more than one weight */
    if (copied[i] < 1) continue;
    assert_true(fabs(pair->overstated_bits - log2(agree_m / agree_u)) < 0.01); /* one weight too many */
    assert_true(fabs(pair->given_match_bits + agree_m * log2(agree_m) + (1 - agree_m) * log2(1 - agree_m)) < 1e-3);
    assert_true(fabs(pair->given_non_match_bits + agree_u * log2(agree_u) + (1 - agree_u) * log2(1 - agree_u)) < 1e-3);
  }
}

/* Random pairs that never agree do not hide it: matches that differ in one differ in the other. */
static void a_copy_of_what_is_never_shared(void **unused) {
  (void)unused;
  model m = world_model();
  find_in(&m, &(world){.copied = 1, .matches = 1000, .others = 300}, NULL);
  assert_int_equal(m.correlated_count, 1);
  assert_true(m.correlated[0].first_level == DIFFER && m.correlated[0].second_level == DIFFER);
  assert_true(fabs(m.correlated[0].overstated_bits - log2((1 - agree_u) / (1 - agree_m))) < 0.1);
}

static void few_pairs_say_nothing(void **unused) {
  (void)unused;
  static const world worlds[] = {{1, 0, 0}, {1, 15, 1e5}, {1, 1e5, 0}, {1, 0, 1e5}, {1, 15, 300}};
  for (size_t i = 0; i < COUNT_OF(worlds); i++) {
    model m = world_model();
    find_in(&m, &worlds[i], NULL);
    assert_int_equal(m.correlated_count, 0);
  }
}

/* The fifteen pairs that agree are three, each drawn five times. */
static void pairs_drawn_again_are_no_more_pairs(void **unused) {
  (void)unused;
  static const double all_pairs[] = {1e9, 300};
  histogram matches = draw_pairs(1, 5000, true, NULL), others = draw_pairs(1, 1700, false, NULL);
  const em_session session = {.patterns = matches.patterns, .pattern_count = matches.count, .teaches = {true, true, true, true}};
  for (size_t i = 0; i < COUNT_OF(all_pairs); i++) {
    model m = world_model();
    find_among(&m, &session, 1, &others, all_pairs[i]);
    assert_int_equal(m.correlated_count, 1);
    assert_int_equal(m.correlated[0].first_level, i ? DIFFER : AGREE);
  }
}

/* One match in eight that is not known for one: that such pairs agree in both is no wonder. */
static void unknown_matches_are_not_copies(void **unused) {
  (void)unused;
  histogram matches = draw_pairs(0, 1e5, true, NULL), others = draw_pairs(0, 1e5, false, NULL);
  histogram known = draw_pairs(0, 1050, true, NULL), unknown = draw_pairs(0, 150, true, NULL);
  for (size_t i = 0; i < unknown.count; i++) {
    for (size_t k = 0; k < others.count; k++) {
      if (others.patterns[k].pattern >> PATTERN_LEVEL_BITS == unknown.patterns[i].pattern >> PATTERN_LEVEL_BITS) {
        others.patterns[k].count += unknown.patterns[i].count;
      }
    }
  }
  memcpy(&others.patterns[others.count], known.patterns, known.count * sizeof *known.patterns);
  others.count += known.count;
  const em_session session = {.patterns = matches.patterns, .pattern_count = matches.count, .teaches = {true, true, true, true}};
  model m = world_model();
  find(&m, &session, 1, &others);
  assert_int_equal(m.correlated_count, 0);
}

/* A rule that looks at a comparison's fields says nothing of it where another one teaches both; else it is all there is. */
static void rules_that_teach(void **unused) {
  (void)unused;
  histogram apart = draw_pairs(0, 1e5, true, NULL), copies = draw_pairs(1, 1e6, true, NULL), others = draw_pairs(0, 1e7, false, NULL);
  const em_session sessions[] = {
      {.patterns = copies.patterns, .pattern_count = copies.count, .teaches = {true, false, true, true}},
      {.patterns = apart.patterns, .pattern_count = apart.count, .teaches = {true, true, true, true}}};
  model m = world_model();
  find(&m, sessions, 2, &others);
  assert_int_equal(m.correlated_count, 0);
  find(&m, sessions, 1, &others);
  assert_int_equal(m.correlated_count, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(independent_comparisons), cmocka_unit_test(noise_is_not_reported),
      cmocka_unit_test(a_copy_counts_twice),     cmocka_unit_test(a_copy_of_what_is_never_shared),
      cmocka_unit_test(few_pairs_say_nothing),  
      cmocka_unit_test(rules_that_teach),
      cmocka_unit_test(pairs_drawn_again_are_no_more_pairs), cmocka_unit_test(unknown_matches_are_not_copies)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
