/* What input_open finds out about a file, and what it refuses with which words. */
#include "test_input_support.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/cpu.h"

typedef struct case_text {
  const char *text;
  size_t length;
  char delimiter; /* forced, or 0 */
  const char *message; /* behind the path */
} case_text;

#define CASE(text, delimiter, message) {text, sizeof(text) - 1, delimiter, message}

static const case_text refused[] = {
    CASE("", 0, ": empty file"),
    CASE("\n\r\n  \n", 0, ": empty file"),
    CASE("\xef\xbb\xbf", 0, ": empty file"),
    CASE("a,b\n", 0, ": header only, no rows"),
    CASE("a,b", 0, ": header only, no rows"),
    CASE("a,b\r\n\n \r\n\n", 0, ": header only, no rows"),
    CASE("a,b,a\n1,2,3\n", 0, ": column \"a\" twice, as column 1 and column 3: give one of them another name"),
    CASE("a, \"a\" \n1,2\n", 0, ": column \"a\" twice, as column 1 and column 2: give one of them another name"),
    CASE("a,(column 3),\n1,2,3\n", 0, ": column \"(column 3)\" twice, as column 2 and column 3: give one of them another name"),
    CASE("a,b,c\n1,2,3\n", ';', ": delimiter ';' finds 1 column; ',' would find 3"),
    CASE("a\tb\n1\t2\n", '|', ": delimiter '|' finds 1 column; tab would find 2"),
    CASE("name\nAn\n", '\t', ": delimiter tab finds 1 column"),
    CASE("a,\"b\n1,2\n", 0, ": header: quote never closed"),
    CASE("a,\"b\"c\n1,2\n", 0, ": header: text after a closing quote"),
    CASE("a,b\xc3\n1,2\n", 0, ": header: not UTF-8"),
    CASE("a,b\r1,2\r", 0, ": lines end in CR alone, as on an old Mac: save it with LF or CRLF"),
    CASE("a,b\n1,\0\n", 0, ": binary content: NUL byte at byte 6"),
    CASE("\xff\xfe" "a\0,\0", 0, ": header only, no rows"),
    CASE("\xfe\xff\0a\0,\0", 0, ": truncated UTF-16 text: half a character at its end"),
    CASE("\xff\xfe\0\0a\0\0\0", 0, ": UTF-32 text: save it as UTF-8"),
    CASE("%PDF-1.7\n", 0, ": is a PDF document"),
    CASE("\x7f" "ELF\2\1\1", 0, ": is a program (ELF)"),
    CASE("PK\x03\x04\x14\0[Content_Types].xml", 0, ": looks like an Excel workbook: save it as CSV"),
    CASE("PK\x03\x04\x14\0people.csv", 0, ": is a zip archive: unpack it first"),
    CASE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, ": looks like an old Excel workbook: save it as CSV"),
};

static void refuses_what_is_no_table(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    memory_file file = memory_file_make(refused[i].text, refused[i].length);
    const char *path = file.path;
    input_options options = {.paths = &path, .path_count = 1, .delimiter = refused[i].delimiter};
    input *in = (input *)1;
    khop_error err = {0};
    assert_int_equal(input_open(&in, &options, &err), KHOP_INPUT);
    assert_null(in);
    assert_int_equal(strncmp(err.message, path, strlen(path)), 0);
    assert_string_equal(err.message + strlen(path), refused[i].message);
    memory_file_close(&file);
  }
}

static void refuse(const input_options *options, khop_status status, const char *message) {
  input *in;
  khop_error err = {0};
  assert_int_equal(input_open(&in, options, &err), status);
  assert_null(in);
  assert_string_equal(err.message, message);
}

static void refuses_paths_and_options(void **state) {
  (void)state;
  const char *missing = "/nonexistent/people.csv", *directory = "/tmp", *nothing = "/dev/null";
  refuse(&(input_options){.paths = &missing, .path_count = 1}, KHOP_USAGE,
         "/nonexistent/people.csv: no such file or directory");
  refuse(&(input_options){.paths = &directory, .path_count = 1}, KHOP_USAGE, "/tmp: is a directory");
  refuse(&(input_options){.paths = &nothing, .path_count = 1}, KHOP_INPUT, "/dev/null: empty file");
  refuse(&(input_options){0}, KHOP_USAGE, "no input file");
  refuse(&(input_options){.paths = &nothing, .path_count = 1, .delimiter = 'x'}, KHOP_USAGE,
         "delimiter: known are ',', ';', '|' and tab");
  const char *twice[] = {"-", "-"};
  refuse(&(input_options){.paths = twice, .path_count = 2}, KHOP_USAGE, "stdin: named 2 times as input");
}

static void refuses_a_header_that_is_too_long_or_wide(void **state) {
  (void)state;
  byte_string text = {0};
  for (int i = 0; i < 5000; i++) {
    char name[16];
    snprintf(name, sizeof name, "c%d,", i);
    bytes_text(&text, name);
  }
  bytes_text(&text, "z\n1\n");
  memory_file file = memory_file_make(text.data, text.length);
  const char *path = file.path;
  char message[96];
  snprintf(message, sizeof message, "%s: 5001 columns, at most 4096", path);
  refuse(&(input_options){.paths = &path, .path_count = 1}, KHOP_INPUT, message);
  snprintf(message, sizeof message, "%s: header: no line end within 100 bytes", path);
  refuse(&(input_options){.paths = &path, .path_count = 1, .row_bytes_max = 100}, KHOP_INPUT, message);
  memory_file_close(&file);
  bytes_free(&text);
}

static void finds_delimiter_names_and_bom(void **state) {
  (void)state;
  static const struct { const char *text; char delimiter; size_t columns; bool bom; } cases[] = {
      {"id,name\n1,An\n", ',', 2, false},
      {"\xef\xbb\xbf" "id;name\n1;An\n", ';', 2, true},
      {"id\tname\n1\tAn, B; C\n", '\t', 2, false},
      {"id|name|x\n1|An|\n", '|', 3, false},
      {"name\nAn\nBa\n", ',', 1, false},
      /* One semicolon in each row, but three commas. */
      {"id,a;b,c,d\n1,x;y,2,3\n4,x;y,5,6\n", ',', 4, false},
      /* The header could be split either way; only semicolons give the same count in each row. */
      {"a,x;b\n1;2\n3;4,0,0\n", ';', 2, false},
      {"\"id, no\";name\n1;An\n", ';', 2, false},
      {"\n\n id , name \n1,An\n", ',', 2, false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    memory_file file = memory_file_make(cases[i].text, strlen(cases[i].text));
    const char *path = file.path;
    input *in;
    khop_error err = {0};
    if (input_open(&in, &(input_options){.paths = &path, .path_count = 1}, &err)) fail_msg("%s", err.message);
    const input_source *source = input_source_at(in, 0);
    assert_int_equal(source->delimiter, cases[i].delimiter);
    assert_int_equal(source->column_count, cases[i].columns);
    assert_int_equal(source->had_bom, cases[i].bom);
    assert_string_equal(source->compression, "none");
    assert_int_equal(source->size_bytes, strlen(cases[i].text));
    assert_int_equal(input_bytes_total(in), strlen(cases[i].text));
    assert_int_equal(input_bytes_done(in), 0);
    if (i == 8) {
      assert_string_equal(source->columns[0], "id");
      assert_string_equal(source->columns[1], "name");
    }
    input_close(in);
    memory_file_close(&file);
  }
}

/* Rows and rejects with their exact lines and offsets: one of each kind. */
static void reports_rows_and_rejects_exactly(void **state) {
  (void)state;
  static const char text[] = "\xef\xbb\xbf" "id, name \r\n" /* line 1, bytes 0..13 */
                             "1, An \r\n"         /* 2, 14: blanks kept, CR not */
                             "\r\n"               /* 3, 22: blank */
                             "2,\"a\n\"\"b\"\"\"\n" /* 4-5, 24 */
                             "3\n"                /* 6, 36: 1 field */
                             "4,5,6\n"            /* 7, 38: 3 fields */
                             "5,\"x\"y\n"         /* 8, 44: stray */
                             "6,\xff\n"           /* 9, 51 */
                             "7,12\" pipe\n"      /* 10, 55: a quote inside plain text */
                             "8,  \"q\" \n"       /* 11, 66: blanks around quotes go */
                             "9,\"open\n"         /* 12, 75: never closed */
                             "10,last";           /* 13, 83 */
  outcome o = outcome_of_text(text, sizeof text - 1, (input_options){0});
  assert_string_equal(shown(&o.rows), "0 2 14 [1][ An ]\n0 4 24 [2][a\n\"b\"]\n0 10 55 [7][12\" pipe]\n"
                                      "0 11 66 [8][q]\n0 13 83 [10][last]");
  assert_string_equal(shown(&o.rejects), "0 6 36 field_count 1/2\n0 7 38 field_count 3/2\n"
                                         "0 8 44 quote_stray 0/0\n0 9 51 not_utf8 0/0\n0 12 75 quote_open 0/0");
  outcome_free(&o);
}

/* An open quote costs its own line, wherever row_bytes_max falls in the lines that it swallowed: inside
 * its quotes, behind the next quote, or behind the row that they seem to make. */
static void one_bad_quote_costs_one_line(void **state) {
  (void)state;
  static const char text[] = "a,b\n1,\"x\n2,3\n4,5\n6,7\"89\n8,9\n";
  for (size_t row_bytes_max = 8; row_bytes_max < 40; row_bytes_max++) {
    outcome o = outcome_of_text(text, sizeof text - 1, (input_options){.row_bytes_max = row_bytes_max});
    assert_string_equal(shown(&o.rows), "0 3 9 [2][3]\n0 4 13 [4][5]\n0 5 17 [6][7\"89]\n0 6 24 [8][9]");
    assert_string_equal(shown(&o.rejects), row_bytes_max < 17   ? "0 2 4 quote_open 0/0"
                                           : row_bytes_max < 19 ? "0 2 4 row_too_long 0/0"
                                                                : "0 2 4 quote_stray 0/0");
    outcome_free(&o);
  }
}

static void describes_rejects_without_values(void **state) {
  (void)state;
  static const struct { input_reject reject; const char *code, *text; } cases[] = {
      {{.reason = INPUT_FIELD_COUNT, .found = 7, .expected = 9}, "field_count", "7 fields, expected 9"},
      {{.reason = INPUT_FIELD_COUNT, .found = 1, .expected = 9}, "field_count", "1 field, expected 9"},
      {{.reason = INPUT_ROW_TOO_LONG}, "row_too_long", "row too long"},
      {{.reason = INPUT_NUL_BYTE}, "nul_byte", "NUL byte"},
      {{.reason = INPUT_NOT_UTF8}, "not_utf8", "not UTF-8"},
      {{.reason = INPUT_QUOTE_OPEN}, "quote_open", "quote never closed"},
      {{.reason = INPUT_QUOTE_STRAY}, "quote_stray", "text after a closing quote"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char text[64];
    input_reject_describe(&cases[i].reject, text, sizeof text);
    assert_string_equal(text, cases[i].text);
    assert_string_equal(input_reason_code(cases[i].reject.reason), cases[i].code);
  }
}

static void several_files_are_one_register(void **state) {
  (void)state;
  memory_file a = memory_file_make("id,name\n1,An\n2,Ba", 17);
  memory_file b = memory_file_make("name;id;x\nCa;3;\n;4", 18);
  const char *paths[] = {a.path, b.path, a.path};
  outcome o;
  khop_error err = {0};
  input_options options = {.paths = paths, .path_count = 3};
  assert_int_equal(outcome_of(&o, &options, &err), KHOP_OK);
  assert_string_equal(shown(&o.rows), "0 2 8 [1][An]\n0 3 13 [2][Ba]\n1 2 10 [Ca][3][]\n2 2 8 [1][An]\n2 3 13 [2][Ba]");
  assert_string_equal(shown(&o.rejects), "1 3 16 field_count 2/3");
  outcome_free(&o);
  input *in;
  assert_int_equal(input_open(&in, &options, &err), KHOP_OK);
  assert_int_equal(input_source_count(in), 3);
  assert_int_equal(input_bytes_total(in), 52);
  outcome again = {0};
  assert_int_equal(outcome_read(&again, in, &err), KHOP_OK);
  assert_int_equal(input_bytes_done(in), 52);
  outcome_free(&again);
  input_close(in);
  memory_file_close(&a);
  memory_file_close(&b);
}

static void notices_a_file_that_changed(void **state) {
  (void)state;
  memory_file file = memory_file_make("a,b\n1,2\n", 8);
  const char *path = file.path;
  input *in;
  khop_error err = {0};
  assert_int_equal(input_open(&in, &(input_options){.paths = &path, .path_count = 1}, &err), KHOP_OK);
  assert_int_equal(write(file.fd, "3,4\n", 4), 4);
  outcome o = {0};
  assert_int_equal(outcome_read(&o, in, &err), KHOP_INPUT);
  assert_non_null(strstr(err.message, "changed since the run started"));
  outcome_free(&o);
  input_close(in);
  memory_file_close(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_what_is_no_table),
      cmocka_unit_test(refuses_paths_and_options),
      cmocka_unit_test(refuses_a_header_that_is_too_long_or_wide),
      cmocka_unit_test(finds_delimiter_names_and_bom),
      cmocka_unit_test(reports_rows_and_rejects_exactly),
      cmocka_unit_test(one_bad_quote_costs_one_line),
      cmocka_unit_test(describes_rejects_without_values),
      cmocka_unit_test(several_files_are_one_register),
      cmocka_unit_test(notices_a_file_that_changed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
