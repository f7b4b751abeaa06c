/* Serials of land-use certificates: two letters (Đ is one of its own) and six digits, eight since 2024-08. */
#include <string.h>

#include "normalise/identifier_read.h"

enum { LETTERS = 2, OLD_DIGITS = 6, NEW_DIGITS = 8, FOLDED_MAX = IDENTIFIER_CANONICAL_MAX };

static bool is_mark(char c) { return c == ' ' || c == '.' || c == '-' || c == '\'' || c == '"' || c == '(' || c == ')'; }

/* The letter at text[*at] in capitals to `out`; its bytes, 0 when there is none. */
static size_t read_letter(const char *text, size_t length, size_t *at, char *out) {
  char c = text[*at];
  if (c >= 'a' && c <= 'z') {
    *out = (char)(c - 'a' + 'A');
    *at += 1;
    return 1;
  }
  if (*at + 1 < length && c == '\xC4' && text[*at + 1] == '\x91') { /* đ */
    memcpy(out, "\xC4\x90", 2);
    *at += 2;
    return 2;
  }
  return 0;
}

/* False when the text does not begin with exactly two letters. Returns where they end. */
static bool read_letters(const char *text, size_t length, size_t *at, char *out) {
  size_t bytes = 0, letters = 0;
  while (*at < length && letters < LETTERS) {
    if (is_mark(text[*at])) {
      ++*at;
      continue;
    }
    size_t one = read_letter(text, length, at, out + bytes);
    if (one == 0) return false;
    bytes += one;
    letters++;
  }
  out[bytes] = 0;
  return letters == LETTERS;
}

static void capitalise(char *text) {
  for (; *text; text++) {
    if (*text >= 'a' && *text <= 'z') *text = (char)(*text - 'a' + 'A');
  }
}

void certificate_take_apart(const char *text, size_t length, const identifier_context *context,
                            identifier_parts *out) {
  (void)context;
  identifier_source source;
  char folded[FOLDED_MAX + 1];
  size_t folded_length = text_fold_toned(text, length, folded, FOLDED_MAX), at = 0;
  folded[folded_length] = 0;
  if (!identifier_source_read(folded, folded_length, &source, out)) return;
  certificate_parts *certificate = &out->certificate;
  id_text digits = {.length = 0};
  bool changed = false;
  bool letters = read_letters(folded, folded_length, &at, certificate->letters);
  if (letters) id_text_read(folded + at, folded_length - at, &digits);
  bool fits = digits.length == OLD_DIGITS || digits.length == NEW_DIGITS;
  out->repairs = source.repairs;
  if (!letters || !fits || digits.fraction_dropped || !id_text_digits(&digits, 0, &changed)) {
    memset(certificate, 0, sizeof *certificate);
    identifier_set_other(out, folded); /* with blanks and accents: without, it may look like a serial */
    capitalise(out->canonical);
    return;
  }
  if (strspn(digits.text, "0") == digits.length) {
    identifier_set_made_up(out, digits.text, digits.length);
    return;
  }
  out->kind = IDENTIFIER_IS_CERTIFICATE;
  if (changed) out->repairs |= IDENTIFIER_LETTERS_AS_DIGITS;
  memcpy(certificate->digits, digits.text, digits.length);
  certificate->old_form = digits.length == OLD_DIGITS;
  size_t bytes = strlen(certificate->letters);
  memcpy(out->canonical, certificate->letters, bytes);
  memcpy(out->canonical + bytes, digits.text, digits.length + 1);
}
