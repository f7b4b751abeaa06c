/* Labels: their words, the vote of reviewers, estimates by hand, and intervals that hold what they promise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "evaluate/curve.h"
#include "evaluate/labels.h"

static char directory[64], label_path[96];

static void write_file(const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fputs(text, file) < 0, 0);
  fclose(file);
}

static int setup(void **state) {
  (void)state;
  strcpy(directory, "/tmp/khop-labels-XXXXXX");
  if (!mkdtemp(directory)) return -1;
  snprintf(label_path, sizeof label_path, "%s/labels.csv", directory);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  static const char *const names[] = {"clusters.csv", "pairs.csv", "labels.csv"};
  for (int i = 0; i < 3; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, names[i]);
    unlink(path);
  }
  return rmdir(directory);
}

static bool near(double a, double b) { return fabs(a - b) < 1e-9; }

static khop_status read_all(evaluate_data *data, labels *l, khop_error *err) {
  *data = (evaluate_data){0};
  *l = (labels){0};
  khop_status status = evaluate_read_clusters(data, directory, err);
  if (status == KHOP_OK) status = evaluate_read_pairs(data, directory, err);
  if (status == KHOP_OK) status = labels_read(l, data, label_path, err);
  return status;
}

static void read_whole(evaluate_data *data, labels *l) {
  khop_error err = {0};
  if (read_all(data, l, &err) != KHOP_OK) fail_msg("%s", err.message);
}

static void free_all(evaluate_data *data, labels *l) {
  labels_free(l);
  evaluate_data_free(data);
}

/* ---- words -------------------------------------------------------------------------------- */

static void test_words(void **state) {
  (void)state;
  static const struct {
    const char *word;
    int label; /* -1: none */
  } cases[] = {{"match", LABEL_MATCH}, {"Match", LABEL_MATCH}, {" yes ", LABEL_MATCH}, {"1", LABEL_MATCH},
               {"trùng", LABEL_MATCH}, {"TRÙNG KHỚP", LABEL_MATCH}, {"Đúng", LABEL_MATCH}, {"có", LABEL_MATCH},
               {"cùng người", LABEL_MATCH}, {"tru\xcc\x80ng", LABEL_MATCH}, {"cung mot nguoi", LABEL_MATCH},
               {"non-match", LABEL_NON_MATCH}, {"Non_Match", LABEL_NON_MATCH}, {"no", LABEL_NON_MATCH},
               {"0", LABEL_NON_MATCH}, {"false", LABEL_NON_MATCH}, {"không", LABEL_NON_MATCH},
               {"Không trùng", LABEL_NON_MATCH}, {"khác", LABEL_NON_MATCH}, {"khac nguoi", LABEL_NON_MATCH},
               {"possible", LABEL_POSSIBLE}, {"?", LABEL_POSSIBLE}, {"có thể", LABEL_POSSIBLE}, {"Không rõ", LABEL_POSSIBLE},
               {"nghi ngờ", LABEL_POSSIBLE}, {"chưa chắc", LABEL_POSSIBLE},
               {"", -1}, {"matched?", -1}, {"2", -1}, {"trùng không", -1},
               {"a word that is much longer than any label has ever been in any register", -1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    pair_label label = LABEL_MATCH;
    bool known = label_parse(cases[i].word, strlen(cases[i].word), &label);
    if (known != (cases[i].label >= 0) || (known && (int)label != cases[i].label)) fail_msg("%s: %d", cases[i].word, known ? (int)label : -1);
  }
}

/* ---- by hand ------------------------------------------------------------------------------ */

/* a b c are one cluster through a-b and b-c; d and e stand apart. */
static const char clusters[] = "record_id,cluster_id\na,1\nb,1\nc,1\nd,2\ne,3\n";
static const char pairs[] = "left_id,right_id,match_weight,blocking_rule,decision\n"
                            "a,b,20,r,match\nb,c,5,r,match\nd,e,1,r,review\n";

static void test_votes(void **state) {
  (void)state;
  write_file("clusters.csv", clusters);
  write_file("pairs.csv", pairs);
  write_file("labels.csv", "left_id,right_id,label,reviewer,weight\n"
                           "b,a,trùng,An,\na,b,match,Binh,3\n"      /* both say match */
                           "b,c,match,An,1\nc,b,khác,Binh,2\n"      /* Binh counts more */
                           "d,e,match,An,1\nd,e,no,Binh,1\n"        /* a tie */
                           "a,c,no,An,1\na,c,match,An,1\n"          /* An thought again */
                           "a,x,match,An,1\n");
  evaluate_data data;
  labels l;
  read_whole(&data, &l);
  assert_int_equal(l.rows, 9);
  assert_int_equal(l.unknown, 1);
  assert_int_equal(l.disputed, 2);
  assert_int_equal(l.count, 4);
  static const struct {
    pair_label label;
    double weight;
    bool listed, clustered;
  } expected[] = {{LABEL_MATCH, 2, true, true},      /* a b */
                  {LABEL_MATCH, 1, false, true},     /* a c */
                  {LABEL_NON_MATCH, 2, true, true},  /* b c */
                  {LABEL_POSSIBLE, 1, true, false}}; /* d e */
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(l.pairs[i].label, expected[i].label);
    assert_true(near(l.pairs[i].weight, expected[i].weight));
    assert_int_equal(l.pairs[i].listed != LABEL_UNLISTED, expected[i].listed);
    assert_int_equal(l.pairs[i].is_clustered, expected[i].clustered);
  }
  khop_label_quality q;
  labels_quality(&l, &data, &q);
  assert_int_equal(q.matches, 2);
  assert_int_equal(q.non_matches, 1);
  assert_int_equal(q.possible, 1);
  assert_int_equal(q.match_pairs, 2);
  assert_int_equal(q.match_labelled, 2);
  assert_int_equal(q.chained_pairs, 1);
  assert_int_equal(q.chained_labelled, 1);
  assert_true(near(q.match_precision.value, 0.5)); /* 2 of 2 + 2 */
  assert_true(near(q.cluster_recall.value, 1));
  assert_true(near(q.match_recall.value, 2.0 / 3)); /* a b of a b and a c, by weight */
  /* two thirds of the pairs at 0.5, the chained third at 1 */
  assert_true(near(q.cluster_precision.value, 2.0 / 3));
  assert_true(q.cluster_precision.low < 0.5 && q.cluster_precision.high >= 0.66);
  free_all(&data, &l);
}

static void test_thresholds(void **state) {
  (void)state;
  write_file("clusters.csv", clusters);
  write_file("pairs.csv", pairs);
  write_file("labels.csv", "left_id,right_id,label\na,b,match\nb,c,match\nd,e,no\na,d,match\n");
  evaluate_data data;
  labels l;
  khop_threshold t[KHOP_THRESHOLDS_MAX];
  read_whole(&data, &l);
  size_t count = labels_thresholds(&l, &data, t);
  assert_true(near(t[0].probability, 0.999999));
  assert_int_equal(t[0].pairs, 1);
  assert_true(near(t[0].precision, 1) && near(t[0].precision_low, 1)); /* all are labelled */
  assert_true(near(t[0].recall, 1.0 / 3));
  const khop_threshold *last = &t[count - 1];
  assert_true(last->weight <= 1 && t[count - 2].weight > 1); /* the first that takes in all */
  assert_int_equal(last->pairs, 3);
  assert_true(near(last->precision, 2.0 / 3) && near(last->recall, 2.0 / 3) && near(last->f1, 2.0 / 3));
  free_all(&data, &l);
}

/* One stratum without a finite population is Wilson's interval: 8 of 10 is 0.4902 to 0.9433. */
static void test_wilson(void **state) {
  (void)state;
  label_stratum s = {.population = 1u << 30, .labelled = 10, .weight = 10, .weight_squares = 10, .right = 8};
  khop_estimate share = labels_share(&s);
  assert_true(near(share.value, 0.8) && fabs(share.low - 0.4902) < 5e-5 && fabs(share.high - 0.9433) < 5e-5);
  khop_estimate one = labels_estimate(&s, 1);
  assert_true(fabs(one.low - share.low) < 1e-6 && fabs(one.high - share.high) < 1e-6);
  /* labels of weight 2 and 0 tell no more than they are */
  label_stratum heavy = {.population = 1u << 30, .labelled = 20, .weight = 20, .weight_squares = 40, .right = 16};
  khop_estimate unequal = labels_estimate(&heavy, 1);
  assert_true(fabs(unequal.low - share.low) < 1e-6);
  label_stratum none = {.population = 100};
  assert_true(isnan(labels_estimate(&none, 1).value) && isnan(labels_share(&none).value));
}

/* Small strata join their neighbours; weights of strata are those of the result, not of the labels. */
static void test_strata(void **state) {
  (void)state;
  label_stratum s[] = {{.population = 900, .labelled = 20, .weight = 20, .weight_squares = 20, .right = 20},
                       {.population = 50, .labelled = 4, .weight = 4, .weight_squares = 4, .right = 3},
                       {.population = 50, .labelled = 16, .weight = 16, .weight_squares = 16, .right = 7},
                       {.population = 0, .labelled = 0}};
  khop_estimate e = labels_estimate(s, 4);
  assert_true(near(e.value, 0.9 + 0.1 * 10 / 20));
  assert_true(e.low < e.value && e.value < e.high && e.high < 1);
}

/* ---- coverage ----------------------------------------------------------------------------- */

static double uniform(uint64_t *seed) { return (double)(random_next(seed) >> 11) / 9007199254740992.0; }

/* Reviewers draw some pairs of each range: the true precision lies in the interval in 95 of 100 cases, or nearly, also
 * where it is close to 1. */
static void test_coverage(void **state) {
  (void)state;
  static const struct {
    double population[4], precision[4];
    int labelled[4];
  } worlds[] = {{{7000, 1500, 800, 700}, {0.999, 0.98, 0.9, 0.6}, {60, 60, 60, 60}},
                {{9000, 500, 300, 200}, {0.9995, 0.95, 0.8, 0.5}, {100, 40, 30, 30}},
                {{400, 300, 200, 100}, {0.99, 0.9, 0.7, 0.5}, {20, 20, 20, 20}},
                {{5000, 100, 100, 100}, {0.97, 0.97, 0.97, 0.97}, {300, 5, 3, 0}}};
  uint64_t seed = 3;
  for (size_t w = 0; w < sizeof worlds / sizeof *worlds; w++) {
    double all = 0, right = 0;
    for (int i = 0; i < 4; i++) {
      all += worlds[w].population[i];
      right += worlds[w].population[i] * worlds[w].precision[i];
    }
    int inside = 0, rounds = 2000;
    for (int round = 0; round < rounds; round++) {
      label_stratum s[4] = {0};
      for (int i = 0; i < 4; i++) {
        s[i] = (label_stratum){.population = (uint64_t)worlds[w].population[i], .labelled = (uint64_t)worlds[w].labelled[i],
                               .weight = worlds[w].labelled[i], .weight_squares = worlds[w].labelled[i]};
        for (int k = 0; k < worlds[w].labelled[i]; k++) s[i].right += uniform(&seed) < worlds[w].precision[i];
      }
      khop_estimate e = labels_estimate(s, 4);
      inside += e.low <= right / all && right / all <= e.high;
    }
    if (inside < rounds * 0.93) fail_msg("world %zu: %d of %d intervals hold the truth", w, inside, rounds);
  }
}

/* ---- faults ------------------------------------------------------------------------------- */

static void test_faults(void **state) {
  (void)state;
  static const struct {
    const char *labels;
    khop_status status;
    const char *message;
  } cases[] = {{"left_id,right_id\na,b\n", KHOP_USAGE, "labels.csv: no column 'label'; columns: left_id, right_id"},
               {"left_id,right_id,label\na,b,match\nb,c,maybe so\n", KHOP_INPUT,
                "labels.csv: line 3: label is none of match, non-match, possible"},
               {"left_id,right_id,label\na,a,match\n", KHOP_INPUT, "labels.csv: line 2: a record paired with itself"},
               {"left_id,right_id,label,weight\na,b,match,0\n", KHOP_INPUT, "labels.csv: line 2: weight is not a number above 0"},
               {"left_id,right_id,label,weight\na,b,match,x\n", KHOP_INPUT, "labels.csv: line 2: weight is not a number above 0"},
               {"left_id,right_id,label\nx,y,match\nx,a,no\n", KHOP_INPUT, "none of its 2 pairs is of records in the result"}};
  write_file("clusters.csv", clusters);
  write_file("pairs.csv", pairs);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    evaluate_data data;
    labels l;
    khop_error err = {0};
    write_file("labels.csv", cases[i].labels);
    assert_int_equal(read_all(&data, &l, &err), cases[i].status);
    if (!strstr(err.message, cases[i].message)) fail_msg("case %zu: %s", i, err.message);
    assert_null(strstr(err.message, "maybe so"));
    free_all(&data, &l);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_words),  cmocka_unit_test(test_votes),    cmocka_unit_test(test_thresholds),
      cmocka_unit_test(test_wilson), cmocka_unit_test(test_strata),   cmocka_unit_test(test_coverage),
      cmocka_unit_test(test_faults),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
