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
    for (cpu_level level = CPU_SCALAR; level <= CPU_AVX512; level++) {
      if (!cpu_level_supported(level)) continue;
      const scan_kernels *k = scan_kernels_for(level);
      size_t count = k->find(text, bytes, ',', positions), expected = 0, commas = 0;
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

/* field_ends byte by byte: the rules of quotes.h, said once more. */
static size_t plain_field_ends(const char *text, size_t from, size_t bytes, uint32_t *positions, bool *out_odd) {
  bool quoted = false;
  size_t count = 0;
  *out_odd = false;
  for (size_t i = from; i < bytes; i++) {
    char c = text[i], before = i > from ? text[i - 1] : '\n', next = text[i + 1];
    if (c == '"' && !quoted) {
      if (before != ',' && before != '\n') *out_odd = true;
      quoted = true;
    } else if (c == '"') {
      bool is_end = next == ',' || next == '\n' || (next == '\r' && text[i + 2] == '\n');
      if (i + 1 < bytes && !is_end) *out_odd = true;
      quoted = false;
    } else if (c == '\n' && quoted) {
      *out_odd = true;
    } else if ((c == ',' || c == '\n') && !quoted) {
      positions[count++] = (uint32_t)i;
    }
    if (*out_odd) return count;
  }
  return count;
}

/* Texts of which most can be listed to the end, from any place and cut at any other. */
static void field_ends_match_a_plain_loop(void **state) {
  (void)state;
  static const char *const pieces[] = {",", ",", ",", "\n", "\r\n", "abc", "\xe1\xbb\x85", "\"a,b\",", "\"\",",
                                       "\"x\"\n", "\"x\"\r\n", "1 2 3", "a field that is somewhat longer",
                                       "\"d\"\"d\",", "\"", "\"\r", "\"\n\","};
  enum { bytes_max = 3 * SCAN_BLOCK_BYTES };
  static uint32_t wanted[bytes_max + 64], listed[bytes_max + SCAN_SLACK];
  uint64_t seed = 12;
  for (int round = 0; round < 6000; round++) {
    byte_string text = {0};
    size_t length = (size_t)(random_next(&seed) % (round % 8 ? 400 : bytes_max - 64));
    size_t kinds = round % 3 ? 13 : 17;
    while (text.length < length) bytes_text(&text, pieces[random_next(&seed) % kinds]);
    size_t bytes = length ? (size_t)(random_next(&seed) % (length + 1)) : 0;
    size_t from = bytes ? (size_t)(random_next(&seed) % bytes) / 2 : 0;
    bytes_add(&text, (char[SCAN_PADDING]){0}, SCAN_PADDING);
    bool is_odd;
    size_t expected = plain_field_ends(text.data, from, bytes, wanted, &is_odd), lines = 0;
    for (size_t i = 0; i < expected; i++) lines += text.data[wanted[i]] == '\n';
    for (cpu_level level = CPU_SCALAR; level <= CPU_AVX512; level++) {
      if (!cpu_level_supported(level)) continue;
      scan_fields fields = scan_fields_from(from);
      size_t count = 0;
      while (fields.next < bytes && !fields.is_odd) {
        count += scan_kernels_for(level)->field_ends(text.data, bytes, ',', &fields, listed + count);
      }
      assert_int_equal(count <= expected, true);
      assert_memory_equal(listed, wanted, count * sizeof *listed);
      if (is_odd) assert_true(fields.is_odd);
      /* What stands right behind a closing quote is judged with it, so the list may end before it. */
      if (!fields.is_odd || is_odd) assert_int_equal(count, expected);
      if (count == expected) assert_int_equal(fields.lines, lines);
    }
    bytes_free(&text);
  }
}

static void hashes_are_the_same_at_every_level(void **state) {
  (void)state;
  static char text[5000];
  uint64_t seed = 13;
  for (size_t i = 0; i < sizeof text; i++) text[i] = (char)random_next(&seed);
  for (size_t length = 0; length < sizeof text; length += length < 300 ? 1 : 61) {
    for (cpu_level level = CPU_SCALAR; level <= CPU_AVX512; level++) {
      if (!cpu_level_supported(level)) continue;
      assert_true(scan_kernels_for(level)->hash(text + length % 7, length - length % 7) ==
                  hash_bytes(text + length % 7, length - length % 7));
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
  for (size_t from = 0; from <= bytes_count; from++) {
    scan_cursor_start(&cursor, scan_kernels_for(CPU_SCALAR), text, bytes_count, ';');
    if (from % 2) scan_cursor_next(&cursor);
    scan_cursor_skip_to(&cursor, from);
    size_t i = 0;
    while (i < 5 && places[i] < from) i++;
    if (from > 0 || from % 2 == 0) assert_int_equal(scan_cursor_next(&cursor), i < 5 ? places[i] : bytes_count);
  }
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

/* The kernels' verdicts on the first `bytes` bytes, against the specification's. */
static void check_find_bad(const char *text, size_t from, size_t bytes) {
  size_t expected = utf8_find_bad(text, from, bytes);
  for (cpu_level level = CPU_AVX2; level <= CPU_AVX512; level++) {
    if (!cpu_level_supported(level)) continue;
    size_t found = scan_kernels_for(level)->find_bad(text, from, bytes);
    if (found != expected) fail_msg("level %d: bytes %zu to %zu: bad at %zu, not %zu", level, from, bytes, found, expected);
  }
}

static bool is_odd_latin(uint32_t point) {
  static const char usual[] = "\u00c0\u00c1\u00c2\u00c3\u00c8\u00c9\u00ca\u00cc\u00cd\u00d0\u00d2\u00d3\u00d4\u00d5\u00d9\u00da"
                              "\u00dd\u00e0\u00e1\u00e2\u00e3\u00e8\u00e9\u00ea\u00ec\u00ed\u00f0\u00f2\u00f3\u00f4\u00f5\u00f9"
                              "\u00fa\u00fd";
  const char letter[3] = {(char)(0xc0 | point >> 6), (char)(0x80 | (point & 0x3f)), 0};
  return point > 0xa0 && !strstr(usual, letter);
}

/* Each letter of Latin-1 at each place, at all levels; and that nothing else is one. */
static void odd_latin_is_found(void **state) {
  (void)state;
  for (uint32_t point = 0x80; point < 0x800; point++) {
    for (size_t at = 0; at < 72; at++) {
      char text[160];
      memset(text, 'a', sizeof text);
      memcpy(text, "\u1ea5\u0103\u00ea", at < 7 ? 0 : 7);
      text[at] = (char)(0xc0 | point >> 6);
      text[at + 1] = (char)(0x80 | (point & 0x3f));
      memcpy(text + at + 2, "\u1ec5\u00f1", 5); /* a second one behind */
      bool is_odd = point < 0x100 && is_odd_latin(point);
      for (cpu_level level = CPU_SCALAR; level <= CPU_AVX512; level++) {
        if (!cpu_level_supported(level)) continue;
        const scan_kernels *kernels = scan_kernels_for(level);
        assert_int_equal(kernels->find_odd_latin(text, 0, at + 2), is_odd ? at : at + 2);
        assert_int_equal(kernels->find_odd_latin(text, 0, at + 1), at + 1); /* cut */
        assert_int_equal(kernels->find_odd_latin(text, 0, 96), is_odd ? at : at + 5);
        assert_int_equal(kernels->find_odd_latin(text, at + 1, 96), at + 5);
      }
    }
  }
}

enum { FRAME_BYTES = 208 };

/* `length` bytes at `offset` in a text of plain bytes, or of letters of three bytes; both ended at once
 * and after more text. */
static void check_in_frame(const unsigned char *sequence, size_t length, size_t offset) {
  static const char letter[] = "\xe1\xbb\x85";
  char text[FRAME_BYTES];
  for (int has_letters = 0; has_letters < 2; has_letters++) {
    memset(text, 'a', sizeof text);
    for (size_t i = offset % 3; has_letters && i + 3 <= offset; i += 3) memcpy(text + i, letter, 3);
    memcpy(text + offset, sequence, length);
    for (size_t i = offset + length; has_letters && i + 3 <= sizeof text; i += 3) memcpy(text + i, letter, 3);
    size_t whole = has_letters ? offset + length + (sizeof text - offset - length) / 3 * 3 : sizeof text;
    check_find_bad(text, 0, whole);
    check_find_bad(text, 0, offset + length);
  }
}

static void utf8_kernels_judge_one_and_two_bytes_at_every_place(void **state) {
  (void)state;
  for (size_t offset = 0; offset < 132; offset++) {
    for (unsigned n = 0; n < 1u << 16; n++) {
      const unsigned char sequence[2] = {(unsigned char)(n >> 8), (unsigned char)n};
      if (n < 256) check_in_frame(sequence + 1, 1, offset);
      if (offset % 32 >= 2 && offset % 32 < 30 && n % 61 != offset % 61) continue;
      check_in_frame(sequence, 2, offset);
    }
  }
}

/* Both sides of every border between the ranges of RFC 3629. */
static const unsigned char borders[] = {0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0,
                                        0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xf8, 0xff};

/* All three bytes each at some place (of those that begin as ASCII one in 64), and those on a
 * range's border at every place about the seams. */
static void utf8_kernels_judge_three_bytes_about_the_seams(void **state) {
  (void)state;
  enum { count = sizeof borders };
  uint64_t seed = 3;
  for (uint32_t n = 0; n < 1u << 24; n += n >> 23 ? 1 : 64) {
    const unsigned char sequence[3] = {(unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n};
    char text[96];
    memset(text, 'a', sizeof text);
    memcpy(text + 28 + random_next(&seed) % 38, sequence, 3);
    check_find_bad(text, 0, sizeof text);
  }
  for (size_t n = 0; n < (size_t)count * count * count; n++) {
    const unsigned char sequence[3] = {borders[n / count / count], borders[n / count % count], borders[n % count]};
    for (size_t offset = 28; offset <= 132; offset += offset % 32 == 2 ? 26 : 1) check_in_frame(sequence, 3, offset);
  }
}

static void utf8_kernels_judge_four_bytes_about_the_seams(void **state) {
  (void)state;
  uint64_t seed = 4;
  for (int round = 0; round < 15000; round++) {
    unsigned char sequence[4];
    for (size_t i = 0; i < 4; i++) {
      uint64_t r = random_next(&seed);
      sequence[i] = r % 2 ? borders[(r >> 8) % sizeof borders] : (unsigned char)(r >> 16);
      if (i == 0 && round % 4) sequence[i] |= 0xf0;
      if (i > 0 && r >> 40 & 1) sequence[i] = 0x80 | (sequence[i] & 0x3f);
    }
    for (size_t offset = 28; offset <= 132; offset += offset % 32 == 2 ? 26 : 1) check_in_frame(sequence, 4, offset);
  }
}

/* Text of a register, one byte in some hundred spoilt, read to its end from each place after a fault. */
static void utf8_kernels_find_every_fault_of_a_text(void **state) {
  (void)state;
  static const char *const letters[] = {"a", "b", " ", "\n", "\xc3\xa2", "\xc6\xb0", "\xe1\xbb\x85", "\xf0\x9f\x98\x80"};
  uint64_t seed = 5;
  for (int round = 0; round < 8000; round++) {
    byte_string made = {0};
    size_t wanted = (size_t)(random_next(&seed) % 500), plain = (size_t)(random_next(&seed) % 5) * 10;
    while (made.length < wanted) {
      uint64_t r = random_next(&seed);
      bytes_text(&made, r % 50 < plain ? "x" : letters[(r >> 8) % 8]);
    }
    char *text = mem_alloc(made.length + 1, 1);
    if (made.length > 0) memcpy(text, made.data, made.length);
    uint64_t faults = random_next(&seed) % 4;
    for (uint64_t i = 0; i < faults && made.length > 0; i++) {
      text[random_next(&seed) % made.length] = (char)random_next(&seed);
    }
    for (size_t from = 0; from < made.length;) {
      check_find_bad(text, from, made.length);
      from = utf8_find_bad(text, from, made.length) + 1;
      while (from < made.length && (text[from] & 0xc0) == 0x80) from++;
    }
    mem_free(text);
    bytes_free(&made);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(find_and_count_match_a_plain_loop),
      cmocka_unit_test(field_ends_match_a_plain_loop),
      cmocka_unit_test(hashes_are_the_same_at_every_level),
      cmocka_unit_test(cursor_lists_all_blocks),
      cmocka_unit_test(utf8_is_judged_right_on_all_short_texts),
      cmocka_unit_test(utf8_place_is_the_first_bad_byte),
      cmocka_unit_test(odd_latin_is_found),
      cmocka_unit_test(utf8_kernels_judge_one_and_two_bytes_at_every_place),
      cmocka_unit_test(utf8_kernels_judge_three_bytes_about_the_seams),
      cmocka_unit_test(utf8_kernels_judge_four_bytes_about_the_seams),
      cmocka_unit_test(utf8_kernels_find_every_fault_of_a_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
