/* Any bytes through the normalisers. The first byte picks the function, the rest is the value: no
 * crash, no read past the end, output within bounds, and canonical text is a fixed point. */
#include <stdlib.h>
#include <string.h>

#include "normalise/normalise.h"

/* Longer texts are folded in spans of 256 bytes; a word longer than that may be cut elsewhere when it
 * is folded again, so fixed points are required of shorter ones only. */
enum { FUNCTIONS = 12, OUT_MAX = 65536, ONE_SPAN = 256 };

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
  default:
    (void)normalise_number(text, length);
    break;
  }
  return 0;
}
