/* For the tests of the core stages: files made of text, schemas made of YAML, tables made of values. */
#ifndef TEST_CORE_SUPPORT_H
#define TEST_CORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "feature/feature.h"

/* Fails with the message, which says more than a status. */
static inline void must(khop_status status, const khop_error *err) {
  if (status != KHOP_OK) fail_msg("status %d: %s", (int)status, err->message);
}

typedef struct text_file {
  char path[64];
} text_file;

static inline text_file text_file_make(const char *text) {
  text_file file = {"/tmp/khop-test-XXXXXX.yaml"};
  int fd = mkstemps(file.path, 5);
  assert_true(fd >= 0);
  size_t length = strlen(text);
  assert_int_equal(write(fd, text, length), (ssize_t)length);
  assert_int_equal(close(fd), 0);
  return file;
}

static inline void text_file_remove(const text_file *file) { assert_int_equal(unlink(file->path), 0); }

static inline schema *schema_of(const char *yaml) {
  schema *s = NULL;
  khop_error err = {0};
  text_file file = text_file_make(yaml);
  khop_status status = schema_load(&s, file.path, &err);
  text_file_remove(&file);
  must(status, &err);
  return s;
}

/* A schema and a table of its rows. */
typedef struct test_table {
  schema *schema;
  feature_table table;
} test_table;

static inline test_table table_open(const char *yaml) {
  test_table t = {.schema = schema_of(yaml)};
  khop_error err = {0};
  must(feature_layout_make(&t.table.layout, t.schema, &err), &err);
  return t;
}

/* One record: a value for every field of the schema, NULL for a column that is not there. */
static inline void table_add(test_table *t, const char *const *values) {
  khop_error err = {0};
  input_field fields[SCHEMA_FIELDS_MAX] = {0};
  for (size_t f = 0; f < t->schema->field_count; f++) {
    if (values[f]) fields[f] = (input_field){.text = values[f], .length = (uint32_t)strlen(values[f])};
  }
  must(feature_table_reserve(&t->table, t->table.count + 1, &err), &err);
  uint8_t *rows = t->table.memory.data;
  feature_encode(&t->table.layout, t->schema, fields, rows + t->table.count * t->table.layout.stride);
  t->table.count++;
}

static inline void table_close(test_table *t) {
  feature_table_free(&t->table);
  schema_free(t->schema);
}

static inline size_t random_below(uint64_t *state, size_t limit) { return (size_t)(random_next(state) % limit); }

/* One value of a list, or a missing one in `missing_percent` of cases. */
static inline const char *random_value(uint64_t *state, const char *const *values, size_t count,
                                       unsigned missing_percent) {
  if (random_below(state, 100) < missing_percent) return random_below(state, 2) ? "" : NULL;
  return values[random_below(state, count)];
}

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
