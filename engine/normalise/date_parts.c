/* date_read: the digits of a date (date_layout.c) or its words (date_words.c), judged. */
#include "normalise/date.h"

#include <string.h>

#include "normalise/date_words.h"

enum {
  AGE_MAX = 130,
  AROUND_YEARS = 2, /* "khoảng 1963" is taken for 1961 to 1965: our judgement, not a source's */
  AROUND_DECADE = 5
};

static const date_options no_options = {.order = DATE_ORDER_UNKNOWN};

/* ---- canonical text ----------------------------------------------------------------------- */

static char *put_digits(char *out, unsigned number, unsigned count) {
  for (unsigned i = count; i > 0; i--) {
    out[i - 1] = (char)('0' + number % 10);
    number /= 10;
  }
  return out + count;
}

static char *put_text(char *out, const char *text) {
  size_t length = strlen(text);
  memcpy(out, text, length);
  return out + length;
}

static void write_canonical(date_parts *d) {
  char *out = d->canonical;
  if (d->precision != DATE_NONE && d->findings & DATE_APPROXIMATE) *out++ = '~';
  switch (d->precision) {
  case DATE_NONE:
    break;
  case DATE_AGE:
    out = put_digits(out, d->age, d->age > 99 ? 3 : d->age > 9 ? 2 : 1);
    out = put_text(out, " tuổi");
    break;
  case DATE_DECADE:
    if (d->findings & DATE_APPROXIMATE) out = put_digits(out, d->year, 4);
    else out = put_text(put_digits(out, d->year / 10u, 3), "x");
    break;
  default:
    out = put_digits(out, d->year, 4);
    if (d->precision == DATE_YEAR) break;
    *out++ = '-';
    out = put_digits(out, d->month, 2);
    if (d->precision == DATE_MONTH) break;
    *out++ = '-';
    out = put_digits(out, d->day, 2);
  }
  *out = 0;
}

/* ---- judging ------------------------------------------------------------------------------ */

typedef struct calendar_day {
  unsigned year, month, day;
} calendar_day;

/* Days that programs and people write where they know none. */
static bool is_filler(calendar_day d) {
  static const struct {
    uint16_t year;
    uint8_t month, day;
  } fillers[] = {{1900, 1, 1}, {1899, 12, 30}, {1899, 12, 31}, {1753, 1, 1}, {1111, 11, 11}};
  if (d.year <= 1 || d.year == 9999) return true;
  for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++) {
    if (d.year == fillers[i].year && d.month == fillers[i].month && d.day == fillers[i].day) return true;
  }
  return false;
}

static uint32_t fault_of(calendar_day d) {
  uint32_t faults = 0;
  if (d.year < DATE_YEAR_MIN || d.year > DATE_YEAR_MAX) faults |= DATE_YEAR_RANGE;
  if (d.month > 12) faults |= DATE_MONTH_RANGE;
  if (d.day > 31) faults |= DATE_DAY_RANGE;
  if (faults == 0 && d.month > 0 && d.day > date_days_in_month(d.year, d.month)) faults = DATE_NO_SUCH_DAY;
  return faults;
}

static void set_years(date_parts *out, unsigned year, unsigned before, unsigned after) {
  out->year = (uint16_t)year;
  out->year_first = (uint16_t)(year - before);
  out->year_last = (uint16_t)(year + after);
}

/* What a first of the month may mean. */
static uint32_t doubts_of(calendar_day d, bool filler) {
  if (filler) return DATE_PLACEHOLDER;
  if (d.day != 1 || d.month == 0) return 0;
  return d.month == 1 ? DATE_MAYBE_YEAR_ONLY : DATE_MAYBE_DAY_UNKNOWN;
}

static void set_day(date_parts *out, calendar_day d) {
  bool filler = is_filler(d);
  uint32_t faults = fault_of(d);
  if (faults) {
    out->present = !filler;
    out->findings |= filler ? DATE_PLACEHOLDER : faults;
    return;
  }
  out->precision = d.month == 0 ? DATE_YEAR : d.day == 0 ? DATE_MONTH : DATE_DAY;
  if (d.month == 0 && d.day > 0) out->findings |= DATE_DAY_DROPPED;
  out->findings |= doubts_of(d, filler);
  out->month = (uint8_t)d.month;
  out->day = (uint8_t)(d.month == 0 ? 0 : d.day);
  set_years(out, d.year, 0, 0);
}

/* Reads two numbers as the column's order says, or the other way where only that is a date. */
static void set_ordered(date_parts *out, date_order order, unsigned first, unsigned second, unsigned year) {
  calendar_day dmy = {year, second, first}, mdy = {year, first, second};
  bool both_given = first > 0 && second > 0;
  bool is_dmy = fault_of(dmy) == 0, is_mdy = both_given && fault_of(mdy) == 0;
  bool month_first = is_mdy && (order == DATE_ORDER_MDY || !is_dmy);
  if (is_dmy && is_mdy && first != second && order == DATE_ORDER_UNKNOWN) out->findings |= DATE_AMBIGUOUS_ORDER;
  if (month_first && order != DATE_ORDER_MDY) out->findings |= DATE_MONTH_FIRST;
  if (!month_first && is_dmy && both_given && order == DATE_ORDER_MDY) out->findings |= DATE_DAY_FIRST;
  /* 02/30/1990: the fault is that of the order in which the numbers are a month and a day at all. */
  bool fault_in_mdy = !is_dmy && !is_mdy && (order == DATE_ORDER_MDY || fault_of(mdy) == DATE_NO_SUCH_DAY);
  set_day(out, month_first || fault_in_mdy ? mdy : dmy);
}

/* The year that two digits mean; 0 when nobody said. */
static unsigned year_of_two_digits(unsigned digits, const date_options *options, date_parts *out) {
  unsigned last = options->short_year_last;
  if (last < 100) {
    out->findings |= DATE_SHORT_YEAR;
    return 0;
  }
  out->findings |= DATE_SHORT_YEAR_READ;
  unsigned year = last / 100 * 100 + digits;
  return year > last ? year - 100 : year;
}

static void judge(date_digits digits, const date_options *options, date_parts *out) {
  unsigned year = digits.year;
  if (digits.year_short) {
    year = year_of_two_digits(year, options, out);
    if (year == 0) return;
  }
  if (digits.layout == DATE_LAYOUT_SERIAL) out->findings |= DATE_SERIAL;
  if (digits.layout == DATE_LAYOUT_DAY_MONTH_YEAR) {
    set_ordered(out, options->order, digits.day, digits.month, year);
  } else {
    set_day(out, (calendar_day){year, digits.month, digits.day});
  }
}

/* ---- what is not in digits alone ---------------------------------------------------------- */

static unsigned number_of(const char *text, size_t length) {
  unsigned number = 0;
  for (size_t i = 0; i < length; i++) {
    if (text[i] < '0' || text[i] > '9') return UINT32_MAX;
    number = number * 10 + (unsigned)(text[i] - '0');
  }
  return number;
}

/* Born in the year of the last birthday's count, or the year before. */
static void set_age(const date_words *words, const date_options *options, date_parts *out) {
  unsigned age = words->length <= 3 ? number_of(words->text, words->length) : UINT32_MAX;
  if (age != UINT32_MAX && words->age_in_months) age /= 12;
  if (age > AGE_MAX) {
    out->findings |= age == UINT32_MAX ? DATE_NOT_A_DATE : DATE_AGE_RANGE;
    return;
  }
  out->precision = DATE_AGE;
  out->age = (uint8_t)age;
  unsigned around = out->findings & DATE_APPROXIMATE ? AROUND_YEARS : 0;
  if (options->reference_year > AGE_MAX + AROUND_YEARS) {
    set_years(out, options->reference_year - age, 1 + around, around);
  } else {
    out->findings |= DATE_NO_REFERENCE_YEAR;
  }
}

static void set_decade(const date_words *words, const date_options *options, date_parts *out) {
  unsigned year = words->length == 4 || words->length == 2 ? number_of(words->text, words->length) : UINT32_MAX;
  if (year % 10 != 0) {
    out->findings |= DATE_NOT_A_DATE;
    return;
  }
  if (words->length == 2) year = year_of_two_digits(year, options, out);
  if (year == 0 && words->length == 2) return;
  if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX) {
    out->findings |= DATE_YEAR_RANGE;
    return;
  }
  out->precision = DATE_DECADE;
  out->findings &= ~(uint32_t)DATE_APPROXIMATE; /* a decade is no more than that anyway */
  set_years(out, year, 0, 9);
}

static void widen(date_parts *out) {
  if (out->precision != DATE_YEAR) return;
  bool round = out->year % 10 == 0;
  if (round) out->precision = DATE_DECADE;
  set_years(out, out->year, round ? AROUND_DECADE : AROUND_YEARS, round ? AROUND_DECADE - 1 : AROUND_YEARS);
}

/* Where the month is named, no order has to be guessed. */
static date_digits digits_of_words(const date_words *words) {
  date_digits digits = date_digits_read(words->text, words->length);
  if (digits.layout != DATE_LAYOUT_DAY_MONTH_YEAR || !words->month_named) return digits;
  digits.layout = DATE_LAYOUT_YEAR_FIRST;
  if (words->month_leads) {
    uint8_t first = digits.day;
    digits.day = digits.month;
    digits.month = first;
  }
  return digits;
}

static void read_words(const char *text, size_t length, const date_options *options, date_parts *out) {
  char folded[DATE_ASCII_MAX];
  length = text_fold_plain(text, length, folded, sizeof folded);
  date_digits digits = date_digits_read(folded, length);
  date_words words;
  if (digits.layout != DATE_LAYOUT_NONE) {
    judge(digits, options, out);
    return;
  }
  if (!date_words_read(folded, length, &words)) {
    out->findings |= DATE_NOT_A_DATE;
    return;
  }
  if (words.approximate) out->findings |= DATE_APPROXIMATE;
  if (words.age) {
    set_age(&words, options, out);
  } else if (words.decade) {
    set_decade(&words, options, out);
  } else {
    digits = digits_of_words(&words);
    if (digits.layout == DATE_LAYOUT_NONE) out->findings |= DATE_NOT_A_DATE;
    else judge(digits, options, out);
    if (words.approximate) widen(out);
  }
}

/* Eight digits that are no yyyymmdd: yyyy begins with 18 to 21, which no month does, so that the two layouts
 * exclude each other. */
static bool is_joined_day_first(const char *text, size_t length, date_digits *digits) {
  if (length != 8 || number_of(text, 8) == UINT32_MAX || date_exists(digits->year, digits->month, digits->day)) {
    return false;
  }
  calendar_day d = {.year = number_of(text + 4, 4), .month = number_of(text + 2, 2), .day = number_of(text, 2)};
  uint32_t fault = fault_of(d);
  if (d.day == 0 || d.month == 0 || (fault && fault != DATE_NO_SUCH_DAY)) return false;
  *digits = (date_digits){.layout = DATE_LAYOUT_YEAR_FIRST, .year = (uint16_t)d.year, .month = (uint8_t)d.month,
                          .day = (uint8_t)d.day};
  return true;
}

void date_read(const char *text, size_t length, const date_options *options, date_parts *out) {
  memset(out, 0, sizeof *out);
  if (options == NULL) options = &no_options;
  date_text_trim(&text, &length);
  if (length == 0) return;
  date_digits digits = date_digits_read(text, length);
  out->present = true;
  if (digits.layout != DATE_LAYOUT_NONE) {
    if (is_joined_day_first(text, length, &digits)) out->findings |= DATE_JOINED_DAY_FIRST;
    judge(digits, options, out);
  } else if (date_text_is_placeholder(text, length)) {
    out->present = false;
    out->findings |= DATE_PLACEHOLDER;
  } else {
    read_words(text, length, options, out);
  }
  write_canonical(out);
}
