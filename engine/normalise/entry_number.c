/* The number of an entry in a civil-status book: "3/1956", "03/1956" and "3" are one number, because the
 * book says the year. See normalise.h. */
#include <string.h>

#include "normalise/normalise.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "/19.." or "/20.." at the end. */
static bool ends_in_year(const char *text, size_t length) {
  if (length < 6 || text[length - 5] != '/') return false;
  const char *year = text + length - 4;
  bool century = (year[0] == '1' && year[1] == '9') || (year[0] == '2' && year[1] == '0');
  return century && is_digit(year[2]) && is_digit(year[3]);
}

size_t normalise_entry_number_cut(const char *text, size_t length) {
  while (length && text[length - 1] == ' ') length--;
  return ends_in_year(text, length) ? length - 5 : length;
}

void normalise_entry_number(const char *text, size_t length, text_value *out) {
  normalise_code(text, normalise_entry_number_cut(text, length), out);
}
