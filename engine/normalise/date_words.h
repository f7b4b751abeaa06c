/* The words of a date, turned into the digits and marks of a layout and what the words say beside. */
#ifndef KHOP_NORMALISE_DATE_WORDS_H
#define KHOP_NORMALISE_DATE_WORDS_H

#include "normalise/date_layout.h"

typedef struct date_words {
  bool approximate;   /* khoảng, ~ */
  bool decade;        /* thập niên, những năm, 196x, 1960s */
  bool age;           /* tuổi */
  bool age_in_months; /* tháng tuổi */
  bool month_named;   /* tháng 12, Dec: no doubt which number is the month */
  bool month_leads;   /* Dec 3, 1985 */
  size_t length;
  char text[DATE_ASCII_MAX]; /* digits and marks: "3 / 12 / 1985"; not NUL-terminated */
} date_words;

/* `text` is folded (text_fold_plain). False when a word stands there that dates have not. */
bool date_words_read(const char *text, size_t length, date_words *out);

#endif
