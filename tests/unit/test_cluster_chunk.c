/* Cluster chunks alone: what goes in comes out, wherever it is asked for, however clusters are numbered; one that was cut or changed
 * is refused or read within its bounds; those of khop 0.1.0 are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "index/chunk.h"

enum { rows_max = 40000 };

static uint32_t clusters[rows_max];
static cluster_reader reader;

/* Returns the bytes of all chunks. */
static size_t check(size_t rows) {
  uint32_t next_new = 0;
  size_t bytes = 0;
  for (size_t first = 0; first < rows;) {
    uint8_t value[PAGE_VALUE_BYTES + 8];
    size_t size, taken = cluster_chunk_encode(value, clusters + first, rows - first, &next_new, &size);
    assert_in_range(taken, 1, rows - first);
    assert_true(size <= PAGE_VALUE_BYTES);
    uint8_t *exact = malloc(size); /* so that a sanitizer sees a read beyond the end */
    memcpy(exact, value, size);
    const char *fact = cluster_reader_open(&reader, exact, size);
    if (!fact) fact = cluster_reader_check(&reader);
    if (fact) fail_msg("%s", fact);
    assert_int_equal(reader.rows, taken);
    for (size_t i = taken; i-- > 0;) assert_int_equal(cluster_reader_get(&reader, (uint32_t)i), clusters[first + i]);
    free(exact);
    first += taken;
    bytes += size;
  }
  return bytes;
}

/* One row in `every` belongs to an earlier cluster, one in `without` to none. */
static void number(size_t rows, uint64_t every, uint64_t without, uint64_t seed) {
  uint32_t next = 0;
  for (size_t row = 0; row < rows; row++) {
    if (random_next(&seed) % without == 0) clusters[row] = STORE_ROW_NONE;
    else if (next && random_next(&seed) % every == 0) clusters[row] = (uint32_t)(random_next(&seed) % next);
    else clusters[row] = next++;
  }
}

static void clusters_come_back(void **unused) {
  (void)unused;
  static const size_t counts[] = {1, 2, 63, 64, 65, 511, 512, 513, 4080, 16383, 16384, 16385, rows_max};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    number(counts[i], 12, 50, i);
    check(counts[i]);
    number(counts[i], 1, 3, i);
    check(counts[i]);
  }
  number(rows_max, 12, UINT64_MAX, 5);
  assert_true(check(rows_max) < rows_max * 3 / 8);
}

static void any_numbers(void **unused) {
  (void)unused;
  uint64_t random = 2;
  for (size_t row = 0; row < 5000; row++) clusters[row] = (uint32_t)random_next(&random);
  clusters[7] = UINT32_MAX - 1;
  clusters[8] = STORE_ROW_NONE;
  check(5000);
  for (size_t row = 0; row < 5000; row++) clusters[row] = (uint32_t)(4999 - row);
  check(5000);
  for (size_t row = 0; row < 5000; row++) clusters[row] = STORE_ROW_NONE;
  check(5000);
}

static void read_some(const uint8_t *value, size_t size) {
  if (cluster_reader_open(&reader, value, size)) return;
  (void)cluster_reader_check(&reader);
  for (uint32_t row = 0; row < reader.rows; row += 13) (void)cluster_reader_get(&reader, row);
}

static void damage_is_survived(void **unused) {
  (void)unused;
  uint8_t value[PAGE_VALUE_BYTES + 8];
  uint32_t next_new = 0;
  size_t size;
  number(1500, 5, 9, 4);
  cluster_chunk_encode(value, clusters, 1500, &next_new, &size);
  for (size_t cut = VALUE_HEADER_BYTES; cut < size; cut++) {
    uint8_t *exact = malloc(cut);
    memcpy(exact, value, cut);
    const char *fact = cluster_reader_open(&reader, exact, cut);
    assert_non_null(fact ? fact : cluster_reader_check(&reader));
    read_some(exact, cut);
    free(exact);
  }
  uint8_t *exact = malloc(size);
  for (size_t bit = 8 * 8; bit < size * 8; bit++) {
    memcpy(exact, value, size);
    exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
    read_some(exact, size);
  }
  free(exact);
}

static void version_1_is_read(void **unused) {
  (void)unused;
  uint8_t value[VALUE_HEADER_BYTES + 4 + 5] = {0};
  const uint8_t codes[] = {0, 1, 0, 3, 0}; /* with 5 as the next new number: 5, none, 6, 7 - 2, 7 */
  store_u32(value + VALUE_HEADER_BYTES, 5);
  memcpy(value + VALUE_HEADER_BYTES + 4, codes, sizeof codes);
  value_seal_body(value, sizeof value, VALUE_CLUSTERS, CODEC_RAW, 5);
  assert_null(cluster_reader_open(&reader, value, sizeof value));
  assert_null(cluster_reader_check(&reader));
  const uint32_t expected[] = {5, STORE_ROW_NONE, 6, 5, 7};
  for (uint32_t row = 0; row < 5; row++) assert_int_equal(cluster_reader_get(&reader, row), expected[row]);
  assert_non_null(cluster_reader_open(&reader, value, sizeof value - 1));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(clusters_come_back),
      cmocka_unit_test(any_numbers),
      cmocka_unit_test(damage_is_survived),
      cmocka_unit_test(version_1_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
