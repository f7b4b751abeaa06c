/* The largest clusters against a plain count over all rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/largest.h"

enum { ROWS = 4000 };

/* Rows by random into `groups` clusters, some rows dead; numbered by first row as clusters.c does. */
static clusters make(uint32_t of_row[ROWS], uint32_t sizes[ROWS], unsigned groups, unsigned seed) {
  uint32_t number[ROWS];
  clusters c = {.of_row = of_row, .sizes = sizes, .row_count = ROWS};
  srand(seed);
  memset(number, 0xff, sizeof number);
  memset(sizes, 0, ROWS * sizeof *sizes);
  for (size_t row = 0; row < ROWS; row++) {
    unsigned a = (unsigned)rand() % groups, b = (unsigned)rand() % groups, group = a < b ? a : b; /* the first are the largest */
    of_row[row] = CLUSTER_NONE;
    if (rand() % 20 == 0) continue;
    if (number[group] == CLUSTER_NONE) number[group] = (uint32_t)c.cluster_count++;
    of_row[row] = number[group];
    sizes[of_row[row]]++;
  }
  return c;
}

static void check_members(const clusters *c, const large_cluster *item) {
  size_t named = 0;
  for (size_t row = 0; row < c->row_count && named < LARGEST_ROWS_NAMED; row++) {
    if (c->of_row[row] == item->cluster) assert_int_equal(item->rows[named++], row);
  }
  assert_int_equal(item->row_count, named);
}

static void check(const clusters *c) {
  largest_clusters found;
  largest_clusters_find(c, &found);
  size_t of_two = 0, counted = found.larger;
  for (size_t i = 0; i < c->cluster_count; i++) of_two += c->sizes[i] > 1;
  for (size_t size = 2; size <= CLUSTER_SIZES_COUNTED; size++) counted += found.of_size[size];
  assert_int_equal(counted, of_two);
  assert_int_equal(found.count, of_two < LARGEST_CLUSTERS ? of_two : LARGEST_CLUSTERS);
  for (size_t i = 0; i < found.count; i++) {
    const large_cluster *item = &found.items[i];
    size_t before = 0;
    for (size_t other = 0; other < c->cluster_count; other++) {
      before += c->sizes[other] > item->size || (c->sizes[other] == item->size && other < item->cluster);
    }
    assert_int_equal(item->size, c->sizes[item->cluster]);
    assert_int_equal(before, i);
    check_members(c, item);
  }
}

static void test_against_counting(void **state) {
  static const unsigned groups[] = {1, 2, 19, 20, 21, 100, 1000, 3900};
  uint32_t of_row[ROWS], sizes[ROWS];
  (void)state;
  for (unsigned i = 0; i < sizeof groups / sizeof *groups; i++) {
    const clusters c = make(of_row, sizes, groups[i], i);
    check(&c);
  }
}

static void test_nothing(void **state) {
  largest_clusters found;
  const clusters none = {0};
  (void)state;
  largest_clusters_find(&none, &found);
  assert_int_equal(found.count, 0);
  assert_int_equal(found.larger, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_against_counting), cmocka_unit_test(test_nothing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
