/* Health-insurance cards and social-insurance numbers. The last ten digits of a card are the person;
 * group, benefit and province change at renewal. */
#include <string.h>

#include "normalise/id_text.h"

enum { NUMBER_DIGITS = 10, CARD_LENGTH = 15, CARD_WITH_HOSPITAL = 20, CCCD_DIGITS = 12, PREFIX = 5 };

static bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

/* True when it is a card; *out stays missing when its number is made up (zeros).
 * Two letters (unknown groups are no error), a digit, two of a province, ten of the person. */
static bool read_card(id_text *id, id_value *out) {
  bool length_fits = id->length == CARD_LENGTH || id->length == CARD_WITH_HOSPITAL;
  if (!length_fits || !is_letter(id->text[0]) || !is_letter(id->text[1])) return false;
  id_text digits = *id;
  bool repaired = false;
  if (!id_text_digits(&digits, 2, &repaired)) return false;
  if (id_digits_made_up(digits.text + PREFIX, NUMBER_DIGITS)) return true;
  out->repaired = repaired;
  id_set_digits(out, ID_INSURANCE, digits.text + PREFIX, NUMBER_DIGITS);
  out->valid = digits.text[2] >= '1' && digits.text[2] <= '5';
  return true;
}

/* True when it is a number; a made up one stays missing as well. Digits alone: a number, the CCCD that
 * cards carry since 2025-08, or either without its first zero. */
static bool read_number(id_text *id, id_value *out) {
  id_text digits = *id;
  bool repaired = id->fraction_dropped;
  if (!id_text_digits(&digits, 0, &repaired)) return false;
  bool zero_lost = digits.length == NUMBER_DIGITS - 1 || digits.length == CCCD_DIGITS - 1;
  if (zero_lost) id_text_pad(&digits, 1);
  if (digits.length != NUMBER_DIGITS && digits.length != CCCD_DIGITS) return false;
  if (id_digits_made_up(digits.text, digits.length)) return true;
  if (digits.length == CCCD_DIGITS) {
    normalise_personal_id(digits.text, digits.length, out);
  } else {
    id_set_digits(out, ID_INSURANCE, digits.text, NUMBER_DIGITS);
    out->valid = true;
  }
  out->repaired |= zero_lost || repaired;
  return true;
}

void normalise_insurance_number(const char *text, size_t length, id_value *out) {
  memset(out, 0, sizeof *out);
  id_text id;
  id_text_read(text, length, &id);
  if (id_text_is_placeholder(&id) || read_card(&id, out) || read_number(&id, out)) return;
  id_set_other(out, &id);
}
