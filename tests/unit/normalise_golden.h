/* Golden tables of tests/golden: one case a line, columns parted by tabs, '#' starts a heading,
 * \uXXXX and \t stand for what an editor would not show. Run from tests/. */
#ifndef KHOP_TESTS_NORMALISE_GOLDEN_H
#define KHOP_TESTS_NORMALISE_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

#include "normalise/normalise.h"

enum { GOLDEN_LINE_MAX = 1024, GOLDEN_COLUMNS_MAX = 9 };

/* A copy on the heap of exactly `length` bytes, so that the address sanitizer sees a read past it. */
static inline char *golden_exact(const char *text, size_t length) {
  char *copy = malloc(length > 0 ? length : 1);
  assert_non_null(copy);
  memcpy(copy, text, length);
  return copy;
}

static inline void golden_unescape(char *text) {
  char *out = text;
  for (const char *in = text; *in != 0;) {
    if (in[0] == '\\' && in[1] == 't') {
      *out++ = '\t';
      in += 2;
    } else if (in[0] == '\\' && in[1] == 'u') {
      char digits[5] = {in[2], in[3], in[4], in[5], 0};
      utf8proc_int32_t point = (utf8proc_int32_t)strtol(digits, NULL, 16);
      out += utf8proc_encode_char(point, (utf8proc_uint8_t *)out);
      in += 6;
    } else {
      *out++ = *in++;
    }
  }
  *out = 0;
}

/* Calls `check` for every case; returns how many there were. */
static inline size_t golden_each(const char *path, size_t columns, void (*check)(char **cells)) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  char line[GOLDEN_LINE_MAX];
  size_t cases = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = 0;
    if (line[0] == '#' && line[1] == ' ') continue;
    char *cells[GOLDEN_COLUMNS_MAX] = {0};
    char *rest = line;
    for (size_t i = 0; i < columns; i++) {
      cells[i] = strsep(&rest, "\t");
      assert_non_null(cells[i]);
    }
    assert_null(rest);
    for (size_t i = 0; i < columns; i++) golden_unescape(cells[i]);
    check(cells);
    cases++;
  }
  fclose(file);
  return cases;
}

static inline void golden_values_equal(const text_value *a, const text_value *b) {
  assert_int_equal(a->toned_hash, b->toned_hash);
  assert_int_equal(a->plain_hash, b->plain_hash);
  assert_int_equal(a->length, b->length);
  assert_memory_equal(a->letters, b->letters, sizeof a->letters);
}

/* The letters of `value` are those of `expected` without accents, and both hashes agree on whether
 * there is anything. */
static inline void golden_letters_match(const text_value *value, const char *expected) {
  char plain[GOLDEN_LINE_MAX];
  size_t length = text_fold_plain(expected, strlen(expected), plain, sizeof plain);
  assert_int_equal(value->length, length < TEXT_LETTERS_MAX ? length : TEXT_LETTERS_MAX);
  for (size_t i = 0; i < TEXT_LETTERS_MAX; i++) {
    int letter = LETTER_OTHER;
    if (i >= length) letter = LETTER_NONE;
    else if (plain[i] >= 'A' && plain[i] <= 'Z') letter = plain[i] - 'A' + LETTER_A;
    else if (plain[i] == ' ') letter = LETTER_SPACE;
    else if (plain[i] >= '0' && plain[i] <= '9') letter = plain[i] <= '3' ? 28 : plain[i] <= '6' ? 29 : 30;
    assert_int_equal(value->letters[i], letter);
  }
  assert_int_equal(value->toned_hash != 0, length > 0);
  assert_int_equal(value->plain_hash != 0, length > 0);
}

#endif
