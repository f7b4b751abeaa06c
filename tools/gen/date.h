/* Days and the calendar. A date of month 0 says only the year. */
#ifndef KHOP_GEN_DATE_H
#define KHOP_GEN_DATE_H

#include "random.h"
#include "writer.h"

typedef struct gen_date {
  uint16_t year;
  uint8_t month, day;
} gen_date;

/* Days since 1970-01-01 and back (Hinnant's civil calendar). */
int32_t gen_day_of(gen_date date);
gen_date gen_date_of(int32_t day);
bool gen_date_valid(gen_date date);

typedef enum gen_date_form {
  GEN_DATE_SLASH,   /* 05/09/1984 */
  GEN_DATE_SHORT,   /* 5/9/1984 */
  GEN_DATE_DASH,    /* 05-09-1984 */
  GEN_DATE_DOT,     /* 05.09.1984 */
  GEN_DATE_ISO,     /* 1984-09-05 */
  GEN_DATE_COMPACT, /* 19840905 */
  GEN_DATE_FORMS
} gen_date_form;

void gen_put_date(gen_text *t, gen_date date, gen_date_form form);

#endif
