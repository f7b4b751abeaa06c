/* Assignment against every possible set of pairs, on random graphs small enough to try them all. */
#include <math.h>

#include "cluster/assign.h"
#include "core_support.h"

enum { SIDE = 5, PAIRS = SIDE * SIDE, LARGE = 40 };

/* Ids fall as rows rise, so that an order by rows would show. */
static int falling_ids(const void *context, uint32_t a, uint32_t b) {
  (void)context;
  return a == b ? 0 : a > b ? -1 : 1;
}

typedef struct graph {
  sort_item items[LARGE * LARGE];
  kept_pairs pairs;
  size_t left;
} graph;

static void add_pair(graph *g, size_t left, size_t right, int32_t weight) {
  g->pairs.items = g->items;
  g->items[g->pairs.count++] = (sort_item){.key = (uint64_t)left << 32 | (g->left + right), .row = (uint32_t)weight};
}

static assign_facts assign(const graph *g, link_kind kind, int32_t least, int32_t most, uint8_t *states) {
  khop_error err = {0};
  assign_facts facts;
  const assign_input in = {.pairs = &g->pairs, .least = least, .most = most, .kind = kind, .row_count = 2 * LARGE, .order = falling_ids};
  must(assign_pairs(&in, states, &facts, &err), &err);
  return facts;
}

static void random_graph(uint64_t *state, graph *g, size_t left, size_t right, unsigned percent, size_t weights) {
  *g = (graph){.left = left};
  for (size_t l = 0; l < left; l++) {
    for (size_t r = 0; r < right; r++) {
      if (random_below(state, 100) < percent) add_pair(g, l, r, (int32_t)(1 + random_below(state, weights)) * WEIGHT_UNIT);
    }
  }
}

/* Does the set give nobody two where the kind allows one? */
static bool is_allowed(const graph *g, link_kind kind, uint64_t set) {
  uint64_t seen = 0;
  for (size_t i = 0; i < g->pairs.count; i++) {
    if (!(set >> i & 1)) continue;
    uint64_t left = kind == LINK_ONE_TO_MANY ? 0 : 1ull << kept_left(&g->items[i]);
    uint64_t right = kind == LINK_MANY_TO_ONE ? 0 : 1ull << kept_right(&g->items[i]);
    if (seen & (left | right)) return false;
    seen |= left | right;
  }
  return true;
}

static int64_t sum_of(const graph *g, uint64_t set, int32_t least) {
  int64_t sum = 0;
  for (size_t i = 0; i < g->pairs.count; i++) {
    if (set >> i & 1) sum += kept_weight(&g->items[i]) - least + WEIGHT_UNIT;
  }
  return sum;
}

static uint64_t set_of(const graph *g, const uint8_t *states) {
  uint64_t set = 0;
  for (size_t i = 0; i < g->pairs.count; i++) set |= (uint64_t)(states[i] != ASSIGN_OUT) << i;
  return set;
}

static void check_best(const graph *g, link_kind kind) {
  uint8_t states[PAIRS] = {0};
  assign(g, kind, WEIGHT_UNIT, INT32_MAX, states);
  uint64_t chosen = set_of(g, states);
  assert_true(is_allowed(g, kind, chosen));
  int64_t most = 0;
  for (uint64_t set = 0; set < 1ull << g->pairs.count; set++) {
    int64_t sum = sum_of(g, set, WEIGHT_UNIT);
    if (sum > most && is_allowed(g, kind, set)) most = sum;
  }
  assert_int_equal(sum_of(g, chosen, WEIGHT_UNIT), most);
}

static void best_of_all_sets(void **unused) {
  (void)unused;
  uint64_t state = 11;
  for (size_t i = 0; i < 400; i++) {
    graph g;
    do random_graph(&state, &g, 1 + random_below(&state, 4), 1 + random_below(&state, 4), 70, i % 2 ? 4 : 60);
    while (g.pairs.count > 12);
    check_best(&g, LINK_ONE_TO_ONE);
    check_best(&g, LINK_ONE_TO_MANY);
    check_best(&g, LINK_MANY_TO_ONE);
  }
}

/* Two weaker links that together outweigh the strongest one. */
static void better_than_greedy(void **unused) {
  (void)unused;
  graph g = {.left = 2};
  uint8_t states[4] = {0};
  add_pair(&g, 0, 0, 20 * WEIGHT_UNIT);
  add_pair(&g, 0, 1, 15 * WEIGHT_UNIT);
  add_pair(&g, 1, 0, 15 * WEIGHT_UNIT);
  assign_facts facts = assign(&g, LINK_ONE_TO_ONE, WEIGHT_UNIT, INT32_MAX, states);
  assert_true(!states[0] && states[1] && states[2]);
  assert_true(facts.offered == 3 && facts.taken == 2 && facts.greedy_components == 0);
}

/* Rows 1 and 3 have the lower ids. */
static void ties_go_by_ids(void **unused) {
  (void)unused;
  static const link_kind kinds[] = {LINK_ONE_TO_ONE, LINK_ONE_TO_MANY, LINK_MANY_TO_ONE};
  for (size_t i = 0; i < COUNT_OF(kinds); i++) {
    graph g = {.left = 2};
    uint8_t states[2] = {0};
    bool by_right = kinds[i] != LINK_ONE_TO_MANY; /* one left record, two right ones; else the other way round */
    add_pair(&g, 0, 0, 9 * WEIGHT_UNIT);
    add_pair(&g, by_right ? 0 : 1, by_right ? 1 : 0, 9 * WEIGHT_UNIT);
    assign_facts facts = assign(&g, kinds[i], WEIGHT_UNIT, INT32_MAX, states);
    assert_int_equal(states[0], ASSIGN_OUT);
    assert_int_equal(states[1], ASSIGN_TIED);
    assert_true(facts.taken == 1 && facts.tied == 1);
  }
}

static void large_components_are_greedy(void **unused) {
  (void)unused;
  static graph g;
  static uint8_t states[LARGE * LARGE];
  uint64_t state = 3;
  random_graph(&state, &g, LARGE, LARGE, 90, 1000);
  assign_facts facts = assign(&g, LINK_ONE_TO_ONE, WEIGHT_UNIT, INT32_MAX, states);
  assert_int_equal(facts.greedy_components, 1);
  bool used[2 * LARGE] = {false};
  size_t heaviest = 0;
  for (size_t i = 0; i < g.pairs.count; i++) {
    if (kept_weight(&g.items[i]) > kept_weight(&g.items[heaviest])) heaviest = i;
    if (!states[i]) continue;
    assert_true(!used[kept_left(&g.items[i])] && !used[kept_right(&g.items[i])]);
    used[kept_left(&g.items[i])] = used[kept_right(&g.items[i])] = true;
  }
  assert_true(states[heaviest] || facts.tied);
  for (size_t i = 0; i < g.pairs.count; i++) { /* nothing that is left could be added */
    assert_true(states[i] || used[kept_left(&g.items[i])] || used[kept_right(&g.items[i])]);
  }
}

/* What was taken before keeps its records from the second call. */
static void review_after_matches(void **unused) {
  (void)unused;
  graph g = {.left = 3};
  uint8_t states[4] = {0};
  add_pair(&g, 0, 0, 20 * WEIGHT_UNIT);
  add_pair(&g, 0, 1, 3 * WEIGHT_UNIT);
  add_pair(&g, 1, 0, 3 * WEIGHT_UNIT);
  add_pair(&g, 1, 1, 2 * WEIGHT_UNIT);
  assign(&g, LINK_ONE_TO_ONE, 10 * WEIGHT_UNIT, INT32_MAX, states);
  assert_true(states[0] && !states[1] && !states[2] && !states[3]);
  assign(&g, LINK_ONE_TO_ONE, WEIGHT_UNIT, 10 * WEIGHT_UNIT, states);
  assert_true(states[0] && !states[1] && !states[2] && states[3]);
}

/* Many to many: only a pair both of whose records have heavier ones is given up. */
static void far_pairs_are_given_up(void **unused) {
  (void)unused;
  graph g = {.left = 2};
  uint8_t states[4] = {0};
  add_pair(&g, 0, 0, 30 * WEIGHT_UNIT);
  add_pair(&g, 0, 1, 12 * WEIGHT_UNIT); /* two twins and two cards: */
  add_pair(&g, 1, 0, 30 * WEIGHT_UNIT); /* this one is as good as the first one's own, */
  add_pair(&g, 1, 1, 31 * WEIGHT_UNIT);
  assign_facts facts = assign(&g, LINK_MANY_TO_MANY, WEIGHT_UNIT, INT32_MAX, states);
  assert_true(states[0] && !states[1] && states[2] && states[3]);
  assert_true(facts.offered == 4 && facts.taken == 3 && facts.tied == 0);
  g.pairs.count = 2; /* nobody has the second card: it is the first one's */
  memset(states, 0, sizeof states);
  assign(&g, LINK_MANY_TO_MANY, WEIGHT_UNIT, INT32_MAX, states);
  assert_true(states[0] && states[1]);
}

static void nothing_to_assign(void **unused) {
  (void)unused;
  graph g = {.left = 1};
  uint8_t states[1] = {0};
  for (int kind = 0; kind < LINK_KINDS; kind++) {
    assign_facts facts = assign(&g, (link_kind)kind, WEIGHT_UNIT, INT32_MAX, states);
    assert_true(facts.offered == 0 && facts.taken == 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(best_of_all_sets),            cmocka_unit_test(better_than_greedy),
      cmocka_unit_test(ties_go_by_ids),              cmocka_unit_test(large_components_are_greedy),
      cmocka_unit_test(review_after_matches),        cmocka_unit_test(far_pairs_are_given_up),
      cmocka_unit_test(nothing_to_assign),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
