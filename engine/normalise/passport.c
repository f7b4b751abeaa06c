/* Vietnamese passports are a letter and seven digits. Others exist in any register of people. */
#include <string.h>

#include "normalise/identifier_read.h"

enum { LENGTH = 8, FOREIGN_MIN = 6, FOREIGN_MAX = 9, CCCD_DIGITS = 12 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

/* ICAO 9303 has room for nine letters and digits. */
static bool may_be_foreign(const id_text *id) {
  bool digit = false;
  for (size_t i = 0; i < id->length; i++) {
    if (!is_digit(id->text[i]) && !is_letter(id->text[i])) return false;
    digit |= is_digit(id->text[i]);
  }
  return digit && id->length >= FOREIGN_MIN && id->length <= FOREIGN_MAX;
}

void passport_take_apart(const char *text, size_t length, const identifier_context *context, identifier_parts *out) {
  identifier_source source;
  if (!identifier_source_read(text, length, &source, out)) return;
  if (source.id.only_digits && source.id.length >= CCCD_DIGITS - 1) {
    personal_id_take_apart(text, length, context, out);
    out->findings |= IDENTIFIER_OTHER_KIND;
    return;
  }
  out->repairs = source.repairs;
  id_text id = source.id;
  bool changed = false;
  if (id.length == LENGTH && is_letter(id.text[0]) && id_text_digits(&id, 1, &changed)) {
    bool repeated = id_digits_pattern(id.text + 1, LENGTH - 1) == ID_PATTERN_REPEATED;
    if (repeated && identifier_set_made_up(out, id.text + 1, LENGTH - 1)) return;
    out->kind = IDENTIFIER_IS_PASSPORT;
    if (changed) out->repairs |= IDENTIFIER_LETTERS_AS_DIGITS;
    out->passport.letter = id.text[0];
    memcpy(out->passport.digits, id.text + 1, LENGTH);
    identifier_set_canonical(out, id.text);
    return;
  }
  identifier_set_other(out, source.id.text);
  if (may_be_foreign(&source.id)) {
    out->findings = (out->findings & ~(uint32_t)IDENTIFIER_FORMAT) | IDENTIFIER_FOREIGN_PASSPORT;
  }
}
