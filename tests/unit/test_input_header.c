/* Headers as offices export them: titles above, names of two lines, numbers below, columns without a name; text of two
 * bytes a character; and columns that are joined of parts. */
#include "test_input_support.h"

typedef struct layout_case {
  const char *text;
  char delimiter;
  const char *names; /* a blank bar between */
  const char *first; /* the first row, joined columns included */
  uint64_t line;     /* on which it stands */
} layout_case;

static void open_text(const void *text, size_t length, memory_file *file, input **out) {
  khop_error err = {0};
  *file = memory_file_make(text, length);
  const char *path = file->path;
  if (input_open(out, &(input_options){.paths = &path, .path_count = 1}, &err)) fail_msg("%s", err.message);
}

static void check_layout(const layout_case *c) {
  memory_file file;
  input *in;
  char names[1024] = "", first[1024] = "";
  khop_error err = {0};
  open_text(c->text, strlen(c->text), &file, &in);
  const input_source *source = input_source_at(in, 0);
  for (size_t i = 0, used = 0; i < source->column_count; i++) {
    used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? " | " : "", source->columns[i]);
  }
  assert_string_equal(names, c->names);
  assert_int_equal(source->delimiter, c->delimiter);
  input_batch batch = {0};
  input_rows rows = {0};
  bool more;
  assert_int_equal(input_next(in, &batch, &more, &err), KHOP_OK);
  assert_int_equal(input_parse(in, &batch, &rows, &err), KHOP_OK);
  assert_true(rows.row_count > 0);
  assert_int_equal(rows.column_count, source->column_count);
  assert_int_equal(rows.lines[0], c->line);
  for (size_t i = 0, used = 0; i < rows.column_count; i++) {
    used += (size_t)snprintf(first + used, sizeof first - used, "[%.*s]", (int)rows.fields[i].length, rows.fields[i].text);
  }
  assert_string_equal(first, c->first);
  input_rows_free(&rows);
  input_batch_free(&batch);
  input_close(in);
  memory_file_close(&file);
}

static void finds_the_names_below_a_title(void **state) {
  (void)state;
  static const layout_case cases[] = {
      {"DANH SÁCH,,\n,,\nSTT,Tên,Mã\n1,An,x\n", ',', "STT | Tên | Mã", "[1][An][x]", 4},
      {"UBND xã An Bình, huyện Long Hồ\n\nSTT;Tên;Mã\n1;An;x\n2;Ba;y\n", ';', "STT | Tên | Mã", "[1][An][x]", 4},
      {"\"Danh sách\n(tháng 7)\";;;\nSTT;Tên;Mã;Số\n1;An;x;5\n", ';', "STT | Tên | Mã | Số", "[1][An][x][5]", 4},
      {"DANH SÁCH,,,\nSTT,Tên,Năm sinh,\n,,Nam,Nữ\n(1),(2),(3),(4)\n1,An,1980,\n", ',',
       "STT | Tên | Năm sinh Nam | Năm sinh Nữ | Giới tính | Ngày sinh", "[1][An][1980][][Nam][1980]", 5},
      {"DANH SÁCH,,\nSTT,Tên,Mã\nA,1,2\n1,An,x\n", ',', "STT | Tên | Mã", "[1][An][x]", 4},
      {"STT,\"Họ tên\ntrẻ\",Mã\n1,An,x\n", ',', "STT | Họ tên trẻ | Mã", "[1][An][x]", 3},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check_layout(&cases[i]);
}

/* What stands in the first row is the header wherever it may be one, and no row of data is taken for a name. */
static void takes_no_data_for_names(void **state) {
  (void)state;
  static const layout_case cases[] = {
      {"id,,x\n1,2,3\n", ',', "id | (column 2) | x", "[1][2][3]", 2},
      {"id,a,\n1,b,\n", ',', "id | a | (column 3)", "[1][b][]", 2},
      {"a,b,c\n1,2,3\n4,5,6\n", ',', "a | b | c", "[1][2][3]", 2},
      {"a;b;c\nx, y;z, u;v, w\n", ';', "a | b | c", "[x, y][z, u][v, w]", 2},
      {"id,,,\n1,2,3,4\n5,6,7,8\n", ',', "id | (column 2) | (column 3) | (column 4)", "[1][2][3][4]", 2},
      {"name\nAn\nBa\n", ',', "name", "[An]", 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check_layout(&cases[i]);
}

static void joins_parts(void **state) {
  (void)state;
  static const layout_case cases[] = {
      {"Họ,Tên,Chữ đệm,x\nTrần,An , Văn,1\n", ',', "Họ (part) | Tên (part) | Chữ đệm (part) | x | Họ và tên", "[Trần][An ][ Văn][1][Trần Văn An]", 2},
      {"Họ đệm,Tên\nTrần,\n", ',', "Họ đệm (part) | Tên (part) | Họ và tên", "[Trần][][Trần]", 2},
      {"Họ và tên,,Mã\nTrần Văn,An,1\n", ',', "Họ và tên (part) | (column 2) | Mã | Họ và tên", "[Trần Văn][An][1][Trần Văn An]", 2},
      {"Họ tên,Tên,Họ\nAn,b,c\n", ',', "Họ tên | Tên | Họ", "[An][b][c]", 2},
      {"Ngày,Tháng,Năm sinh\n5,9,1980\n", ',', "Ngày (part) | Tháng (part) | Năm sinh (part) | Ngày sinh", "[5][9][1980][5/9/1980]", 2},
      {"Ngày,Tháng,Năm sinh\n,,1980\n", ',', "Ngày (part) | Tháng (part) | Năm sinh (part) | Ngày sinh", "[][][1980][1980]", 2},
      {"id,Nữ\n1,x\n", ',', "id | Nữ | Giới tính", "[1][x][Nữ]", 2},
      {"id,Nữ\n1,\n", ',', "id | Nữ | Giới tính", "[1][][Nam]", 2},
      {"NAM,NỮ,Ngày sinh\n,,5/9/1980\n", ',', "NAM | NỮ | Ngày sinh | Giới tính", "[][][5/9/1980][]", 2},
      {"Nam,Nữ,Họ tên\n,1980,An\n", ',', "Nam | Nữ | Họ tên | Giới tính | Ngày sinh", "[][1980][An][Nữ][1980]", 2},
      {"Giới tính,Nữ\nNam,x\n", ',', "Giới tính | Nữ", "[Nam][x]", 2},
      {"id;Giới tính (0: Nam, 1: Nữ)\n1;0\n", ';', "id | Giới tính (0: Nam, 1: Nữ) (part) | Giới tính", "[1][0][Nam]", 2},
      {"Thôn,Xã,Huyện,Tỉnh (TP)\nĐông,An Bình,,Vĩnh Long\n", ',', "Thôn | Xã | Huyện | Tỉnh (TP) | Địa chỉ",
       "[Đông][An Bình][][Vĩnh Long][Đông, An Bình, Vĩnh Long]", 2},
      {"Địa chỉ;Xã;Tỉnh\n\"Đông, An Bình, Vĩnh Long\";An Bình;Vĩnh Long\n", ';', "Địa chỉ (part) | Xã | Tỉnh | Địa chỉ",
       "[Đông, An Bình, Vĩnh Long][An Bình][Vĩnh Long][Đông, An Bình, Vĩnh Long]", 2},
      {"Địa chỉ thửa đất,Xã,Tỉnh\na,b,c\n", ',', "Địa chỉ thửa đất | Xã | Tỉnh", "[a][b][c]", 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) check_layout(&cases[i]);
}

/* By what the numbers of people beside it say: 0 means man in the first file, woman in the second, who knows in the third. */
static void finds_what_0_means(void **state) {
  (void)state;
  for (int meaning = 0; meaning < 3; meaning++) {
    byte_string text = {0};
    memory_file file;
    input *in;
    bytes_text(&text, "CCCD,GIOI_TINH\n");
    for (int i = 0; i < 60; i++) {
      char row[64];
      int woman = i * 7 % 3 == 0, sex = meaning == 0 ? woman : meaning == 1 ? !woman : i % 2;
      snprintf(row, sizeof row, "001%d90%06d,%d\n", woman, i, sex);
      bytes_text(&text, row);
    }
    open_text(text.data, text.length, &file, &in);
    const input_source *source = input_source_at(in, 0);
    assert_int_equal(source->column_count, meaning == 0 ? 3 : 2);
    assert_string_equal(source->columns[1], meaning == 0 ? "GIOI_TINH (part)" : "GIOI_TINH");
    input_close(in);
    memory_file_close(&file);
    bytes_free(&text);
  }
}

/* In both orders of bytes, with characters of one to four bytes of UTF-8, across the buffers that it is read in. */
static void reads_utf16(void **state) {
  (void)state;
  static const uint16_t row[] = {'n', 0x1ea1, 0xd9, ',', 0xd83d, 0xde00, 0xdc00, 'z', 0xd800, '\n'};
  static const char wanted[] = "[nạÙ][\xf0\x9f\x98\x80\xef\xbf\xbdz\xef\xbf\xbd]";
  enum { count = 20000, length = sizeof row / sizeof *row };
  for (int big = 0; big < 2; big++) {
    byte_string text = {0};
    for (int i = 0; i <= count; i++) {
      static const uint16_t mark[] = {0xfeff, 'a', ',', 'b', '\n'};
      const uint16_t *units = i ? row : mark;
      for (size_t u = 0; u < (i ? (size_t)length : sizeof mark / sizeof *mark); u++) {
        const unsigned char bytes[2] = {(unsigned char)(big ? units[u] >> 8 : units[u]), (unsigned char)(big ? units[u] : units[u] >> 8)};
        bytes_add(&text, bytes, 2);
      }
    }
    outcome o = outcome_of_text(text.data, text.length, (input_options){0});
    const char *rows = shown(&o.rows);
    size_t seen = 0;
    for (const char *at = strstr(rows, wanted); at; at = strstr(at + 1, wanted)) seen++;
    assert_int_equal(seen, count);
    assert_string_equal(shown(&o.rejects), "");
    outcome_free(&o);
    bytes_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_the_names_below_a_title),
      cmocka_unit_test(takes_no_data_for_names),
      cmocka_unit_test(joins_parts),
      cmocka_unit_test(finds_what_0_means),
      cmocka_unit_test(reads_utf16),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
