/* Identity, insurance and telephone numbers: the golden table, idempotence, single slips. */
#include "normalise_golden.h"

typedef void reader(const char *text, size_t length, id_value *out);

static id_value value_of(reader *read, const char *text) {
  char *copy = golden_exact(text, strlen(text));
  id_value value;
  memset(&value, 0xA5, sizeof value);
  read(copy, strlen(text), &value);
  free(copy);
  return value;
}

static void check_case(char **cells) {
  static const char *const kinds[] = {"missing", "cccd", "cmnd", "passport", "insurance", "other"};
  bool phone = strcmp(cells[0], "phone") == 0;
  reader *read = phone                            ? normalise_phone
                 : strcmp(cells[0], "bhyt") == 0 ? normalise_insurance_number
                                                  : normalise_personal_id;
  id_value value = value_of(read, cells[1]);
  char text[96];
  snprintf(text, sizeof text, "%s%s%s%s%s", phone && value.kind == ID_OTHER ? "phone" : kinds[value.kind],
           value.canonical[0] != 0 ? " " : "", value.canonical, value.kind != ID_MISSING && !value.valid ? " invalid" : "",
           value.repaired ? " repaired" : "");
  assert_string_equal(text, cells[2]);
  if (strlen(value.canonical) == sizeof value.canonical - 1) return;

  id_value again = value_of(read, value.canonical);
  assert_int_equal(again.kind, value.kind);
  assert_int_equal(again.number, value.number);
  assert_int_equal(again.digits, value.digits);
  /* A card with an impossible benefit digit still has a person's number. */
  if (value.valid || value.kind != ID_INSURANCE) assert_int_equal(again.valid, value.valid);
  assert_string_equal(again.canonical, value.canonical);
  assert_false(again.repaired);
}

static void test_golden(void **state) {
  (void)state;
  assert_true(golden_each("golden/identifiers.tsv", 3, check_case) >= 120);
}

static void test_numbers(void **state) {
  (void)state;
  id_value value = value_of(normalise_personal_id, "079085012345");
  assert_true(value.number == 79085012345u && value.digits == 12);
  value = value_of(normalise_personal_id, "C1234567");
  assert_true(value.number == 3 * 10000000u + 1234567 && value.digits == 7);
  value = value_of(normalise_insurance_number, "GD4790123456780");
  assert_true(value.number == 123456780u && value.digits == 10);
  value = value_of(normalise_phone, "0912345678");
  assert_true(value.number == 912345678u && value.digits == 10);
  value = value_of(normalise_personal_id, "AB123");
  id_value other = value_of(normalise_personal_id, "AB124");
  assert_true(value.number != other.number && value.number >> 48 == 0 && value.digits == 0);
}

/* The 63 provinces are known and no other below 100. */
static void test_provinces(void **state) {
  (void)state;
  int known = 0;
  for (int code = 0; code < 1000; code++) {
    char text[32];
    snprintf(text, sizeof text, "%03d085012345", code);
    id_value value = value_of(normalise_personal_id, text);
    assert_int_equal(value.kind, ID_CCCD);
    if (code < 100) known += value.valid;
    if (code >= 100) assert_true(value.valid);
  }
  assert_int_equal(known, 63);
}

/* A digit more or less, or a letter in any place, is never taken for the number itself. */
static void test_slips_are_not_the_number(void **state) {
  (void)state;
  const char *number = "079185012345";
  uint64_t expected = 79185012345u;
  for (size_t at = 0; at < 12; at++) {
    char text[16];
    strcpy(text, number);
    text[at] = 'A';
    id_value value = value_of(normalise_personal_id, text);
    assert_true(value.kind == ID_OTHER && !value.valid);
    for (char digit = '0'; digit <= '9'; digit++) {
      text[at] = digit;
      value = value_of(normalise_personal_id, text);
      assert_int_equal(value.number == expected, digit == number[at]);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_numbers),
      cmocka_unit_test(test_provinces),
      cmocka_unit_test(test_slips_are_not_the_number),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
