/* Searching lists of items: where keys stand evenly, where they do not, and what is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "live/live.h"

enum { items_max = 3000 };

static void check_list(const item_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    for (int offset = -1; offset <= 1; offset++) {
      const uint64_t key = list->items[i].key + (uint64_t)(int64_t)offset;
      size_t expected, place;
      const bool is_there = item_list_find(list, key, &expected);
      assert_int_equal(item_list_find_even(list, key, &place), is_there);
      assert_int_equal(place, expected);
    }
  }
}

/* Hashes; the same small and close together; and mostly repeated or in heaps far from each other. */
static uint64_t make_key(int kind, size_t i, uint64_t random) {
  if (kind == 0) return random;
  if (kind == 1) return random % 5000;
  return (random & 3) << 60 | (kind == 2 ? i / 7 : random % 50);
}

static void both_searches_agree(void **state) {
  (void)state;
  static sort_item items[items_max];
  uint64_t random = 5;
  for (int kind = 0; kind < 4; kind++) {
    for (size_t count = 0; count <= items_max; count += 1 + count / 2) {
      item_list list = {.items = items, .count = count};
      khop_error err;
      for (size_t i = 0; i < count; i++) items[i] = (sort_item){.key = make_key(kind, i, random_next(&random)), .row = (uint32_t)i};
      pool *workers;
      assert_int_equal(pool_create(&workers, 1, &err), KHOP_OK);
      assert_int_equal(item_list_sort(&list, workers, &err), KHOP_OK);
      pool_free(workers);
      check_list(&list);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(both_searches_agree)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
