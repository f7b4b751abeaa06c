/* Places in two pieces and places remembered: both give what normalise_place gives for the whole, for the golden
 * places, for addresses put together from all that matters to the reader, and for noise. */
#include "base/hash.h"
#include "feature/feature.h"
#include "normalise/fold.h"
#include "normalise_golden.h"

enum { GENERATED = 20000, TEXT_MAX = 1024 };

static const char *const pieces[] = {
    ",", ", ", " , ", ".", " ", "(", ")", ";", "-", "/", "'", "P.", "P", "Q", "Q.", "F", "TP.", "TP ", "T.P. ",
    "T P ", "tx ", "TT.", "Phường ", "phường ", "phuong ", "Quận ", "quan ", "Thành phố ", "thanh pho ", "Tỉnh ",
    "Xã ", "X.", "H.", "Huyện ", "Thị trấn ", "Tổ ", "Tổ dân phố ", "Khu phố ", "KP", "Ấp ", "Thôn ", "số ", "Số nhà ",
    "đường ", "Đ.", "D", "Quốc lộ ", "Hẻm ", "Việt Nam", "VN", "Vietnam ", "HCM", "TPHCM", "Hồ Chí Minh", "Hà Nội",
    "BRVT", "SG", "Huế", "Thừa Thiên Huế", "Lê Lợi", "Trần Hưng Đạo", "Hòa", "thuỷ ", "1", "01", "12/5", "0", "2A",
    "IV", "XXXIX", "I ", "không rõ", "UBND ", "\xCC\x81", "\xCC\xA3", "\xE1", "\xE2\x80\x8B", "\xEF\xBC\x8C",
    "\xEF\xB7\xBA", "\xE4\xB8\xAD"};

static const char *const numbers[] = {
    "12 ", "012/05 ", "0 ", "00/0 ", "1//2 ", "7/ ", "/7 ", "12a ", "12", "1234567890123456 ", "12345678901234567 ",
    "Số 12 ", "số 012 ", "SỐ 3/4 ", "Số 5/ ", "so 12 ", "Số  12 ", "Số 12", "Số nhà 12 ", "Số A ", "số , "};

static uint32_t below(uint64_t *random, uint32_t limit) { return (uint32_t)(random_next(random) >> 33) % limit; }

static size_t write_address(uint64_t *random, char *out) {
  size_t length = 0, count = below(random, below(random, 10) ? 14 : 60);
  if (below(random, 2)) { /* a house, or nearly one */
    const char *number = numbers[below(random, sizeof numbers / sizeof numbers[0])];
    memcpy(out, number, strlen(number));
    length = strlen(number);
  }
  for (size_t i = 0; i < count; i++) {
    const char *piece = below(random, 4) ? pieces[below(random, sizeof pieces / sizeof pieces[0])] : ", ";
    memcpy(out + length, piece, strlen(piece));
    length += strlen(piece);
  }
  if (below(random, 5) == 0 && length > 0) out[below(random, (uint32_t)length)] = (char)random_next(random);
  return length;
}

/* Returns whether the text was read in pieces. */
static bool check_pieces(const char *text, size_t length) {
  text_value whole, joined;
  place_cut cut;
  place_piece head, tail;
  char *exact = golden_exact(text, length);
  memset(&joined, 0xA5, sizeof joined);
  normalise_place(exact, length, &whole);
  if (!normalise_place_cut(exact, length, &cut)) {
    assert_int_equal(cut.comma, length);
    free(exact);
    return false;
  }
  assert_int_equal(text[cut.comma], ',');
  assert_true(cut.number <= cut.number_end && cut.number_end <= cut.head && cut.head <= cut.comma);
  char *head_text = golden_exact(text + cut.head, cut.comma - cut.head);
  char *tail_text = golden_exact(text + cut.comma + 1, length - cut.comma - 1);
  bool read = normalise_place_piece(PLACE_BEHIND_COMMA, tail_text, length - cut.comma - 1, &tail) &&
              normalise_place_piece(cut.head_start, head_text, cut.comma - cut.head, &head);
  if (read) {
    normalise_place_join(exact, &cut, &head, &tail, &joined);
    golden_values_equal(&joined, &whole);
  }
  free(exact);
  free(head_text);
  free(tail_text);
  return read;
}

static size_t golden_read;
static void check_golden(char **cells) { golden_read += check_pieces(cells[0], strlen(cells[0])); }

static void golden_places_in_pieces(void **state) {
  (void)state;
  assert_true(golden_each("golden/places.tsv", 2, check_golden) >= 100);
  assert_true(golden_read >= 20);
}

static void generated_addresses_in_pieces(void **state) {
  (void)state;
  uint64_t random = 1;
  char text[TEXT_MAX];
  size_t read = 0;
  for (size_t i = 0; i < GENERATED; i++) {
    size_t length = write_address(&random, text);
    read += check_pieces(text, length);
  }
  assert_true(read > GENERATED / 4);
}

/* What the number of a house is: digits and slashes with a blank and more behind, "Số" before it or not. */
static void numbers_are_cut(void **state) {
  (void)state;
  static const struct {
    const char *text, *number, *head;
    place_start start;
  } cases[] = {
      {"12/5 Lê Lợi, Quận 1", "12/5", "Lê Lợi", PLACE_BEHIND_NUMBER},
      {"Số 12 Lê Lợi, Quận 1", "12", "Lê Lợi", PLACE_BEHIND_HOUSE},
      {"SỐ 12/5 Lê Lợi, Quận 1", "12/5", "Lê Lợi", PLACE_BEHIND_NUMBER},
      {"12a Lê Lợi, Quận 1", "", "12a Lê Lợi", PLACE_BEGINS_TEXT},
      {"12 , Quận 1", "", "12 ", PLACE_BEGINS_TEXT},
      {"Số 12, Quận 1", "", "Số 12", PLACE_BEGINS_TEXT},
      {"Số", "", "Số", PLACE_BEGINS_TEXT},
      {",", "", "", PLACE_BEGINS_TEXT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    place_cut cut;
    size_t length = strlen(cases[i].text);
    char *exact = golden_exact(cases[i].text, length);
    assert_int_equal(normalise_place_cut(exact, length, &cut), strchr(cases[i].text, ',') != NULL);
    assert_int_equal(cut.number_end - cut.number, strlen(cases[i].number));
    assert_memory_equal(exact + cut.number, cases[i].number, strlen(cases[i].number));
    assert_int_equal(cut.comma - cut.head, strlen(cases[i].head));
    assert_memory_equal(exact + cut.head, cases[i].head, strlen(cases[i].head));
    assert_int_equal(cut.head_start, cases[i].start);
    free(exact);
  }
}

static bool reads(place_start start, const char *text) {
  place_piece piece;
  return normalise_place_piece(start, text, strlen(text), &piece);
}

/* A head that says nothing leaves the beginning to its tail, where Việt Nam is a name and not dropped. */
static void an_empty_piece_is_refused(void **state) {
  (void)state;
  assert_true(reads(PLACE_BEHIND_COMMA, "Việt Nam, Quận 3"));
  assert_false(reads(PLACE_BEGINS_TEXT, ""));
  assert_false(reads(PLACE_BEGINS_TEXT, " . ("));
  assert_false(reads(PLACE_BEHIND_NUMBER, " . ("));
  assert_false(reads(PLACE_BEHIND_COMMA, " , "));
}

/* Characters that expand fill the fold's span, and what follows is cut: in the whole only, so it is read at once. */
static void expanded_text_is_read_at_once(void **state) {
  (void)state;
  enum { EXPANDED = 20 };
  static const char tail[] = ",\uFF42\uFF42\uFF42\uFF42\uFF42\uFF42\uFF42\uFF42"; /* wide letters */
  char text[3 * EXPANDED + sizeof tail];
  for (size_t i = 0; i < EXPANDED; i++) memcpy(text + 3 * i, "\xEF\xB7\xBA", 3);
  memcpy(text + 3 * EXPANDED, tail, sizeof tail);
  assert_false(check_pieces(text, strlen(text)));
}

/* Pieces at the edge of what is remembered. */
static void long_pieces_are_refused(void **state) {
  (void)state;
  char text[2 * PLACE_PIECE_MAX];
  memset(text, 'b', sizeof text);
  place_piece piece;
  assert_true(normalise_place_piece(PLACE_BEHIND_COMMA, text, PLACE_PIECE_MAX, &piece));
  assert_int_equal(piece.count, PLACE_PIECE_MAX);
  assert_false(normalise_place_piece(PLACE_BEHIND_COMMA, text, PLACE_PIECE_MAX + 1, &piece));
}

/* The longest of each piece together. */
static void longest_pieces_are_joined(void **state) {
  (void)state;
  char text[256];
  for (size_t head = PLACE_PIECE_MAX - 2; head <= PLACE_PIECE_MAX + 2; head++) {
    size_t length = (size_t)snprintf(text, sizeof text, "123456789/123456 %0*d,%0*d", (int)head, 1, PLACE_PIECE_MAX, 1);
    for (size_t i = 17; i < length; i++) text[i] = text[i] == '0' || text[i] == '1' ? 'b' : text[i];
    assert_int_equal(check_pieces(text, length), head <= PLACE_PIECE_MAX);
  }
}

static void assert_recalled(text_memory *memory, const char *text, size_t length) {
  char *exact = golden_exact(text, length);
  text_value whole, recalled;
  memset(&recalled, 0xA5, sizeof recalled);
  normalise_place(exact, length, &whole);
  text_recall_place(memory, exact, length, &recalled);
  golden_values_equal(&recalled, &whole);
  free(exact);
}

/* More addresses than there are places to keep them, each several times and in between others, so that they meet
 * in one set, move in it and push each other out. */
static void recall_is_normalise(void **state) {
  (void)state;
  text_memory *memory = text_memory_create(false);
  assert_non_null(memory);
  uint64_t random = 2;
  for (size_t round = 0; round < GENERATED; round++) {
    char text[TEXT_MAX];
    uint64_t seed = below(&random, 4) ? below(&random, 200) : below(&random, 1u << 16);
    size_t length = write_address(&seed, text);
    assert_recalled(memory, text, length);
  }
  for (size_t i = 0; i < 3 * GENERATED; i++) {
    char text[64];
    const char *begins = i / 3 % 2 ? "Tổ " : ""; /* houses and others are remembered apart */
    unsigned ward = below(&random, i % 2 ? 90 : 2), district = below(&random, i % 2 ? 90 : 2);
    size_t length = (size_t)snprintf(text, sizeof text, "%s%zu, Phường %u, Quận %u", begins, i / 6, ward, district);
    assert_recalled(memory, text, length);
  }
  text_memory_free(memory);
}

static void recall_of_noise(void **state) {
  (void)state;
  text_memory *memory = text_memory_create(false);
  assert_non_null(memory);
  uint64_t random = 3;
  for (size_t i = 0; i < GENERATED; i++) {
    char text[300];
    size_t length = below(&random, below(&random, 8) ? 24 : sizeof text);
    for (size_t k = 0; k < length; k++) text[k] = (char)(below(&random, 8) ? random_next(&random) : ',');
    assert_recalled(memory, text, length);
    assert_recalled(memory, text, length);
  }
  text_memory_free(memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(golden_places_in_pieces),   cmocka_unit_test(generated_addresses_in_pieces),
      cmocka_unit_test(numbers_are_cut),           cmocka_unit_test(an_empty_piece_is_refused),
      cmocka_unit_test(long_pieces_are_refused),   cmocka_unit_test(expanded_text_is_read_at_once),
      cmocka_unit_test(longest_pieces_are_joined), cmocka_unit_test(recall_is_normalise),
      cmocka_unit_test(recall_of_noise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
