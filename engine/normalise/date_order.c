/* Day first or month first? One value with a day over twelve decides for itself; a column of them decides for
 * the values that do not. */
#include "normalise/date.h"
#include "normalise/date_layout.h"

void date_order_count(date_order_evidence *evidence, const char *text, size_t length) {
  date_text_trim(&text, &length);
  date_digits digits = date_digits_read(text, length);
  if (digits.layout != DATE_LAYOUT_DAY_MONTH_YEAR) return;
  unsigned first = digits.day, second = digits.month, leap_year = 2000;
  unsigned year = digits.year_short ? leap_year : digits.year;
  if (first == 0 || second == 0) return;
  bool day_first = date_exists(year, second, first), month_first = date_exists(year, first, second);
  if (day_first && month_first) evidence->ambiguous += first != second;
  else if (day_first) evidence->day_first++;
  else if (month_first) evidence->month_first++;
}

void date_order_merge(date_order_evidence *into, const date_order_evidence *from) {
  into->day_first += from->day_first;
  into->month_first += from->month_first;
  into->ambiguous += from->ambiguous;
}

/* Nine tenths: a column in which a spreadsheet turned some dates around is in no order. */
date_order date_order_infer(const date_order_evidence *evidence) {
  enum { TIMES = 9 };
  uint64_t day_first = evidence->day_first, month_first = evidence->month_first;
  if (day_first > 0 && day_first / TIMES >= month_first) return DATE_ORDER_DMY;
  if (month_first > 0 && month_first / TIMES >= day_first) return DATE_ORDER_MDY;
  return DATE_ORDER_UNKNOWN;
}
