/* Telephone numbers. The country's prefix is written in four ways and the zero is lost in
 * spreadsheets; what remains is 0 and nine digits, or ten for old mobiles and landlines. */
#include <string.h>

#include "normalise/id_text.h"

enum { MOBILE_DIGITS = 10, LONG_DIGITS = 11, DIGITS_MAX = 15 };

/* Cuts at what parts two numbers, and at words behind ("0912345678 (mẹ)"). */
static size_t first_number_length(const char *text, size_t length) {
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

void normalise_phone(const char *text, size_t length, id_value *out) {
  memset(out, 0, sizeof *out);
  id_text id;
  id_text_read(text, first_number_length(text, length), &id);
  keep_digits(&id);
  if (id_text_is_placeholder(&id)) return;
  drop_country(&id);
  bool mobile_lost_zero = id.length == MOBILE_DIGITS - 1 && id.text[0] != '0';
  bool long_lost_zero = id.length == LONG_DIGITS - 1 && (id.text[0] == '1' || id.text[0] == '2');
  if (mobile_lost_zero || long_lost_zero) {
    id_text_pad(&id, 1);
    out->repaired = true;
  }
  if (id_text_is_placeholder(&id)) {
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
