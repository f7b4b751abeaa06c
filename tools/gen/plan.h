/* Which row is whose, and where it stands in the file; all by arithmetic, nothing stored.
 *
 * Entities are dealt into groups of 256. In each, a keyed bijection gives every entity a slot; the
 * slot says what happens to it: the first `seconds` slots have a second row, the first `thirds` a
 * third, some carry a planted fault, and those from `covered` on have no row at all.
 *
 *     rows of a group   [slot 0 .. covered-1 | second rows | third rows]
 *     row -> position   a keyed Feistel permutation, walked until it falls into the file
 *
 * Shares are therefore exact and copies lie far apart. When this stops being right: shares that
 * must vary from group to group.
 */
#ifndef KHOP_GEN_PLAN_H
#define KHOP_GEN_PLAN_H

#include "random.h"

enum { GEN_GROUP = 256, GEN_GROUP_ROWS_MAX = 3 * GEN_GROUP };

typedef struct gen_plan {
  uint64_t seed, entities, rows;
  uint32_t covered, seconds, thirds;
  uint32_t low_bits, high_bits;
  uint64_t keys[4];
  uint32_t rest_count; /* rows of the last, incomplete group: */
  uint16_t rest[GEN_GROUP_ROWS_MAX]; /* their places in a complete one */
} gen_plan;

typedef struct gen_ticket {
  uint64_t row, position, entity;
  uint32_t copy, slot; /* copy 0 is the entity's first row */
} gen_ticket;

void gen_plan_init(gen_plan *plan, uint64_t seed, uint64_t entities, uint32_t covered, uint32_t seconds,
                   uint32_t thirds);
/* The row that stands at `position` of the file. */
gen_ticket gen_plan_at(const gen_plan *plan, uint64_t position);
/* The row `copy` of an entity; false when there is none. */
bool gen_plan_find(const gen_plan *plan, uint64_t entity, uint32_t copy, gen_ticket *out_ticket);
/* The entity in `slot` of the group that `entity` is in; false when past the end. */
bool gen_plan_neighbour(const gen_plan *plan, uint64_t entity, uint32_t slot, uint64_t *out_entity);

#endif
