/* The byte-level parts of engine/input: listing and counting bytes at every instruction set, and UTF-8
 * against the definition in RFC 3629. */
#include "test_input_support.h"

#include "input/scan.h"
#include "input/utf8.h"

static void find_and_count_match_a_plain_loop(void **state) {
  (void)state;
  static char text[SCAN_BLOCK_BYTES + SCAN_PADDING];
  static uint32_t positions[SCAN_BLOCK_BYTES + SCAN_SLACK];
  uint64_t seed = 11;
  const char wanted[3] = {',', '"', '\n'};
  for (int round = 0; round < 3000; round++) {
    size_t bytes = round < 300 ? (size_t)round : (size_t)(random_next(&seed) % (SCAN_BLOCK_BYTES + 1));
    uint64_t density = random_next(&seed) % 5;
    for (size_t i = 0; i < sizeof text; i++) {
      uint64_t r = random_next(&seed);
      text[i] = density == 4 ? ',' : r % 16 < density * 4 ? wanted[(r >> 8) % 3] : (char)(r >> 16);
    }
    for (cpu_level level = CPU_SCALAR; level <= CPU_AVX2; level++) {
      if (!cpu_level_supported(level)) continue;
      const scan_kernels *k = scan_kernels_for(level);
      size_t count = k->find(text, bytes, wanted, positions), expected = 0, commas = 0;
      for (size_t i = 0; i < bytes; i++) {
        commas += text[i] == ',';
        if (text[i] != ',' && text[i] != '"' && text[i] != '\n') continue;
        assert_true(expected < count);
        assert_int_equal(positions[expected++], i);
      }
      assert_int_equal(count, expected);
      assert_int_equal(k->count(text, bytes, ','), commas);
    }
  }
}

static void cursor_lists_all_blocks(void **state) {
  (void)state;
  enum { bytes_count = 5 * SCAN_BLOCK_BYTES + 17 };
  char *text = mem_alloc(bytes_count + SCAN_PADDING, 1);
  memset(text, 'x', bytes_count);
  const size_t places[] = {0, SCAN_BLOCK_BYTES - 1, SCAN_BLOCK_BYTES, 4 * SCAN_BLOCK_BYTES + 3, bytes_count - 1};
  for (size_t i = 0; i < 5; i++) text[places[i]] = ';';
  scan_cursor cursor;
  scan_cursor_start(&cursor, scan_kernels_for(CPU_SCALAR), text, bytes_count, ';');
  for (size_t i = 0; i < 5; i++) assert_int_equal(scan_cursor_next(&cursor), places[i]);
  for (size_t i = 0; i < 3; i++) assert_int_equal(scan_cursor_next(&cursor), bytes_count);
  mem_free(text);
}

/* Decodes and encodes back: well-formed is what survives. Not built from ranges, as the product is. */
static bool is_well_formed(const unsigned char *text, size_t bytes) {
  for (size_t i = 0; i < bytes;) {
    size_t tail = text[i] < 0x80 ? 0 : text[i] < 0xe0 ? 1 : text[i] < 0xf0 ? 2 : 3;
    uint32_t code = tail == 0 ? text[i] : text[i] & (0x3fu >> tail);
    if (text[i] == 0 || (text[i] >= 0x80 && text[i] < 0xc0) || text[i] >= 0xf8 || i + tail >= bytes) return false;
    for (size_t j = 1; j <= tail; j++) {
      if ((text[i + j] & 0xc0) != 0x80) return false;
      code = code << 6 | (text[i + j] & 0x3fu);
    }
    size_t needed = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    if (needed != tail || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) return false;
    i += tail + 1;
  }
  return true;
}

/* All sequences of up to three bytes, and all of four that start like one of four. */
static void utf8_is_judged_right_on_all_short_texts(void **state) {
  (void)state;
  for (uint32_t n = 0; n < 1u << 24; n++) {
    const unsigned char text[3] = {(unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n};
    if (text[0] < 0x80 && text[1] < 0x80 && n % 7) continue;
    bool good = utf8_find_bad((const char *)text, 0, 3) == 3;
    if (good != is_well_formed(text, 3)) fail_msg("%06x", n);
  }
  static const unsigned char edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff};
  for (unsigned lead = 0xf0; lead <= 0xff; lead++) {
    for (size_t n = 0; n < 11 * 11 * 11; n++) {
      const unsigned char text[4] = {(unsigned char)lead, edges[n / 121], edges[n / 11 % 11], edges[n % 11]};
      assert_int_equal(utf8_find_bad((const char *)text, 0, 4) == 4, is_well_formed(text, 4));
    }
  }
}

static void utf8_place_is_the_first_bad_byte(void **state) {
  (void)state;
  static const struct { const char *bad; size_t length, place; } cases[] = {
      {"\0", 1, 0}, {"\xff", 1, 0}, {"\x80", 1, 0}, {"\xc3 ", 2, 1}, {"\xe0\x80", 2, 1}, {"\xe1\xba\n", 3, 2},
  };
  for (size_t before = 0; before < 140; before++) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      byte_string text = {0};
      for (size_t j = 0; j < before; j++) bytes_text(&text, j % 5 == 4 ? "\xe1\xbb\x85" : "a");
      size_t expected = text.length + cases[i].place;
      bytes_add(&text, cases[i].bad, cases[i].length);
      for (size_t j = 0; j < 80; j++) bytes_text(&text, "b");
      assert_int_equal(utf8_find_bad(text.data, 0, text.length), expected);
      size_t behind = expected + 1;
      assert_int_equal(utf8_find_bad(text.data, behind, text.length), text.length);
      bytes_free(&text);
    }
  }
  assert_int_equal(utf8_find_bad("ab\xe1\xbb", 0, 4), 3);
  assert_int_equal(utf8_find_bad("", 0, 0), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(find_and_count_match_a_plain_loop),
      cmocka_unit_test(cursor_lists_all_blocks),
      cmocka_unit_test(utf8_is_judged_right_on_all_short_texts),
      cmocka_unit_test(utf8_place_is_the_first_bad_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
