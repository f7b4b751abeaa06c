/* What finders of groups share: numbers that are near, members told apart, causes as text. */
#include "core_support.h"
#include "findings/causes.h"
#include "findings/groups.h"

static uint64_t cccd(uint64_t number) { return (uint64_t)ID_CCCD << 60 | 12ull << 55 | number; }

static void test_numbers_alike(void **state) {
  (void)state;
  const uint64_t cmnd = (uint64_t)ID_CMND << 60 | 9ull << 55 | 85012345;
  assert_int_equal(group_numbers_alike(cccd(79085012345), cccd(79085012345)), LIKE_EQUAL);
  assert_int_equal(group_numbers_alike(cccd(79085012345), cccd(79085012349)), LIKE_NEAR);
  assert_int_equal(group_numbers_alike(cccd(79085012345), cccd(79085012354)), LIKE_NEAR);
  assert_int_equal(group_numbers_alike(cccd(79085012345), cccd(79085012399)), LIKE_OTHER);
  assert_int_equal(group_numbers_alike(cccd(1085012345), cccd(10850123450)), LIKE_OTHER); /* shifted, not exchanged */
  assert_int_equal(group_numbers_alike(cccd(79085012345), cmnd), LIKE_UNKNOWN);
  assert_int_equal(group_numbers_alike(cccd(79085012345), 0), LIKE_UNKNOWN);
}

static bool same_decade(const void *context, const finding_member *a, const finding_member *b) {
  (void)context;
  return a->row / 10 == b->row / 10;
}

static void test_parts(void **state) {
  (void)state;
  const uint32_t rows[] = {31, 7, 35, 2, 99};
  const uint8_t expected[] = {0, 1, 0, 1, 2};
  finding_member members[5] = {0};
  uint8_t of[GROUP_ROWS_MAX];
  for (size_t i = 0; i < 5; i++) members[i].row = rows[i];
  assert_int_equal(group_parts(members, 5, same_decade, NULL, of), 3);
  assert_memory_equal(of, expected, sizeof expected);
  assert_int_equal(group_parts(members, 0, same_decade, NULL, of), 0);
}

static void test_causes_text(void **state) {
  (void)state;
  char text[LINK_CAUSES_TEXT_BYTES];
  link_causes_text(0, text);
  assert_string_equal(text, "");
  link_causes_text(1u << CAUSE_NAME | 1u << CAUSE_ID_NEAR, text);
  assert_string_equal(text, "name;id_near");
  link_causes_text((1u << LINK_CAUSES) - 1, text); /* all of them have room */
  assert_string_equal(text, "name;birth_date;birth_year_only;sex;id_near;id_multiple;id_old_number;id_shared;id_swapped");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_numbers_alike), cmocka_unit_test(test_parts), cmocka_unit_test(test_causes_text)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
