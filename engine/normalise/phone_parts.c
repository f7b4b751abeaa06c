/* Telephones taken apart: mobile or landline, and the number of today of a mobile of 11 digits, which became 10
 * in September 2018. */
#include <string.h>

#include "normalise/identifier_read.h"

enum { MOBILE_DIGITS = 10, LONG_DIGITS = 11, OLD_PREFIX = 4, NEW_PREFIX = 3 };

/* The prefix of today; NULL when there was none such. */
static const char *new_prefix(const char *number) {
  static const char *const prefixes[][2] = {
      {"0120", "070"}, {"0121", "079"}, {"0122", "077"}, {"0123", "083"}, {"0124", "084"}, {"0125", "085"}, {"0126", "076"},
      {"0127", "081"}, {"0128", "078"}, {"0129", "082"}, {"0162", "032"}, {"0163", "033"}, {"0164", "034"}, {"0165", "035"},
      {"0166", "036"}, {"0167", "037"}, {"0168", "038"}, {"0169", "039"}, {"0186", "056"}, {"0188", "058"}, {"0199", "059"}};
  for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
    if (memcmp(prefixes[i][0], number, OLD_PREFIX) == 0) return prefixes[i][1];
  }
  return NULL;
}

static void set_line(const char *number, size_t digits, identifier_parts *out) {
  phone_parts *phone = &out->phone;
  memcpy(phone->current, number, digits + 1);
  const char *prefix = digits == LONG_DIGITS ? new_prefix(number) : NULL;
  if (prefix != NULL) {
    phone->line = PHONE_OLD_MOBILE;
    out->findings |= IDENTIFIER_OLD_NUMBER;
    memcpy(phone->current, prefix, NEW_PREFIX);
    memmove(phone->current + NEW_PREFIX, number + OLD_PREFIX, LONG_DIGITS - OLD_PREFIX + 1);
  } else if (number[1] == '2') {
    phone->line = PHONE_LANDLINE;
  } else if (digits == MOBILE_DIGITS && strchr("35789", number[1]) != NULL) {
    phone->line = PHONE_MOBILE;
  } else {
    out->findings |= IDENTIFIER_UNKNOWN_PREFIX;
  }
}

static size_t digits_of(const id_text *id, char *digits) {
  size_t count = 0;
  for (size_t i = 0; i < id->length; i++) {
    if (id->text[i] >= '0' && id->text[i] <= '9') digits[count++] = id->text[i];
  }
  digits[count] = 0;
  return count;
}

/* What normalise_phone did to come to its digits. */
static uint32_t repairs_of(const identifier_source *source, const char *canonical) {
  const id_text *id = &source->id;
  id_text slips = *id;
  bool changed = false, letters = false;
  if (id_text_digits(&slips, 0, &changed) && changed && strcmp(slips.text, canonical) == 0) {
    return source->repairs | IDENTIFIER_LETTERS_AS_DIGITS;
  }
  char digits[ID_TEXT_MAX + 1];
  for (size_t i = 0; i < id->length; i++) letters |= id->text[i] >= 'A' && id->text[i] <= 'Z';
  digits_of(id, digits);
  uint32_t repairs = source->repairs | (letters ? IDENTIFIER_WORDS_DROPPED : 0);
  if (strcmp(digits, canonical) == 0) return repairs;
  bool zero = canonical[0] == '0' && strcmp(digits, canonical + 1) == 0;
  return repairs | (zero ? IDENTIFIER_LOST_ZERO : IDENTIFIER_COUNTRY_CODE);
}

/* Made up behind its zero or its country, or no number at all ("Mẹ"). */
static void set_missing(const id_text *id, identifier_parts *out) {
  char digits[ID_TEXT_MAX + 1];
  size_t count = digits_of(id, digits), behind_zero = MOBILE_DIGITS - 1;
  size_t skipped = count > behind_zero ? count - behind_zero : 0;
  out->repairs = 0;
  if (count == 0) identifier_set_other(out, id->text);
  else if (!identifier_set_made_up(out, digits + skipped, count - skipped)) out->findings |= IDENTIFIER_PLACEHOLDER;
}

void phone_take_apart(const char *text, size_t length, const identifier_context *context, identifier_parts *out) {
  (void)context;
  size_t first = phone_first_length(text, length);
  identifier_source source;
  if (first < length) out->findings |= IDENTIFIER_SEVERAL_VALUES;
  if (!identifier_source_read(text, first, &source, out)) return;
  id_value value;
  normalise_phone(text, first, &value);
  out->repairs = source.repairs;
  if (value.kind == ID_MISSING) {
    set_missing(&source.id, out);
  } else if (value.digits == 0) {
    identifier_set_other(out, source.id.text);
  } else if (!value.valid) {
    identifier_set_other(out, value.canonical);
  } else {
    out->kind = IDENTIFIER_IS_PHONE;
    identifier_set_canonical(out, value.canonical);
    out->repairs = repairs_of(&source, value.canonical);
    set_line(value.canonical, value.digits, out);
  }
}
