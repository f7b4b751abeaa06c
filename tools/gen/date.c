/* See date.h. */
#include "date.h"

int32_t gen_day_of(gen_date date) {
  int32_t year = date.year - (date.month <= 2), month = date.month;
  int32_t era = year / 400, of_era = year - era * 400;
  int32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

gen_date gen_date_of(int32_t day) {
  int32_t shifted = day + 719468, era = shifted / 146097, of_era = shifted - era * 146097;
  int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
  int32_t shifted_month = (5 * of_year + 2) / 153;
  int32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return (gen_date){(uint16_t)(year + era * 400 + (month <= 2)), (uint8_t)month,
                    (uint8_t)(of_year - (153 * shifted_month + 2) / 5 + 1)};
}

bool gen_date_valid(gen_date date) {
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) return false;
  gen_date again = gen_date_of(gen_day_of(date));
  return again.month == date.month && again.day == date.day;
}

void gen_put_date(gen_text *t, gen_date date, gen_date_form form) {
  if (!date.month) {
    gen_put_number(t, date.year, 4);
    return;
  }
  if (form == GEN_DATE_ISO || form == GEN_DATE_COMPACT) {
    gen_put_number(t, date.year, 4);
    if (form == GEN_DATE_ISO) gen_put(t, '-');
    gen_put_number(t, date.month, 2);
    if (form == GEN_DATE_ISO) gen_put(t, '-');
    gen_put_number(t, date.day, 2);
    return;
  }
  char mark = form == GEN_DATE_DASH ? '-' : form == GEN_DATE_DOT ? '.' : '/';
  unsigned width = form == GEN_DATE_SHORT ? 1 : 2;
  gen_put_number(t, date.day, width);
  gen_put(t, mark);
  gen_put_number(t, date.month, width);
  gen_put(t, mark);
  gen_put_number(t, date.year, 4);
}
