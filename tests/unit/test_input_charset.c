/* Files in legacy charsets through engine/input: whatever the bytes were, the fields are those of the same file in
 * UTF-8; what cannot be told is a reject. */
#include "test_charset_support.h"
#include "test_input_support.h"

#include "base/cpu.h"
#include "input/source_charset.h"

enum { LINE_BYTES = 512 };

static const char header[] = "mã hồ sơ,họ tên,nơi sinh,ghi chú\r\n";

/* A line of the register; some are quoted, with doubled quotes and a line feed inside. No capitals that TCVN3 lacks. */
static void write_line(char *line, size_t number) {
  static const char *const names[] = {"Nguyễn Văn Đức", "Trần Thị Mỹ Hạnh", "Đặng Hữu Phước", "Lê Hà", "Ngô Quốc Vỹ", "Hồ Bảo"};
  static const char *const places[] = {"Phường Bến Thành", "Xã Tân Thới Nhì", "Thị trấn Củ Chi", "Nam", "Bệnh viện Từ Dũ"};
  static const char *const notes[] = {"", "\"đã \"\"sửa\"\" lại\"", "\"một\nhai, ba\"", "12/03/1980", "x"};
  snprintf(line, LINE_BYTES, "HS%04zu,%s,%s,%s%s", number, names[number % 6], places[number % 5], notes[number % 7 % 5],
           number % 3 ? "\n" : "\r\n");
}

static void add_line(byte_string *b, input_charset charset, const char *line) {
  char bytes[3 * LINE_BYTES];
  bytes_add(b, bytes, charset_encode(charset, line, bytes));
}

typedef input_charset (*chooser)(size_t line);

/* Line 0 is the header. */
static byte_string make_file(size_t lines, chooser choose) {
  byte_string b = {0};
  add_line(&b, choose(0), header);
  for (size_t i = 1; i < lines; i++) {
    char line[LINE_BYTES];
    write_line(line, i);
    add_line(&b, choose(i), line);
  }
  return b;
}

/* Names of columns, fields of rows and rejects, without offsets, which depend on the charset. */
typedef struct reading {
  byte_string rows, rejects;
  uint64_t decoded[CHARSET_COUNT];
  bool is_plain;
  size_t decoded_rows;
} reading;

static void reading_free(reading *r) {
  bytes_free(&r->rows);
  bytes_free(&r->rejects);
}

static void add_fields(reading *r, const input_rows *rows) {
  for (size_t i = 0; i < rows->row_count * rows->column_count; i++) {
    bytes_add(&r->rows, rows->fields[i].text, rows->fields[i].length);
    bytes_text(&r->rows, i % rows->column_count + 1 < rows->column_count ? "|" : "\n");
  }
  for (size_t i = 0; i < rows->reject_count; i++) {
    char text[160], words[96];
    input_reject_describe(&rows->rejects[i], words, sizeof words);
    snprintf(text, sizeof text, "%" PRIu64 " %s: %s\n", rows->rejects[i].line, input_reason_code(rows->rejects[i].reason),
             words);
    bytes_text(&r->rejects, text);
  }
  r->decoded_rows += rows->decoded_rows;
}

static reading read_file(const byte_string *text, input_options options) {
  memory_file file = memory_file_make(text->data, text->length);
  const char *path = file.path;
  options.paths = &path;
  options.path_count = 1;
  reading r = {0};
  input *in;
  khop_error err = {0};
  input_batch batch = {0};
  input_rows rows = {0};
  bool more;
  if (input_open(&in, &options, &err) != KHOP_OK) fail_msg("%s", err.message);
  const input_source *source = input_source_at(in, 0);
  for (size_t c = 0; c < source->column_count; c++) bytes_text(&r.rows, source->columns[c]);
  for (;;) {
    if (input_next(in, &batch, &more, &err) != KHOP_OK) fail_msg("%s", err.message);
    if (!more) break;
    if (input_parse(in, &batch, &rows, &err) != KHOP_OK) fail_msg("%s", err.message);
    add_fields(&r, &rows);
  }
  r.is_plain = input_charset_of(in, 0)->is_plain;
  for (size_t c = 0; c < CHARSET_COUNT; c++) r.decoded[c] = input_charset_of(in, 0)->decoded_rows[c];
  input_batch_free(&batch);
  input_rows_free(&rows);
  input_close(in);
  memory_file_close(&file);
  return r;
}

static input_charset chosen; /* by the test that runs */
static size_t chosen_first, chosen_every;

static input_charset choose_all(size_t line) {
  (void)line;
  return chosen;
}

static input_charset choose_utf8(size_t line) {
  (void)line;
  return CHARSET_UTF8;
}

static input_charset choose_some(size_t line) {
  return line >= chosen_first && (line - chosen_first) % chosen_every == 0 ? chosen : CHARSET_UTF8;
}

/* Reads a file of so many lines; its rows must be those of the file in UTF-8, none rejected. */
static reading read_as_clean(size_t lines, chooser choose, input_options options) {
  byte_string bytes = make_file(lines, choose), clean_bytes = make_file(lines, choose_utf8);
  reading got = read_file(&bytes, options), clean = read_file(&clean_bytes, (input_options){0});
  assert_string_equal(shown(&got.rejects), "");
  assert_int_equal(got.rows.length, clean.rows.length);
  assert_memory_equal(shown(&got.rows), shown(&clean.rows), clean.rows.length);
  assert_true(clean.is_plain && clean.decoded_rows == 0);
  reading_free(&clean);
  bytes_free(&bytes);
  bytes_free(&clean_bytes);
  return got;
}

/* ---- what is read --------------------------------------------------------------------------- */

/* Header and all, at any batch size and instruction set, found and forced. */
static void reads_whole_files(void **state) {
  (void)state;
  static const size_t batches[] = {1, 333, 0};
  static const char *const levels[] = {"scalar", ""};
  for (int c = CHARSET_UTF8; c < CHARSET_COUNT; c++) {
    chosen = (input_charset)c;
    for (size_t round = 0; round < 12; round++) {
      setenv("KHOP_CPU", levels[round / 3 % 2], 1);
      input_options options = {.batch_bytes = batches[round % 3], .charset = round < 6 ? NULL : charset_name(chosen)};
      reading r = read_as_clean(160, choose_all, options);
      assert_int_equal(r.is_plain, chosen == CHARSET_UTF8);
      assert_int_equal(r.decoded[c], chosen == CHARSET_UTF8 ? 0 : 159);
      assert_int_equal(r.decoded_rows, r.decoded[c]);
      reading_free(&r);
    }
  }
  unsetenv("KHOP_CPU");
}

/* One row in five from another office. */
static void reads_mixed_rows(void **state) {
  (void)state;
  chosen_first = 3;
  chosen_every = 5;
  for (int c = CHARSET_TCVN3; c < CHARSET_COUNT; c++) {
    chosen = (input_charset)c;
    for (size_t batch = 1; batch <= 10000; batch *= 100) {
      reading r = read_as_clean(800, choose_some, (input_options){.batch_bytes = batch});
      assert_false(r.is_plain);
      assert_int_equal(r.decoded[c], 160);
      reading_free(&r);
    }
  }
}

/* Two rows of bytes in a file that is UTF-8 by its sample: judged one by one. */
static void reads_rows_that_the_sample_missed(void **state) {
  (void)state;
  chosen_first = 9001;
  chosen_every = 8000;
  for (int c = CHARSET_TCVN3; c <= CHARSET_WINDOWS1258; c++) {
    chosen = (input_charset)c;
    reading r = read_as_clean(20000, choose_some, (input_options){0});
    assert_true(r.is_plain);
    assert_int_equal(r.decoded[c], 2);
    reading_free(&r);
  }
}

/* Places all over the file are looked at: mojibake glued to its end is found there or not at all. */
static void samples_the_end(void **state) {
  (void)state;
  chosen = CHARSET_VNI_MOJIBAKE;
  chosen_first = 19800;
  chosen_every = 1;
  reading r = read_as_clean(20000, choose_some, (input_options){0});
  assert_false(r.is_plain);
  assert_int_equal(r.decoded[chosen], 200);
  reading_free(&r);
}

/* A column of names in another charset than the rest. */
static void reads_mixed_columns(void **state) {
  (void)state;
  for (int c = CHARSET_TCVN3; c < CHARSET_COUNT; c++) {
    byte_string mixed = {0}, clean = {0};
    bytes_text(&mixed, "id,ten,noi\n");
    bytes_text(&clean, "id,ten,noi\n");
    for (size_t i = 0; i < 300; i++) {
      char name[64], id[16];
      const char *rest = i % 3 ? ",\"Phường Đông Hòa\"\n" : ",Lý\n";
      snprintf(id, sizeof id, "%zu,", i);
      snprintf(name, sizeof name, "Nguyễn %s Đức", i % 2 ? "Hữu" : "Thị Mỹ");
      bytes_text(&mixed, id);
      add_line(&mixed, (input_charset)c, name);
      bytes_text(&mixed, rest);
      bytes_text(&clean, id);
      bytes_text(&clean, name);
      bytes_text(&clean, rest);
    }
    reading got = read_file(&mixed, (input_options){0}), want = read_file(&clean, (input_options){0});
    assert_string_equal(shown(&got.rejects), "");
    assert_string_equal(shown(&got.rows), shown(&want.rows));
    assert_int_equal(got.decoded[c], 300);
    reading_free(&got);
    reading_free(&want);
    bytes_free(&mixed);
    bytes_free(&clean);
  }
}

/* ---- what is not ---------------------------------------------------------------------------- */

static void rejects_what_it_cannot_tell(void **state) {
  (void)state;
  byte_string b = {0};
  bytes_text(&b, "a,b\n");
  while (b.length < 8192) bytes_text(&b, "Nguyễn Văn Đức,Phường Bến Thành\n");
  size_t line = b.length / strlen("Nguyễn Văn Đức,Phường Bến Thành\n") + 2;
  static const char *const bad[] = {
      "Nguy\xe1\xbbn V\xc4n,Ph\xc6\xb0\xe1\xbb\x9dng\n", /* damaged */
      "\xff,x\n",                          /* a word in VISCII */
      "Nguy\xd4n,x\n",                     /* one word is no evidence */
      "Nguy\xd4n V\xa8n \xa7\xf8" "c\n",   /* fields are missing */
      "Nguy\xd4n V\xa8n \xa7\xf8" "c,Đông\n", /* two charsets in one row */
      "Nguy\xd4n V\xa8n \xa7\xf8" "c,y\n"  /* this one is sure */
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) bytes_text(&b, bad[i]);
  bytes_add(&b, "Nguy\xd4n V\xa8n\0 \xa7\xf8" "c,y\n", 18);
  reading r = read_file(&b, (input_options){0});
  char expected[256];
  size_t used = 0;
  for (size_t i = 0; i < 5; i++) {
    used += (size_t)snprintf(expected + used, sizeof expected - used, "%zu not_utf8: not UTF-8\n", line + i);
  }
  snprintf(expected + used, sizeof expected - used, "%zu not_utf8: not UTF-8\n", line + 6);
  assert_string_equal(shown(&r.rejects), expected);
  assert_int_equal(r.decoded[CHARSET_TCVN3], 1);
  assert_non_null(strstr(shown(&r.rows), "\nNguyễn Văn Đức|y\n"));
  reading_free(&r);
  bytes_free(&b);
}

static void rejects_in_a_legacy_file(void **state) {
  (void)state;
  byte_string b = {0};
  bytes_text(&b, "a,b\n");
  for (size_t i = 0; i < 100; i++) bytes_text(&b, "Nguy\xd4n V\xa8n \xa7\xf8" "c,y\n");
  bytes_text(&b, "\n1,2,3\n\"x\"y,1\nV\xff\xffn,1\n");
  bytes_add(&b, "V\xa8n,\0\n", 6);
  reading r = read_file(&b, (input_options){0});
  assert_string_equal(shown(&r.rejects), "103 field_count: 3 fields, expected 2\n"
                                         "104 quote_stray: text after a closing quote\n"
                                         "105 undecodable: not tcvn3\n106 nul_byte: NUL byte\n");
  reading_free(&r);
  bytes_free(&b);
}

static void forced_is_forced(void **state) {
  (void)state;
  byte_string b = {0};
  bytes_text(&b, "a,b\nNguye\xe3n V\xe3n,x\nNguye\xe3n,x\nabc,d\n");
  reading r = read_file(&b, (input_options){.charset = "VNI"});
  assert_string_equal(shown(&r.rows), "abNguyễn|x\nabc|d\n");
  assert_string_equal(shown(&r.rejects), "2 undecodable: not vni\n");
  assert_int_equal(r.decoded[CHARSET_VNI], 1);
  reading_free(&r);
  r = read_file(&b, (input_options){.charset = "utf8"});
  assert_string_equal(shown(&r.rejects), "2 not_utf8: not UTF-8\n3 not_utf8: not UTF-8\n");
  reading_free(&r);
  bytes_free(&b);
}

static void refuses_names_and_headers(void **state) {
  (void)state;
  static const struct {
    const char *text, *charset, *message;
    khop_status status;
  } refused[] = {
      {"a,b\n1,2\n", "latin1", "latin1: unknown charset; known are auto, utf-8, tcvn3 (abc), vni, viscii, "
                               "windows-1258 (cp1258), tcvn3-mojibake, vni-mojibake", KHOP_USAGE},
      {"a,\xff\n1,2\n", NULL, "header: not UTF-8", KHOP_INPUT},
      {"a,\xff\xff\n1,2\n", "vni", "header: not vni", KHOP_INPUT},
      {"a,H\xe4 t\xaan\n1,2\n", "utf-8", "header: not UTF-8", KHOP_INPUT}};
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    memory_file file = memory_file_make(refused[i].text, strlen(refused[i].text));
    const char *path = file.path;
    input_options options = {.paths = &path, .path_count = 1, .charset = refused[i].charset};
    input *in;
    khop_error err = {0};
    assert_int_equal(input_open(&in, &options, &err), refused[i].status);
    assert_non_null(strstr(err.message, refused[i].message));
    memory_file_close(&file);
  }
}

/* ---- what is shown -------------------------------------------------------------------------- */

static void keeps_evidence_when_asked(void **state) {
  (void)state;
  byte_string b = {0};
  bytes_text(&b, "ten,noi\n");
  for (size_t i = 0; i < 200; i++) bytes_text(&b, "Nguye\xe3n Va\xean \xd1\xf6\xf9" "c,Phường Bến Thành\n");
  memory_file file = memory_file_make(b.data, b.length);
  const char *path = file.path;
  input_options options = {.paths = &path, .path_count = 1, .wants_evidence = true};
  input *in;
  khop_error err = {0};
  assert_int_equal(input_open(&in, &options, &err), KHOP_OK);
  const source_charset *found = input_charset_of(in, 0);
  assert_int_equal(found->profile.count, 2);
  assert_true(found->evidence.words == found->column_evidence[0].words + found->column_evidence[1].words);
  assert_true(source_charset_is_own(found, 0) && source_charset_differs(found, 0));
  assert_true(!source_charset_is_own(found, 1) && source_charset_differs(found, 1));
  assert_int_equal(found->columns[0].charsets[0], CHARSET_VNI);
  assert_int_equal(found->columns[1].charsets[0], CHARSET_UTF8);
  input_close(in);
  memory_file_close(&file);
  bytes_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_whole_files),
      cmocka_unit_test(reads_mixed_rows),
      cmocka_unit_test(reads_rows_that_the_sample_missed),
      cmocka_unit_test(samples_the_end),
      cmocka_unit_test(reads_mixed_columns),
      cmocka_unit_test(rejects_what_it_cannot_tell),
      cmocka_unit_test(rejects_in_a_legacy_file),
      cmocka_unit_test(forced_is_forced),
      cmocka_unit_test(refuses_names_and_headers),
      cmocka_unit_test(keeps_evidence_when_asked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
