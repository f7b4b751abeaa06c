/* The layouts of dates: groups of digits and what stands between them, and the groups decide. */
#include "normalise/date_layout.h"

#include <string.h>

enum { GROUPS_MAX = 3 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

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

static date_digits digits_of(date_layout layout, unsigned year, unsigned month, unsigned day) {
  return (date_digits){.layout = (uint8_t)layout, .year = (uint16_t)year, .month = (uint8_t)month, .day = (uint8_t)day};
}

/* Excel counts days from 1899-12-30 (its 1900 had a 29 February); five digits are 1927 to 2173. */
static date_digits digits_of_serial(unsigned serial) {
  /* Days to a civil date: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013. */
  enum { EXCEL_EPOCH = 693899 }; /* 1899-12-30 in days since 0000-03-01 */
  unsigned z = serial + EXCEL_EPOCH, era = z / 146097, day_of_era = z % 146097;
  unsigned year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  unsigned day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  unsigned shifted = (5 * day_of_year + 2) / 153;
  unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
  return digits_of(DATE_LAYOUT_SERIAL, year_of_era + era * 400 + (month <= 2), month,
                   day_of_year - (153 * shifted + 2) / 5 + 1);
}

static const date_digits nothing = {.layout = DATE_LAYOUT_NONE};

/* yyyy, serial, yyyymmdd, yyyymmddHHMM, yyyymmddHHMMSS. */
static date_digits read_one_group(const digit_group *g) {
  switch (g->count) {
  case 4:
    return digits_of(DATE_LAYOUT_YEAR, group_number(g, 0, 4), 0, 0);
  case 5:
    return digits_of_serial(group_number(g, 0, 5));
  case 8:
  case 12:
  case 14:
    return digits_of(DATE_LAYOUT_YEAR_FIRST, group_number(g, 0, 4), group_number(g, 4, 2), group_number(g, 6, 2));
  default:
    return nothing;
  }
}

/* mm/yyyy, yyyy-mm, and what a spreadsheet left a fraction on: 31115.0, 1985.0, 19850312.0. */
static date_digits read_two_groups(const digit_group *g) {
  bool fraction = g[1].separator == '.' && (g[1].count == 1 || g[0].count == 5);
  if (fraction && (g[0].count == 5 || g[1].digits[0] == '0')) return read_one_group(&g[0]);
  if (g[0].count <= 2 && g[1].count == 4) {
    return digits_of(DATE_LAYOUT_MONTH_YEAR, group_number(&g[1], 0, 4), group_number(&g[0], 0, g[0].count), 0);
  }
  if (g[0].count == 4 && g[1].count <= 2) {
    return digits_of(DATE_LAYOUT_MONTH_YEAR, group_number(&g[0], 0, 4), group_number(&g[1], 0, g[1].count), 0);
  }
  return nothing;
}

/* Year last, or first where it is not parted by blanks alone. */
static date_digits read_three_groups(const digit_group *g) {
  if (g[1].count > 2) return nothing;
  unsigned middle = group_number(&g[1], 0, g[1].count);
  if (g[0].count <= 2 && (g[2].count == 4 || g[2].count == 2)) {
    date_digits out = digits_of(DATE_LAYOUT_DAY_MONTH_YEAR, group_number(&g[2], 0, g[2].count), middle,
                                group_number(&g[0], 0, g[0].count));
    out.year_short = g[2].count == 2;
    return out;
  }
  if (g[0].count == 4 && g[2].count <= 2 && g[1].separator != ' ') {
    return digits_of(DATE_LAYOUT_YEAR_FIRST, group_number(&g[0], 0, 4), middle, group_number(&g[2], 0, g[2].count));
  }
  return nothing;
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

date_digits date_digits_read(const char *text, size_t length) {
  digit_group groups[GROUPS_MAX];
  switch (read_groups(text, length_without_time(text, length), groups)) {
  case 1:
    return read_one_group(&groups[0]);
  case 2:
    return read_two_groups(groups);
  case 3:
    return read_three_groups(groups);
  default:
    return nothing;
  }
}

bool date_text_is_placeholder(const char *t, size_t length) {
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

static bool is_noise(char c) { return is_blank(c) || c == '\'' || c == '"'; }

void date_text_trim(const char **text, size_t *length) {
  while (*length > 0 && is_noise((*text)[0])) (*text)++, (*length)--;
  while (*length > 0 && is_noise((*text)[*length - 1])) (*length)--;
}
