/* Wrong and missed pairs against all pairs one by one; how two records are alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "evaluate/error_list.h"
#include "evaluate/likeness.h"

/* ---- lists -------------------------------------------------------------------------------- */

enum { records_max = 50 };

static void make_world(evaluate_data *data, uint64_t *seed) {
  static uint32_t clusters[records_max], entities[records_max];
  uint32_t count = 2 + (uint32_t)(random_next(seed) % (records_max - 1)), groups = 1 + (uint32_t)(random_next(seed) % count);
  for (uint32_t r = 0; r < count; r++) {
    clusters[r] = (uint32_t)(random_next(seed) % groups);
    entities[r] = random_next(seed) % 8 ? (uint32_t)(random_next(seed) % groups) : (uint32_t)ID_SET_NONE;
    if (random_next(seed) % 2) entities[r] = clusters[r];
  }
  *data = (evaluate_data){.result_count = count, .clusters = clusters, .cluster_count = groups, .entities = entities, .entity_count = groups};
}

static bool is_error(const evaluate_data *d, uint32_t a, uint32_t b, bool missed) {
  if (d->entities[a] == ID_SET_NONE || d->entities[b] == ID_SET_NONE) return false;
  bool same_cluster = d->clusters[a] == d->clusters[b], same_entity = d->entities[a] == d->entities[b];
  return missed ? same_entity && !same_cluster : same_cluster && !same_entity;
}

static void test_against_all_pairs(void **state) {
  (void)state;
  uint64_t seed = 5;
  for (int round = 0; round < 200; round++) {
    evaluate_data data;
    make_world(&data, &seed);
    listed_pair listed = {.left = 0, .right = 1};
    data.pairs = &listed;
    data.pair_count = 1;
    size_t most = round % 3 ? 1u << 20 : 3;
    error_list list;
    khop_error err;
    assert_int_equal(errors_find(&list, &data, NULL, most, &err), KHOP_OK);
    uint64_t expected[2] = {0}, found[2] = {0};
    for (uint32_t a = 0; a < data.result_count; a++) {
      for (uint32_t b = a + 1; b < data.result_count; b++) {
        for (int missed = 0; missed < 2; missed++) expected[missed] += is_error(&data, a, b, missed);
      }
    }
    for (size_t i = 0; i < list.count; i++) {
      const pair_error *e = &list.items[i];
      assert_true(e->left < e->right && is_error(&data, e->left, e->right, e->is_missed));
      assert_int_equal(e->listed, e->left == 0 && e->right == 1 ? 0u : (uint32_t)LABEL_UNLISTED);
      if (i) assert_true(e[-1].left < e->left || (e[-1].left == e->left && e[-1].right < e->right));
      found[e->is_missed]++;
    }
    assert_int_equal(list.wrong, expected[0]);
    assert_int_equal(list.missed, expected[1]);
    for (int missed = 0; missed < 2; missed++) assert_int_equal(found[missed], expected[missed] < most ? expected[missed] : most);
    errors_free(&list);
  }
}

static void test_labels(void **state) {
  (void)state;
  labelled_pair pairs[] = {{.left = 0, .right = 1, .label = LABEL_MATCH, .is_clustered = true},
                           {.left = 0, .right = 2, .label = LABEL_MATCH},
                           {.left = 1, .right = 2, .label = LABEL_NON_MATCH, .is_clustered = true},
                           {.left = 1, .right = 3, .label = LABEL_POSSIBLE, .is_clustered = true},
                           {.left = 2, .right = 3, .label = LABEL_NON_MATCH}};
  const labels l = {.pairs = pairs, .count = 5};
  const evaluate_data data = {.result_count = 4};
  error_list list;
  khop_error err;
  assert_int_equal(errors_find(&list, &data, &l, 10, &err), KHOP_OK);
  assert_int_equal(list.count, 2);
  assert_true(list.items[0].is_missed && list.items[0].right == 2);
  assert_true(!list.items[1].is_missed && list.items[1].left == 1);
  assert_true(list.wrong == 1 && list.missed == 1);
  errors_free(&list);
}

/* ---- likeness ----------------------------------------------------------------------------- */

enum { fields_max = 64 };

typedef struct person {
  const char *fields[fields_max];
  uint32_t lengths[fields_max];
} person;

static void set_field(const schema *s, person *p, const char *name, const char *value) {
  int field = schema_find_field(s, name);
  assert_true(field >= 0);
  p->fields[field] = value;
  p->lengths[field] = (uint32_t)strlen(value);
}

static likeness_record record_of(person *p) {
  for (int f = 0; f < fields_max; f++) {
    if (!p->fields[f]) p->fields[f] = "";
  }
  return (likeness_record){.fields = p->fields, .lengths = p->lengths};
}

static schema *load(const char *name) {
  schema *s;
  khop_error err;
  if (schema_load(&s, name, &err) != KHOP_OK) fail_msg("%s", err.message);
  return s;
}

static void test_likeness(void **state) {
  (void)state;
  static const struct {
    const char *name, *birth, *other_name, *other_birth;
    likeness like;
  } cases[] = {{"Nguyễn Văn An", "01/02/1990", "NGUYEN VAN AN", "1/2/1990", LIKE_NAMESAKES},
               {"Nguyễn Văn An", "01/02/1990", "Nguyễn Văn An", "02/01/1990", LIKE_SAME_NAME},
               {"Nguyễn Văn An", "01/02/1990", "Nguyễn Văn An", "", LIKE_SAME_NAME},
               {"Nguyễn Văn An", "01/02/1990", "Nguyễn Thị Ân", "01/02/1990", LIKE_SIMILAR_NAME},
               {"Nguyễn Văn An", "01/02/1990", "Nguyễn Văn Anh", "01/02/1990", LIKE_OTHER_GIVEN_NAME},
               {"Nguyễn Văn An", "01/02/1990", "", "01/02/1990", LIKE_OTHERWISE}};
  schema *s = load("civil-birth");
  likeness_fields fields;
  likeness_choose(&fields, s);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    person a = {0}, b = {0};
    set_field(s, &a, "ho_ten", cases[i].name);
    set_field(s, &a, "ngay_sinh", cases[i].birth);
    set_field(s, &b, "ho_ten", cases[i].other_name);
    set_field(s, &b, "ngay_sinh", cases[i].other_birth);
    const likeness_record left = record_of(&a), right = record_of(&b);
    if (likeness_of(&fields, &left, &right) != cases[i].like) fail_msg("case %zu", i);
    if (likeness_of(&fields, &right, &left) != cases[i].like) fail_msg("case %zu turned", i);
  }
  schema_free(s);
}

static void test_given_and_surname(void **state) {
  (void)state;
  schema *s = load("person");
  likeness_fields fields;
  likeness_choose(&fields, s);
  person a = {0}, b = {0};
  set_field(s, &a, "given_name", "Anna");
  set_field(s, &a, "surname", "Smith");
  set_field(s, &b, "given_name", "anna");
  set_field(s, &b, "surname", "Miller");
  likeness_record left = record_of(&a), right = record_of(&b);
  assert_int_equal(likeness_of(&fields, &left, &right), LIKE_SIMILAR_NAME);
  set_field(s, &b, "surname", "SMITH");
  assert_int_equal(likeness_of(&fields, &left, &right), LIKE_SAME_NAME);
  set_field(s, &b, "given_name", "Ann");
  assert_int_equal(likeness_of(&fields, &left, &right), LIKE_OTHER_GIVEN_NAME);
  schema_free(s);
}

/* A register without people: identifiers, and the fields that differ. */
static void test_parcels(void **state) {
  (void)state;
  schema *s = load("parcel");
  likeness_fields fields;
  likeness_choose(&fields, s);
  assert_int_equal(fields.name, -1);
  person a = {0}, b = {0};
  set_field(s, &a, "so_to", "012");
  set_field(s, &b, "so_to", "12");
  set_field(s, &a, "so_thua", "5");
  set_field(s, &b, "so_thua", "6");
  set_field(s, &a, "dien_tich", "100,5");
  set_field(s, &b, "dien_tich", "100.5");
  set_field(s, &a, "ma_ho_so", "1");
  set_field(s, &b, "ma_ho_so", "2");
  set_field(s, &a, "loai_dat", "ONT");
  likeness_record left = record_of(&a), right = record_of(&b);
  assert_int_equal(likeness_of(&fields, &left, &right), LIKE_OTHERWISE);
  assert_int_equal(likeness_differing(s, &left, &right), 1ull << schema_find_field(s, "so_thua"));
  set_field(s, &a, "so_phat_hanh", "AB 123456");
  set_field(s, &b, "so_phat_hanh", "ab123456");
  assert_int_equal(likeness_of(&fields, &left, &right), LIKE_SAME_IDENTIFIER);
  schema_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_all_pairs), cmocka_unit_test(test_labels),  cmocka_unit_test(test_likeness),
      cmocka_unit_test(test_given_and_surname), cmocka_unit_test(test_parcels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
