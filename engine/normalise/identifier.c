/* Personal identity numbers: CCCD, CMND and passport, and what spreadsheets did to them. */
#include <string.h>

#include "normalise/id_text.h"

enum { CCCD_DIGITS = 12, CMND_DIGITS = 9, PASSPORT_LENGTH = 8 };

/* PPP: a province, or 100 and over for a birth registered abroad. */
bool normalise_cccd_valid(uint64_t number) {
  unsigned place = (unsigned)(number / 1000000000);
  return place >= 100 || province_code_known(place);
}

/* Ten digits are a CCCD that lost two zeros when that makes sense: the province is one of 001-009 and
 * the century digit is of our time. Hà Nội is 001, so this is not rare. */
static bool lost_two_zeros(const char *text) {
  return province_code_known((unsigned)(text[0] - '0')) && text[1] >= '0' && text[1] <= '3';
}

/* Zeros that went missing before a number of this length; -1 when it has no known form. */
static int zeros_lost(const id_text *id) {
  switch (id->length) {
  case CCCD_DIGITS:
  case CMND_DIGITS:
    return 0;
  case CCCD_DIGITS - 1:
  case CMND_DIGITS - 1:
    return 1;
  case CCCD_DIGITS - 2:
    return lost_two_zeros(id->text) ? 2 : -1;
  default:
    return -1;
  }
}

/* True when it is one; *out stays missing when its number is made up. */
static bool read_passport(const id_text *id, id_value *out) {
  if (id->length != PASSPORT_LENGTH || id->text[0] < 'A' || id->text[0] > 'Z') return false;
  for (size_t i = 1; i < PASSPORT_LENGTH; i++) {
    if (id->text[i] < '0' || id->text[i] > '9') return false;
  }
  if (id_digits_pattern(id->text + 1, PASSPORT_LENGTH - 1) == ID_PATTERN_REPEATED) return true; /* B0000000 */
  id_set_digits(out, ID_PASSPORT, id->text + 1, PASSPORT_LENGTH - 1);
  out->number += (uint64_t)(id->text[0] - 'A' + 1) * 10000000u;
  memcpy(out->canonical, id->text, PASSPORT_LENGTH + 1);
  out->valid = true;
  return true;
}

/* id_digits_made_up, of a number of twelve digits or nine. What repeats, or counts modulo 10, ends in twelve
 * digits on the two that it begins with, which few others do. */
static bool is_made_up(const char *text, size_t length) {
  bool ends_as_begun = text[0] == text[length - 2] && text[1] == text[length - 1];
  return (length == CMND_DIGITS || ends_as_begun) && id_digits_made_up(text, length);
}

/* Eight bytes that are digits as a number, by pairs, fours and eight; false when they are not. */
static bool eight_digits(const char *text, uint64_t *out_number) {
  const uint64_t high = 0xf0f0f0f0f0f0f0f0u, zeros = 0x3030303030303030u, sixes = 0x0606060606060606u;
  uint64_t x;
  memcpy(&x, text, sizeof x);
  if ((x & high) != zeros || ((x + sixes) & high) != zeros) return false;
  x = (x - zeros) * (1 + (10 << 8)) >> 8 & 0x00ff00ff00ff00ffu;
  x = x * (1 + (100 << 16)) >> 16 & 0x0000ffff0000ffffu;
  *out_number = x * (1 + (10000ull << 32)) >> 32;
  return true;
}

/* Twelve or nine digits and nothing else, as nearly all numbers are. False leaves *out alone. */
static bool read_usual(const char *text, size_t length, id_value *out) {
  if (length != CCCD_DIGITS && length != CMND_DIGITS) return false;
  uint64_t number, tail;
  size_t behind = length - 8; /* digits before the last eight */
  if (!eight_digits(text, &number) || !eight_digits(text + behind, &tail)) return false;
  bool cccd = length == CCCD_DIGITS;
  number = (cccd ? number / 10000 : number / 10000000) * 100000000 + tail;
  if (is_made_up(text, length)) return true;
  out->kind = cccd ? ID_CCCD : ID_CMND;
  out->number = number;
  out->digits = (uint8_t)length;
  out->valid = !cccd || normalise_cccd_valid(number);
  memcpy(out->canonical, text, 8);
  memcpy(out->canonical + behind, text + behind, 8);
  return true;
}

void normalise_personal_id(const char *text, size_t length, id_value *out) {
  memset(out, 0, sizeof *out);
  if (length == 0 || read_usual(text, length, out)) return;
  id_text id;
  id_text_read(text, length, &id);
  if (id_text_is_placeholder(&id) || read_passport(&id, out)) return;
  id_text digits = id;
  bool repaired = id.fraction_dropped;
  int zeros = id_text_digits(&digits, 0, &repaired) ? zeros_lost(&digits) : -1;
  if (zeros < 0) {
    id_set_other(out, &id);
    return;
  }
  id_text_pad(&digits, (size_t)zeros);
  if (id_digits_made_up(digits.text, digits.length)) return;
  bool cccd = digits.length == CCCD_DIGITS;
  id_set_digits(out, cccd ? ID_CCCD : ID_CMND, digits.text, digits.length);
  out->repaired = repaired || zeros > 0;
  out->valid = !cccd || normalise_cccd_valid(out->number);
}
