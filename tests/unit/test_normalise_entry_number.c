/* Entry numbers: the year behind the slash is the book's, nothing else is cut off. Map numbers: words before the digits are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "normalise/normalise.h"

typedef void reader(const char *text, size_t length, text_value *out);

static bool same_by(reader *read, const char *a, const char *b) {
  text_value x, y;
  read(a, strlen(a), &x);
  read(b, strlen(b), &y);
  return x.toned_hash == y.toned_hash;
}

static bool same(const char *a, const char *b) { return same_by(normalise_entry_number, a, b); }
static bool same_on_map(const char *a, const char *b) { return same_by(normalise_map_number, a, b); }

static void year_is_dropped(void **state) {
  (void)state;
  assert_true(same("3/1956", "3"));
  assert_true(same("03/2024", "3/2024"));
  assert_true(same("12/2024 ", "12"));
  assert_false(same("3/1956", "2/1956"));
}

static void other_slashes_stay(void **state) {
  (void)state;
  assert_false(same("3/12", "3"));
  assert_false(same("3/1856", "3"));
  assert_false(same("3/19567", "3"));
  assert_false(same("3/19a6", "3"));
  assert_false(same("/1956", "3"));
}

static void missing_stays_missing(void **state) {
  (void)state;
  text_value out;
  normalise_entry_number("", 0, &out);
  assert_int_equal(out.toned_hash, 0);
  normalise_entry_number("/1956", 5, &out);
  assert_int_not_equal(out.toned_hash, 0); /* no number before the slash: compared as it stands */
}

static void words_before_map_numbers_go(void **state) {
  (void)state;
  const char *const forms[] = {"DC 12", "ĐC12", "dc-012", "012", "Tờ 12", "Tờ bản đồ số 12", "TO SO: 12", "Thửa đất số 12", "s\u1ed1 12"};
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) assert_true(same_on_map(forms[i], "12"));
  assert_true(same_on_map("Thửa 12a", "12A"));
}

static void other_words_of_map_numbers_stay(void **state) {
  (void)state;
  assert_false(same_on_map("BD 12", "12"));
  assert_false(same_on_map("DC", ""));
  assert_false(same_on_map("DC", "TO"));
  assert_false(same_on_map("12 DC", "12"));
  assert_false(same_on_map("DC 12", "DC 13"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(words_before_map_numbers_go), cmocka_unit_test(other_words_of_map_numbers_stay),
                                     cmocka_unit_test(year_is_dropped), cmocka_unit_test(other_slashes_stay),
                                     cmocka_unit_test(missing_stays_missing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
