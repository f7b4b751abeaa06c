/* Stored records as feature rows again. The texts that the store keeps are those that the run encoded, dates that
 * stood month first are turned as it turned them, and a value's frequency code comes from the store's count: so the
 * rows are the run's, bit for bit. See explain.h. */
#include <string.h>

#include "index/store.h"
#include "run/explain.h"

/* ---- finding ------------------------------------------------------------------------------------ */

bool explain_may_pair(const khop_explainer *e, uint32_t row, uint32_t other) {
  return registers_pair(&e->registers, row, other);
}

static khop_status takes_part(khop_explainer *e, uint32_t row, bool *out, khop_error *err) {
  khop_store_record *record = NULL;
  TRY(khop_store_get(e->store, row, &record, err));
  *out = record->cluster != KHOP_CLUSTER_NONE;
  khop_free(record);
  return KHOP_OK;
}

khop_status explain_find(khop_explainer *e, const char *id, bool prefers_right, const char *what, uint32_t *out_row, khop_error *err) {
  enum { rows_max = 16 }; /* of repeated ids */
  uint32_t rows[rows_max];
  size_t count;
  bool found = false;
  *out_row = 0;
  TRY(khop_store_find_id(e->store, id, rows, rows_max, &count, err));
  if (count == 0) return error_set(err, KHOP_USAGE, "%s: no such record in the store", what);
  for (size_t i = 0; i < count && i < rows_max; i++) {
    bool alive = false;
    TRY(takes_part(e, rows[i], &alive, err));
    bool on_side = (register_of(&e->registers, rows[i]) > 0) == prefers_right;
    if (!alive || (found && !on_side)) continue;
    *out_row = rows[i];
    found = true;
    if (on_side) break;
  }
  return found ? KHOP_OK : error_set(err, KHOP_USAGE, "%s: the record was rejected and took no part in the run", what);
}

size_t explain_place(const khop_explainer *e, uint32_t row) {
  size_t place = 0;
  while (place < e->row_count && e->rows[place] != row) place++;
  return place;
}

/* ---- encoding ----------------------------------------------------------------------------------- */

static uint8_t *row_at(const khop_explainer *e, size_t place) {
  return (uint8_t *)e->table.memory.data + place * e->table.layout.stride;
}

khop_status explain_frequency(khop_explainer *e, size_t term, size_t place, uint64_t *out_count, khop_error *err) {
  const feature_slot *slot = feature_term(&e->table.layout, term);
  uint32_t others = 0;
  size_t found = 0;
  *out_count = 0;
  if (feature_missing(slot, row_at(e, place))) return KHOP_OK;
  uint64_t key = feature_frequency_key(slot, row_at(e, place));
  TRY(khop_store_find_key(e->store, (uint32_t)(STORE_TABLE_FREQUENCY + term), key, &others, 1, &found, err));
  *out_count = 1 + (uint64_t)(found ? others : 0);
  return KHOP_OK;
}

static khop_status set_frequencies(khop_explainer *e, size_t place, khop_error *err) {
  const feature_layout *layout = &e->table.layout;
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    const feature_slot *slot = feature_term(layout, term);
    uint64_t count;
    if (!feature_is_counted(slot)) continue;
    TRY(explain_frequency(e, term, place, &count, err));
    row_at(e, place)[slot->frequency_offset] = count ? frequency_code(count) : FREQUENCY_UNKNOWN;
  }
  return KHOP_OK;
}

static khop_status set_common(khop_explainer *e, size_t place, khop_error *err) {
  const feature_layout *layout = &e->table.layout;
  for (size_t f = 0; f < layout->field_count; f++) {
    size_t found = 0;
    if (!feature_has_common(&layout->slots[f])) continue;
    uint64_t key = feature_common_key(layout, f, row_at(e, place));
    if (key) TRY(khop_store_find_key(e->store, STORE_TABLE_COMMON, key, NULL, 0, &found, err));
    row_at(e, place)[layout->slots[f].common_offset] = found > 0;
  }
  return KHOP_OK;
}

static void encode(const khop_explainer *e, const khop_store_record *record, uint8_t *row) {
  input_field fields[SCHEMA_FIELDS_MAX] = {0};
  day_first_fields turned;
  for (size_t f = 0; f < e->schema->field_count; f++) fields[f] = (input_field){.text = record->fields[f], .length = record->lengths[f]};
  const input_field *read = fields;
  uint64_t month_first = record->source_number < e->source_count ? e->month_first[record->source_number] : 0;
  if (month_first) read = day_first(month_first, e->schema, fields, &turned);
  feature_encode(&e->table.layout, e->schema, read, row);
}

khop_status explain_peek(khop_explainer *e, uint32_t row, const uint8_t **out_features, khop_error *err) {
  const uint32_t chunk_rows = 1024;
  *out_features = NULL;
  khop_store_record *record = NULL;
  size_t cost = row / chunk_rows == e->last_peeked / chunk_rows ? 1 : 1 + EXPLAIN_CHUNK;
  if (e->peeks_left < cost) return KHOP_OK;
  e->peeks_left -= cost;
  e->last_peeked = row;
  if (!e->peeked) e->peeked = mem_alloc(e->table.layout.stride, 1);
  if (!e->peeked) return error_memory(err, e->table.layout.stride, "a record");
  TRY(khop_store_get(e->store, row, &record, err));
  encode(e, record, e->peeked);
  khop_free(record);
  *out_features = e->peeked;
  return KHOP_OK;
}

khop_status explain_load(khop_explainer *e, const uint32_t *rows, size_t count, khop_error *err) {
  for (size_t i = 0; i < e->row_count; i++) khop_free(e->records[i]);
  e->row_count = 0;
  if (count > EXPLAIN_ROWS_MAX) return error_set(err, KHOP_BUG, "explaining %zu rows, at most %d", count, EXPLAIN_ROWS_MAX);
  TRY(feature_table_reserve(&e->table, count, err));
  e->table.count = count;
  for (size_t i = 0; i < count; i++) {
    e->rows[i] = rows[i];
    TRY(khop_store_get(e->store, rows[i], &e->records[i], err));
    e->row_count++;
    encode(e, e->records[i], row_at(e, i));
    TRY(set_frequencies(e, i, err));
    TRY(set_common(e, i, err));
  }
  return KHOP_OK;
}

void explain_compare(khop_explainer *e, const uint32_t *places, size_t count, const pair_list *pairs) {
  view_load(&e->comparer.columns, &e->table, places, 0, count);
  comparer_run(&e->comparer, pairs);
}

void explain_record(khop_explainer *e, size_t place, khop_explain_record *out) {
  const khop_store_record *record = e->records[place];
  char *id = khop_store_record_id(e->store, record);
  if (!id) e->answer.failed = true;
  *out = (khop_explain_record){.id = arena_text(&e->answer, id ? id : "", id ? strlen(id) : 0),
                               .source = arena_text(&e->answer, record->source, strlen(record->source)),
                               .line = record->line,
                               .row = record->row,
                               .cluster = record->cluster == KHOP_CLUSTER_NONE ? 0 : (uint64_t)record->cluster + 1};
  khop_free(id);
}
