/* Clusters of random tables against a reference: components by spreading labels, all pairs of a component compared one by
 * one, linkage.h (which test_linkage.c checks) on what they weigh. Decisions; components too large to check; any number of
 * threads. */
#include <math.h>

#include "base/cpu.h"
#include "cluster/clusters.h"
#include "core_support.h"

enum { NAME, TOWN, NUMBER, BOOK, FIELDS, ROWS_MAX = 700 };

static const char yaml[] =
    "schema: t\nfields:\n  name: {type: person_name}\n  town: {type: code}\n  number: {type: personal_id}\n  book: {type: code}\n"
    "blocking:\n  - [name]\ncomparisons:\n"
    "  - name: name\n    levels:\n      - {when: name exact, m: 0.7, u: 0.001}\n"
    "      - {name: like, when: name given, m: 0.1, u: 0.01}\n      - {else: true, m: 0.1, u: 0.9}\n"
    "  - name: town\n    levels:\n      - {when: town exact, m: 0.7, u: 0.1}\n      - {else: true, m: 0.3, u: 0.9}\n"
    "  - name: book\n    levels:\n      - {name: one book, when: book exact, weight: -3}\n      - {else: true, m: 0.5, u: 0.5}\n"
    "clusters:\n  linkage: average\n  conflicts:\n"
    "    - {comparison: book, level: one book}\n"
    "    - {name: other number, when: [number valid, not number edits 2], always: true}\n"
    "    - {when: [name surname, not town exact]}\n";

static const char *const names[] = {"Le An", "Tran An", "Le Thi Hoa", "Tran Thi Hoa", "Nguyen Van Binh", "Le Van Binh"};
static const char *const towns[] = {"1", "2", "3"};
static const char *const numbers[] = {"079085012345", "079085012346", "001199054321", "123456780", "000085012345"};
static const char *const books[] = {"a", "b", "c", "d", "e"};

/* ---- a table and its pairs --------------------------------------------------------------------------------- */

typedef struct fixture {
  test_table t;
  conflict_plan *conflicts;
  score_tables *scores;
  comparer comparer;
  kept_pairs kept;
  sort_item items[ROWS_MAX * 8];
  decisions decisions;
  decision decided[64];
  bool alive[ROWS_MAX];
} fixture;

static fixture *open_fixture(uint64_t *state, size_t rows) {
  fixture *f = calloc(1, sizeof *f);
  khop_error err = {0};
  f->t = table_open(yaml);
  for (size_t i = 0; i < rows; i++) {
    const char *values[FIELDS] = {random_value(state, names, COUNT_OF(names), 10), random_value(state, towns, COUNT_OF(towns), 20),
                                  random_value(state, numbers, COUNT_OF(numbers), 70), random_value(state, books, COUNT_OF(books), 50)};
    table_add(&f->t, values);
    f->alive[i] = random_below(state, 20) > 0;
    if (!f->alive[i]) feature_row_kill(&f->t.table, i);
  }
  must(conflict_plan_create(&f->conflicts, f->t.schema, &err), &err);
  must(comparer_create(&f->comparer, &f->conflicts->plan, &f->t.table.layout, CPU_SCALAR, &err), &err);
  model m;
  model_from_schema(&m, f->t.schema, 1000);
  m.prior = 0.05;
  m.match_threshold = 0.9;
  m.review_threshold = 0.5;
  f->scores = calloc(1, sizeof *f->scores);
  score_tables_make(f->scores, &m, f->t.schema, &f->t.table.layout, rows);
  f->kept.items = f->items;
  f->decisions.items = f->decided;
  return f;
}

static void close_fixture(fixture *f) {
  comparer_free(&f->comparer);
  mem_free(f->conflicts);
  table_close(&f->t);
  free(f->scores);
  free(f);
}

/* One pair by itself; *out_conflict as conflicts_find says it. */
static int32_t weigh(fixture *f, uint32_t left, uint32_t right, uint8_t *out_conflict) {
  uint32_t rows[2] = {left, right};
  static pair_list list;
  int32_t weights[BATCH_PAIRS];
  list = (pair_list){.count = 1, .left = {0}, .right = {1}};
  view_load(&f->comparer.columns, &f->t.table, rows, 0, 2);
  comparer_run(&f->comparer, &list);
  score_pairs(f->scores, &f->comparer, &list, weights);
  conflicts_find(f->conflicts, &f->comparer, 1, weights, f->scores->match, out_conflict);
  return weights[0];
}

/* Blocking finds a pair in some of the cases. */
static void keep_random_pairs(fixture *f, uint64_t *state, size_t tries) {
  uint8_t unused;
  uint32_t rows = (uint32_t)f->t.table.count;
  for (uint32_t left = 0; left < rows; left++) {
    for (uint32_t right = left + 1; right < rows && right < left + 30; right++) {
      if (!f->alive[left] || !f->alive[right] || random_below(state, 100) >= tries || f->kept.count == COUNT_OF(f->items)) continue;
      int32_t weight = weigh(f, left, right, &unused);
      if (weight < f->scores->review) continue;
      f->items[f->kept.count++] = (sort_item){.key = (uint64_t)left << 32 | right, .row = (uint32_t)weight};
    }
  }
}

static clusters make(fixture *f, linkage_kind linkage, unsigned threads) {
  clusters c;
  khop_error err = {0};
  pool *workers;
  must(pool_create(&workers, threads, &err), &err);
  const cluster_input in = {.table = &f->t.table, .schema = f->t.schema, .conflicts = f->conflicts, .tables = f->scores, .pairs = &f->kept,
                            .decisions = &f->decisions, .linkage = linkage, .level = CPU_SCALAR, .workers = workers};
  must(clusters_make(&c, &in, &err), &err);
  pool_free(workers);
  return c;
}

/* ---- the reference ------------------------------------------------------------------------------------------ */

/* Labels spread along the links until nothing changes: the smallest row that can be reached. */
static void label_components(const fixture *f, uint32_t *label) {
  for (uint32_t i = 0; i < f->t.table.count; i++) label[i] = i;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < f->kept.count + f->decisions.count; i++) {
      bool is_pair = i < f->kept.count;
      const decision *d = &f->decided[is_pair ? 0 : i - f->kept.count];
      if (is_pair ? kept_weight(&f->items[i]) < f->scores->match : !d->is_must) continue;
      uint32_t x = is_pair ? kept_left(&f->items[i]) : d->left, y = is_pair ? kept_right(&f->items[i]) : d->right;
      changed |= label[x] != label[y];
      label[x] = label[y] = label[x] < label[y] ? label[x] : label[y];
    }
  }
}

/* Groups the members of one component again: label[row] becomes the first row of its cluster. */
static void regroup(fixture *f, linkage_kind kind, const uint32_t *members, size_t count, uint32_t *label, double *confidence) {
  static int32_t weights[LINKAGE_PAIRS_MAX];
  static pair_relation relations[LINKAGE_PAIRS_MAX];
  static linkage_space space;
  linkage_clusters found;
  for (size_t i = 0, p = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++, p++) {
      weights[p] = weigh(f, members[i], members[j], &relations[p]);
      for (size_t d = 0; d < f->decisions.count; d++) {
        if (f->decided[d].left != members[i] || f->decided[d].right != members[j]) continue;
        relations[p] = f->decided[d].is_must ? PAIR_MUST : PAIR_CANNOT;
      }
    }
  }
  const linkage_input in = {.kind = kind, .threshold = f->scores->match, .count = count, .weights = weights, .relations = relations};
  linkage_run(&in, &space, &found);
  for (size_t i = 0; i < count; i++) {
    label[members[i]] = members[found.first[i]];
    confidence[members[i]] = found.confidence[found.first[i]];
  }
}

static void expect(fixture *f, linkage_kind kind, uint32_t *label, uint32_t *component, double *confidence) {
  uint32_t members[ROWS_MAX];
  label_components(f, component);
  memcpy(label, component, f->t.table.count * sizeof *label);
  for (uint32_t root = 0; root < f->t.table.count; root++) {
    size_t count = 0;
    confidence[root] = component[root] == root ? 1 : confidence[root];
    for (uint32_t i = root; i < f->t.table.count; i++) {
      if (component[root] == root && component[i] == root) members[count++] = i;
    }
    if (count > 1 && count <= LINKAGE_ROWS_MAX) regroup(f, kind, members, count, label, confidence);
  }
}

static void check_cuts(fixture *f, const clusters *c, const uint32_t *component) {
  size_t expected = 0;
  uint8_t unused;
  for (size_t i = 0; i < c->cut_count; i++) {
    const cluster_cut *cut = &c->cuts[i];
    assert_true(i == 0 || cut[-1].left < cut->left || (cut[-1].left == cut->left && cut[-1].right < cut->right));
    assert_int_equal(cut->weight, weigh(f, cut->left, cut->right, &unused));
    if (cut->cause == CUT_BY_LINKAGE) continue;
    uint8_t conflict;
    weigh(f, cut->against_left, cut->against_right, &conflict);
    uint32_t x = c->of_row[cut->against_left], y = c->of_row[cut->against_right], l = c->of_row[cut->left], r = c->of_row[cut->right];
    assert_true((x == l && y == r) || (x == r && y == l));
    if (cut->cause == CUT_BY_CONFLICT) assert_int_equal(conflict, cut->conflict + 1);
  }
  for (uint32_t i = 0; i < f->t.table.count; i++) {
    for (uint32_t j = i + 1; j < f->t.table.count; j++) {
      if (!f->alive[i] || !f->alive[j] || component[i] != component[j] || c->of_row[i] == c->of_row[j]) continue;
      expected += weigh(f, i, j, &unused) >= f->scores->match;
    }
  }
  assert_int_equal(c->cut_count, expected);
}

static void check(fixture *f, linkage_kind kind) {
  uint32_t label[ROWS_MAX], component[ROWS_MAX], number[ROWS_MAX], next = 0;
  double confidence[ROWS_MAX];
  expect(f, kind, label, component, confidence);
  clusters c = make(f, kind, 1), again = make(f, kind, 3);
  for (size_t i = 0; i < f->t.table.count; i++) {
    if (f->alive[i] && label[i] == i) number[i] = next++;
    assert_int_equal(c.of_row[i], f->alive[i] ? number[label[i]] : CLUSTER_NONE);
    if (f->alive[i]) assert_true(fabs(c.confidence[c.of_row[i]] - confidence[i] * CONFIDENCE_ONE) <= 0.500001);
  }
  assert_int_equal(c.cluster_count, next);
  check_cuts(f, &c, component);
  assert_int_equal(again.cluster_count, c.cluster_count);
  assert_memory_equal(again.of_row, c.of_row, c.row_count * sizeof *c.of_row);
  assert_memory_equal(again.sizes, c.sizes, c.cluster_count * sizeof *c.sizes);
  assert_memory_equal(again.confidence, c.confidence, c.cluster_count * sizeof *c.confidence);
  assert_int_equal(again.cut_count, c.cut_count);
  assert_memory_equal(again.cuts, c.cuts, c.cut_count * sizeof *c.cuts);
  assert_memory_equal(&again.facts, &c.facts, sizeof c.facts);
  clusters_free(&c);
  clusters_free(&again);
}

/* ---- tests ----------------------------------------------------------------------------------------------------- */

static void decide_at_random(fixture *f, uint64_t *state, size_t count) {
  uint32_t rows = (uint32_t)f->t.table.count;
  for (size_t i = 0; i < count; i++) {
    uint32_t x = (uint32_t)random_below(state, rows), y = x + 1 + (uint32_t)random_below(state, 5);
    bool repeated = y >= rows || !f->alive[x] || !f->alive[y];
    for (size_t d = 0; d < f->decisions.count && !repeated; d++) repeated = f->decided[d].left == x && f->decided[d].right == y;
    if (!repeated) f->decided[f->decisions.count++] = (decision){.left = x, .right = y, .is_must = random_below(state, 2), .line = i};
  }
}

static void clusters_are_as_by_the_book(void **unused) {
  (void)unused;
  uint64_t state = 5;
  for (size_t round = 0; round < 60; round++) {
    fixture *f = open_fixture(&state, 1 + random_below(&state, 160));
    keep_random_pairs(f, &state, 1 + random_below(&state, round % 2 ? 8 : 60));
    if (round % 3 == 0) decide_at_random(f, &state, 20);
    check(f, (linkage_kind)(round % LINKAGE_COUNT));
    close_fixture(f);
  }
}

/* A chain of one matching pair after the other, too long for all its pairs to be compared. */
static void large_components_are_named_and_decided(void **unused) {
  (void)unused;
  enum { LONG = LINKAGE_ROWS_MAX + 40 };
  uint64_t state = 6;
  fixture *f = open_fixture(&state, 0);
  const char *values[FIELDS] = {"Le An", "1", "", ""};
  uint8_t conflict;
  for (uint32_t i = 0; i < LONG; i++) {
    table_add(&f->t, values);
    f->alive[i] = true;
  }
  for (uint32_t i = 0; i + 1 < LONG; i++) {
    int32_t weight = weigh(f, i, i + 1, &conflict) + (i == 100 ? 0 : 7);
    f->items[f->kept.count++] = (sort_item){.key = (uint64_t)i << 32 | (i + 1), .row = (uint32_t)weight};
  }
  clusters c = make(f, LINKAGE_COMPLETE, 2);
  assert_int_equal(c.cluster_count, 1);
  assert_int_equal(c.cut_count, 0);
  assert_true(c.facts.large == 1 && c.facts.large_records == LONG && c.facts.largest_count == 1 && c.facts.checked == 0);
  assert_true(c.facts.largest[0].rows == LONG && c.facts.largest[0].first_row == 0);
  clusters_free(&c);
  /* cannot_links of the ends: cut where the chain is weakest; must_links hold what is beside it */
  f->decided[f->decisions.count++] = (decision){.left = 3, .right = LONG - 2};
  f->decided[f->decisions.count++] = (decision){.left = 50, .right = 52, .is_must = true};
  c = make(f, LINKAGE_SINGLE, 2);
  assert_int_equal(c.cluster_count, 2);
  assert_int_equal(c.cut_count, 1);
  assert_true(c.cuts[0].left == 100 && c.cuts[0].right == 101 && c.cuts[0].cause == CUT_BY_DECISION);
  assert_true(c.cuts[0].against_left == 3 && c.cuts[0].against_right == LONG - 2);
  assert_true(c.facts.parted == 1 && c.facts.cuts_by_cause[CUT_BY_DECISION] == 1);
  assert_true(c.sizes[0] == 101 && c.sizes[1] == LONG - 101);
  clusters_free(&c);
  close_fixture(f);
}

/* What the plan makes of the schema's conflicts: those that always part come first. */
static void conflicts_hold(void **unused) {
  (void)unused;
  uint64_t state = 7;
  fixture *f = open_fixture(&state, 0);
  static const char *const rows[][FIELDS] = {
      {"Le An", "1", "079085012345", "a"},    /* 0 */
      {"Le An", "1", "001199054321", "b"},    /* 1: another number; they match */
      {"Le An", "1", "079085012354", "a"},    /* 2: two digits changed places; one book; they match */
      {"Tran Binh", "2", "", "a"},            /* 3: one book with 0; no match */
      {"Le Binh", "2", "900000000001", ""},   /* 4: 0's surname, another town; born abroad is valid */
      {"Tran Hoa", "3", "003199054329", ""},  /* 5: no province has 003; 3's surname, another town */
      {"Tran Hoa", "3", "1234", "c"}};        /* 6: of no known form */
  for (size_t i = 0; i < COUNT_OF(rows); i++) table_add(&f->t, rows[i]);
  static const struct {
    uint32_t left, right;
    uint8_t conflict;
  } cases[] = {{0, 1, 2}, {0, 2, 0}, {0, 3, 1}, {0, 4, 2}, {1, 4, 2}, {0, 5, 0}, {0, 6, 0}, {3, 5, 3}, {3, 4, 0}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    uint8_t conflict;
    weigh(f, cases[i].left, cases[i].right, &conflict);
    assert_int_equal(conflict, cases[i].conflict);
  }
  assert_true(conflict_plan_has_always(f->conflicts));
  assert_int_equal(f->t.schema->linkage, LINKAGE_AVERAGE);
  close_fixture(f);
}

/* ---- nothing but components ------------------------------------------------------------------------------------ */

enum { CLUSTER_ROWS = 300 };

static bool is_alive(const void *context, size_t row) { return ((const bool *)context)[row]; }

/* Labels spread along the pairs until nothing changes: the smallest row that can be reached. */
static void spread_labels(uint32_t *label, const row_pair *pairs, size_t count) {
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < count; i++) {
      uint32_t x = label[pairs[i].left], y = label[pairs[i].right], least = x < y ? x : y;
      changed |= x != y;
      label[pairs[i].left] = label[pairs[i].right] = least;
    }
  }
}

static void check_connected(uint64_t *state, size_t rows, size_t pair_count, unsigned dead_percent) {
  khop_error err = {0};
  bool alive[CLUSTER_ROWS] = {false};
  uint32_t label[CLUSTER_ROWS], number[CLUSTER_ROWS], sizes[CLUSTER_ROWS] = {0};
  row_pair pairs[1000] = {{0, 0}};
  size_t count = 0, next = 0;
  for (uint32_t i = 0; i < rows; i++) {
    alive[i] = random_below(state, 100) >= dead_percent;
    label[i] = i;
  }
  for (size_t i = 0; i < pair_count; i++) {
    row_pair pair = {(uint32_t)random_below(state, rows), (uint32_t)random_below(state, rows)};
    if (alive[pair.left] && alive[pair.right]) pairs[count++] = pair;
  }
  clusters c;
  must(clusters_connect(&c, rows, pairs, count, is_alive, alive, &err), &err);
  spread_labels(label, pairs, count);
  for (size_t i = 0; i < rows; i++) {
    if (alive[i] && label[i] == i) number[i] = (uint32_t)next++; /* dense, in the order of first rows */
    if (alive[i]) sizes[number[label[i]]]++;
    assert_int_equal(c.of_row[i], alive[i] ? number[label[i]] : CLUSTER_NONE);
  }
  assert_int_equal(c.row_count, rows);
  assert_int_equal(c.cluster_count, next);
  assert_memory_equal(c.sizes, sizes, next * sizeof *sizes);
  clusters_free(&c);
}

static void pairs_connect(void **unused) {
  (void)unused;
  uint64_t state = 3;
  check_connected(&state, 0, 0, 0);
  check_connected(&state, 1, 3, 0);
  for (size_t round = 0; round < 200; round++) {
    check_connected(&state, 1 + random_below(&state, CLUSTER_ROWS), random_below(&state, round % 2 ? 40 : 1000),
                   (unsigned)random_below(&state, 60));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(clusters_are_as_by_the_book), cmocka_unit_test(large_components_are_named_and_decided),
                                     cmocka_unit_test(conflicts_hold), cmocka_unit_test(pairs_connect)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
