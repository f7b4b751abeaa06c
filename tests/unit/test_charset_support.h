/* The 134 accented Vietnamese letters in each legacy charset, in hex, and texts made of them: what the decoders are
 * tested against, and therefore not taken from iconv. */
#ifndef KHOP_TESTS_CHARSET_SUPPORT_H
#define KHOP_TESTS_CHARSET_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "input/charset.h"

typedef struct charset_letter {
  const char *letter; /* NFC */
  const char *tcvn3;  /* "": none, of 60 capitals */
  const char *vni, *viscii, *windows1258;
} charset_letter;

enum { LETTER_COUNT = 134 };

static const charset_letter charset_letters[LETTER_COUNT] = {
    {"Á", "", "41D9", "C1", "C1"},
    {"À", "", "41D8", "C0", "C0"},
    {"Ả", "", "41DB", "C4", "41D2"},
    {"Ã", "", "41D5", "C3", "41DE"},
    {"Ạ", "", "41CF", "80", "41F2"},
    {"Â", "A2", "41C2", "C2", "C2"},
    {"Ấ", "", "41C1", "84", "C2EC"},
    {"Ầ", "", "41C0", "85", "C2CC"},
    {"Ẩ", "", "41C5", "86", "C2D2"},
    {"Ẫ", "", "41C3", "06", "C2DE"},
    {"Ậ", "", "41C4", "87", "C2F2"},
    {"Ă", "A1", "41CA", "C5", "C3"},
    {"Ắ", "", "41C9", "81", "C3EC"},
    {"Ằ", "", "41C8", "82", "C3CC"},
    {"Ẳ", "", "41DA", "02", "C3D2"},
    {"Ẵ", "", "41DC", "05", "C3DE"},
    {"Ặ", "", "41CB", "83", "C3F2"},
    {"É", "", "45D9", "C9", "C9"},
    {"È", "", "45D8", "C8", "C8"},
    {"Ẻ", "", "45DB", "CB", "45D2"},
    {"Ẽ", "", "45D5", "88", "45DE"},
    {"Ẹ", "", "45CF", "89", "45F2"},
    {"Ê", "A3", "45C2", "CA", "CA"},
    {"Ế", "", "45C1", "8A", "CAEC"},
    {"Ề", "", "45C0", "8B", "CACC"},
    {"Ể", "", "45C5", "8C", "CAD2"},
    {"Ễ", "", "45C3", "8D", "CADE"},
    {"Ệ", "", "45C4", "8E", "CAF2"},
    {"Ó", "", "4FD9", "D3", "D3"},
    {"Ò", "", "4FD8", "D2", "4FCC"},
    {"Ỏ", "", "4FDB", "99", "4FD2"},
    {"Õ", "", "4FD5", "A0", "4FDE"},
    {"Ọ", "", "4FCF", "9A", "4FF2"},
    {"Ô", "A4", "4FC2", "D4", "D4"},
    {"Ố", "", "4FC1", "8F", "D4EC"},
    {"Ồ", "", "4FC0", "90", "D4CC"},
    {"Ổ", "", "4FC5", "91", "D4D2"},
    {"Ỗ", "", "4FC3", "92", "D4DE"},
    {"Ộ", "", "4FC4", "93", "D4F2"},
    {"Ơ", "A5", "D4", "B4", "D5"},
    {"Ớ", "", "D4D9", "95", "D5EC"},
    {"Ờ", "", "D4D8", "96", "D5CC"},
    {"Ở", "", "D4DB", "97", "D5D2"},
    {"Ỡ", "", "D4D5", "B3", "D5DE"},
    {"Ợ", "", "D4CF", "94", "D5F2"},
    {"Ú", "", "55D9", "DA", "DA"},
    {"Ù", "", "55D8", "D9", "D9"},
    {"Ủ", "", "55DB", "9C", "55D2"},
    {"Ũ", "", "55D5", "9D", "55DE"},
    {"Ụ", "", "55CF", "9E", "55F2"},
    {"Ư", "A6", "D6", "BF", "DD"},
    {"Ứ", "", "D6D9", "BA", "DDEC"},
    {"Ừ", "", "D6D8", "BB", "DDCC"},
    {"Ử", "", "D6DB", "BC", "DDD2"},
    {"Ữ", "", "D6D5", "FF", "DDDE"},
    {"Ự", "", "D6CF", "B9", "DDF2"},
    {"Í", "", "CD", "CD", "CD"},
    {"Ì", "", "CC", "CC", "49CC"},
    {"Ỉ", "", "C6", "9B", "49D2"},
    {"Ĩ", "", "D3", "CE", "49DE"},
    {"Ị", "", "D2", "98", "49F2"},
    {"Ý", "", "59D9", "DD", "59EC"},
    {"Ỳ", "", "59D8", "9F", "59CC"},
    {"Ỷ", "", "59DB", "14", "59D2"},
    {"Ỹ", "", "59D5", "19", "59DE"},
    {"Ỵ", "", "CE", "1E", "59F2"},
    {"Đ", "A7", "D1", "D0", "D0"},
    {"á", "B8", "61F9", "E1", "E1"},
    {"à", "B5", "61F8", "E0", "E0"},
    {"ả", "B6", "61FB", "E4", "61D2"},
    {"ã", "B7", "61F5", "E3", "61DE"},
    {"ạ", "B9", "61EF", "D5", "61F2"},
    {"â", "A9", "61E2", "E2", "E2"},
    {"ấ", "CA", "61E1", "A4", "E2EC"},
    {"ầ", "C7", "61E0", "A5", "E2CC"},
    {"ẩ", "C8", "61E5", "A6", "E2D2"},
    {"ẫ", "C9", "61E3", "E7", "E2DE"},
    {"ậ", "CB", "61E4", "A7", "E2F2"},
    {"ă", "A8", "61EA", "E5", "E3"},
    {"ắ", "BE", "61E9", "A1", "E3EC"},
    {"ằ", "BB", "61E8", "A2", "E3CC"},
    {"ẳ", "BC", "61FA", "C6", "E3D2"},
    {"ẵ", "BD", "61FC", "C7", "E3DE"},
    {"ặ", "C6", "61EB", "A3", "E3F2"},
    {"é", "D0", "65F9", "E9", "E9"},
    {"è", "CC", "65F8", "E8", "E8"},
    {"ẻ", "CE", "65FB", "EB", "65D2"},
    {"ẽ", "CF", "65F5", "A8", "65DE"},
    {"ẹ", "D1", "65EF", "A9", "65F2"},
    {"ê", "AA", "65E2", "EA", "EA"},
    {"ế", "D5", "65E1", "AA", "EAEC"},
    {"ề", "D2", "65E0", "AB", "EACC"},
    {"ể", "D3", "65E5", "AC", "EAD2"},
    {"ễ", "D4", "65E3", "AD", "EADE"},
    {"ệ", "D6", "65E4", "AE", "EAF2"},
    {"ó", "E3", "6FF9", "F3", "F3"},
    {"ò", "DF", "6FF8", "F2", "6FCC"},
    {"ỏ", "E1", "6FFB", "F6", "6FD2"},
    {"õ", "E2", "6FF5", "F5", "6FDE"},
    {"ọ", "E4", "6FEF", "F7", "6FF2"},
    {"ô", "AB", "6FE2", "F4", "F4"},
    {"ố", "E8", "6FE1", "AF", "F4EC"},
    {"ồ", "E5", "6FE0", "B0", "F4CC"},
    {"ổ", "E6", "6FE5", "B1", "F4D2"},
    {"ỗ", "E7", "6FE3", "B2", "F4DE"},
    {"ộ", "E9", "6FE4", "B5", "F4F2"},
    {"ơ", "AC", "F4", "BD", "F5"},
    {"ớ", "ED", "F4F9", "BE", "F5EC"},
    {"ờ", "EA", "F4F8", "B6", "F5CC"},
    {"ở", "EB", "F4FB", "B7", "F5D2"},
    {"ỡ", "EC", "F4F5", "DE", "F5DE"},
    {"ợ", "EE", "F4EF", "FE", "F5F2"},
    {"ú", "F3", "75F9", "FA", "FA"},
    {"ù", "EF", "75F8", "F9", "F9"},
    {"ủ", "F1", "75FB", "FC", "75D2"},
    {"ũ", "F2", "75F5", "FB", "75DE"},
    {"ụ", "F4", "75EF", "F8", "75F2"},
    {"ư", "AD", "F6", "DF", "FD"},
    {"ứ", "F8", "F6F9", "D1", "FDEC"},
    {"ừ", "F5", "F6F8", "D7", "FDCC"},
    {"ử", "F6", "F6FB", "D8", "FDD2"},
    {"ữ", "F7", "F6F5", "E6", "FDDE"},
    {"ự", "F9", "F6EF", "F1", "FDF2"},
    {"í", "DD", "ED", "ED", "ED"},
    {"ì", "D7", "EC", "EC", "69CC"},
    {"ỉ", "D8", "E6", "EF", "69D2"},
    {"ĩ", "DC", "F3", "EE", "69DE"},
    {"ị", "DE", "F2", "B8", "69F2"},
    {"ý", "FD", "79F9", "FD", "79EC"},
    {"ỳ", "FA", "79F8", "CF", "79CC"},
    {"ỷ", "FB", "79FB", "D6", "79D2"},
    {"ỹ", "FC", "79F5", "DB", "79DE"},
    {"ỵ", "FE", "EE", "DC", "79F2"},
    {"đ", "AE", "F1", "F0", "F0"},
};

static inline const char *letter_hex(const charset_letter *letter, input_charset charset) {
  switch (charset) {
  case CHARSET_TCVN3:
  case CHARSET_TCVN3_MOJIBAKE:
    return letter->tcvn3;
  case CHARSET_VNI:
  case CHARSET_VNI_MOJIBAKE:
    return letter->vni;
  case CHARSET_VISCII:
    return letter->viscii;
  default:
    return letter->windows1258;
  }
}

static inline const charset_letter *letter_find(const char *text, size_t length) {
  for (size_t i = 0; i < LETTER_COUNT; i++) {
    if (strlen(charset_letters[i].letter) == length && memcmp(charset_letters[i].letter, text, length) == 0) {
      return &charset_letters[i];
    }
  }
  return NULL;
}

/* The small letter of a capital: capitals and small letters are the two halves of the table. */
static inline const charset_letter *letter_small(const charset_letter *letter) {
  return letter - charset_letters < LETTER_COUNT / 2 ? letter + LETTER_COUNT / 2 : letter;
}

/* One byte as bytes of the charset: as UTF-8 of Latin-1, or of Windows-1252 for 80 to 9F, in mojibake. */
static inline size_t put_byte(input_charset charset, unsigned byte, char *out) {
  bool is_mojibake = charset == CHARSET_TCVN3_MOJIBAKE || charset == CHARSET_VNI_MOJIBAKE;
  if (!is_mojibake || byte < 0x80) {
    *out = (char)byte;
    return 1;
  }
  out[0] = (char)(0xc0 | byte >> 6);
  out[1] = (char)(0x80 | (byte & 0x3f));
  return 2;
}

/* UTF-8 in NFC as bytes of `charset`; a capital that TCVN3 lacks becomes the small letter, as its all-capital
 * fonts have it. NUL-terminated; returns the length. */
static inline size_t charset_encode(input_charset charset, const char *text, char *out) {
  size_t written = 0, length = strlen(text);
  if (charset == CHARSET_UTF8) {
    memcpy(out, text, length + 1);
    return length;
  }
  for (size_t i = 0; i < length;) {
    uint8_t lead = (uint8_t)text[i];
    size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3;
    if (bytes == 1) {
      out[written++] = text[i++];
      continue;
    }
    const charset_letter *letter = letter_find(text + i, bytes);
    assert_non_null(letter);
    const char *hex = letter_hex(letter, charset);
    if (!*hex) hex = letter_hex(letter_small(letter), charset);
    for (; *hex; hex += 2) {
      unsigned byte;
      assert_int_equal(sscanf(hex, "%2x", &byte), 1);
      written += put_byte(charset, byte, out + written);
    }
    i += bytes;
  }
  out[written] = 0;
  return written;
}

static inline charsets *charset_tables_made(void) {
  charsets *c;
  khop_error err = {0};
  assert_int_equal(charsets_create(&c, &err), KHOP_OK);
  for (int i = CHARSET_UTF8; i < CHARSET_COUNT; i++) {
    assert_int_equal(charset_require(c, (input_charset)i, &err), KHOP_OK);
  }
  return c;
}

/* Decodes out of and into allocations of the exact size, so that a sanitizer sees a byte too far. NULL when the
 * text is not of that charset; freed by the caller. */
static inline char *charset_decoded(const charsets *c, input_charset charset, const char *bytes, size_t length) {
  size_t capacity = charset_decoded_bytes_max(length), written = 12345;
  char *copy = malloc(length + (length == 0)), *out = malloc(capacity);
  assert_non_null(copy);
  assert_non_null(out);
  memcpy(copy, bytes, length);
  bool is_good = charset_decode(c, charset, copy, length, out, capacity, &written);
  free(copy);
  if (!is_good) {
    assert_int_equal(written, 0);
    free(out);
    return NULL;
  }
  char *text = malloc(written + 1);
  assert_non_null(text);
  memcpy(text, out, written);
  text[written] = 0;
  free(out);
  return text;
}

static inline void assert_decodes(const charsets *c, input_charset charset, const char *bytes, const char *expected) {
  char *text = charset_decoded(c, charset, bytes, strlen(bytes));
  assert_non_null(text);
  assert_string_equal(text, expected);
  free(text);
}

static inline void assert_refuses(const charsets *c, input_charset charset, const char *bytes, size_t length) {
  assert_null(charset_decoded(c, charset, bytes, length));
}

#endif
