/* The administrative words of Vietnamese addresses, in full and short. The table is generated
 * (fold_tables.c) and sorted by first letter, longest first. */
#ifndef KHOP_NORMALISE_PLACE_WORDS_H
#define KHOP_NORMALISE_PLACE_WORDS_H

#include <stdint.h>

typedef enum place_kind {
  PLACE_NONE,
  PLACE_WARD,
  PLACE_DISTRICT,
  PLACE_COMMUNE,
  PLACE_COUNTY,
  PLACE_PROVINCE,
  PLACE_CITY,
  PLACE_TOWN,
  PLACE_TOWNSHIP,
  PLACE_QUARTER,
  PLACE_GROUP,
  PLACE_AREA,
  PLACE_HAMLET,
  PLACE_VILLAGE,
  PLACE_SMALL_HAMLET,
  PLACE_BLOCK,
  PLACE_STREET,
  PLACE_LANE,
  PLACE_ALLEY,
  PLACE_NATIONAL_ROAD,
  PLACE_PROVINCIAL_ROAD,
  PLACE_HOUSE,
  PLACE_KINDS
} place_kind;

/* When a word is administrative and not part of a name. Something must always follow it. */
typedef enum place_recognition {
  PLACE_IS_STRONG, /* anywhere; one word without its accents only at a start or before a number */
  PLACE_IS_WEAK,   /* at a start (of a part, or behind a number), or before a number */
  PLACE_IS_EXACT,  /* likewise, but without its accents only before a number */
  PLACE_IS_SHORT,  /* one letter: with a dot, at a start, or before a number */
  PLACE_IS_NUMBER  /* before a number only */
} place_recognition;

typedef struct place_word {
  char plain[16];
  char codes[16]; /* as it is written in full, see fold.h */
  uint8_t length;
  uint8_t first_length; /* letters of the first word */
  uint8_t word_count;
  uint8_t kind;        /* place_kind */
  uint8_t recognition; /* place_recognition */
} place_word;

extern const place_word place_words[];
extern const uint8_t place_words_from[27]; /* by first letter; [26] is the count */

/* A place under another name; `codes` is empty where it says nothing (Việt Nam). */
typedef struct place_alias {
  char written[16]; /* unaccented, words parted by one blank */
  char codes[16];
  char plain[16];
  uint8_t length;
  uint8_t first_length; /* letters of the first word (of `written`) */
  uint8_t word_count;
} place_alias;

extern const place_alias place_aliases[];
extern const uint8_t place_aliases_from[27];

/* What most words of names are turned away by: at (first letter) * 32 + (second letter & 31) a bit for each
 * length that the first word of a place_word or place_alias has with these letters. */
extern const uint8_t place_first_words[26 * 32];
enum { PLACE_FIRST_WORD_MAX = 7 };

#endif
