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

static bool is_one_of(const phrase *list, size_t list_count, const uint8_t *plain, size_t count) {
  for (size_t i = 0; i < list_count; i++) {
    if (list[i].length == count && memcmp(list[i].text, plain, count) == 0) return true;
  }
  return false;
}

#define IS_ONE_OF(list) is_one_of(list, sizeof(list) / sizeof(list)[0], plain, count)

/* By first letter, so that a name costs one comparison. "N A" is n/a; "NAN" is what pandas writes. */
bool fold_is_placeholder(const uint8_t *plain, size_t count) {
  static const phrase with_b[] = {PHRASE("BO TRONG")};
  static const phrase with_c[] = {
      PHRASE("CHUA RO"),       PHRASE("CHUA CO"),  PHRASE("CHUA DAT TEN"),  PHRASE("CHUA CO TEN"), PHRASE("CHUA BIET"),
      PHRASE("CHUA XAC DINH"), PHRASE("CHUA DAT"), PHRASE("CHUA CAP NHAT"), PHRASE("CHUA DKKS")};
  static const phrase with_k[] = {
      PHRASE("KHONG RO"),       PHRASE("KHONG CO"),     PHRASE("KHONG BIET"), PHRASE("KHONG TEN"), PHRASE("KHONG CO TEN"),
      PHRASE("KHONG XAC DINH"), PHRASE("KHONG RO TEN"), PHRASE("KO RO"),      PHRASE("KO CO"),     PHRASE("K RO")};
  static const phrase with_n[] = {PHRASE("N A"), PHRASE("NULL"), PHRASE("NONE"), PHRASE("NIL"), PHRASE("NAN")};
  static const phrase with_u[] = {PHRASE("UNKNOWN")};
  static const phrase with_v[] = {PHRASE("VO DANH")};

  if (count == 0 || count > PLACEHOLDER_MAX) return false;
  switch (plain[0]) {
  case 'B':
    return IS_ONE_OF(with_b);
  case 'C':
    return IS_ONE_OF(with_c);
  case 'K':
    return IS_ONE_OF(with_k);
  case 'N':
    return IS_ONE_OF(with_n);
  case 'U':
    return IS_ONE_OF(with_u);
  case 'V':
    return IS_ONE_OF(with_v);
  default:
    return false;
  }
}
