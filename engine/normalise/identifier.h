/* Identifiers taken apart and judged: what a value is, its parts, what was repaired, what is wrong with it.
 *
 * normalise.h has the hot ways for feature rows (normalise_personal_id and others: one number, no words).
 * identifier_read says all that can be said of one value, and agrees with them on kind and number. Pure,
 * thread-safe, no allocation. A canonical form reads as itself.
 *
 *     cell ──identifier_cell_next──> value ──identifier_read──> identifier_parts ──identifier_part_list──> named parts
 */
#ifndef KHOP_NORMALISE_IDENTIFIER_H
#define KHOP_NORMALISE_IDENTIFIER_H

#include "normalise/normalise.h"
#include "normalise/value_part.h"

typedef enum identifier_type {
  IDENTIFIER_PERSONAL_ID,
  IDENTIFIER_CMND,
  IDENTIFIER_PASSPORT,
  IDENTIFIER_INSURANCE_NUMBER,
  IDENTIFIER_CERTIFICATE_SERIAL,
  IDENTIFIER_PARCEL_KEY,
  IDENTIFIER_CIVIL_ENTRY,
  IDENTIFIER_GEOHASH,
  IDENTIFIER_PHONE,
  IDENTIFIER_BANK_ACCOUNT,
  IDENTIFIER_TYPES
} identifier_type;

typedef enum identifier_kind {
  IDENTIFIER_IS_MISSING,
  IDENTIFIER_IS_CCCD,
  IDENTIFIER_IS_CMND,
  IDENTIFIER_IS_PASSPORT,
  IDENTIFIER_IS_SOCIAL_NUMBER, /* ten digits */
  IDENTIFIER_IS_CARD,          /* of health insurance: 15 characters, or 20 with the hospital */
  IDENTIFIER_IS_CERTIFICATE,
  IDENTIFIER_IS_PARCEL,
  IDENTIFIER_IS_ENTRY,
  IDENTIFIER_IS_GEOHASH,
  IDENTIFIER_IS_PHONE,
  IDENTIFIER_IS_BANK_ACCOUNT,
  IDENTIFIER_IS_OTHER /* present, but of no form that the type has */
} identifier_kind;

/* Findings, a bit each: the first ones are errors, the rest warnings. */
enum {
  IDENTIFIER_FORMAT = 1u << 0,
  IDENTIFIER_SCIENTIFIC = 1u << 1, /* 7.9E+10: the last digits are lost */
  IDENTIFIER_PLACEHOLDER = 1u << 2, /* words that say nothing, one digit repeated; the value counts as missing */
  IDENTIFIER_SEQUENTIAL = 1u << 3,  /* digits that count up or down; likewise */
  IDENTIFIER_UNKNOWN_PROVINCE = 1u << 4,
  IDENTIFIER_CENTURY_IMPLAUSIBLE = 1u << 5, /* born after 2099, or after reference_year */
  IDENTIFIER_SEX_MISMATCH = 1u << 6,
  IDENTIFIER_YEAR_MISMATCH = 1u << 7,
  IDENTIFIER_CENTURY_MISMATCH = 1u << 8, /* the two digits of the year agree, the century does not */
  IDENTIFIER_BENEFIT_DIGIT = 1u << 9,    /* of a card, not 1 to 5 */
  IDENTIFIER_OUTSIDE_VIETNAM = 1u << 10,
  /* warnings */
  IDENTIFIER_BORN_ABROAD = 1u << 11,
  IDENTIFIER_UNKNOWN_GROUP = 1u << 12,
  IDENTIFIER_UNKNOWN_ISSUER = 1u << 13,  /* a card's province; 97 and 98 are the army and the police */
  IDENTIFIER_OLD_NUMBER = 1u << 14,      /* a CMND where a CCCD is due; a mobile of 11 digits (before 2018) */
  IDENTIFIER_OTHER_KIND = 1u << 15,      /* a good identifier, but not of the type asked for */
  IDENTIFIER_SEVERAL_VALUES = 1u << 16,  /* the cell is a list, of which this is the first */
  IDENTIFIER_UNKNOWN_PREFIX = 1u << 17,  /* a telephone of no known network */
  IDENTIFIER_PAYMENT_CARD = 1u << 18,    /* the number of a card (9704...), not of an account */
  IDENTIFIER_FOREIGN_PASSPORT = 1u << 19, /* perhaps: letters and digits, but not Vietnam's form */
  IDENTIFIER_NO_COMMUNE = 1u << 20,
  IDENTIFIER_NO_YEAR = 1u << 21,
  IDENTIFIER_SHORT_YEAR = 1u << 22, /* 123/19: not read as a year */
  IDENTIFIER_BOOK_YEAR_MISMATCH = 1u << 23
};
enum { IDENTIFIER_ERRORS = (1u << 11) - 1, IDENTIFIER_FINDINGS = 24 };

/* Repairs, a bit each. A repaired value is used. */
enum {
  IDENTIFIER_LOST_ZERO = 1u << 0,         /* leading zeros put back */
  IDENTIFIER_LETTERS_AS_DIGITS = 1u << 1, /* O to 0, I and L to 1 */
  IDENTIFIER_PUNCTUATION = 1u << 2,       /* blanks, dots, hyphens, quotes inside or around were dropped */
  IDENTIFIER_FRACTION = 1u << 3,          /* a spreadsheet's ".0" */
  IDENTIFIER_WIDE_CHARACTERS = 1u << 4,   /* full-width digits, invisible characters, unusual blanks */
  IDENTIFIER_COUNTRY_CODE = 1u << 5,      /* +84 to 0 */
  IDENTIFIER_WORDS_DROPPED = 1u << 6      /* "0912345678 (mẹ)" */
};
enum { IDENTIFIER_REPAIRS = 7, IDENTIFIER_CANONICAL_MAX = 79, IDENTIFIER_PIECE_MAX = 23 };

/* What else the record says; 0 is unknown. */
typedef struct identifier_context {
  sex_value sex;
  uint16_t birth_year;
  uint16_t reference_year; /* of the register: nobody in it is born later */
} identifier_context;

typedef struct cccd_parts {
  uint16_t province; /* of birth registration, 63 old codes; 100 and over: abroad */
  uint8_t century_digit;
  uint16_t birth_year; /* 0 when the century is implausible */
  sex_value sex;
  char serial[7];
} cccd_parts;

typedef struct card_parts {
  char group[3];
  uint8_t benefit;
  char province[3]; /* of issue */
  char number[11];  /* the person: compare these ten digits */
  char hospital[6]; /* "" when not given */
} card_parts;

typedef struct certificate_parts {
  char letters[5]; /* two, Đ among them, in UTF-8 */
  char digits[9];
  bool old_form; /* six digits: issued before 2024-08 */
} certificate_parts;

/* Codes as normalise_code makes them, in capitals without accents. The commune code is of either era. */
typedef struct parcel_parts {
  char commune[6]; /* "" when not given */
  char sheet[IDENTIFIER_PIECE_MAX + 1], number[IDENTIFIER_PIECE_MAX + 1];
} parcel_parts;

typedef struct entry_parts {
  char number[IDENTIFIER_PIECE_MAX + 1]; /* without the year */
  uint16_t year;                         /* of the number, else of the book; 0: neither says */
  char book[IDENTIFIER_PIECE_MAX + 1];   /* with its year; "" when not given */
} entry_parts;

typedef struct geohash_parts {
  double latitude, longitude; /* the centre of the cell, in degrees */
} geohash_parts;

typedef enum phone_line { PHONE_UNKNOWN, PHONE_MOBILE, PHONE_OLD_MOBILE, PHONE_LANDLINE } phone_line;

typedef struct phone_parts {
  phone_line line;
  char current[12]; /* the number of today of an old mobile, else the number itself */
} phone_parts;

typedef struct passport_parts {
  char letter;
  char digits[8];
} passport_parts;

typedef struct identifier_parts {
  identifier_kind kind;
  uint32_t findings, repairs;
  char canonical[IDENTIFIER_CANONICAL_MAX + 1]; /* NUL-terminated UTF-8; "" when missing; a longer one is cut */
  union {                                       /* by kind */
    cccd_parts cccd;
    card_parts card; /* also of IDENTIFIER_IS_SOCIAL_NUMBER, with nothing but the number */
    certificate_parts certificate;
    parcel_parts parcel;
    entry_parts entry;
    geohash_parts geohash;
    phone_parts phone;
    passport_parts passport;
  };
} identifier_parts;

/* The first value of a cell. `context` may be NULL.
 *     personal_id         CCCD, CMND or passport, as normalise_personal_id; a CMND is an old_number
 *     cmnd                the same; a CCCD or passport is an other_kind
 *     passport            letter and 7 digits
 *     insurance_number    10, 12, 15 or 20 characters, as normalise_insurance_number
 *     certificate_serial  2 letters and 6 or 8 digits
 *     parcel_key          26734|DC 12|345, with / - or blanks as well, or "tờ 12, thửa 345"
 *     civil_entry         123/2019; "số 123, quyển số 01/2019"
 *     geohash             12 characters, Vietnam
 *     phone               as normalise_phone
 *     bank_account        6 to 19 digits */
void identifier_read(identifier_type type, const char *text, size_t length, const identifier_context *context,
                     identifier_parts *out);

/* A card of 15 characters, written plainly, that nothing is to be said of: as nearly all are. */
bool identifier_card_is_plain(const char *text, size_t length);

/* The same from columns of their own. A missing one has length 0. */
typedef struct identifier_text {
  const char *text;
  size_t length;
} identifier_text;
void parcel_key_read(identifier_text commune, identifier_text sheet, identifier_text number, identifier_parts *out);
void civil_entry_read(identifier_text number, identifier_text book, identifier_parts *out);

/* The values of a cell, parted by ';' and the like and by line breaks; and by ',', '/', '|' and "và" where at least
 * five digits stand on either side and the type has no such marks of its own. Empty ones are left out.
 *
 *     identifier_cell cell = identifier_cell_begin(type, text, length);
 *     for (identifier_text value; identifier_cell_next(&cell, &value);) ... */
typedef struct identifier_cell {
  const char *next, *end;
  bool only_semicolons;
} identifier_cell;
identifier_cell identifier_cell_begin(identifier_type type, const char *text, size_t length);
bool identifier_cell_next(identifier_cell *cell, identifier_text *out_value);

/* Stable words for users. */
const char *identifier_type_name(identifier_type type);
bool identifier_type_named(const char *name, identifier_type *out_type);
const char *identifier_kind_name(identifier_kind kind);
const char *identifier_finding_name(uint32_t finding);
const char *identifier_repair_name(uint32_t repair);
/* The parts that the kind has, as text. Returns how many. */
size_t identifier_part_list(const identifier_parts *identifier, value_part parts[VALUE_PARTS_MAX]);

#endif
