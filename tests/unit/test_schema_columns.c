/* Columns to fields: the order in which a fit is better, every fault, and detection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema/builtin.h"
#include "schema/schema.h"
#include "schema/schema_parse.h"

static const char text[] =
    "schema: people\n"
    "fields:\n"
    "  ho_ten: {type: person_name, aliases: [họ và tên, full name, Số]}\n"
    "  ngay_sinh: {type: date, aliases: [dob]}\n"
    "  so: {type: code, aliases: [Sổ]}\n"
    "  dia_chi: {type: place, aliases: [nơi ở, full.name]}\n"
    "blocking: [[so]]\n"
    "comparisons: [{name: so, levels: [{when: so exact, m: .5, u: .1}, {else: true, m: .5, u: .9}]}]\n";

enum { HO_TEN, NGAY_SINH, SO, DIA_CHI, FIELDS };
enum { NO = COLUMN_NONE, columns_max = 12 };

static schema *s;

static int setup(void **state) {
  (void)state;
  khop_error err = {0};
  return schema_parse(&s, "people", text, sizeof text - 1, &err) == KHOP_OK ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  schema_free(s);
  return 0;
}

static size_t count_columns(const char *const *columns) {
  size_t count = 0;
  while (columns[count]) count++;
  return count;
}

static void test_fits(void **state) {
  (void)state;
  static const struct {
    const char *columns[columns_max];
    int want[FIELDS];
  } cases[] = {
      {{"ho_ten", "ngay_sinh", "so", "dia_chi"}, {0, 1, 2, 3}},
      {{"x", "dia_chi", "SO", "Ngày sinh", "HỌ-TÊN"}, {4, 3, 2, 1}},
      {{"HO.TEN", "D O B", "noi_o"}, {0, 1, NO, 2}},
      /* a name before an alias, exact before folded */
      {{"full name", "Họ tên"}, {1, NO, NO, 0}},
      {{"Họ tên", "ho_ten"}, {1, NO, NO, NO}},
      {{"HỌ VÀ TÊN", "họ và tên"}, {1, NO, NO, NO}},
      /* "Số" is an alias of ho_ten, but folded it is the name of so */
      {{"Số"}, {NO, NO, 0, NO}},
      {{"so", "Số"}, {1, NO, 0, NO}},
      {{"so", "sổ"}, {1, NO, 0, NO}}, /* so is taken: folded alias of ho_ten */
      /* an exact alias goes to its own field even where another's folds alike */
      {{"full.name", "full name"}, {1, NO, NO, 0}},
      {{"-", " ", "ngay_sinh", ""}, {NO, 2, NO, NO}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int got[FIELDS] = {7, 7, 7, 7};
    khop_error err = {0};
    if (columns_match(s, cases[i].columns, count_columns(cases[i].columns), "a.csv", NULL, 0, got,
                      &err) != KHOP_OK) {
      fail_msg("case %zu: %s", i, err.message);
    }
    for (size_t f = 0; f < FIELDS; f++) {
      if (got[f] != cases[i].want[f]) {
        fail_msg("case %zu, field %zu: %d, not %d", i, f, got[f], cases[i].want[f]);
      }
    }
  }
}

static void test_overrides(void **state) {
  (void)state;
  static const char *const columns[] = {"ho_ten", "c", "So Phieu", "Ngày sinh"};
  static const column_override overrides[] = {{"ho_ten", "c"}, {"so", "so_phieu"}, {"dia_chi", "ho_ten"}};
  int got[FIELDS];
  khop_error err = {0};
  assert_int_equal(columns_match(s, columns, 4, "a.csv", overrides, 3, got, &err), KHOP_OK);
  assert_int_equal(got[HO_TEN], 1);
  assert_int_equal(got[NGAY_SINH], 3);
  assert_int_equal(got[SO], 2);
  assert_int_equal(got[DIA_CHI], 0);
  /* one column may be named for two fields */
  static const column_override twice[] = {{"so", "c"}, {"dia_chi", "c"}};
  assert_int_equal(columns_match(s, columns, 4, "a.csv", twice, 2, got, &err), KHOP_OK);
  assert_int_equal(got[SO], 1);
  assert_int_equal(got[DIA_CHI], 1);
}

static void test_faults(void **state) {
  (void)state;
  static const struct {
    const char *columns[columns_max];
    column_override overrides[2];
    const char *message;
  } cases[] = {
      {{"HO_TEN", "Họ tên"}, {{0}}, "a.csv: columns 'HO_TEN' and 'Họ tên' both fit field 'ho_ten'; name one of them"},
      {{"ho_ten", "ho_ten"}, {{0}}, "a.csv: columns 'ho_ten' and 'ho_ten' both fit field 'ho_ten'; name one of them"},
      {{"họ và tên", "full name"}, {{0}},
       "a.csv: columns 'họ và tên' and 'full name' both fit field 'ho_ten'; name one of them"},
      {{"FULL NAME"}, {{0}}, "a.csv: column 'FULL NAME' fits both field 'ho_ten' and field 'dia_chi'; name one of them"},
      {{"a", "b\x1b[2J"}, {{0}},
       "a.csv: no column fits schema people; columns: a, b?[2J; the schema looks for: ho_ten, "
       "ngay_sinh, so, dia_chi"},
      {{"so"}, {{"ten", "so"}}, "schema people: unknown field 'ten'; fields: ho_ten, ngay_sinh, so, dia_chi"},
      {{"so", "x"}, {{"so", "y"}}, "a.csv: no column 'y'; columns: so, x"},
      {{"so", "x"}, {{"so", "-"}}, "a.csv: no column '-'; columns: so, x"},
      {{"X", "x.", "y"}, {{"so", "x"}}, "a.csv: columns 'X' and 'x.' both fit 'x'"},
      {{"x", "y"}, {{"so", "x"}, {"so", "y"}}, "field 'so': two columns were named for it"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t overrides = !!cases[i].overrides[0].field + !!cases[i].overrides[1].field;
    int got[FIELDS];
    khop_error err = {0};
    assert_int_equal(columns_match(s, cases[i].columns, count_columns(cases[i].columns), "a.csv",
                                   cases[i].overrides, overrides, got, &err),
                     KHOP_USAGE);
    assert_string_equal(err.message, cases[i].message);
  }
}

/* Names longer than any buffer, thousands of columns: no overflow, the field is still found, and
 * the message stays whole. */
static void test_large_headers(void **state) {
  (void)state;
  enum { many = 3000, long_bytes = 5000 };
  static char names[many][16], long_name[long_bytes + 1];
  static const char *columns[many];
  memset(long_name, 'a', long_bytes);
  for (int i = 0; i < many; i++) {
    snprintf(names[i], sizeof names[i], "x%d", i);
    columns[i] = names[i];
  }
  columns[0] = long_name;
  int got[FIELDS];
  khop_error err = {0};
  assert_int_equal(columns_match(s, columns, many, "a.csv", NULL, 0, got, &err), KHOP_USAGE);
  static const char start[] = "a.csv: no column fits schema people; columns: "
                              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa..., x1, ";
  assert_memory_equal(err.message, start, sizeof start - 1);
  assert_non_null(strstr(err.message, ", ...; the schema looks for: ho_ten, ngay_sinh, so, dia_chi"));
  columns[many - 1] = "NGÀY SINH";
  assert_int_equal(columns_match(s, columns, many, "a.csv", NULL, 0, got, &err), KHOP_OK);
  assert_int_equal(got[NGAY_SINH], many - 1);
  assert_int_equal(columns_match(s, columns, 0, "a.csv", NULL, 0, got, &err), KHOP_USAGE);
}

/* A file with exactly the columns of a built-in schema is that schema; so is one in which each
 * column bears the first alias. Joint ones are no register's. */
static void test_detect_builtins(void **state) {
  (void)state;
  for (const schema_builtin *b = schema_builtins; b->name; b++) {
    schema *built;
    khop_error err = {0};
    assert_int_equal(schema_load(&built, b->name, &err), KHOP_OK);
    const char *columns[SCHEMA_FIELDS_MAX], *name = NULL;
    for (int aliased = 0; aliased < 2; aliased++) {
      for (size_t f = 0; f < built->field_count; f++) {
        const schema_field *field = &built->fields[f];
        columns[f] = aliased && field->alias_count ? field->aliases[0] : field->name;
      }
      assert_int_equal(schema_detect(columns, built->field_count, &name, &err), KHOP_OK);
      assert_non_null(name);
      if (built->is_joint) assert_string_not_equal(name, b->name);
      else assert_string_equal(name, b->name);
    }
    schema_free(built);
  }
}

/* Headers as exports have them: the schema, and the field of each column ("" for none). */
typedef struct wording_case {
  const char *schema;
  const char *columns[columns_max], *fields[columns_max];
} wording_case;

static const wording_case wordings[] = {
    {"cccd",
     {"MaHS", "HoVaTen", "NgaySinh", "GioiTinh", "SoDinhDanh", "CMND_cu", "NoiThuongTru", "SDT"},
     {"ma_dan_cu", "ho_ten", "ngay_sinh", "gioi_tinh", "so_cccd", "so_cmnd", "noi_thuong_tru", "dien_thoai"}},
    {"civil-birth",
     {"id", "Số", "Quyển số", "Ngày đăng ký", "Nơi đăng ký", "Họ và tên", "Ngày sinh", "Số định danh", "Họ tên mẹ", "Năm sinh mẹ", "Họ tên cha"},
     {"ma_ho_so", "so", "quyen_so", "ngay_dang_ky", "noi_dang_ky", "ho_ten", "ngay_sinh", "so_dinh_danh", "me_ho_ten", "me_nam_sinh", "cha_ho_ten"}},
    {"civil-birth",
     {"Họ, chữ đệm và tên (*)", "Ngày, tháng, năm sinh", "Giới", "Họ và tên bố", "Họ và tên của mẹ", "Số ĐDCN", "Nơi đăng ký", "Quyển số", "Số"},
     {"ho_ten", "ngay_sinh", "gioi_tinh", "cha_ho_ten", "me_ho_ten", "so_dinh_danh", "noi_dang_ky", "quyen_so", "so"}},
    {"bhyt",
     {"STT", "Mã thẻ BHYT", "Họ tên chủ thẻ", "NS", "GT", "Số CCCD/CMND", "Điện thoại di động", "Địa chỉ thường trú", "Giá trị từ", "Ghi chú"},
     {"stt", "ma_the", "ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "dien_thoai", "dia_chi", "han_the_tu", ""}},
    {"parcel",
     {"Mã xã", "Tờ bản đồ số", "Thửa đất số", "Diện tích (m2)", "MĐSDĐ", "Chủ sử dụng", "Số giấy tờ tùy thân", "Số phát hành GCN"},
     {"ma_xa", "so_to", "so_thua", "dien_tich", "loai_dat", "chu_su_dung", "so_giay_to", "so_phat_hanh"}},
    {"health-book",
     {"Mã BN", "Họ tên bệnh nhân", "Ngày sinh", "Số căn cước công dân", "Số thẻ BHYT", "Địa chỉ liên hệ", "SĐT", "Tên bố", "Tên mẹ"},
     {"ma_dinh_danh_y_te", "ho_ten", "ngay_sinh", "so_dinh_danh", "ma_the_bhyt", "dia_chi", "dien_thoai", "ho_ten_bo", "ho_ten_me"}},
    {"bhyt",
     {"Record No", "Card No", "Social Insurance No", "Full Name", "Date of Birth", "Citizen ID", "Phone No", "Hospital Code", "Valid From", "Valid To"},
     {"stt", "ma_the", "ma_so_bhxh", "ho_ten", "ngay_sinh", "so_dinh_danh", "dien_thoai", "ma_dkbd", "han_the_tu", "han_the_den"}},
    {"bhyt",
     {"Số thẻ BHYT", "Mã số BHXH", "HO TEN NGUOI THAM GIA", "Số CCCD/ĐDCN", "Nơi ĐK KCB ban đầu", "Hạn sử dụng từ ngày", "Hạn sử dụng đến ngày"},
     {"ma_the", "ma_so_bhxh", "ho_ten", "so_dinh_danh", "ma_dkbd", "han_the_tu", "han_the_den"}},
    {"residence",
     {"MA_NK", "SO_HSHK", "HO_TEN", "NG_SINH", "GTINH", "Số CMND hoặc CCCD", "TEN_CHU_HO", "QH_CHU_HO", "HKTT", "GHI_CHU"},
     {"stt", "ma_ho", "ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "chu_ho", "quan_he", "noi_thuong_tru", ""}},
    {"social-payment",
     {"MaDT", "HoTenNguoiHuong", "Ngày sinh của đối tượng", "SoCMND", "SoSoBHXH", "SoTK", "TenNganHang", "DiaChiChiTra"},
     {"ma_doi_tuong", "ho_ten", "ngay_sinh", "so_dinh_danh", "ma_so_bhxh", "so_tai_khoan", "ngan_hang", "dia_chi"}},
    {"vaccination",
     {"MA_DOI_TUONG", "TEN_DOI_TUONG", "NGAY_SINH", "Mã định danh", "Họ và tên mẹ (hoặc người giám hộ)", "SĐT mẹ", "DIA_CHI", "DAN_TOC"},
     {"ma_doi_tuong", "ho_ten", "ngay_sinh", "so_dinh_danh", "ho_ten_me", "dien_thoai", "dia_chi", ""}},
    {"civil-death",
     {"so", "quyenSo", "ngayDangKy", "nktHoTen", "nktNgaySinh", "nktSoGiayToTuyThan", "nktNgayChet", "nktNoiChet", "nycHoTen"},
     {"so", "quyen_so", "ngay_dang_ky", "ho_ten", "ngay_sinh", "so_dinh_danh", "ngay_chet", "noi_chet", ""}},
    {"civil-marriage",
     {"Số ĐKKH", "Ngày ĐKKH", "Họ tên bên nam", "Ngày sinh của chồng", "CMND_CHONG", "Họ, chữ đệm, tên vợ", "Năm sinh bên nữ", "Số CCCD của vợ"},
     {"so", "ngay_dang_ky", "chong_ho_ten", "chong_ngay_sinh", "chong_so_giay_to", "vo_ho_ten", "vo_ngay_sinh", "vo_so_giay_to"}},
    {"social-payment",
     {"TT", "Mã đối tượng BTXH", "Họ tên đối tượng", "Ngày sinh", "CCCD/CMND/Định danh", "Số tài khoản ATM", "Ngân hàng mở tài khoản", "Địa chỉ thường trú"},
     {"", "ma_doi_tuong", "ho_ten", "ngay_sinh", "so_dinh_danh", "so_tai_khoan", "ngan_hang", "dia_chi"}},
    {"vaccination",
     {"Mã trẻ", "Họ và tên trẻ em", "Ngày sinh", "Giới", "Họ tên mẹ/người chăm sóc", "Điện thoại người chăm sóc", "Địa chỉ", "Mũi tiêm"},
     {"ma_doi_tuong", "ho_ten", "ngay_sinh", "gioi_tinh", "ho_ten_me", "dien_thoai", "dia_chi", ""}},
    {"person",
     {"STT", "Họ và tên đệm", "Tên", "Ngày sinh", "Giới tính", "Số CCCD", "Địa chỉ"},
     {"id", "surname", "given_name", "birth_date", "sex", "national_id", "address"}},
    {"parcel",
     {"Mã ĐVHC", "Số hiệu tờ bản đồ", "Số hiệu thửa đất", "Diện tích pháp lý", "Họ tên người sử dụng", "Số định danh người sử dụng", "Số vào sổ GCN"},
     {"ma_xa", "so_to", "so_thua", "dien_tich", "chu_su_dung", "so_giay_to", "so_vao_so"}},
    {"civil-birth",
     {"so", "nksHoTen", "nksNgaySinh", "nksSoDinhDanh", "meHoTen", "meNgaySinh", "Họ, chữ đệm, tên người cha"},
     {"so", "ho_ten", "ngay_sinh", "so_dinh_danh", "me_ho_ten", "me_nam_sinh", "cha_ho_ten"}},
    {"parcel",
     {"soHieuToBanDo", "soThuTuThua", "dienTich", "maLoaiDat", "Tên người sử dụng đất", "soPhatHanh", "Tờ BĐ cũ", "Thửa cũ"},
     {"so_to", "so_thua", "dien_tich", "loai_dat", "chu_su_dung", "so_phat_hanh", "so_to_cu", "so_thua_cu"}},
    {"bhyt", /* brackets say how a column is filled in, or whose it is */
     {"STT", "Họ và tên (*)", "Ngày tháng năm sinh (*) (dd/mm/yyyy)", "Giới tính (0: Nam, 1: Nữ)", "Số CMND/CCCD/Hộ chiếu", "Số thẻ BHYT", "Đ/c (số nhà, thôn)", "Ngày sinh (con)", "Mã số BHXH (10 số)", "Giá trị thẻ từ"},
     {"stt", "ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "ma_the", "dia_chi", "", "ma_so_bhxh", "han_the_tu"}},
    {"parcel",
     {"SHBANDO", "SHTHUA", "DIENTICH", "TENCHU", "DIACHI", "SOHIEUGCN", "TO_CU"},
     {"so_to", "so_thua", "dien_tich", "chu_su_dung", "dia_chi_thua", "so_phat_hanh", "so_to_cu"}},
    {"cccd",
     {"HỌ.VÀ.TÊN", "N.SINH", "G.TÍNH", "Q.QUÁN", "Số CMND", "H.KHẨU T.TRÚ", "Số Căn cước", "Năm sinh (cha)"},
     {"ho_ten", "ngay_sinh", "gioi_tinh", "que_quan", "so_cmnd", "noi_thuong_tru", "so_cccd", ""}},
    {"referral",
     {"Số giấy chuyển tuyến", "Họ và tên người bệnh", "Giới tính", "Ngày/tháng/năm sinh", "Số thẻ BHYT", "Số CCCD/định danh", "Địa chỉ"},
     {"so_giay", "ho_ten", "gioi_tinh", "ngay_sinh", "ma_the_bhyt", "so_dinh_danh", "dia_chi"}},
    {"residence", /* all of cccd but for its numbers */
     {"Số TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Dân tộc", "Nghề nghiệp", "Nơi thường trú"},
     {"", "ho_ten", "ngay_sinh", "gioi_tinh", "", "", "noi_thuong_tru"}},
    {"civil-recognition",
     {"Số quyết định", "Ngày đăng ký", "Họ tên người nhận", "Năm sinh người nhận", "Họ tên người được nhận", "Ngày sinh người được nhận"},
     {"so", "ngay_dang_ky", "cha_me_ho_ten", "cha_me_ngay_sinh", "con_ho_ten", "con_ngay_sinh"}},
};

static void check_wordings(const wording_case *of) {
  size_t count = count_columns(of->columns);
  const char *name = NULL;
  int found[SCHEMA_FIELDS_MAX];
  khop_error err = {0};
  schema *built;
  assert_int_equal(schema_detect(of->columns, count, &name, &err), KHOP_OK);
  assert_string_equal(name, of->schema);
  assert_int_equal(schema_load(&built, name, &err), KHOP_OK);
  assert_int_equal(columns_match(built, of->columns, count, "a.csv", NULL, 0, found, &err), KHOP_OK);
  for (size_t c = 0; c < count; c++) {
    const char *field = "";
    for (size_t f = 0; f < built->field_count; f++) field = found[f] == (int)c ? built->fields[f].name : field;
    if (strcmp(field, of->fields[c])) fail_msg("%s: %s is '%s'", name, of->columns[c], field);
  }
  schema_free(built);
}

static void test_wordings(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) check_wordings(&wordings[i]);
}

/* No wording of a built-in schema means two of its fields. */
static void test_wordings_are_of_one_field(void **state) {
  (void)state;
  for (const schema_builtin *b = schema_builtins; b->name; b++) {
    schema *built;
    khop_error err = {0};
    assert_int_equal(schema_load(&built, b->name, &err), KHOP_OK);
    for (size_t f = 0; f < built->field_count; f++) {
      const schema_field *field = &built->fields[f];
      for (size_t a = 0; a < field->alias_count; a++) {
        int found[SCHEMA_FIELDS_MAX];
        char worded[600];
        snprintf(worded, sizeof worded, "(%s)*", field->aliases[a]);
        const char *columns[] = {worded};
        assert_int_equal(columns_match(built, columns, 1, "a.csv", NULL, 0, found, &err), KHOP_OK);
        if (found[f] != 0) fail_msg("%s: '%s' is not %s", b->name, field->aliases[a], field->name);
      }
    }
    schema_free(built);
  }
}

/* Other schemas know these columns as aliases. */
static void test_detect_names_before_aliases(void **state) {
  (void)state;
  static const char *const columns[] = {"id", "full_name", "birth_date"};
  const char *name;
  khop_error err;
  assert_int_equal(schema_detect(columns, 3, &name, &err), KHOP_OK);
  assert_string_equal(name, "person");
}

static void test_detect_joint(void **state) {
  (void)state;
  field_names left = {.names = {"ma_dan_cu", "ho_ten", "ngay_sinh", "so_cccd"}, .count = 4};
  const field_names right = {.names = {"stt", "so_dinh_danh", "ho_ten", "full_name"}, .count = 4};
  const field_names third = {.names = {"ho_ten", "gioi_tinh", "ngay_sinh"}, .count = 3}, stranger = {.names = {"so_to", "ho_ten"}, .count = 2};
  const field_names *registers[3] = {&left, &right, &third};
  const char *name = NULL;
  khop_error err = {0};
  for (size_t count = 2; count <= 3; count++) {
    assert_int_equal(schema_detect_joint(registers, count, &name, &err), KHOP_OK);
    assert_string_equal(name, "link-people");
  }
  registers[2] = &stranger;
  assert_int_equal(schema_detect_joint(registers, 3, &name, &err), KHOP_OK); /* one of three has too little */
  assert_null(name);
  left.count = 2;
  assert_int_equal(schema_detect_joint(registers, 2, &name, &err), KHOP_OK); /* names alone are too little */
  assert_null(name);
}

static void test_detect_nothing(void **state) {
  (void)state;
  static const char *const columns[] = {"zzz", "ho_ten", "yyy"};
  const char *name = "x";
  khop_error err = {0};
  assert_int_equal(schema_detect(columns, 3, &name, &err), KHOP_OK);
  assert_null(name);
  name = "x";
  assert_int_equal(schema_detect(columns, 0, &name, &err), KHOP_OK);
  assert_null(name);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fits),           cmocka_unit_test(test_overrides),
      cmocka_unit_test(test_faults),         cmocka_unit_test(test_large_headers),
      cmocka_unit_test(test_detect_builtins), cmocka_unit_test(test_detect_joint), cmocka_unit_test(test_wordings),
      cmocka_unit_test(test_wordings_are_of_one_field),
      cmocka_unit_test(test_detect_names_before_aliases),
      cmocka_unit_test(test_detect_nothing),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
