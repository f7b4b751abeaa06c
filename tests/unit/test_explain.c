/* What explaining needs beside a run: masks that tell no letter but the first of a word, and the arena. */
#include "core_support.h"
#include "run/explain.h"

static void check_mask(semantic_type type, const char *text, const char *expected) {
  arena a = {0};
  assert_string_equal(explain_mask(&a, type, text, strlen(text)), expected);
  arena_free(&a);
}

static void masks(void **unused) {
  (void)unused;
  check_mask(TYPE_PERSON_NAME, "Nguyễn Văn An", "N***** V** A*");
  check_mask(TYPE_PERSON_NAME, "Nguye\u0302\u0303n Va\u0306n An", "N***** V** A*"); /* NFD: as many letters */
  check_mask(TYPE_PERSON_NAME, "Đỗ-Ân", "Đ*-Â*");
  check_mask(TYPE_PLACE, "12/5 Lê Lợi, P. 3", "99/9 L* L**, P. 9");
  check_mask(TYPE_TEXT, "Kinh", "K***");
  check_mask(TYPE_DATE, "01/02/1990", "99/99/9999");
  check_mask(TYPE_DATE, "ngày 3 tháng 4", "aaaa 9 aaaaa 9");
  check_mask(TYPE_PERSONAL_ID, "079 078 543 643", "999 999 999 999");
  check_mask(TYPE_INSURANCE, "TE1790012345678", "AA9999999999999");
  check_mask(TYPE_CODE, "KS-đ1", "AA-a9");
  check_mask(TYPE_SEX, "Nam", "*");
  check_mask(TYPE_SEX, "Nữ", "*");
  check_mask(TYPE_PERSON_NAME, "", "");
}

/* Any bytes: never longer than the value, and no digit or letter of it but the first of a word. */
static void masks_of_anything(void **unused) {
  (void)unused;
  uint64_t state = 1;
  for (size_t round = 0; round < 20000; round++) {
    char text[24];
    arena a = {0};
    size_t length = random_below(&state, sizeof text);
    for (size_t i = 0; i < length; i++) text[i] = (char)(1 + random_below(&state, 255));
    const char *masked = explain_mask(&a, (semantic_type)random_below(&state, TYPE_COUNT), text, length);
    assert_true(strlen(masked) <= length);
    for (const char *c = masked; *c; c++) assert_true(*c < '0' || *c > '8');
    arena_free(&a);
  }
}

static void arenas(void **unused) {
  (void)unused;
  arena a = {0};
  khop_error err = {0};
  char *pieces[200];
  for (size_t i = 0; i < COUNT_OF(pieces); i++) {
    size_t bytes = i * i;
    pieces[i] = arena_alloc(&a, bytes, 1);
    assert_non_null(pieces[i]);
    assert_int_equal((uintptr_t)pieces[i] % 16, 0);
    for (size_t b = 0; b < bytes; b++) assert_int_equal(pieces[i][b], 0);
    memset(pieces[i], (int)i, bytes);
  }
  for (size_t i = 0; i < COUNT_OF(pieces); i++) {
    for (size_t b = 0; b < i * i; b++) assert_int_equal((unsigned char)pieces[i][b], i);
  }
  assert_string_equal(arena_format(&a, "%s %d", "x", 7), "x 7");
  assert_string_equal(arena_text(&a, "abc", 2), "ab");
  must(arena_check(&a, &err), &err);
  assert_null(arena_alloc(&a, SIZE_MAX / 2, 4));
  assert_int_equal(arena_check(&a, &err), KHOP_ENVIRONMENT);
  arena_free(&a);
  must(arena_check(&a, &err), &err);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(masks), cmocka_unit_test(masks_of_anything), cmocka_unit_test(arenas)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
