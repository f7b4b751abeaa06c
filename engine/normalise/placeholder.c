/* What people and programs write where they know nothing. Two records that share such a text share
 * no fact, so it is missing. Compared without accents and whole. */
#include <string.h>

#include "normalise/fold.h"

enum { PLACEHOLDER_MAX = 15 };

static bool is_one_of(const char *const *list, size_t list_count, const uint8_t *plain, size_t count) {
  for (size_t i = 0; i < list_count; i++) {
    if (strlen(list[i]) == count && memcmp(list[i], plain, count) == 0) return true;
  }
  return false;
}

#define IS_ONE_OF(list) is_one_of(list, sizeof(list) / sizeof(list)[0], plain, count)

/* By first letter, so that a name costs one comparison. "N A" is n/a; "NAN" is what pandas writes. */
bool fold_is_placeholder(const uint8_t *plain, size_t count) {
  static const char *const with_b[] = {"BO TRONG"};
  static const char *const with_c[] = {"CHUA RO",    "CHUA CO",       "CHUA DAT TEN", "CHUA CO TEN",
                                       "CHUA BIET",  "CHUA XAC DINH", "CHUA DAT",     "CHUA CAP NHAT",
                                       "CHUA DKKS"};
  static const char *const with_k[] = {"KHONG RO",       "KHONG CO",   "KHONG BIET", "KHONG TEN",
                                       "KHONG CO TEN", "KHONG XAC DINH", "KHONG RO TEN", "KO RO",    "KO CO", "K RO"};
  static const char *const with_n[] = {"N A", "NULL", "NONE", "NIL", "NAN"};
  static const char *const with_u[] = {"UNKNOWN"};
  static const char *const with_v[] = {"VO DANH"};

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
