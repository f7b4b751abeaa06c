/* Entry numbers: the year behind the slash is the book's, nothing else is cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "normalise/normalise.h"

static bool same(const char *a, const char *b) {
  text_value x, y;
  normalise_entry_number(a, strlen(a), &x);
  normalise_entry_number(b, strlen(b), &y);
  return x.toned_hash == y.toned_hash;
}

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

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(year_is_dropped), cmocka_unit_test(other_slashes_stay),
                                     cmocka_unit_test(missing_stays_missing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
