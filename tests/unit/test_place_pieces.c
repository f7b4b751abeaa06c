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

static uint32_t below(uint64_t *random, uint32_t limit) { return (uint32_t)(random_next(random) >> 33) % limit; }

static size_t write_address(uint64_t *random, char *out) {
  size_t length = 0, count = below(random, below(random, 10) ? 14 : 60);
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
  size_t head;
  memset(&joined, 0xA5, sizeof joined);
  normalise_place(text, length, &whole);
  bool cut = normalise_place_cut(text, length, &head);
  if (!cut) {
    assert_int_equal(head, length);
    return false;
  }
  assert_int_equal(text[head], ',');
  char *head_text = golden_exact(text, head), *tail_text = golden_exact(text + head + 1, length - head - 1);
  place_tail tail;
  bool read = normalise_place_tail(tail_text, length - head - 1, &tail) &&
              normalise_place_head(head_text, head, &tail, &joined);
  free(head_text);
  free(tail_text);
  if (read) golden_values_equal(&joined, &whole);
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

/* A head that says nothing leaves the beginning to its tail, where Việt Nam is a name and not dropped. */
static void an_empty_head_is_no_beginning(void **state) {
  (void)state;
  place_tail tail;
  text_value value;
  static const char text[] = "Việt Nam, Quận 3";
  assert_true(normalise_place_tail(text, strlen(text), &tail));
  assert_false(normalise_place_head("", 0, &tail, &value));
  assert_false(normalise_place_head(" . (", 4, &tail, &value));
  assert_false(normalise_place_tail(" , ", 3, &tail));
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

/* Tails at the edge of what is remembered. */
static void long_tails_are_refused(void **state) {
  (void)state;
  char text[2 * PLACE_TAIL_MAX];
  memset(text, 'b', sizeof text);
  place_tail tail;
  assert_true(normalise_place_tail(text, PLACE_TAIL_MAX, &tail));
  assert_int_equal(tail.count, PLACE_TAIL_MAX);
  assert_false(normalise_place_tail(text, PLACE_TAIL_MAX + 1, &tail));
}

static void assert_recalled(place_memory *memory, const char *text, size_t length) {
  char *exact = golden_exact(text, length);
  text_value whole, recalled;
  memset(&recalled, 0xA5, sizeof recalled);
  normalise_place(exact, length, &whole);
  place_recall(memory, exact, length, &recalled);
  golden_values_equal(&recalled, &whole);
  free(exact);
}

/* More addresses than there are places to keep them, each several times and in between others, so that they meet
 * in one set, move in it and push each other out. */
static void recall_is_normalise(void **state) {
  (void)state;
  place_memory *memory = place_memory_create();
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
  place_memory_free(memory);
}

static void recall_of_noise(void **state) {
  (void)state;
  place_memory *memory = place_memory_create();
  assert_non_null(memory);
  uint64_t random = 3;
  for (size_t i = 0; i < GENERATED; i++) {
    char text[300];
    size_t length = below(&random, below(&random, 8) ? 24 : sizeof text);
    for (size_t k = 0; k < length; k++) text[k] = (char)(below(&random, 8) ? random_next(&random) : ',');
    assert_recalled(memory, text, length);
    assert_recalled(memory, text, length);
  }
  place_memory_free(memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(golden_places_in_pieces),       cmocka_unit_test(generated_addresses_in_pieces),
      cmocka_unit_test(an_empty_head_is_no_beginning), cmocka_unit_test(expanded_text_is_read_at_once),
      cmocka_unit_test(long_tails_are_refused),        cmocka_unit_test(recall_is_normalise),
      cmocka_unit_test(recall_of_noise),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
