/* See joined.h: which columns are parts of what, by their names. */
#include <stdio.h>
#include <string.h>

#include "input/joined.h"
#include "normalise/normalise.h"

enum { NAME_BYTES = 128, NO_COLUMN = -1 };

/* Names without case, accents and signs; a list ends in NULL. */
typedef const char *const words[];

static words first_names = {"HO", "HODEM", "HOLOT", "HOVADEM", "HOVALOT", "HOCHUDEM", "HOVACHUDEM", "HOVATENDEM", "HOTENDEM", "HOVATENLOT", "HOLOTDEM", NULL};
static words middle_names = {"DEM", "CHUDEM", "TENDEM", "LOT", "CHULOT", "TENLOT", NULL};
static words last_names = {"TEN", "TENRIENG", NULL};
static words whole_names = {"HOTEN", "HOVATEN", "HOCHUDEMTEN", "HOCHUDEMVATEN", "HOTENDEMVATEN", NULL};

static words days = {"NGAY", "NGAYSINH", "NGAYSINHNGAY", "NGAYTHANGNAMSINHNGAY", "SINHNGAY", NULL};
static words months = {"THANG", "THANGSINH", "NGAYSINHTHANG", "NGAYTHANGNAMSINHTHANG", "SINHTHANG", NULL};
static words years = {"NAMSINH", "NAM", "NGAYSINHNAM", "NGAYTHANGNAMSINHNAM", "SINHNAM", NULL};
static words births = {"NGAYSINH", "NAMSINH", "NGAYTHANGNAMSINH", "NTNS", "NGSINH", "NS", "NSINH", "DOB", "BIRTHDATE", NULL};

static words women = {"NU", "GIOITINHNU", "PHAINU", "GIOINU", "LANU", "NUX", NULL};
static words men = {"NAM", "GIOITINHNAM", "PHAINAM", "GIOINAM", "LANAM", "NAMX", NULL};
static words births_of_women = {"NAMSINHNU", "NGAYSINHNU", "NGAYTHANGNAMSINHNU", "NUNAMSINH", NULL};
static words births_of_men = {"NAMSINHNAM", "NGAYSINHNAM", "NGAYTHANGNAMSINHNAM", "NAMNAMSINH", NULL};
static words sexes = {"GIOITINH", "PHAI", "GT", "GTINH", "GIOI", "SEX", "GENDER", "NAMNU", "GIOITINHNAMNU", NULL};

static words houses = {"SONHA", "SONHADUONG", "SONHADUONGPHO", "SONHATENDUONG", "DIACHICHITIET", "DIACHICUTHE", "MOTADIACHI", "DIACHI", "DIACHITHUONGTRU",
                       "NOITHUONGTRU", "THUONGTRU", "HKTT", "HOKHAUTHUONGTRU", "NOICUTRU", "NOIO", "NOIOHIENTAI", "NOIOHIENNAY", "DIACHINOIO", NULL};
static words streets = {"DUONG", "TENDUONG", "DUONGPHO", NULL};
static words hamlets = {"THON", "AP", "TO", "THONBAN", "BANTHON", "THONXOM", "XOM", "APTHON", "THONAP", "KHUPHO", "TODANPHO", "TODP", "TDP", "TOTHON",
                        "THONTO", "THONTODANPHO", "TODANPHOTHON", "THONAPTO", "THONAPKHUPHO", "APKHUPHO", "KHUPHOAP", "THONBANTODANPHO", NULL};
static words communes = {"XA", "PHUONG", "XAPHUONG", "PHUONGXA", "XAPHUONGTHITRAN", "PHUONGXATHITRAN", "XAPHUONGTT", "PHUONGXATT", "TENXA", "TENXAPHUONG",
                         "TENPHUONGXA", NULL};
static words districts = {"HUYEN", "QUAN", "QUANHUYEN", "HUYENQUAN", "QUANHUYENTHIXA", "HUYENQUANTHIXA", "QUANHUYENTX", "QUANHUYENTXTP", "QUANHUYENTHIXATHANHPHO",
                          "HUYENTHIXATHANHPHO", "HUYENTXTP", "TENHUYEN", "TENQUANHUYEN", "TENQUAN", NULL};
static words provinces = {"TINH", "TINHTP", "TPTINH", "TINHTHANH", "TINHTHANHPHO", "THANHPHOTINH", "TENTINH", "TENTINHTHANH", "TENTINHTP", "THANHPHO", NULL};

/* What a place's parts may begin with: "Nơi thường trú: Xã", a heading over several columns. */
static words headings = {"", "NOITHUONGTRU", "THUONGTRU", "DIACHITHUONGTRU", "NOICUTRU", "CUTRU", "DIACHI", "HKTT", "NOIO", "NOIOHIENTAI", "NOIOHIENNAY", NULL};

typedef struct finder {
  char **columns;
  char (*folded)[NAME_BYTES];
  size_t count;
  int turned_sex;
  joined_columns *out;
} finder;

static void fold(const char *name, char out[NAME_BYTES]) {
  size_t length = text_fold_plain(name, strlen(name), out, NAME_BYTES - 1), kept = 0;
  for (size_t i = 0; i < length; i++) {
    bool is_kept = (out[i] >= 'A' && out[i] <= 'Z') || (out[i] >= '0' && out[i] <= '9');
    if (is_kept) out[kept++] = out[i];
  }
  out[kept] = '\0';
}

/* The first column that is called HEADING and one of `names`; earlier names first. */
static int find_under(const finder *f, const char *heading, words names) {
  size_t length = strlen(heading);
  for (size_t n = 0; names[n]; n++) {
    for (size_t c = 0; c < f->count; c++) {
      if (strncmp(f->folded[c], heading, length) == 0 && strcmp(f->folded[c] + length, names[n]) == 0) return (int)c;
    }
  }
  return NO_COLUMN;
}

static int find(const finder *f, words names) { return find_under(f, "", names); }

static void add_part(join *j, int column) {
  if (column == NO_COLUMN || j->part_count == JOIN_PARTS_MAX) return;
  for (size_t p = 0; p < j->part_count; p++) {
    if (j->parts[p] == (uint32_t)column) return;
  }
  j->parts[j->part_count++] = (uint32_t)column;
}

/* ---- adding a column --------------------------------------------------------------------------- */

/* The part is no longer taken for the whole. */
static khop_status rename_part(const finder *f, int column, khop_error *err) {
  static const char addition[] = " (part)";
  char *old = f->columns[column];
  size_t length = strlen(old);
  char *name = mem_alloc(length + sizeof addition, 1);
  if (!name) return error_memory(err, length + sizeof addition, "column names");
  memcpy(name, old, length);
  memcpy(name + length, addition, sizeof addition);
  f->columns[column] = name;
  mem_free(old);
  return KHOP_OK;
}

static khop_status add_join(finder *f, const join *j, const char *name, khop_error *err) {
  char *copy = mem_copy_text(name, strlen(name));
  if (!copy) return error_memory(err, strlen(name), "column names");
  f->columns[f->count + f->out->count] = copy;
  f->out->joins[f->out->count++] = *j;
  return KHOP_OK;
}

/* ---- what can be joined ------------------------------------------------------------------------ */

static khop_status join_names(finder *f, khop_error *err) {
  join j = {.kind = JOIN_WORDS};
  int whole = find(f, whole_names), first = find(f, first_names), last = find(f, last_names);
  if (whole != NO_COLUMN) {
    /* A heading over two columns: the second has no name of its own. */
    char unnamed[32];
    snprintf(unnamed, sizeof unnamed, "(column %d)", whole + 2);
    if ((size_t)whole + 1 >= f->count || strcmp(f->columns[whole + 1], unnamed) != 0) return KHOP_OK;
    add_part(&j, whole);
    add_part(&j, whole + 1);
    TRY(add_join(f, &j, f->columns[whole], err));
    return rename_part(f, whole, err);
  }
  if (first == NO_COLUMN || last == NO_COLUMN) return KHOP_OK;
  add_part(&j, first);
  add_part(&j, find(f, middle_names));
  add_part(&j, last);
  TRY(add_join(f, &j, "Họ và tên", err));
  for (size_t p = 0; p < j.part_count; p++) TRY(rename_part(f, (int)j.parts[p], err));
  return KHOP_OK;
}

static khop_status join_births(finder *f, khop_error *err) {
  join j = {.kind = JOIN_DATE};
  int day = find(f, days), month = find(f, months), year = find(f, years);
  if (day == NO_COLUMN || month == NO_COLUMN || year == NO_COLUMN) return KHOP_OK;
  add_part(&j, day);
  add_part(&j, month);
  add_part(&j, year);
  TRY(add_join(f, &j, "Ngày sinh", err));
  for (size_t p = 0; p < j.part_count; p++) TRY(rename_part(f, (int)j.parts[p], err));
  return KHOP_OK;
}

/* Two columns of sexes, where the date of birth stands in one of them, or a cross. */
static khop_status join_sexes(finder *f, khop_error *err) {
  join sex = {.kind = JOIN_CROSS}, birth = {.kind = JOIN_FIRST};
  int woman = find(f, births_of_women), man = find(f, births_of_men);
  bool has_births = woman != NO_COLUMN && man != NO_COLUMN;
  if (!has_births) woman = find(f, women), man = find(f, men);
  if (woman == NO_COLUMN || find(f, sexes) != NO_COLUMN) return KHOP_OK;
  has_births |= man != NO_COLUMN && find(f, births) == NO_COLUMN && find(f, months) == NO_COLUMN;
  add_part(&sex, woman);
  add_part(&sex, man);
  TRY(add_join(f, &sex, "Giới tính", err));
  if (!has_births) return KHOP_OK;
  add_part(&birth, man);
  add_part(&birth, woman);
  TRY(add_join(f, &birth, "Ngày sinh", err));
  return KHOP_OK;
}

/* "Giới tính (0: Nam, 1: Nữ)" says it, or a column of that name whose values do. */
static khop_status turn_sexes(finder *f, khop_error *err) {
  join j = {.kind = JOIN_TURNED};
  int column = f->turned_sex;
  for (size_t c = 0; c < f->count; c++) {
    bool is_sex = strncmp(f->folded[c], "GIOITINH", 8) == 0 && strstr(f->folded[c], "0NAM1NU");
    if (is_sex) column = (int)c;
  }
  if (column == NO_COLUMN) return KHOP_OK;
  bool is_named = strstr(f->folded[column], "0NAM1NU") != NULL;
  for (size_t n = 0; sexes[n]; n++) is_named |= strcmp(f->folded[column], sexes[n]) == 0;
  if (!is_named) return KHOP_OK;
  add_part(&j, column);
  TRY(add_join(f, &j, "Giới tính", err));
  return rename_part(f, column, err);
}

/* Does a column hold places, other than as a part? It would be taken for the whole as well. */
static bool has_other_place(const finder *f, const join *j) {
  static words marks = {"DIACHI", "THUONGTRU", "CUTRU", "HKTT", "NOIO", "TRUQUAN", NULL};
  for (size_t c = 0; c < f->count; c++) {
    bool is_part = false, is_place = false;
    for (size_t p = 0; p < j->part_count; p++) is_part |= j->parts[p] == c;
    for (size_t m = 0; marks[m]; m++) is_place |= strstr(f->folded[c], marks[m]) != NULL;
    if (is_place && !is_part && strncmp(f->folded[c], "MA", 2) != 0) return true;
  }
  return false;
}

static khop_status join_places(finder *f, khop_error *err) {
  for (size_t h = 0; headings[h]; h++) {
    join j = {.kind = JOIN_PLACE};
    int commune = find_under(f, headings[h], communes), district = find_under(f, headings[h], districts), province = find_under(f, headings[h], provinces);
    if ((commune != NO_COLUMN) + (district != NO_COLUMN) + (province != NO_COLUMN) < 2) continue;
    int house = find_under(f, headings[h], houses);
    if (house == NO_COLUMN) house = find(f, houses);
    add_part(&j, house);
    add_part(&j, find_under(f, headings[h], streets));
    add_part(&j, find_under(f, headings[h], hamlets));
    add_part(&j, commune);
    add_part(&j, district);
    add_part(&j, province);
    if (has_other_place(f, &j)) return KHOP_OK;
    TRY(add_join(f, &j, "Địa chỉ", err));
    return house == NO_COLUMN ? KHOP_OK : rename_part(f, house, err);
  }
  return KHOP_OK;
}

khop_status joined_columns_find(char **columns, size_t count, int turned_sex, joined_columns *out, khop_error *err) {
  finder f = {.columns = columns, .count = count, .turned_sex = turned_sex, .out = out};
  *out = (joined_columns){0};
  f.folded = mem_alloc(count, sizeof *f.folded);
  if (!f.folded) return error_memory(err, count * sizeof *f.folded, "column names");
  for (size_t c = 0; c < count; c++) fold(columns[c], f.folded[c]);
  khop_status status;
  TRY_CLEANUP(join_names(&f, err));
  TRY_CLEANUP(join_births(&f, err));
  TRY_CLEANUP(join_sexes(&f, err));
  TRY_CLEANUP(turn_sexes(&f, err));
  TRY_CLEANUP(join_places(&f, err));
cleanup:
  mem_free(f.folded);
  return status;
}
