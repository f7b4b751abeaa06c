/* See column_words.h. The phrases are those of exports and forms of Vietnamese authorities; the canonical ones are arbitrary. */
#include "schema/column_words.h"

#include <stdbool.h>
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
    {"HOTENCONGDAN", "HOTEN"},
    {"HOVATENCONGDAN", "HOTEN"},
    {"HOTENBENHNHAN", "HOTEN"},
    {"HOVATENBENHNHAN", "HOTEN"},
    {"HOTENNGUOIBENH", "HOTEN"},
    {"HOVATENNGUOIBENH", "HOTEN"},
    {"HOTENDOITUONG", "HOTEN"},
    {"HOVATENDOITUONG", "HOTEN"},
    {"HOTENCHUTHE", "HOTEN"},
    {"HOVATENCHUTHE", "HOTEN"},
    {"HOTENNHANKHAU", "HOTEN"},
    {"HOVATENNHANKHAU", "HOTEN"},
    {"HOTENNGUOITHAMGIA", "HOTEN"},
    {"HOVATENNGUOITHAMGIA", "HOTEN"},
    {"HOVATENBO", "HOTENCHA"},
    {"TENBO", "TENCHA"},
    {"SINHBO", "SINHCHA"},
    {"CCCDBO", "CCCDCHA"},
    {"CMNDBO", "CMNDCHA"},
    {"GIAYTOBO", "GIAYTOCHA"},
    {"CUAME", "ME"},
    {"CUACHA", "CHA"},
    {"CUABO", "CHA"},
    /* dates */
    {"NGAYTHANGNAM", "NGAY"},
    {"SINHNGAY", "NGAYSINH"},
    {"NGAYCAPDANGKY", "NGAYDANGKY"},
    {"NGAYVAOSO", "NGAYDANGKY"},
    /* numbers of people */
    {"SOCCCD", "CCCD"},
    {"SOCANCUOCCONGDAN", "CCCD"},
    {"CANCUOCCONGDAN", "CCCD"},
    {"SOCANCUOC", "CCCD"},
    {"SOTHECANCUOC", "CCCD"},
    {"CCCDCMND", "CCCD"},
    {"SOCCCDCMND", "CCCD"},
    {"CMNDCCCD", "CCCD"},
    {"SOCMNDCCCD", "CCCD"},
    {"SODINHDANHCANHAN", "SODINHDANH"},
    {"MADINHDANHCANHAN", "SODINHDANH"},
    {"MASODINHDANHCANHAN", "SODINHDANH"},
    {"MASODINHDANH", "SODINHDANH"},
    {"SODDCN", "SODINHDANH"},
    {"MADDCN", "SODINHDANH"},
    {"DDCN", "SODINHDANH"},
    {"SOCMND", "CMND"},
    {"SOCMTND", "CMND"},
    {"CMTND", "CMND"},
    {"SOCMT", "CMND"},
    {"CMT", "CMND"},
    {"SOCHUNGMINHNHANDAN", "CMND"},
    {"CHUNGMINHNHANDAN", "CMND"},
    {"CMNDCU", "CMND"},
    {"SOCMNDCU", "CMND"},
    {"GIAYTOTUYTHAN", "GIAYTO"},
    /* cards and files */
    {"SOTHEBAOHIEMYTE", "SOTHEBHYT"},
    {"MATHEBAOHIEMYTE", "MATHEBHYT"},
    {"BAOHIEMXAHOI", "BHXH"},
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
    /* places */
    {"NOITHUONGTRU", "THUONGTRU"},
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
    {"NS", "NGAYSINH"}, {"GT", "GIOITINH"}, {"GIOI", "GIOITINH"}, {"NAMNU", "GIOITINH"}, {"DTDD", "DIENTHOAI"}, {"DIDONG", "DIENTHOAI"},
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

size_t column_words_rewrite(const char *folded, size_t length, char *out, size_t capacity) {
  size_t used = 0;
  for (size_t i = 0; i < sizeof whole_names / sizeof *whole_names; i++) {
    const phrase *p = &whole_names[i];
    if (strlen(p->text) != length || memcmp(folded, p->text, length)) continue;
    return append(out, &used, capacity, p->canonical, strlen(p->canonical)) ? used : 0;
  }
  for (size_t at = 0; at < length;) {
    size_t bytes = 0;
    const phrase *p = longest_phrase(folded + at, length - at, &bytes);
    const char *text = p ? p->canonical : folded + at;
    if (!append(out, &used, capacity, text, p ? strlen(p->canonical) : 1)) return 0;
    at += p ? bytes : 1;
  }
  return used;
}
