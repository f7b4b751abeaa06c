/* Dates as registers write them. The two usual layouts are read at once; anything else is taken apart
 * into groups of digits and what stands between them, and the groups decide. */
#include <string.h>

#include "normalise/normalise.h"

enum { YEAR_MIN = 1850, YEAR_MAX = 2100, GROUPS_MAX = 3, ASCII_MAX = 64 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static unsigned days_in_month(unsigned year, unsigned month) {
  static const uint8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month];
}

/* 0 as a month or day is unknown; a day without a month says nothing. */
static bool date_exists(unsigned year, unsigned month, unsigned day) {
  if (year < YEAR_MIN || year > YEAR_MAX || month > 12 || day > 31) return false;
  return month == 0 || day <= days_in_month(year, month);
}

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

/* ---- groups of digits --------------------------------------------------------------------- */

typedef struct digit_group {
  const char *digits;
  size_t count;
  char separator; /* before it: one of / . - or a blank; 0 for the first */
} digit_group;

static unsigned group_number(const digit_group *g, size_t from, size_t count) {
  unsigned number = 0;
  for (size_t i = from; i < from + count; i++) number = number * 10 + (unsigned)(g->digits[i] - '0');
  return number;
}

/* Takes digits and separators apart; 0 groups when something else stands there. */
static size_t read_groups(const char *t, size_t length, digit_group *groups) {
  size_t count = 0, at = 0;
  char separator = 0;
  while (at < length) {
    if (!is_digit(t[at]) || count == GROUPS_MAX) return 0;
    digit_group *g = &groups[count++];
    *g = (digit_group){.digits = t + at, .separator = separator};
    while (at < length && is_digit(t[at])) at++;
    g->count = (size_t)(t + at - g->digits);
    separator = at < length ? ' ' : 0;
    while (at < length && is_blank(t[at])) at++;
    if (at < length && (t[at] == '/' || t[at] == '.' || t[at] == '-')) separator = t[at++];
    while (at < length && is_blank(t[at])) at++;
  }
  return separator == 0 ? count : 0;
}

/* Excel counts days from 1899-12-30 (its 1900 had a 29 February); five digits are 1927 to 2173. */
static void date_set_serial(date_value *out, unsigned serial) {
  /* Days to a civil date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013. */
  enum { EXCEL_EPOCH = 693899 }; /* 1899-12-30 in days since 0000-03-01 */
  unsigned z = serial + EXCEL_EPOCH, era = z / 146097, day_of_era = z % 146097;
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted = (5 * day_of_year + 2) / 153;
  unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  date_set(out, year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1);
}

/* yyyy, serial, yyyymmdd, yyyymmddHHMM, yyyymmddHHMMSS. */
static void read_one_group(const digit_group *g, date_value *out) {
  switch (g->count) {
  case 4:
    date_set(out, group_number(g, 0, 4), 0, 0);
    break;
  case 5:
    date_set_serial(out, group_number(g, 0, 5));
    break;
  case 8:
  case 12:
  case 14:
    date_set(out, group_number(g, 0, 4), group_number(g, 4, 2), group_number(g, 6, 2));
    break;
  default:
    break;
  }
}

/* mm/yyyy, yyyy-mm, and what a spreadsheet left a fraction on: 31115.0, 1985.0, 19850312.0. */
static void read_two_groups(const digit_group *g, date_value *out) {
  bool fraction = g[1].separator == '.' && (g[1].count == 1 || g[0].count == 5);
  if (fraction && (g[0].count == 5 || g[1].digits[0] == '0')) {
    read_one_group(&g[0], out);
  } else if (g[0].count <= 2 && g[1].count == 4) {
    date_set(out, group_number(&g[1], 0, 4), group_number(&g[0], 0, g[0].count), 0);
  } else if (g[0].count == 4 && g[1].count <= 2) {
    date_set(out, group_number(&g[0], 0, 4), group_number(&g[1], 0, g[1].count), 0);
  }
}

/* Year last, or first where it is not parted by blanks alone. */
static void read_three_groups(const digit_group *g, date_value *out) {
  if (g[1].count > 2) return;
  unsigned middle = group_number(&g[1], 0, g[1].count);
  if (g[0].count <= 2 && g[2].count == 4) {
    date_set_day_first(out, group_number(&g[0], 0, g[0].count), middle, group_number(&g[2], 0, 4));
  } else if (g[0].count == 4 && g[2].count <= 2 && g[1].separator != ' ') {
    date_set(out, group_number(&g[0], 0, 4), middle, group_number(&g[2], 0, g[2].count));
  }
}

/* ---- whole values ------------------------------------------------------------------------- */

/* The length without a time of day behind: "1985-03-12T00:00:00+07:00", "03/12/1985 8:30:00 SA". */
static size_t length_without_time(const char *t, size_t length) {
  const char *colon = memchr(t, ':', length);
  if (colon == NULL) return length;
  size_t at = (size_t)(colon - t);
  while (at > 0 && is_digit(t[at - 1])) at--;
  if (at < 2 || (t[at - 1] != 'T' && t[at - 1] != 't' && !is_blank(t[at - 1]))) return length;
  at--;
  while (at > 0 && is_blank(t[at - 1])) at--;
  return at;
}

static bool is_placeholder(const char *t, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (is_digit(t[i])) return false;
  }
  text_value words;
  normalise_text(t, length, &words);
  if (words.length == 0) return true;
  for (size_t i = 0; i < words.length; i++) {
    if (words.letters[i] != 'X' - 'A' + LETTER_A && words.letters[i] != LETTER_SPACE) return false;
  }
  return true; /* xx/xx/xxxx */
}

static void read_date(const char *t, size_t length, date_value *out) {
  digit_group groups[GROUPS_MAX];
  switch (read_groups(t, length_without_time(t, length), groups)) {
  case 1:
    read_one_group(&groups[0], out);
    break;
  case 2:
    read_two_groups(groups, out);
    break;
  case 3:
    read_three_groups(groups, out);
    break;
  default:
    break;
  }
}

static bool is_noise(char c) { return is_blank(c) || c == '\'' || c == '"'; }

void normalise_date(const char *text, size_t length, date_value *out) {
  memset(out, 0, sizeof *out);
  if (length == 10 && read_usual(text, out)) return;
  while (length > 0 && is_noise(text[0])) text++, length--;
  while (length > 0 && is_noise(text[length - 1])) length--;
  if (length == 0) return;
  char ascii[ASCII_MAX];
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] < 0x80) continue;
    if (is_placeholder(text, length)) return;
    length = text_fold_plain(text, length, ascii, sizeof ascii);
    text = ascii;
    break;
  }
  out->present = true;
  if (length == 10 && read_usual(text, out)) return;
  if (is_placeholder(text, length)) {
    out->present = false;
    return;
  }
  read_date(text, length, out);
}
