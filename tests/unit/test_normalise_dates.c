/* Dates: the golden table, and every day of the calendar in every layout against a plain calendar. */
#include "normalise_golden.h"

static date_value value_of(const char *text) {
  char *copy = golden_exact(text, strlen(text));
  date_value value;
  memset(&value, 0xA5, sizeof value);
  normalise_date(copy, strlen(text), &value);
  free(copy);
  return value;
}

static void check_case(char **cells) {
  date_value value = value_of(cells[0]);
  char text[64];
  if (!value.present || !value.valid) {
    assert_int_equal(value.year + value.month + value.day + value.month_first, 0);
    strcpy(text, value.present ? "invalid" : "missing");
  } else {
    snprintf(text, sizeof text, "%04u-%02u-%02u%s", value.year, value.month, value.day,
             value.month_first ? " month-first" : "");
  }
  assert_string_equal(text, cells[1]);
  assert_true(value.present || !value.valid);
}

static void test_golden(void **state) {
  (void)state;
  assert_true(golden_each("golden/dates.tsv", 2, check_case) >= 120);
}

static void assert_date(const char *text, unsigned year, unsigned month, unsigned day) {
  date_value value = value_of(text);
  assert_true(value.present && value.valid && !value.month_first);
  assert_int_equal(value.year, year);
  assert_int_equal(value.month, month);
  assert_int_equal(value.day, day);
}

/* Excel's serials count on by one a day from 1927-05-18 (10000). */
static void test_every_day(void **state) {
  (void)state;
  static const unsigned days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  unsigned serial = 0;
  for (unsigned year = 1900; year <= 2050; year++) {
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    for (unsigned month = 1; month <= 12; month++) {
      unsigned last = days[month - 1] + (month == 2 && leap);
      for (unsigned day = 1; day <= last; day++) {
        static const char *const layouts[] = {"%3$02u/%2$02u/%1$u", "%3$u.%2$u.%1$u", "%1$u-%2$02u-%3$02u",
                                              "%1$u%2$02u%3$02u", "%1$u%2$02u%3$02u0830"};
        char text[32];
        for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
          snprintf(text, sizeof text, layouts[i], year, month, day);
#pragma GCC diagnostic pop
          assert_date(text, year, month, day);
        }
        if (year == 1927 && month == 5 && day == 18) serial = 10000;
        if (serial == 0) continue;
        snprintf(text, sizeof text, "%u", serial++);
        assert_date(text, year, month, day);
      }
      char text[32];
      snprintf(text, sizeof text, "%02u/%02u/%u", last + 1, month, year);
      date_value value = value_of(text);
      assert_true(value.present && !value.valid);
    }
  }
}

static void test_years_have_bounds(void **state) {
  (void)state;
  for (unsigned year = 0; year < 10000; year++) {
    char text[16];
    snprintf(text, sizeof text, "01/02/%04u", year);
    date_value value = value_of(text);
    assert_true(value.present);
    assert_int_equal(value.valid, year >= 1850 && year <= 2100);
    assert_int_equal(value.year, value.valid ? year : 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_every_day),
      cmocka_unit_test(test_years_have_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
