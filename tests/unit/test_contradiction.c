/* Which values contradict each other, and who is right: each kind of field, each reason, and what is left open. */
#include "findings/contradiction.h"
#include "reader_support.h"

static const char yaml[] =
    "schema: t\n"
    "fields:\n"
    "  ten: {type: person_name}\n"
    "  sinh: {type: date}\n"
    "  so: {type: personal_id}\n"
    "  the: {type: insurance}\n"
    "  nha: {type: place}\n"
    "  phai: {type: sex}\n"
    "comparisons: [{name: ten}]\n"
    "contradictions: {agency: police, leave_out: [phai]}\n";

enum { TEN, SINH, SO, THE, NHA, PHAI, MEMBERS = 3 };

static int set_up(void **state) { return fixture_open(state, yaml); }

/* A value of each of three registers ("": it has none), with these places in the order of authority. */
static bool judge(const fixture *f, size_t field, const char *const texts[MEMBERS], const uint32_t trusts[MEMBERS],
                  contradiction_judgement out[MEMBERS]) {
  static contradiction_value values[MEMBERS];
  for (size_t i = 0; i < MEMBERS; i++) {
    contradiction_read(f->reader, f->schema, f->book, field, texts[i], strlen(texts[i]), false, NULL, &values[i]);
    values[i].trust = trusts[i];
    values[i].side = i;
  }
  return contradiction_judge(f->schema, f->book, field, values, MEMBERS, out);
}

static const uint32_t in_order[MEMBERS] = {0, 1, 2}, unknown[MEMBERS] = {UINT32_MAX, UINT32_MAX, UINT32_MAX};

static void what_says_the_same(void **state) {
  static const struct {
    size_t field;
    const char *texts[MEMBERS];
  } same[] = {{TEN, {"Nguyễn Thị Hoà", "nguyễn thị hòa", "NGUYEN THI HOA"}},
              {TEN, {"Nguyễn Thị Hòa", "N. T. Hòa", ""}},
              {SINH, {"12/03/1985", "1985-03-12", "1985"}},
              {SINH, {"03/1985", "12.3.1985", "1985"}},
              {SO, {"079085000011", "79085000011", "079 085 000 011"}},
              {SO, {"079085000011", "024000123", ""}},
              {THE, {"DN4797921234567", "HC4017921234567", "7921234567"}},
              {NHA, {"5 Lê Lợi, Phường Bến Nghé, Quận 1, TP.HCM", "7 Lê Lai, Phường Sài Gòn, Thành phố Hồ Chí Minh", "Quận 1, TP.HCM"}},
              {PHAI, {"Nam", "1", "male"}},
              {SINH, {"12/03/1985", "", ""}}};
  contradiction_judgement judged[MEMBERS];
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    assert_false(judge(*state, same[i].field, same[i].texts, in_order, judged));
    for (size_t m = 0; m < MEMBERS; m++) assert_int_equal(judged[m].verdict, VERDICT_NONE);
  }
}

static void check(const fixture *f, size_t field, const char *const texts[MEMBERS], const uint32_t trusts[MEMBERS], const char *verdicts,
                  contradiction_reason reason) {
  static const char letters[] = {[VERDICT_NONE] = '-', [VERDICT_RIGHT] = 'y', [VERDICT_WRONG] = 'n', [VERDICT_OPEN] = 'o'};
  contradiction_judgement judged[MEMBERS];
  assert_true(judge(f, field, texts, trusts, judged));
  for (size_t m = 0; m < MEMBERS; m++) {
    assert_int_equal(letters[judged[m].verdict], verdicts[m]);
    if (judged[m].verdict != VERDICT_NONE) assert_int_equal(judged[m].reason, reason);
  }
}

static void who_is_right(void **state) {
  const fixture *f = *state;
  const char *majority[] = {"12/03/1985", "12/03/1986", "1986-03-12"}, *two[] = {"12/03/1985", "", "12/04/1985"};
  check(f, SINH, majority, in_order, "nyy", REASON_MAJORITY);
  check(f, SINH, two, in_order, "y-n", REASON_AUTHORITY);
  check(f, SINH, two, unknown, "o-o", REASON_NONE);
  const char *vague[] = {"12/03/1985", "1985", "12/04/1985"}; /* the year goes with either */
  check(f, SINH, vague, in_order, "yyn", REASON_AUTHORITY);
  check(f, SINH, vague, unknown, "ooo", REASON_NONE);
  const char *three[] = {"Nguyễn Văn An", "Nguyễn Văn Ân", "Nguyễn Văn Am"}, *plain[] = {"Nguyễn Văn An", "Nguyễn Văn Ân", "Nguyen Van An"};
  check(f, TEN, three, in_order, "ynn", REASON_AUTHORITY);
  check(f, TEN, plain, in_order, "yny", REASON_AUTHORITY);
  const uint32_t equals[MEMBERS] = {1, 1, 1};
  check(f, TEN, three, equals, "ooo", REASON_NONE);
  const char *places[] = {"Phường Bến Nghé, Quận 1, TP.HCM", "Phường Lộc Thọ, Thành phố Nha Trang, Tỉnh Khánh Hòa", ""};
  check(f, NHA, places, in_order, "yn-", REASON_AUTHORITY);
  const char *cards[] = {"DN4797921234567", "DN4797921234568", ""};
  check(f, THE, cards, in_order, "yn-", REASON_AUTHORITY);
}

static void what_is_not_valid(void **state) {
  const fixture *f = *state;
  const char *format[] = {"0790850000", "079085000011", ""}, *date[] = {"31/02/1985", "28/02/1985", "28/02/1985"};
  contradiction_judgement judged[MEMBERS];
  check(f, SO, format, in_order, "ny-", REASON_VALIDITY);
  check(f, SINH, date, in_order, "nyy", REASON_VALIDITY);
  assert_true(judge(f, SINH, date, in_order, judged));
  assert_string_equal(field_finding_name(TYPE_DATE, judged[0].finding), "no_such_day");
  const char *none[] = {"0790850000", "0790850001", ""}; /* no valid one: open, or as the authority says */
  check(f, SO, none, unknown, "oo-", REASON_NONE);
}

/* A number does not fit its record's birth date, but another record with the number has a date that fits. */
static void what_another_record_confirms(void **state) {
  const fixture *f = *state;
  static contradiction_value values[MEMBERS];
  static const char *const numbers[MEMBERS] = {"079085000011", "079085000011", "079085000099"};
  static const uint16_t years[MEMBERS] = {1985, 1915, 1985};
  contradiction_judgement judged[MEMBERS];
  for (size_t i = 0; i < MEMBERS; i++) {
    const identifier_context person = {.sex = SEX_MALE, .birth_year = years[i]};
    contradiction_read(f->reader, f->schema, f->book, SO, numbers[i], strlen(numbers[i]), false, &person, &values[i]);
    assert_int_equal(values[i].value.is_valid, years[i] == 1985);
    values[i].side = i;
  }
  assert_true(contradiction_judge(f->schema, f->book, SO, values, MEMBERS, judged));
  assert_int_equal(judged[0].verdict, VERDICT_RIGHT);
  assert_int_equal(judged[1].verdict, VERDICT_RIGHT);
  assert_int_equal(judged[2].verdict, VERDICT_WRONG);
}

static void the_schema_says(void **state) {
  const fixture *f = *state;
  assert_string_equal(f->schema->agency, "police");
  assert_int_equal(f->schema->may_differ, 1u << PHAI);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_says_the_same), cmocka_unit_test(who_is_right),    cmocka_unit_test(what_is_not_valid),
      cmocka_unit_test(what_another_record_confirms), cmocka_unit_test(the_schema_says),
  };
  return cmocka_run_group_tests(tests, set_up, fixture_close);
}
