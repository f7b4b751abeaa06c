/* Linkage against plain definitions: every partition of a few members, agglomeration that sums up each time anew, the
 * maximum spanning tree; and what holds for any number of members. */
#include <math.h>

#include "cluster/linkage.h"
#include "core_support.h"

enum { FEW = 7, SOME = 12, PAIRS_OF_FEW = FEW * (FEW - 1) / 2 };

static const int32_t threshold = 3 * WEIGHT_UNIT;

typedef struct graph {
  size_t count;
  int32_t weights[LINKAGE_PAIRS_MAX];
  pair_relation relations[LINKAGE_PAIRS_MAX];
} graph;

static linkage_space space;
static graph g; /* too large for the stack */

static size_t pair_of(size_t i, size_t j) { return i < j ? linkage_pair(g.count, i, j) : linkage_pair(g.count, j, i); }

/* Weights within `spread` steps about the threshold; few steps make many equals. */
static void random_graph(uint64_t *state, size_t count, size_t spread, unsigned conflict_percent, unsigned must_percent) {
  g.count = count;
  for (size_t p = 0; p < count * (count - 1) / 2; p++) {
    g.weights[p] = threshold + (int32_t)random_below(state, spread) - (int32_t)(spread / 2);
    g.relations[p] = PAIR_FREE;
    if (random_below(state, 100) < conflict_percent) g.relations[p] = random_below(state, 2) ? PAIR_CANNOT : (pair_relation)(1 + random_below(state, 9));
    if (random_below(state, 100) < must_percent) g.relations[p] = PAIR_MUST;
  }
}

static linkage_clusters run(linkage_kind kind) {
  linkage_clusters found;
  const linkage_input in = {.kind = kind, .threshold = threshold, .count = g.count, .weights = g.weights, .relations = g.relations};
  memset(&space, 0xa5, sizeof space);
  linkage_run(&in, &space, &found);
  return found;
}

/* Groups of must_links, by first member. */
static void must_groups(size_t *group) {
  for (size_t i = 0; i < g.count; i++) group[i] = i;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < g.count; i++) {
      for (size_t j = 0; j < g.count; j++) {
        if (i == j || g.relations[pair_of(i, j)] != PAIR_MUST || group[i] >= group[j]) continue;
        group[j] = group[i];
        changed = true;
      }
    }
  }
}

/* ---- every partition --------------------------------------------------------------------------------- */

/* Members of one part have one number. No conflict inside a part, but between records that must be one. */
static bool is_allowed(const size_t *part, const size_t *must) {
  for (size_t i = 0; i < g.count; i++) {
    for (size_t j = i + 1; j < g.count; j++) {
      bool together = part[i] == part[j];
      if (must[i] == must[j] && !together) return false;
      if (must[i] != must[j] && together && pair_in_conflict(g.relations[pair_of(i, j)])) return false;
    }
  }
  return true;
}

/* Which links are cut, strongest first: 1 for a cut. The pairs come in `order`. */
static void cut_vector(const size_t *part, const size_t *order, size_t links, uint8_t *out) {
  for (size_t l = 0; l < links; l++) {
    size_t i = 0;
    while (linkage_pair(g.count, i, g.count - 1) < order[l]) i++;
    size_t j = order[l] - linkage_pair(g.count, i, i + 1) + i + 1;
    out[l] = part[i] != part[j];
  }
}

static size_t links_by_strength(size_t *order) {
  size_t links = 0;
  for (size_t p = 0; p < g.count * (g.count - 1) / 2; p++) {
    if (g.weights[p] < threshold) continue;
    size_t at = links++;
    while (at > 0 && g.weights[order[at - 1]] < g.weights[p]) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = p;
  }
  return links;
}

/* Every partition of the members from `next` on: part[i] is at most one above all parts before. */
static void try_partitions(size_t *part, size_t next, size_t parts, const size_t *must, const size_t *order, size_t links, uint8_t *best) {
  if (next == g.count) {
    uint8_t cut[PAIRS_OF_FEW];
    if (!is_allowed(part, must)) return;
    cut_vector(part, order, links, cut);
    if (memcmp(cut, best, links) < 0) memcpy(best, cut, links);
    return;
  }
  for (part[next] = 0; part[next] <= parts; part[next]++) {
    try_partitions(part, next + 1, parts + (part[next] == parts), must, order, links, best);
  }
}

static void single_linkage_cuts_the_weakest(void **unused) {
  (void)unused;
  uint64_t state = 1;
  for (size_t round = 0; round < 400; round++) {
    size_t must[FEW], part[FEW], order[PAIRS_OF_FEW], found_part[FEW];
    uint8_t best[PAIRS_OF_FEW], cut[PAIRS_OF_FEW];
    random_graph(&state, 2 + random_below(&state, FEW - 1), 1u << 20, (unsigned)random_below(&state, 60), round % 3 ? 0 : 10);
    must_groups(must);
    size_t links = links_by_strength(order);
    memset(best, 0xff, sizeof best);
    try_partitions(part, 0, 0, must, order, links, best);
    linkage_clusters found = run(LINKAGE_SINGLE);
    for (size_t i = 0; i < g.count; i++) found_part[i] = found.first[i];
    assert_true(is_allowed(found_part, must));
    cut_vector(found_part, order, links, cut);
    assert_memory_equal(cut, best, links);
  }
}

/* ---- agglomeration by the book ----------------------------------------------------------------------- */

typedef struct plain_cluster {
  size_t members[LINKAGE_ROWS_MAX], count; /* ascending */
  double confidence;
} plain_cluster;

static bool in_conflict(const plain_cluster *x, const plain_cluster *y) {
  for (size_t i = 0; i < x->count; i++) {
    for (size_t j = 0; j < y->count; j++) {
      if (pair_in_conflict(g.relations[pair_of(x->members[i], y->members[j])])) return true;
    }
  }
  return false;
}

static int64_t linkage_between(linkage_kind kind, const plain_cluster *x, const plain_cluster *y) {
  int64_t most = INT64_MIN, least = INT64_MAX, sum = 0;
  for (size_t i = 0; i < x->count; i++) {
    for (size_t j = 0; j < y->count; j++) {
      int64_t weight = g.weights[pair_of(x->members[i], y->members[j])];
      most = weight > most ? weight : most;
      least = weight < least ? weight : least;
      sum += weight;
    }
  }
  if (kind == LINKAGE_SINGLE) return most;
  return kind == LINKAGE_COMPLETE ? least : (int64_t)floor((double)sum / (double)(x->count * y->count));
}

static void merge(plain_cluster *clusters, size_t *count, size_t x, size_t y, double probability) {
  plain_cluster *into = &clusters[x], *from = &clusters[y];
  for (size_t i = 0; i < from->count; i++) {
    size_t at = into->count++;
    while (at > 0 && into->members[at - 1] > from->members[i]) {
      into->members[at] = into->members[at - 1];
      at--;
    }
    into->members[at] = from->members[i];
  }
  into->confidence *= from->confidence * probability;
  memmove(from, from + 1, (*count - y - 1) * sizeof *from);
  --*count;
}

/* Clusters stand by first member throughout: the earlier one takes the later one in. */
static size_t agglomerate(linkage_kind kind, plain_cluster *clusters) {
  size_t count = 0, must[SOME];
  must_groups(must);
  for (size_t i = 0; i < g.count; i++) clusters[count++] = (plain_cluster){.members = {i}, .count = 1, .confidence = 1};
  for (size_t x = 0; x < count; x++) {
    for (size_t y = x + 1; y < count;) {
      if (must[clusters[x].members[0]] == must[clusters[y].members[0]]) merge(clusters, &count, x, y, 1);
      else y++;
    }
  }
  while (true) {
    int64_t best = INT64_MIN;
    size_t best_x = 0, best_y = 0;
    for (size_t x = 0; x < count; x++) {
      for (size_t y = x + 1; y < count; y++) {
        int64_t linkage = linkage_between(kind, &clusters[x], &clusters[y]);
        if (linkage < threshold || linkage <= best || in_conflict(&clusters[x], &clusters[y])) continue;
        best = linkage;
        best_x = x;
        best_y = y;
      }
    }
    if (best == INT64_MIN) return count;
    merge(clusters, &count, best_x, best_y, weight_to_probability((double)best / WEIGHT_UNIT));
  }
}

static void linkage_is_agglomeration(void **unused) {
  (void)unused;
  static plain_cluster clusters[SOME];
  uint64_t state = 2;
  for (size_t round = 0; round < 1500; round++) {
    linkage_kind kind = (linkage_kind)(round % LINKAGE_COUNT);
    size_t spread = round % 2 ? 8 : 1u << 20; /* equals, or none */
    random_graph(&state, 1 + random_below(&state, SOME), spread, (unsigned)random_below(&state, 40), round % 4 ? 0 : 5);
    size_t count = agglomerate(kind, clusters);
    linkage_clusters found = run(kind);
    for (size_t c = 0; c < count; c++) {
      size_t first = clusters[c].members[0];
      for (size_t i = 0; i < clusters[c].count; i++) assert_int_equal(found.first[clusters[c].members[i]], first);
      assert_true(fabs(found.confidence[first] - clusters[c].confidence) < 1e-12);
    }
  }
}

/* ---- confidence ---------------------------------------------------------------------------------------- */

/* Without conflicts: the product over the maximum spanning tree (Prim), of all members that the first one reaches. */
static void confidence_is_of_the_strongest_links(void **unused) {
  (void)unused;
  uint64_t state = 3;
  for (size_t round = 0; round < 300; round++) {
    random_graph(&state, 1 + random_below(&state, SOME), 1u << 17, 0, 0);
    linkage_clusters found = run(LINKAGE_SINGLE);
    bool reached[SOME] = {true};
    double product = 1;
    while (true) {
      size_t best = SIZE_MAX, best_member = 0;
      for (size_t i = 0; i < g.count; i++) {
        for (size_t j = 0; j < g.count; j++) {
          if (!reached[i] || reached[j] || g.weights[pair_of(i, j)] < threshold) continue;
          if (best != SIZE_MAX && g.weights[pair_of(i, j)] <= g.weights[best]) continue;
          best = pair_of(i, j);
          best_member = j;
        }
      }
      if (best == SIZE_MAX) break;
      reached[best_member] = true;
      product *= weight_to_probability((double)g.weights[best] / WEIGHT_UNIT);
    }
    for (size_t i = 0; i < g.count; i++) assert_true((found.first[i] == 0) == reached[i]);
    assert_true(fabs(found.confidence[0] - product) < 1e-12);
  }
}

/* ---- many members -------------------------------------------------------------------------------------- */

static void many_members_keep_the_rules(void **unused) {
  (void)unused;
  uint64_t state = 4;
  for (int kind = 0; kind < LINKAGE_COUNT; kind++) {
    random_graph(&state, LINKAGE_ROWS_MAX, 1u << 18, 1, 0);
    linkage_clusters found = run((linkage_kind)kind);
    for (size_t i = 0; i < g.count; i++) {
      assert_true(found.first[i] <= i && found.first[found.first[i]] == found.first[i]);
      for (size_t j = i + 1; j < g.count; j++) {
        if (found.first[i] != found.first[j]) continue;
        assert_false(pair_in_conflict(g.relations[pair_of(i, j)]));
        if (kind == LINKAGE_COMPLETE) assert_true(g.weights[pair_of(i, j)] >= threshold);
      }
    }
  }
  for (size_t i = 0, p = 0; i < LINKAGE_ROWS_MAX; i++) {
    for (size_t j = i + 1; j < LINKAGE_ROWS_MAX; j++, p++) assert_int_equal(linkage_pair(LINKAGE_ROWS_MAX, i, j), p);
  }
}

/* The mean of the greatest weights fits, and so does that of the least. */
static void extreme_weights_do_not_overflow(void **unused) {
  (void)unused;
  g.count = LINKAGE_ROWS_MAX;
  for (size_t p = 0; p < LINKAGE_PAIRS_MAX; p++) {
    g.weights[p] = INT32_MAX;
    g.relations[p] = PAIR_FREE;
  }
  linkage_clusters found = run(LINKAGE_AVERAGE);
  for (size_t i = 0; i < g.count; i++) assert_int_equal(found.first[i], 0);
  for (size_t p = 0; p < LINKAGE_PAIRS_MAX; p++) g.weights[p] = INT32_MIN;
  found = run(LINKAGE_AVERAGE);
  for (size_t i = 0; i < g.count; i++) assert_int_equal(found.first[i], i);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(single_linkage_cuts_the_weakest), cmocka_unit_test(linkage_is_agglomeration),
      cmocka_unit_test(confidence_is_of_the_strongest_links), cmocka_unit_test(many_members_keep_the_rules),
      cmocka_unit_test(extreme_weights_do_not_overflow)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
