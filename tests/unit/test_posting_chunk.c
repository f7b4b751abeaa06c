/* Posting chunks alone: what goes in comes out whatever the widths, a page is never exceeded, and a
 * chunk that was cut or changed is refused or read within its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "index/chunk.h"

enum { postings_max = 20000 };

static store_posting postings[postings_max];

/* Passed over or not, lower keys lead to the same posting. */
static void check_pass(posting_reader from, uint64_t wanted, const posting_reader *expected, bool has_one) {
  const char *fact = NULL;
  if (from.key < wanted) posting_reader_pass(&from, wanted);
  bool more = posting_reader_next(&from, &fact);
  while (more && from.key < wanted) more = posting_reader_next(&from, &fact);
  assert_null(fact);
  assert_int_equal(more, has_one);
  assert_true(!more || (from.key == expected->key && from.row == expected->row && from.index == expected->index));
}

/* From a step on a reader finds the same, wherever it looks for the step first. */
static void check_steps(const posting_steps *steps, const posting_reader *start, uint64_t wanted, const posting_reader *expected, bool has_one) {
  static const double shares[] = {0, 0.4, 0.999};
  for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
    posting_reader r = *start;
    posting_steps_skip(steps, &r, wanted, shares[i]);
    assert_true(r.index == 0 || r.key < wanted);
    if (has_one && expected->index > 0 && r.key < wanted) assert_true(expected->index - r.index <= POSTING_STEP + 1);
    check_pass(r, wanted, expected, has_one);
  }
}

/* From a mark on a reader finds what it finds from the start, for keys that are there and for others. */
static void check_skips(const uint8_t *key, const uint8_t *value, size_t size, const store_posting *from, size_t taken) {
  posting_reader start;
  assert_null(posting_reader_open(&start, key, value, size));
  posting_steps *steps = posting_steps_make(&start);
  if (from[taken - 1].key - from[0].key < UINT64_C(1) << 48) assert_non_null(steps);
  else assert_null(steps);
  for (size_t i = 0; i < taken; i += 1 + taken / 40) {
    for (uint64_t wanted = from[i].key ? from[i].key - 1 : 0; wanted <= from[i].key + 1 && wanted + 1; wanted++) {
      posting_reader all, some;
      const char *fact = posting_reader_open(&all, key, value, size);
      assert_null(fact);
      some = all;
      posting_reader_skip(&some, wanted);
      bool more = posting_reader_next(&all, &fact), more_too = posting_reader_next(&some, &fact);
      while (more && all.key < wanted) more = posting_reader_next(&all, &fact);
      while (more_too && some.key < wanted) more_too = posting_reader_next(&some, &fact);
      assert_null(fact);
      assert_int_equal(more, more_too);
      assert_true(!more || (all.key == some.key && all.row == some.row && all.index == some.index && all.position == some.position));
      if (steps) check_steps(steps, &start, wanted, &all, more);
      posting_reader first = start;
      check_pass(first, wanted, &all, more);
      posting_reader_skip(&first, wanted);
      check_pass(first, wanted, &all, more);
    }
  }
  mem_free(steps);
}

/* Encodes one chunk, compares what a reader finds with what was taken. Returns how many were taken. */
static size_t check_chunk(const store_posting *from, size_t count, bool is_marked, size_t *out_bytes) {
  uint8_t value[PAGE_VALUE_BYTES], key[POSTING_KEY_BYTES];
  uint32_t kept;
  size_t size, found = 0;
  size_t taken = posting_chunk_encode(value, from, count, is_marked, &size, &kept);
  assert_in_range(taken, 1, count);
  assert_in_range(size, VALUE_HEADER_BYTES + 4, PAGE_VALUE_BYTES);
  uint8_t *exact = malloc(size); /* so that a sanitizer sees a read beyond the end */
  memcpy(exact, value, size);
  posting_key_put(key, 16, from[0].key, from[0].row);
  posting_reader r;
  const char *fact = posting_reader_open(&r, key, exact, size);
  assert_null(fact);
  for (size_t i = 0; i < taken; i++) {
    if (i && from[i].key == from[i - 1].key && from[i].row == from[i - 1].row) continue;
    assert_true(posting_reader_next(&r, &fact));
    assert_true(r.key == from[i].key);
    assert_int_equal(r.row, from[i].row);
    assert_true(posting_reader_agrees(&r));
    found++;
  }
  assert_false(posting_reader_next(&r, &fact));
  assert_null(fact);
  assert_int_equal(found, kept);
  assert_true(is_marked ? r.mark_count == 12 || r.mark_count == kept / 64 : r.mark_count == 0);
  check_skips(key, exact, size, from, taken);
  free(exact);
  *out_bytes += size;
  return taken;
}

static size_t check_all(size_t count) {
  size_t bytes = 0, marked_bytes = 0;
  for (size_t done = 0; done < count;) done += check_chunk(postings + done, count - done, true, &marked_bytes);
  for (size_t done = 0; done < count;) done += check_chunk(postings + done, count - done, false, &bytes);
  return bytes;
}

/* Steps of keys of every length; rows of every length. */
static void every_width(void **unused) {
  (void)unused;
  uint64_t random = 3;
  for (unsigned key_bits = 0; key_bits < 50; key_bits++) {
    for (unsigned row_bits = 0; row_bits <= 32; row_bits += 4) {
      uint64_t key = 0;
      enum { count = 1500 };
      for (size_t i = 0; i < count; i++) {
        key += key_bits ? random_next(&random) & ((UINT64_C(1) << key_bits) - 1) : 1;
        postings[i] = (store_posting){.key = key, .row = (uint32_t)(random_next(&random) & ((UINT64_C(1) << row_bits) - 1))};
        if (i && key == postings[i - 1].key && postings[i].row < postings[i - 1].row) postings[i].row = postings[i - 1].row;
      }
      size_t bits = check_all(count) * 8;
      assert_true(bits <= count * (key_bits + row_bits + 4) + 4096);
    }
  }
}

/* Steps that the sample of a chunk's widths does not announce, up to the whole range of keys. */
static void surprising_steps(void **unused) {
  (void)unused;
  uint64_t key = 5;
  for (size_t i = 0; i < 3000; i++) {
    key += i % 1000 == 999 ? UINT64_C(1) << 60 : i % 700 == 699 ? 30 : i % 3;
    postings[i] = (store_posting){.key = key, .row = (uint32_t)i};
  }
  postings[3000] = (store_posting){.key = UINT64_MAX, .row = 0};
  postings[3001] = (store_posting){.key = UINT64_MAX, .row = UINT32_MAX - 1};
  check_all(3002);
  postings[0] = (store_posting){.key = 0, .row = UINT32_MAX - 1};
  postings[1] = (store_posting){.key = UINT64_MAX, .row = 0};
  check_all(2);
}

/* The smallest step, for as many postings as a page can hold. */
static void one_key(void **unused) {
  (void)unused;
  for (size_t i = 0; i < postings_max; i++) postings[i] = (store_posting){.key = 9, .row = (uint32_t)i / 2};
  check_all(postings_max); /* every row twice: one is kept */
  for (size_t i = 0; i < postings_max; i++) postings[i] = (store_posting){.key = i, .row = (uint32_t)(i & 1)};
  assert_true(check_all(postings_max) < postings_max);
}

static void read_through(const uint8_t *key, const uint8_t *value, size_t size, const char **out_fact) {
  posting_reader r;
  *out_fact = posting_reader_open(&r, key, value, size);
  posting_reader some = r;
  const char *other = *out_fact;
  while (!*out_fact && posting_reader_next(&r, out_fact)) (void)posting_reader_agrees(&r);
  posting_steps *steps = other ? NULL : posting_steps_make(&some);
  assert_true(!steps || !*out_fact);
  mem_free(steps);
  if (!other) posting_reader_skip(&some, UINT64_MAX);
  while (!other && posting_reader_next(&some, &other)) continue;
}

static void damage_is_survived(void **unused) {
  (void)unused;
  uint8_t value[PAGE_VALUE_BYTES], key[POSTING_KEY_BYTES];
  uint64_t random = 4, step = 0;
  uint32_t kept;
  size_t size;
  const char *fact;
  for (size_t i = 0; i < 300; i++) {
    postings[i] = (store_posting){.key = step += random_next(&random) >> 40, .row = (uint32_t)random_next(&random) >> 8};
  }
  posting_chunk_encode(value, postings, 300, true, &size, &kept);
  posting_key_put(key, 1, postings[0].key, postings[0].row);
  for (size_t cut = VALUE_HEADER_BYTES; cut < size; cut++) {
    uint8_t *exact = malloc(cut);
    memcpy(exact, value, cut);
    read_through(key, exact, cut, &fact);
    assert_non_null(fact);
    free(exact);
  }
  uint8_t *exact = malloc(size);
  for (size_t bit = 8 * 8; bit < size * 8; bit++) {
    memcpy(exact, value, size);
    exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
    read_through(key, exact, size, &fact); /* within its bounds, whatever it finds: checksums judge */
  }
  free(exact);
}

/* As khop 0.1.0 wrote them: without marks and their count. */
static void version_1_is_read(void **unused) {
  (void)unused;
  uint8_t value[PAGE_VALUE_BYTES], old[PAGE_VALUE_BYTES], key[POSTING_KEY_BYTES];
  uint32_t kept, found = 0;
  size_t size;
  posting_reader r;
  for (size_t i = 0; i < 200; i++) postings[i] = (store_posting){.key = i * i, .row = (uint32_t)i};
  posting_chunk_encode(value, postings, 200, false, &size, &kept);
  memcpy(old, value, VALUE_HEADER_BYTES + 2);
  memcpy(old + VALUE_HEADER_BYTES + 2, value + VALUE_HEADER_BYTES + 3, size - VALUE_HEADER_BYTES - 3);
  value_seal_body(old, size - 1, VALUE_POSTINGS, CODEC_RAW, kept);
  posting_key_put(key, 1, 0, 0);
  const char *fact = posting_reader_open(&r, key, old, size - 1);
  assert_null(fact);
  posting_reader_skip(&r, 5000);
  for (; posting_reader_next(&r, &fact); found++) assert_true(r.key == (uint64_t)found * found && r.row == found);
  assert_null(fact);
  assert_int_equal(found, 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_width),
      cmocka_unit_test(surprising_steps),
      cmocka_unit_test(one_key),
      cmocka_unit_test(damage_is_survived),
      cmocka_unit_test(version_1_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
