/* See keys.h. */
#include "block/keys.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"

enum { key_set_first_capacity = 1024, key_bits_dropped = 16, TILE_ROWS = 64 };

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

static uint64_t date_any_order(uint32_t date) {
  unsigned month = feature_date_month(date), day = feature_date_day(date);
  unsigned low = month < day ? month : day, high = month < day ? day : month;
  return (uint64_t)feature_date_year(date) << 9 | low << 5 | high;
}

/* A date is year << 9 | month << 5 | day: its parts are bits of it, if they are there. */
static inline uint64_t date_part(key_part_kind kind, uint32_t date) {
  bool month = feature_date_month(date), day = feature_date_day(date);
  if (!feature_date_year(date) || feature_date_span(date)) return 0; /* which year it was is not known */
  switch (kind) {
    case PART_YEAR: return date >> 9;
    case PART_YEAR_MONTH: return month ? date >> 5 : 0;
    case PART_MONTH_DAY: return month && day ? date & 511 : 0;
    case PART_YEAR_DAY: return month && day ? date & ~(15u << 5) : 0;
    case PART_ANY_ORDER: return month && day ? date_any_order(date) : 0;
    default: return month && day ? date : 0;
  }
}

static uint64_t computed_part(const feature_slot *slot, const schema_key_part *part, const uint8_t *row) {
  switch (slot->kind) {
    case SLOT_ID: return id_part(part, slot_u64(row, slot->offset));
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
    case PART_U32: return slot_u32(row, place.offset);
    case PART_U64: return slot_u64(row, place.offset);
    case PART_DATE: return date_part(part->kind, slot_u32(row, place.offset));
    case PART_NONE: return 0;
    default: return computed_part(&layout->slots[part->field], part, row);
  }
}

uint64_t block_part_value(const feature_layout *layout, const schema_key_part *part, part_place place, const uint8_t *row) {
  return part_value(layout, part, place, row);
}

/* ---- keys ------------------------------------------------------------------------------------- */

static inline uint64_t finish_key(uint64_t hash) {
  uint64_t key = hash >> key_bits_dropped;
  return key ? key : 1;
}

/* A key in the making. */
typedef struct key_hash {
  uint64_t hash;
  bool missing;
} key_hash;

static inline key_hash add_value(key_hash h, uint64_t value) {
  uint64_t hash = (h.hash ^ value) * 0x9e3779b97f4a7c15u;
  return (key_hash){.hash = hash ^ hash >> 32, .missing = h.missing | (value == 0)};
}

uint64_t block_key(const feature_layout *layout, const schema_rule *rule, size_t rule_number, const uint8_t *row) {
  key_hash h = {.hash = rule_number + 1};
  for (size_t p = 0; p < rule->part_count; p++) {
    h = add_value(h, part_value(layout, &rule->parts[p], layout->rule_parts[rule_number][p], row));
  }
  return h.missing ? 0 : finish_key(hash_mix(h.hash));
}

uint64_t block_rule_part(const feature_layout *layout, const schema *s, size_t rule, size_t part, const uint8_t *row) {
  return part_value(layout, &s->rules[rule].parts[part], layout->rule_parts[rule][part], row);
}

uint64_t block_split_part(const feature_layout *layout, const schema *s, size_t depth, const uint8_t *row) {
  return part_value(layout, &s->split_by[depth], layout->split_parts[depth], row);
}

/* ---- keys of all rows, a tile at a time --------------------------------------------------------- */

/* So few rows that they stay in the first-level cache while rule after rule looks at them. */
typedef struct row_tile {
  size_t count;
  const uint8_t *rows[TILE_ROWS];
  uint16_t places[TILE_ROWS]; /* low bits of the row numbers */
} row_tile;

/* What a part holds for the rows of a tile. */
typedef uint64_t part_column[TILE_ROWS];

/* Rules share parts: each is read once a tile. */
typedef struct shared_columns {
  size_t count;
  const schema_key_part *parts[SCHEMA_RULES_MAX * SCHEMA_KEY_PARTS_MAX];
  part_place places[SCHEMA_RULES_MAX * SCHEMA_KEY_PARTS_MAX];
  uint16_t of[SCHEMA_RULES_MAX][SCHEMA_KEY_PARTS_MAX]; /* by rule, from the first one asked for, and part */
  part_column values[SCHEMA_RULES_MAX * SCHEMA_KEY_PARTS_MAX];
} shared_columns;

/* What a call of block_keys is asked for. */
typedef struct key_request {
  const feature_layout *layout;
  const schema *schema;
  size_t first_rule, rules;
  uint64_t threshold;
} key_request;

static bool is_sample(const key_request *q) { return q->threshold != UINT64_MAX; }

/* One loop a way of reading, for all rows are read alike. */
static void read_column(const feature_layout *layout, const schema_key_part *part, part_place place, const row_tile *t, uint64_t *restrict out) {
  switch (place.read) {
    case PART_U32:
      for (size_t i = 0; i < t->count; i++) out[i] = slot_u32(t->rows[i], place.offset);
      break;
    case PART_U64:
      for (size_t i = 0; i < t->count; i++) out[i] = slot_u64(t->rows[i], place.offset);
      break;
    case PART_NONE: memset(out, 0, t->count * sizeof *out); break;
    default:
      for (size_t i = 0; i < t->count; i++) out[i] = part_value(layout, part, place, t->rows[i]);
  }
}

static bool is_column(const shared_columns *c, size_t i, const schema_key_part *part, part_place place) {
  return c->parts[i]->field == part->field && c->parts[i]->kind == part->kind && c->parts[i]->argument == part->argument &&
         c->places[i].read == place.read;
}

static uint16_t find_column(shared_columns *c, const schema_key_part *part, part_place place) {
  size_t i = 0;
  while (i < c->count && !is_column(c, i, part, place)) i++;
  if (i == c->count) {
    c->parts[i] = part;
    c->places[i] = place;
    c->count++;
  }
  return (uint16_t)i;
}

/* Of a sample only the first parts are looked at for every row. */
static void choose_columns(shared_columns *c, const key_request *q) {
  c->count = 0;
  for (size_t r = 0; r < q->rules; r++) {
    const schema_rule *rule = &q->schema->rules[q->first_rule + r];
    size_t parts = is_sample(q) ? 1 : rule->part_count;
    for (size_t p = 0; p < parts; p++) c->of[r][p] = find_column(c, &rule->parts[p], q->layout->rule_parts[q->first_rule + r][p]);
  }
}

/* A rule reads a few lines of a row here and there, which the processor does not foresee: the next tile is fetched
 * while this one is looked at. */
static void load_tile(row_tile *t, const feature_table *table, size_t first, size_t last) {
  const size_t stride = table->layout.stride;
  t->count = 0;
  for (size_t row = first; row < last; row++) {
    const uint8_t *bytes = feature_row(table, row);
    feature_row_fetch(bytes + TILE_ROWS * stride, stride);
    t->rows[t->count] = bytes;
    t->places[t->count] = (uint16_t)row;
    t->count += !feature_row_dead(&table->layout, bytes);
  }
}

/* The rows whose key's first part, `values`, hashes to at most the threshold. */
static void sample_tile(row_tile *restrict out, const row_tile *t, const uint64_t *values, size_t rule, uint64_t threshold) {
  size_t count = 0;
  for (size_t i = 0; i < t->count; i++) {
    out->rows[count] = t->rows[i];
    out->places[count] = t->places[i];
    count += (values[i] != 0) & (hash_combine(rule, values[i]) <= threshold);
  }
  out->count = count;
}

/* block_key for each row. Without branches on the values: half of all identifiers are missing, at random. */
static inline __attribute__((always_inline)) size_t join_parts(const uint64_t *const *columns, size_t parts, size_t rule, const row_tile *t,
                                                               keyed_row *restrict out) {
  size_t count = 0;
  for (size_t i = 0; i < t->count; i++) {
    key_hash h = {.hash = rule + 1};
    for (size_t p = 0; p < parts; p++) h = add_value(h, columns[p][i]);
    out[count] = finish_key(hash_mix(h.hash)) << key_bits_dropped | t->places[i];
    count += !h.missing;
  }
  return count;
}

/* A loop a number of parts: most rules have two to four. */
static size_t append_keys(const uint64_t *const *columns, size_t parts, size_t rule, const row_tile *t, keyed_row *out) {
  switch (parts) {
    case 1: return join_parts(columns, 1, rule, t, out);
    case 2: return join_parts(columns, 2, rule, t, out);
    case 3: return join_parts(columns, 3, rule, t, out);
    case 4: return join_parts(columns, 4, rule, t, out);
    default: return join_parts(columns, parts, rule, t, out);
  }
}

static size_t append_sample(const key_request *q, size_t rule, const row_tile *tile, const uint64_t *first_part, keyed_row *out) {
  const schema_rule *declared = &q->schema->rules[rule];
  row_tile taken;
  part_column values[SCHEMA_KEY_PARTS_MAX];
  const uint64_t *columns[SCHEMA_KEY_PARTS_MAX];
  sample_tile(&taken, tile, first_part, rule, q->threshold);
  for (size_t p = 0; p < declared->part_count; p++) {
    read_column(q->layout, &declared->parts[p], q->layout->rule_parts[rule][p], &taken, values[p]);
    columns[p] = values[p];
  }
  return append_keys(columns, declared->part_count, rule, &taken, out);
}

static size_t append_rule(const key_request *q, const shared_columns *shared, size_t r, const row_tile *tile, keyed_row *out) {
  size_t rule = q->first_rule + r, parts = q->schema->rules[rule].part_count;
  const uint64_t *columns[SCHEMA_KEY_PARTS_MAX];
  if (is_sample(q)) return append_sample(q, rule, tile, shared->values[shared->of[r][0]], out);
  for (size_t p = 0; p < parts; p++) columns[p] = shared->values[shared->of[r][p]];
  return append_keys(columns, parts, rule, tile, out);
}

void block_keys(const feature_table *table, const schema *s, size_t first_rule, size_t rules, uint64_t threshold, size_t first,
                size_t last, keyed_row *const *out, size_t *out_counts) {
  const key_request q = {.layout = &table->layout, .schema = s, .first_rule = first_rule, .rules = rules, .threshold = threshold};
  row_tile tile;
  shared_columns shared;
  choose_columns(&shared, &q);
  memset(out_counts, 0, rules * sizeof *out_counts);
  for (size_t start = first, end; start < last; start = end) {
    end = last - start < TILE_ROWS ? last : start + TILE_ROWS;
    load_tile(&tile, table, start, end);
    for (size_t c = 0; c < shared.count; c++) read_column(q.layout, shared.parts[c], shared.places[c], &tile, shared.values[c]);
    for (size_t r = 0; r < rules; r++) out_counts[r] += append_rule(&q, &shared, r, &tile, out[r] + out_counts[r]);
  }
}

uint64_t block_key_split(const feature_layout *layout, const schema *s, size_t depth, uint64_t key,
                         const uint8_t *row) {
  uint64_t value = part_value(layout, &s->split_by[depth], layout->split_parts[depth], row);
  return finish_key(hash_combine(key, value + depth));
}

uint64_t block_key_effective(const feature_layout *layout, const schema *s, size_t rule_number,
                             const key_set *split_keys, const uint8_t *row) {
  uint64_t key = block_key(layout, &s->rules[rule_number], rule_number, row);
  for (size_t depth = 0; key && depth < s->split_count && key_set_has(split_keys, key); depth++) {
    key = block_key_split(layout, s, depth, key, row);
  }
  return key;
}

/* Equal keys of unequal parts, two of 2^48, are not seen. */
static bool same_parts(const feature_layout *layout, const schema_rule *rule, const part_place *places, const uint8_t *x, const uint8_t *y) {
  for (size_t p = 0; p < rule->part_count; p++) {
    uint64_t value = part_value(layout, &rule->parts[p], places[p], x);
    if (!value || value != part_value(layout, &rule->parts[p], places[p], y)) return false;
  }
  return true;
}

/* Are rows `x` and `y`, which both have the key, in one block still after its splitting? */
static bool key_unparted(const feature_layout *layout, const schema *s, uint64_t key, const key_set *split_keys, const uint8_t *x, const uint8_t *y) {
  for (size_t depth = 0; depth < s->split_count && key_set_has(split_keys, key); depth++) {
    uint64_t next = block_key_split(layout, s, depth, key, x);
    if (next != block_key_split(layout, s, depth, key, y)) return false;
    key = next;
  }
  return true;
}

bool block_rules_find(const feature_layout *layout, const schema *s, size_t first, size_t last, const key_set *split_keys,
                      const uint8_t *x, const uint8_t *y) {
  for (size_t r = first; r < last; r++) {
    if (!same_parts(layout, &s->rules[r], layout->rule_parts[r], x, y)) continue;
    if (key_unparted(layout, s, block_key(layout, &s->rules[r], r, x), split_keys, x, y)) return true;
  }
  return false;
}
