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

/* Unaccented upper-case ASCII of `text`: accents and tones dropped, Đ to D, other scripts through
 * utf8proc, runs of blanks to one, ends trimmed, invisible characters dropped. Returns the length
 * written, at most `capacity`. */
size_t text_fold_plain(const char *text, size_t length, char *out, size_t capacity);

/* The canonical accented form: NFC, lower case, each syllable's tone moved to one fixed place
 * (hoà = hòa), Ð and đ alike, typographic apostrophes to ', blanks as above. Returns the length. */
size_t text_fold_toned(const char *text, size_t length, char *out, size_t capacity);

/* Free text: punctuation counts as a blank. Placeholders ("không rõ", "null", "n/a") are missing. */
void normalise_text(const char *text, size_t length, text_value *out);

/* The text that a text_value stands for, as a person reads it: what toned_hash is taken of. Lower case,
 * at most `capacity` bytes, cut at a whole character. Normalising it again gives the same value (free
 * text, names and codes; a place that lost its commas may read otherwise). Not for hot paths. */
typedef enum text_type { TEXT_FREE, TEXT_PERSON_NAME, TEXT_PLACE, TEXT_CODE } text_type;
size_t normalise_canonical(text_type type, const char *text, size_t length, char *out, size_t capacity);

/* ---- person_name.c ------------------------------------------------------------------------ */

/* A person's name: as free text, but titles (Ông, Bà, Ong, Ba before a surname) are dropped,
 * apostrophes and hyphens join (H'Nhi), dots part (N.V. An), digits dropped. Placeholders
 * ("không rõ", "không có", "chưa đặt tên", "n/a", "null", "-") are missing. */
void normalise_person_name(const char *text, size_t length, text_value *out);

/* ---- place.c ------------------------------------------------------------------------------ */

/* A place or address as text: administrative words in full or abbreviated (Phường, P., Quận, Q.,
 * TP., Thành phố, Xã, Huyện, H., Tỉnh, Thị trấn, TT., Số, Đường, ...) dropped before comparing, except that
 * a number keeps its kind (Phường 1 = P.01 = P1, never equal to Quận 1). Roman wards as numbers. */
void normalise_place(const char *text, size_t length, text_value *out);

/* ---- date.c ------------------------------------------------------------------------------- */

typedef struct date_value {
  uint16_t year; /* 0: missing */
  uint8_t month; /* 0: unknown */
  uint8_t day;   /* 0: unknown */
  bool valid;    /* false: present but not a date, or an impossible one (then all zero) */
  bool present;  /* something other than a placeholder stood there */
  bool month_first; /* read as mm/dd because dd/mm was impossible */
} date_value;

/* dd/mm/yyyy, d/m/yyyy, with '/', '.', '-' or blanks; yyyy-mm-dd, yyyymmdd, yyyymmddHHMM, yyyy, mm/yyyy, ISO date-times,
 * Excel serials (5 digits, 1900 system). 00 as day or month is unknown. */
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
  uint64_t number; /* the digits as a number (passport: letter * 10^7 + digits); ID_OTHER: 48-bit hash */
  uint8_t digits;  /* digits in `canonical`; 0 for ID_OTHER */
  bool valid;      /* of its form, known province, not a placeholder such as 000000000000, 123456789012 */
  bool repaired;   /* a leading zero put back, O/0 or l/1 read as digits */
  char canonical[24]; /* NUL-terminated */
} id_value;

/* CCCD, CMND or passport: 11 digits are a CCCD and 8 a CMND that lost the leading zero; blanks,
 * dots and quotes inside are dropped; "123456789012.0" and 1.23E+11 forms of spreadsheets: the first is
 * repaired, the second is ID_OTHER and not valid. Placeholders are ID_MISSING. Of a list by ';' the first. */
void normalise_personal_id(const char *text, size_t length, id_value *out);
/* Health-insurance card or number in 10, 12, 15 or 20 characters: ID_INSURANCE by the ten digits
 * (12 digits: ID_CCCD). Of a list by ';' the first. */
void normalise_insurance_number(const char *text, size_t length, id_value *out);
/* Telephone: +84 and 84 to 0, blanks and dots dropped; number holds the digits. kind ID_OTHER when
 * it is one, `valid` when 10 digits (mobile) or 11 (older and landline). */
void normalise_phone(const char *text, size_t length, id_value *out);

/* A code that is text (parcel, sheet, register entry, certificate): upper case, blanks around and
 * inside dropped, leading zeros of each run of digits dropped. "DC 012" = "DC12"; "12" is not "DC12". */
void normalise_code(const char *text, size_t length, text_value *out);

/* ---- number.c ----------------------------------------------------------------------------- */

/* A quantity (area): decimal point or comma, thousands separators, a unit behind (m2). NaN when
 * missing or not a number. */
double normalise_number(const char *text, size_t length);

#endif
