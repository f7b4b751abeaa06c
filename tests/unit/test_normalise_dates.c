/* Dates: the golden tables of date_read and of normalise_date, every day of the calendar in every layout against
 * a plain calendar, and what must hold of any text. */
#include "base/hash.h"
#include "normalise/date.h"
#include "normalise_golden.h"

static date_value value_of(const char *text) {
  char *copy = golden_exact(text, strlen(text));
  date_value value;
  memset(&value, 0xA5, sizeof value);
  normalise_date(copy, strlen(text), &value);
  free(copy);
  return value;
}

static date_parts parts_of(const char *text, const date_options *options) {
  char *copy = golden_exact(text, strlen(text));
  date_parts parts;
  memset(&parts, 0xA5, sizeof parts);
  date_read(copy, strlen(text), options, &parts);
  free(copy);
  return parts;
}

/* ---- golden tables ------------------------------------------------------------------------ */

static void check_value(char **cells) {
  date_value value = value_of(cells[0]);
  char text[64];
  if (!value.present || !value.valid) {
    assert_int_equal(value.year + value.month + value.day + value.month_first, 0);
    snprintf(text, sizeof text, "%s", value.present ? "invalid" : "missing");
  } else {
    snprintf(text, sizeof text, "%04u-%02u-%02u%s", value.year, value.month, value.day,
             value.month_first ? " month-first" : "");
  }
  assert_string_equal(text, cells[1]);
  assert_true(value.present || !value.valid);
}

static void test_golden_of_values(void **state) {
  (void)state;
  assert_true(golden_each("golden/feature_dates.tsv", 2, check_value) >= 120);
}

/* "dmy", "mdy", "now=2025", "pivot=2025" */
static date_options options_of(char *words) {
  date_options options = {.order = DATE_ORDER_UNKNOWN};
  for (char *word; (word = strsep(&words, " ")) != NULL;) {
    if (strcmp(word, "dmy") == 0) options.order = DATE_ORDER_DMY;
    else if (strcmp(word, "mdy") == 0) options.order = DATE_ORDER_MDY;
    else if (strncmp(word, "now=", 4) == 0) options.reference_year = (uint16_t)strtoul(word + 4, NULL, 10);
    else if (strncmp(word, "pivot=", 6) == 0) options.short_year_last = (uint16_t)strtoul(word + 6, NULL, 10);
    else assert_string_equal(word, "-");
  }
  return options;
}

static void add_word(char *text, size_t capacity, const char *word) {
  size_t used = strlen(text);
  snprintf(text + used, capacity - used, "%s%s", used > 0 ? " " : "", word);
}

static void describe(const date_parts *date, char *parts_text, char *findings, size_t capacity) {
  value_part parts[VALUE_PARTS_MAX];
  size_t count = date_part_list(date, parts);
  parts_text[0] = findings[0] = 0;
  for (size_t i = 0; i < count; i++) {
    char word[128];
    snprintf(word, sizeof word, "%s=%s", parts[i].name, parts[i].text);
    add_word(parts_text, capacity, i == 0 ? parts[i].text : word);
  }
  for (uint32_t rest = date->findings; rest > 0; rest &= rest - 1) {
    add_word(findings, capacity, date_finding_name(rest & -rest));
  }
  if (!date->present) add_word(parts_text, capacity, "missing");
  else if (count == 0) add_word(parts_text, capacity, "none");
}

/* What a canonical form says again: what came of the reading alone is not repeated. */
static void assert_fixed_point(const date_parts *date, const date_options *options) {
  date_parts again = parts_of(date->canonical, options);
  assert_string_equal(again.canonical, date->canonical);
  assert_int_equal(again.precision, date->precision);
  assert_int_equal(again.year, date->year);
  assert_int_equal(again.year_first, date->year_first);
  assert_int_equal(again.year_last, date->year_last);
  assert_int_equal(again.month, date->month);
  assert_int_equal(again.day, date->day);
  assert_int_equal(again.age, date->age);
  const uint32_t kept = DATE_PLACEHOLDER | DATE_MAYBE_YEAR_ONLY | DATE_MAYBE_DAY_UNKNOWN | DATE_APPROXIMATE;
  if (date->precision != DATE_NONE) assert_int_equal(again.findings & kept, date->findings & kept);
  assert_int_equal(again.findings & DATE_ERRORS, 0);
}

static void check_case(char **cells) {
  char parts[256], findings[256];
  date_options options = options_of(cells[1]);
  date_parts date = parts_of(cells[0], &options);
  describe(&date, parts, findings, sizeof parts);
  if (strcmp(cells[2], date.canonical) || strcmp(cells[3], parts) || strcmp(cells[4], findings)) {
    print_message("[%s] is now %s | %s | %s\n", cells[0], date.canonical, parts, findings);
  }
  assert_string_equal(date.canonical, cells[2]);
  assert_string_equal(parts, cells[3]);
  assert_string_equal(findings, cells[4]);
  assert_int_equal(date.precision == DATE_NONE && date.present, (date.findings & DATE_ERRORS) != 0);
  assert_fixed_point(&date, &options);
}

static void test_golden(void **state) {
  (void)state;
  assert_true(golden_each("golden/dates.tsv", 5, check_case) >= 200);
}

/* ---- the calendar ------------------------------------------------------------------------- */

static void assert_date(const char *text, unsigned year, unsigned month, unsigned day) {
  date_value value = value_of(text);
  assert_true(value.present && value.valid && !value.month_first);
  assert_int_equal(value.year, year);
  assert_int_equal(value.month, month);
  assert_int_equal(value.day, day);
  date_parts parts = parts_of(text, NULL);
  assert_int_equal(parts.precision, DATE_DAY);
  assert_true(parts.year == year && parts.month == month && parts.day == day);
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
        char text[64];
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
      char text[64];
      snprintf(text, sizeof text, "%02u/%02u/%u", last + 1, month, year);
      date_value value = value_of(text);
      assert_true(value.present && !value.valid);
      assert_true(parts_of(text, NULL).findings & (DATE_NO_SUCH_DAY | DATE_DAY_RANGE));
    }
  }
}

/* ddmmyyyy and ngày d tháng m năm yyyy, which normalise_date does not read. */
static void test_every_day_in_other_words(void **state) {
  (void)state;
  for (unsigned year = 1900; year <= 2050; year++) {
    for (unsigned month = 1; month <= 12; month++) {
      for (unsigned day = 1; day <= 28; day += 3) {
        char text[2][64], expected[16];
        snprintf(text[0], sizeof text[0], "%02u%02u%04u", day, month, year);
        snprintf(text[1], sizeof text[1], "ngày %u tháng %u năm %u", day, month, year);
        snprintf(expected, sizeof expected, "%04u-%02u-%02u", year, month, day);
        for (int i = 0; i < 2; i++) assert_string_equal(parts_of(text[i], NULL).canonical, expected);
      }
    }
  }
}

static void test_years_have_bounds(void **state) {
  (void)state;
  for (unsigned year = 0; year < 10000; year++) {
    char text[16];
    snprintf(text, sizeof text, "01/02/%04u", year);
    date_value value = value_of(text);
    date_parts parts = parts_of(text, NULL);
    assert_true(value.present);
    assert_int_equal(value.valid, year >= 1850 && year <= 2100);
    assert_int_equal(value.year, value.valid ? year : 0);
    assert_int_equal(parts.year, value.year);
    bool filler = year <= 1 || year == 9999;
    assert_int_equal((parts.findings & DATE_YEAR_RANGE) != 0, !value.valid && !filler);
  }
}

/* Two digits mean one of the hundred years that end with the pivot. */
static void test_pivot(void **state) {
  (void)state;
  static const uint16_t pivots[] = {1999, 2000, 2025, 2099};
  for (size_t p = 0; p < sizeof pivots / sizeof pivots[0]; p++) {
    date_options options = {.short_year_last = pivots[p]};
    for (unsigned digits = 0; digits < 100; digits++) {
      char text[16];
      snprintf(text, sizeof text, "13/02/%02u", digits);
      date_parts parts = parts_of(text, &options);
      assert_int_equal(parts.precision, DATE_DAY);
      assert_int_equal(parts.year % 100, digits);
      assert_in_range(parts.year, pivots[p] - 99u, pivots[p]);
      assert_int_equal(parts_of(text, NULL).precision, DATE_NONE);
    }
  }
}

/* ---- the order of a column ---------------------------------------------------------------- */

static date_order order_of(const char *const *values, size_t count) {
  date_order_evidence evidence = {0}, halves[2] = {{0}, {0}};
  for (size_t i = 0; i < count; i++) {
    date_order_count(&evidence, values[i], strlen(values[i]));
    date_order_count(&halves[i % 2], values[i], strlen(values[i]));
  }
  date_order_merge(&halves[0], &halves[1]);
  assert_memory_equal(&halves[0], &evidence, sizeof evidence);
  return date_order_infer(&evidence);
}

#define ORDER_OF(...) \
  order_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void test_order(void **state) {
  (void)state;
  assert_int_equal(ORDER_OF("03/12/1985", "31/12/1985", "1985-12-31"), DATE_ORDER_DMY);
  assert_int_equal(ORDER_OF("03/12/1985", "12/31/1985", " 1/2/2000 "), DATE_ORDER_MDY);
  assert_int_equal(ORDER_OF("03/12/1985", "05/05/1985", "1985"), DATE_ORDER_UNKNOWN);
  assert_int_equal(ORDER_OF("31/12/1985", "12/31/1985"), DATE_ORDER_UNKNOWN);
  assert_int_equal(ORDER_OF("31/12/85", "30/12/85"), DATE_ORDER_DMY);
  assert_int_equal(ORDER_OF("32/13/1985", "00/00/1985", "không rõ", ""), DATE_ORDER_UNKNOWN);
  date_order_evidence evidence = {.day_first = 9, .month_first = 1};
  assert_int_equal(date_order_infer(&evidence), DATE_ORDER_DMY);
  evidence.day_first = 8;
  assert_int_equal(date_order_infer(&evidence), DATE_ORDER_UNKNOWN);
  evidence = (date_order_evidence){.day_first = 1, .month_first = 9};
  assert_int_equal(date_order_infer(&evidence), DATE_ORDER_MDY);
}

/* ---- any text ----------------------------------------------------------------------------- */

/* Pieces that dates are made of, in any order: what normalise_date takes, date_read takes for the same. */
static void test_any_text(void **state) {
  (void)state;
  static const char *const pieces[] = {"1",   "31",   "12",     "85",    "1985", "2000", "/",    "-",   ".",   " ",       "x",
                                       "~",   "tuổi", "tháng ", "năm ",  "ngày ", "khoảng ", "thập niên ", "T", "00", "0",
                                       ":30", "Dec",  "\xC2\xA0", "\xFF", "9",    "những ", "01",   "_",   "'",   "1900"};
  uint64_t seed = 11;
  for (int round = 0; round < 200000; round++) {
    char text[128] = "";
    for (uint64_t k = random_next(&seed) % 7; k > 0; k--) {
      const char *piece = pieces[random_next(&seed) % (sizeof pieces / sizeof pieces[0])];
      snprintf(text + strlen(text), sizeof text - strlen(text), "%s", piece);
    }
    date_options options = {.order = (date_order)(round % 3),
                            .reference_year = round % 2 ? 2025 : 0,
                            .short_year_last = round % 5 ? 0 : 2025};
    date_value value = value_of(text);
    date_parts parts = parts_of(text, &options);
    assert_fixed_point(&parts, &options);
    if (!value.valid || options.order == DATE_ORDER_MDY) continue;
    assert_true(parts.year == value.year && parts.month == value.month && parts.day == value.day);
    assert_int_equal((parts.findings & DATE_MONTH_FIRST) != 0, value.month_first);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_golden_of_values),
      cmocka_unit_test(test_every_day),
      cmocka_unit_test(test_every_day_in_other_words),
      cmocka_unit_test(test_years_have_bounds),
      cmocka_unit_test(test_pivot),
      cmocka_unit_test(test_order),
      cmocka_unit_test(test_any_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
