/* Quantities and sex as values. */
#include <math.h>
#include <stdio.h>

#include "normalise/value_types.h"

enum { NUMBER_BYTES = 48 };
static const double number_limit = 1e18; /* normalise_number reads eighteen digits */

/* Fifteen significant digits, which a double keeps, and no exponent. Returns the length. */
static size_t write_number(double number, char text[NUMBER_BYTES]) {
  double size = fabs(number);
  int length = 0;
  if (size >= 1e15 || number == 0) {
    length = snprintf(text, NUMBER_BYTES, "%.0f", size == 0 ? 0.0 : number);
  } else {
    int before = size >= 1 ? (int)floor(log10(size)) + 1 : 0;
    length = snprintf(text, NUMBER_BYTES, "%.*f", size < 1 ? 18 : 15 - before, number);
    if (strchr(text, '.')) {
      while (text[length - 1] == '0') length--;
      length -= text[length - 1] == '.';
    }
  }
  return (size_t)length;
}

/* With a decimal comma, as written in Vietnam, where a lone point may part thousands. */
void value_read_number(const value_context *context, const char *text, size_t length, value_result *out) {
  (void)context;
  double number = normalise_number(text, length);
  if (isnan(number)) {
    value_find_unread(out, text, length, "not_a_number");
    return;
  }
  if (fabs(number) >= number_limit) {
    value_find(out, "too_large");
    return;
  }
  char digits[NUMBER_BYTES];
  value_text decimal = value_copy(out, digits, write_number(number, digits));
  char *point = memchr(digits, '.', decimal.length);
  if (point) *point = ',';
  out->canonical = value_copy(out, digits, decimal.length);
  value_part_at(out, "decimal", decimal.text, decimal.length);
}

void value_read_sex(const value_context *context, const char *text, size_t length, value_result *out) {
  static const struct {
    const char *canonical, *word;
  } sexes[] = {[SEX_MALE] = {"Nam", "male"}, [SEX_FEMALE] = {"Nữ", "female"}, [SEX_OTHER] = {"Khác", "other"}};
  (void)context;
  sex_value sex = normalise_sex(text, length);
  if (sex == SEX_MISSING) {
    value_find_unread(out, text, length, "not_a_sex");
    return;
  }
  out->canonical = (value_text){sexes[sex].canonical, strlen(sexes[sex].canonical)};
  value_part_word(out, "sex", sexes[sex].word);
}
