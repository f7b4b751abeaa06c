/* Names of persons: the golden table, idempotence, what must and must not be equal. */
#include "normalise_golden.h"

static text_value value_of(const char *text) {
  char *copy = golden_exact(text, strlen(text));
  text_value value;
  memset(&value, 0xA5, sizeof value);
  normalise_person_name(copy, strlen(text), &value);
  free(copy);
  return value;
}

static void check_case(char **cells) {
  char canonical[GOLDEN_LINE_MAX];
  size_t length = normalise_canonical(TEXT_PERSON_NAME, cells[0], strlen(cells[0]), canonical, sizeof canonical - 1);
  canonical[length] = 0;
  assert_string_equal(canonical, cells[1]);
  text_value value = value_of(cells[0]), again = value_of(canonical);
  golden_values_equal(&value, &again);
  golden_letters_match(&value, cells[1]);
}

static void test_golden(void **state) {
  (void)state;
  assert_true(golden_each("golden/names.tsv", 2, check_case) >= 150);
}

static void test_tones_tell_names_apart(void **state) {
  (void)state;
  text_value a = value_of("Nguyễn Văn Hòa"), b = value_of("Nguyễn Văn Hoà"), c = value_of("Nguyễn Văn Hoa");
  assert_int_equal(a.toned_hash, b.toned_hash);
  assert_int_not_equal(a.toned_hash, c.toned_hash);
  assert_int_equal(a.plain_hash, c.plain_hash);
  assert_memory_equal(a.letters, c.letters, sizeof a.letters);
  text_value vy = value_of("Vy"), vi = value_of("Vi");
  assert_int_not_equal(vy.toned_hash, vi.toned_hash);
  assert_int_not_equal(vy.plain_hash, vi.plain_hash);
  text_value d = value_of("Đỗ"), plain_d = value_of("Dỗ");
  assert_int_not_equal(d.toned_hash, plain_d.toned_hash);
  assert_int_equal(d.plain_hash, plain_d.plain_hash);
}

static void test_other_scripts_differ(void **state) {
  (void)state;
  text_value a = value_of("李明"), b = value_of("李红");
  assert_int_equal(a.length, 2);
  assert_int_equal(a.letters[0], LETTER_OTHER);
  assert_int_equal(a.plain_hash, b.plain_hash);
  assert_int_not_equal(a.toned_hash, b.toned_hash);
}

/* Names of 0 to 70 letters: 32 are compared, all are hashed. */
static void test_length_bounds(void **state) {
  (void)state;
  char name[71];
  for (size_t i = 0; i < 70; i++) name[i] = (char)('a' + i % 26);
  text_value before = {0};
  for (size_t length = 1; length <= 70; length++) {
    text_value value;
    normalise_person_name(name, length, &value);
    assert_int_equal(value.length, length < 32 ? length : 32);
    assert_int_not_equal(value.plain_hash, before.plain_hash);
    assert_int_not_equal(value.toned_hash, before.toned_hash);
    before = value;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_tones_tell_names_apart),
      cmocka_unit_test(test_other_scripts_differ),
      cmocka_unit_test(test_length_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
