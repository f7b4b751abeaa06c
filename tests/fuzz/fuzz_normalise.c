/* Any bytes through the normalisers. The first byte picks the function, the rest is the value: no
 * crash, no read past the end, output within bounds, and canonical text is a fixed point. */
#include <stdlib.h>
#include <string.h>

#include "normalise/date.h"
#include "normalise/identifier.h"
#include "normalise/person_name.h"

/* Longer texts are folded in spans of 256 bytes; a word longer than that may be cut elsewhere when it
 * is folded again, so fixed points are required of shorter ones only. */
enum { FUNCTIONS = 15, OUT_MAX = 65536, ONE_SPAN = 256, ID_CANONICAL_WHOLE = 60 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

typedef size_t fold(const char *text, size_t length, char *out, size_t capacity);

/* Folding what was folded changes nothing; a small buffer gets the beginning. */
static void check_fold(fold *function, const char *text, size_t length) {
  static char out[OUT_MAX], again[OUT_MAX];
  size_t written = function(text, length, out, sizeof out);
  require(written <= sizeof out);
  if (length <= ONE_SPAN && written <= ONE_SPAN) {
    size_t second = function(out, written, again, sizeof again);
    require(second == written && memcmp(out, again, written) == 0);
  }
  char small[TEXT_CANONICAL_MAX];
  size_t cut = function(text, length, small, sizeof small);
  require(cut <= sizeof small && cut <= written && memcmp(small, out, cut) == 0);
}

static void check_value(const text_value *value) {
  require(value->length <= TEXT_LETTERS_MAX);
  require((value->toned_hash == 0) == (value->length == 0) && (value->plain_hash == 0) == (value->length == 0));
  for (size_t i = 0; i < TEXT_LETTERS_MAX; i++) {
    bool present = i < value->length;
    require(present ? value->letters[i] >= LETTER_A && value->letters[i] <= LETTER_OTHER : value->letters[i] == 0);
  }
}

typedef void text_function(const char *text, size_t length, text_value *out);

static void check_text(text_function *function, text_type type, const char *text, size_t length) {
  static char canonical[OUT_MAX];
  text_value value, again;
  function(text, length, &value);
  check_value(&value);
  size_t written = normalise_canonical(type, text, length, canonical, sizeof canonical);
  require(written <= sizeof canonical && (written > 0) == (value.length > 0));
  /* A place read again has lost its commas. */
  if (type == TEXT_PLACE || length > ONE_SPAN || written > ONE_SPAN) return;
  function(canonical, written, &again);
  require(value.toned_hash == again.toned_hash && value.plain_hash == again.plain_hash);
  require(value.length == again.length && memcmp(value.letters, again.letters, sizeof value.letters) == 0);
}

typedef void id_function(const char *text, size_t length, id_value *out);

static void check_id(id_function *function, const char *text, size_t length) {
  id_value value, again;
  function(text, length, &value);
  require(memchr(value.canonical, 0, sizeof value.canonical) != NULL);
  size_t written = strlen(value.canonical);
  require((value.kind == ID_MISSING) == (written == 0));
  if (written == sizeof value.canonical - 1) return;
  function(value.canonical, written, &again);
  require(again.kind == value.kind && again.number == value.number && again.digits == value.digits);
  require(strcmp(again.canonical, value.canonical) == 0);
}

static void check_date(const char *text, size_t length) {
  date_value value;
  normalise_date(text, length, &value);
  require(value.present || !value.valid);
  require(value.valid ? value.year >= 1850 && value.year <= 2100 : value.year == 0);
  require(value.month <= 12 && value.day <= 31 && (value.month > 0 || value.day == 0));
}

/* The second byte picks the options, the rest is the date. */
static void check_date_parts(const char *text, size_t length) {
  if (length == 0) return;
  unsigned bits = (unsigned char)text[0];
  date_options options = {.order = (date_order)(bits % 3),
                          .reference_year = bits & 64 ? 2025 : 0,
                          .short_year_last = bits & 128 ? 2025 : 0};
  date_parts date, again;
  date_value value;
  value_part parts[VALUE_PARTS_MAX];
  text++;
  length--;
  date_read(text, length, &options, &date);
  require(date_part_list(&date, parts) <= VALUE_PARTS_MAX);
  require((date.precision == DATE_NONE && date.present) == ((date.findings & DATE_ERRORS) != 0));
  date_read(date.canonical, strlen(date.canonical), &options, &again);
  require(strcmp(again.canonical, date.canonical) == 0 && again.precision == date.precision);
  require(again.year_first == date.year_first && again.year_last == date.year_last && again.age == date.age);
  normalise_date(text, length, &value);
  bool same = value.year == date.year && value.month == date.month && value.day == date.day;
  require(same || !value.valid || options.order == DATE_ORDER_MDY);
  date_order_evidence evidence = {0};
  date_order_count(&evidence, text, length);
  require(evidence.day_first + evidence.month_first + evidence.ambiguous <= 1);
}

/* A list taken apart lies within its cell, and its values are not empty. */
static void check_cell(identifier_type type, const char *text, size_t length) {
  identifier_cell cell = identifier_cell_begin(type, text, length);
  const char *end = text;
  for (identifier_text value; identifier_cell_next(&cell, &value); end = value.text + value.length) {
    require(value.text >= end && value.length > 0 && value.text + value.length <= text + length);
  }
}

/* The second byte picks the type and what else is known. */
static void check_identifier(const char *text, size_t length) {
  if (length == 0) return;
  unsigned bits = (unsigned char)text[0];
  identifier_type type = (identifier_type)(bits % IDENTIFIER_TYPES);
  identifier_context context = {.sex = bits & 64 ? SEX_FEMALE : SEX_MISSING, .birth_year = bits & 128 ? 1985 : 0};
  identifier_parts identifier, again;
  value_part parts[VALUE_PARTS_MAX];
  text++;
  length--;
  check_cell(type, text, length);
  identifier_read(type, text, length, &context, &identifier);
  require(identifier_part_list(&identifier, parts) <= VALUE_PARTS_MAX);
  size_t written = strlen(identifier.canonical);
  require(written <= IDENTIFIER_CANONICAL_MAX && (written == 0) == (identifier.kind == IDENTIFIER_IS_MISSING));
  if (written > ID_CANONICAL_WHOLE) return;
  identifier_read(type, identifier.canonical, written, &context, &again);
  require(strcmp(again.canonical, identifier.canonical) == 0 && again.kind == identifier.kind && again.repairs == 0);
}

/* A canonical name needs no repair and reads as itself. */
static void check_name_parts(const char *text, size_t length) {
  name_parts name, again;
  value_part parts[VALUE_PARTS_MAX];
  person_name_parts(text, length, &name);
  require(name_part_list(&name, parts) <= VALUE_PARTS_MAX);
  size_t written = strlen(name.canonical);
  require(written <= TEXT_CANONICAL_MAX && (written > 0 || name.plain[0] == 0));
  if (length > ONE_SPAN || written > TEXT_CANONICAL_MAX - 4) return;
  person_name_parts(name.canonical, written, &again);
  require(strcmp(again.canonical, name.canonical) == 0 && strcmp(again.plain, name.plain) == 0 && again.repairs == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0 || size > OUT_MAX / 16) return 0;
  const char *text = (const char *)data + 1;
  size_t length = size - 1;
  switch (data[0] % FUNCTIONS) {
  case 0:
    check_fold(text_fold_plain, text, length);
    break;
  case 1:
    check_fold(text_fold_toned, text, length);
    break;
  case 2:
    check_text(normalise_text, TEXT_FREE, text, length);
    break;
  case 3:
    check_text(normalise_person_name, TEXT_PERSON_NAME, text, length);
    break;
  case 4:
    check_text(normalise_place, TEXT_PLACE, text, length);
    break;
  case 5:
    check_text(normalise_code, TEXT_CODE, text, length);
    break;
  case 6:
    check_date(text, length);
    break;
  case 7:
    require(normalise_sex(text, length) <= SEX_OTHER);
    break;
  case 8:
    check_id(normalise_personal_id, text, length);
    break;
  case 9:
    check_id(normalise_insurance_number, text, length);
    break;
  case 10:
    check_id(normalise_phone, text, length);
    break;
  case 11:
    (void)normalise_number(text, length);
    break;
  case 12:
    check_date_parts(text, length);
    break;
  case 13:
    check_identifier(text, length);
    break;
  default:
    check_name_parts(text, length);
    break;
  }
  return 0;
}
