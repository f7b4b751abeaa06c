/* identifier_read: picks the reader of a type, and what all readers share. */
#include <string.h>

#include "normalise/identifier_read.h"

enum { FOLDED_MAX = 256 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Types whose values are written with letters outside ASCII. */
static bool keeps_accents(identifier_type type) {
  return type == IDENTIFIER_CERTIFICATE_SERIAL || type == IDENTIFIER_PARCEL_KEY || type == IDENTIFIER_CIVIL_ENTRY;
}

/* Outside printable ASCII. */
static bool has_wide_characters(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)text[i] >= 0x80 || text[i] == 0) return true;
  }
  return false;
}

/* Nearly ASCII, and no NUL, which would end a canonical form. Returns the length, at most FOLDED_MAX. */
static size_t fold_cell(identifier_type type, const char *text, size_t length, char *out) {
  bool keeps_letters = type == IDENTIFIER_CERTIFICATE_SERIAL;
  length = (keeps_letters ? text_fold_toned : text_fold_plain)(text, length, out, FOLDED_MAX);
  for (size_t i = 0; i < length; i++) {
    if (out[i] == 0) out[i] = ' ';
  }
  return length;
}

/* The first value alone: "079085012345 và 024567890" has a plain one. */
static bool first_is_wide(identifier_type type, const char *text, size_t length) {
  identifier_cell cell = identifier_cell_begin(type, text, length);
  identifier_text first;
  return identifier_cell_next(&cell, &first) && has_wide_characters(first.text, first.length);
}

/* Without its blanks a text of no known form may look like a list: then it stays as it is written. */
static void keep_whole(identifier_type type, identifier_text value, identifier_parts *out) {
  identifier_cell cell = identifier_cell_begin(type, out->canonical, strlen(out->canonical));
  identifier_text first, second;
  bool several = identifier_cell_next(&cell, &first) && identifier_cell_next(&cell, &second);
  if (!several) return;
  size_t length = text_fold_plain(value.text, value.length, out->canonical, IDENTIFIER_CANONICAL_MAX);
  out->canonical[length] = 0;
}

void identifier_read(identifier_type type, const char *text, size_t length, const identifier_context *context,
                     identifier_parts *out) {
  static identifier_reader *const readers[IDENTIFIER_TYPES] = {
      [IDENTIFIER_PERSONAL_ID] = personal_id_take_apart,
      [IDENTIFIER_CMND] = cmnd_take_apart,
      [IDENTIFIER_PASSPORT] = passport_take_apart,
      [IDENTIFIER_INSURANCE_NUMBER] = insurance_take_apart,
      [IDENTIFIER_CERTIFICATE_SERIAL] = certificate_take_apart,
      [IDENTIFIER_PARCEL_KEY] = parcel_key_take_apart,
      [IDENTIFIER_CIVIL_ENTRY] = civil_entry_take_apart,
      [IDENTIFIER_GEOHASH] = geohash_take_apart,
      [IDENTIFIER_PHONE] = phone_take_apart,
      [IDENTIFIER_BANK_ACCOUNT] = bank_account_take_apart};
  static const identifier_context nothing = {.sex = SEX_MISSING};
  memset(out, 0, sizeof *out);
  char folded[FOLDED_MAX];
  bool wide = first_is_wide(type, text, length);
  if (has_wide_characters(text, length)) { /* before the list is parted: many characters become ';' or '/' */
    length = fold_cell(type, text, length, folded);
    text = folded;
  }
  identifier_cell cell = identifier_cell_begin(type, text, length);
  identifier_text first, second;
  if (!identifier_cell_next(&cell, &first)) return;
  readers[type](first.text, first.length, context != NULL ? context : &nothing, out);
  if (out->kind == IDENTIFIER_IS_OTHER) keep_whole(type, first, out);
  /* Accents of words are no repair: only a number that was not plain is. */
  bool number = out->kind != IDENTIFIER_IS_MISSING && out->kind != IDENTIFIER_IS_OTHER;
  if (wide && number && !(out->repairs & IDENTIFIER_WORDS_DROPPED) && !keeps_accents(type)) {
    out->repairs |= IDENTIFIER_WIDE_CHARACTERS;
  }
  if (identifier_cell_next(&cell, &second)) out->findings |= IDENTIFIER_SEVERAL_VALUES;
}

void identifier_set_canonical(identifier_parts *out, const char *text) {
  size_t length = strlen(text);
  if (length > IDENTIFIER_CANONICAL_MAX) length = IDENTIFIER_CANONICAL_MAX;
  memcpy(out->canonical, text, length);
  out->canonical[length] = 0;
}

void identifier_set_other(identifier_parts *out, const char *text) {
  out->kind = IDENTIFIER_IS_OTHER;
  out->repairs = 0; /* what is not understood is not repaired */
  out->findings |= IDENTIFIER_FORMAT;
  identifier_set_canonical(out, text);
}

bool identifier_set_made_up(identifier_parts *out, const char *digits, size_t count) {
  id_pattern pattern = id_digits_pattern(digits, count);
  if (pattern == ID_PATTERN_NONE) return false;
  out->findings |= pattern == ID_PATTERN_RUN ? IDENTIFIER_SEQUENTIAL : IDENTIFIER_PLACEHOLDER;
  out->kind = IDENTIFIER_IS_MISSING;
  out->repairs = 0;
  out->canonical[0] = 0;
  return true;
}

/* 123E+11, after dots and hyphens went: digits, E, perhaps a sign, one or two digits. */
static bool is_scientific(const id_text *id) {
  size_t at = 0;
  while (at < id->length && is_digit(id->text[at])) at++;
  if (at == 0 || at == id->length || id->text[at] != 'E') return false;
  at++;
  if (id->text[at] == '+') at++;
  size_t exponent = id->length - at;
  return (exponent == 1 || exponent == 2) && is_digit(id->text[at]) && is_digit(id->text[id->length - 1]);
}

static uint32_t repairs_of(const char *text, size_t length, const id_text *id) {
  uint32_t repairs = id->fraction_dropped ? IDENTIFIER_FRACTION : 0;
  while (length > 0 && is_blank(text[0])) text++, length--;
  while (length > 0 && is_blank(text[length - 1])) length--;
  size_t marks = 0;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    marks += is_blank(c) || c == '.' || c == '-' || c == '\'' || c == '"' || c == '`' || c == '(' || c == ')' || c == '_';
  }
  if (marks > id->fraction_dropped) repairs |= IDENTIFIER_PUNCTUATION;
  return repairs;
}

static bool set_placeholder(const id_text *id, identifier_parts *out) {
  if (id->only_digits) return identifier_set_made_up(out, id->text, id->length);
  if (!id_text_is_placeholder(id)) return false;
  out->findings |= IDENTIFIER_PLACEHOLDER;
  return true;
}

bool identifier_set_placeholder(identifier_text value, identifier_parts *out) {
  id_text id;
  id_text_read(value.text, value.length, &id);
  return set_placeholder(&id, out);
}

bool identifier_source_read(const char *text, size_t length, identifier_source *source, identifier_parts *out) {
  id_text_read(text, length, &source->id);
  source->repairs = repairs_of(text, length, &source->id);
  if (set_placeholder(&source->id, out)) return false;
  if (!is_scientific(&source->id)) return true;
  identifier_set_other(out, source->id.text);
  out->findings = IDENTIFIER_SCIENTIFIC;
  return false;
}

bool identifier_code(identifier_text value, char out[IDENTIFIER_PIECE_MAX + 1]) {
  char toned[4 * IDENTIFIER_PIECE_MAX];
  size_t length = normalise_canonical(TEXT_CODE, value.text, value.length, toned, sizeof toned);
  char plain[sizeof toned];
  length = text_fold_plain(toned, length, plain, sizeof plain);
  bool fits = length > 0 && length <= IDENTIFIER_PIECE_MAX;
  out[0] = 0;
  if (!fits) return false;
  memcpy(out, plain, length);
  out[length] = 0;
  return true;
}
