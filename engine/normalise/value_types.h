/* The readers behind value.h, and what they write their results with. */
#ifndef KHOP_NORMALISE_VALUE_TYPES_H
#define KHOP_NORMALISE_VALUE_TYPES_H

#include <string.h>

#include "normalise/identifier.h"
#include "normalise/name_memory.h"
#include "normalise/value.h"

typedef struct value_addresses value_addresses;

struct value_memory {
  address_memory *addresses; /* NULL for other types */
  name_memory *names;        /* likewise */
};

/* What a reader is given besides the value. */
typedef struct value_context {
  date_options dates;
  identifier_context identifiers;
  const value_addresses *addresses;
  value_memory *memory;
  int argument; /* of the type's row: which text, which identifier */
} value_context;

typedef void value_type_reader(const value_context *context, const char *text, size_t length, value_result *out);
value_type_reader value_read_text, value_read_entry_number, value_read_name, value_read_number, value_read_sex,
    value_read_date, value_read_identifier, value_read_address;

/* ---- value_result.c: writing a result ---------------------------------------------------- */

static inline void value_find(value_result *out, const char *word) { out->findings[out->finding_count++] = word; }
static inline void value_repair(value_result *out, const char *word) { out->repaired[out->repaired_count++] = word; }

/* `text` stays where it is; an empty part is left out. */
static inline void value_part_at(value_result *out, const char *name, const char *text, size_t length) {
  if (length == 0) return;
  out->parts[out->part_count].name = (value_text){name, strlen(name)};
  out->parts[out->part_count++].value = (value_text){text, length};
}
static inline void value_part_word(value_result *out, const char *name, const char *word) {
  value_part_at(out, name, word, strlen(word));
}

/* A copy in the room, cut at a whole character where it does not fit. */
value_text value_copy(value_result *out, const char *text, size_t length);
void value_parts_copy(value_result *out, const value_part *parts, size_t count);
/* Free bytes of the room, to write to and then take. */
static inline char *value_room(const value_result *out, size_t *out_bytes) {
  *out_bytes = out->room_bytes - out->room_used;
  return out->room + out->room_used;
}
static inline value_text value_take(value_result *out, size_t length) {
  value_text taken = {out->room + out->room_used, length};
  out->room_used += length;
  return taken;
}

/* The finding of a value without a canonical form: "missing" for blanks, else "placeholder". */
void value_find_nothing(value_result *out, const char *text, size_t length);
/* The same for a value that may say something all the same, which is `otherwise` then. */
void value_find_unread(value_result *out, const char *text, size_t length, const char *otherwise);

/* ---- value_address.c ---------------------------------------------------------------------- */

khop_status value_addresses_create(value_addresses **out_addresses, khop_error *err);
void value_addresses_free(value_addresses *addresses);

#endif
