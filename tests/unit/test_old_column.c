/* Columns of version 1, which khop 0.1.0 wrote: what they hold is read, what is wrong in them is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "index/old_column.h"

static column_unpacker unpacker;
static char text[10];
static const char *fields[2];
static uint32_t lengths[2];

static const char *unpack(const void *bytes, size_t size) {
  column_target to = {.rows = 2, .stride = 1, .fields = fields, .lengths = lengths, .text = text, .room = sizeof text};
  const uint8_t *cursor = bytes, *end = cursor + size;
  const char *fact = old_column_unpack(&unpacker, &to, &cursor, end);
  if (!fact) assert_ptr_equal(cursor, end);
  return fact;
}

static void check(const void *bytes, size_t size, const char *first, const char *second) {
  assert_null(unpack(bytes, size));
  assert_int_equal(lengths[0], strlen(first));
  assert_int_equal(lengths[1], strlen(second));
  assert_memory_equal(fields[0], first, lengths[0]);
  assert_memory_equal(fields[1], second, lengths[1]);
}

static void values_are_read(void **state) {
  (void)state;
#define CHECK(first, second, ...)                       \
  do {                                                  \
    static const uint8_t bytes[] = {__VA_ARGS__};       \
    check(bytes, sizeof bytes, first, second);          \
  } while (0)
  CHECK("a", "b", COLUMN_TEXT, 0, 2, 1, 1, 'a', 'b', 2, 2);
  CHECK("a b", "b", COLUMN_TEXT, ' ', 2, 2, 1, 'a', ' ', 'b', 3, 6);
  CHECK("7/3", "4/1", COLUMN_DIGITS, 1, 3, '0', '/', '0', 0xbf, 0x46, 0x06);
  CHECK("6", "7", COLUMN_COUNTER, 1, 1, '0', 12, 1, 2, 1);
}

static void expect_fact(const char *expected, const void *bytes, size_t size) {
  const char *fact = unpack(bytes, size);
  if (!fact || !strstr(fact, expected)) fail_msg("'%s' is not '%s'", fact ? fact : "no fault", expected);
}

static void faults_are_named(void **state) {
  (void)state;
#define FAULT(expected, ...)                             \
  do {                                                   \
    static const uint8_t fault_bytes[] = {__VA_ARGS__};  \
    expect_fact(expected, fault_bytes, sizeof fault_bytes); \
  } while (0)
  FAULT("unknown kind", 3);
  FAULT("column cut off", COLUMN_TEXT);
  FAULT("pieces out of range", COLUMN_TEXT, 0, 0);
  FAULT("pieces out of range", COLUMN_TEXT, 0, 0x81, 0x20);
  FAULT("length out of range", COLUMN_TEXT, 0, 1, 0xff, 0xff, 0xff, 0x7f);
  FAULT("lengths exceed the text", COLUMN_TEXT, 0, 1, 2, 'a');
  FAULT("tokens out of range", COLUMN_TEXT, 0, 1, 1, 'a', 0x81, 0x80, 1);
  FAULT("tokens cut off", COLUMN_TEXT, 0, 2, 1, 1, 'a', 'b', 2);
  FAULT("piece out of range", COLUMN_TEXT, 0, 3, 1, 1, 1, 'a', 'b', 'c', 2, 3);
  FAULT("without its last piece", COLUMN_TEXT, ' ', 1, 1, ' ', 3);
  FAULT("without its last piece", COLUMN_TEXT, 0, 1, 1, 'a', 1);
  FAULT("more pieces than values", COLUMN_TEXT, 0, 1, 1, 'a', 3);
  FAULT("exceed their stated size", COLUMN_TEXT, 0, 1, 6, 'a', 'b', 'c', 'd', 'e', 'f', 2);
  FAULT("column cut off", COLUMN_DIGITS);
  FAULT("shapes out of range", COLUMN_DIGITS, 0);
  FAULT("shapes out of range", COLUMN_COUNTER, COLUMN_SHAPES_MAX + 1);
  FAULT("shape cut off", COLUMN_DIGITS, 2, 1, '0');
  FAULT("shape too long", COLUMN_DIGITS, 1, 2, '0');
  FAULT("shape too long", COLUMN_DIGITS, 1, 17, '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0');
  FAULT("shape numbers cut off", COLUMN_DIGITS, 2, 1, '0', 0);
  FAULT("shape number out of range", COLUMN_DIGITS, 3, 1, '0', 1, 'a', 0, 3);
  FAULT("numbers cut off", COLUMN_DIGITS, 1, 2, '0', '0', 0);
  FAULT("longer than its shape", COLUMN_DIGITS, 1, 1, '0', 0x0a);
  FAULT("where its shape has none", COLUMN_DIGITS, 1, 3, '0', '/', '0', 10, 0, 0);
  FAULT("run cut off", COLUMN_COUNTER, 1, 1, '0', 2);
  FAULT("run of a wrong length", COLUMN_COUNTER, 1, 1, '0', 2, 0);
  FAULT("run of a wrong length", COLUMN_COUNTER, 1, 1, '0', 2, 3);
  FAULT("longer than its shape", COLUMN_COUNTER, 1, 1, '0', 12, 2); /* 6, 12 */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_read), cmocka_unit_test(faults_are_named)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
