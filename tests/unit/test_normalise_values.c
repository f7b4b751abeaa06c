/* Codes, numbers and sex; and random bytes through everything. */
#include <math.h>

#include "base/hash.h"
#include "normalise_golden.h"

static text_value code_of(const char *text) {
  text_value value;
  memset(&value, 0xA5, sizeof value);
  normalise_code(text, strlen(text), &value);
  return value;
}

static void assert_code(const char *text, const char *expected) {
  char canonical[128];
  size_t length = normalise_canonical(TEXT_CODE, text, strlen(text), canonical, sizeof canonical - 1);
  canonical[length] = 0;
  assert_string_equal(canonical, expected);
  text_value value = code_of(text), again = code_of(canonical);
  golden_values_equal(&value, &again);
  golden_letters_match(&value, expected);
}

static void test_codes(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"DC 012", "dc12"},      {"DC12", "dc12"},     {"dc  12", "dc12"},       {"012", "12"},
      {"12", "12"},            {"0", "0"},           {"000", "0"},             {"00A", "0a"},
      {"12/2019", "12/2019"},  {"012/2019", "12/2019"}, {"01-002", "1-2"},     {"1.05", "1.5"},
      {"105", "105"},          {"1 02", "102"},      {"AA 012345", "aa12345"}, {"BĐ 00123", "bđ123"},
      {"'012", "12"},          {"\t12 ", "12"},      {"-", ""},                {"", ""},
      {"không có", ""},        {"null", ""},         {"w3gv2b\xC2\xA0" "01", "w3gv2b1"},
      {"A0B00C000", "a0b0c0"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) assert_code(cases[i][0], cases[i][1]);
  assert_int_not_equal(code_of("12").plain_hash, code_of("DC12").plain_hash);
}

static double number_of(const char *text) {
  char *copy = golden_exact(text, strlen(text));
  double number = normalise_number(copy, strlen(text));
  free(copy);
  return number;
}

static void test_numbers(void **state) {
  (void)state;
  static const struct {
    const char *text;
    double number;
  } cases[] = {
      {"0", 0},           {"7", 7},           {"120", 120},        {"1234.5", 1234.5},  {"1.234,5", 1234.5},
      {"1,234.5", 1234.5}, {"1234.5 m2", 1234.5}, {"120,5", 120.5}, {"120.5", 120.5},   {"1.234", 1234},
      {"12.345", 12345},  {"123.456", 123456}, {"1234.567", 1234.567}, {"0.500", 0.5},  {"0,5", 0.5},
      {"1,234", 1.234},   {"1.234.567", 1234567}, {"1,234,567", 1234567}, {"1.234.567,89", 1234567.89},
      {"1 234,5", 1234.5}, {"1 234 567", 1234567}, {"100m2", 100}, {"100 m²", 100},    {"100,25m²", 100.25},
      {"1\xC2\xA0" "234", 1234}, {"-5", -5},   {"+5", 5},           {" 42 ", 42},        {"1.5 ha", 1.5},
      {"0.1", 0.1},       {"0.001", 0.001},   {"999999999999999", 999999999999999.0},   {"１２,５", 12.5},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    double number = number_of(cases[i].text);
    assert_true(number == cases[i].number);
  }
  static const char *const none[] = {"",      " ",     "abc",   "m2",        "1.23.456", "1.234,567.8", "12,34.5",
                                     "1.2E3", "12 34", "1..2",  "12/5",      "-",        ".",           ",",
                                     "n/a",   "1-2",   "--1",   "1,2,3",     "1234,567.8", "NaN",       "inf"};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) assert_true(isnan(number_of(none[i])));
}

static void test_sex(void **state) {
  (void)state;
  static const struct {
    const char *text;
    sex_value sex;
  } cases[] = {
      {"Nam", SEX_MALE},    {"NAM", SEX_MALE},     {" nam ", SEX_MALE},  {"M", SEX_MALE},       {"1", SEX_MALE},
      {"true", SEX_MALE},   {"Male", SEX_MALE},    {"1.0", SEX_MALE},    {"Nữ", SEX_FEMALE},    {"NỮ", SEX_FEMALE},
      {"Nu", SEX_FEMALE},   {"Nu\xCC\x9B\xCC\x83", SEX_FEMALE}, {"F", SEX_FEMALE}, {"2", SEX_FEMALE}, {"0", SEX_FEMALE},
      {"FALSE", SEX_FEMALE}, {"female", SEX_FEMALE}, {"3", SEX_OTHER},   {"khác", SEX_OTHER},   {"", SEX_MISSING},
      {"-", SEX_MISSING},   {"không rõ", SEX_MISSING}, {"4", SEX_MISSING}, {"Nam Định", SEX_MISSING},
      {"Nguyễn Thị Hồng Nhung", SEX_MISSING},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(normalise_sex(cases[i].text, strlen(cases[i].text)), cases[i].sex);
  }
}

static void test_placeholders_of_free_text(void **state) {
  (void)state;
  text_value value;
  normalise_text("Không rõ", strlen("Không rõ"), &value);
  assert_int_equal(value.length + value.toned_hash + value.plain_hash, 0);
  normalise_text("a, b; c.", 8, &value);
  text_value expected;
  normalise_text("A B C", 5, &expected);
  golden_values_equal(&value, &expected);
}

/* Bytes that are text now and then: no read past the end (sanitizer), values of the right shape. */
static void test_random_bytes(void **state) {
  (void)state;
  static const char *const pieces[] = {"Nguyễn", " ", "\xCC\x81", "\xE1\xBA", "Phường", "1", "/", ",", ".", "\xFF",
                                       "đ",      "李", "TP",       "HCM",      "số",     "0", "ô", "à", "q", "\xCC\x9B"};
  uint64_t seed = 7;
  for (int round = 0; round < 20000; round++) {
    char text[128];
    size_t length = 0;
    for (size_t want = random_next(&seed) % 14; want > 0 && length < 100; want--) {
      const char *piece = pieces[random_next(&seed) % (sizeof pieces / sizeof pieces[0])];
      memcpy(text + length, piece, strlen(piece));
      length += strlen(piece);
      if (random_next(&seed) % 8 == 0) text[length++] = (char)random_next(&seed);
    }
    char *copy = golden_exact(text, length);
    void (*const texts[])(const char *, size_t, text_value *) = {normalise_text, normalise_person_name,
                                                                normalise_place, normalise_code};
    for (size_t i = 0; i < 4; i++) {
      text_value value;
      memset(&value, 0xA5, sizeof value);
      texts[i](copy, length, &value);
      assert_true(value.length <= TEXT_LETTERS_MAX);
      assert_true((value.length == 0) == (value.toned_hash == 0) && (value.length == 0) == (value.plain_hash == 0));
      for (size_t k = 0; k < TEXT_LETTERS_MAX; k++) {
        assert_true(k < value.length ? value.letters[k] >= 1 && value.letters[k] <= 31 : value.letters[k] == 0);
      }
    }
    date_value date;
    id_value id;
    normalise_date(copy, length, &date);
    normalise_personal_id(copy, length, &id);
    normalise_insurance_number(copy, length, &id);
    normalise_phone(copy, length, &id);
    (void)normalise_number(copy, length);
    (void)normalise_sex(copy, length);
    free(copy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_codes), cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_sex),   cmocka_unit_test(test_placeholders_of_free_text),
      cmocka_unit_test(test_random_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
