/* Union-find against a closure made by repeated relabelling, and against its own promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/union_find.h"

enum { rows_max = 300, links_max = 400 };

typedef struct link {
  uint32_t a, b;
} link;

/* Every row gets the smallest label it can reach: passes over the links until none changes. */
static void closure(const link *links, size_t link_count, uint32_t *labels, uint32_t row_count) {
  for (uint32_t row = 0; row < row_count; row++) labels[row] = row;
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < link_count; i++) {
      uint32_t *a = &labels[links[i].a], *b = &labels[links[i].b];
      if (*a == *b) continue;
      if (*a < *b) *b = *a;
      else *a = *b;
      changed = true;
    }
  }
}

static void check_links(const link *links, size_t link_count, uint32_t row_count) {
  uint32_t labels[rows_max];
  closure(links, link_count, labels, row_count);
  size_t sets = 0, joined = 0;
  for (uint32_t row = 0; row < row_count; row++) sets += labels[row] == row;

  union_find uf;
  assert_int_equal(union_find_init(&uf, row_count, NULL), KHOP_OK);
  for (size_t i = 0; i < link_count; i++) joined += union_find_join(&uf, links[i].a, links[i].b);
  assert_int_equal(joined, row_count - sets);
  for (uint32_t row = 0; row < row_count; row++) {
    assert_int_equal(union_find_root(&uf, row), labels[row]);
    assert_true(uf.parent[row] <= row);
  }
  for (size_t i = 0; i < link_count; i++) {
    assert_false(union_find_join(&uf, links[i].b, links[i].a));
  }
  union_find_free(&uf);
}

static void test_against_closure(void **state) {
  (void)state;
  uint64_t seed = 1;
  link links[links_max];
  for (int round = 0; round < 2000; round++) {
    uint32_t row_count = 1 + (uint32_t)(random_next(&seed) % rows_max);
    size_t link_count = random_next(&seed) % links_max;
    for (size_t i = 0; i < link_count; i++) {
      links[i].a = (uint32_t)(random_next(&seed) % row_count);
      links[i].b = (uint32_t)(random_next(&seed) % row_count);
    }
    check_links(links, link_count, row_count);
  }
}

/* Chains in the worst order for a union that ignores rank. */
static void test_long_chains(void **state) {
  (void)state;
  enum { row_count = 200000 };
  for (int downward = 0; downward < 2; downward++) {
    union_find uf;
    assert_int_equal(union_find_init(&uf, row_count, NULL), KHOP_OK);
    for (uint32_t i = 1; i < row_count; i++) {
      uint32_t row = downward ? row_count - i : i;
      assert_true(union_find_join(&uf, row, row - 1));
    }
    for (uint32_t row = 0; row < row_count; row += 997) {
      assert_int_equal(union_find_root(&uf, row), 0);
    }
    assert_int_equal(union_find_root(&uf, row_count - 1), 0);
    union_find_free(&uf);
  }
}

static void test_bounds(void **state) {
  (void)state;
  union_find uf;
  khop_error err = {0};
  assert_int_equal(union_find_init(&uf, 0, &err), KHOP_OK);
  union_find_free(&uf);
  union_find_free(&uf);
  assert_int_equal(union_find_init(&uf, 1, &err), KHOP_OK);
  assert_int_equal(union_find_root(&uf, 0), 0);
  assert_false(union_find_join(&uf, 0, 0));
  union_find_free(&uf);
  assert_int_equal(union_find_init(&uf, (size_t)UINT32_MAX + 2, &err), KHOP_USAGE);
  assert_string_equal(err.message, "4294967297 rows to cluster, at most 4294967296");
  assert_null(uf.parent);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_closure),
      cmocka_unit_test(test_long_chains),
      cmocka_unit_test(test_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
