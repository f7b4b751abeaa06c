/* CCCD and CMND taken apart. A CCCD is PPP G YY NNNNNN: province of birth registration, sex and century, year
 * of birth, six digits. It has no check digit. */
#include <string.h>

#include "normalise/identifier_read.h"

enum { CCCD_DIGITS = 12, CENTURY_DIGIT = 3, YEAR_DIGITS = 4, SERIAL_DIGITS = 6, CENTURY_DIGIT_MAX = 3, PASSPORT_LENGTH = 8 };

static unsigned number_at(const char *text, size_t count) {
  unsigned number = 0;
  for (size_t i = 0; i < count; i++) number = number * 10 + (unsigned)(text[i] - '0');
  return number;
}

static uint32_t province_finding(unsigned province) {
  if (province >= 100) return IDENTIFIER_BORN_ABROAD;
  return province_code_known(province) ? 0 : IDENTIFIER_UNKNOWN_PROVINCE;
}

/* Against the birth year of the record, and of the register. */
static uint32_t year_findings(unsigned year, const identifier_context *context) {
  uint32_t findings = 0;
  if (context->reference_year > 0 && year > context->reference_year) findings |= IDENTIFIER_CENTURY_IMPLAUSIBLE;
  if (context->birth_year == 0 || context->birth_year == year) return findings;
  bool same_digits = context->birth_year % 100 == year % 100;
  return findings | (same_digits ? IDENTIFIER_CENTURY_MISMATCH : IDENTIFIER_YEAR_MISMATCH);
}

void cccd_take_apart(identifier_parts *out, const char *text, const identifier_context *context) {
  cccd_parts *cccd = &out->cccd;
  out->kind = IDENTIFIER_IS_CCCD;
  identifier_set_canonical(out, text);
  cccd->province = (uint16_t)number_at(text, 3);
  cccd->century_digit = (uint8_t)(text[CENTURY_DIGIT] - '0');
  cccd->sex = cccd->century_digit % 2 == 0 ? SEX_MALE : SEX_FEMALE;
  memcpy(cccd->serial, text + CCCD_DIGITS - SERIAL_DIGITS, SERIAL_DIGITS + 1);

  out->findings |= province_finding(cccd->province);
  bool sex_known = context->sex == SEX_MALE || context->sex == SEX_FEMALE;
  if (sex_known && context->sex != cccd->sex) out->findings |= IDENTIFIER_SEX_MISMATCH;
  if (cccd->century_digit > CENTURY_DIGIT_MAX) {
    out->findings |= IDENTIFIER_CENTURY_IMPLAUSIBLE;
    return;
  }
  cccd->birth_year = (uint16_t)(1900 + cccd->century_digit / 2 * 100 + (int)number_at(text + YEAR_DIGITS, 2));
  out->findings |= year_findings(cccd->birth_year, context);
}

/* "00O00000", "B0000000": made up after its letters were read as digits, or behind the letter of a passport. */
static void set_missing(const id_text *id, identifier_parts *out) {
  id_text digits = *id;
  bool changed;
  size_t letter = id->text[0] >= 'A' && id->text[0] <= 'Z' && id->length == PASSPORT_LENGTH;
  if (!id_text_digits(&digits, letter, &changed) || !identifier_set_made_up(out, digits.text + letter, digits.length - letter)) {
    out->findings |= IDENTIFIER_PLACEHOLDER;
  }
}

static void take_apart(const char *text, size_t length, const identifier_context *context, identifier_parts *out) {
  identifier_source source;
  if (!identifier_source_read(text, length, &source, out)) return;
  id_value value;
  normalise_personal_id(text, length, &value);
  if (value.kind == ID_MISSING) {
    set_missing(&source.id, out);
    return;
  }
  out->repairs = source.repairs;
  if (value.kind == ID_OTHER) {
    identifier_set_other(out, source.id.text);
    return;
  }
  if (value.kind == ID_PASSPORT) {
    passport_take_apart(text, length, context, out);
    return;
  }
  if (!source.id.only_digits) out->repairs |= IDENTIFIER_LETTERS_AS_DIGITS;
  if (source.id.length < value.digits) out->repairs |= IDENTIFIER_LOST_ZERO;
  if (value.kind == ID_CCCD) {
    cccd_take_apart(out, value.canonical, context);
  } else {
    out->kind = IDENTIFIER_IS_CMND;
    identifier_set_canonical(out, value.canonical);
  }
}

void personal_id_take_apart(const char *text, size_t length, const identifier_context *context,
                            identifier_parts *out) {
  take_apart(text, length, context, out);
  if (out->kind == IDENTIFIER_IS_CMND) out->findings |= IDENTIFIER_OLD_NUMBER;
}

void cmnd_take_apart(const char *text, size_t length, const identifier_context *context, identifier_parts *out) {
  take_apart(text, length, context, out);
  if (out->kind == IDENTIFIER_IS_CCCD || out->kind == IDENTIFIER_IS_PASSPORT) out->findings |= IDENTIFIER_OTHER_KIND;
}
