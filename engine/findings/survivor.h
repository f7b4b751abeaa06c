/* Survivorship: which of the values that the records of one entity have for a field is the entity's.
 *
 *     candidates ─ present ─ valid ones, if any ─ the field's rules, in order ─ all other rules ─ the first record
 *
 * Each step leaves the best of those before it; where it cannot tell it leaves all. The other rules come in the order
 * of golden_rule, and values that were not repaired go before those that were. What is left says the same or is as good
 * in every way: the record that stands first in the input is taken, so the choice never depends on threads or memory.
 */
#ifndef KHOP_FINDINGS_SURVIVOR_H
#define KHOP_FINDINGS_SURVIVOR_H

#include "findings/field_value.h"

typedef struct survivor_candidate {
  const field_value *value; /* with its key */
  uint32_t trust; /* place of the record's register in the order of authority, 0 the most trusted */
  uint32_t day;   /* of the record, by the date field of the rule, as field_value.day; 0: unknown, older than any */
} survivor_candidate;

typedef struct survivor_count {
  uint64_t key;
  uint32_t candidate, records;
} survivor_count;

enum { SURVIVOR_NONE = UINT32_MAX };
/* The candidate that survives; candidates stand in the order of their rows. `room` has `count` places. SURVIVOR_NONE: no
 * value is present. */
uint32_t survivor_choose(const schema_survivor *rules, const survivor_candidate *candidates, uint32_t count, survivor_count *room);

#endif
