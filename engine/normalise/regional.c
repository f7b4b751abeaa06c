/* See regional.h. */
#include "normalise/regional.h"

#include <string.h>

enum { forms_max = 2, form_letters_max = 6 };

static const char families[][forms_max][form_letters_max + 1] = {
    {"HOANG", "HUYNH"}, {"VU", "VO"},       {"PHUC", "PHUOC"},  {"NHAN", "NHON"}, {"NGHIA", "NGAI"},
    {"BAO", "BUU"},     {"CHINH", "CHANH"}, {"SINH", "SANH"},   {"NHAT", "NHUT"}, {"CHAN", "CHON"},
    {"CANH", "KIENG"},  {"QUY", "QUOI"},    {"THAI", "THOI"},   {"TINH", "TANH"}, {"DAM", "DOM"},
    {"NHAM", "NHIEM"},
};

static bool is_form(const char *form, const uint8_t *letters, unsigned length) {
  for (unsigned i = 0; i < length; i++) {
    if (form[i] - 'A' + LETTER_A != letters[i]) return false;
  }
  return form[length] == '\0';
}

unsigned regional_family(const uint8_t *letters, unsigned length) {
  if (length == 0 || length > form_letters_max) return 0;
  for (unsigned family = 0; family < sizeof families / sizeof *families; family++) {
    for (unsigned form = 0; form < forms_max; form++) {
      if (is_form(families[family][form], letters, length)) return family + 1;
    }
  }
  return 0;
}
