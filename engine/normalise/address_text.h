/* The text of an address as tokens, and the words that say what kind of unit follows.
 *
 *     P.05 Mỹ Đình II  ->  [P] [5] [MI] [DINH] [II: 2]
 *
 * Letters stand behind each other without blanks and with y as i, so that the letters of any run of tokens
 * are the key of a name; polynomial hashes before each token give the hash of a run in two operations.
 */
#ifndef KHOP_NORMALISE_ADDRESS_TEXT_H
#define KHOP_NORMALISE_ADDRESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "normalise/address.h"
#include "normalise/fold.h"

enum {
  ADDRESS_TOKENS_MAX = 80, /* the last of a text; what stands before is house and street */
  ADDRESS_LETTERS_MAX = 512,
  ADDRESS_POWERS = 48
};

/* What a token is as a word. */
typedef enum address_role {
  ADDRESS_ROLE_NAME,
  ADDRESS_ROLE_KIND,   /* of a unit: phường, P */
  ADDRESS_ROLE_HAMLET, /* thôn, KP: of a place below the commune, whole with its number */
  ADDRESS_ROLE_STREET, /* đường, ngõ, số: what follows is a street or a house */
  ADDRESS_ROLE_FIRST   /* begins a word of two: thành, thị, đặc */
} address_role;

/* Words of two tokens are put together by these. */
typedef enum address_word {
  ADDRESS_WORD_OTHER,
  ADDRESS_WORD_THANH,
  ADDRESS_WORD_PHO,
  ADDRESS_WORD_THI,
  ADDRESS_WORD_XA,
  ADDRESS_WORD_TRAN,
  ADDRESS_WORD_DAC,
  ADDRESS_WORD_KHU,
  ADDRESS_WORD_T,
  ADDRESS_WORD_P,
  ADDRESS_WORD_X,
  ADDRESS_WORD_DAN,
  ADDRESS_WORD_LO,
  ADDRESS_WORD_QUOC,
  ADDRESS_WORD_VIET,
  ADDRESS_WORD_NAM,
  ADDRESS_WORD_VIETNAM,
  ADDRESS_WORD_CU,
  ADDRESS_WORD_BEHIND /* an English kind, which may stand behind its name: "Go Vap District" */
} address_word;

enum { ADDRESS_WORD_BITS = 8, ADDRESS_WORD_SLOTS = 1 << ADDRESS_WORD_BITS };

typedef struct address_word_entry {
  uint64_t plain; /* key hash; 0: free */
  uint64_t accents;
  uint16_t kinds;
  uint8_t role;
  uint8_t word;
} address_word_entry;

typedef struct address_word_table {
  address_word_entry slots[ADDRESS_WORD_SLOTS];
} address_word_table;

typedef struct address_token {
  uint64_t hash_before, accents_before; /* of all letters before it, */
  uint64_t hash_after, accents_after;   /* and with its own */
  uint16_t start, end;                  /* letters */
  uint16_t ordinal;                     /* of the word in the text, tokens split from one share it */
  uint16_t kinds;                       /* address_kind bits of ADDRESS_ROLE_KIND */
  uint8_t part;                         /* parts are parted by commas */
  uint8_t roman;                        /* value of I to XXXIX, 0 if none */
  uint8_t role, word;
  bool is_number; /* begins with a digit */
  bool is_accented;
} address_token;

typedef struct address_text {
  size_t count;
  size_t ordinals; /* words in the text, dropped ones too */
  bool is_accented, is_placeholder;
  bool has_commas;
  address_token tokens[ADDRESS_TOKENS_MAX];
  uint8_t letters[ADDRESS_LETTERS_MAX];
} address_text;

/* `length` is at most FOLD_SPAN_BYTES. `words` may be NULL: then no token has a role, and nothing is dropped.
 */
void address_text_read(const address_word_table *words, const char *bytes, size_t length, address_text *out);

void address_words_fill(address_word_table *table);

static const uint64_t address_hash_base = 0x9e3779b97f4a7c15u;

static inline uint64_t address_hash_add(uint64_t hash, uint8_t letter) {
  return hash * address_hash_base + letter;
}

/* A slot of a table of 2^bits. */
static inline size_t address_slot(uint64_t hash, unsigned bits) {
  return (size_t)(hash * address_hash_base >> (64 - bits));
}

extern const uint64_t address_hash_powers[ADDRESS_POWERS]; /* base to the power of a length */

/* The hash of tokens first..last. Their letters are fewer than ADDRESS_POWERS. */
static inline uint64_t address_run_hash(const address_text *text, size_t first, size_t last) {
  size_t length = (size_t)(text->tokens[last].end - text->tokens[first].start);
  return text->tokens[last].hash_after - text->tokens[first].hash_before * address_hash_powers[length];
}
static inline uint64_t address_run_accents(const address_text *text, size_t first, size_t last) {
  size_t length = (size_t)(text->tokens[last].end - text->tokens[first].start);
  return text->tokens[last].accents_after - text->tokens[first].accents_before * address_hash_powers[length];
}

#endif
