/* Addresses as places: province, district and commune, of the map until 2025-06-30 or of the one since.
 *
 *     12/5 Lê Lợi, P. Bến Nghé, Q.1, TP.HCM
 *     |---------|  |---------|  |-|  |----|
 *        head        commune   district  province      -> old commune 26740, today's commune 26740
 *
 * The end of the text is read first: a province if there is one, a district if there is one, a commune, each
 * in any usual spelling, and the reading that reaches furthest to the left is taken. What it cannot tell
 * apart stays apart: a place is a set of candidates, and nothing is guessed. The two maps have
 * codes of their own that look alike, so places are units of an address_book, and a unit knows its era.
 */
#ifndef KHOP_NORMALISE_ADDRESS_H
#define KHOP_NORMALISE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

typedef enum address_era { ADDRESS_ERA_ANY, ADDRESS_ERA_OLD, ADDRESS_ERA_NEW } address_era;

typedef enum address_level {
  ADDRESS_NO_LEVEL,
  ADDRESS_LEVEL_PROVINCE,
  ADDRESS_LEVEL_DISTRICT,
  ADDRESS_LEVEL_COMMUNE
} address_level;

/* Kinds of units are bits, because a word such as "TP" may mean several. */
typedef enum address_kind {
  ADDRESS_PROVINCE_KIND = 1 << 0, /* tỉnh */
  ADDRESS_CITY = 1 << 1,          /* thành phố, of either level */
  ADDRESS_URBAN_DISTRICT = 1 << 2,
  ADDRESS_RURAL_DISTRICT = 1 << 3,
  ADDRESS_TOWN = 1 << 4, /* thị xã */
  ADDRESS_WARD = 1 << 5,
  ADDRESS_RURAL_COMMUNE = 1 << 6,
  ADDRESS_TOWNSHIP = 1 << 7,    /* thị trấn */
  ADDRESS_SPECIAL_ZONE = 1 << 8 /* đặc khu */
} address_kind;

/* ---- the book of units ---------------------------------------------------------------------- */

enum { ADDRESS_NO_UNIT = 0 };

/* Units are numbered from 1; the numbers hold for one build, codes with their era for ever. */
typedef struct address_unit {
  const char *name; /* UTF-8, NFC, without its kind, not NUL-terminated; lives as long as the program */
  uint8_t name_bytes;
  uint8_t level; /* address_level */
  uint8_t era;   /* address_era, never ANY */
  uint8_t other_count;
  uint16_t kind; /* address_kind */
  uint16_t code; /* of 2 (province), 3 (district) or 5 digits; 0 for an island district without a commune */
  uint16_t district;      /* of an old commune; its own for a district */
  uint16_t province;      /* of the same era; its own for a province */
  const uint16_t *others; /* units of the other era on the same ground, for communes and provinces: what an
                             old one became (the largest share first), what a new one was made of */
} address_unit;

typedef struct address_book address_book;

/* Reads the built-in table (about 3 ms, 2 MB). The book is not changed afterwards: any threads may read it.
 */
khop_status address_book_create(address_book **out_book, khop_error *err);
void address_book_free(address_book *book);
size_t address_book_bytes(const address_book *book);

/* Units 1 to address_unit_count. */
size_t address_unit_count(const address_book *book);
const address_unit *address_unit_at(const address_book *book, uint16_t unit);
/* ADDRESS_NO_UNIT when no unit of this era and level has the code. */
uint16_t address_unit_by_code(const address_book *book, address_era era, address_level level, uint32_t code);
/* "Phường", "Thị xã": NUL-terminated. */
const char *address_kind_name(uint16_t kind);

/* ---- reading -------------------------------------------------------------------------------- */

typedef enum address_status {
  ADDRESS_MISSING,  /* nothing, or a placeholder */
  ADDRESS_UNKNOWN,  /* no unit found */
  ADDRESS_PROVINCE, /* only the province is known */
  ADDRESS_DISTRICT, /* only the district is known */
  ADDRESS_COMMUNE,  /* one commune; or several that are all one commune of today's map */
  ADDRESS_AMBIGUOUS /* several units fit the text equally well */
} address_status;

/* In what the text departs from the table; a unit was found all the same. */
typedef enum address_doubt {
  ADDRESS_ACCENTS_DIFFER = 1 << 0, /* other tones or letters than the unit's, or some left out */
  ADDRESS_KIND_DIFFERS = 1 << 1,   /* "Thị xã" for what is a city now */
  ADDRESS_FORMER_NAME = 1 << 2,    /* of a unit that was joined with this one in the years before July 2025 */
  ADDRESS_FORMER_ABOVE = 1 << 3, /* the commune is right, its district is given by a former name (Quận 9) */
  ADDRESS_ERAS_MIXED = 1 << 4,   /* an old commune in a new province, a new commune in an old district */
  ADDRESS_ERA_NOT_ASKED = 1 << 5, /* of the other era than the caller asked for */
  ADDRESS_END_SKIPPED = 1 << 6,   /* the last part of the text says no place */
  ADDRESS_MISSPELT = 1 << 7 /* the commune is written with one typing error, and no other it lies with is so near */
} address_doubt;

enum { ADDRESS_CANDIDATES_MAX = 8 };

typedef struct address_value {
  uint8_t status; /* address_status */
  uint8_t doubts; /* address_doubt */
  uint8_t count;  /* of units */
  bool more;      /* further candidates were left out */
  uint16_t
      units[ADDRESS_CANDIDATES_MAX]; /* today's communes first; provinces of both eras if a name is both */
  uint16_t district;     /* what all candidates agree on, else ADDRESS_NO_UNIT: the old district, */
  uint16_t province;     /* the old province, */
  uint16_t new_commune;  /* today's commune, */
  uint16_t new_province; /* today's province */
  uint32_t head_bytes; /* text[0 .. head_bytes) is the house, street or hamlet in front, trimmed at its end */
} address_value;

/* Reads one address. `era` says which map the writer used, when the caller knows (by the date of an entry, or
 * a column of codes); what the text itself says weighs more. Never fails; no allocation. */
void address_read(const address_book *book, address_era era, const char *text, size_t length,
                  address_value *out);

/* The same from a memory of whole texts and tails (what stands behind the first comma), which repeat. One for
 * each thread; the result never depends on what is remembered. */
typedef struct address_memory address_memory;
address_memory *address_memory_create(void); /* NULL: out of memory */
void address_memory_free(address_memory *memory);
void address_recall(address_memory *memory, const address_book *book, address_era era, const char *text,
                    size_t length, address_value *out);

/* The address written out: its head as it stands, then the units in full from the commune up ("Phường Bến
 * Nghé, Quận 1, Thành phố Hồ Chí Minh"). Where no single unit was found, the text without what trails it.
 * Reading that again finds the same (a new commune given with an old district may then share its name with
 * others). At most `capacity` bytes, cut at a whole character. Returns the length. */
size_t address_write(const address_book *book, const char *text, size_t length, const address_value *value,
                     char *out, size_t capacity);

/* ---- comparing ------------------------------------------------------------------------------ */

/* Eight bytes for a feature row: up to three candidates. More are narrowed to their common district or
 * province. */
typedef struct address_place {
  uint16_t units[3]; /* 0 behind the last */
  uint8_t level;     /* address_level of the units; ADDRESS_NO_LEVEL for a place that is not known */
  uint8_t former;    /* 1: by a former name, so some part of the unit, maybe not all of it; or by a misspelt one */
} address_place;

address_place address_place_of(const address_book *book, const address_value *value);

typedef enum address_relation {
  ADDRESS_RELATION_UNKNOWN, /* one of them does not tell the commune, and nothing speaks against it */
  ADDRESS_RELATION_DIFFERENT,
  ADDRESS_RELATION_POSSIBLE, /* a commune that was split, candidates that agree in part, a former name or a misspelt one */
  ADDRESS_RELATION_SAME
} address_relation;

typedef struct address_match {
  uint8_t relation; /* address_relation, of communes */
  uint8_t shared;   /* the lowest address_level that both certainly share, across eras */
  uint16_t
      share_permille; /* of all pairs of candidates and parts of split communes, those that are the same */
} address_match;

/* Are two places the same commune? Two old ones are compared as old ones, even where both became one. */
address_match address_same(const address_book *book, address_place a, address_place b);

/* A key for blocking: equal before and after July 2025 for a commune that was not split. 0: none.
 *     1 << 16 | code   today's commune, when the place is in one only
 *     2 << 16 | code   an old commune that was split */
uint32_t address_key(const address_book *book, address_place place);

#endif
