/* What the readers of identifier types share, and the readers themselves (identifier_parts.c calls them). */
#ifndef KHOP_NORMALISE_IDENTIFIER_READ_H
#define KHOP_NORMALISE_IDENTIFIER_READ_H

#include "normalise/id_text.h"
#include "normalise/identifier.h"

/* One value as identifiers see it: the characters that count, and what was dropped around them. */
typedef struct identifier_source {
  id_text id;
  uint32_t repairs; /* IDENTIFIER_PUNCTUATION and _FRACTION */
} identifier_source;

/* False when nothing is left to read: *out is then missing, a placeholder, or spoilt by scientific notation. */
bool identifier_source_read(const char *text, size_t length, identifier_source *source, identifier_parts *out);

/* "không có", 000: *out stays missing, with the finding. False when it is none. */
bool identifier_set_placeholder(identifier_text value, identifier_parts *out);

/* Digits that someone made up: *out becomes missing, with the finding. False when they are not. */
bool identifier_set_made_up(identifier_parts *out, const char *digits, size_t count);

/* Present, of no known form; nothing counts as repaired. */
void identifier_set_other(identifier_parts *out, const char *text);
void identifier_set_canonical(identifier_parts *out, const char *text);

/* `text` is twelve digits. */
void cccd_take_apart(identifier_parts *out, const char *text, const identifier_context *context);

/* A code in capitals without accents, leading zeros of digit runs dropped, blanks too; at most
 * IDENTIFIER_PIECE_MAX characters. False when it is missing or longer. */
bool identifier_code(identifier_text value, char out[IDENTIFIER_PIECE_MAX + 1]);

typedef void identifier_reader(const char *text, size_t length, const identifier_context *context,
                               identifier_parts *out);
identifier_reader personal_id_take_apart, cmnd_take_apart, passport_take_apart, insurance_take_apart,
    certificate_take_apart, parcel_key_take_apart, civil_entry_take_apart, geohash_take_apart, phone_take_apart,
    bank_account_take_apart;

#endif
