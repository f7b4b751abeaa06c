/* Lines sorted in memory and by parts in a file come out as qsort has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/line_sort.h"

enum { LINES = 20000, LINE_MAX = 40 };

typedef struct line {
  char text[LINE_MAX];
  size_t length;
} line;

static int by_bytes(const void *a, const void *b) {
  const line *x = a, *y = b;
  int order = memcmp(x->text, y->text, x->length < y->length ? x->length : y->length);
  return order ? order : (x->length > y->length) - (x->length < y->length);
}

/* With NULs, empty ones and many that are equal. */
static void make_lines(line *lines, size_t count) {
  uint32_t state = 7;
  for (size_t i = 0; i < count; i++) {
    state = state * 1664525 + 1013904223;
    lines[i].length = state >> 27;
    for (size_t k = 0; k < lines[i].length; k++) lines[i].text[k] = (char)((state >> (8 + k % 3)) % 5);
  }
}

static void check(line *lines, size_t count, size_t part_bytes) {
  line_sorter *s;
  khop_error err = {0};
  const char *text;
  size_t length;
  assert_int_equal(line_sorter_create(&s, "/tmp", part_bytes, &err), KHOP_OK);
  for (size_t i = 0; i < count; i++) assert_int_equal(line_sorter_add(s, lines[i].text, lines[i].length, &err), KHOP_OK);
  assert_int_equal(line_sorter_end(s, &err), KHOP_OK);
  qsort(lines, count, sizeof *lines, by_bytes);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(line_sorter_next(s, &text, &length, &err), KHOP_OK);
    assert_non_null(text);
    assert_int_equal(length, lines[i].length);
    assert_memory_equal(text, lines[i].text, length);
  }
  for (int again = 0; again < 2; again++) {
    assert_int_equal(line_sorter_next(s, &text, &length, &err), KHOP_OK);
    assert_null(text);
  }
  line_sorter_free(s);
}

static void test_order(void **unused) {
  (void)unused;
  line *lines = calloc(LINES, sizeof *lines);
  const size_t part_bytes[] = {LINE_SORT_BYTES, 1 << 17, 3 << 15};
  for (size_t i = 0; i < sizeof part_bytes / sizeof *part_bytes; i++) {
    make_lines(lines, LINES);
    check(lines, LINES, part_bytes[i]);
  }
  check(lines, 1, LINE_SORT_BYTES);
  check(lines, 0, LINE_SORT_BYTES);
  free(lines);
}

static void test_long_lines(void **unused) {
  (void)unused;
  line_sorter *s;
  khop_error err = {0};
  char *text = malloc(LINE_SORT_LINE_MAX + 1);
  assert_int_equal(line_sorter_create(&s, "/tmp", 1 << 17, &err), KHOP_OK);
  for (int i = 9; i >= 0; i--) {
    memset(text, '0' + i, LINE_SORT_LINE_MAX + 1);
    assert_int_equal(line_sorter_add(s, text, LINE_SORT_LINE_MAX, &err), KHOP_OK);
  }
  assert_int_equal(line_sorter_add(s, text, LINE_SORT_LINE_MAX + 1, &err), KHOP_INPUT);
  assert_int_equal(line_sorter_end(s, &err), KHOP_OK);
  for (int i = 0; i < 10; i++) {
    const char *next;
    size_t length;
    assert_int_equal(line_sorter_next(s, &next, &length, &err), KHOP_OK);
    assert_int_equal(length, LINE_SORT_LINE_MAX);
    assert_int_equal(next[0], '0' + i);
  }
  line_sorter_free(s);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_long_lines)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
