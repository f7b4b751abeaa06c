/* The inside of an address_book: units, and the names that they are looked up by.
 *
 *     key "BENNGHE"  --hash-->  slot  -->  name  -->  postings: (unit, kind, accents), one for each unit so
 * named
 *
 * A key is a name's unaccented letters without blanks, so that "Bình Thạnh" and "BinhThanh" meet; it is
 * compared letter by letter, so no hash can mislead. Accents are a second hash, to be agreed with or not.
 */
#ifndef KHOP_NORMALISE_ADDRESS_BOOK_H
#define KHOP_NORMALISE_ADDRESS_BOOK_H

#include "normalise/address.h"
#include "normalise/address_text.h"

enum { ADDRESS_KEY_MAX = 40, ADDRESS_NAME_TOKENS_MAX = 6 };

typedef struct address_posting {
  uint64_t accents; /* hash of the name's codes; 0 for a former name, whose accents are not known */
  uint16_t unit;
  uint16_t kind;
  uint8_t level;
  bool former;
} address_posting;

typedef struct address_name {
  uint32_t key; /* where its letters begin */
  uint32_t first_posting;
  uint16_t posting_count;
  uint8_t key_length;
  uint8_t levels; /* bit of each level that a posting has */
  bool is_number; /* "1": nothing without its kind */
} address_name;

enum {
  ADDRESS_SLOT_BITS = 15,
  ADDRESS_SLOTS = 1 << ADDRESS_SLOT_BITS,
  ADDRESS_UNITS = 1 << 14,
  ADDRESS_CODES = 1 << 15,
  ADDRESS_OTHERS_MAX = 1 << 15
};

struct address_book {
  address_unit *units; /* [0] is no unit */
  size_t unit_count;
  address_name *names; /* [0] is no name */
  size_t name_count;
  address_posting *postings;
  size_t posting_count;
  uint8_t *keys;
  size_t key_bytes;
  uint16_t others[ADDRESS_OTHERS_MAX];
  size_t other_count;
  uint16_t slots[ADDRESS_SLOTS];      /* names */
  uint16_t unit_names[ADDRESS_UNITS]; /* of each unit, its own */
  uint16_t by_code[2][ADDRESS_CODES]; /* communes */
  uint16_t by_short_code[3][1000];    /* old provinces, new provinces, districts */
  address_word_table words;
};

/* The built-in table (data/admin_units.tsv). */
extern const char address_units_text[];

/* The name of these letters, NULL if there is none. `hash` is address_key_hash of them. */
const address_name *address_name_find(const address_book *book, const uint8_t *letters, size_t length,
                                      uint64_t hash);

static inline bool address_is_in(const uint16_t *units, size_t count, uint16_t unit) {
  for (size_t i = 0; i < count; i++) {
    if (units[i] == unit) return true;
  }
  return false;
}

#endif
