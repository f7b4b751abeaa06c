/* Detection: generated names and addresses in every charset, long and short, alone and mixed; other languages, numbers
 * and rubbish. Every judgement is checked by what the text then decodes to. */
#include "test_charset_support.h"

enum { COLUMNS = 3, ROWS_MAX = 4000, FIELD_BYTES = 192 };

typedef struct test_row {
  char text[COLUMNS][FIELD_BYTES]; /* as it should come out: UTF-8 in NFC */
  char bytes[COLUMNS][FIELD_BYTES];
  input_charset charset;
} test_row;

typedef struct test_file {
  size_t rows;
  test_row row[ROWS_MAX];
} test_file;

static charsets *c;
static test_file file; /* too large for the stack */

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

/* ---- texts --------------------------------------------------------------------------------- */

#define PICK(list, seed) (list)[random_next(seed) % (sizeof(list) / sizeof *(list))]

/* No capitals that TCVN3 lacks, so that what comes out is what went in. */
static void write_row(test_row *row, uint64_t *seed) {
  static const char *const surnames[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Võ", "Vũ", "Đặng", "Bùi",
                                         "Đỗ", "Hồ", "Ngô", "Dương", "Lý"};
  static const char *const middles[] = {"Văn", "Thị", "Thị Thu", "Minh", "Đức", "Hữu", "Quốc", "Ngọc", "Xuân", "Thế"};
  static const char *const givens[] = {"Đức", "Hà", "Tuấn", "Phượng", "Thủy", "Dũng", "Hạnh", "Nhi", "Bảo", "Khuê",
                                       "Quỳnh", "Long", "Lộc", "Sơn", "Mỹ", "Trí", "Vỹ", "Quý"};
  static const char *const streets[] = {"Lê Lợi", "Trần Hưng Đạo", "Nguyễn Thị Minh Khai", "Điện Biên Phủ", "Cách Mạng",
                                        "Lý Thường Kiệt", "Hai Bà Trưng", "Quốc lộ 1A"};
  static const char *const places[] = {"Phường Bến Thành", "Xã Tân Thới Nhì", "Phường Đông Hòa", "Thị trấn Củ Chi",
                                       "Xã Bình Mỹ", "Phường Thảo Điền", "Xã Vĩnh Lộc", "Huyện Hóc Môn"};
  snprintf(row->text[0], FIELD_BYTES, "%s %s %s", PICK(surnames, seed), PICK(middles, seed), PICK(givens, seed));
  snprintf(row->text[1], FIELD_BYTES, "%u %s, %s", (unsigned)(random_next(seed) % 300), PICK(streets, seed),
           PICK(places, seed));
  snprintf(row->text[2], FIELD_BYTES, "%s", PICK(givens, seed));
}

static void encode_row(test_row *row, input_charset charset) {
  row->charset = charset;
  for (size_t i = 0; i < COLUMNS; i++) charset_encode(charset, row->text[i], row->bytes[i]);
}

/* Rows of `charset`, of which about one in `every` (0: none) is of `other`. */
static void write_file(input_charset charset, input_charset other, size_t every, size_t rows, uint64_t seed) {
  assert_true(rows <= ROWS_MAX);
  file.rows = rows;
  for (size_t i = 0; i < rows; i++) {
    write_row(&file.row[i], &seed);
    encode_row(&file.row[i], every > 0 && random_next(&seed) % every == 0 ? other : charset);
  }
}

static void add_evidence(charset_evidence *e, size_t first, size_t behind) {
  for (size_t i = 0; i < file.rows; i++) {
    for (size_t j = first; j < behind; j++) {
      charset_evidence_add(c, e, file.row[i].bytes[j], strlen(file.row[i].bytes[j]));
    }
  }
}

typedef struct tally {
  size_t right, wrong, undecodable;
} tally;

static void count_field(const charset_judgement *judgement, const char *bytes, const char *expected, tally *t) {
  if (judgement->kind == CHARSET_KIND_UNDECODABLE) {
    assert_int_equal(judgement->charset, CHARSET_AUTO);
    t->undecodable++;
    return;
  }
  char *text = charset_decoded(c, judgement->charset, bytes, strlen(bytes));
  assert_non_null(text); /* whatever is not undecodable decodes */
  if (strcmp(text, expected) == 0) t->right++;
  else t->wrong++;
  free(text);
}

static tally judge_file(const charset_profile *profile, size_t first, size_t behind) {
  tally t = {0};
  for (size_t i = 0; i < file.rows; i++) {
    input_field fields[COLUMNS];
    charset_judgement judgements[COLUMNS];
    for (size_t j = first; j < behind; j++) {
      fields[j] = (input_field){.text = file.row[i].bytes[j], .length = (uint32_t)strlen(file.row[i].bytes[j])};
    }
    charset_judge(c, profile, fields + first, behind - first, judgements + first);
    for (size_t j = first; j < behind; j++) {
      count_field(&judgements[j], file.row[i].bytes[j], file.row[i].text[j], &t);
    }
  }
  return t;
}

static void assert_charsets(const charset_profile *profile, size_t count, input_charset first, input_charset second) {
  assert_int_equal(profile->count, count);
  assert_int_equal(profile->charsets[0], first);
  if (count > 1) assert_int_equal(profile->charsets[1], second);
}

/* ---- one charset --------------------------------------------------------------------------- */

/* 20, 200 and 5,000 accented words, about seven a row. */
static void test_each_charset(void **state) {
  (void)state;
  static const size_t rows[] = {3, 29, 720};
  for (int charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    for (uint64_t round = 0; round < 60; round++) {
      size_t size = round % 20 == 0 ? rows[2] : rows[round % 2];
      write_file((input_charset)charset, CHARSET_AUTO, 0, size, round);
      charset_evidence e = {0};
      charset_profile profile;
      add_evidence(&e, 0, COLUMNS);
      charset_profile_decide(&e, NULL, &profile);
      assert_charsets(&profile, 1, (input_charset)charset, CHARSET_AUTO);
      assert_true(e.syllables[charset] == e.words && e.undecodable[charset] == 0);
      for (int other = CHARSET_UTF8; other < CHARSET_COUNT; other++) {
        if (size == rows[2] && other != charset) assert_true(e.syllables[other] * 10 < e.words * 7);
      }
      tally t = judge_file(&profile, 0, COLUMNS);
      assert_true(t.wrong == 0 && t.undecodable == 0);
    }
  }
}

/* Given names alone: the shortest column there is. */
static void test_short_column(void **state) {
  (void)state;
  for (int charset = CHARSET_UTF8; charset < CHARSET_COUNT; charset++) {
    write_file((input_charset)charset, CHARSET_AUTO, 0, 300, 5);
    charset_evidence e = {0};
    charset_profile profile;
    add_evidence(&e, 2, COLUMNS);
    charset_profile_decide(&e, NULL, &profile);
    assert_charsets(&profile, 1, (input_charset)charset, CHARSET_AUTO);
    tally t = judge_file(&profile, 2, COLUMNS);
    assert_true(t.wrong == 0 && t.undecodable == 0);
  }
}

static void test_merge_is_sum(void **state) {
  (void)state;
  charset_evidence whole = {0}, parts[COLUMNS] = {0}, sum = {0};
  write_file(CHARSET_UTF8, CHARSET_VNI, 5, 200, 3);
  add_evidence(&whole, 0, COLUMNS);
  for (size_t j = 0; j < COLUMNS; j++) {
    add_evidence(&parts[j], j, j + 1);
    charset_evidence_merge(&sum, &parts[j]);
  }
  assert_memory_equal(&whole, &sum, sizeof sum);
}

/* ---- mixtures ------------------------------------------------------------------------------ */

/* A register glued from two offices: every row comes out right but a few that could be either. */
static void test_mixed_rows(void **state) {
  (void)state;
  for (int charset = CHARSET_TCVN3; charset < CHARSET_COUNT; charset++) {
    for (size_t every = 10; every <= 50; every *= 5) {
      input_charset pairs[2][2] = {{CHARSET_UTF8, (input_charset)charset}, {(input_charset)charset, CHARSET_UTF8}};
      for (size_t way = 0; way < 2; way++) {
        write_file(pairs[way][0], pairs[way][1], every, 3000, every);
        charset_evidence e = {0};
        charset_profile profile;
        add_evidence(&e, 0, COLUMNS);
        charset_profile_decide(&e, NULL, &profile);
        assert_charsets(&profile, 2, pairs[way][0], pairs[way][1]);
        tally t = judge_file(&profile, 0, COLUMNS);
        assert_int_equal(t.wrong, 0);
        assert_true(t.undecodable * 1000 <= t.right);
      }
    }
  }
}

static void test_two_legacy_charsets(void **state) {
  (void)state;
  write_file(CHARSET_VNI, CHARSET_TCVN3, 4, 3000, 11);
  charset_evidence e = {0};
  charset_profile profile;
  add_evidence(&e, 0, COLUMNS);
  charset_profile_decide(&e, NULL, &profile);
  assert_charsets(&profile, 2, CHARSET_VNI, CHARSET_TCVN3);
  tally t = judge_file(&profile, 0, COLUMNS);
  assert_int_equal(t.wrong, 0);
  assert_true(t.undecodable * 1000 <= t.right);
}

/* Names in VNI beside addresses in UTF-8: a profile a column. */
static void test_mixed_columns(void **state) {
  (void)state;
  write_file(CHARSET_UTF8, CHARSET_AUTO, 0, 500, 17);
  for (size_t i = 0; i < file.rows; i++) charset_encode(CHARSET_VNI, file.row[i].text[0], file.row[i].bytes[0]);
  charset_evidence columns[COLUMNS] = {0}, all = {0};
  charset_profile whole, profile;
  for (size_t j = 0; j < COLUMNS; j++) {
    add_evidence(&columns[j], j, j + 1);
    charset_evidence_merge(&all, &columns[j]);
  }
  charset_profile_decide(&all, NULL, &whole);
  assert_charsets(&whole, 2, CHARSET_UTF8, CHARSET_VNI);
  for (size_t j = 0; j < COLUMNS; j++) {
    charset_profile_decide(&columns[j], &whole, &profile);
    assert_charsets(&profile, 1, j == 0 ? CHARSET_VNI : CHARSET_UTF8, CHARSET_AUTO);
  }
  tally t = judge_file(&whole, 0, COLUMNS); /* and the rows by the file's profile, field by field */
  assert_int_equal(t.wrong, 0);
  assert_true(t.undecodable * 1000 <= t.right);
}

static void test_thin_column_takes_the_file(void **state) {
  (void)state;
  charset_evidence all = {0}, none = {0};
  charset_profile whole, profile;
  write_file(CHARSET_VISCII, CHARSET_AUTO, 0, 100, 23);
  add_evidence(&all, 0, COLUMNS);
  charset_profile_decide(&all, NULL, &whole);
  charset_evidence_add(c, &none, "12/03/1980", 10);
  charset_profile_decide(&none, &whole, &profile);
  assert_charsets(&profile, 1, CHARSET_VISCII, CHARSET_AUTO);
  charset_profile_decide(&none, NULL, &profile);
  assert_true(charset_profile_is_utf8(&profile));
}

/* ---- what is not Vietnamese ---------------------------------------------------------------- */

static void assert_stays_utf8(const char *const *texts, size_t count, size_t times) {
  charset_evidence e = {0};
  charset_profile profile;
  for (size_t i = 0; i < count * times; i++) charset_evidence_add(c, &e, texts[i % count], strlen(texts[i % count]));
  charset_profile_decide(&e, NULL, &profile);
  assert_true(charset_profile_is_utf8(&profile));
  for (size_t i = 0; i < count; i++) {
    input_field field = {.text = texts[i], .length = (uint32_t)strlen(texts[i])};
    charset_judgement judgement;
    charset_judge(c, &profile, &field, 1, &judgement);
    assert_int_equal(judgement.charset, CHARSET_UTF8);
  }
}

static void test_other_languages_stay(void **state) {
  (void)state;
  static const char *const english[] = {"John Smith", "12 Main Street", "", "2024-01-01", "naïve café", "100m² – 20°C"};
  static const char *const french[] = {"François Lefèvre", "Élodie Müller", "12 rue de l'Église", "Saint-Étienne",
                                       "Hélène Boësse", "Zoé Théo", "José García Núñez", "Göran Åström", "Hôtel né à Sète",
                                       "garçon élevé", "thé", "Chloé", "Noël Bâtiment", "Île-de-France"};
  static const char *const numbers[] = {"001099012345", "1234567", "", "01/02/1990", "0,5"};
  static const char *const others[] = {"北京市", "Иван Петров", "김철수", "Đắk Nông", "H'Nhi Niê", "Siu H’Nhi"};
  for (size_t times = 1; times <= 1000; times *= 1000) {
    assert_stays_utf8(english, sizeof english / sizeof *english, times);
    assert_stays_utf8(french, sizeof french / sizeof *french, times);
    assert_stays_utf8(numbers, sizeof numbers / sizeof *numbers, times);
    assert_stays_utf8(others, sizeof others / sizeof *others, times);
  }
}

/* Random bytes settle no charset, and no row of them is read, whatever else the file holds. */
static void test_random_bytes(void **state) {
  (void)state;
  static const input_charset profiles[] = {CHARSET_UTF8, CHARSET_TCVN3, CHARSET_VNI, CHARSET_VISCII, CHARSET_WINDOWS1258,
                                           CHARSET_VNI_MOJIBAKE};
  uint64_t seed = 99;
  charset_evidence e = {0};
  charset_profile profile;
  size_t taken[2] = {0}, judged = 0; /* short texts, long ones */
  for (int round = 0; round < 2000; round++) {
    char text[64];
    uint32_t length = round % 2 ? sizeof text : 8;
    for (size_t i = 0; i < length; i++) text[i] = (char)(random_next(&seed) % 128 + (i % 4 ? 128 : 1));
    charset_evidence_add(c, &e, text, length);
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
      charset_judgement judgement;
      input_field field = {.text = text, .length = length};
      write_file(profiles[i], CHARSET_AUTO, 0, 3, 1);
      charset_evidence clean = {0};
      add_evidence(&clean, 0, COLUMNS);
      charset_profile_decide(&clean, NULL, &profile);
      charset_judge(c, &profile, &field, 1, &judgement);
      taken[round % 2] += judgement.kind != CHARSET_KIND_UNDECODABLE;
      judged += round % 2;
    }
  }
  charset_profile_decide(&e, NULL, &profile);
  assert_true(charset_profile_is_utf8(&profile));
  assert_true(e.words_unread_bytes > 0);
  assert_int_equal(taken[1], 0);
  assert_true(taken[0] * 100 <= judged * 3); /* eight bytes are a word by chance now and then */
}

/* ---- single cases -------------------------------------------------------------------------- */

static charset_judgement judge_one(const charset_profile *profile, const char *text) {
  charset_judgement judgement;
  input_field field = {.text = text, .length = (uint32_t)strlen(text)};
  charset_judge(c, profile, &field, 1, &judgement);
  return judgement;
}

static void test_forced(void **state) {
  (void)state;
  charset_profile profile, column;
  charset_evidence e = {0};
  charset_profile_force(CHARSET_VNI, &profile);
  assert_int_equal(judge_one(&profile, "Nguye\xe3n").kind, CHARSET_KIND_LEGACY);
  assert_int_equal(judge_one(&profile, "Nguyen").kind, CHARSET_KIND_ASCII);
  assert_int_equal(judge_one(&profile, "Nguyễn").kind, CHARSET_KIND_UNDECODABLE); /* forced is forced */
  assert_int_equal(judge_one(&profile, "Nguy\xd4n \xe3").kind, CHARSET_KIND_UNDECODABLE);
  write_file(CHARSET_TCVN3, CHARSET_AUTO, 0, 50, 1);
  add_evidence(&e, 0, COLUMNS);
  charset_profile_decide(&e, &profile, &column);
  assert_charsets(&column, 1, CHARSET_VNI, CHARSET_AUTO);
  assert_true(column.is_forced);
  charset_profile_force(CHARSET_UTF8, &profile);
  assert_int_equal(judge_one(&profile, "Nguyeãn Vaên").kind, CHARSET_KIND_UTF8);
  assert_int_equal(judge_one(&profile, "Nguy\xd4n").kind, CHARSET_KIND_UNDECODABLE);
}

static void test_judged_alone(void **state) {
  (void)state;
  charset_profile utf8_and_vni = {.charsets = {CHARSET_UTF8, CHARSET_VNI}, .share = {.9, .1}, .count = 2};
  assert_int_equal(judge_one(&utf8_and_vni, "").kind, CHARSET_KIND_ASCII);
  assert_int_equal(judge_one(&utf8_and_vni, "Lan").kind, CHARSET_KIND_ASCII);
  assert_int_equal(judge_one(&utf8_and_vni, "Nguyễn").kind, CHARSET_KIND_UTF8);
  assert_int_equal(judge_one(&utf8_and_vni, "Nguye\xe3n").charset, CHARSET_VNI);
  assert_int_equal(judge_one(&utf8_and_vni, "Jos\xe9").kind, CHARSET_KIND_UNDECODABLE); /* Latin-1 */
  assert_int_equal(judge_one(&utf8_and_vni, "José").kind, CHARSET_KIND_UTF8);
  /* 50 : 50, and the word reads in both: nothing settles it, unless both say the same. */
  charset_profile even = {.charsets = {CHARSET_TCVN3_MOJIBAKE, CHARSET_UTF8}, .share = {.5, .5}, .count = 2};
  assert_int_equal(judge_one(&even, "Võ").kind, CHARSET_KIND_UNDECODABLE); /* Vừ in TCVN3 */
  assert_int_not_equal(judge_one(&even, "Lý").kind, CHARSET_KIND_UNDECODABLE); /* Lý in TCVN3, too */
  assert_int_equal(judge_one(&even, "nguyÔn v¨n ®øc").charset, CHARSET_TCVN3_MOJIBAKE);
  charset_profile vni_mojibake = {.charsets = {CHARSET_VNI_MOJIBAKE}, .share = {1}, .count = 1};
  assert_int_equal(judge_one(&vni_mojibake, "Nguyeãn Vaên Ñöùc").charset, CHARSET_VNI_MOJIBAKE);
}

/* The rest of the row speaks for a field that says little by itself. */
static void test_row_settles(void **state) {
  (void)state;
  charset_profile even = {.charsets = {CHARSET_TCVN3_MOJIBAKE, CHARSET_UTF8}, .share = {.5, .5}, .count = 2};
  const char *utf8[2] = {"Võ", "Nguyễn"}, *tcvn3[2] = {"Võ", "nguyÔn v¨n ®øc"};
  for (size_t way = 0; way < 2; way++) {
    const char **texts = way == 0 ? utf8 : tcvn3;
    input_field fields[2];
    charset_judgement judgements[2];
    for (size_t i = 0; i < 2; i++) fields[i] = (input_field){.text = texts[i], .length = (uint32_t)strlen(texts[i])};
    charset_judge(c, &even, fields, 2, judgements);
    assert_int_equal(judgements[0].charset, way == 0 ? CHARSET_UTF8 : CHARSET_TCVN3_MOJIBAKE);
    assert_int_equal(judgements[1].charset, judgements[0].charset);
  }
}

static void test_described(void **state) {
  (void)state;
  char text[400];
  charset_evidence e = {.words = 1204, .syllables = {[CHARSET_VNI] = 1182, [CHARSET_TCVN3] = 12}};
  charset_profile profile = {.charsets = {CHARSET_VNI}, .share = {1}, .count = 1};
  charset_describe(&e, &profile, text, sizeof text);
  assert_string_equal(text, "vni; 1,204 accented words: 98.2 % read as Vietnamese syllables as vni, 1.0 % as tcvn3");
  profile = (charset_profile){.charsets = {CHARSET_UTF8, CHARSET_VNI}, .share = {.9, .1}, .count = 2};
  e = (charset_evidence){.words = 1000, .syllables = {[CHARSET_UTF8] = 895, [CHARSET_VNI] = 100},
                         .words_unread_bytes = 5};
  charset_describe(&e, &profile, text, sizeof text);
  assert_string_equal(text, "utf-8 90.0 %, vni 10.0 %; 1,000 accented words: 89.5 % read as Vietnamese syllables as utf-8, "
                            "10.0 % as vni, 0.5 % in values that no charset reads");
  e = (charset_evidence){.fields = 10};
  charset_profile_force(CHARSET_TCVN3, &profile);
  charset_describe(&e, &profile, text, sizeof text);
  assert_string_equal(text, "tcvn3 (forced); no accented words");
  for (size_t size = 0; size < 20; size++) {
    memset(text, 'x', sizeof text);
    charset_describe(&e, &profile, text, size);
    assert_int_equal(text[size], 'x');
    if (size > 0) assert_int_equal(strlen(text), size - 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_each_charset),
      cmocka_unit_test(test_short_column),
      cmocka_unit_test(test_merge_is_sum),
      cmocka_unit_test(test_mixed_rows),
      cmocka_unit_test(test_two_legacy_charsets),
      cmocka_unit_test(test_mixed_columns),
      cmocka_unit_test(test_thin_column_takes_the_file),
      cmocka_unit_test(test_other_languages_stay),
      cmocka_unit_test(test_random_bytes),
      cmocka_unit_test(test_forced),
      cmocka_unit_test(test_judged_alone),
      cmocka_unit_test(test_row_settles),
      cmocka_unit_test(test_described),
  };
  return cmocka_run_group_tests(tests, make_tables, free_tables);
}
