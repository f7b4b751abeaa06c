/* See column_words.h. The phrases are those of exports and forms of Vietnamese authorities; the canonical ones are arbitrary. */
#include "schema/column_words.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct phrase {
  const char *text, *canonical;
} phrase;

static const phrase phrases[] = {
    /* names */
    {"HOVATEN", "HOTEN"},
    {"HOCHUDEMTEN", "HOTEN"},
    {"HOCHUDEMVATEN", "HOTEN"},
    {"HOTENDEMVATEN", "HOTEN"},
    {"HOTENKHAISINH", "HOTEN"},
    {"HOVATENKHAISINH", "HOTEN"},
    {"HOCHUDEMTENKHAISINH", "HOTEN"},
    {"HOCHUDEMVATENKHAISINH", "HOTEN"},
    {"CHILDNAME", "FULLNAME"},
    {"PATIENTNAME", "FULLNAME"},
    {"PERSONNAME", "FULLNAME"},
    {"HOVATENBO", "HOTENCHA"},
    {"TENBO", "TENCHA"},
    {"SINHBO", "SINHCHA"},
    {"CCCDBO", "CCCDCHA"},
    {"CMNDBO", "CMNDCHA"},
    {"GIAYTOBO", "GIAYTOCHA"},
    {"CUAME", "ME"},
    {"CUACHAME", ""},
    {"CUAMECHA", ""},
    {"CUACHA", "CHA"},
    {"CUABO", "CHA"},
    {"CUACHONG", "CHONG"},
    {"CUAVO", "VO"},
    {"BENNAM", "CHONG"},
    {"BENNU", "VO"},
    {"NGUOIME", "ME"},
    {"NGUOICHA", "CHA"},
    {"HOACNGUOIGIAMHO", ""},
    {"MENGUOIGIAMHO", "ME"},
    {"MENGUOICHAMSOC", "ME"},
    {"HOACNGUOICHAMSOC", ""},
    {"MENGAYSINH", "NGAYSINHME"},
    {"CHANGAYSINH", "NGAYSINHCHA"},
    {"TENCHUHO", "HOTENCHUHO"},
    {"HOTENCHUHO", "HOTENCHUHO"},
    {"HOVATENCHUHO", "HOTENCHUHO"},
    {"QHCHUHO", "QUANHEVOICHUHO"},
    {"QHVOICHUHO", "QUANHEVOICHUHO"},
    {"QUANHECHUHO", "QUANHEVOICHUHO"},
    {"MOIQUANHEVOICHUHO", "QUANHEVOICHUHO"},
    {"RELATIONTOHEAD", "RELATION"},
    {"RELATIONSHIPTOHEAD", "RELATION"},
    {"RELATIONSHIP", "RELATION"},
    /* dates */
    {"NGAYTHANGNAM", "NGAY"},
    {"SINHNGAY", "NGAYSINH"},
    {"NGSINH", "NGAYSINH"},
    {"NGTHNSINH", "NGAYSINH"},
    {"NGAYCAPDANGKY", "NGAYDANGKY"},
    {"NGAYVAOSO", "NGAYDANGKY"},
    {"NGAYDK", "NGAYDANGKY"},
    {"NGAYDKKH", "NGAYDANGKY"},
    {"NGAYDANGKYKETHON", "NGAYDANGKY"},
    {"NGAYDANGKYKHAISINH", "NGAYDANGKY"},
    {"NGAYDANGKYKHAITU", "NGAYDANGKY"},
    {"NOIDANGKYKETHON", "NOIDANGKY"},
    {"NOIDANGKYKHAISINH", "NOIDANGKY"},
    {"NOIDANGKYKHAITU", "NOIDANGKY"},
    {"SODK", "SODANGKY"},
    {"SOTRICHLUC", "SODANGKY"},
    {"NGAYQUADOI", "NGAYMAT"},
    {"NOIQUADOI", "NOIMAT"},
    {"SODKKH", "SODANGKY"},
    {"SODKKS", "SODANGKY"},
    {"SODKKT", "SODANGKY"},
    {"SODANGKYKETHON", "SODANGKY"},
    {"SODANGKYKHAISINH", "SODANGKY"},
    {"SODANGKYKHAITU", "SODANGKY"},
    {"HANTU", "TUNGAY"},
    {"HANTHETU", "TUNGAY"},
    {"THOIHANSUDUNGTU", "TUNGAY"},
    {"THOIHANSUDUNGTUNGAY", "TUNGAY"},
    {"NGAYBATDAU", "TUNGAY"},
    {"HANTHETUNGAY", "TUNGAY"},
    {"HANSUDUNGTU", "TUNGAY"},
    {"HANSUDUNGTUNGAY", "TUNGAY"},
    {"THOIHANTU", "TUNGAY"},
    {"THOIHANTHETU", "TUNGAY"},
    {"GIATRITU", "TUNGAY"},
    {"GIATRITUNGAY", "TUNGAY"},
    {"GIATRITHETU", "TUNGAY"},
    {"VALIDFROM", "TUNGAY"},
    {"HANDEN", "DENNGAY"},
    {"HANTHEDEN", "DENNGAY"},
    {"THOIHANSUDUNGDEN", "DENNGAY"},
    {"THOIHANSUDUNGDENNGAY", "DENNGAY"},
    {"NGAYKETTHUC", "DENNGAY"},
    {"HANTHEDENNGAY", "DENNGAY"},
    {"HANSUDUNGDEN", "DENNGAY"},
    {"HANSUDUNGDENNGAY", "DENNGAY"},
    {"THOIHANDEN", "DENNGAY"},
    {"THOIHANTHEDEN", "DENNGAY"},
    {"GIATRIDEN", "DENNGAY"},
    {"GIATRIDENNGAY", "DENNGAY"},
    {"GIATRITHEDEN", "DENNGAY"},
    {"VALIDTO", "DENNGAY"},
    {"VALIDUNTIL", "DENNGAY"},
    {"EXPIRYDATE", "DENNGAY"},
    /* numbers of people */
    {"SOCCCD", "CCCD"},
    {"SOCANCUOCCONGDAN", "CCCD"},
    {"CANCUOCCONGDAN", "CCCD"},
    {"SOCANCUOC", "CCCD"},
    {"SOTHECANCUOC", "CCCD"},
    {"SODINHDANHCANHAN", "SODINHDANH"},
    {"MADINHDANHCANHAN", "SODINHDANH"},
    {"MASODINHDANHCANHAN", "SODINHDANH"},
    {"MASODINHDANH", "SODINHDANH"},
    {"SODDCN", "SODINHDANH"},
    {"MADDCN", "SODINHDANH"},
    {"DDCN", "SODINHDANH"},
    {"MADINHDANH", "SODINHDANH"},
    {"CCCDDINHDANH", "CCCD"},
    {"CANCUOC", "CCCD"},
    {"CCCDHOCHIEU", "CCCD"},
    {"CMNDHOCHIEU", "CMND"},
    {"CANCUOCHOCHIEU", "CCCD"},
    {"SOCCCDHOCHIEU", "CCCD"},
    {"SOCMNDHOCHIEU", "CMND"},
    {"SOCCCDDINHDANH", "CCCD"},
    {"SOCMNDDINHDANH", "CCCD"},
    {"CMNDDINHDANH", "CCCD"},
    {"CHUNGMINHTHU", "CMND"},
    {"SOCHUNGMINHTHU", "CMND"},
    {"IDNUMBER", "PERSONALID"},
    {"IDNO", "PERSONALID"},
    {"IDCARD", "PERSONALID"},
    {"IDCARDNO", "PERSONALID"},
    {"IDCARDNUMBER", "PERSONALID"},
    {"CITIZENID", "PERSONALID"},
    {"CITIZENIDNO", "PERSONALID"},
    {"NATIONALID", "PERSONALID"},
    {"NATIONALIDNO", "PERSONALID"},
    {"PERSONALIDNO", "PERSONALID"},
    {"PERSONALIDNUMBER", "PERSONALID"},
    {"SOCMND", "CMND"},
    {"SOCMTND", "CMND"},
    {"CMTND", "CMND"},
    {"SOCMT", "CMND"},
    {"CMT", "CMND"},
    {"CCCD", "CCCD"},
    {"CMND", "CMND"},
    {"SODINHDANH", "SODINHDANH"},
    {"HOAC", ""},
    {"SOCHUNGMINHNHANDAN", "CMND"},
    {"CHUNGMINHNHANDAN", "CMND"},
    {"CMNDCU", "CMND"},
    {"SOCMNDCU", "CMND"},
    {"GIAYTOTUYTHAN", "GIAYTO"},
    /* cards and files */
    {"SOTHEBAOHIEMYTE", "SOTHEBHYT"},
    {"MATHEBAOHIEMYTE", "MATHEBHYT"},
    {"BAOHIEMXAHOI", "BHXH"},
    {"MADOITUONGBTXH", "MADOITUONG"},
    {"SOTAIKHOANATM", "SOTAIKHOAN"},
    {"NGANHANGMOTAIKHOAN", "NGANHANG"},
    {"NOIMOTAIKHOAN", "NGANHANG"},
    {"NOIKHAMCHUABENHBANDAU", "MADKBD"},
    {"NOIKHAMCHUABENHBD", "MADKBD"},
    {"MABENHVIEN", "MADKBD"},
    {"SOSOHOKHAU", "MAHO"},
    {"SOBHYT", "SOTHEBHYT"},
    {"MABHYT", "SOTHEBHYT"},
    {"MASOBHYT", "SOTHEBHYT"},
    {"MATHEBHYT", "SOTHEBHYT"},
    {"MASOTHEBHYT", "SOTHEBHYT"},
    {"SOTHEBHYT", "SOTHEBHYT"},
    {"CARDNO", "CARDNUMBER"},
    {"INSURANCENO", "CARDNUMBER"},
    {"INSURANCENUMBER", "CARDNUMBER"},
    {"INSURANCECARD", "CARDNUMBER"},
    {"INSURANCECARDNO", "CARDNUMBER"},
    {"INSURANCECARDNUMBER", "CARDNUMBER"},
    {"SOSOBHXH", "SOBHXH"},
    {"MABHXH", "SOBHXH"},
    {"MASOBHXH", "SOBHXH"},
    {"SOCIALINSURANCENO", "SOBHXH"},
    {"SOCIALINSURANCENUMBER", "SOBHXH"},
    {"MAKCBBD", "MADKBD"},
    {"MAKCBBANDAU", "MADKBD"},
    {"NOIKCBBD", "MADKBD"},
    {"NOIKCBBANDAU", "MADKBD"},
    {"NOIDKKCB", "MADKBD"},
    {"NOIDKKCBBD", "MADKBD"},
    {"NOIDKKCBBANDAU", "MADKBD"},
    {"NOIDANGKYKCB", "MADKBD"},
    {"NOIDANGKYKCBBD", "MADKBD"},
    {"NOIDANGKYKCBBANDAU", "MADKBD"},
    {"NOIDANGKYKHAMCHUABENHBANDAU", "MADKBD"},
    {"CSKCBBANDAU", "MADKBD"},
    {"COSOKCBBANDAU", "MADKBD"},
    {"CSKCBBD", "MADKBD"},
    {"HOSPITALCODE", "MADKBD"},
    {"SOTK", "SOTAIKHOAN"},
    {"SOTKNGANHANG", "SOTAIKHOAN"},
    {"SOTAIKHOANNGANHANG", "SOTAIKHOAN"},
    {"TAIKHOANNGANHANG", "SOTAIKHOAN"},
    {"ACCOUNTNO", "SOTAIKHOAN"},
    {"ACCOUNTNUMBER", "SOTAIKHOAN"},
    {"BANKACCOUNT", "SOTAIKHOAN"},
    {"BANKACCOUNTNO", "SOTAIKHOAN"},
    {"BANKACCOUNTNUMBER", "SOTAIKHOAN"},
    {"TENNGANHANG", "NGANHANG"},
    {"TAINGANHANG", "NGANHANG"},
    {"BANKNAME", "NGANHANG"},
    {"MAHOGIADINH", "MAHO"},
    {"MASOHO", "MAHO"},
    {"SOHOKHAU", "MAHO"},
    {"SOHOGIADINH", "MAHO"},
    {"SOHSHK", "MAHO"},
    {"SOHOSOHOKHAU", "MAHO"},
    {"HOUSEHOLDID", "HOUSEHOLD"},
    {"HOUSEHOLDNO", "HOUSEHOLD"},
    {"HOUSEHOLDCODE", "HOUSEHOLD"},
    {"MANGUOIHUONG", "MADOITUONG"},
    {"MASOTIEMCHUNG", "MADOITUONG"},
    {"MATIEMCHUNG", "MADOITUONG"},
    {"SUBJECTID", "RECORDID"},
    {"PATIENTID", "RECORDID"},
    {"BENEFICIARYID", "RECORDID"},
    {"CHILDID", "RECORDID"},
    {"PERSONID", "RECORDID"},
    {"PARCELID", "RECORDID"},
    {"RECORDNO", "RECORDID"},
    {"MAHS", "MAHOSO"},
    {"SOHS", "MAHOSO"},
    {"SOHOSO", "MAHOSO"},
    {"MABN", "MABENHNHAN"},
    /* telephones */
    {"SODIENTHOAI", "DIENTHOAI"},
    {"SODIENTHOAIDIDONG", "DIENTHOAI"},
    {"DIENTHOAIDIDONG", "DIENTHOAI"},
    {"SODT", "DIENTHOAI"},
    {"SDT", "DIENTHOAI"},
    {"SODIDONG", "DIENTHOAI"},
    {"DIENTHOAILIENHE", "DIENTHOAI"},
    {"SODIENTHOAILIENHE", "DIENTHOAI"},
    {"SDTLIENLAC", "DIENTHOAI"},
    {"DIENTHOAILIENLAC", "DIENTHOAI"},
    {"SODIENTHOAILIENLAC", "DIENTHOAI"},
    {"DIENTHOAINGUOICHAMSOC", "DIENTHOAI"},
    {"DIENTHOAINGUOIGIAMHO", "DIENTHOAI"},
    {"SDTNGUOICHAMSOC", "DIENTHOAI"},
    {"SODTLIENHE", "DIENTHOAI"},
    {"SDTLIENHE", "DIENTHOAI"},
    {"DIENTHOAIME", "DIENTHOAI"},
    {"SODIENTHOAIME", "DIENTHOAI"},
    {"SDTME", "DIENTHOAI"},
    {"PHONENO", "PHONE"},
    {"PHONENUMBER", "PHONE"},
    {"CONTACTPHONE", "PHONE"},
    {"MOBILENO", "PHONE"},
    {"MOBILEPHONE", "PHONE"},
    /* places */
    {"NOITHUONGTRU", "THUONGTRU"},
    {"DCTHUONGTRU", "THUONGTRU"},
    {"DCHITHUONGTRU", "THUONGTRU"},
    {"HKHAUTTRU", "THUONGTRU"},
    {"HKTHUONGTRU", "THUONGTRU"},
    {"TRUQUAN", "THUONGTRU"},
    {"DIACHITHUONGTRU", "THUONGTRU"},
    {"HOKHAUTHUONGTRU", "THUONGTRU"},
    {"NOIDANGKYHOKHAUTHUONGTRU", "THUONGTRU"},
    {"NOIDKHKTT", "THUONGTRU"},
    {"DKHKTT", "THUONGTRU"},
    {"HKTT", "THUONGTRU"},
    {"NOICUTRU", "CUTRU"},
    {"DIACHICUTRU", "CUTRU"},
    {"NOICUTRUHIENTAI", "CUTRU"},
    {"NOICUTRUHIENNAY", "CUTRU"},
    {"NOIOHIENNAY", "NOIO"},
    {"NOIOHIENTAI", "NOIO"},
    {"CHOOHIENNAY", "NOIO"},
    {"CHOOHIENTAI", "NOIO"},
    {"DIACHIHIENTAI", "NOIO"},
    {"DIACHIHIENNAY", "NOIO"},
    {"DIACHILIENHE", "DIACHI"},
    {"DIACHINOICUTRU", "DIACHI"},
    {"DIACHINOIO", "DIACHI"},
    {"DIACHICHITRA", "DIACHI"},
    {"PERMANENTADDRESS", "ADDRESS"},
    {"HOMEADDRESS", "ADDRESS"},
    {"DIACHICUOICUNG", "CUTRUCUOICUNG"},
    /* land */
    {"TOBANDOSO", "SOTO"},
    {"SOTOBANDO", "SOTO"},
    {"SOHIEUTOBANDO", "SOTO"},
    {"TOBD", "SOTO"},
    {"SOTOBD", "SOTO"},
    {"TOSO", "SOTO"},
    {"THUASO", "SOTHUA"},
    {"SOTHUADAT", "SOTHUA"},
    {"SOHIEUTHUADAT", "SOTHUA"},
    {"MADVHC", "MAXA"},
    {"DIENTICHPHAPLY", "DIENTICH"},
    {"TENNGUOISUDUNG", "CHUSUDUNG"},
    {"HOTENNGUOISUDUNG", "CHUSUDUNG"},
    {"HOVATENNGUOISUDUNG", "CHUSUDUNG"},
    {"HOTENNGUOISUDUNGDAT", "CHUSUDUNG"},
    {"HOVATENNGUOISUDUNGDAT", "CHUSUDUNG"},
    {"SODINHDANHNGUOISUDUNG", "SOGIAYTO"},
    {"SOPHATHANHGCNQSDD", "SOPHATHANH"},
    {"SOVAOSOGCN", "SOVAOSO"},
    {"SOVAOSOCAPGCN", "SOVAOSO"},
    {"SOTHUTUTHUA", "SOTHUA"},
    {"SOTHUTUTHUADAT", "SOTHUA"},
    {"SHTHUA", "SOTHUA"},
    {"SHBANDO", "SOTO"},
    {"SOHIEUBANDO", "SOTO"},
    {"SOHIEUGCN", "SOPHATHANH"},
    {"SOHIEUGCNQSDD", "SOPHATHANH"},
    {"SHTO", "SOTO"},
    {"SHTOBD", "SOTO"},
    {"SHTOBANDO", "SOTO"},
    {"TOBANDO", "SOTO"},
    {"AREAM2", "AREA"},
    {"SHEETNO", "MAPSHEET"},
    {"SHEETNUMBER", "MAPSHEET"},
    {"MAPSHEETNO", "MAPSHEET"},
    {"PARCELNO", "PARCELNUMBER"},
    {"MALOAIDAT", "LOAIDAT"},
    {"DTICH", "DIENTICH"},
    {"TENCHUSUDUNG", "CHUSUDUNG"},
    {"HOTENCHUSUDUNG", "CHUSUDUNG"},
    {"TENNGUOISUDUNGDAT", "CHUSUDUNG"},
    {"NGUOISUDUNGDAT", "CHUSUDUNG"},
    {"TENNGUOISDD", "CHUSUDUNG"},
    {"NGUOISDD", "CHUSUDUNG"},
    {"CHUSUDUNGDAT", "CHUSUDUNG"},
    {"TENCHUSUDUNGDAT", "CHUSUDUNG"},
    {"CHUDAT", "CHUSUDUNG"},
    {"OWNERNAME", "OWNER"},
    {"SOGIAYTOCHU", "SOGIAYTO"},
    {"DIENTICHM2", "DIENTICH"},
    {"MDSD", "MUCDICHSUDUNG"},
    {"MDSDD", "MUCDICHSUDUNG"},
    {"MUCDICHSUDUNGDAT", "MUCDICHSUDUNG"},
    {"CHUSDD", "CHUSUDUNG"},
    {"CHUSD", "CHUSUDUNG"},
    {"SOSERIGCN", "SOSERI"},
    {"SOPHATHANHGCN", "SOPHATHANH"},
};

/* Names that mean something only when there is nothing beside them. */
static const phrase whole_names[] = {
    {"NS", "NGAYSINH"}, {"NSINH", "NGAYSINH"}, {"QQUAN", "QUEQUAN"}, {"DC", "DIACHI"}, {"DCHI", "DIACHI"}, {"NTNS", "NGAYSINH"}, {"GTINH", "GIOITINH"}, {"GT", "GIOITINH"}, {"GIOI", "GIOITINH"}, {"NAMNU", "GIOITINH"}, {"DTDD", "DIENTHOAI"}, {"DIDONG", "DIENTHOAI"}, {"TEL", "DIENTHOAI"},
    {"BHYT", "SOTHEBHYT"}, {"STK", "SOTAIKHOAN"}, {"MADT", "MADOITUONG"}, {"MANK", "MANHANKHAU"}, {"ADDR", "ADDRESS"}, {"MACD", "MACONGDAN"},
    {"MASOYTE", "MAYTE"}, {"TT", "STT"}, {"MATRE", "RECORDID"}, {"XAPHUONG", "MAXA"}, {"DIACHIDAT", "DIACHITHUA"}, {"TOCU", "SOTOCU"}, {"THUACU", "SOTHUACU"}, {"XA", "MAXA"}, {"TENCHU", "CHUSUDUNG"}, {"HOTENCHU", "CHUSUDUNG"}, {"HOVATENCHU", "CHUSUDUNG"},
};

static const phrase *longest_phrase(const char *at, size_t left, size_t *out_length) {
  const phrase *longest = NULL;
  *out_length = 0;
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
    size_t length = strlen(phrases[i].text);
    if (length > left || length <= *out_length || memcmp(at, phrases[i].text, length)) continue;
    longest = &phrases[i];
    *out_length = length;
  }
  return longest;
}

static bool append(char *out, size_t *used, size_t capacity, const char *text, size_t length) {
  if (*used + length >= capacity) return false;
  memcpy(out + *used, text, length);
  out[*used += length] = '\0';
  return true;
}

/* Whom a register is about: said or not, the column is the same. Longer ones stand before those that they end in. */
static const char *const subjects[] = {
    "NGUOIDUOCKHAISINH", "NGUOIDUOCTIEM", "NGUOINOPTHUE", "NNT", "NGUOITHAMGIABHYT", "NGUOITHAMGIA", "DOITUONGBTXH", "NGUOIQUADOI", "NGUOILAODONG", "NGUOIHUONG", "NGUOIBENH", "NGUOICHET", "NGUOIMAT",  "NGUOIDAN",
    "DOITUONG",          "BENHNHAN",      "NHANKHAU",     "KHACHHANG",    "CONGDAN",    "CANHAN",    "CHUTHE",    "HOCSINH",   "TREEM",
    "TRE",               "BN",
};

/* Without the subject behind it: "Ngày sinh của trẻ" is no "Mã đối tượng", which would be left a mere code. */
static size_t without_subject(char *out, size_t used) {
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
    size_t length = strlen(subjects[i]);
    if (used < length + 3 || memcmp(out + used - length, subjects[i], length)) continue;
    size_t left = used - length;
    if (left > 6 && memcmp(out + left - 3, "CUA", 3) == 0) left -= 3;
    if (memcmp(out, "MA", 2) == 0 && left < 6) return used;
    if (left == 3 && memcmp(out, "TEN", 3) == 0) memcpy(out, "HOTEN", left = 5);
    out[left] = '\0';
    return left;
  }
  return used;
}

static bool is_number_of_people(const char *canonical) {
  return strcmp(canonical, "CCCD") == 0 || strcmp(canonical, "CMND") == 0 || strcmp(canonical, "SODINHDANH") == 0;
}

/* The civil-status software calls its columns nksHoTen (of whom is born) and nktNgayChet (of whom has died). */
static size_t subject_before(const char *folded, size_t length) {
  bool has = length > 5 && (memcmp(folded, "NKS", 3) == 0 || memcmp(folded, "NKT", 3) == 0);
  return has ? 3 : 0;
}

/* What is said in brackets of how a column is filled in: "(dd/mm/yyyy)", "(0: Nam, 1: Nữ)", "(m2)", "(thôn, xã)". */
static bool is_remark_word(const char *word, size_t length) {
  static const char *const words[] = {"DD",  "MM",   "YYYY", "YY",    "NGAY", "THANG",  "NAM",  "NU",    "X",   "M2",  "M",    "HA",   "DONG", "D",
                                      "VND", "NGHIN", "TRIEU", "SO",  "NHA",  "DUONG",  "THON", "XOM",   "BAN", "AP",  "TO",   "KHU",  "PHO",  "DAN",
                                      "XA",  "PHUONG", "THI", "TRAN", "HUYEN", "QUAN",  "TINH", "TP",    "TX",  "TT",  "NEU",  "CO",   "BAT",  "BUOC",
                                      "GHI", "RO",   "IN",   "HOA",   "DINH", "DANG",   "TEXT", "FORMAT", "KIEU", "GOM", "DAY", "DU"};
  bool has_letter = false;
  for (size_t i = 0; i < length; i++) has_letter |= word[i] >= 'A';
  for (size_t i = 0; has_letter && i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0) return true;
  }
  return !has_letter;
}

static bool is_word_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/* Not "(Nữ)" alone: that is whose birth it is. */
static bool is_remark(const char *text, size_t length) {
  bool is_sex = (length == 3 && memcmp(text, "NAM", 3) == 0) || (length == 2 && memcmp(text, "NU", 2) == 0);
  for (size_t at = 0; at < length;) {
    size_t end = at;
    while (end < length && is_word_letter(text[end])) end++;
    if (end > at && !is_remark_word(text + at, end - at)) return false;
    at = end > at ? end : at + 1;
  }
  return !is_sex;
}

size_t column_words_without_remarks(const char *folded, size_t length, char *out) {
  size_t used = 0;
  for (size_t at = 0; at < length; at++) {
    const char *close = folded[at] == '(' ? memchr(folded + at, ')', length - at) : NULL;
    if (close && is_remark(folded + at + 1, (size_t)(close - folded) - at - 1)) at = (size_t)(close - folded);
    else out[used++] = folded[at];
  }
  return used;
}

size_t column_words_rewrite(const char *folded, size_t length, char *out, size_t capacity) {
  size_t used = 0, number_at = SIZE_MAX; /* where a number of people ends that was just written */
  for (size_t i = 0; i < sizeof whole_names / sizeof *whole_names; i++) {
    const phrase *p = &whole_names[i];
    if (strlen(p->text) != length || memcmp(folded, p->text, length)) continue;
    return append(out, &used, capacity, p->canonical, strlen(p->canonical)) ? used : 0;
  }
  for (size_t at = subject_before(folded, length), number_start = 0; at < length;) {
    size_t bytes = 0;
    const phrase *p = longest_phrase(folded + at, length - at, &bytes);
    const char *text = p ? p->canonical : folded + at;
    at += p ? bytes : 1;
    bool is_number = p && is_number_of_people(text);
    if (is_number && number_at == used) used = number_start, text = "CCCD"; /* "CCCD/CMND": either */
    else if (is_number) number_start = used;
    if (!append(out, &used, capacity, text, p ? strlen(text) : 1)) return 0;
    if (is_number) number_at = used;
  }
  return without_subject(out, used);
}
