/* The words of date.h for users: findings, precisions, parts. */
#include "normalise/date.h"

const char *date_finding_name(uint32_t finding) {
  static const char *const names[DATE_FINDINGS] = {
      "not_a_date",        "short_year",      "year_range",  "month_range",       "day_range",
      "no_such_day",       "age_range",       "placeholder", "maybe_year_only",   "maybe_day_unknown",
      "ambiguous_order",   "month_first",     "day_first",   "day_dropped",       "approximate",
      "short_year_read",   "serial",          "joined_day_first", "no_reference_year"};
  unsigned index = finding ? (unsigned)__builtin_ctz(finding) : DATE_FINDINGS;
  return index < DATE_FINDINGS ? names[index] : "unknown";
}

const char *date_precision_name(date_precision precision) {
  static const char *const names[] = {"none", "day", "month", "year", "decade", "age"};
  return (unsigned)precision < sizeof names / sizeof names[0] ? names[precision] : "none";
}

static size_t add_number(value_part *parts, size_t count, const char *name, unsigned number) {
  value_part_set_number(&parts[count], name, number, 1);
  return count + 1;
}

size_t date_part_list(const date_parts *date, value_part parts[VALUE_PARTS_MAX]) {
  size_t count = 0;
  if (date->precision == DATE_NONE) return 0;
  value_part_set(&parts[count++], "precision", date_precision_name(date->precision));
  if (date->year) count = add_number(parts, count, "year", date->year);
  if (date->month) count = add_number(parts, count, "month", date->month);
  if (date->day) count = add_number(parts, count, "day", date->day);
  if (date->precision == DATE_AGE) count = add_number(parts, count, "age", date->age);
  if (date->year_first == date->year_last) return count;
  count = add_number(parts, count, "year_first", date->year_first);
  return add_number(parts, count, "year_last", date->year_last);
}
