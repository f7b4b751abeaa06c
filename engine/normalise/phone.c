/* Telephone numbers. The country's prefix is written in four ways and the zero is lost in
 * spreadsheets; what remains is 0 and nine digits, or ten for old mobiles and landlines. */
#include <string.h>

#include "normalise/id_text.h"

enum { MOBILE_DIGITS = 10, LONG_DIGITS = 11, DIGITS_MAX = 15 };

size_t phone_first_length(const char *text, size_t length) {
  bool digit_seen = false;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    digit_seen |= c >= '0' && c <= '9';
    if (digit_seen && (c == ',' || c == '/' || c == ';')) return i;
  }
  return length;
}

static void keep_digits(id_text *id) {
  size_t kept = 0;
  for (size_t i = 0; i < id->length; i++) {
    if (id->text[i] >= '0' && id->text[i] <= '9') id->text[kept++] = id->text[i];
  }
  id->length = kept;
  id->text[kept] = 0;
  id->only_digits = kept > 0;
}

static void drop_front(id_text *id, size_t count) {
  id->length -= count;
  memmove(id->text, id->text + count, id->length + 1);
}

/* +84, 84, 0084, +84 (0): all to 0. */
static void drop_country(id_text *id) {
  if (id->length > DIGITS_MAX) return;
  if (id->length > LONG_DIGITS && memcmp(id->text, "0084", 4) == 0) drop_front(id, 2);
  if (id->length < LONG_DIGITS || memcmp(id->text, "84", 2) != 0) return;
  drop_front(id, 2);
  if (id->text[0] != '0') id_text_pad(id, 1);
}

/* A mobile number whose zeros or ones are letters: "09I2345678". */
static bool read_slips(id_text *id) {
  id_text digits = *id;
  bool changed = false;
  bool mobile = id_text_digits(&digits, 0, &changed) && digits.text[0] == '0' && strchr("35789", digits.text[1]) != NULL;
  if (!mobile) return false;
  *id = digits;
  return true;
}

/* 0999999999: what repeats or counts behind the zero, as long as a telephone. */
static bool is_made_up_behind_zero(const id_text *id) {
  return id->length >= MOBILE_DIGITS && id->text[0] == '0' && id_digits_made_up(id->text + 1, id->length - 1);
}

void normalise_phone(const char *text, size_t length, id_value *out) {
  memset(out, 0, sizeof *out);
  id_text id;
  id_text_read(text, phone_first_length(text, length), &id);
  if (id.length == MOBILE_DIGITS && !id.only_digits) out->repaired = read_slips(&id);
  keep_digits(&id);
  if (id_text_is_placeholder(&id)) {
    out->repaired = false;
    return;
  }
  drop_country(&id);
  bool mobile_lost_zero = id.length == MOBILE_DIGITS - 1 && id.text[0] != '0';
  bool long_lost_zero = id.length == LONG_DIGITS - 1 && (id.text[0] == '1' || id.text[0] == '2');
  if (mobile_lost_zero || long_lost_zero) {
    id_text_pad(&id, 1);
    out->repaired = true;
  }
  if (id_text_is_placeholder(&id) || is_made_up_behind_zero(&id)) {
    out->repaired = false;
    return;
  }
  if (id.length > DIGITS_MAX) {
    id_set_other(out, &id);
    return;
  }
  id_set_digits(out, ID_OTHER, id.text, id.length);
  out->repaired |= id.fraction_dropped;
  out->valid = id.text[0] == '0' && (id.length == MOBILE_DIGITS || id.length == LONG_DIGITS);
}
