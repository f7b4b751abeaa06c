/* See icu.h. */
#include "micro/icu.h"

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

enum { UNITS_MAX = 256 };

static const UNormalizer2 *folder;

bool icu_begin(void) {
  UErrorCode status = U_ZERO_ERROR;
  folder = unorm2_getNFKCCasefoldInstance(&status);
  return U_SUCCESS(status);
}

uint64_t icu_fold(const char *text, size_t length) {
  UChar units[UNITS_MAX], folded[UNITS_MAX];
  int32_t count = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(units, UNITS_MAX, &count, text, (int32_t)length, &status);
  count = unorm2_normalize(folder, units, count, folded, UNITS_MAX, &status);
  return U_SUCCESS(status) ? (uint64_t)count + folded[0] : 0;
}
