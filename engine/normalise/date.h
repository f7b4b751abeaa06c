/* A date with everything that can be said of it: how precise it is, what was doubtful, why it is none.
 *
 * normalise_date (normalise.h) is the hot way for feature rows. date_read accepts all that it accepts, with the
 * same result when the order is unknown or day first, and more: dates in words, ages, decades, years of two
 * digits. Both are pure and thread-safe, and allocate nothing.
 */
#ifndef KHOP_NORMALISE_DATE_H
#define KHOP_NORMALISE_DATE_H

#include "normalise/normalise.h"
#include "normalise/value_part.h"

typedef enum date_precision { DATE_NONE, DATE_DAY, DATE_MONTH, DATE_YEAR, DATE_DECADE, DATE_AGE } date_precision;

/* Which of two numbers comes first in a column; unknown is read day first, and says so where it matters. */
typedef enum date_order { DATE_ORDER_UNKNOWN, DATE_ORDER_DMY, DATE_ORDER_MDY } date_order;

/* Findings of a date, a bit each. With one of DATE_ERRORS there is no date. */
enum {
  /* errors */
  DATE_NOT_A_DATE = 1u << 0,
  DATE_SHORT_YEAR = 1u << 1, /* a year of two digits, and no word on what it means */
  DATE_YEAR_RANGE = 1u << 2, /* before 1850 or after 2100 */
  DATE_MONTH_RANGE = 1u << 3,
  DATE_DAY_RANGE = 1u << 4,
  DATE_NO_SUCH_DAY = 1u << 5, /* 30/02, 31/04, 29/02 of a common year */
  DATE_AGE_RANGE = 1u << 6,   /* more than 130 years */
  /* warnings */
  DATE_PLACEHOLDER = 1u << 7,       /* 1900-01-01 (kept); 00/00/0000, 01/01/0001, xx/xx/xxxx (no date) */
  DATE_MAYBE_YEAR_ONLY = 1u << 8,   /* 01/01 */
  DATE_MAYBE_DAY_UNKNOWN = 1u << 9, /* the first of another month */
  DATE_AMBIGUOUS_ORDER = 1u << 10,  /* both orders give a date, and the order is unknown */
  DATE_MONTH_FIRST = 1u << 11,      /* read as mm/dd in spite of the order */
  DATE_DAY_FIRST = 1u << 12,        /* read as dd/mm in spite of the order */
  DATE_DAY_DROPPED = 1u << 13,      /* a day of an unknown month */
  DATE_APPROXIMATE = 1u << 14,      /* "khoảng", "~" */
  DATE_SHORT_YEAR_READ = 1u << 15,  /* a year of two digits, read by short_year_last */
  DATE_SERIAL = 1u << 16,           /* a spreadsheet's day number */
  DATE_JOINED_DAY_FIRST = 1u << 17, /* ddmmyyyy, which no yyyymmdd can be mistaken for */
  DATE_NO_REFERENCE_YEAR = 1u << 18 /* an age, and no year to count back from */
};
enum { DATE_ERRORS = (1u << 7) - 1, DATE_FINDINGS = 19, DATE_CANONICAL_MAX = 15 };

typedef struct date_options {
  date_order order;
  uint16_t reference_year;  /* the year in which an age was written down; 0: unknown */
  uint16_t short_year_last; /* the last year that two digits may mean (2025: 26 is 1926); 0: they are not read */
} date_options;

typedef struct date_parts {
  date_precision precision;
  bool present;        /* something other than a placeholder stood there */
  uint8_t month, day;  /* 0: unknown */
  uint8_t age;         /* DATE_AGE: whole years */
  uint16_t year;       /* the likeliest one; of a decade its first, or the one written; 0: unknown */
  uint16_t year_first; /* the years that it can be, both ends included; 0: unknown */
  uint16_t year_last;
  uint32_t findings;
  /* NUL-terminated: 1985-12-03, 1985-12, 1985, 196x, 35 tuổi; with ~ before when approximate. Reads as itself. */
  char canonical[DATE_CANONICAL_MAX + 1];
} date_parts;

/* Beside what normalise_date reads (the year range of each in brackets):
 *     ngày 3 tháng 12 năm 1985, tháng 12 năm 1985, năm 1985, SN 1985, 03-DEC-85
 *     __/__/1985, xx/12/1985           a month or a year
 *     03/12/85                         with short_year_last
 *     03121985                         day first
 *     thập niên 1960, những năm 1960, 196x, 1960s   [1960-1969]
 *     khoảng 1960, ~1960               a decade around a round year [1955-1964]
 *     khoảng 1963, ~1963               a year [1961-1965]
 *     35 tuổi, 35t, 18 tháng tuổi      an age [reference_year - age - 1, reference_year - age]
 * `options` may be NULL: order unknown, neither year known. */
void date_read(const char *text, size_t length, const date_options *options, date_parts *out);

/* The stable word of one finding, as in "no_such_day". */
const char *date_finding_name(uint32_t finding);
const char *date_precision_name(date_precision precision);
/* precision, year, month, day, age, year_first, year_last: those that are known. Returns how many. */
size_t date_part_list(const date_parts *date, value_part parts[VALUE_PARTS_MAX]);

/* What a column says of its order. Values of one column are counted (in any parts, which add up), then asked. */
typedef struct date_order_evidence {
  uint64_t day_first;   /* 31/12/1985 */
  uint64_t month_first; /* 12/31/1985 */
  uint64_t ambiguous;   /* 03/12/1985 */
} date_order_evidence;

void date_order_count(date_order_evidence *evidence, const char *text, size_t length);
void date_order_merge(date_order_evidence *into, const date_order_evidence *from);
/* The order of at least nine tenths of the values that are not ambiguous; unknown when there is none. */
date_order date_order_infer(const date_order_evidence *evidence);

#endif
