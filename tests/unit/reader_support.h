/* For tests of what looks at values of a schema's fields as texts: the schema, the table of communes, a reader. */
#ifndef TEST_READER_SUPPORT_H
#define TEST_READER_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "findings/field_value.h"
#include "schema/schema_parse.h"

typedef struct fixture {
  schema *schema;
  address_book *book;
  field_reader *reader;
} fixture;

static inline int fixture_open(void **state, const char *yaml) {
  fixture *f = calloc(1, sizeof *f);
  khop_error err = {0};
  *state = f;
  assert_non_null(f);
  assert_int_equal(schema_parse(&f->schema, "t.yaml", yaml, strlen(yaml), &err), KHOP_OK);
  assert_int_equal(address_book_create(&f->book, &err), KHOP_OK);
  const field_reader_options options = {.schema = f->schema, .book = f->book, .places = ~(uint64_t)0, .wants_keys = true};
  assert_int_equal(field_reader_create(&f->reader, &options, &err), KHOP_OK);
  return 0;
}

static inline int fixture_close(void **state) {
  fixture *f = *state;
  field_reader_free(f->reader);
  address_book_free(f->book);
  schema_free(f->schema);
  free(f);
  return 0;
}

#endif
