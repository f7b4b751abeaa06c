/* The radix sort against qsort: sizes around every limit, distributions that favour and that defeat
 * the split, one to eight threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/sort.h"

typedef uint64_t key_maker(uint64_t row, size_t count);

static uint64_t mixed(uint64_t row, size_t count) { return hash_mix(row * 31 + count); }
static uint64_t mixed_half_range(uint64_t row, size_t count) { return mixed(row, count) >> 1; }
static uint64_t all_zero(uint64_t row, size_t count) { return (void)row, (void)count, 0; }
static uint64_t all_highest(uint64_t row, size_t count) { return (void)row, (void)count, UINT64_MAX; }
static uint64_t two_ends(uint64_t row, size_t count) { return mixed(row, count) % 2 ? UINT64_MAX : 0; }
static uint64_t few(uint64_t row, size_t count) { return hash_mix(mixed(row, count) % 7); }
static uint64_t repeated(uint64_t row, size_t count) { return hash_mix(mixed(row, count) % (1 + count / 5)); }
static uint64_t ascending(uint64_t row, size_t count) { return (void)count, row; }
static uint64_t descending(uint64_t row, size_t count) { return count - row; }
static uint64_t high_and_narrow(uint64_t row, size_t count) { return UINT64_MAX - mixed(row, count) % 1500; }
/* A range that crosses a power of two: the top bits of the first and last key all differ. */
static uint64_t around_the_middle(uint64_t row, size_t count) {
  return ((uint64_t)1 << 63) - 5000 + mixed(row, count) % 10000;
}
/* Everything but one key shares the top bits of the range. */
static uint64_t one_far_away(uint64_t row, size_t count) {
  return row == count / 2 ? UINT64_MAX : mixed(row, count) % 100000;
}
/* Long runs that three passes cannot part: keys of a run differ in low bits alone. */
static uint64_t deep(uint64_t row, size_t count) {
  uint64_t h = mixed(row, count);
  return (h % 3) << 62 | (h >> 8) % 3 << 35 | (h >> 16) % 200;
}
static uint64_t low_bits_of_high_keys(uint64_t row, size_t count) {
  return (mixed(row, count) % 40) << 58 | row % 97;
}
/* As the store's keys are, and as no sample of the first items would tell. */
static uint64_t mixed_48_bits(uint64_t row, size_t count) { return mixed(row, count) >> 16; }
static uint64_t small_at_first(uint64_t row, size_t count) { return row < 200 ? row : mixed(row, count); }
static uint64_t large_at_first(uint64_t row, size_t count) { return mixed(row, count) >> (row < 200 ? 0 : 20); }

static key_maker *const makers[] = {
    mixed,        mixed_half_range,  all_zero,  all_highest,          two_ends,
    few,          repeated,          ascending, descending,           high_and_narrow,
    one_far_away, around_the_middle, deep,      low_bits_of_high_keys,
    mixed_48_bits, small_at_first,   large_at_first};

static int by_key_and_row(const void *a, const void *b) {
  const sort_item *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Rows ascend with gaps; extra tells whether it stayed with its row. */
static void items_make(sort_item *items, size_t count, key_maker *make) {
  for (size_t i = 0; i < count; i++) {
    items[i] = (sort_item){.key = make(i, count), .row = (uint32_t)i * 3, .extra = (uint32_t)hash_mix(i)};
  }
}

static void check_starts(const sort_item *items, size_t count, const size_t *starts) {
  assert_int_equal(starts[0], 0);
  assert_int_equal(starts[SORT_PARTITIONS], count);
  for (size_t p = 0; p < SORT_PARTITIONS; p++) {
    assert_true(starts[p] <= starts[p + 1]);
    if (starts[p] > 0 && starts[p] < count) assert_true(items[starts[p] - 1].key < items[starts[p]].key);
  }
}

static void check_sort(size_t count, key_maker *make, pool *const *pools, size_t pool_count) {
  sort_item *expected = mem_alloc(count + 1, sizeof *expected);
  sort_item *items = mem_alloc(count + 1, sizeof *items), *scratch = mem_alloc(count + 1, sizeof *scratch);
  static size_t first_starts[SORT_PARTITIONS + 1], starts[SORT_PARTITIONS + 1];
  khop_error err;
  items_make(expected, count, make);
  qsort(expected, count, sizeof *expected, by_key_and_row);
  for (size_t p = 0; p < pool_count; p++) {
    items_make(items, count, make);
    assert_int_equal(sort_items_partitions(items, scratch, count, pools[p], starts, &err), KHOP_OK);
    assert_memory_equal(items, expected, (count + 1) * sizeof *items);
    check_starts(items, count, starts);
    if (p == 0) memcpy(first_starts, starts, sizeof starts);
    assert_memory_equal(starts, first_starts, sizeof starts);
  }
  mem_free(expected);
  mem_free(items);
  mem_free(scratch);
}

static void pools_create(pool *pools[3]) {
  static const unsigned threads[3] = {1, 2, 8};
  khop_error err;
  for (size_t i = 0; i < 3; i++) assert_int_equal(pool_create(&pools[i], threads[i], &err), KHOP_OK);
}

static void pools_free(pool *pools[3]) {
  for (size_t i = 0; i < 3; i++) pool_free(pools[i]);
}

static void equals_qsort(void **unused) {
  (void)unused;
  /* 32: insertion; 16384: the split; then uneven chunks */
  static const size_t counts[] = {0, 1, 2, 3, 31, 32, 33, 34, 257, 1000, 16383, 16384, 16385, 40009, 150001};
  pool *pools[3];
  pools_create(pools);
  for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) check_sort(counts[c], makers[m], pools, 3);
  }
  pools_free(pools);
}

static void every_small_size(void **unused) {
  (void)unused;
  pool *pools[3];
  pools_create(pools);
  for (size_t count = 0; count < 150; count++) {
    check_sort(count, mixed, pools, 1);
    check_sort(count, few, pools, 1);
  }
  pools_free(pools);
}

static void mixed_keys_use_all_partitions(void **unused) {
  (void)unused;
  enum { COUNT = 200000 };
  sort_item *items = mem_alloc(COUNT, sizeof *items), *scratch = mem_alloc(COUNT, sizeof *scratch);
  size_t starts[SORT_PARTITIONS + 1];
  pool *pools[3];
  khop_error err;
  pools_create(pools);
  key_maker *const spread[] = {mixed, mixed_half_range, mixed_48_bits, ascending};
  for (size_t m = 0; m < sizeof spread / sizeof *spread; m++) {
    items_make(items, COUNT, spread[m]);
    assert_int_equal(sort_items_partitions(items, scratch, COUNT, pools[1], starts, &err), KHOP_OK);
    size_t used = 0;
    for (size_t p = 0; p < SORT_PARTITIONS; p++) used += starts[p] < starts[p + 1];
    assert_true(used > SORT_PARTITIONS / 2);
  }
  pools_free(pools);
  mem_free(items);
  mem_free(scratch);
}

static void plain_call_sorts(void **unused) {
  (void)unused;
  sort_item items[3] = {{9, 0, 7}, {4, 1, 8}, {9, 2, 6}}, scratch[3];
  const sort_item expected[3] = {{4, 1, 8}, {9, 0, 7}, {9, 2, 6}};
  pool *pools[3];
  khop_error err;
  pools_create(pools);
  assert_int_equal(sort_items(items, scratch, 3, pools[0], &err), KHOP_OK);
  assert_memory_equal(items, expected, sizeof items);
  pools_free(pools);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equals_qsort),
      cmocka_unit_test(every_small_size),
      cmocka_unit_test(mixed_keys_use_all_partitions),
      cmocka_unit_test(plain_call_sorts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
