/* Decoding: every accented letter in every charset, the habits of old files, and what must be refused. */
#include <utf8proc.h>

#include "test_charset_support.h"

static charsets *c;

static int make_tables(void **state) {
  (void)state;
  c = charset_tables_made();
  return 0;
}

static int free_tables(void **state) {
  (void)state;
  charsets_free(c);
  return 0;
}

static void test_names(void **state) {
  (void)state;
  khop_error err = {0};
  static const struct {
    const char *name;
    input_charset charset;
  } cases[] = {{"auto", CHARSET_AUTO}, {"UTF-8", CHARSET_UTF8}, {"utf8", CHARSET_UTF8}, {"tcvn3", CHARSET_TCVN3},
               {"ABC", CHARSET_TCVN3}, {"vni", CHARSET_VNI}, {"VISCII", CHARSET_VISCII},
               {"windows-1258", CHARSET_WINDOWS1258}, {"Windows1258", CHARSET_WINDOWS1258},
               {"cp1258", CHARSET_WINDOWS1258}, {"tcvn3_mojibake", CHARSET_TCVN3_MOJIBAKE},
               {"vni-mojibake", CHARSET_VNI_MOJIBAKE}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    input_charset charset = CHARSET_VNI_MOJIBAKE;
    assert_int_equal(charset_from_name(cases[i].name, &charset, &err), KHOP_OK);
    assert_int_equal(charset, cases[i].charset);
  }
  for (int i = 0; i < CHARSET_COUNT; i++) {
    input_charset charset;
    assert_int_equal(charset_from_name(charset_name((input_charset)i), &charset, &err), KHOP_OK);
    assert_int_equal(charset, i);
  }
  static const char *const unknown[] = {"", "latin1", "vn", "vnii", "utf-16", "tcvn"};
  for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
    input_charset charset = CHARSET_VNI;
    assert_int_equal(charset_from_name(unknown[i], &charset, &err), KHOP_USAGE);
    assert_int_equal(charset, CHARSET_AUTO);
  }
}

static void test_every_letter(void **state) {
  (void)state;
  size_t expressed[CHARSET_COUNT] = {0};
  for (int charset = CHARSET_TCVN3; charset < CHARSET_COUNT; charset++) {
    for (size_t i = 0; i < LETTER_COUNT; i++) {
      const charset_letter *letter = &charset_letters[i];
      if (!*letter_hex(letter, (input_charset)charset)) continue;
      char bytes[16], text[64], expected[64];
      charset_encode((input_charset)charset, letter->letter, bytes);
      assert_decodes(c, (input_charset)charset, bytes, letter->letter);
      /* Between neighbours, at the start and at the end: no letter is held back or taken along. */
      snprintf(text, sizeof text, "%sn%s %s", bytes, bytes, bytes);
      snprintf(expected, sizeof expected, "%sn%s %s", letter->letter, letter->letter, letter->letter);
      assert_decodes(c, (input_charset)charset, text, expected);
      expressed[charset]++;
    }
  }
  for (int charset = CHARSET_TCVN3; charset < CHARSET_COUNT; charset++) {
    bool is_tcvn3 = charset == CHARSET_TCVN3 || charset == CHARSET_TCVN3_MOJIBAKE;
    assert_int_equal(expressed[charset], is_tcvn3 ? 74 : 134);
  }
}

/* The capitals that TCVN3 has; all others come back from words written in capitals. */
static void test_tcvn3_capitals(void **state) {
  (void)state;
  static const char *const own[] = {"Ă", "Â", "Đ", "Ê", "Ô", "Ơ", "Ư"};
  size_t count = 0;
  for (size_t i = 0; i < LETTER_COUNT / 2; i++) {
    const charset_letter *letter = &charset_letters[i];
    bool is_own = false;
    for (size_t j = 0; j < sizeof own / sizeof *own; j++) is_own |= strcmp(own[j], letter->letter) == 0;
    assert_int_equal(*letter->tcvn3 != 0, is_own);
    count += is_own;
    char text[32], bytes[32], written[32];
    snprintf(text, sizeof text, "TR%sN", letter->letter);
    charset_encode(CHARSET_TCVN3, text, bytes);
    assert_decodes(c, CHARSET_TCVN3, bytes, text);
    snprintf(text, sizeof text, "TR%sN con", letter->letter);
    charset_encode(CHARSET_TCVN3_MOJIBAKE, text, written);
    assert_decodes(c, CHARSET_TCVN3_MOJIBAKE, written, text);
  }
  assert_int_equal(count, 7);
}

static void test_tcvn3_case_of_words(void **state) {
  (void)state;
  assert_decodes(c, CHARSET_TCVN3, "NGUY\xd4N V\xa1N V\xf2", "NGUYỄN VĂN VŨ");
  assert_decodes(c, CHARSET_TCVN3, "\xa7\xe7 TH\xde LAN", "ĐỖ THỊ LAN");
  assert_decodes(c, CHARSET_TCVN3, "nguy\xd4n v\xa8n \xae\xf8" "c", "nguyễn văn đức");
  assert_decodes(c, CHARSET_TCVN3, "Nguy\xd4n V\xa8n \xa7\xf8" "c", "Nguyễn Văn Đức");
  assert_decodes(c, CHARSET_TCVN3, "L\xaa V\xf2", "Lê Vũ");
  assert_decodes(c, CHARSET_TCVN3, "\xa7\xe7 V\xf2", "Đỗ Vũ");
  assert_decodes(c, CHARSET_TCVN3, "\xd4ng NGUY\xd4N V\xa1N Lan, x\xb7 T\xa9n An", "ễng NGUYỄN VĂN Lan, xã Tân An");
  assert_decodes(c, CHARSET_TCVN3, "", "");
}

static void test_examples(void **state) {
  (void)state;
  assert_decodes(c, CHARSET_VNI_MOJIBAKE, "Nguyeãn Vaên Ñöùc", "Nguyễn Văn Đức");
  assert_decodes(c, CHARSET_TCVN3_MOJIBAKE, "nguyÔn v¨n ®øc", "nguyễn văn đức");
  assert_decodes(c, CHARSET_VNI, "Nguye\xe3n Va\xean \xd1\xf6\xf9" "c", "Nguyễn Văn Đức");
  assert_decodes(c, CHARSET_VNI, "NGUYE\xc3N VA\xcaN \xd1\xd6\xd9" "C", "NGUYỄN VĂN ĐỨC");
  assert_decodes(c, CHARSET_VNI, "A\xf9nh", "Ánh"); /* a small mark on a capital */
  assert_decodes(c, CHARSET_WINDOWS1258, "Nguy\xea\xden", "Nguyễn");
  assert_decodes(c, CHARSET_WINDOWS1258, "Tr\xe2\xcc", "Trầ"); /* iconv keeps the last letter back */
  assert_decodes(c, CHARSET_WINDOWS1258, "Na", "Na");
  assert_decodes(c, CHARSET_VISCII, "Tr\xdf\xb6ng", "Trường");
}

/* Typographic marks stay what Windows-1252 has them for; in mojibake both of its spellings. */
static void test_signs(void **state) {
  (void)state;
  assert_decodes(c, CHARSET_TCVN3, "\x93T\xa9n\x94 \x96 1", "“Tân” – 1");
  assert_decodes(c, CHARSET_VNI, "\x93Ta\xe2n\x94 \x96 100m\xb2", "“Tân” – 100m²");
  assert_decodes(c, CHARSET_VNI_MOJIBAKE, "“Taân” – 1", "“Tân” – 1");
  assert_decodes(c, CHARSET_VNI_MOJIBAKE, "\xc2\x93Taân\xc2\x94", "“Tân”");
}

static void test_utf8(void **state) {
  (void)state;
  for (size_t i = 0; i < LETTER_COUNT; i++) {
    const char *letter = charset_letters[i].letter;
    char text[64], expected[64];
    utf8proc_uint8_t *apart = utf8proc_NFD((const utf8proc_uint8_t *)letter);
    assert_non_null(apart);
    assert_decodes(c, CHARSET_UTF8, letter, letter);
    assert_decodes(c, CHARSET_UTF8, (char *)apart, letter);
    snprintf(text, sizeof text, "%s%s n%s", apart, letter, apart);
    snprintf(expected, sizeof expected, "%s%s n%s", letter, letter, letter);
    assert_decodes(c, CHARSET_UTF8, text, expected);
    free(apart);
  }
  assert_decodes(c, CHARSET_UTF8, "", "");
  assert_decodes(c, CHARSET_UTF8, "plain", "plain");
  assert_decodes(c, CHARSET_UTF8, "\xe2\x84\xab 北京 Huế–Đà", "Å 北京 Huế–Đà");
}

/* The same as utf8proc does to the whole text, for any mixture of letters, marks and scripts. */
static void test_utf8_property(void **state) {
  (void)state;
  static const char *const pieces[] = {"a", "ê", "ậ", "n", " ", "\xcc\x81", "\xcc\xa3", "\xcc\x9b", "\xcc\x82", "–", "北",
                                       "\xe1\x84\x92", "\xe1\x85\xa1", "\xe1\x86\xab", "\xe0\xa5\x98", "é", "\xe2\x84\xab"};
  uint64_t seed = 7;
  for (int round = 0; round < 3000; round++) {
    char text[256] = "";
    size_t length = 0, count = random_next(&seed) % 60;
    for (size_t i = 0; i < count; i++) {
      const char *piece = pieces[random_next(&seed) % (sizeof pieces / sizeof *pieces)];
      memcpy(text + length, piece, strlen(piece) + 1);
      length += strlen(piece);
    }
    utf8proc_uint8_t *whole = utf8proc_NFC((const utf8proc_uint8_t *)text);
    assert_non_null(whole);
    assert_decodes(c, CHARSET_UTF8, text, (char *)whole);
    free(whole);
  }
}

static void test_refused(void **state) {
  (void)state;
  assert_refuses(c, CHARSET_AUTO, "a", 1);
  for (int charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    assert_refuses(c, (input_charset)charset, "a\0b", 3);
  }
  assert_refuses(c, CHARSET_UTF8, "Nguy\xd4n", 6);
  assert_refuses(c, CHARSET_UTF8, "e\xcc", 2);
  assert_refuses(c, CHARSET_VNI, "\xe2", 1);         /* a mark without a letter */
  assert_refuses(c, CHARSET_VNI, "n\xe2", 2);        /* on a consonant */
  assert_refuses(c, CHARSET_VNI, "u\xe2", 2);        /* circumflex on u */
  assert_refuses(c, CHARSET_VNI, "a\xf8\xf9", 3);    /* two marks */
  assert_refuses(c, CHARSET_TCVN3, "N\xe0", 2);      /* no letter of ABC fonts */
  assert_refuses(c, CHARSET_TCVN3, "\x80", 1);
  assert_refuses(c, CHARSET_WINDOWS1258, "\xcc", 1); /* a tone without a letter */
  assert_refuses(c, CHARSET_WINDOWS1258, "n\xec\xec", 3);
  assert_refuses(c, CHARSET_WINDOWS1258, "b\xec", 2);
  assert_refuses(c, CHARSET_WINDOWS1258, "\xe1\xcc", 2); /* two tones */
  assert_refuses(c, CHARSET_WINDOWS1258, "\xd2", 1);
  assert_refuses(c, CHARSET_VNI_MOJIBAKE, "Nguye\xe3n", 7); /* bytes, not UTF-8 */
  assert_refuses(c, CHARSET_VNI_MOJIBAKE, "Nguyễn", strlen("Nguyễn"));
  assert_refuses(c, CHARSET_TCVN3_MOJIBAKE, "Nguyễn", strlen("Nguyễn"));
  assert_refuses(c, CHARSET_VNI_MOJIBAKE, "a\xc3", 2);
}

/* Long texts cross the pieces in which mojibake is read, marks at every place of a seam. */
static void test_long(void **state) {
  (void)state;
  for (int charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    for (size_t shift = 0; shift < 8; shift++) {
      char text[4096], bytes[8192];
      size_t length = 0;
      memset(text, 'x', shift);
      for (length = shift; length < 3000;) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s", length % 3 ? "nguyễn " : "ường Đ");
      }
      size_t encoded = charset_encode((input_charset)charset, text, bytes);
      assert_true(encoded < sizeof bytes);
      assert_decodes(c, (input_charset)charset, bytes, text);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names),
      cmocka_unit_test(test_every_letter),
      cmocka_unit_test(test_tcvn3_capitals),
      cmocka_unit_test(test_tcvn3_case_of_words),
      cmocka_unit_test(test_examples),
      cmocka_unit_test(test_signs),
      cmocka_unit_test(test_utf8),
      cmocka_unit_test(test_utf8_property),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_long),
  };
  return cmocka_run_group_tests(tests, make_tables, free_tables);
}
