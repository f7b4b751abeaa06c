/* How a date is written: its digits taken apart into day, month and year, not yet judged. Shared by
 * normalise_date, which is hot and says only yes or no, and by date_read, which says why not.
 *
 *     03/12/1985, 3.12.85   DATE_LAYOUT_DAY_MONTH_YEAR  day = the first number, month = the second
 *     1985-12-03, 19851203  DATE_LAYOUT_YEAR_FIRST
 *     12/1985, 1985-12      DATE_LAYOUT_MONTH_YEAR      day 0
 *     1985, 1985.0          DATE_LAYOUT_YEAR            month and day 0
 *     31115, 31115.25       DATE_LAYOUT_SERIAL          Excel's count of days, as a date
 */
#ifndef KHOP_NORMALISE_DATE_LAYOUT_H
#define KHOP_NORMALISE_DATE_LAYOUT_H

#include "normalise/normalise.h"

enum { DATE_YEAR_MIN = 1850, DATE_YEAR_MAX = 2100, DATE_ASCII_MAX = 64 };

typedef enum date_layout {
  DATE_LAYOUT_NONE,
  DATE_LAYOUT_DAY_MONTH_YEAR,
  DATE_LAYOUT_YEAR_FIRST,
  DATE_LAYOUT_MONTH_YEAR,
  DATE_LAYOUT_YEAR,
  DATE_LAYOUT_SERIAL
} date_layout;

typedef struct date_digits {
  uint8_t layout; /* date_layout; small, so that the struct travels in a register */
  bool year_short; /* of two digits */
  uint16_t year;
  uint8_t month, day; /* 0 to 99 */
} date_digits;

/* What the layouts above make of `text`, a time of day behind it apart. */
date_digits date_digits_read(const char *text, size_t length);

/* `month` is 0 to 12. */
static inline unsigned date_days_in_month(unsigned year, unsigned month) {
  static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month];
}

/* A day of the calendar, or a month or year with 0 for what is unknown, between the years above. */
static inline bool date_exists(unsigned year, unsigned month, unsigned day) {
  if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX || month > 12 || day > 31) return false;
  return month == 0 || day <= date_days_in_month(year, month);
}

/* No digit, and nothing but marks, X, or words that say that nothing is known. */
bool date_text_is_placeholder(const char *text, size_t length);

/* Drops blanks and quotes around. */
void date_text_trim(const char **text, size_t *length);

#endif
