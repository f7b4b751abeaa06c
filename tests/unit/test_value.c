/* One value of each type to canonical form, parts, repairs and findings (value.h): what holds for any bytes, and that
 * the phonetic key says what the blocking part of the same name says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "feature/feature.h"
#include "input/utf8.h"
#include "normalise/value.h"

enum { TEXT_MAX = 96, ROUNDS = 4000 };

static const value_options no_options = {.order = DATE_ORDER_UNKNOWN};

typedef struct subject {
  value_reader *reader;
  value_memory *memory;
  char *room;
  size_t room_bytes;
} subject;

static subject subject_of(const char *type) {
  khop_error err;
  subject s = {.room_bytes = value_room_bytes(TEXT_MAX)};
  assert_int_equal(value_reader_create(&s.reader, type, &no_options, &err), KHOP_OK);
  assert_int_equal(value_memory_create(&s.memory, s.reader, &err), KHOP_OK);
  s.room = malloc(s.room_bytes);
  assert_non_null(s.room);
  return s;
}

static void subject_free(subject *s) {
  value_memory_free(s->memory);
  value_reader_free(s->reader);
  free(s->room);
}

/* From a copy of exactly these bytes, so that the address sanitizer sees a read past them; it lives as long as the
 * result. */
static char *read_exactly(subject *s, const char *text, size_t length, value_result *out) {
  char *copy = malloc(length > 0 ? length : 1);
  assert_non_null(copy);
  memcpy(copy, text, length);
  value_read(s->reader, s->memory, copy, length, s->room, s->room_bytes, out);
  return copy;
}

static bool is_text(value_text text) { return utf8_find_bad(text.text, 0, text.length) == text.length; }

/* Pieces of all types, so that random texts come near to values. */
static size_t make_text(uint64_t *seed, char text[TEXT_MAX]) {
  static const char *const pieces[] = {"Nguyễn ", "Văn", " ",  "P. ", "Phường Bến Nghé", ", ", "Q.1", "TP.HCM", "1985", "/",
                                       "12",      "0",   "79", "; ",  "B",               "tờ ", "thửa ", "quyển ", ".", "-",
                                       "\xE2\x80\x8B", "ﷺ", "😀", "tuổi", "w3gvk1td8xyz", "TE1", "ĐA", "'"};
  size_t used = 0, count = random_next(seed) % 9;
  for (size_t i = 0; i < count; i++) {
    const char *piece = pieces[random_next(seed) % (sizeof pieces / sizeof pieces[0])];
    size_t length = strlen(piece);
    if (used + length > TEXT_MAX) break;
    memcpy(text + used, piece, length);
    used += length;
  }
  return used;
}

static void check_result(const value_result *r) {
  assert_true(r->room_used <= r->room_bytes);
  assert_true(r->part_count <= VALUE_RESULT_PARTS_MAX && r->finding_count + 1 < VALUE_RESULT_WORDS_MAX);
  assert_true(is_text(r->canonical));
  assert_true(r->canonical.length > 0 || r->finding_count > 0); /* nothing is without a reason */
  for (size_t i = 0; i < r->part_count; i++) {
    assert_true(r->parts[i].value.length > 0 && is_text(r->parts[i].value));
    for (size_t k = 0; k < i; k++) assert_string_not_equal(r->parts[i].name.text, r->parts[k].name.text);
  }
}

static void test_any_text(void **state) {
  (void)state;
  for (size_t type = 0; value_type_name(type); type++) {
    subject s = subject_of(value_type_name(type));
    uint64_t seed = type;
    for (size_t round = 0; round < ROUNDS; round++) {
      char text[TEXT_MAX];
      value_result result;
      size_t length = make_text(&seed, text);
      char *copy = read_exactly(&s, text, length, &result);
      check_result(&result);
      free(copy);
    }
    subject_free(&s);
  }
}

/* What a thread met before changes nothing. */
static void test_memory(void **state) {
  (void)state;
  subject warm = subject_of("address"), cold = warm;
  cold.room = malloc(cold.room_bytes);
  assert_non_null(cold.room);
  uint64_t seed = 7;
  for (size_t round = 0; round < ROUNDS / 40; round++) {
    char text[TEXT_MAX];
    size_t length = make_text(&seed, text);
    khop_error err;
    value_result a, b;
    assert_int_equal(value_memory_create(&cold.memory, cold.reader, &err), KHOP_OK);
    char *first = read_exactly(&warm, text, length, &a), *second = read_exactly(&cold, text, length, &b);
    assert_int_equal(a.canonical.length, b.canonical.length);
    assert_memory_equal(a.canonical.text, b.canonical.text, a.canonical.length);
    assert_int_equal(a.part_count, b.part_count);
    free(first);
    free(second);
    value_memory_free(cold.memory);
  }
  free(cold.room);
  subject_free(&warm);
}

/* ---- the phonetic key ---------------------------------------------------------------------- */

enum { NAMES = 400, KEY_MAX = 64 };

typedef struct heard {
  char key[KEY_MAX];
  uint32_t hash;
} heard;

static heard hear(subject *s, const char *name) {
  heard h = {.key = ""};
  value_result result;
  text_value value;
  char *copy = read_exactly(s, name, strlen(name), &result);
  for (size_t i = 0; i < result.part_count; i++) {
    if (strcmp(result.parts[i].name.text, "phonetic") != 0) continue;
    assert_true(result.parts[i].value.length < KEY_MAX);
    memcpy(h.key, result.parts[i].value.text, result.parts[i].value.length);
  }
  normalise_person_name(name, strlen(name), &value);
  h.hash = feature_part_hash(PART_PHONETIC, 0, value.letters, value.length);
  free(copy);
  return h;
}

static void test_phonetic(void **state) {
  (void)state;
  static const char *const words[] = {"Lý", "Ly", "Nguyễn", "Nguyên", "Trang", "Chan", "Trang", "Giang", "Dan", "Ran", "Xuân",
                                      "Suân", "Xuâng", "Phát", "Phác", "Gi", "Gia", "Da", "Tr", "Th", "H", "Y", "Hát", "Ng"};
  subject s = subject_of("person_name");
  heard all[NAMES];
  uint64_t seed = 11;
  for (size_t i = 0; i < NAMES; i++) {
    char name[TEXT_MAX] = "";
    size_t used = 0;
    for (size_t k = 0; k < 2; k++) {
      const char *word = words[random_next(&seed) % (sizeof words / sizeof words[0])];
      memcpy(name + used, word, strlen(word) + 1);
      used += strlen(word);
      name[used++] = ' ';
      name[used] = 0;
    }
    all[i] = hear(&s, name);
  }
  for (size_t i = 0; i < NAMES; i++) {
    for (size_t k = 0; k < i; k++) assert_int_equal(strcmp(all[i].key, all[k].key) == 0, all[i].hash == all[k].hash);
  }
  assert_string_equal(hear(&s, "Lý Trang").key, hear(&s, "Nì Chan").key);
  assert_string_not_equal(hear(&s, "Lý Trang").key, hear(&s, "Ly Trung").key);
  subject_free(&s);
}

static void test_refused(void **state) {
  (void)state;
  khop_error err;
  value_reader *reader;
  assert_int_equal(value_reader_create(&reader, "frob", &no_options, &err), KHOP_USAGE);
  assert_null(reader);
  for (size_t type = 0; value_type_name(type); type++) assert_non_null(strstr(err.message, value_type_name(type)));
  const value_options ordered = {.order = DATE_ORDER_MDY};
  assert_int_equal(value_reader_create(&reader, "sex", &ordered, &err), KHOP_USAGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_any_text), cmocka_unit_test(test_memory),
                                     cmocka_unit_test(test_phonetic), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
