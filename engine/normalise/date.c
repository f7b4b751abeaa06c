/* Dates in the feature row: three a record, so the two usual layouts are read at once and only the rest is
 * taken apart (date_layout.c). date_read says more about a value, at leisure. */
#include <string.h>

#include "normalise/date_layout.h"

/* One that exists. 0 as a month or day is unknown; a day without a month says nothing. */
static void date_put(date_value *out, unsigned year, unsigned month, unsigned day) {
  out->valid = true;
  out->year = (uint16_t)year;
  out->month = (uint8_t)month;
  out->day = (uint8_t)(month == 0 ? 0 : day);
}

static void date_set(date_value *out, unsigned year, unsigned month, unsigned day) {
  out->present = year != 0 || month != 0 || day != 0; /* 00/00/0000 */
  if (date_exists(year, month, day)) date_put(out, year, month, day);
}

/* Day first, as Vietnam writes; month first where only that exists. */
static void date_set_day_first(date_value *out, unsigned day, unsigned month, unsigned year) {
  out->present = year != 0 || month != 0 || day != 0;
  if (date_exists(year, month, day)) {
    date_put(out, year, month, day);
  } else if (day > 0 && month > 12 && date_exists(year, day, month)) {
    date_put(out, year, day, month);
    out->month_first = true;
  }
}

/* Eight digits, two a number: the first in the lowest bits of each 16. False when they are not digits. */
static bool read_pairs(uint64_t digits, uint64_t *out_pairs) {
  const uint64_t high = 0xf0f0f0f0f0f0f0f0u, zeros = 0x3030303030303030u, sixes = 0x0606060606060606u;
  if ((digits & high) != zeros || ((digits + sixes) & high) != zeros) return false;
  *out_pairs = (digits - zeros) * (1 + (10 << 8)) >> 8 & 0x00ff00ff00ff00ffu;
  return true;
}

static bool is_mark(char c) { return c == '/' || c == '-' || c == '.'; }

/* dd/mm/yyyy and yyyy-mm-dd in ten bytes; false leaves *out alone. */
static bool read_usual(const char *t, date_value *out) {
  uint64_t first, last, pairs; /* bytes 0 to 7, and 2 to 9 */
  memcpy(&first, t, sizeof first);
  memcpy(&last, t + 2, sizeof last);
  if (t[2] == t[5] && is_mark(t[2])) {
    uint64_t digits = (first & 0xffff) | (first >> 24 & 0xffff) << 16 | last >> 32 << 32;
    if (!read_pairs(digits, &pairs)) return false;
    date_set_day_first(out, pairs & 255, pairs >> 16 & 255, (unsigned)(pairs >> 32 & 255) * 100 + (unsigned)(pairs >> 48));
    return true;
  }
  if (t[4] == t[7] && is_mark(t[4])) {
    uint64_t digits = (first & 0xffffffff) | (first >> 40 & 0xffff) << 32 | last >> 48 << 48;
    if (!read_pairs(digits, &pairs)) return false;
    date_set(out, (unsigned)(pairs & 255) * 100 + (unsigned)(pairs >> 16 & 255), pairs >> 32 & 255, (unsigned)(pairs >> 48));
    return true;
  }
  return false;
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
