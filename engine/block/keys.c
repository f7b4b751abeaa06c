/* See keys.h. */
#include "block/keys.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

enum { key_set_first_capacity = 1024, key_bits_dropped = 16, rows_ahead = 12 };

/* ---- the set of split keys ----------------------------------------------------------------- */

bool key_set_has(const key_set *set, uint64_t key) {
  if (!set->count) return false;
  size_t mask = set->capacity - 1;
  for (size_t i = hash_mix(key) & mask;; i = (i + 1) & mask) {
    if (set->slots[i] == key) return true;
    if (!set->slots[i]) return false;
  }
}

static void key_set_insert(key_set *set, uint64_t key) {
  size_t mask = set->capacity - 1;
  size_t i = hash_mix(key) & mask;
  while (set->slots[i] && set->slots[i] != key) i = (i + 1) & mask;
  if (!set->slots[i]) set->count++;
  set->slots[i] = key;
}

khop_status key_set_add(key_set *set, uint64_t key, khop_error *err) {
  if ((set->count + 1) * 2 > set->capacity) {
    size_t capacity = set->capacity ? set->capacity * 2 : key_set_first_capacity;
    key_set grown = {.slots = mem_alloc(capacity, sizeof(uint64_t)), .capacity = capacity};
    if (!grown.slots) return error_memory(err, capacity * sizeof(uint64_t), "split keys");
    for (size_t i = 0; i < set->capacity; i++) {
      if (set->slots[i]) key_set_insert(&grown, set->slots[i]);
    }
    mem_free(set->slots);
    *set = grown;
  }
  key_set_insert(set, key);
  return KHOP_OK;
}

void key_set_free(key_set *set) {
  mem_free(set->slots);
  *set = (key_set){0};
}

/* ---- parts ---------------------------------------------------------------------------------- */

static uint64_t power_of_ten(unsigned exponent) {
  uint64_t power = 1;
  while (exponent--) power *= 10;
  return power;
}

static uint64_t id_part(const schema_key_part *part, uint64_t id) {
  if (id == 0 || part->kind == PART_WHOLE) return id;
  unsigned digits = feature_id_digits(id);
  if (digits < part->argument) return 0;
  uint64_t number = feature_id_number(id);
  if (part->kind == PART_TAIL) return number % power_of_ten(part->argument) + 1;
  return number / power_of_ten(digits - part->argument) + 1;
}

static uint64_t date_part(const schema_key_part *part, uint32_t date) {
  unsigned year = feature_date_year(date), month = feature_date_month(date), day = feature_date_day(date);
  if (!year) return 0;
  switch (part->kind) {
    case PART_YEAR: return year;
    case PART_YEAR_MONTH: return month ? year * 16 + month : 0;
    case PART_MONTH_DAY: return month && day ? month * 32 + day : 0;
    default: return month && day ? date : 0;
  }
}

static uint64_t computed_part(const feature_slot *slot, const schema_key_part *part, const uint8_t *row) {
  switch (slot->kind) {
    case SLOT_ID: return id_part(part, slot_u64(row, slot->offset));
    case SLOT_DATE: return date_part(part, slot_u32(row, slot->offset));
    case SLOT_SEX: return row[slot->offset];
    case SLOT_QUANTITY: {
      float value;
      memcpy(&value, row + slot->offset, sizeof value);
      return isnan(value) ? 0 : (uint64_t)llroundf(value) ^ 1ull << 63; /* whole numbers; 0 is one of them */
    }
    default: return 0;
  }
}

/* What the part holds for this row; 0 when missing. */
static inline uint64_t part_value(const feature_layout *layout, const schema_key_part *part, part_place place, const uint8_t *row) {
  switch (place.read) {
    case PART_U8: return row[place.offset];
    case PART_U32: return slot_u32(row, place.offset);
    case PART_U64: return slot_u64(row, place.offset);
    default: return computed_part(&layout->slots[part->field], part, row);
  }
}

static uint64_t finish_key(uint64_t hash) {
  uint64_t key = hash >> key_bits_dropped;
  return key ? key : 1;
}

/* Without branches on the values: half of all identifiers are missing, at random. */
static inline uint64_t make_key(const feature_layout *layout, const schema_rule *rule, const part_place *places, size_t rule_number,
                                const uint8_t *row) {
  uint64_t hash = rule_number + 1;
  bool missing = false;
  for (size_t p = 0; p < rule->part_count; p++) {
    uint64_t value = part_value(layout, &rule->parts[p], places[p], row);
    missing |= value == 0;
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u; /* mixed as a whole at the end */
    hash ^= hash >> 32;
  }
  uint64_t key = finish_key(hash_mix(hash));
  return missing ? 0 : key;
}

uint64_t block_key(const feature_layout *layout, const schema_rule *rule, size_t rule_number,
                   const uint8_t *row) {
  return make_key(layout, rule, layout->rule_parts[rule_number], rule_number, row);
}

static bool in_sample(const feature_layout *layout, const schema_rule *rule, size_t rule_number, uint64_t threshold,
                      const uint8_t *row) {
  uint64_t value = part_value(layout, &rule->parts[0], layout->rule_parts[rule_number][0], row);
  return value && hash_combine(rule_number, value) <= threshold;
}

/* A row is a few cache lines read here and there, which the processor does not foresee. Fetching
 * behind the table's end is harmless. */
static inline void fetch_row(const uint8_t *row, size_t stride) {
  for (size_t byte = 0; byte < stride; byte += 64) __builtin_prefetch(row + byte);
}

size_t block_keys(const feature_table *table, const schema_rule *rule, size_t rule_number, uint64_t threshold,
                  size_t first, size_t last, sort_item *out) {
  const feature_layout *layout = &table->layout;
  const part_place *places = layout->rule_parts[rule_number];
  size_t count = 0;
  for (size_t row = first; row < last; row++) {
    const uint8_t *bytes = feature_row(table, row);
    fetch_row(bytes + rows_ahead * layout->stride, layout->stride);
    if (feature_row_dead(layout, bytes)) continue;
    if (threshold != UINT64_MAX && !in_sample(layout, rule, rule_number, threshold, bytes)) continue;
    uint64_t key = make_key(layout, rule, places, rule_number, bytes);
    out[count] = (sort_item){.key = key, .row = (uint32_t)row};
    count += key != 0;
  }
  return count;
}

uint64_t block_key_split(const feature_layout *layout, const schema *s, size_t depth, uint64_t key,
                         const uint8_t *row) {
  return finish_key(hash_combine(key, part_value(layout, &s->split_by[depth], layout->split_parts[depth], row) + depth));
}

uint64_t block_key_effective(const feature_layout *layout, const schema *s, size_t rule_number,
                             const key_set *split_keys, const uint8_t *row) {
  uint64_t key = block_key(layout, &s->rules[rule_number], rule_number, row);
  for (size_t depth = 0; key && depth < s->split_count && key_set_has(split_keys, key); depth++) {
    key = block_key_split(layout, s, depth, key, row);
  }
  return key;
}
