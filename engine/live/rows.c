/* The rows at hand: stored records as feature rows again, as explaining a pair makes them (run/explain_rows.c), but many at
 * once, chunk by chunk and on all threads. See live.h. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "live/live.h"
#include "run/date_orders.h"

/* ---- places ------------------------------------------------------------------------------------------ */

static size_t map_slot(const row_map *m, uint32_t row) {
  size_t slot = (size_t)hash_mix(row) & (m->capacity - 1);
  while (m->slots[slot] && m->slots[slot] >> 32 != (uint64_t)row + 1) slot = (slot + 1) & (m->capacity - 1);
  return slot;
}

static khop_status map_reserve(row_map *m, size_t count, khop_error *err) {
  if (m->capacity && count <= m->capacity / 2) return KHOP_OK;
  row_map grown = {.capacity = 1024, .count = m->count};
  while (grown.capacity / 2 < count) grown.capacity *= 2;
  grown.slots = mem_alloc(grown.capacity, sizeof *grown.slots);
  if (!grown.slots) return error_memory(err, grown.capacity * sizeof *grown.slots, "rows at hand");
  for (size_t i = 0; i < m->capacity; i++) {
    if (m->slots[i]) grown.slots[map_slot(&grown, (uint32_t)((m->slots[i] >> 32) - 1))] = m->slots[i];
  }
  mem_free(m->slots);
  *m = grown;
  return KHOP_OK;
}

static void map_put(row_map *m, uint32_t row, uint32_t place) {
  m->slots[map_slot(m, row)] = ((uint64_t)row + 1) << 32 | place;
  m->count++;
}

uint32_t live_place(const live *l, uint32_t row) {
  if (row >= l->first_new && row - l->first_new < l->new_count) return row - l->first_new;
  if (!l->places.capacity) return LIVE_PLACE_NONE;
  uint64_t slot = l->places.slots[map_slot(&l->places, row)];
  return slot ? (uint32_t)slot : LIVE_PLACE_NONE;
}

/* ---- ids ---------------------------------------------------------------------------------------------- */

static const char *source_name(const live *l, uint32_t row, uint32_t source) {
  char name[32];
  snprintf(name, sizeof name, STORE_META_SOURCE, source);
  const char *found = store_meta(l->segments.items[segments_of_row(&l->segments, row)].store, name);
  return found ? found : "";
}

bool live_record_id(const live *l, uint32_t row, const store_record *record, char *out, size_t room, size_t *out_length) {
  size_t length = 0;
  bool has_field = l->id_field >= 0 && (size_t)l->id_field < record->field_count;
  if (l->id_qualified || !has_field) length += (size_t)snprintf(out, room, "%s:", source_name(l, row, record->source));
  if (length >= room) return false;
  if (!has_field) {
    length += (size_t)snprintf(out + length, room - length, "%llu", (unsigned long long)record->line);
    *out_length = length;
    return length < room;
  }
  if (record->lengths[l->id_field] >= room - length) return false;
  if (record->lengths[l->id_field]) memcpy(out + length, record->fields[l->id_field], record->lengths[l->id_field]);
  *out_length = length + record->lengths[l->id_field];
  out[*out_length] = '\0';
  return true;
}

khop_status live_find_id(live *l, const char *id, size_t length, bool with_dead, uint32_t *out_row, khop_error *err) {
  const uint32_t *found;
  size_t count;
  *out_row = STORE_ROW_NONE;
  TRY(segments_read_all_rows(&l->views[0], STORE_TABLE_RECORD_ID, store_record_id_key(id, length), &found, &count, err));
  for (size_t i = count; i-- > 0 && *out_row == STORE_ROW_NONE;) {
    char own[LIVE_ID_BYTES];
    size_t own_length;
    store_record record;
    if (!with_dead && segments_dead(&l->segments, found[i])) continue;
    TRY(segments_pick_record(&l->views[0], found[i], &record, err));
    if (live_record_id(l, found[i], &record, own, sizeof own, &own_length) && own_length == length && memcmp(own, id, length) == 0) *out_row = found[i];
  }
  return KHOP_OK;
}

/* ---- frequencies, frozen -------------------------------------------------------------------------------- */

static bool list_find(const frequency_list *list, uint64_t key, uint32_t *out_row) {
  const item_list items = {.items = list->items, .count = list->count};
  size_t place;
  if (!item_list_find_even(&items, key, &place)) return false;
  *out_row = list->items[place].row;
  return true;
}

/* As run/explain_rows.c does: a value that the frame does not list is of one record, or as rare as a table of frequencies says. */
static void set_frequencies(const live *l, uint8_t *row) {
  const feature_layout *layout = &l->table.layout;
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    const feature_slot *slot = feature_term(layout, term);
    uint32_t others = l->unlisted[term];
    if (!feature_is_counted(slot)) continue;
    bool is_missing = feature_missing(slot, row);
    if (!is_missing) list_find(&l->frequencies[term], feature_frequency_key(slot, row), &others);
    row[slot->frequency_offset] = is_missing ? FREQUENCY_UNKNOWN : frequency_code(1 + (uint64_t)others);
  }
  for (size_t f = 0; f < layout->field_count; f++) {
    uint32_t unused;
    if (!feature_has_common(&layout->slots[f])) continue;
    uint64_t key = feature_common_key(layout, f, row);
    row[layout->slots[f].common_offset] = key && list_find(&l->frequencies[FREQUENCY_COMMON], key, &unused);
  }
}

/* ---- gathering -------------------------------------------------------------------------------------------- */

enum {
  stored_rows = 1 << 14, /* numbers of a task: several chunks, so that few are unpacked twice */
  new_rows = 4096,       /* of a task */
  chunk_rows = 4096      /* about */
};

khop_status live_read_record(live *l, unsigned worker, uint32_t row, uint32_t later, store_record *out, khop_error *err) {
  bool are_near = later >= row && later - row < chunk_rows;
  return are_near ? segments_read_record(&l->views[worker], row, out, err) : segments_pick_record(&l->views[worker], row, out, err);
}

typedef struct gathering {
  live *live;
  const uint32_t *rows; /* ascending */
  size_t count, first_place;
} gathering;

static void encode(live *l, unsigned worker, uint32_t row, const store_record *record, uint8_t *out) {
  input_field fields[SCHEMA_FIELDS_MAX] = {0};
  day_first_fields turned;
  for (size_t f = 0; f < l->schema->field_count; f++) {
    fields[f] = (input_field){.text = record->lengths[f] ? record->fields[f] : NULL, .length = record->lengths[f]};
  }
  const uint64_t *masks = l->month_first[segments_of_row(&l->segments, row)];
  uint64_t month_first = record->source < masks[0] ? masks[record->source + 1] : 0;
  const input_field *read = month_first ? day_first(month_first, l->schema, fields, &turned) : fields;
  feature_encode_rows(&l->table.layout, l->schema, l->memories[worker], read, 1, out);
  set_frequencies(l, out);
}

static khop_status gather_task(void *context, size_t task, unsigned worker, khop_error *err) {
  const gathering *g = context;
  live *l = g->live;
  size_t at = sorted_below(g->rows, g->count, task * stored_rows), end = sorted_below(g->rows, g->count, (task + 1) * stored_rows);
  for (; at < end; at++) {
    char id[LIVE_ID_BYTES];
    size_t length = 0;
    store_record record;
    uint32_t later = at + LIVE_PICKED_APART < end ? g->rows[at + LIVE_PICKED_APART] : STORE_ROW_NONE;
    TRY(live_read_record(l, worker, g->rows[at], later, &record, err));
    encode(l, worker, g->rows[at], &record, (uint8_t *)l->table.memory.data + (g->first_place + at) * l->table.layout.stride);
    if (!live_record_id(l, g->rows[at], &record, id, sizeof id, &length)) length = 0;
    l->numbers[g->first_place + at] = g->rows[at];
    l->ids[g->first_place + at] = arena_text(&l->texts[worker], id, length);
  }
  return arena_check(&l->texts[worker], err);
}

static khop_status reserve_places(live *l, size_t count, khop_error *err) {
  size_t room = l->room, id_room = l->room;
  TRY(array_reserve(&l->numbers, &room, count, sizeof *l->numbers, "rows at hand", err));
  TRY(array_reserve(&l->ids, &id_room, count, sizeof *l->ids, "rows at hand", err));
  l->room = room;
  return feature_table_reserve(&l->table, count, err);
}

/* Rows at hand are feature rows, their numbers and ids, and a map of them; a second copy is clustered. */
static khop_status require_memory(const live *l, size_t count, khop_error *err) {
  const uint64_t beside_bytes = 96, mebibyte = 1 << 20, fixed = RUN_FIXED_BYTES + (uint64_t)l->threads * RUN_SLOT_BYTES;
  const uint64_t budget = l->options.memory_bytes, needed = fixed + count * (l->table.layout.stride + beside_bytes);
  if (needed <= budget) return KHOP_OK;
  return error_set(err, KHOP_ENVIRONMENT, "--memory: %llu MiB is too little: %zu records, new ones and those that share a block with them, need %llu MiB; fewer at a time need less",
                   (unsigned long long)(budget / mebibyte), count, (unsigned long long)(needed / mebibyte) + 1);
}

khop_status live_gather(live *l, row_list *rows, khop_error *err) {
  row_list_sort(rows);
  size_t missing = 0, first = l->table.count;
  for (size_t i = 0; i < rows->count; i++) {
    if (live_place(l, rows->rows[i]) == LIVE_PLACE_NONE) rows->rows[missing++] = rows->rows[i];
  }
  rows->count = missing;
  if (!missing) return KHOP_OK;
  TRY(require_memory(l, first + missing, err));
  TRY(reserve_places(l, first + missing, err));
  TRY(map_reserve(&l->places, l->places.count + missing, err));
  gathering g = {.live = l, .rows = rows->rows, .count = missing, .first_place = first};
  TRY(pool_run(l->workers, rows->rows[missing - 1] / stored_rows + 1, gather_task, &g, err));
  l->table.count = first + missing;
  for (size_t i = 0; i < missing; i++) map_put(&l->places, rows->rows[i], (uint32_t)(first + i));
  return KHOP_OK;
}

void live_let_go(live *l) {
  if (l->places.capacity) memset(l->places.slots, 0, l->places.capacity * sizeof *l->places.slots);
  l->places.count = l->table.count = l->new_count = 0;
  for (unsigned t = 0; t < l->threads; t++) arena_free(&l->texts[t]);
}

static khop_status frequency_task(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  live *l = context;
  size_t last = (task + 1) * new_rows < l->table.count ? (task + 1) * new_rows : l->table.count;
  for (size_t place = task * new_rows; place < last; place++) {
    set_frequencies(l, (uint8_t *)l->table.memory.data + place * l->table.layout.stride);
  }
  return KHOP_OK;
}

khop_status live_take_new(live *l, khop_error *err) {
  l->new_count = l->table.count;
  l->first_new = l->segments.rows;
  TRY(reserve_places(l, l->table.count + 1, err));
  for (size_t place = 0; place < l->new_count; place++) l->numbers[place] = l->first_new + (uint32_t)place;
  return pool_run(l->workers, l->new_count / new_rows + 1, frequency_task, l, err);
}
