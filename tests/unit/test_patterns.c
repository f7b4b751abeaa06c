/* Pattern tables against a plain map. */
#include "core_support.h"
#include "model/patterns.h"

enum { PATTERNS_MAX = 40000, TABLES_MAX = 8 };

/* The plain map: pattern p of `known` was counted counts[p] times. */
typedef struct plain_map {
  uint64_t known[PATTERNS_MAX], counts[PATTERNS_MAX];
  size_t size;
} plain_map;

static plain_map *map_make(uint64_t *state, size_t size, uint64_t mask) {
  plain_map *map = mem_alloc(1, sizeof *map);
  map->size = size;
  for (size_t i = 0; i < size; i++) map->known[i] = random_next(state) & mask;
  return map;
}

static uint64_t map_count(const plain_map *map, uint64_t pattern) {
  uint64_t count = 0;
  for (size_t i = 0; i < map->size; i++) count += map->known[i] == pattern ? map->counts[i] : 0;
  return count;
}

static void fill(plain_map *map, pattern_table *tables, size_t table_count, size_t adds, uint64_t *state) {
  khop_error err = {0};
  for (size_t i = 0; i < adds; i++) {
    size_t p = random_below(state, map->size);
    uint64_t count = 1 + random_below(state, 5);
    must(pattern_table_add(&tables[random_below(state, table_count)], map->known[p], count, &err), &err);
    map->counts[p] += count;
  }
}

static void check_merge(size_t patterns, size_t table_count, size_t adds, uint64_t mask) {
  uint64_t state = patterns + adds, total = 0;
  khop_error err = {0};
  pattern_table tables[TABLES_MAX] = {0};
  plain_map *map = map_make(&state, patterns, mask);
  fill(map, tables, table_count, adds, &state);
  pattern_count *merged;
  size_t count;
  must(pattern_tables_merge(tables, table_count, &merged, &count, &err), &err);
  for (size_t i = 0; i < count; i++) {
    if (i) assert_true(merged[i - 1].pattern < merged[i].pattern);
    if (i % 17 == 0 || patterns < 2000) assert_int_equal(merged[i].count, map_count(map, merged[i].pattern));
    total += merged[i].count;
  }
  for (size_t p = 0; p < patterns; p++) total -= map->counts[p];
  assert_int_equal(total, 0);
  mem_free(merged);
  for (size_t t = 0; t < table_count; t++) pattern_table_free(&tables[t]);
  mem_free(map);
}

static void merge_equals_a_map(void **unused) {
  (void)unused;
  check_merge(1, 1, 1, UINT64_MAX);
  check_merge(1, 4, 1000, UINT64_MAX);
  check_merge(100, 3, 5000, 0xFFF);
  check_merge(1500, 8, 20000, UINT64_MAX);
  check_merge(PATTERNS_MAX, 5, 100000, UINT64_MAX); /* grows several times */
  check_merge(1000, 2, 3000, 0);                    /* pattern 0, all missing, is a pattern */
  check_merge(500, 2, 3000, PATTERN_FOUND_BEFORE | 15);
}

static void nothing_to_merge(void **unused) {
  (void)unused;
  khop_error err = {0};
  pattern_table empty[2] = {0};
  pattern_count *merged = NULL;
  size_t count = 1;
  must(pattern_tables_merge(empty, 2, &merged, &count, &err), &err);
  assert_int_equal(count, 0);
  mem_free(merged);
  must(pattern_tables_merge(NULL, 0, &merged, &count, &err), &err);
  assert_int_equal(count, 0);
  mem_free(merged);
  pattern_table_free(&empty[0]);
}

/* How pairs fall on tables, that is, on threads, makes no difference. */
static void merge_does_not_depend_on_the_tables(void **unused) {
  (void)unused;
  khop_error err = {0};
  pattern_table one[1] = {0}, many[TABLES_MAX] = {0};
  uint64_t state = 4;
  for (size_t i = 0; i < 30000; i++) {
    uint64_t pattern = random_next(&state) & 0x8000000000003FFFu;
    must(pattern_table_add(&one[0], pattern, 1, &err), &err);
    must(pattern_table_add(&many[random_below(&state, TABLES_MAX)], pattern, 1, &err), &err);
  }
  pattern_count *a, *b;
  size_t a_count, b_count;
  must(pattern_tables_merge(one, 1, &a, &a_count, &err), &err);
  must(pattern_tables_merge(many, TABLES_MAX, &b, &b_count, &err), &err);
  assert_int_equal(a_count, b_count);
  assert_memory_equal(a, b, a_count * sizeof *a);
  mem_free(a);
  mem_free(b);
  pattern_table_free(&one[0]);
  for (size_t t = 0; t < TABLES_MAX; t++) pattern_table_free(&many[t]);
}

static void levels_in_a_pattern(void **unused) {
  (void)unused;
  uint64_t pattern = PATTERN_FOUND_BEFORE;
  for (size_t c = 0; c < SCHEMA_COMPARISONS_MAX; c++) pattern |= (uint64_t)((c * 7 + 1) % 16) << (PATTERN_LEVEL_BITS * c);
  for (size_t c = 0; c < SCHEMA_COMPARISONS_MAX; c++) assert_int_equal(pattern_level(pattern, c), (c * 7 + 1) % 16);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(merge_equals_a_map),
      cmocka_unit_test(nothing_to_merge),
      cmocka_unit_test(merge_does_not_depend_on_the_tables),
      cmocka_unit_test(levels_in_a_pattern),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
