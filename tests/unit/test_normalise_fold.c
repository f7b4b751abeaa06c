/* The folds: every Vietnamese letter in every normal form, tone placement, odd characters, bounds. */
#include "normalise_golden.h"

enum { TEXT_MAX = 4096 };

static const char *toned_of(const char *text, char *out) {
  char *copy = golden_exact(text, strlen(text));
  size_t length = text_fold_toned(copy, strlen(text), out, TEXT_MAX - 1);
  free(copy);
  out[length] = 0;
  return out;
}

static const char *plain_of(const char *text, char *out) {
  char *copy = golden_exact(text, strlen(text));
  size_t length = text_fold_plain(copy, strlen(text), out, TEXT_MAX - 1);
  free(copy);
  out[length] = 0;
  return out;
}

static void assert_folds(const char *text, const char *toned, const char *plain) {
  char out[TEXT_MAX];
  assert_string_equal(toned_of(text, out), toned);
  assert_string_equal(plain_of(text, out), plain);
}

/* The forms of one letter: composed, decomposed, and the half-composed ways between. */
static void check_letter(uint32_t base, uint32_t quality, uint32_t tone) {
  uint32_t orders[4][3] = {{base, quality, tone}, {base, tone, quality}, {base, quality, tone}, {base, tone, quality}};
  char expected[32] = "", folded[TEXT_MAX];
  for (size_t form = 0; form < 4; form++) {
    utf8proc_uint8_t text[32];
    utf8proc_ssize_t length = 0;
    for (size_t i = 0; i < 3; i++) {
      if (orders[form][i] != 0) length += utf8proc_encode_char((utf8proc_int32_t)orders[form][i], text + length);
    }
    text[length] = 0;
    utf8proc_uint8_t *composed = form < 2 ? NULL : utf8proc_NFC(text);
    toned_of((const char *)(composed != NULL ? composed : text), folded);
    free(composed);
    if (form == 0) {
      utf8proc_uint8_t *lower = NULL;
      utf8proc_map(text, 0, &lower, UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
      strcpy(expected, (const char *)lower);
      free(lower);
    }
    assert_string_equal(folded, expected);
    char upper = (char)(base & ~0x20u);
    assert_int_equal(plain_of((const char *)text, folded)[0], upper);
    assert_int_equal(folded[1], 0);
  }
}

static void test_all_accented_letters(void **state) {
  (void)state;
  static const char vowels[] = "aaaeeiooouuy";
  static const uint32_t qualities[] = {0, 0x306, 0x302, 0, 0x302, 0, 0, 0x302, 0x31B, 0, 0x31B, 0};
  static const uint32_t tones[] = {0, 0x300, 0x301, 0x309, 0x303, 0x323};
  size_t accented = 2; /* đ and Đ */
  for (size_t v = 0; v < 12; v++) {
    for (size_t t = 0; t < 6; t++) {
      check_letter((uint32_t)vowels[v], qualities[v], tones[t]);
      check_letter((uint32_t)vowels[v] & ~0x20u, qualities[v], tones[t]);
      accented += qualities[v] != 0 || tones[t] != 0 ? 2 : 0;
    }
  }
  assert_int_equal(accented, 134);
  assert_folds("đĐÐð", "đđđđ", "DDDD");
}

/* Whole names in NFC, NFD, NFKC of both cases come out the same. */
static void check_name_forms(char **cells) {
  char expected[TEXT_MAX], folded[TEXT_MAX];
  toned_of(cells[0], expected);
  utf8proc_uint8_t *forms[] = {utf8proc_NFC((utf8proc_uint8_t *)cells[0]), utf8proc_NFD((utf8proc_uint8_t *)cells[0]),
                               utf8proc_NFKD((utf8proc_uint8_t *)cells[0])};
  for (size_t i = 0; i < 3; i++) {
    assert_string_equal(toned_of((const char *)forms[i], folded), expected);
    free(forms[i]);
  }
  assert_string_equal(toned_of(expected, folded), expected);
  char plain[TEXT_MAX];
  plain_of(cells[0], plain);
  assert_string_equal(plain_of(plain, folded), plain);
}

static void test_normal_forms_agree(void **state) {
  (void)state;
  assert_true(golden_each("golden/names.tsv", 9, check_name_forms) >= 400);
  assert_true(golden_each("golden/places.tsv", 2, check_name_forms) >= 100);
}

/* Every place of the tone in a vowel group gives one spelling. */
static void test_tone_is_placed(void **state) {
  (void)state;
  static const char *const syllables[][4] = {
      {"hoà", "hòa", NULL},           {"khoẻ", "khỏe", NULL},         {"thuỷ", "thủy", NULL},
      {"mía", "miá", NULL},           {"của", "cuả", NULL},           {"quà", "qùa", NULL},
      {"quý", "qúy", NULL},           {"già", "gìa", NULL},           {"giữa", "giưã", NULL},
      {"ngoài", "ngòai", "ngoaì"},    {"người", "ngừơi", "ngươì"},    {"nguyễn", "ngũyên", "nguỹên"},
      {"hoàn", "hòan", NULL},         {"tiếng", "tíêng", NULL},       {"khuỷu", "khủyu", "khuyủ"},
      {"quốc", "qúôc", NULL},         {"giếng", "gíêng", NULL},       {"lừa", "lưà", NULL},
  };
  char out[TEXT_MAX];
  for (size_t i = 0; i < sizeof syllables / sizeof syllables[0]; i++) {
    for (size_t k = 0; k < 3 && syllables[i][k] != NULL; k++) {
      assert_string_equal(toned_of(syllables[i][k], out), syllables[i][0]);
    }
  }
  assert_string_equal(toned_of("ngưyên", out), "ngưyên");
  assert_string_equal(toned_of("lý lí", out), "lý lí");
  assert_string_equal(toned_of("áé", out), "áé");
}

static void test_odd_characters(void **state) {
  (void)state;
  assert_folds("  A\t\n B  ", "a b", "A B");
  assert_folds("A\xC2\xA0" "B\xE3\x80\x80" "C\xE2\x80\xAF" "D", "a b c d", "A B C D");
  assert_folds("A\xE2\x80\x8B\xC2\xAD\xEF\xBB\xBF\xE2\x81\xA0" "B", "ab", "AB");
  assert_folds("H’a H‘a H`a Hʼa H´a", "h'a h'a h'a h'a h'a", "H'A H'A H'A H'A H'A");
  assert_folds("a–b—c‑d−e", "a-b-c-d-e", "A-B-C-D-E");
  assert_folds("“a”", "\"a\"", "\"A\"");
  assert_folds("ＡＢ１２！", "ab12!", "AB12!");
  assert_folds("ﬁ ½ m² Nº", "fi 1⁄2 m2 no", "FI 1?2 M2 NO");
  assert_folds("ñ ç ü Š", "ñ ç ü š", "N C U S");
  assert_folds("n\xCC\x83 c\xCC\xA7 u\xCC\x88", "ñ ç ü", "N C U");
  assert_folds("Ǿ O\xCC\x81", "ǿ ó", "? O");
  assert_folds("李明", "李明", "??");
  assert_folds("가 \xE1\x84\x80\xE1\x85\xA1", "가 가", "? ?");
  assert_folds("e\xCC\x81\xCC\x80", "é", "E");
  assert_folds("\xCC\x81" "a", "a", "A");
  assert_folds("", "", "");
  assert_folds(" \xC2\xA0 ", "", "");
}

/* Damaged UTF-8 is one lost letter a byte, at any place, also at the very end. */
static void test_damaged_bytes(void **state) {
  (void)state;
  assert_folds("a\xFF" "b", "a\xEF\xBF\xBD" "b", "A?B");
  assert_folds("a\xE1\xBA", "a\xEF\xBF\xBD\xEF\xBF\xBD", "A??");
  assert_folds("a\xC3", "a\xEF\xBF\xBD", "A?");
  assert_folds("\x80", "\xEF\xBF\xBD", "?");
  assert_folds("\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "???");
  assert_folds("a\xCC", "a\xEF\xBF\xBD", "A?");
}

static bool is_utf8(const char *text, size_t length) {
  for (size_t at = 0; at < length;) {
    utf8proc_int32_t point;
    utf8proc_ssize_t bytes =
        utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(length - at), &point);
    if (bytes <= 0) return false;
    at += (size_t)bytes;
  }
  return true;
}

static void test_capacity_is_kept(void **state) {
  (void)state;
  const char *text = "Nguyễn 李明 Thị Hồng Nhung";
  char whole[TEXT_MAX], out[64];
  for (size_t capacity = 0; capacity <= 40; capacity++) {
    memset(out, 0x7F, sizeof out);
    size_t length = text_fold_toned(text, strlen(text), out, capacity);
    assert_true(length <= capacity);
    assert_int_equal(out[capacity], 0x7F);
    assert_memory_equal(out, toned_of(text, whole), length);
    assert_true(length == 0 || is_utf8(out, length));
    memset(out, 0x7F, sizeof out);
    length = text_fold_plain(text, strlen(text), out, capacity);
    assert_true(length <= capacity);
    assert_int_equal(out[capacity], 0x7F);
    assert_memory_equal(out, plain_of(text, whole), length);
  }
}

/* Around the 512-byte spans, in both normal forms. */
static void test_long_texts(void **state) {
  (void)state;
  char text[TEXT_MAX], folded[TEXT_MAX], decomposed[TEXT_MAX];
  for (size_t words = 20; words < 90; words++) {
    text[0] = 0;
    for (size_t i = 0; i < words; i++) strcat(text, i % 3 == 0 ? "hoà " : i % 3 == 1 ? "nguyễn " : "an ");
    text[strlen(text) - 1] = 0;
    assert_string_equal(toned_of(text, folded), text);
    utf8proc_uint8_t *nfd = utf8proc_NFD((utf8proc_uint8_t *)text);
    assert_string_equal(toned_of((const char *)nfd, decomposed), text);
    text_value a, b;
    normalise_text(text, strlen(text), &a);
    normalise_text((const char *)nfd, strlen((const char *)nfd), &b);
    golden_values_equal(&a, &b);
    free(nfd);
  }
}

/* A letter more or less, anywhere in a text of several thousand, changes both hashes. */
static void test_hashes_cover_all(void **state) {
  (void)state;
  static char text[6000];
  for (size_t i = 0; i < sizeof text; i++) text[i] = i % 7 == 6 ? ' ' : (char)('a' + i * 31 % 26);
  text_value whole;
  normalise_text(text, sizeof text - 1, &whole);
  for (size_t at = 0; at < sizeof text - 1; at += 97) {
    char kept = text[at];
    text[at] = kept == 'z' ? 'y' : 'z';
    text_value changed;
    normalise_text(text, sizeof text - 1, &changed);
    text[at] = kept;
    assert_int_not_equal(changed.toned_hash, whole.toned_hash);
    assert_int_not_equal(changed.plain_hash, whole.plain_hash);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_accented_letters), cmocka_unit_test(test_normal_forms_agree),
      cmocka_unit_test(test_tone_is_placed),       cmocka_unit_test(test_odd_characters),
      cmocka_unit_test(test_damaged_bytes),        cmocka_unit_test(test_capacity_is_kept),
      cmocka_unit_test(test_long_texts),           cmocka_unit_test(test_hashes_cover_all),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
