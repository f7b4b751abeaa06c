/* What is remembered of pairs: the last ones put, and never one that was not put. */
#include "block/pair_memory.h"
#include "core_support.h"

static pair_memory make(size_t pairs) {
  pair_memory m;
  khop_error err = {0};
  must(pair_memory_create(&m, pairs, &err), &err);
  return m;
}

static void remembers_what_was_put(void **unused) {
  (void)unused;
  enum { PAIRS = 10000 };
  pair_memory m = make((size_t)PAIRS * 2);
  size_t known = 0;
  for (uint32_t i = 0; i < PAIRS; i++) pair_memory_put(&m, pair_memory_pair(i, i + 7));
  for (uint32_t i = 0; i < PAIRS; i++) {
    known += pair_memory_has(&m, pair_memory_pair(i, i + 7));
    assert_false(pair_memory_has(&m, pair_memory_pair(i, i + 8)));
  }
  assert_in_range(known, PAIRS * 95 / 100, PAIRS);
  pair_memory_free(&m);
}

/* However many there are, the one put last is there. */
static void remembers_the_last(void **unused) {
  (void)unused;
  pair_memory m = make(1);
  for (uint32_t i = 0; i < 100000; i++) {
    pair_memory_put(&m, pair_memory_pair(i, i + 1));
    assert_true(pair_memory_has(&m, pair_memory_pair(i, i + 1)));
  }
  size_t known = 0;
  for (uint32_t i = 0; i < 100000; i++) known += pair_memory_has(&m, pair_memory_pair(i, i + 1));
  assert_int_equal(known, (m.mask + 1) * PAIR_MEMORY_WAYS);
  pair_memory_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(remembers_what_was_put), cmocka_unit_test(remembers_the_last)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
