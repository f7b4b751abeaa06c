/* What people and programs write where they know nothing. Two records that share such a text share
 * no fact, so it is missing. Compared without accents and whole. */
#include <string.h>

#include "normalise/fold.h"

enum { PLACEHOLDER_MAX = 15 };

typedef struct phrase {
  uint8_t length;
  char text[PLACEHOLDER_MAX + 1];
} phrase;

#define PHRASE(text) {sizeof(text) - 1, text}

const uint32_t fold_placeholder_letters[32] = {
    ['B' & 31] = 1u << ('O' & 31),
    ['C' & 31] = 1u << ('H' & 31),
    ['K' & 31] = 1u << ('H' & 31) | 1u << ('O' & 31) | 1u << (' ' & 31),
    ['N' & 31] = 1u << (' ' & 31) | 1u << ('U' & 31) | 1u << ('O' & 31) | 1u << ('I' & 31) | 1u << ('A' & 31),
    ['U' & 31] = 1u << ('N' & 31),
    ['V' & 31] = 1u << ('O' & 31),
};

/* "N A" is n/a; "NAN" is what pandas writes. */
bool fold_is_placeholder_phrase(const uint8_t *plain, size_t count) {
  static const phrase phrases[] = {
      PHRASE("BO TRONG"),     PHRASE("CHUA RO"),       PHRASE("CHUA CO"),      PHRASE("CHUA DAT TEN"),
      PHRASE("CHUA CO TEN"),  PHRASE("CHUA BIET"),     PHRASE("CHUA XAC DINH"), PHRASE("CHUA DAT"),
      PHRASE("CHUA CAP NHAT"), PHRASE("CHUA DKKS"),    PHRASE("KHONG RO"),     PHRASE("KHONG CO"),
      PHRASE("KHONG BIET"),   PHRASE("KHONG TEN"),     PHRASE("KHONG CO TEN"), PHRASE("KHONG XAC DINH"),
      PHRASE("KHONG RO TEN"), PHRASE("KO RO"),         PHRASE("KO CO"),        PHRASE("K RO"),
      PHRASE("N A"),          PHRASE("NULL"),          PHRASE("NONE"),         PHRASE("NIL"),
      PHRASE("NAN"),          PHRASE("UNKNOWN"),       PHRASE("VO DANH")};
  if (count > PLACEHOLDER_MAX) return false;
  for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
    if (phrases[i].length == count && memcmp(phrases[i].text, plain, count) == 0) return true;
  }
  return false;
}
