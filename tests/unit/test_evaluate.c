/* Evaluation: cases computed by hand, every fault, and random clusterings against a count of all
 * pairs one by one. */
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
#include "evaluate/evaluate_data.h"

static char directory[64], truth_path[96];

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
  strcpy(directory, "/tmp/khop-evaluate-XXXXXX");
  if (!mkdtemp(directory)) return -1;
  snprintf(truth_path, sizeof truth_path, "%s/truth.csv", directory);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  static const char *const names[] = {"clusters.csv", "pairs.csv", "truth.csv"};
  for (int i = 0; i < 3; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, names[i]);
    unlink(path);
  }
  return rmdir(directory);
}

static khop_status evaluate_files(const evaluate_options *options, evaluation *out, khop_error *err) {
  evaluate_data data = {0};
  *out = (evaluation){0};
  khop_status status = evaluate_read(&data, options, err);
  if (status == KHOP_OK) status = evaluate_count(&data, out, err);
  if (status == KHOP_OK) curve_find_best(&data, out);
  evaluate_data_free(&data);
  return status;
}

static evaluation evaluate(const char *id_column, const char *entity_column) {
  const evaluate_options options = {directory, truth_path, id_column, entity_column};
  evaluation e;
  khop_error err = {0};
  if (evaluate_files(&options, &e, &err) != KHOP_OK) fail_msg("%s", err.message);
  return e;
}

static bool near(double a, double b) { return fabs(a - b) < 1e-12; }

static void check_quality(const pair_quality *q, uint64_t found, uint64_t wrong, uint64_t missed) {
  assert_int_equal(q->true_positives, found);
  assert_int_equal(q->false_positives, wrong);
  assert_int_equal(q->false_negatives, missed);
  double t = (double)found, p = (double)(found + wrong), n = (double)(found + missed);
  assert_true(near(q->precision, found + wrong ? t / p : 1));
  assert_true(near(q->recall, found + missed ? t / n : 1));
  assert_true(near(q->f1, found + wrong + missed ? 2 * t / (p + n) : 1));
}

/* Clusters {a b c} {d e} {f} {g}; entities {a b} {c d e} {f} {g h}, h missing, z unknown to the
 * truth. */
static const char clusters[] =
    "record_id,cluster_id,cluster_size,source\n"
    "a,1,3,x.csv\nb,1,3,x.csv\nc,1,3,x.csv\nd,2,3,x.csv\ne,2,3,x.csv\nf,3,1,x.csv\ng,4,1,x.csv\nz,2,3,x.csv\n";
static const char pairs[] =
    "left_id,right_id,match_probability,match_weight,blocking_rule,decision\n"
    "a,b,0.99,12.5,r,match\n"   /* true */
    "d,e,0.98,10,r,match\n"     /* true */
    "a,c,0.95,8.25,r,match\n"   /* false */
    "c,d,0.6,1.5,r,review\n"    /* true */
    "c,e,0.6,1.5,r,review\n"    /* true */
    "f,g,0.55,-0.5,r,review\n"  /* false */
    "e,z,0.99,11,r,match\n";    /* not scored */
static const char truth[] = "record_id,entity_id\na,A\nb,A\nc,B\nd,B\ne,B\nf,C\ng,D\nh,D\n";

static void test_by_hand(void **state) {
  (void)state;
  write_file("clusters.csv", clusters);
  write_file("pairs.csv", pairs);
  write_file("truth.csv", truth);
  evaluation e = evaluate(NULL, NULL);
  assert_int_equal(e.truth_rows, 8);
  assert_int_equal(e.truth_records, 8);
  assert_int_equal(e.result_records, 8);
  assert_int_equal(e.both_records, 7);
  assert_int_equal(e.missing_records, 1);
  assert_int_equal(e.missing_pairs, 1); /* g h */
  check_quality(&e.clusters, 2, 2, 2);  /* ab de | ac bc | cd ce */
  check_quality(&e.matches, 2, 1, 2);
  check_quality(&e.best, 4, 1, 0); /* from 1.5 up: F1 8/9 */
  assert_true(near(e.best_weight, 1.5));
  assert_int_equal(e.listed_pairs, 7);
  assert_int_equal(e.scored_pairs, 6);
  assert_int_equal(e.entities, 4);
  assert_int_equal(e.exact_entities, 2); /* f; g, whose partner is missing */
  assert_int_equal(e.multiple_entities, 2);
  assert_int_equal(e.exact_multiple_entities, 0);
  assert_true(near(e.exact_share, 0.5));
}

/* Pairs say a-b, c-d, d-e, g-h; who is not named stands alone, so z counts too. */
static void test_truth_as_pairs(void **state) {
  (void)state;
  write_file("clusters.csv", clusters);
  write_file("pairs.csv", pairs);
  write_file("truth.csv", "left_id,right_id\na,b\nc,d\nd,e\ng,h\nb,a\n");
  evaluation e = evaluate(NULL, NULL);
  assert_int_equal(e.truth_rows, 5);
  assert_int_equal(e.truth_records, 7);
  assert_int_equal(e.both_records, 8);
  assert_int_equal(e.missing_records, 1);
  assert_int_equal(e.missing_pairs, 1);
  check_quality(&e.clusters, 2, 4, 2); /* dz ez are wrong */
  check_quality(&e.matches, 2, 2, 2);
  assert_int_equal(e.entities, 5);
  assert_int_equal(e.exact_entities, 2);
  assert_int_equal(e.scored_pairs, 7);
}

/* A register with a column of entity ids, named by the caller, or records by line. */
static void test_truth_in_a_register(void **state) {
  (void)state;
  write_file("clusters.csv", clusters);
  write_file("pairs.csv", pairs);
  write_file("truth.csv", "ma,ten,who\na,x,1\nb,y,1\nc,z,2\n");
  evaluation e = evaluate("ma", "who");
  assert_int_equal(e.both_records, 3);
  check_quality(&e.clusters, 1, 2, 0);

  write_file("clusters.csv", "record_id,cluster_id\ntruth.csv:2,1\ntruth.csv:3,1\ntruth.csv:4,2\n");
  write_file("pairs.csv", "left_id,right_id,match_weight,decision\n");
  write_file("truth.csv", "ten,entity_id\nx,p\ny,p\nz,p\n");
  e = evaluate(NULL, NULL);
  assert_int_equal(e.both_records, 3);
  check_quality(&e.clusters, 1, 0, 2);
  check_quality(&e.matches, 0, 0, 3);
  check_quality(&e.best, 0, 0, 3);
  assert_true(near(e.best_weight, 0));
  assert_int_equal(e.listed_pairs, 0);
}

/* Nothing claimed and nothing to find is perfect; so is a result equal to the truth. */
static void test_perfect(void **state) {
  (void)state;
  write_file("clusters.csv", "record_id,cluster_id\na,1\nb,2\n");
  write_file("pairs.csv", "left_id,right_id,match_weight,decision\n");
  write_file("truth.csv", "id,cluster_id\na,x\nb,y\n");
  evaluation e = evaluate(NULL, NULL);
  check_quality(&e.clusters, 0, 0, 0);
  check_quality(&e.matches, 0, 0, 0);
  assert_true(near(e.clusters.f1, 1) && near(e.exact_share, 1));
  write_file("clusters.csv", "record_id,cluster_id\na,1\nb,1\n");
  write_file("pairs.csv", "left_id,right_id,match_weight,decision\na,b,-3.25,match\n");
  write_file("truth.csv", "id,cluster_id\na,x\nb,x\n");
  e = evaluate(NULL, NULL);
  check_quality(&e.clusters, 1, 0, 0);
  check_quality(&e.best, 1, 0, 0);
  assert_true(near(e.best_weight, -3.25));
  assert_int_equal(e.exact_multiple_entities, 1);
}

/* ---- faults ------------------------------------------------------------------------------- */

static void test_faults(void **state) {
  (void)state;
  static const struct {
    const char *clusters, *pairs, *truth;
    khop_status status;
    const char *message;
  } cases[] = {
      {clusters, pairs, "a,b\n1,2\n", KHOP_USAGE,
       "truth.csv: no column 'entity_id'; columns: a, b; a truth has record_id and entity_id, or left_id and right_id"},
      {clusters, pairs, "left_id,b\n1,2\n", KHOP_USAGE,
       "truth.csv: no column 'entity_id'; columns: left_id, b; a truth has record_id and entity_id, or left_id and "
       "right_id"},
      {clusters, pairs, "record_id,entity_id\na,1\nb,1\na,2\n", KHOP_INPUT, "truth.csv: line 4: a record of two entities"},
      {clusters, pairs, "record_id,entity_id\nA,1\nB,1\n", KHOP_INPUT, "none of its 2 records is in the result"},
      {clusters, pairs, "left_id,right_id\nA,B\nB,C\n", KHOP_INPUT, "none of its 3 records is in the result"},
      {clusters, pairs, "record_id,entity_id\na,1\nb\n", KHOP_INPUT, "truth.csv: line 3: 1 field"},
      {"record_id,cluster\na,1\n", pairs, truth, KHOP_USAGE,
       "clusters.csv: no column 'cluster_id'; columns: record_id, cluster"},
      {"record_id,cluster_id\na,1\na,1\n", pairs, truth, KHOP_INPUT,
       "clusters.csv: line 3: a record id that stood there before"},
      {clusters, "left_id,right_id,decision\na,b,match\n", truth, KHOP_USAGE,
       "pairs.csv: no column 'match_weight'; columns: left_id, right_id, decision"},
      {clusters, "left_id,right_id,match_weight,decision\na,Q,1,match\n", truth, KHOP_INPUT,
       "pairs.csv: line 2: a record that clusters.csv does not have"},
      /* the truth knows h, the result does not */
      {clusters, "left_id,right_id,match_weight,decision\na,h,1,match\n", truth, KHOP_INPUT,
       "pairs.csv: line 2: a record that clusters.csv does not have"},
      {clusters, "left_id,right_id,match_weight,decision\na,b,1.5.1,match\n", truth, KHOP_INPUT,
       "pairs.csv: line 2: match_weight is not a weight"},
      {clusters, "left_id,right_id,match_weight,decision\na,b,-,match\n", truth, KHOP_INPUT,
       "pairs.csv: line 2: match_weight is not a weight"},
      {clusters, "left_id,right_id,match_weight,decision\na,b,99999999,match\n", truth, KHOP_INPUT,
       "pairs.csv: line 2: match_weight is not a weight"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const evaluate_options options = {.out_directory = directory, .truth_path = truth_path};
    write_file("clusters.csv", cases[i].clusters);
    write_file("pairs.csv", cases[i].pairs);
    write_file("truth.csv", cases[i].truth);
    evaluation e;
    khop_error err = {0};
    assert_int_equal(evaluate_files(&options, &e, &err), cases[i].status);
    if (!strstr(err.message, cases[i].message)) fail_msg("case %zu: %s", i, err.message);
    assert_int_equal(e.result_records, 0);
  }
  const evaluate_options wrong_column = {directory, truth_path, "ma", NULL};
  evaluation e;
  khop_error err = {0};
  assert_int_equal(evaluate_files(&wrong_column, &e, &err), KHOP_USAGE);
  assert_string_equal(err.message, "truth.csv: no column 'ma'; columns: record_id, entity_id");
  const evaluate_options absent = {.out_directory = "/nonexistent", .truth_path = truth_path};
  assert_int_equal(evaluate_files(&absent, &e, &err), KHOP_USAGE);
}

/* ---- random clusterings ------------------------------------------------------------------- */

enum { records_max = 60 };

typedef struct world {
  int count;
  int cluster[records_max], entity[records_max]; /* -1: not there */
  bool listed[records_max][records_max], matched[records_max][records_max];
  int weight[records_max][records_max]; /* halves */
} world;

static void make_world(world *w, uint64_t *seed) {
  memset(w, 0, sizeof *w);
  w->count = 2 + (int)(random_next(seed) % (records_max - 1));
  uint64_t groups = 1 + random_next(seed) % (uint64_t)w->count;
  for (int i = 0; i < w->count; i++) {
    w->cluster[i] = random_next(seed) % 10 ? (int)(random_next(seed) % groups) : -1;
    w->entity[i] = random_next(seed) % 10 ? (int)(random_next(seed) % groups) : -1;
    /* half of the records agree with the truth, so that intersections are large too */
    if (random_next(seed) % 2 && w->cluster[i] >= 0) w->entity[i] = w->cluster[i];
  }
  w->cluster[0] = w->entity[0] = 0;
  for (int a = 0; a < w->count; a++) {
    for (int b = a + 1; b < w->count; b++) {
      w->listed[a][b] = w->cluster[a] >= 0 && w->cluster[b] >= 0 && random_next(seed) % 3 == 0;
      w->weight[a][b] = (int)(random_next(seed) % 40) - 20;
      w->matched[a][b] = w->listed[a][b] && random_next(seed) % 2;
    }
  }
}

static void write_world(const world *w, bool as_pairs) {
  static char text[1 << 17];
  char *end = text + sprintf(text, "record_id,cluster_id\n");
  for (int i = w->count - 1; i >= 0; i--) {
    if (w->cluster[i] >= 0) end += sprintf(end, "r%d,c%d\n", i, w->cluster[i]);
  }
  write_file("clusters.csv", text);
  end = text + sprintf(text, "left_id,right_id,match_weight,decision\n");
  for (int a = 0; a < w->count; a++) {
    for (int b = a + 1; b < w->count; b++) {
      if (!w->listed[a][b]) continue;
      end += sprintf(end, "r%d,r%d,%.2f,%s\n", a, b, w->weight[a][b] / 2.0, w->matched[a][b] ? "match" : "review");
    }
  }
  write_file("pairs.csv", text);
  end = text + sprintf(text, as_pairs ? "left_id,right_id\n" : "record_id,entity_id\n");
  int last[records_max];
  memset(last, -1, sizeof last);
  for (int i = 0; i < w->count; i++) {
    if (w->entity[i] < 0) continue;
    int *previous = &last[w->entity[i]];
    if (!as_pairs) end += sprintf(end, "r%d,e%d\n", i, w->entity[i]);
    else end += sprintf(end, "r%d,r%d\n", i, *previous < 0 ? i : *previous);
    *previous = i;
  }
  write_file("truth.csv", text);
}

static bool is_scored(const world *w, int i, bool as_pairs) {
  return w->cluster[i] >= 0 && (as_pairs || w->entity[i] >= 0);
}

static bool is_true(const world *w, int a, int b) { return w->entity[a] >= 0 && w->entity[a] == w->entity[b]; }

/* Every pair by itself: `claimed` says what is claimed at this threshold. */
typedef enum claim { BY_CLUSTER, BY_DECISION, BY_WEIGHT } claim;

static void count_pairs(const world *w, bool as_pairs, claim by, int threshold, uint64_t counts[3]) {
  memset(counts, 0, 3 * sizeof *counts);
  for (int a = 0; a < w->count; a++) {
    for (int b = a + 1; b < w->count; b++) {
      if (!is_scored(w, a, as_pairs) || !is_scored(w, b, as_pairs)) continue;
      bool claimed = by == BY_CLUSTER    ? w->cluster[a] == w->cluster[b]
                     : by == BY_DECISION ? w->matched[a][b]
                                         : w->listed[a][b] && w->weight[a][b] >= threshold;
      if (claimed && is_true(w, a, b)) counts[0]++;
      if (claimed && !is_true(w, a, b)) counts[1]++;
      if (!claimed && is_true(w, a, b)) counts[2]++;
    }
  }
}

static uint64_t count_missing_pairs(const world *w) {
  uint64_t count = 0;
  for (int a = 0; a < w->count; a++) {
    for (int b = a + 1; b < w->count; b++) count += is_true(w, a, b) && (w->cluster[a] < 0 || w->cluster[b] < 0);
  }
  return count;
}

/* Entities whose scored records have one cluster that no other scored record is in. */
static void count_exact(const world *w, bool as_pairs, uint64_t *out_entities, uint64_t *out_exact) {
  *out_entities = *out_exact = 0;
  for (int a = 0; a < w->count; a++) {
    bool first = is_scored(w, a, as_pairs), exact = true;
    for (int b = 0; b < w->count && first; b++) {
      if (b == a || !is_scored(w, b, as_pairs)) continue;
      if (b < a && is_true(w, a, b)) first = false;
      if (is_true(w, a, b) != (w->cluster[a] == w->cluster[b])) exact = false;
    }
    *out_entities += first;
    *out_exact += first && exact;
  }
}

static void check_best(const world *w, bool as_pairs, const evaluation *e) {
  double best = -1, best_weight = 0;
  uint64_t counts[3];
  for (int threshold = 20; threshold >= -20; threshold--) {
    bool any = false;
    for (int a = 0; a < w->count; a++) {
      for (int b = a + 1; b < w->count; b++) {
        any |= w->listed[a][b] && w->weight[a][b] == threshold && is_scored(w, a, as_pairs) && is_scored(w, b, as_pairs);
      }
    }
    if (!any) continue;
    count_pairs(w, as_pairs, BY_WEIGHT, threshold, counts);
    double f1 = 2 * (double)counts[0] / (double)(2 * counts[0] + counts[1] + counts[2]);
    if (f1 <= best + 1e-12) continue;
    best = f1;
    best_weight = threshold / 2.0;
  }
  if (best < 0) {
    assert_int_equal(e->scored_pairs, 0);
    return;
  }
  assert_true(near(e->best.f1, best));
  assert_true(near(e->best_weight, best_weight));
  count_pairs(w, as_pairs, BY_WEIGHT, (int)(best_weight * 2), counts);
  check_quality(&e->best, counts[0], counts[1], counts[2]);
}

static void test_against_all_pairs(void **state) {
  (void)state;
  uint64_t seed = 7;
  for (int round = 0; round < 300; round++) {
    bool as_pairs = round % 2;
    world w;
    make_world(&w, &seed);
    write_world(&w, as_pairs);
    evaluation e = evaluate(NULL, NULL);
    uint64_t counts[3], scored = 0, missing = 0, entities, exact;
    count_pairs(&w, as_pairs, BY_CLUSTER, 0, counts);
    check_quality(&e.clusters, counts[0], counts[1], counts[2]);
    count_pairs(&w, as_pairs, BY_DECISION, 0, counts);
    check_quality(&e.matches, counts[0], counts[1], counts[2]);
    check_best(&w, as_pairs, &e);
    for (int i = 0; i < w.count; i++) {
      scored += is_scored(&w, i, as_pairs);
      missing += w.cluster[i] < 0 && w.entity[i] >= 0;
    }
    assert_int_equal(e.both_records, scored);
    assert_int_equal(e.missing_records, missing);
    assert_int_equal(e.missing_pairs, count_missing_pairs(&w));
    count_exact(&w, as_pairs, &entities, &exact);
    assert_int_equal(e.exact_entities, exact);
    assert_int_equal(e.entities, entities);
  }
}

/* ---- parts -------------------------------------------------------------------------------- */

static void test_id_set(void **state) {
  (void)state;
  id_set set = {0};
  char id[16];
  uint32_t index;
  assert_int_equal(id_set_find(&set, "", 0), ID_SET_NONE);
  for (int twice = 0; twice < 2; twice++) {
    for (int i = 0; i < 100000; i++) {
      size_t length = (size_t)snprintf(id, sizeof id, "%d", i);
      assert_int_equal(id_set_add(&set, id, length, &index, NULL), KHOP_OK);
      assert_int_equal(index, i);
    }
  }
  assert_int_equal(set.count, 100000);
  assert_true(set.count <= set.slot_count / 4 * 3);
  assert_int_equal(id_set_find(&set, "99999", 5), 99999);
  assert_int_equal(id_set_find(&set, "100000", 6), ID_SET_NONE);
  id_set_free(&set);
}

static void test_weight_keys(void **state) {
  (void)state;
  static const double weights[] = {-WEIGHT_MAX, -12.25, -0.000001, 0, 0.000001, 0.5, 1.5, 41.123456, WEIGHT_MAX};
  for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
    assert_true(near(weight_of_key(weight_key(weights[i])), weights[i]));
    if (i) assert_true(weight_key(weights[i]) > weight_key(weights[i - 1]));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_by_hand),      cmocka_unit_test(test_truth_as_pairs),
      cmocka_unit_test(test_truth_in_a_register), cmocka_unit_test(test_perfect),
      cmocka_unit_test(test_faults),       cmocka_unit_test(test_against_all_pairs),
      cmocka_unit_test(test_id_set),       cmocka_unit_test(test_weight_keys),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
