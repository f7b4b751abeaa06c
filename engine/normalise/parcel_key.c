/* Parcel keys: commune code, map sheet, parcel number. Each is text: sheets are "DC 12" as well as "012". The
 * commune code is of one era or the other; five digits do not say which. Canonical: 26734|DC12|345. */
#include <stdio.h>
#include <string.h>

#include "normalise/identifier_read.h"

enum { COMMUNE_DIGITS = 5, PIECES = 3, FOLDED_MAX = IDENTIFIER_CANONICAL_MAX };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

/* Five digits; a spreadsheet drops zeros in front, and codes of the north have some. */
static bool set_commune(identifier_text commune, identifier_parts *out) {
  id_text id;
  id_text_read(commune.text, commune.length, &id);
  if (!id.only_digits || id.length > COMMUNE_DIGITS) return false;
  if (id.fraction_dropped) out->repairs |= IDENTIFIER_FRACTION;
  if (id.length < COMMUNE_DIGITS) out->repairs |= IDENTIFIER_LOST_ZERO;
  id_text_pad(&id, COMMUNE_DIGITS - id.length);
  memcpy(out->parcel.commune, id.text, COMMUNE_DIGITS + 1);
  return true;
}

static bool set_code(identifier_text value, char *piece) {
  return identifier_code(value, piece) && strpbrk(piece, "0123456789") != NULL && strpbrk(piece, "|;") == NULL;
}

static bool is_blank_text(identifier_text value) {
  for (size_t i = 0; i < value.length; i++) {
    if (value.text[i] != ' ') return false;
  }
  return true;
}

void parcel_key_read(identifier_text commune, identifier_text sheet, identifier_text number, identifier_parts *out) {
  memset(out, 0, sizeof *out);
  if (is_blank_text(commune) && is_blank_text(sheet) && is_blank_text(number)) return;
  parcel_parts *parcel = &out->parcel;
  bool good = is_blank_text(commune) || set_commune(commune, out);
  good = set_code(sheet, parcel->sheet) && set_code(number, parcel->number) && good;
  snprintf(out->canonical, sizeof out->canonical, "%s%s%s|%s", parcel->commune, parcel->commune[0] ? "|" : "",
           parcel->sheet, parcel->number);
  out->kind = good ? IDENTIFIER_IS_PARCEL : IDENTIFIER_IS_OTHER;
  if (!good) out->findings |= IDENTIFIER_FORMAT;
  else if (parcel->commune[0] == 0) out->findings |= IDENTIFIER_NO_COMMUNE;
}

/* ---- one text ----------------------------------------------------------------------------- */

/* The word at `at`: letters between characters that are none. */
static bool word_is(const char *text, size_t length, size_t at, const char *word) {
  size_t letters = strlen(word);
  bool starts = at == 0 || !is_letter(text[at - 1]);
  return starts && at + letters <= length && memcmp(text + at, word, letters) == 0 &&
         (at + letters == length || !is_letter(text[at + letters]));
}

/* Skips what stands between "tờ" or "thửa" and its code. */
static size_t skip_fillers(const char *text, size_t length, size_t at) {
  static const char *const fillers[] = {"BAN", "DO", "DAT", "SO"};
  for (bool again = true; again && at < length;) {
    again = text[at] == ' ' || text[at] == ':' || text[at] == '.';
    at += again;
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0] && !again; i++) {
      if (!word_is(text, length, at, fillers[i])) continue;
      at += strlen(fillers[i]);
      again = true;
    }
  }
  return at;
}

/* "12", "DC 12", "345-1": letters, blanks, then up to a blank, a comma or the end. */
static identifier_text code_behind(const char *text, size_t length, const char *word) {
  for (size_t at = 0; at < length; at++) {
    if (!word_is(text, length, at, word)) continue;
    size_t start = skip_fillers(text, length, at + strlen(word)), end = start;
    while (end < length && is_letter(text[end])) end++;
    size_t behind_blanks = end;
    while (behind_blanks < length && text[behind_blanks] == ' ') behind_blanks++;
    if (behind_blanks < length && is_digit(text[behind_blanks])) end = behind_blanks;
    while (end < length && text[end] != ' ' && text[end] != ',') end++;
    return (identifier_text){text + start, end - start};
  }
  return (identifier_text){text, 0};
}

/* Parts the text at `mark`; the count of pieces, of which the first three are kept. */
static size_t split(const char *text, size_t length, char mark, identifier_text *pieces) {
  size_t count = 0, start = 0;
  for (size_t at = 0; at <= length; at++) {
    if (at < length && text[at] != mark) continue;
    bool empty_run = mark == ' ' && at == start; /* blanks in a row are one mark */
    if (!empty_run && count < PIECES) pieces[count] = (identifier_text){text + start, at - start};
    count += !empty_run;
    start = at + 1;
  }
  return count;
}

/* The first mark that makes two or three pieces. */
static size_t split_any(const char *text, size_t length, identifier_text *pieces) {
  static const char marks[] = {'|', '\t', '/', '-', '.', ' '};
  for (size_t i = 0; i < sizeof marks; i++) {
    size_t count = split(text, length, marks[i], pieces);
    bool enough = count == PIECES || (count == PIECES - 1 && marks[i] != '.' && marks[i] != ' ');
    if (enough) return count;
  }
  return 0;
}

void parcel_key_take_apart(const char *text, size_t length, const identifier_context *context,
                           identifier_parts *out) {
  (void)context;
  char folded[FOLDED_MAX + 1];
  size_t folded_length = text_fold_plain(text, length, folded, FOLDED_MAX);
  folded[folded_length] = 0;
  if (identifier_set_placeholder((identifier_text){folded, folded_length}, out)) return;
  const identifier_text none = {folded, 0};
  bool in_words = memchr(folded, '|', folded_length) == NULL;
  identifier_text sheet = in_words ? code_behind(folded, folded_length, "TO") : none;
  identifier_text number = in_words ? code_behind(folded, folded_length, "THUA") : none;
  identifier_text pieces[PIECES];
  size_t count = sheet.length > 0 && number.length > 0 ? 0 : split_any(folded, folded_length, pieces);
  if (count == 0) parcel_key_read(none, sheet, number, out);
  else if (count == PIECES) parcel_key_read(pieces[0], pieces[1], pieces[2], out);
  else parcel_key_read(none, pieces[0], pieces[1], out);
  if (out->kind == IDENTIFIER_IS_PARCEL) return;
  memset(out, 0, sizeof *out);
  identifier_set_other(out, folded);
}
