/* The folds of many bytes at a time against the fold by letters, which is the specification: the same run for
 * every text, at every level that this machine has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "base/hash.h"
#include "normalise/fold.h"

enum { TEXT_MAX = 700 };

/* Rules of somebody's own, as readers of names make them: brackets kept, digits for letters. */
static fold_rules own_rules;
static const fold_rules *const all_rules[] = {&fold_keep_rules,  &fold_text_rules, &fold_name_rules,
                                              &fold_place_rules, &fold_code_rules, &own_rules};

static int own_rules_set(void **state) {
  (void)state;
  own_rules = fold_name_rules;
  fold_rules_set(&own_rules, '(', '(', '(');
  fold_rules_set(&own_rules, '{', '(', '(');
  fold_rules_set(&own_rules, '0', FOLD_VOWEL + 6 * 8, 'O');
  fold_rules_set(&own_rules, 'x', 0, 0);
  return 0;
}

static void assert_spans_equal(fold_words *words, const char *text, size_t length, const fold_rules *rules) {
  static fold_run expected, got;
  fold_cursor a = fold_begin(text, length), b = a;
  do {
    fold_next_with(fold_words_for(CPU_SCALAR), &a, rules, &expected);
    fold_next_with(words, &b, rules, &got);
    assert_int_equal(got.count, expected.count);
    assert_memory_equal(got.codes, expected.codes, expected.count + 1);
    assert_memory_equal(got.plain, expected.plain, expected.count + 1);
    assert_int_equal(got.has_other, expected.has_other);
    assert_int_equal(got.blank_before, expected.blank_before);
    assert_int_equal(b.blank_behind, a.blank_behind);
    assert_ptr_equal(b.next, a.next);
  } while (a.next < a.end);
}

/* On the heap, so that the address sanitizer sees a read past either end. */
static void check_text(const char *text, size_t length) {
  char *copy = malloc(length > 0 ? length : 1);
  assert_non_null(copy);
  memcpy(copy, text, length);
  for (cpu_level level = CPU_AVX2; level <= CPU_NEON; level++) {
    fold_words *words = fold_words_for(level);
    if (!words) continue;
    for (size_t i = 0; i < sizeof all_rules / sizeof *all_rules; i++)
      assert_spans_equal(words, copy, length, all_rules[i]);
  }
  free(copy);
}

static size_t encode(uint32_t point, char *out) {
  return (size_t)utf8proc_encode_char((utf8proc_int32_t)point, (utf8proc_uint8_t *)out);
}

/* Every two bytes, and every three and four that begin as a Vietnamese letter or mark may; at both ends of a
 * text. */
static void test_all_short_sequences(void **state) {
  (void)state;
  for (unsigned first = 0; first < 256; first++) {
    for (unsigned second = 0; second < 256; second++) {
      char text[3] = {(char)first, (char)second, 'n'};
      check_text(text, 2);
      check_text(text, 3);
    }
  }
  for (unsigned second = 0x78; second < 0xD0; second++) {
    for (unsigned third = 0; third < 256; third++) {
      char text[5] = {'a', (char)0xE1, (char)second, (char)third, 'i'};
      check_text(text + 1, 3);
      check_text(text, 5);
    }
  }
}

static uint32_t vowel(unsigned number) { return fold_code_points[number / 6 * 8 + number % 6]; }

/* Every tone on every pair of vowels, and on three, between the letters that decide its place. */
static void test_all_vowel_groups(void **state) {
  (void)state;
  static const char *const before[] = {"", "q", "g", "h", "\xC4\x91", "a"};
  static const char *const behind[] = {"", "n", "\xC4\x91", " a", "1", "~"};
  uint64_t seed = 3;
  for (unsigned first = 0; first < 72; first++) {
    for (unsigned second = 0; second < 72; second++) {
      for (size_t k = 0; k < 36; k++) {
        char text[32];
        size_t length = strlen(before[k / 6]);
        memcpy(text, before[k / 6], length);
        length += encode(vowel(first), text + length);
        length += encode(vowel(second), text + length);
        if (random_next(&seed) % 3 == 0)
          length += encode(vowel((unsigned)(random_next(&seed) % 72)), text + length);
        size_t rest = strlen(behind[k % 6]);
        memcpy(text + length, behind[k % 6], rest);
        check_text(text, length + rest);
      }
    }
  }
}

/* One piece of a random text: mostly what registers hold, now and then anything. */
static size_t random_piece(uint64_t *seed, unsigned oddness, char *out) {
  static const char letters[] = "bcdghklmnpqrstvxBCDGHKLMNPQRSTVX", signs[] = "  ,.-'\"/0123456789;()`\t~{_";
  uint64_t random = random_next(seed);
  unsigned kind = (unsigned)(random % 100), choice = (unsigned)(random >> 32);
  if (kind >= 100 - oddness) {
    if (kind % 4 == 0) return encode(choice % 0x3000 + 1, out);
    if (kind % 4 == 1) return encode(0x300 + choice % 0x40, out);  /* marks */
    if (kind % 4 == 2) return encode(0xFF00 + choice % 0x60, out); /* full width */
    *out = (char)choice;
    return 1;
  }
  if (kind < 30) *out = letters[choice % (sizeof letters - 1)];
  else if (kind < 40) *out = ' ';
  else if (kind < 45) *out = signs[choice % (sizeof signs - 1)];
  else if (kind < 48) return encode(choice % 2 ? 0x110 : 0x111, out);
  else return encode(vowel(choice % 4 == 0 ? choice / 4 % 72 : choice / 4 % 12 * 6), out);
  return 1;
}

static void check_random(uint64_t *seed, size_t length_max, unsigned oddness) {
  char text[TEXT_MAX + 8];
  size_t length = 0, wanted = random_next(seed) % (length_max + 1);
  while (length < wanted) length += random_piece(seed, oddness, text + length);
  check_text(text, length);
  check_text(text, wanted < length ? wanted : length); /* the last character may be cut */
}

static void test_random_texts(void **state) {
  (void)state;
  uint64_t seed = 11;
  for (size_t i = 0; i < 60000; i++) check_random(&seed, 40, i % 4 ? 0 : 5);
  for (size_t i = 0; i < 10000; i++) check_random(&seed, TEXT_MAX, i % 4 ? 0 : 1);
}

/* Names that fill a block to the byte, with blanks and the last letter at every place. */
static void test_block_bounds(void **state) {
  (void)state;
  static const char *const words[] = {"Nguyễn", "Thuỷ", "Hòa", " ", "-", "Ðỗ"};
  for (size_t word = 0; word < sizeof words / sizeof *words; word++) {
    for (size_t at = 0; at < 80; at++) {
      for (size_t rest = 0; rest < 40; rest += 3) {
        char text[TEXT_MAX];
        memset(text, 'n', sizeof text);
        if (at > 0 && at % 2) text[at - 1] = ' ';
        memcpy(text + at, words[word], strlen(words[word]));
        check_text(text, at + strlen(words[word]) + rest);
      }
    }
  }
}

static void test_levels(void **state) {
  (void)state;
  assert_non_null(fold_words_for(CPU_SCALAR));
  assert_non_null(fold_words_chosen());
  if (!cpu_level_supported(CPU_AVX512)) assert_null(fold_words_for(CPU_AVX512));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_all_short_sequences),
      cmocka_unit_test(test_all_vowel_groups),
      cmocka_unit_test(test_random_texts),
      cmocka_unit_test(test_block_bounds),
      cmocka_unit_test(test_levels),
  };
  return cmocka_run_group_tests(tests, own_rules_set, NULL);
}
