/* One value of a named type to all that can be said of it: canonical form, named parts, repairs, findings.
 *
 *     "12/5 Le Loi, P. Ben Nghe, Q.1, TPHCM"  as address
 *         canonical  12/5 le loi, phường bến nghé, quận 1, thành phố hồ chí minh
 *         parts      street=12/5 Le Loi, era=old, level=commune, commune=26740, ...
 *         repaired   accents
 *         findings   accents_differ
 *
 * For people and programs that look at values one by one (khop normalise). The readers of each type are those of
 * normalise.h, date.h, identifier.h and address.h; here their results meet in one form. A type is one row of the
 * table in value.c, with its function.
 */
#ifndef KHOP_NORMALISE_VALUE_H
#define KHOP_NORMALISE_VALUE_H

#include "normalise/address.h"
#include "normalise/date.h"

enum { VALUE_RESULT_PARTS_MAX = 24, VALUE_RESULT_WORDS_MAX = 32 };

typedef struct value_text {
  const char *text; /* not NUL-terminated */
  size_t length;
} value_text;

/* Everything in it is well-formed UTF-8 when the value was. Texts lie in `room`, in the value, or are static. */
typedef struct value_result {
  value_text canonical; /* length 0: missing, or not understood */
  size_t part_count, repaired_count, finding_count;
  struct {
    value_text name, value;
  } parts[VALUE_RESULT_PARTS_MAX];
  /* Words are static and NUL-terminated. */
  const char *repaired[VALUE_RESULT_WORDS_MAX], *findings[VALUE_RESULT_WORDS_MAX];
  char *room; /* the caller's */
  size_t room_used, room_bytes;
} value_result;

/* Room in which nothing is cut: one character may become eleven times its bytes, and is written up to three times. */
static inline size_t value_room_bytes(size_t length) { return 40 * length + 8192; }

typedef struct value_options {
  date_order order;        /* of dates */
  uint16_t reference_year; /* the year of writing: for ages and years of two digits, and nobody is born later; 0: unknown */
} value_options;

/* The names of all types, in the order of the table; NULL behind the last. */
const char *value_type_name(size_t index);

/* What all threads share of one type; read only. An unknown type is KHOP_USAGE with the known ones in the message,
 * and so is an order for what is no date. */
typedef struct value_reader value_reader;
khop_status value_reader_create(value_reader **out_reader, const char *type, const value_options *options,
                                khop_error *err);
void value_reader_free(value_reader *reader);

/* What a thread remembers; results do not depend on it. */
typedef struct value_memory value_memory;
khop_status value_memory_create(value_memory **out_memory, const value_reader *reader, khop_error *err);
void value_memory_free(value_memory *memory);

/* Reads one value. `room` has value_room_bytes(length). */
void value_read(const value_reader *reader, value_memory *memory, const char *text, size_t length, char *room,
                size_t room_bytes, value_result *out);

#endif
