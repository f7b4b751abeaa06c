/* Texts met before: rows encoded many at a time with a memory are the rows encoded one by one without, whatever came in
 * between. */
#include "core_support.h"

enum { FIELDS = 6, ROWS = 30000, ROWS_AT_ONCE_MAX = 150, TEXT_ROOM = 128 /* 64 behind a text may be read */ };

static const char yaml[] =
    "schema: t\n"
    "fields:\n"
    "  name: {type: person_name}\n"
    "  note: {type: text}\n"
    "  place: {type: place}\n"
    "  code: {type: code, identifier: true}\n"
    "  entry: {type: entry_number}\n"
    "  home: {type: place}\n"
    "blocking:\n"
    "  - [name.given, entry]\n"
    "  - [place.sorted]\n"
    "comparisons:\n"
    "  - name: name\n"
    "    levels:\n"
    "      - {when: name similar 0.9, m: 0.5, u: 0.1}\n"
    "      - {when: note similar 0.9, m: 0.5, u: 0.1}\n"
    "      - {when: place edits 2, m: 0.5, u: 0.1}\n"
    "      - {when: [entry exact, home exact], m: 0.5, u: 0.1}\n"
    "      - {else: true, m: 0.5, u: 0.9}\n";

static uint64_t state = 5;

/* One text in fields of several types, which must not be taken for each other. */
static void make_record(char texts[FIELDS][TEXT_ROOM], input_field *fields, unsigned numbers) {
  static const char *const begins[] = {"", "0", "Phường ", "12/5 Lê Lợi, P. ", "Số 7 Lê Lai, P. ", "ĐC-", "N/A", "x", "Kinh",
                                       "không rõ", "Nguyễn Văn A", "h'mông ", " ", "12345678", "7 Hàng Bài P.", "00"};
  static const char *const ends[] = {"", "", "/2019", "/1999 ", ", Quận 3", " B"};
  for (size_t f = 0; f < FIELDS; f++) {
    const char *begin = begins[random_below(&state, sizeof begins / sizeof begins[0])];
    const char *end = ends[random_below(&state, sizeof ends / sizeof ends[0])];
    unsigned number = (unsigned)random_below(&state, numbers);
    memset(texts[f], "7/ a"[number % 4], TEXT_ROOM);
    int length = snprintf(texts[f], TEXT_ROOM, "%s%.*u%s", begin, (int)random_below(&state, 2), number, end);
    texts[f][length] = '3';
    fields[f] = (input_field){.text = texts[f], .length = (uint32_t)length};
    if (f && random_below(&state, 3) == 0) fields[f] = fields[f - 1];
    if (random_below(&state, 20) == 0) fields[f] = (input_field){0};
  }
}

static void rows_are_the_same(void **unused) {
  (void)unused;
  test_table t = table_open(yaml);
  const feature_layout *layout = &t.table.layout;
  text_memory *memory = text_memory_create(false);
  static char texts[ROWS_AT_ONCE_MAX][FIELDS][TEXT_ROOM];
  static input_field fields[ROWS_AT_ONCE_MAX * FIELDS];
  static uint8_t rows[ROWS_AT_ONCE_MAX * 512 + 1];
  uint8_t plain[512];
  assert_non_null(memory);
  assert_int_equal(t.schema->field_count, FIELDS);
  assert_true(layout->stride <= sizeof plain);
  for (size_t done = 0, some; done < ROWS; done += some) {
    some = 1 + random_below(&state, ROWS_AT_ONCE_MAX);
    for (size_t i = 0; i < some; i++) make_record(texts[i], fields + i * FIELDS, done < ROWS / 2 ? 30 : 9000);
    memset(rows, 0xA5, sizeof rows);
    feature_encode_rows(layout, t.schema, memory, fields, some, rows);
    for (size_t i = 0; i < some; i++) {
      feature_encode(layout, t.schema, fields + i * FIELDS, plain);
      assert_memory_equal(plain, rows + i * layout->stride, layout->stride);
    }
    assert_int_equal(rows[some * layout->stride], 0xA5);
  }
  text_memory_free(memory);
  table_close(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_the_same)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
