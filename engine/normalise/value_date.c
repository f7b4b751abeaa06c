/* Dates as values. */
#include "normalise/value_types.h"

/* What was read otherwise than it is written, and is used. */
static const uint32_t date_repairs = DATE_MONTH_FIRST | DATE_DAY_FIRST | DATE_DAY_DROPPED | DATE_SHORT_YEAR_READ |
                                     DATE_SERIAL | DATE_JOINED_DAY_FIRST;

void value_read_date(const value_context *context, const char *text, size_t length, value_result *out) {
  date_parts date;
  value_part parts[VALUE_PARTS_MAX];
  date_read(text, length, &context->dates, &date);
  out->canonical = value_copy(out, date.canonical, strlen(date.canonical));
  value_parts_copy(out, parts, date_part_list(&date, parts));
  for (uint32_t left = date.findings; left != 0; left &= left - 1) {
    uint32_t finding = left & -left;
    if (finding & date_repairs) value_repair(out, date_finding_name(finding));
    else value_find(out, date_finding_name(finding));
  }
  if (out->canonical.length == 0 && date.findings == 0) value_find_nothing(out, text, length);
}
