/* Columns of a record chunk: whatever the values are like, they come back, the packed form is bounded,
 * and one that was cut or changed is refused or read within its bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "index/column_kernels.h"

enum { rows_max = COLUMN_ROWS_MAX, text_max = 640, packed_max = COLUMN_OVERHEAD_MAX + rows_max * text_max };

static char texts[rows_max][text_max + STORE_TEXT_SLACK_BYTES];
static column_cell cells[rows_max];
static column_packer packer;
static column_unpacker unpacker;
static uint8_t packed[packed_max + 8];
static char unpacked[rows_max * text_max];
static const char *fields[rows_max * 2];
static uint32_t lengths[rows_max * 2];

typedef uint32_t make_value(size_t row, char *text, uint64_t *random);

static size_t make_cells(make_value *make, size_t rows, uint64_t seed) {
  size_t text_bytes = 0;
  for (size_t row = 0; row < rows; row++) {
    for (size_t i = 0; i < sizeof texts[row]; i++) texts[row][i] = (char)random_next(&seed); /* what is behind does not count */
    cells[row] = (column_cell){.text = texts[row], .length = make(row, texts[row], &seed)};
    text_bytes += cells[row].length;
  }
  return text_bytes;
}

/* Every second cell of a table of two columns. `room` of the text is given. */
static const char *unpack(const uint8_t *bytes, size_t size, size_t rows, size_t room, size_t *out_left) {
  column_target to = {.rows = rows, .stride = 2, .fields = fields, .lengths = lengths, .text = unpacked, .room = room};
  const char *fact = column_unpack(&unpacker, &to, (column_bytes){bytes, bytes + size});
  *out_left = to.room;
  return fact;
}

/* At every level that the machine has; all give the same bytes. */
static size_t pack(size_t rows, size_t text_bytes) {
  static uint8_t again[packed_max + 8];
  packer.kernels = column_kernels_for(CPU_SCALAR);
  size_t size = (size_t)(column_pack(&packer, packed, cells, rows) - packed);
  assert_in_range(size, 2, COLUMN_OVERHEAD_MAX + text_bytes);
  for (cpu_level level = CPU_AVX2; level <= CPU_NEON; level++) {
    if (!cpu_level_supported(level)) continue;
    packer.kernels = column_kernels_for(level);
    assert_int_equal(column_pack(&packer, again, cells, rows) - again, size);
    assert_memory_equal(again, packed, size);
  }
  return size;
}

/* One value alone is the same. */
static void check_picks(const uint8_t *bytes, size_t size, size_t rows) {
  static char picked[text_max + STORE_TEXT_SLACK_BYTES];
  open_column column;
  column_pieces pieces = {0};
  shape_form forms[UINT8_MAX];
  assert_null(column_open(&column, forms, rows, (column_bytes){bytes, bytes + size}));
  for (size_t row = 0; row < rows; row += rows > 64 ? 1 + rows / 64 : 1) {
    const char *field;
    uint32_t length;
    column_target to = {.rows = 1, .stride = 1, .fields = &field, .lengths = &length, .text = picked, .room = text_max};
    const char *fact = column_pick(&column, rows, row, &pieces, &to);
    if (fact) fail_msg("row %zu of %zu: %s", row, rows, fact);
    assert_int_equal(length, cells[row].length);
    if (length) assert_memory_equal(field, cells[row].text, length);
  }
  mem_free(pieces.items);
}

/* Packs, unpacks and compares. Returns the packed size; the kind is packed[0]. */
static size_t check(make_value *make, size_t rows, uint64_t seed) {
  size_t text_bytes = make_cells(make, rows, seed), size = pack(rows, text_bytes), left;
  uint8_t *exact = malloc(size); /* so that a sanitizer sees a read beyond the end */
  memcpy(exact, packed, size);
  const char *fact = unpack(exact, size, rows, text_bytes, &left);
  if (fact) fail_msg("%zu rows: %s", rows, fact);
  assert_int_equal(left, 0);
  for (size_t row = 0; row < rows; row++) {
    assert_int_equal(lengths[2 * row], cells[row].length);
    if (cells[row].length) assert_memory_equal(fields[2 * row], cells[row].text, cells[row].length);
  }
  check_picks(exact, size, rows);
  free(exact);
  return size;
}

/* ---- values -------------------------------------------------------------------------------- */

static uint32_t empty(size_t row, char *text, uint64_t *random) {
  (void)row, (void)text, (void)random;
  return 0;
}

static uint32_t same(size_t row, char *text, uint64_t *random) {
  (void)row, (void)random;
  return (uint32_t)snprintf(text, text_max, "Việt Nam");
}

static uint32_t counting_id(size_t row, char *text, uint64_t *random) {
  (void)random;
  return (uint32_t)snprintf(text, text_max, "KS%08zu", row + 99990);
}

static uint32_t date(size_t row, char *text, uint64_t *random) {
  uint64_t r = random_next(random);
  if (row % 7 == 3) return 0;
  return (uint32_t)snprintf(text, text_max, row % 5 ? "%02u/%02u/%u" : "%u/%u/%u", (unsigned)(r % 31 + 1),
                            (unsigned)(r >> 8) % 12 + 1, 1900 + (unsigned)(r >> 16) % 120);
}

static uint32_t sixteen_digits(size_t row, char *text, uint64_t *random) {
  uint64_t r = row == 0 ? UINT64_C(9999999999999999) : random_next(random) % UINT64_C(10000000000000000);
  return (uint32_t)snprintf(text, text_max, "%016llu", (unsigned long long)r);
}

/* Of length 0 to 16, digits with anything between, before and behind; sometimes 17. */
static uint32_t digits_and_more(size_t row, char *text, uint64_t *random) {
  uint64_t shape = row % 40 * 7 + 1;
  uint32_t length = (uint32_t)(random_next(&shape) % (COLUMN_DIGITS_BYTES_MAX + 1));
  for (uint32_t i = 0; i < length; i++) {
    uint64_t r = random_next(random);
    text[i] = random_next(&shape) % 4 == 0 ? (char)((row % 40 * 31 + i) % 256) : (char)('0' + r % 10);
  }
  return length;
}

/* The same digits with and without zero bytes behind. */
static uint32_t digits_and_zero_bytes(size_t row, char *text, uint64_t *random) {
  uint32_t length = (uint32_t)snprintf(text, text_max, "%u", (unsigned)(random_next(random) % 100000));
  memset(text + length, 0, COLUMN_DIGITS_BYTES_MAX - length);
  return row % 2 ? length : length + (uint32_t)(row % 4) * 5;
}

static uint32_t digits_then_a_long_one(size_t row, char *text, uint64_t *random) {
  return row == 900 ? (uint32_t)snprintf(text, text_max, "12345678901234567") : sixteen_digits(row, text, random);
}

static uint32_t many_shapes(size_t row, char *text, uint64_t *random) {
  (void)random;
  return (uint32_t)snprintf(text, text_max, "%c%c123456", (int)('A' + row % 26), (int)('A' + row / 26 % 26));
}

static uint32_t name(size_t row, char *text, uint64_t *random) {
  static const char *const words[] = {"Nguyễn", "Trần", "Văn", "Thị", "An", "Bình", "Huỳnh", "Phương Thảo", "", "Ánh"};
  (void)row;
  uint64_t r = random_next(random);
  return (uint32_t)snprintf(text, text_max, "%s %s %s", words[r % 10], words[r / 10 % 10], words[r / 100 % 10]);
}

static uint32_t address(size_t row, char *text, uint64_t *random) {
  uint64_t r = random_next(random);
  if (row % 50 == 9) return (uint32_t)snprintf(text, text_max, "%s", row % 100 == 9 ? "," : ",, ,");
  return (uint32_t)snprintf(text, text_max, "%u/%u Trần Hưng Đạo, Phường %u, Quận %u, Thành phố Hồ Chí Minh%s",
                            (unsigned)(r % 999), (unsigned)(r >> 10) % 50, (unsigned)(r >> 20) % 20,
                            (unsigned)(r >> 30) % 12, row % 9 ? "" : ",");
}

/* Pieces of 1 to 48 bytes of which many differ in one byte only, wherever that is. */
static uint32_t like_pieces(size_t row, char *text, uint64_t *random) {
  uint32_t length = 0;
  for (size_t piece = 0; piece < 5; piece++) {
    uint64_t r = random_next(random);
    uint32_t here = 1 + (uint32_t)(r % 48);
    memset(text + length, 'x', here);
    if (row % 2) text[length + (uint32_t)(r >> 8) % here] = (char)('a' + (r >> 16) % 3);
    text[length + here] = ',';
    length += here + 1;
  }
  return length - (uint32_t)(row % 3 == 0);
}

/* Around the length from which a value is not cut, ending in the cut byte or not. */
static uint32_t long_values(size_t row, char *text, uint64_t *random) {
  uint32_t length = row % 3 ? (uint32_t)(COLUMN_CUT_BYTES_MAX - 2 + row % 5) : (uint32_t)(random_next(random) % text_max);
  for (uint32_t i = 0; i < length; i++) text[i] = i % 7 == row % 7 ? ',' : (char)('a' + row % 4);
  return length;
}

static uint32_t any_bytes(size_t row, char *text, uint64_t *random) {
  uint32_t length = (uint32_t)(row < text_max ? row : random_next(random) % text_max);
  for (uint32_t i = 0; i < length; i++) text[i] = (char)random_next(random);
  return length;
}

/* Lengths around each move and mask, zero bytes at their ends. */
static uint32_t zero_bytes(size_t row, char *text, uint64_t *random) {
  (void)random;
  memset(text, 0, row % 70);
  if (row % 3 == 1 && row % 70) text[row % 70 - 1] = ' ';
  return (uint32_t)(row % 70);
}

static uint32_t only_blanks(size_t row, char *text, uint64_t *random) {
  (void)row, (void)random;
  memset(text, ' ', COLUMN_CUT_BYTES_MAX);
  return COLUMN_CUT_BYTES_MAX;
}

/* More different words than a dictionary takes. */
static uint32_t new_words(size_t row, char *text, uint64_t *random) {
  (void)random;
  return (uint32_t)snprintf(text, text_max, "a%zu b%zu c%zu d%zu e%zu", row, row, row, row, row);
}

static make_value *const all_values[] = {empty, same, counting_id, date, sixteen_digits, digits_and_more,
                                         digits_then_a_long_one, many_shapes, name, address, any_bytes,
                                         zero_bytes, only_blanks, new_words, like_pieces, long_values, digits_and_zero_bytes};
enum { value_count = sizeof all_values / sizeof *all_values };

/* ---- tests --------------------------------------------------------------------------------- */

static void values_come_back(void **state) {
  (void)state;
  static const size_t row_counts[] = {1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 257, 1024, 4095, 4096};
  for (size_t make = 0; make < value_count; make++) {
    for (size_t i = 0; i < sizeof row_counts / sizeof *row_counts; i++) {
      for (uint64_t seed = 0; seed < (row_counts[i] < 1000 ? 5 : 1); seed++) (void)check(all_values[make], row_counts[i], seed);
    }
  }
}

static void kinds_and_sizes(void **state) {
  (void)state;
  assert_true(check(empty, 1024, 1) < 48);
  assert_true(check(same, 1024, 1) < 900); /* two words of a bit, and where every fourth value starts */
  assert_int_equal(packed[0], COLUMN_TEXT);
  assert_true(check(counting_id, 1024, 1) < 80);
  assert_int_equal(packed[0], COLUMN_COUNTER);
  assert_in_range(check(date, 1024, 1), 1024 * 3, 1024 * 5);
  assert_int_equal(packed[0], COLUMN_DIGITS);
  assert_in_range(check(sixteen_digits, 1024, 1), 1024 * 54 / 8, 1024 * 54 / 8 + 24 + 1024 / 16 * 2);
  assert_int_equal(packed[0], COLUMN_DIGITS);
  (void)check(digits_then_a_long_one, 1024, 1);
  assert_int_equal(packed[0], COLUMN_TEXT);
  (void)check(many_shapes, 1024, 1);
  assert_int_equal(packed[0], COLUMN_TEXT);
  assert_true(check(name, 1024, 1) < 1024 * 3);
  assert_int_equal(packed[1], ' ');
  (void)check(address, 1024, 1);
  assert_int_equal(packed[1], ',');
  (void)check(new_words, 4096, 1);
  assert_int_equal(packed[1], 0);
  (void)check(only_blanks, 4096, 1); /* more pieces than tokens: not cut */
  assert_int_equal(packed[1], 0);
}

/* What was packed before, and what lies behind the texts, leaves no trace. */
static void same_values_same_bytes(void **state) {
  (void)state;
  static uint8_t first[packed_max];
  for (size_t make = 0; make < value_count; make++) {
    size_t size = check(all_values[make], 700, 4);
    memcpy(first, packed, size);
    (void)check(all_values[(make + 5) % value_count], 1024, 9);
    size_t text_bytes = make_cells(all_values[make], 700, 4);
    for (size_t row = 0; row < 700; row++) memset(texts[row] + cells[row].length, 'x', STORE_TEXT_SLACK_BYTES);
    memset(packed, 0xaa, sizeof packed);
    assert_int_equal(pack(700, text_bytes), size);
    assert_memory_equal(packed, first, size);
  }
}

static void pick_all(const uint8_t *bytes, size_t size, size_t rows) {
  enum { room = 200 };
  open_column column;
  column_pieces pieces = {0};
  shape_form forms[UINT8_MAX];
  if (column_open(&column, forms, rows, (column_bytes){bytes, bytes + size})) return;
  for (size_t row = 0; row < rows; row += 7) {
    char *text = malloc(room + STORE_TEXT_SLACK_BYTES);
    const char *field;
    uint32_t length;
    column_target to = {.rows = 1, .stride = 1, .fields = &field, .lengths = &length, .text = text, .room = room};
    (void)column_pick(&column, rows, row, &pieces, &to);
    free(text);
  }
  mem_free(pieces.items);
}

/* Any fact will do, and so will other texts; not a read or write out of bounds. */
static void damage_is_survived(void **state) {
  (void)state;
  enum { rows = 150 };
  uint64_t random = 3;
  for (size_t make = 0; make < value_count; make++) {
    size_t text_bytes = make_cells(all_values[make], rows, 2), size = pack(rows, text_bytes), left;
    for (size_t cut = 0; cut < size; cut += 1 + cut / 50) {
      uint8_t *exact = malloc(cut + 1);
      memcpy(exact, packed, cut);
      assert_true(unpack(exact + (cut == 0), cut, rows, text_bytes, &left) || left > 0);
      pick_all(exact + (cut == 0), cut, rows);
      free(exact);
    }
    uint8_t *exact = malloc(size);
    for (int i = 0; i < 3000; i++) {
      memcpy(exact, packed, size);
      for (int flips = 0; flips <= i % 3; flips++) {
        uint64_t r = random_next(&random);
        size_t at = i % 2 ? (r >> 8) % size : (r >> 8) % (size < 40 ? size : 40);
        exact[at] = (uint8_t)(r & 1 ? r >> 40 : exact[at] ^ 1u << (r >> 40 & 7));
      }
      (void)unpack(exact, size, rows, text_bytes, &left);
      pick_all(exact, size, rows);
    }
    free(exact);
  }
}

static void expect_fact(const char *expected, const void *bytes, size_t size) {
  size_t left;
  const char *fact = unpack(bytes, size, 2, 10, &left);
  if (!fact || !strstr(fact, expected)) fail_msg("'%s' is not '%s'", fact ? fact : "no fault", expected);
}

/* A column of texts with up to 16 pieces of a byte, two values and tokens of up to 4 bits, in one byte. */
typedef struct small_texts {
  uint8_t cut, pieces, tokens, text_bytes, length_bytes, place, first_length, ends, start, token_bits;
} small_texts;

static void expect_text_fact(const char *expected, small_texts s) {
  uint8_t bytes[64] = {COLUMN_TEXT, s.cut, s.pieces, 0, s.tokens, 0, 0, 0, s.text_bytes, 0, 0, 0, s.length_bytes, 0, 0, 0, s.place};
  size_t size = 20;
  for (size_t i = 0; i < 16; i++) bytes[size++] = i ? i < s.pieces : s.first_length;
  if (s.cut) {
    bytes[size] = s.ends;
    bytes[size + 2] = s.start;
    size += 4;
  }
  for (size_t i = 0; i < s.text_bytes; i++) bytes[size++] = s.cut && i == 0 ? s.cut : (uint8_t)('a' + i);
  if (s.pieces > 1) bytes[size++] = s.token_bits;
  expect_fact(expected, bytes, size);
}

static void faults_of_texts_are_named(void **state) {
  (void)state;
  const small_texts good = {.pieces = 2, .tokens = 2, .text_bytes = 2, .length_bytes = 1, .first_length = 1, .token_bits = 2};
  const small_texts cut = {.cut = ' ', .pieces = 2, .tokens = 4, .text_bytes = 2, .length_bytes = 1, .first_length = 1, .ends = 2, .token_bits = 10};
  size_t left;
  small_texts s = good;
  const uint8_t none[] = {COLUMN_TEXT};
  expect_fact("column cut off", none, 0);
  expect_fact("column cut off", none, 1);
  s.pieces = 0, expect_text_fact("pieces out of range", s), s = good;
  s.tokens = 3, expect_text_fact("tokens out of range", s), s = good;
  s.length_bytes = 2, expect_text_fact("lengths of an unknown kind", s), s = good;
  s.first_length = 2, expect_text_fact("lengths exceed the text", s), s = good;
  s.first_length = 0, expect_text_fact("texts longer than their lengths", s), s = good;
  s.place = 1, expect_text_fact("pieces where they do not belong", s), s = good;
  s.pieces = 3, s.text_bytes = 3, s.token_bits = 3, expect_text_fact("piece out of range", s), s = cut;
  s.start = 1, expect_text_fact("start of another value", s), s = cut;
  s.ends = 0, expect_text_fact("without its last piece", s), s = cut;
  s.ends = 3, expect_text_fact("more pieces than values", s), s = cut;
  s.tokens = 9, expect_text_fact("tokens cut off", s);
  const uint8_t long_ones[] = {COLUMN_TEXT, 0, 1, 0, 2, 0, 0, 0, 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 'd', 'e', 'f'};
  expect_fact("exceed their stated size", long_ones, sizeof long_ones);
  assert_null(unpack(long_ones, sizeof long_ones, 2, 12, &left));
}

#define SHAPE_OF_1(c) c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define SHAPE_OF_3(a, b, c) a, b, c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

static void faults_of_digits_are_named(void **state) {
  (void)state;
#define FAULT(expected, ...)                             \
  do {                                                   \
    static const uint8_t fault_bytes[] = {__VA_ARGS__};  \
    expect_fact(expected, fault_bytes, sizeof fault_bytes); \
  } while (0)
  FAULT("unknown kind", 3);
  FAULT("column cut off", COLUMN_DIGITS);
  FAULT("shapes out of range", COLUMN_DIGITS, 0);
  FAULT("shapes out of range", COLUMN_COUNTER, COLUMN_SHAPES_MAX + 1);
  FAULT("shapes cut off", COLUMN_DIGITS, 1, 4, 1, '0');
  FAULT("shape too long", COLUMN_COUNTER, 1, 4, 17, SHAPE_OF_1('0'));
  FAULT("width of another shape", COLUMN_DIGITS, 1, 5, 1, SHAPE_OF_1('0'), 0, 0, 0x11);
  FAULT("shape number out of range", COLUMN_DIGITS, 3, 4, 0, 0, 1, 1, 1, SHAPE_OF_1('0'), SHAPE_OF_1('a'), SHAPE_OF_1('b'), 3, 0, 0, 0);
  FAULT("where they do not belong", COLUMN_DIGITS, 1, 4, 1, SHAPE_OF_1('0'), 1, 0, 0x11);
  FAULT("numbers cut off", COLUMN_DIGITS, 1, 4, 1, SHAPE_OF_1('0'), 0, 0);
  FAULT("longer than its shape", COLUMN_DIGITS, 1, 4, 1, SHAPE_OF_1('0'), 0, 0, 0x0a);
  FAULT("where its shape has none", COLUMN_DIGITS, 1, 10, 3, SHAPE_OF_3('0', '/', '0'), 0, 0, 10, 0, 0);
  FAULT("runs cut off", COLUMN_COUNTER, 1, 4, 1, SHAPE_OF_1('0'), 0);
  FAULT("runs where they do not belong", COLUMN_COUNTER, 1, 4, 1, SHAPE_OF_1('0'), 1, 0, 2, 2);
  FAULT("run cut off", COLUMN_COUNTER, 1, 4, 1, SHAPE_OF_1('0'), 0, 0, 2);
  FAULT("run of a wrong length", COLUMN_COUNTER, 1, 4, 1, SHAPE_OF_1('0'), 0, 0, 2, 0);
  FAULT("run of a wrong length", COLUMN_COUNTER, 1, 4, 1, SHAPE_OF_1('0'), 0, 0, 2, 3);
  FAULT("longer than its runs", COLUMN_COUNTER, 1, 4, 1, SHAPE_OF_1('0'), 0, 0, 2, 2, 0);
  FAULT("longer than its shape", COLUMN_COUNTER, 1, 4, 1, SHAPE_OF_1('0'), 0, 0, 12, 2); /* 6, 12 */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_come_back),   cmocka_unit_test(kinds_and_sizes),
      cmocka_unit_test(same_values_same_bytes), cmocka_unit_test(damage_is_survived),
      cmocka_unit_test(faults_of_texts_are_named), cmocka_unit_test(faults_of_digits_are_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
