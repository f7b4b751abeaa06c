/* Bank accounts: digits, of a length that each bank chooses. Zeros in front count, and none can be put back. */
#include <string.h>

#include "normalise/identifier_read.h"

enum { DIGITS_MIN = 6, DIGITS_MAX = 19 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "VCB: 0071001234567", "0071001234567 - Vietcombank": one run of digits, and a word of two letters at least
 * beside it. Leaves the digits. */
static bool drop_words(id_text *id) {
  size_t start = 0, end = id->length;
  while (start < end && !is_digit(id->text[start])) start++;
  while (end > start && !is_digit(id->text[end - 1])) end--;
  for (size_t i = start; i < end; i++) {
    if (!is_digit(id->text[i])) return false;
  }
  size_t dropped = id->length - (end - start);
  if (end - start < DIGITS_MIN || dropped < 2) return false;
  memmove(id->text, id->text + start, end - start);
  id->length = end - start;
  id->text[id->length] = 0;
  return true;
}

/* Domestic payment cards have 16 or 19 digits and begin with 9704. */
static bool is_payment_card(const id_text *id) {
  return (id->length == 16 || id->length == 19) && memcmp(id->text, "9704", 4) == 0;
}

void bank_account_take_apart(const char *text, size_t length, const identifier_context *context,
                             identifier_parts *out) {
  (void)context;
  identifier_source source;
  if (!identifier_source_read(text, length, &source, out)) return;
  id_text id = source.id;
  bool changed = false;
  out->repairs = source.repairs;
  if (id_text_digits(&id, 0, &changed)) {
    if (changed) out->repairs |= IDENTIFIER_LETTERS_AS_DIGITS;
  } else if (drop_words(&id)) {
    out->repairs |= IDENTIFIER_WORDS_DROPPED;
  } else {
    identifier_set_other(out, source.id.text);
    return;
  }
  if (identifier_set_made_up(out, id.text, id.length)) return;
  if (id.length < DIGITS_MIN || id.length > DIGITS_MAX) {
    identifier_set_other(out, id.text);
    return;
  }
  out->kind = IDENTIFIER_IS_BANK_ACCOUNT;
  identifier_set_canonical(out, id.text);
  if (is_payment_card(&id)) out->findings |= IDENTIFIER_PAYMENT_CARD;
}
