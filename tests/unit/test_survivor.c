/* Which of several values survives: each rule, their order, ties, and what values are worth. */
#include "findings/survivor.h"
#include "reader_support.h"

static const char yaml[] =
    "schema: t\n"
    "fields:\n"
    "  ten: {type: person_name}\n"
    "  sinh: {type: date}\n"
    "  so: {type: personal_id}\n"
    "  nha: {type: place}\n"
    "  phai: {type: sex}\n"
    "  ma: {type: code}\n"
    "comparisons: [{name: ten}]\n"
    "golden:\n"
    "  authority: [a, b]\n"
    "  date: sinh\n"
    "  fields: {ma: most_recent, phai: authority}\n";

enum { TEN, SINH, SO, NHA, PHAI, MA, MEMBERS_MAX = 8 };

static int set_up(void **state) { return fixture_open(state, yaml); }

static field_value read_one(const fixture *f, size_t field, const char *text) {
  field_value value;
  field_read(f->reader, field, text, strlen(text), false, &value);
  return value;
}

typedef struct member {
  const char *text;
  uint32_t trust, day;
} member;

/* The text that survives; "" when none does. */
static const char *chosen(const fixture *f, size_t field, const schema_survivor *rules, const member *members, uint32_t count) {
  field_value values[MEMBERS_MAX];
  survivor_candidate candidates[MEMBERS_MAX];
  survivor_count room[MEMBERS_MAX];
  for (uint32_t m = 0; m < count; m++) {
    values[m] = read_one(f, field, members[m].text);
    candidates[m] = (survivor_candidate){.value = &values[m], .trust = members[m].trust, .day = members[m].day};
  }
  uint32_t best = survivor_choose(rules ? rules : &f->schema->survivors[field], candidates, count, room);
  return best == SURVIVOR_NONE ? "" : members[best].text;
}

#define T(text) {text, 0, 0}
#define CHOSEN(field, rules, ...) \
  chosen(*state, field, rules, (const member[]){__VA_ARGS__}, sizeof((const member[]){__VA_ARGS__}) / sizeof(member))

static void test_nothing_survives_of_nothing(void **state) {
  assert_string_equal(CHOSEN(TEN, NULL, T(""), T("  ")), "");
  assert_string_equal(CHOSEN(TEN, NULL, T("không rõ"), T("-")), "");
  assert_string_equal(CHOSEN(SO, NULL, T("000000000000"), T("không có")), "");
  assert_string_equal(CHOSEN(TEN, NULL, T(""), T("Lê Hoa")), "Lê Hoa");
}

static void test_valid_goes_before_all(void **state) {
  static const schema_survivor majority = {.rules = {GOLDEN_MAJORITY}, .rule_count = 1, .date_field = -1};
  assert_string_equal(CHOSEN(SO, &majority, T("1234"), T("1234"), T("079185012345")), "079185012345");
  assert_string_equal(CHOSEN(SINH, &majority, T("30/02/1985"), T("30/02/1985"), T("1985")), "1985");
  assert_string_equal(CHOSEN(TEN, &majority, T("Con bà Hoa"), T("Con bà Hoa"), T("Lê An")), "Lê An");
  assert_string_equal(CHOSEN(SO, &majority, T("1234"), T("12345")), "1234"); /* nothing better is there */
}

static void test_most_complete(void **state) {
  assert_string_equal(CHOSEN(SINH, NULL, T("1985"), T("03/1985"), T("12/03/1985")), "12/03/1985");
  assert_string_equal(CHOSEN(SINH, NULL, T("01/01/1985"), T("12/03/1985")), "12/03/1985"); /* often a year alone */
  assert_string_equal(CHOSEN(SINH, NULL, T("1985"), T("01/01/1985")), "01/01/1985");
  assert_string_equal(CHOSEN(TEN, NULL, T("Ng. V. An"), T("Nguyen Van An"), T("Nguyễn Văn An")), "Nguyễn Văn An");
  assert_string_equal(CHOSEN(TEN, NULL, T("Nguyễn An"), T("Nguyễn Văn An")), "Nguyễn Văn An");
  assert_string_equal(CHOSEN(SO, NULL, T("024111222"), T("079185012346")), "079185012346");
  assert_string_equal(CHOSEN(NHA, NULL, T("Quận 1, TP.HCM"), T("12 Lê Lợi, P. Bến Nghé, Q.1, TPHCM"), T("P. Bến Nghé, Q.1, TPHCM")),
                      "12 Lê Lợi, P. Bến Nghé, Q.1, TPHCM");
}

static void test_majority(void **state) {
  static const schema_survivor majority = {.rules = {GOLDEN_MAJORITY}, .rule_count = 1, .date_field = -1};
  assert_string_equal(CHOSEN(TEN, &majority, T("Lê An"), T("Lê Anh"), T("LÊ ANH")), "Lê Anh"); /* the same but for its case */
  assert_string_equal(CHOSEN(SO, &majority, T("079185012345"), T("079185012346"), T("79185012346")), "079185012346");
  assert_string_equal(CHOSEN(SINH, &majority, T("12/03/1985"), T("1985-04-12"), T("12.4.1985")), "1985-04-12");
  assert_string_equal(CHOSEN(PHAI, &majority, T("Nữ"), T("1"), T("Nam")), "Nam");
}

static void test_authority_and_recency(void **state) {
  assert_string_equal(CHOSEN(PHAI, NULL, {"Nam", 2, 0}, {"Nữ", 1, 0}, {"Nam", 2, 0}), "Nữ");
  assert_string_equal(CHOSEN(PHAI, NULL, {"Nam", 2, 0}, {"", 0, 0}, {"Nữ", 1, 0}), "Nữ"); /* who says nothing has no say */
  assert_string_equal(CHOSEN(MA, NULL, {"A", 0, 20200101}, {"B", 0, 20210000}, {"C", 0, 0}), "B");
}

static void test_rules_in_order(void **state) {
  static const schema_survivor recent_first = {.rules = {GOLDEN_MOST_RECENT, GOLDEN_MOST_COMPLETE}, .rule_count = 2},
                               complete_first = {.rules = {GOLDEN_MOST_COMPLETE, GOLDEN_MOST_RECENT}, .rule_count = 2};
  assert_string_equal(CHOSEN(SINH, &recent_first, {"12/03/1985", 0, 20200101}, {"1985", 0, 20210101}), "1985");
  assert_string_equal(CHOSEN(SINH, &complete_first, {"12/03/1985", 0, 20200101}, {"1985", 0, 20210101}), "12/03/1985");
  assert_string_equal(CHOSEN(SINH, &complete_first, {"12/03/1985", 0, 20200101}, {"13/03/1985", 0, 20210101}), "13/03/1985");
}

static void test_ties_go_to_the_first(void **state) {
  assert_string_equal(CHOSEN(TEN, NULL, T("Lê An"), T("Lê Ân")), "Lê An");
  assert_string_equal(CHOSEN(TEN, NULL, T("Lê Ân"), T("Lê An")), "Lê Ân");
  assert_string_equal(CHOSEN(SO, NULL, T("79185012345"), T("079185012345")), "079185012345"); /* it needs no repair */
  assert_string_equal(CHOSEN(MA, NULL, {"B", 0, 20210101}, {"A", 0, 20210101}, {"A", 0, 20210101}), "A"); /* majority is next */
}

static void check_canonical(const fixture *f, size_t field, const char *text, const char *expected) {
  char out[200];
  field_value value = read_one(f, field, text);
  size_t length = field_canonical(f->reader, field, &value, false, out, sizeof out - 1);
  out[length] = '\0';
  assert_string_equal(out, expected);
}

static void test_canonical(void **state) {
  check_canonical(*state, SO, "79185012345", "079185012345");
  check_canonical(*state, SO, "079 185 012 345", "079185012345");
  check_canonical(*state, SINH, "3.12.1985", "1985-12-03");
  check_canonical(*state, TEN, "NGUYEENX VAWN AN", "Nguyễn Văn An");
  check_canonical(*state, TEN, "nguyễn đức ân", "Nguyễn Đức Ân");
  check_canonical(*state, NHA, "12 Le Loi, P. Ben Nghe, Q.1, TPHCM", "12 Le Loi, Phường Bến Nghé, Quận 1, Thành phố Hồ Chí Minh");
  check_canonical(*state, PHAI, "2", "Nữ");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_survives_of_nothing), cmocka_unit_test(test_valid_goes_before_all),
                                     cmocka_unit_test(test_most_complete), cmocka_unit_test(test_majority),
                                     cmocka_unit_test(test_authority_and_recency), cmocka_unit_test(test_rules_in_order),
                                     cmocka_unit_test(test_ties_go_to_the_first), cmocka_unit_test(test_canonical)};
  return cmocka_run_group_tests(tests, set_up, fixture_close);
}
