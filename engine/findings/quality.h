/* Data quality: is a record usable as it is, does it need correction or verification, or is it unusable; and why.
 *
 *   correct    values are possible and of their form, and no finding contradicts them     ("đúng")
 *   complete   what the schema requires is there, and whole                                ("đủ")
 *   clean      no duplicate, and nothing had to be repaired to be read                     ("sạch")
 *   current    numbers and places of today, cards that are valid, dates that can be        ("sống")
 *
 * A record of which nothing says whose it is (none of the schema's identities is there and valid) is unusable; one that fails
 * in any of the four needs correction or verification; all others are usable. A reason is "FIELD:WORD", or the code of
 * a finding, "duplicate" or "no_identity". What a register has no column for is not held against its records.
 */
#ifndef KHOP_FINDINGS_QUALITY_H
#define KHOP_FINDINGS_QUALITY_H

#include "findings/field_value.h"
#include "findings/findings.h"

typedef enum quality_group { QUALITY_USABLE, QUALITY_NEEDS_CORRECTION, QUALITY_UNUSABLE, QUALITY_GROUPS } quality_group;
typedef enum quality_dimension { QUALITY_CORRECT, QUALITY_COMPLETE, QUALITY_CLEAN, QUALITY_CURRENT, QUALITY_DIMENSIONS } quality_dimension;
/* "usable", "needs_correction", "unusable"; "correct", ...: static. */
const char *quality_group_name(quality_group group);
const char *quality_dimension_name(quality_dimension dimension);

/* A reason as a number: field * 64 + what; fields stand before the record as a whole. */
enum { QUALITY_WORDS = 64, QUALITY_REASONS = (SCHEMA_FIELDS_MAX + 1) * QUALITY_WORDS, QUALITY_CODE_BYTES = SCHEMA_NAME_BYTES_MAX + 64 };
/* "so_dinh_danh:lost_zero" */
void quality_reason_code(const schema *s, size_t reason, char out[QUALITY_CODE_BYTES]);

enum { QUALITY_REASONS_MAX = 256 }; /* of one record */
typedef struct quality_verdict {
  quality_group group;
  bool fails[QUALITY_DIMENSIONS];
  uint16_t reasons[QUALITY_REASONS_MAX]; /* in the order of fields */
  size_t reason_count;
} quality_verdict;

/* The fields that are to be read, and those to be read as places: a bit each. */
uint64_t quality_fields(const schema *s);
uint64_t quality_places(const schema *s);

typedef struct quality_record {
  const field_value *values; /* of each of quality_fields */
  uint64_t columns;          /* a bit for each field that its register has a column for */
  uint32_t findings;         /* finding_bit of each kind that names it */
  bool is_duplicate;         /* of another record of its register */
  uint32_t today;            /* yyyymmdd: a card that ended before it has expired */
} quality_record;
void quality_judge(const schema *s, const quality_record *record, quality_verdict *out);

/* ---- counts -------------------------------------------------------------------------------------- */

/* Records of one register in one unit of one level. */
typedef struct quality_place {
  uint32_t in; /* the number of the register */
  uint8_t level; /* address_level; ADDRESS_NO_LEVEL: the whole register */
  uint16_t unit; /* ADDRESS_NO_UNIT: not known */
  uint64_t groups[QUALITY_GROUPS];
} quality_place;

/* Grows; starts zeroed. */
typedef struct quality_counts {
  uint64_t groups[QUALITY_GROUPS], fails[QUALITY_DIMENSIONS], reasons[QUALITY_REASONS];
  quality_place *places; /* a hash table until quality_counts_end, then in order */
  size_t place_count, capacity;
} quality_counts;

/* A commune and a province without a district is written as on today's map: where one commune of today has that name, it is meant,
 * whatever communes of the map before had it too. */
void quality_settle(const address_book *book, address_value *place);
/* The units in which a place is counted, of each level: provinces and communes of today's map, districts of the one before; a
 * commune that was split and not said which part of stays as it was. */
void quality_units(const address_book *book, const address_value *place, uint16_t out_units[ADDRESS_LEVEL_COMMUNE + 1]);
khop_status quality_count(quality_counts *c, const quality_verdict *verdict, uint32_t in, const uint16_t units[ADDRESS_LEVEL_COMMUNE + 1],
                          khop_error *err);
khop_status quality_counts_add_place(quality_counts *c, const quality_place *more, khop_error *err);
khop_status quality_counts_add(quality_counts *into, const quality_counts *from, khop_error *err);
/* No more records: places by level, register, unit. */
void quality_counts_end(quality_counts *c);
/* Reasons that were given, those of most records first; how many. */
size_t quality_reasons_sorted(const quality_counts *c, size_t out_reasons[QUALITY_REASONS]);
void quality_counts_free(quality_counts *c);

#endif
