/* Normalising: one value as it stands in a register to what can be compared.
 *
 * A function a semantic type, each in its own file, pure and thread-safe: bytes in (UTF-8, any
 * normal form, not NUL-terminated), a small struct out, no allocation, no failure: what cannot be
 * understood comes out as missing or as plain text with `valid` false. Every function is
 * idempotent on its canonical form.
 */
#ifndef KHOP_NORMALISE_NORMALISE_H
#define KHOP_NORMALISE_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- text.c: the fold --------------------------------------------------------------------- */

enum {
  TEXT_LETTERS_MAX = 32, /* longer texts are compared by their first 32 letters and full hashes */
  TEXT_CANONICAL_MAX = 160
};

/* Letter codes of folded text, 5 bits: what the string kernels see. Digits share three codes, and
 * that is enough for similarity, because equality is decided by the hashes. */
enum {
  LETTER_NONE = 0, /* padding */
  LETTER_A = 1,    /* .. 26 = Z */
  LETTER_SPACE = 27,
  LETTER_DIGIT_LOW = 28,  /* 0-3 */
  LETTER_DIGIT_MID = 29,  /* 4-6 */
  LETTER_DIGIT_HIGH = 30, /* 7-9 */
  LETTER_OTHER = 31
};

/* Folded text. Missing: length 0 and both hashes 0 (a present text never has a hash of 0). */
typedef struct text_value {
  uint32_t toned_hash; /* of the canonical form: letters and tones, case and tone placement folded */
  uint32_t plain_hash; /* of the unaccented form */
  uint8_t length;      /* letters, at most TEXT_LETTERS_MAX */
  uint8_t letters[TEXT_LETTERS_MAX];
} text_value;

/* Unaccented upper-case ASCII of `text`: accents and tones dropped, Đ to D, other Latin letters and
 * compatibility forms through utf8proc, '?' for each character of another script and each damaged byte,
 * runs of blanks to one, ends trimmed, invisible characters dropped. Returns the length written, at most
 * `capacity`. */
size_t text_fold_plain(const char *text, size_t length, char *out, size_t capacity);

/* The canonical accented form: NFC, lower case, each syllable's tone moved to one fixed place, that of
 * the modern spelling (hòa to hoà), Ð and đ alike, typographic apostrophes to ', dashes to -, blanks as
 * above. Characters of other scripts stay. Cut at a whole character. Returns the length. */
size_t text_fold_toned(const char *text, size_t length, char *out, size_t capacity);

/* Free text: punctuation counts as a blank. Placeholders ("không rõ", "null", "n/a") are missing. */
void normalise_text(const char *text, size_t length, text_value *out);

/* The text that a text_value stands for, as a person reads it: what toned_hash is taken of. Lower case,
 * at most `capacity` bytes, cut at a whole character. Normalising it again gives the same value (free
 * text, names and codes; a place that lost its commas may read otherwise). Not for hot paths. */
typedef enum text_type { TEXT_FREE, TEXT_PERSON_NAME, TEXT_PLACE, TEXT_CODE, TEXT_MAP_NUMBER } text_type;
size_t normalise_canonical(text_type type, const char *text, size_t length, char *out, size_t capacity);

/* ---- person_name.c ------------------------------------------------------------------------ */

/* A person's name: apostrophes and hyphens join (H'Nhi = HNhi), dots part (N.V. An), digits go; residue of typing
 * methods is repaired (Nguyeenx, Nguye6n4), titles (Ông, Bà, Cụ before a surname) and brackets behind the name are dropped.
 * Order stays as written but where a comma or "Hoa Nguyễn Thị" makes it certain. A newborn under the mother's name is "con
 * bà" and that name. Placeholders ("không rõ", "chưa đặt tên", "n/a", "null", "-", "x") are missing. person_name.h takes a
 * name apart and says what was done. */
void normalise_person_name(const char *text, size_t length, text_value *out);
/* The same of at most NAMES_MAX names, faster, with a memory of syllables met before (syllable.h), one a thread.
 * NAME_READABLE bytes behind each text may be read; what stands there does not count. */
enum { NAME_READABLE = 64, NAMES_MAX = 64 };
typedef struct syllable_memory syllable_memory;
typedef struct name_text {
  const char *text;
  size_t length;
} name_text;
void normalise_person_names_with(syllable_memory *memory, const name_text *names, size_t count, text_value *out);

/* ---- place.c ------------------------------------------------------------------------------ */

/* A place or address as its ordered tokens, most specific first as written: administrative words in
 * full or abbreviated (Phường, P., Quận, Q., TP., Thành phố, Xã, Huyện, H., Tỉnh, Thị trấn, TT., Số,
 * Đường, ...) are dropped, except that a number keeps its kind (Phường 1 = P.01 = F1 = Phường I, never
 * equal to Quận 1). Commas and brackets part components. Names of one city are one (HCM, TPHCM, Sài Gòn;
 * HN; not Phường Sài Gòn), and a trailing Việt Nam goes. Placeholders are missing. In unaccented text a
 * word such as "phuong" counts only where a component begins or before a number, as it may be a name. */
void normalise_place(const char *text, size_t length, text_value *out);

/* The same in pieces, for those who meet the same pieces again and again: "12/5", "Lê Lợi" and "Phường 4, Quận 3,
 * TP.HCM" joined give what normalise_place gives for the whole. A piece is what its text adds to the whole. */
enum { PLACE_PIECE_MAX = 64 };
typedef struct place_piece {
  uint8_t count;
  uint8_t codes[PLACE_PIECE_MAX], plain[PLACE_PIECE_MAX];
} place_piece;
/* What stands before a piece: nothing, a house number, "Số" and a number, or the first comma. */
typedef enum place_start { PLACE_BEGINS_TEXT, PLACE_BEHIND_NUMBER, PLACE_BEHIND_HOUSE, PLACE_BEHIND_COMMA } place_start;

/* Where a text is cut: text[number..number_end) is its house number (digits and '/'), which may be empty;
 * text[head..comma) the street or whatever it begins with; text[comma] belongs to neither side. */
typedef struct place_cut {
  size_t number, number_end, head, comma;
  place_start head_start;
} place_cut;
/* False when there is no comma or the text is long. */
bool normalise_place_cut(const char *text, size_t length, place_cut *out);
/* False when the piece says nothing or is too long to remember: then the whole is to be read at once. */
bool normalise_place_piece(place_start start, const char *text, size_t length, place_piece *out);
void normalise_place_join(const char *text, const place_cut *cut, const place_piece *head, const place_piece *tail,
                          text_value *out);

/* ---- date.c ------------------------------------------------------------------------------- */

typedef struct date_value {
  uint16_t year; /* 0: missing */
  uint8_t month; /* 0: unknown */
  uint8_t day;   /* 0: unknown */
  bool valid;    /* false: present but not a date, or an impossible one (then all zero) */
  bool present;  /* something other than a placeholder stood there */
  bool month_first; /* read as mm/dd because dd/mm was impossible */
} date_value;

/* dd/mm/yyyy, d/m/yyyy, with '/', '.', '-' or blanks; yyyy-mm-dd (not with blanks), yyyymmdd,
 * yyyymmddHHMM[SS], yyyy, mm/yyyy, yyyy-mm, a time of day behind any of them, Excel serials (5 digits,
 * 1900 system), and a spreadsheet's ".0" behind these. 00 as day or month is unknown; a day of an
 * unknown month is dropped; all zero is missing. Years are 1850 to 2100, in four digits. date.h reads more. */
void normalise_date(const char *text, size_t length, date_value *out);

/* ---- sex.c -------------------------------------------------------------------------------- */

typedef enum sex_value { SEX_MISSING = 0, SEX_MALE = 1, SEX_FEMALE = 2, SEX_OTHER = 3 } sex_value;
/* Nam, Nữ, M, F, male, female, 1 (male), 2 (female), 0 (female), true/false (male/female). */
sex_value normalise_sex(const char *text, size_t length);

/* ---- identifier.c ------------------------------------------------------------------------- */

typedef enum id_kind {
  ID_MISSING = 0,
  ID_CCCD = 1,      /* 12 digits */
  ID_CMND = 2,      /* 9 digits */
  ID_PASSPORT = 3,  /* letter + 7 digits */
  ID_INSURANCE = 4, /* social-insurance number, 10 digits */
  ID_OTHER = 5      /* present, not of a known form: compared as text */
} id_kind;

typedef struct id_value {
  id_kind kind;
  uint64_t number; /* the digits as a number (passport: letter, A = 1, * 10^7 + digits); ID_OTHER: 48-bit
                      hash of the whole text, but for a telephone its digits */
  uint8_t digits;  /* digits in `canonical`; 0 for ID_OTHER, but for a telephone */
  bool valid;      /* of its form, known province, not a placeholder such as 000000000000, 123456789012 */
  bool repaired;   /* a leading zero put back, O/0 or l/1 read as digits */
  char canonical[24]; /* NUL-terminated; a longer ID_OTHER is cut */
} id_value;

/* CCCD, CMND or passport: 11 digits are a CCCD and 8 a CMND that lost the leading zero, 10 a CCCD that
 * lost two when that makes a known province (001-009, Hà Nội being 001) and a century of our time; blanks,
 * dots, hyphens, brackets and quotes inside are dropped; "123456789012.0" and 1.23E+11 forms of
 * spreadsheets: the first is repaired, the second is ID_OTHER and not valid. At most two letters are read
 * as digits. Placeholders (one digit repeated, digits that count up or down modulo 10, "không có") are
 * ID_MISSING. Of a list by ';' the first. A province of 100 and over (born abroad) is valid.
 * identifier.h says more of a value: its parts, and why it is not valid. */
void normalise_personal_id(const char *text, size_t length, id_value *out);
/* Is the province of a CCCD known? */
bool normalise_cccd_valid(uint64_t number);
/* Health-insurance card or number in 10, 12, 15 or 20 characters: ID_INSURANCE by the ten digits
 * (12 digits: ID_CCCD; 9 and 11 lost a leading zero). A card is valid when its benefit digit is 1-5;
 * group letters and province are not judged. Of a list by ';' the first. */
void normalise_insurance_number(const char *text, size_t length, id_value *out);
/* Telephone: +84, 84 and 0084 to 0, a lost zero put back, blanks and punctuation dropped, the first of
 * several; number holds the digits. kind ID_OTHER when there are digits, `valid` when they are 10
 * (mobile) or 11 (older and landline) and begin with 0. */
void normalise_phone(const char *text, size_t length, id_value *out);

/* A code that is text (parcel, sheet, register entry, certificate): case folded, blanks and quotes
 * dropped, then leading zeros of each run of digits; other punctuation stays. "DC 012" = "DC12",
 * "012/2019" = "12/2019"; "12" is not "DC12". Punctuation alone, "null", "không có" are missing. */
void normalise_code(const char *text, size_t length, text_value *out);

/* The number of a map sheet or of a parcel on it: a code without the words before its digits. "DC 012" (địa chính, the cadastral
 * survey) = "tờ 12" = "12". */
void normalise_map_number(const char *text, size_t length, text_value *out);

/* The number of a register entry: a code without the year behind its last slash. "3/1956" = "03" = "3". */
void normalise_entry_number(const char *text, size_t length, text_value *out);
/* The length of the part of an entry number that is such a code. */
size_t normalise_entry_number_cut(const char *text, size_t length);

/* ---- number.c ----------------------------------------------------------------------------- */

/* A quantity (area): decimal point or comma, thousands separators, a unit behind (m2, ha: not
 * converted). NaN when missing or not a number. By Vietnamese habit '.' groups thousands and ',' is the
 * decimal mark, and the marks are read so:
 *     both kinds          the last is the decimal mark and stands once: 1.234,5 and 1,234.5
 *     one kind, repeated  groups of three: 1.234.567 and 1,234,567
 *     one ','             the decimal mark: 120,5, and 1,234 is 1.234
 *     one '.'             groups when exactly three digits follow one to three that do not begin with 0
 *                         (1.234 is 1234), else the decimal mark: 120.5, 0.500, 1234.567
 * Blanks may group thousands (1 234,5). */
double normalise_number(const char *text, size_t length);

#endif
