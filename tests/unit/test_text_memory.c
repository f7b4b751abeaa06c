/* Texts met before: rows encoded with a memory are the rows encoded without, whatever came in between. */
#include "core_support.h"

enum { FIELDS = 5, ROWS = 30000 };

static const char yaml[] =
    "schema: t\n"
    "fields:\n"
    "  name: {type: person_name}\n"
    "  note: {type: text}\n"
    "  place: {type: place}\n"
    "  code: {type: code, identifier: true}\n"
    "  entry: {type: entry_number}\n"
    "blocking:\n"
    "  - [name.given, entry]\n"
    "  - [place.sorted]\n"
    "comparisons:\n"
    "  - name: name\n"
    "    levels:\n"
    "      - {when: name similar 0.9, m: 0.5, u: 0.1}\n"
    "      - {when: note similar 0.9, m: 0.5, u: 0.1}\n"
    "      - {when: place edits 2, m: 0.5, u: 0.1}\n"
    "      - {when: entry exact, m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n";

/* One text in fields of several types, which must not be taken for each other. */
static void rows_are_the_same(void **unused) {
  (void)unused;
  test_table t = table_open(yaml);
  const feature_layout *layout = &t.table.layout;
  text_memory *memory = text_memory_create(false);
  uint8_t plain[512], with[512];
  assert_non_null(memory);
  assert_true(layout->stride <= sizeof plain);
  static const char *const begins[] = {"", "0", "Phường ", "12/5 Lê Lợi, P. ", "Số 7 Lê Lai, P. ", "ĐC-", "N/A", "x", "Kinh",
                                       "không rõ", "Nguyễn Văn A", "h'mông ", " ", "12345678"};
  static const char *const ends[] = {"", "", "/2019", "/1999 ", ", Quận 3", " B"};
  uint64_t state = 5;
  for (size_t i = 0; i < ROWS; i++) {
    char text[FIELDS][64];
    input_field fields[SCHEMA_FIELDS_MAX] = {0};
    for (size_t f = 0; f < FIELDS; f++) {
      const char *begin = begins[random_below(&state, sizeof begins / sizeof begins[0])];
      const char *end = ends[random_below(&state, sizeof ends / sizeof ends[0])];
      unsigned number = (unsigned)random_below(&state, i < ROWS / 2 ? 30 : 9000);
      int length = snprintf(text[f], sizeof text[f], "%s%.*u%s", begin, (int)random_below(&state, 2), number, end);
      fields[f] = (input_field){.text = text[f], .length = (uint32_t)length};
      if (f && random_below(&state, 3) == 0) fields[f] = fields[f - 1];
    }
    feature_encode(layout, t.schema, fields, plain);
    feature_encode_with(layout, t.schema, memory, fields, with);
    assert_memory_equal(plain, with, layout->stride);
  }
  text_memory_free(memory);
  table_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_the_same)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
