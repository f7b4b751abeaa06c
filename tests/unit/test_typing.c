/* Residue of typing methods: every syllable typed in telex and VNI comes back; what is none stays. */
#include "normalise/fold.h"
#include "normalise/typing.h"
#include "normalise_golden.h"

static const char *const onsets[] = {"", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng",
                                     "ngh", "nh", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x"};
static const char *const rhymes[] = {"a", "ai", "an", "ang", "anh", "ao", "ăn", "ăng", "ăc", "âm", "ân", "âu", "ây", "e", "en", "ê",
                                     "êm", "ênh", "i", "iên", "iêu", "inh", "oa", "oai", "oan", "oang", "o", "on", "ong", "ô",
                                     "ôn", "ông", "ơ", "ơn", "u", "uân", "uê", "ung", "uôn", "uy", "uyên", "uyêt", "ư", "ưa", "ưng",
                                     "ươi", "ương", "ươc", "y", "yên"};

static size_t codes_of(const char *text, uint8_t *codes) {
  fold_run run;
  fold_cursor cursor = fold_begin(text, strlen(text));
  fold_next(&cursor, &fold_text_rules, &run);
  memcpy(codes, run.codes, run.count);
  return run.count;
}

/* The keys of a syllable, its tone's last. */
static void type_keys(const uint8_t *codes, size_t count, bool vni, char *out) {
  static const char bare[] = "aaaeeiooouuy", telex_mark[] = {0, 'w', 'a', 0, 'e', 0, 0, 'o', 'w', 0, 'w', 0};
  static const char vni_mark[] = {0, '8', '6', 0, '6', 0, 0, '6', '7', 0, '7', 0};
  unsigned tone = 0;
  for (size_t i = 0; i < count; i++) {
    if (codes[i] == FOLD_D) {
      *out++ = 'd';
      *out++ = vni ? '9' : 'd';
    } else if (fold_is_vowel(codes[i])) {
      unsigned letter = (unsigned)(codes[i] - FOLD_VOWEL) >> 3;
      char mark = vni ? vni_mark[letter] : telex_mark[letter];
      *out++ = bare[letter];
      if (mark) *out++ = mark;
      if (codes[i] & 7) tone = codes[i] & 7;
    } else {
      *out++ = (char)codes[i];
    }
  }
  if (tone) *out++ = vni ? " 21345"[tone] : " fsrxj"[tone];
  *out = 0;
}

static size_t checked, exempt;

static void check_syllable(const uint8_t *codes, size_t count) {
  char typed[32], text[64];
  uint8_t keys[32], out[SYLLABLE_LETTERS_MAX];
  size_t out_count, length;
  type_keys(codes, count, false, typed);
  size_t key_count = codes_of(typed, keys);
  if (key_count > count && !syllable_is_possible_plain(keys, key_count)) {
    if (typing_telex(keys, key_count, out, &out_count) == TYPING_NONE) {
      exempt++; /* a foreign name */
    } else {
      assert_int_equal(out_count, count);
      assert_memory_equal(out, codes, count);
      checked++;
    }
  }
  type_keys(codes, count, true, typed);
  if (strlen(typed) < count + 2) return; /* a single digit may be a footnote */
  assert_int_equal(typing_keys(typed, strlen(typed), text, sizeof text, &length), TYPING_VNI);
  text[length] = 0;
  assert_int_equal(codes_of(text, out), count);
  assert_memory_equal(out, codes, count);
}

static void test_every_syllable(void **state) {
  (void)state;
  for (size_t o = 0; o < sizeof onsets / sizeof onsets[0]; o++) {
    for (size_t r = 0; r < sizeof rhymes / sizeof rhymes[0]; r++) {
      for (uint8_t tone = 0; tone < 6; tone++) {
        char text[32];
        fold_run run;
        snprintf(text, sizeof text, "%s%s", onsets[o], rhymes[r]);
        run.count = codes_of(text, run.codes);
        size_t vowel = run.count;
        while (!fold_is_vowel(run.codes[vowel - 1])) vowel--;
        run.codes[vowel - 1] |= tone;
        run.tones[0] = (uint16_t)(vowel - 1);
        run.tone_count = tone > 0;
        memset(run.plain, 'A', run.count);
        fold_place_tones(&run);
        if (syllable_is_possible(run.codes, run.count)) check_syllable(run.codes, run.count);
      }
    }
  }
  assert_true(checked > 3000);
  assert_true(exempt < 30);
}

static void test_verdicts(void **state) {
  (void)state;
  static const struct {
    const char *word;
    typing_verdict verdict;
  } cases[] = {{"nguyeenx", TYPING_SURE}, {"thij", TYPING_SURE},  {"dduwcs", TYPING_SURE},  {"hoaf", TYPING_SURE},
               {"nguyênx", TYPING_SURE},  {"vawn", TYPING_LIKELY}, {"lee", TYPING_LIKELY},   {"vox", TYPING_LIKELY},
               {"mais", TYPING_WEAK},     {"hoaz", TYPING_WEAK},  {"john", TYPING_NONE},    {"hans", TYPING_NONE},
               {"mary", TYPING_NONE},     {"rosa", TYPING_NONE},  {"nguyễn", TYPING_NONE},  {"nguểyn", TYPING_NONE},
               {"trầnf", TYPING_NONE},    {"pur", TYPING_NONE},   {"xoong", TYPING_NONE},   {"trang", TYPING_NONE},
               {"nguyenx", TYPING_NONE},  {"s", TYPING_NONE},     {"aaaaaaaaaaaaaaaaaa", TYPING_NONE}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    uint8_t codes[32], out[SYLLABLE_LETTERS_MAX];
    size_t count = codes_of(cases[i].word, codes), out_count;
    if (typing_telex(codes, count, out, &out_count) != cases[i].verdict) fail_msg("%s", cases[i].word);
    assert_int_equal(out_count > 0, cases[i].verdict != TYPING_NONE);
  }
}

static void test_keys(void **state) {
  (void)state;
  static const char *const untouched[] = {"Nguyễn Văn An2", "An 12", "An1 B", "12345", "(a)", "a(b)", "Nguyễn6 Va8", "6", "^", ""};
  char out[64];
  size_t length;
  for (size_t i = 0; i < sizeof untouched / sizeof untouched[0]; i++) {
    typing_method method = typing_keys(untouched[i], strlen(untouched[i]), out, sizeof out, &length);
    if (method != TYPING_NO_METHOD) fail_msg("%s", untouched[i]);
  }
  for (size_t capacity = 0; capacity <= 20; capacity++) { /* too little room is no repair */
    char *small = golden_exact("                    ", capacity);
    typing_method method = typing_keys("Nguye6n4 Va8n", 13, small, capacity, &length);
    assert_int_equal(method, capacity >= 13 ? TYPING_VNI : TYPING_NO_METHOD);
    free(small);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_syllable),
      cmocka_unit_test(test_verdicts),
      cmocka_unit_test(test_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
