/* Entities of links across registers: the kind of link holds for an entity as a whole, heavier links go first. */
#include "cluster/entities.h"
#include "core_support.h"

enum { ROWS = 9 }; /* three registers of three */

static const table_registers three = {.count = 3, .first = {0, 3, 6, 9}};

static int by_row(const void *context, uint32_t a, uint32_t b) {
  (void)context;
  return a < b ? -1 : a > b;
}

static bool alive(const void *context, size_t row) {
  (void)context;
  return row != ROWS - 1;
}

typedef struct made {
  clusters entities;
  uint8_t states[8];
  uint64_t undone;
} made;

static made make(const sort_item *items, size_t count, link_kind kind, const clusters *units) {
  const kept_pairs pairs = {.items = (sort_item *)(uintptr_t)items, .count = count};
  const choose_input chosen = {.pairs = &pairs, .registers = &three, .units = units, .match = 0, .review = -10, .kind = kind, .order = by_row};
  const entities_input in = {.chosen = &chosen, .row_count = ROWS, .alive = alive};
  made m = {0};
  khop_error err = {0};
  for (size_t i = 0; i < count; i++) m.states[i] = ASSIGN_TAKEN;
  must(entities_make(&m.entities, &in, m.states, &m.undone, &err), &err);
  return m;
}

static sort_item link_of(uint32_t left, uint32_t right, int bits) {
  return (sort_item){.key = (uint64_t)left << 32 | right, .row = (uint32_t)(bits * WEIGHT_UNIT)};
}

static bool together(const made *m, size_t a, size_t b) { return m->entities.of_row[a] == m->entities.of_row[b]; }

/* A0 is B3, B3 is C6, and C6 is A1: the lightest link gives way. */
static void a_chain_of_links(void **unused) {
  (void)unused;
  const sort_item items[] = {link_of(0, 3, 9), link_of(1, 6, 5), link_of(3, 6, 8)};
  static const struct {
    link_kind kind;
    uint64_t undone;
  } kinds[] = {{LINK_ONE_TO_ONE, 1}, {LINK_ONE_TO_MANY, 1}, {LINK_MANY_TO_ONE, 0}, {LINK_MANY_TO_MANY, 0}};
  for (size_t k = 0; k < 4; k++) {
    made m = make(items, 3, kinds[k].kind, NULL);
    assert_int_equal(m.undone, kinds[k].undone);
    assert_true(together(&m, 0, 3) && together(&m, 3, 6));
    assert_int_equal(together(&m, 0, 1), kinds[k].undone == 0);
    assert_int_equal(m.states[1] == ASSIGN_OUT, kinds[k].undone != 0);
    assert_int_equal(m.entities.of_row[0], 0);
    assert_int_equal(m.entities.of_row[ROWS - 1], CLUSTER_NONE); /* a dead row */
    clusters_free(&m.entities);
  }
}

/* Of the last register an entity may have several, one to many. */
static void several_of_the_last(void **unused) {
  (void)unused;
  const sort_item items[] = {link_of(0, 3, 9), link_of(0, 6, 7), link_of(0, 7, 6)};
  made m = make(items, 3, LINK_ONE_TO_MANY, NULL);
  assert_int_equal(m.undone, 0);
  assert_int_equal(m.entities.sizes[0], 4);
  clusters_free(&m.entities);
  m = make(items, 3, LINK_MANY_TO_ONE, NULL);
  assert_int_equal(m.undone, 1);
  assert_int_equal(m.states[2], ASSIGN_OUT);
  clusters_free(&m.entities);
}

/* Two records of the first register are one unit: both are linked, one to one, and the confidence is the product. */
static void duplicates_count_once(void **unused) {
  (void)unused;
  uint32_t of_row[ROWS] = {0, 1, 0, 2, 3, 4, 5, 6, CLUSTER_NONE}, sizes[] = {2, 1, 1, 1, 1, 1, 1}, confidence[] = {500000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000};
  const clusters units = {.of_row = of_row, .sizes = sizes, .confidence = confidence, .row_count = ROWS, .cluster_count = 7};
  const sort_item items[] = {link_of(0, 4, 0), link_of(1, 4, -1)};
  made m = make(items, 1, LINK_ONE_TO_ONE, &units);
  assert_true(together(&m, 0, 2) && together(&m, 2, 4));
  assert_int_equal(m.entities.sizes[0], 3);
  assert_int_equal(m.entities.confidence[0], 250000); /* a link of even odds */
  assert_int_equal(m.entities.confidence[1], CONFIDENCE_ONE);
  clusters_free(&m.entities);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_chain_of_links), cmocka_unit_test(several_of_the_last), cmocka_unit_test(duplicates_count_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
