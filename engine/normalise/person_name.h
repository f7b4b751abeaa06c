/* A person's name taken apart: its parts, what was repaired, what is odd about it.
 *
 * normalise_person_name (normalise.h) is the hot way for feature rows. person_name_parts says all that can be said of
 * one name; `canonical` is what the rows see. Pure, thread-safe, no allocation. A canonical name reads as itself.
 *
 *     Ông Nguyeenx Vawn An (tức Tý)
 *     canonical nguyễn văn an   surname nguyễn   middle văn   given an   initials NVA   phonetic NGUIEN VAN AN
 *     repairs telex, title_dropped, note_dropped; note "tức tý"
 */
#ifndef KHOP_NORMALISE_PERSON_NAME_H
#define KHOP_NORMALISE_PERSON_NAME_H

#include "normalise/normalise.h"
#include "normalise/value_part.h"

/* Findings, a bit each; the first two are errors. */
enum {
  NAME_PLACEHOLDER = 1u << 0, /* words or signs that say nothing; the value counts as missing */
  NAME_NEWBORN = 1u << 1,     /* "Con bà X", "CRS X": the mother's name; canonical is "con bà x" */
  /* warnings */
  NAME_ABBREVIATED = 1u << 2, /* Ng., T. */
  NAME_REORDERED = 1u << 3,   /* surely given name first, and put behind */
  NAME_GIVEN_FIRST = 1u << 4, /* probably given name first, and left so */
  NAME_NO_SURNAME = 1u << 5,
  NAME_NO_GIVEN = 1u << 6,    /* ends in Văn or Thị: cut off */
  NAME_COMPOUND_SURNAME = 1u << 7,
  NAME_MINORITY_FORM = 1u << 8, /* Y, H', K', clans of the Central Highlands */
  NAME_FOREIGN = 1u << 9,       /* no word can be Vietnamese; or a baptismal name in front */
  NAME_ORDER_UNKNOWN = 1u << 10,
  NAME_IMPOSSIBLE_SYLLABLE = 1u << 11, /* in a Vietnamese name: Nguểyn */
  NAME_UNACCENTED = 1u << 12,
  NAME_OTHER_SCRIPT = 1u << 13,
  NAME_DAMAGED = 1u << 14 /* bytes that were lost on the way */
};
enum { NAME_ERRORS = (1u << 2) - 1, NAME_FINDINGS = 15 };

/* Repairs, a bit each. A repaired name is used. */
enum {
  NAME_TELEX = 1u << 0,
  NAME_VNI = 1u << 1,
  NAME_VIQR = 1u << 2,
  NAME_TITLE_DROPPED = 1u << 3,
  NAME_NOTE_DROPPED = 1u << 4, /* brackets behind the name, "tức ..." */
  NAME_DIGITS_DROPPED = 1u << 5
};
enum { NAME_REPAIRS = 6, NAME_PIECE_MAX = 63, NAME_INITIALS_MAX = 16 };

/* NUL-terminated UTF-8, "" where there is none; too long ones are cut at a whole character. */
typedef struct name_parts {
  uint32_t findings, repairs;
  uint8_t words;
  char canonical[TEXT_CANONICAL_MAX + 1];
  char plain[TEXT_CANONICAL_MAX + 1]; /* unaccented capitals */
  char surname[NAME_PIECE_MAX + 1];
  char middle[NAME_PIECE_MAX + 1];
  char given[NAME_PIECE_MAX + 1];
  char initials[NAME_INITIALS_MAX + 1]; /* a capital a word, in the order of canonical */
  char phonetic[TEXT_LETTERS_MAX + 1];  /* phonetic.h, of the first 32 letters */
  char mother[NAME_PIECE_MAX + 1];      /* of a newborn */
  char note[NAME_PIECE_MAX + 1];        /* what was dropped from behind the name */
} name_parts;

void person_name_parts(const char *text, size_t length, name_parts *out);

/* Stable words for users: of one bit. */
const char *name_finding_name(uint32_t finding);
const char *name_repair_name(uint32_t repair);
/* surname, middle, given, initials, phonetic, plain, mother, note: those that there are. Returns how many. */
size_t name_part_list(const name_parts *name, value_part parts[VALUE_PARTS_MAX]);

#endif
