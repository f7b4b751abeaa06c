/* The grammar of syllables: what names and places are made of is possible, what a wrong charset makes of them is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "input/charset_syllable.h"

static void assert_verdict(const char *const *words, size_t count, syllable_verdict expected) {
  for (size_t i = 0; i < count; i++) {
    if (syllable_judge(words[i], strlen(words[i])) == expected) continue;
    fail_msg("%s", words[i]);
  }
}

static void test_possible(void **state) {
  (void)state;
  static const char *const words[] = {
      "Nguyễn", "NGUYỄN", "Trần", "Huỳnh", "Phượng", "Thúy", "Thuý", "Hòa", "Hoà", "Khuê", "Quỳnh", "Quốc", "Quý",
      "Giáp", "Gì", "Giếng", "Giêng", "Nghĩa", "Ngọc", "Kỳ", "Ghế", "Khuỷu", "Ngoằn", "Yến", "Ỷ", "Ơn", "Ước", "Đắk",
      "Lắk", "Nông", "Đ", "ĐT", "KĐT", "đường", "Xoóng", "Ất", "Ích", "Huệ–Đà", "“Tân”", "Hoạch", "Thuở", "Mười"};
  assert_verdict(words, sizeof words / sizeof *words, SYLLABLE_YES);
}

static void test_impossible(void **state) {
  (void)state;
  static const char *const words[] = {
      "Nguyeãn", "Vaên", "Ñöùc", "nguyÔn", "Trườnǵn", "José", "Müller", "Élodie", "hôc", "Hồc", "cề", "kô", "nghá", "ghố",
      "bếết", "nguyễnn", "ắắ", "Įvan", "Иван", "北京", "qá", "tươ", "Nguyễn–Müller", "ª", "Phuơngg", "ĐTTTT"};
  assert_verdict(words, sizeof words / sizeof *words, SYLLABLE_NO);
}

static void test_signs(void **state) {
  (void)state;
  static const char *const words[] = {"", "–", "m²", "20°C", "«»", "Lan–Hue", "v¨n", "×"};
  assert_verdict(words, sizeof words / sizeof *words, SYLLABLE_SIGNS);
}

/* Before a final c, ch, p, t there are two tones and no others; before all else there are six. */
static void test_tones(void **state) {
  (void)state;
  static const char *const stops[] = {"Cấc", "Cậc", "Sách", "Sạch", "Pháp", "Hạp", "Đất", "Đạt"};
  static const char *const not_stops[] = {"Cầc", "Sảch", "Phàp", "Đẫt", "Đât"};
  static const char *const open[] = {"Đan", "Đàn", "Đán", "Đản", "Đãn", "Đạn"};
  assert_verdict(stops, sizeof stops / sizeof *stops, SYLLABLE_YES);
  assert_verdict(not_stops, sizeof not_stops / sizeof *not_stops, SYLLABLE_NO);
  assert_verdict(open, sizeof open / sizeof *open, SYLLABLE_YES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_possible),
      cmocka_unit_test(test_impossible),
      cmocka_unit_test(test_signs),
      cmocka_unit_test(test_tones),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
