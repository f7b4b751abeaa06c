/* A schema file to its struct, field by field; where schemas come from; the built-in ones. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/hash.h"
#include "schema/builtin.h"
#include "schema/schema.h"
#include "schema/schema_parse.h"

/* Fields of good.yaml, in its order. */
enum { MA_HO_SO, HO_TEN, TEN_GOI_KHAC, GHI_CHU, DIA_CHI, NGAY_SINH, GIOI_TINH, SO_DINH_DANH, MA_THE, DIEN_THOAI, DIEN_TICH, FIELDS };

static schema *load_good(void) {
  schema *s;
  khop_error err = {0};
  khop_status status = schema_load(&s, "data/schemas/good.yaml", &err);
  if (status != KHOP_OK) fail_msg("%s", err.message);
  return s;
}

static bool same_number(double a, double b) { return !(a < b) && !(a > b); }

static void test_head(void **state) {
  (void)state;
  schema *s = load_good();
  assert_string_equal(s->name, "example");
  assert_string_equal(s->title, "Sổ đăng ký ví dụ");
  assert_int_equal(s->id_field, MA_HO_SO);
  assert_true(same_number(s->match_threshold, 0.95));
  assert_true(same_number(s->review_threshold, 0.25));
  assert_true(same_number(s->expected_duplicates, 0.08));
  assert_true(s->links == LINK_ONE_TO_MANY && !s->is_joint);
  assert_false(s->comparisons[1].levels[1].is_conflict);
  assert_true(s->comparisons[1].levels[2].is_conflict);
  FILE *file = fopen("data/schemas/good.yaml", "rb");
  char text[8192];
  size_t length = fread(text, 1, sizeof text, file);
  fclose(file);
  assert_true(s->hash == hash_bytes(text, length));
  schema_free(s);
}

static void test_fields(void **state) {
  (void)state;
  static const struct {
    const char *name;
    semantic_type type;
    bool identifier;
    size_t alias_count;
    const char *aliases[2];
  } want[FIELDS] = {
      {"ma_ho_so", TYPE_CODE, true, 2, {"mã hồ sơ", "record id"}},
      {"ho_ten", TYPE_PERSON_NAME, false, 2, {"họ và tên", "full name"}},
      {"ten_goi_khac", TYPE_PERSON_NAME, false, 0, {0}},
      {"ghi_chu", TYPE_TEXT, false, 0, {0}},
      {"dia_chi", TYPE_PLACE, false, 2, {"địa chỉ", "nơi ở"}},
      {"ngay_sinh", TYPE_DATE, false, 0, {0}},
      {"gioi_tinh", TYPE_SEX, false, 0, {0}},
      {"so_dinh_danh", TYPE_PERSONAL_ID, true, 0, {0}},
      {"ma_the", TYPE_INSURANCE, false, 0, {0}},
      {"dien_thoai", TYPE_PHONE, false, 0, {0}},
      {"dien_tich", TYPE_NUMBER, false, 0, {0}},
  };
  schema *s = load_good();
  assert_int_equal(s->field_count, FIELDS);
  for (size_t i = 0; i < FIELDS; i++) {
    const schema_field *f = &s->fields[i];
    assert_string_equal(f->name, want[i].name);
    assert_int_equal(f->type, want[i].type);
    assert_int_equal(f->identifier, want[i].identifier);
    assert_int_equal(f->alias_count, want[i].alias_count);
    for (size_t a = 0; a < f->alias_count; a++) assert_string_equal(f->aliases[a], want[i].aliases[a]);
    assert_int_equal(schema_find_field(s, want[i].name), i);
  }
  assert_int_equal(schema_find_field(s, "họ và tên"), -1);
  schema_free(s);
}

static void check_parts(const schema_key_part *got, size_t count, const schema_key_part *want,
                        size_t want_count) {
  assert_int_equal(count, want_count);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(got[i].field, want[i].field);
    assert_int_equal(got[i].kind, want[i].kind);
    assert_int_equal(got[i].argument, want[i].argument);
  }
}

static void test_blocking(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t count;
    schema_key_part parts[SCHEMA_KEY_PARTS_MAX];
  } want[] = {
      {"so_dinh_danh", 1, {{SO_DINH_DANH, PART_WHOLE, 0}}},
      {"ho_ten.plain+ngay_sinh", 2, {{HO_TEN, PART_WHOLE, 0}, {NGAY_SINH, PART_WHOLE, 0}}},
      {"same year", 2, {{HO_TEN, PART_SORTED, 0}, {NGAY_SINH, PART_YEAR, 0}}},
      {"ho_ten.toned+ho_ten.given+ho_ten.surname+ho_ten.initials+ho_ten.prefix4+ho_ten.phonetic",
       6,
       {{HO_TEN, PART_TONED, 0},
        {HO_TEN, PART_GIVEN, 0},
        {HO_TEN, PART_SURNAME, 0},
        {HO_TEN, PART_INITIALS, 0},
        {HO_TEN, PART_PREFIX, 4},
        {HO_TEN, PART_PHONETIC, 0}}},
      {"ngay_sinh.year_month+ngay_sinh.month_day+so_dinh_danh.tail6+ma_the.head12+ma_ho_so.prefix32",
       5,
       {{NGAY_SINH, PART_YEAR_MONTH, 0},
        {NGAY_SINH, PART_MONTH_DAY, 0},
        {SO_DINH_DANH, PART_TAIL, 6},
        {MA_THE, PART_HEAD, 12},
        {MA_HO_SO, PART_PREFIX, 32}}},
  };
  schema *s = load_good();
  assert_int_equal(s->rule_count, 5);
  for (size_t r = 0; r < s->rule_count; r++) {
    assert_string_equal(s->rules[r].name, want[r].name);
    check_parts(s->rules[r].parts, s->rules[r].part_count, want[r].parts, want[r].count);
  }
  check_parts(s->split_by, s->split_count,
              (schema_key_part[]){{NGAY_SINH, PART_YEAR, 0}, {HO_TEN, PART_GIVEN, 0}}, 2);
  assert_int_equal(s->block_rows, 40);
  schema_free(s);
}

typedef struct want_level {
  const char *name;
  double m, u, weight;
  int term_frequency;
  size_t clause_count, test_counts[SCHEMA_CLAUSES_MAX];
  schema_test tests[SCHEMA_CLAUSES_MAX][3];
} want_level;

static void check_level(const schema_level *got, const want_level *want) {
  assert_string_equal(got->name, want->name);
  assert_int_equal(got->clause_count, want->clause_count);
  assert_int_equal(isnan(got->m) != 0, isnan(want->m) != 0);
  assert_int_equal(isnan(got->weight) != 0, isnan(want->weight) != 0);
  assert_true(same_number(got->m, want->m) && same_number(got->u, want->u));
  assert_true(same_number(got->weight, want->weight));
  assert_int_equal(got->term, want->term_frequency);
  for (size_t c = 0; c < got->clause_count; c++) {
    assert_int_equal(got->clauses[c].test_count, want->test_counts[c]);
    for (size_t t = 0; t < got->clauses[c].test_count; t++) {
      const schema_test *a = &got->clauses[c].tests[t], *b = &want->tests[c][t];
      assert_int_equal(a->kind, b->kind);
      assert_int_equal(a->negated, b->negated);
      assert_int_equal(a->crosswise, b->crosswise);
      assert_int_equal(a->field, b->field);
      assert_int_equal(a->other_field, b->other_field);
      assert_true(same_number(a->argument, b->argument));
    }
  }
}

#define NONE ((double)NAN)

static void test_name_comparison(void **state) {
  (void)state;
  static const want_level want[] = {
      {"ho_ten exact", 0.7, 0.00003, NONE, HO_TEN, 1, {1}, {{{TEST_EXACT, false, HO_TEN, HO_TEN, 0, false}}}},
      {"twin", NONE, NONE, -12, -1, 1, {3},
       {{{TEST_GIVEN, true, HO_TEN, HO_TEN, 0, false},
         {TEST_PLAIN, false, TEN_GOI_KHAC, TEN_GOI_KHAC, 0, false},
         {TEST_EXACT, false, NGAY_SINH, NGAY_SINH, 0, false}}}},
      {"ho_ten/ten_goi_khac similar 0.92", 0.2, 0.001, NONE, -1, 1, {1},
       {{{TEST_SIMILAR, false, HO_TEN, TEN_GOI_KHAC, 0.92, false}}}},
      {"ho_ten plain", 0.1, 0.001, NONE, -1, 1, {1}, {{{TEST_PLAIN, false, HO_TEN, HO_TEN, 0, false}}}},
      {"ho_ten reordered", 0.1, 0.001, NONE, -1, 1, {1}, {{{TEST_REORDERED, false, HO_TEN, HO_TEN, 0, false}}}},
      {"ho_ten dropped", 0.1, 0.001, NONE, TERM_GIVEN * SCHEMA_FIELDS_MAX + HO_TEN, 1, {1}, {{{TEST_DROPPED, false, HO_TEN, HO_TEN, 0, false}}}},
      {"ho_ten surname", 0.1, 0.001, NONE, TERM_SURNAME * SCHEMA_FIELDS_MAX + HO_TEN, 1, {1}, {{{TEST_SURNAME, false, HO_TEN, HO_TEN, 0, false}}}},
      {"ho_ten initials", 0.1, 0.001, NONE, -1, 1, {1}, {{{TEST_INITIALS, false, HO_TEN, HO_TEN, 0, false}}}},
      {"not ho_ten missing", 0.1, 0.001, NONE, -1, 1, {1}, {{{TEST_MISSING, true, HO_TEN, HO_TEN, 0, false}}}},
      {"else", 0.02, 0.99, NONE, -1, 0, {0}, {{{0}}}},
  };
  schema *s = load_good();
  assert_int_equal(s->comparison_count, 3);
  const schema_comparison *c = &s->comparisons[0];
  assert_string_equal(c->name, "ho_ten");
  assert_int_equal(c->field_count, 1);
  assert_int_equal(c->fields[0], HO_TEN);
  assert_false(c->missing_all || c->missing_never);
  assert_int_equal(c->level_count, 10);
  for (size_t l = 0; l < 10; l++) check_level(&c->levels[l], &want[l]);
  schema_free(s);
}

static void test_other_comparisons(void **state) {
  (void)state;
  static const want_level want[] = {
      {"ngay_sinh edits 1 and so_dinh_danh edits 2 or dien_tich within 0.05", 0.8, 0.00001, NONE, -1, 2, {2, 1},
       {{{TEST_EDITS, false, NGAY_SINH, NGAY_SINH, 1, false}, {TEST_EDITS, false, SO_DINH_DANH, SO_DINH_DANH, 2, false}},
        {{TEST_WITHIN, false, DIEN_TICH, DIEN_TICH, 0.05, false}}}},
      {"ngay_sinh swapped or ngay_sinh same_year or ngay_sinh same_month_day or ngay_sinh compatible or "
       "ngay_sinh within 31 or so_dinh_danh/ma_the tail 10",
       NONE, NONE, 2.5, -1, 6, {1, 1, 1, 1, 1, 1},
       {{{TEST_SWAPPED, false, NGAY_SINH, NGAY_SINH, 0, false}},
        {{TEST_SAME_YEAR, false, NGAY_SINH, NGAY_SINH, 0, false}},
        {{TEST_SAME_MONTH_DAY, false, NGAY_SINH, NGAY_SINH, 0, false}},
        {{TEST_COMPATIBLE, false, NGAY_SINH, NGAY_SINH, 0, false}},
        {{TEST_WITHIN, false, NGAY_SINH, NGAY_SINH, 31, false}},
        {{TEST_TAIL, false, SO_DINH_DANH, MA_THE, 10, false}}}},
      {"else", NONE, NONE, -3, -1, 0, {0}, {{{0}}}},
  };
  static const want_level want_place[] = {
      {"dia_chi/ghi_chu exact", 0.5, 0.1, NONE, DIA_CHI, 1, {1}, {{{TEST_EXACT, false, DIA_CHI, GHI_CHU, 0, false}}}},
      {"else", 0.5, 0.9, NONE, -1, 0, {0}, {{{0}}}},
  };
  schema *s = load_good();
  const schema_comparison *c = &s->comparisons[1];
  assert_string_equal(c->name, "dates and numbers");
  assert_int_equal(c->field_count, 2);
  assert_int_equal(c->fields[0], NGAY_SINH);
  assert_int_equal(c->fields[1], SO_DINH_DANH);
  assert_true(c->missing_all);
  assert_int_equal(c->level_count, 3);
  for (size_t l = 0; l < 3; l++) check_level(&c->levels[l], &want[l]);
  c = &s->comparisons[2];
  assert_string_equal(c->name, "dia_chi");
  assert_false(c->missing_all);
  assert_int_equal(c->level_count, 2);
  for (size_t l = 0; l < 2; l++) check_level(&c->levels[l], &want_place[l]);
  schema_free(s);
}

/* Terms are found by the names that they bear. */
static void test_terms(void **state) {
  (void)state;
  static const struct {
    size_t field;
    term_part part;
    const char *name, *table;
    bool weighs;
  } terms[] = {{HO_TEN, TERM_WHOLE, "ho_ten", "names.csv", true},
               {HO_TEN, TERM_GIVEN, "ho_ten.given", NULL, true},
               {HO_TEN, TERM_SURNAME, "ho_ten.surname", "surnames.csv", true},
               {DIA_CHI, TERM_WHOLE, "dia_chi", "places.csv", true},
               {DIA_CHI, TERM_GIVEN, "dia_chi.given", NULL, false},
               {NGAY_SINH, TERM_WHOLE, "ngay_sinh", NULL, false}};
  static const char *const others[] = {"", ".given", "ho_ten.", "ho_ten.whole", "ho_ten.given.given", "ho_tem", "ho_ten given"};
  schema *s = load_good();
  for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
    char name[SCHEMA_PART_NAME_BYTES];
    size_t term = schema_term(terms[i].field, terms[i].part);
    assert_int_equal(schema_term_field(term), terms[i].field);
    assert_int_equal(schema_term_part(term), terms[i].part);
    schema_term_name(s, term, name);
    assert_string_equal(name, terms[i].name);
    assert_int_equal(schema_find_term(s, name), term);
    assert_int_equal(schema_weighs_term(s, term), terms[i].weighs);
    const char *table = s->fields[terms[i].field].frequencies[terms[i].part];
    assert_int_equal(!table, !terms[i].table);
    if (table) assert_string_equal(table, terms[i].table);
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_int_equal(schema_find_term(s, others[i]), -1);
  char long_name[300];
  memset(long_name, 'a', sizeof long_name - 1);
  long_name[sizeof long_name - 1] = '\0';
  assert_int_equal(schema_find_term(s, long_name), -1);
  schema_free(s);
}

static void test_clusters(void **state) {
  (void)state;
  schema *s = load_good();
  assert_int_equal(s->linkage, LINKAGE_COMPLETE);
  assert_int_equal(s->conflict_count, 3);
  const schema_conflict *number = &s->conflicts[0], *twin = &s->conflicts[1], *year = &s->conflicts[2];
  assert_string_equal(number->test.name, "another number");
  assert_true(number->always && number->test.clause_count == 2);
  assert_int_equal(number->test.clauses[0].tests[0].kind, TEST_VALID);
  assert_int_equal(number->test.clauses[0].tests[0].field, SO_DINH_DANH);
  assert_int_equal(number->test.clauses[1].tests[0].kind, TEST_TAIL);
  assert_string_equal(twin->test.name, "twin");
  assert_true(!twin->always && twin->test.clause_count == 0 && twin->comparison == 0 && twin->level == 1);
  assert_string_equal(year->test.name, "not ngay_sinh same_year and not (ho_ten exact)");
  assert_true(!year->always && year->test.clause_count == 1 && year->test.clauses[0].test_count == 2);
  schema_free(s);
}

/* What is left out gets the value that schema.h states. */
static void test_defaults(void **state) {
  (void)state;
  static const char text[] =
      "schema: tiny\nfields: {a: {type: text}}\nblocking: [[a]]\n"
      "comparisons: [{name: a, levels: [{when: a exact, m: .5, u: .1}, {else: true, m: .5, u: .9}]}]\n";
  schema *s;
  khop_error err = {0};
  if (schema_parse(&s, "tiny", text, sizeof text - 1, &err) != KHOP_OK) fail_msg("%s", err.message);
  assert_string_equal(s->title, "tiny");
  assert_int_equal(s->id_field, -1);
  assert_int_equal(s->split_count, 0);
  assert_true(same_number(s->expected_duplicates, 0.05));
  assert_int_equal(s->links, LINK_MANY_TO_MANY);
  assert_true(same_number(s->match_threshold, 0.9));
  assert_true(same_number(s->review_threshold, 0.5));
  assert_true(s->linkage == LINKAGE_SINGLE && s->conflict_count == 0);
  schema_free(s);
}

static void check_load_fault(const char *name, khop_status status, const char *message) {
  schema *s = (schema *)&s;
  khop_error err = {0};
  assert_int_equal(schema_load(&s, name, &err), status);
  assert_null(s);
  assert_string_equal(err.message, message);
}

static void test_files_that_are_none(void **state) {
  (void)state;
  char directory[] = "/tmp/khop-schema-XXXXXX", path[64], message[200];
  assert_non_null(mkdtemp(directory));
  check_load_fault("data/schemas/absent.yaml", KHOP_USAGE,
                   "data/schemas/absent.yaml: no such file or directory");
  snprintf(message, sizeof message, "%s: is a directory", directory);
  check_load_fault(directory, KHOP_USAGE, message);
  check_load_fault("data/schemas/good.yaml/x.yml", KHOP_USAGE,
                   "data/schemas/good.yaml/x.yml: not a directory");

  snprintf(path, sizeof path, "%s/big.yaml", directory);
  for (int over = 0; over < 2; over++) {
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < SCHEMA_FILE_BYTES_MAX + over; i++) fputc('\n', file);
    fclose(file);
    snprintf(message, sizeof message,
             over ? "%s: larger than 1048576 bytes, the limit of a schema"
                  : "%s: empty: no schema in it",
             path);
    check_load_fault(path, KHOP_USAGE, message);
  }
  unlink(path);
  rmdir(directory);
}

static void test_builtins(void **state) {
  (void)state;
  char message[1024] = "no schema 'civil-brith'; built in: ";
  for (const schema_builtin *b = schema_builtins; b->name; b++) {
    schema *s;
    khop_error err = {0};
    if (schema_load(&s, b->name, &err) != KHOP_OK) fail_msg("%s", err.message);
    assert_string_equal(s->name, b->name);
    schema_free(s);
    if (b != schema_builtins) strcat(message, ", ");
    strcat(message, b->name);
  }
  strcat(message, "; a file's name holds '/' or ends in .yaml or .yml");
  check_load_fault("civil-brith", KHOP_USAGE, message);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_head),
      cmocka_unit_test(test_fields),
      cmocka_unit_test(test_blocking),
      cmocka_unit_test(test_name_comparison),
      cmocka_unit_test(test_other_comparisons),
      cmocka_unit_test(test_terms), cmocka_unit_test(test_clusters), cmocka_unit_test(test_defaults),
      cmocka_unit_test(test_files_that_are_none),
      cmocka_unit_test(test_builtins),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
