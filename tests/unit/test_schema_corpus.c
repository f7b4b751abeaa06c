/* The fuzzer's corpus as an ordinary test: each file, each of its beginnings and each of its
 * single-byte changes goes through the parser. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "schema/schema.h"
#include "schema/schema_parse.h"

enum { file_bytes_max = 8192, changes_per_file = 4000 };

static void check_text(const char *text, size_t length) {
  /* An exact copy, so that a sanitizer sees a read past the end. */
  char *copy = malloc(length ? length : 1);
  memcpy(copy, text, length);
  schema *s = (schema *)&s;
  khop_error err = {0};
  khop_status status = schema_parse(&s, "corpus", copy, length, &err);
  if (status == KHOP_OK) {
    assert_non_null(s);
    assert_true(s->field_count > 0 && s->comparison_count > 0);
  } else {
    assert_int_equal(status, KHOP_USAGE);
    assert_null(s);
    assert_memory_equal(err.message, "corpus:", 7);
  }
  schema_free(s);
  free(copy);
}

static void check_file(const char *path) {
  static const char signs[] = "[]{},:-?&*!|>'\"%@`#\n\t \\.0a\x80\xff";
  char text[file_bytes_max];
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t length = fread(text, 1, sizeof text, file);
  fclose(file);
  for (size_t cut = 0; cut <= length; cut += 1 + length / 500) check_text(text, cut);
  check_text(text, length);
  uint64_t seed = length;
  for (size_t i = 0; i < changes_per_file && length > 0; i++) {
    size_t at = random_next(&seed) % length;
    char before = text[at];
    text[at] = signs[random_next(&seed) % (sizeof signs - 1)];
    check_text(text, length);
    text[at] = before;
  }
}

static void test_corpus(void **state) {
  (void)state;
  size_t files = 0;
  DIR *directory = opendir("fuzz/corpus/schema");
  assert_non_null(directory);
  for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
    char path[300];
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "fuzz/corpus/schema/%s", entry->d_name);
    check_file(path);
    files++;
  }
  closedir(directory);
  assert_true(files >= 10);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
