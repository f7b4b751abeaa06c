/* A field's value as it stands in a register, judged: is it there, is it good, how much does it say, what is it the same as.
 *
 *     "79085012345"  as personal_id   present, valid, repaired (lost_zero), a number of today, key of 079085012345
 *     "Con bà Hoa"   as person_name   present, not valid (newborn)
 *     "1985"         as date          present, valid, a year: less complete than 12/03/1985
 *
 * What survivorship (survivor.h) and quality (quality.h) have in common. The readers are those of normalise; here their
 * findings become one answer. Nothing is allocated a value.
 */
#ifndef KHOP_FINDINGS_FIELD_VALUE_H
#define KHOP_FINDINGS_FIELD_VALUE_H

#include "normalise/address.h"
#include "normalise/date.h"
#include "schema/schema.h"

typedef struct field_value {
  const char *text; /* as it stands; not NUL-terminated; borrowed */
  uint32_t length;
  bool is_present;  /* something other than blanks and placeholders */
  bool is_valid;    /* of its form, possible, and says what it should */
  bool is_repaired; /* read otherwise than it is written */
  uint8_t completeness; /* how much it says: comparable within one field */
  uint32_t findings, repairs; /* the bits of date.h, identifier.h or person_name.h, by the type; FIELD_UNREADABLE of others */
  uint32_t day;     /* of a date: yyyymmdd, 00 where unknown; 0: no date */
  uint64_t key;     /* equal values have equal keys; 0: not asked for */
  address_value place; /* of a place, where it was read as one (field_reader_options) */
} field_value;

enum { FIELD_UNREADABLE = 1 << 30 }; /* of sex and number: something stands there, but none of these */

typedef struct field_reader_options {
  const schema *schema;
  const address_book *book; /* NULL: places are not read as addresses */
  uint64_t places;          /* a bit for each field that is */
  bool wants_keys;
} field_reader_options;

/* What a thread remembers while it reads. Results do not depend on it. */
typedef struct field_reader field_reader;
khop_status field_reader_create(field_reader **out_reader, const field_reader_options *options, khop_error *err);
void field_reader_free(field_reader *reader);

/* `month_first`: dates of the field stand so in this source. */
void field_read(field_reader *reader, size_t field, const char *text, size_t length, bool month_first, field_value *out);

/* The value in its canonical form: numbers without blanks and with their lost zeros, dates as 1985-03-12, names with the
 * residue of typing methods gone, places as in the table of units. At most `capacity` bytes; returns the length. */
size_t field_canonical(const field_reader *reader, size_t field, const field_value *value, bool month_first, char *out, size_t capacity);

/* The word of a finding, or a repair, of a field's type: static. */
const char *field_finding_name(semantic_type type, uint32_t finding);
const char *field_repair_name(semantic_type type, uint32_t repair);

#endif
