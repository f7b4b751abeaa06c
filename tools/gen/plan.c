/* See plan.h. */
#include "plan.h"

enum { rounds = 4 };

static uint32_t group_rows(const gen_plan *plan) { return plan->covered + plan->seconds + plan->thirds; }

static uint64_t group_key(const gen_plan *plan, uint64_t group) { return gen_hash(plan->seed, group); }

static uint32_t slot_of(const gen_plan *plan, uint64_t entity) {
  uint64_t key = group_key(plan, entity / GEN_GROUP);
  return (uint32_t)((entity * (key | 1) + (key >> 16)) % GEN_GROUP);
}

static uint64_t entity_at(const gen_plan *plan, uint64_t group, uint32_t slot) {
  uint64_t key = group_key(plan, group), odd = key | 1, inverse = odd;
  for (int i = 0; i < 3; i++) inverse *= 2 - odd * inverse; /* Newton: 3, 6, 12 bits */
  return group * GEN_GROUP + (slot - (key >> 16)) * inverse % GEN_GROUP;
}

static void place_split(const gen_plan *plan, uint32_t place, uint32_t *out_slot, uint32_t *out_copy) {
  if (place < plan->covered) {
    *out_slot = place;
    *out_copy = 0;
  } else if (place < plan->covered + plan->seconds) {
    *out_slot = place - plan->covered;
    *out_copy = 1;
  } else {
    *out_slot = place - plan->covered - plan->seconds;
    *out_copy = 2;
  }
}

static void rest_init(gen_plan *plan) {
  uint64_t group = plan->entities / GEN_GROUP;
  plan->rest_count = 0;
  for (uint32_t place = 0; place < group_rows(plan); place++) {
    uint32_t slot, copy;
    place_split(plan, place, &slot, &copy);
    if (entity_at(plan, group, slot) < plan->entities) plan->rest[plan->rest_count++] = (uint16_t)place;
  }
}

void gen_plan_init(gen_plan *plan, uint64_t seed, uint64_t entities, uint32_t covered, uint32_t seconds,
                   uint32_t thirds) {
  *plan = (gen_plan){.seed = gen_hash(seed, 501), .entities = entities, .covered = covered, .seconds = seconds, .thirds = thirds};
  rest_init(plan);
  plan->rows = entities / GEN_GROUP * group_rows(plan) + plan->rest_count;
  uint32_t bits = 2;
  while (bits < 63 && (uint64_t)1 << bits < plan->rows) bits++;
  plan->low_bits = bits / 2;
  plan->high_bits = bits - plan->low_bits;
  for (uint64_t i = 0; i < rounds; i++) plan->keys[i] = gen_hash(seed + 502, i);
}

/* One round changes one half by a hash of the other; the same round undoes itself. */
static uint64_t feistel_round(const gen_plan *plan, uint64_t value, int round) {
  uint64_t low_mask = ((uint64_t)1 << plan->low_bits) - 1, high_mask = ((uint64_t)1 << plan->high_bits) - 1;
  uint64_t low = value & low_mask, high = value >> plan->low_bits;
  if (round & 1) {
    low ^= gen_mix(high + plan->keys[round]) & low_mask;
  } else {
    high ^= gen_mix(low + plan->keys[round]) & high_mask;
  }
  return high << plan->low_bits | low;
}

static uint64_t position_to_row(const gen_plan *plan, uint64_t value) {
  do {
    for (int i = 0; i < rounds; i++) value = feistel_round(plan, value, i);
  } while (value >= plan->rows);
  return value;
}

static uint64_t row_to_position(const gen_plan *plan, uint64_t value) {
  do {
    for (int i = rounds; i-- > 0;) value = feistel_round(plan, value, i);
  } while (value >= plan->rows);
  return value;
}

gen_ticket gen_plan_at(const gen_plan *plan, uint64_t position) {
  gen_ticket ticket = {.position = position, .row = position_to_row(plan, position)};
  uint64_t group = ticket.row / group_rows(plan);
  uint32_t place = (uint32_t)(ticket.row % group_rows(plan));
  if (group == plan->entities / GEN_GROUP) place = plan->rest[place];
  place_split(plan, place, &ticket.slot, &ticket.copy);
  ticket.entity = entity_at(plan, group, ticket.slot);
  return ticket;
}

bool gen_plan_find(const gen_plan *plan, uint64_t entity, uint32_t copy, gen_ticket *out_ticket) {
  gen_ticket ticket = {.entity = entity, .copy = copy};
  uint64_t group = entity / GEN_GROUP;
  uint32_t counts[] = {plan->covered, plan->seconds, plan->thirds};
  uint32_t before[] = {0, plan->covered, plan->covered + plan->seconds};
  if (entity >= plan->entities || copy > 2) return false;
  ticket.slot = slot_of(plan, entity);
  if (ticket.slot >= counts[copy]) return false;
  uint32_t place = before[copy] + ticket.slot;
  if (group == plan->entities / GEN_GROUP) {
    uint32_t at = 0;
    while (plan->rest[at] != place) at++;
    place = at;
  }
  ticket.row = group * group_rows(plan) + place;
  ticket.position = row_to_position(plan, ticket.row);
  *out_ticket = ticket;
  return true;
}

bool gen_plan_neighbour(const gen_plan *plan, uint64_t entity, uint32_t slot, uint64_t *out_entity) {
  *out_entity = entity_at(plan, entity / GEN_GROUP, slot);
  return *out_entity < plan->entities;
}
