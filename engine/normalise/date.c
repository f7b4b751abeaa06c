/* Dates in the feature row: three a record, so the two usual layouts are read at once and only the rest is
 * taken apart (date_layout.c). date_read says more about a value, at leisure. */
#include <string.h>

#include "normalise/date_layout.h"

/* 0 as a month or day is unknown; a day without a month says nothing. */
static void date_set(date_value *out, unsigned year, unsigned month, unsigned day) {
  out->present = true;
  if (year == 0 && month == 0 && day == 0) out->present = false; /* 00/00/0000 */
  if (!date_exists(year, month, day)) return;
  out->valid = true;
  out->year = (uint16_t)year;
  out->month = (uint8_t)month;
  out->day = (uint8_t)(month == 0 ? 0 : day);
}

/* Day first, as Vietnam writes; month first where only that exists. */
static void date_set_day_first(date_value *out, unsigned day, unsigned month, unsigned year) {
  bool swapped = !date_exists(year, month, day) && date_exists(year, day, month) && day > 0 && month > 12;
  if (swapped) {
    date_set(out, year, day, month);
    out->month_first = true;
  } else {
    date_set(out, year, month, day);
  }
}
/* dd/mm/yyyy and yyyy-mm-dd in ten bytes; false leaves *out alone. */
static bool read_usual(const char *t, date_value *out) {
#define D(i) ((unsigned)(t[i] - '0'))
  if (t[2] == t[5] && (t[2] == '/' || t[2] == '-' || t[2] == '.')) {
    bool digits = (D(0) < 10) & (D(1) < 10) & (D(3) < 10) & (D(4) < 10) & (D(6) < 10) & (D(7) < 10) & (D(8) < 10) &
                  (D(9) < 10);
    if (!digits) return false;
    date_set_day_first(out, D(0) * 10 + D(1), D(3) * 10 + D(4), D(6) * 1000 + D(7) * 100 + D(8) * 10 + D(9));
    return true;
  }
  if (t[4] == t[7] && (t[4] == '-' || t[4] == '/' || t[4] == '.')) {
    bool digits = (D(0) < 10) & (D(1) < 10) & (D(2) < 10) & (D(3) < 10) & (D(5) < 10) & (D(6) < 10) & (D(8) < 10) &
                  (D(9) < 10);
    if (!digits) return false;
    date_set(out, D(0) * 1000 + D(1) * 100 + D(2) * 10 + D(3), D(5) * 10 + D(6), D(8) * 10 + D(9));
    return true;
  }
  return false;
#undef D
}

/* False when it has none of the layouts; *out is present all the same. */
static bool read_layouts(const char *text, size_t length, date_value *out) {
  date_digits digits = date_digits_read(text, length);
  out->present = true;
  if (digits.layout == DATE_LAYOUT_DAY_MONTH_YEAR) {
    if (!digits.year_short) date_set_day_first(out, digits.day, digits.month, digits.year);
  } else if (digits.layout != DATE_LAYOUT_NONE) {
    date_set(out, digits.year, digits.month, digits.day);
  }
  return digits.layout != DATE_LAYOUT_NONE;
}

/* What is not digits and marks alone: blanks and quotes around, words, characters outside ASCII. */
static void read_unusual(const char *text, size_t length, date_value *out) {
  out->present = false;
  date_text_trim(&text, &length);
  if (length == 0) return;
  char ascii[DATE_ASCII_MAX];
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] < 0x80) continue;
    if (date_text_is_placeholder(text, length)) return;
    length = text_fold_plain(text, length, ascii, sizeof ascii);
    text = ascii;
    break;
  }
  if (date_text_is_placeholder(text, length)) return;
  read_layouts(text, length, out);
}

void normalise_date(const char *text, size_t length, date_value *out) {
  memset(out, 0, sizeof *out);
  if (length == 10 && read_usual(text, out)) return;
  if (length > 0 && !read_layouts(text, length, out)) read_unusual(text, length, out);
}
