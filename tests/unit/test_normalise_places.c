/* Places: the golden table, and the pairs that a heuristic must not confuse. */
#include "normalise_golden.h"

static text_value value_of(const char *text) {
  char *copy = golden_exact(text, strlen(text));
  text_value value;
  memset(&value, 0xA5, sizeof value);
  normalise_place(copy, strlen(text), &value);
  free(copy);
  return value;
}

static void check_case(char **cells) {
  char canonical[GOLDEN_LINE_MAX];
  size_t length = normalise_canonical(TEXT_PLACE, cells[0], strlen(cells[0]), canonical, sizeof canonical - 1);
  canonical[length] = 0;
  assert_string_equal(canonical, cells[1]);
  text_value value = value_of(cells[0]), as_text;
  normalise_text(canonical, length, &as_text);
  golden_values_equal(&value, &as_text);
  golden_letters_match(&value, cells[1]);
}

static void test_golden(void **state) {
  (void)state;
  assert_true(golden_each("golden/places.tsv", 2, check_case) >= 100);
}

static void assert_same(const char *a, const char *b) {
  text_value left = value_of(a), right = value_of(b);
  golden_values_equal(&left, &right);
}

static void assert_different(const char *a, const char *b) {
  text_value left = value_of(a), right = value_of(b);
  assert_int_not_equal(left.plain_hash, right.plain_hash);
  assert_int_not_equal(left.toned_hash, right.toned_hash);
}

static void test_same_place(void **state) {
  (void)state;
  assert_same("Phường 1, Quận 3, TP. Hồ Chí Minh", "P.1, Q3, TP HCM");
  assert_same("Phường 1, Quận 3, TP. Hồ Chí Minh", "F1 Q.3 Thanh pho Ho Chi Minh");
  assert_same("Thị trấn Thủy Nguyên", "TT. Thuỷ Nguyên");
  assert_same("12/5 đường Lê Lợi, P.4", "Số 12/5 Lê Lợi, Phường IV");
}

static void test_numbers_keep_their_kind(void **state) {
  (void)state;
  assert_different("Phường 1", "Quận 1");
  assert_different("Phường 1", "1");
  assert_different("Tổ 3, Khu phố 2", "Tổ 2, Khu phố 3");
  assert_different("Thôn 1", "Ấp 1");
  assert_different("Phường 1, Quận 10", "Phường 10, Quận 1");
}

/* Long enough for several spans: the tail still counts, and normal forms still agree. */
static void test_long_addresses(void **state) {
  (void)state;
  char text[4096] = "";
  for (int i = 0; i < 60; i++) strcat(text, "Đường Nguyễn Huệ, ");
  size_t head = strlen(text);
  strcpy(text + head, "Phường Bến Nghé");
  text_value a = value_of(text);
  utf8proc_uint8_t *nfd = utf8proc_NFD((utf8proc_uint8_t *)text);
  assert_non_null(nfd);
  text_value same = value_of((const char *)nfd);
  golden_values_equal(&a, &same);
  free(nfd);
  strcpy(text + head, "Phường Bến Thành");
  text_value b = value_of(text);
  assert_int_not_equal(a.toned_hash, b.toned_hash);
  assert_int_not_equal(a.plain_hash, b.plain_hash);
  assert_memory_equal(a.letters, b.letters, sizeof a.letters);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_same_place),
      cmocka_unit_test(test_numbers_keep_their_kind),
      cmocka_unit_test(test_long_addresses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
