/* The store's tables of a run whose rows are in a file: identifiers and members of clusters, sorted part by part. */
#include "feature/row_keys.h"
#include "run/posting_slices.h"
#include "run/spill.h"

typedef struct sorted_table {
  posting_slices slices;
  uint32_t table;
} sorted_table;

static khop_status write_sorted(void *context, const sort_item *items, size_t count, khop_error *err) {
  sorted_table *t = context;
  return posting_slices_add(&t->slices, t->table, items, count, err);
}

static khop_status write_table(run *r, spill_sorter *sorter, uint32_t table, pool *workers, khop_error *err) {
  sorted_table t = {.slices = {.store = r->store}, .table = table};
  khop_status status = spill_sorter_each(sorter, workers, write_sorted, &t, err);
  if (status == KHOP_OK) status = posting_slices_end(&t.slices, err);
  posting_slices_free(&t.slices);
  return status;
}

/* ---- identifiers ---------------------------------------------------------------------------------- */

enum { tables_max = STORE_TABLE_RULES - STORE_TABLE_IDENTIFIER, key_bits = 48 };

typedef struct identifier_fields {
  size_t fields[tables_max], count;
} identifier_fields;

static bool identifier_key(const void *context, size_t list, const feature_table *part, const uint8_t *row, uint64_t *out_key) {
  const identifier_fields *identifiers = context;
  *out_key = feature_row_identifier_key(&part->layout.slots[identifiers->fields[list]], row);
  return *out_key != 0;
}

khop_status run_write_identifiers_spilled(run *r, khop_error *err) {
  khop_status status = KHOP_OK;
  identifier_fields identifiers = {.count = 0};
  for (size_t f = 0; f < r->schema->field_count && identifiers.count < tables_max; f++) {
    if (r->schema->fields[f].identifier) identifiers.fields[identifiers.count++] = f;
  }
  row_keys keys = {.table = &r->table, .key = identifier_key, .context = &identifiers, .list_count = identifiers.count};
  if (!keys.list_count) return KHOP_OK;
  TRY_CLEANUP(row_keys_collect(&keys, key_bits, run_spill_bytes(r) / 2, r->workers, err));
  for (size_t i = 0; i < keys.list_count; i++) {
    uint32_t table = (uint32_t)(STORE_TABLE_IDENTIFIER + i);
    TRY_CLEANUP(write_table(r, &keys.sorters[i], table, r->workers, err));
    TRY_CLEANUP(run_write_identifier_fact(r, table, &r->schema->fields[identifiers.fields[i]], err));
  }
cleanup:
  row_keys_free(&keys);
  return status;
}

/* ---- members of clusters ---------------------------------------------------------------------------- */

static khop_status add_members(const clusters *c, spill_sorter *sorter, khop_error *err) {
  for (size_t row = 0; row < c->row_count; row++) {
    uint32_t cluster = c->of_row[row];
    if (cluster == CLUSTER_NONE || c->sizes[cluster] < 2) continue;
    const sort_item item = {.key = cluster, .row = (uint32_t)row};
    TRY(spill_sorter_add(sorter, &item, 1, err));
  }
  return KHOP_OK;
}

/* The run's workers write files at that time. */
khop_status run_write_members_spilled(run *r, const clusters *c, khop_error *err) {
  khop_status status = KHOP_OK;
  pool *alone = NULL;
  uint64_t members = 0;
  for (size_t i = 0; i < c->cluster_count; i++) members += c->sizes[i] > 1 ? c->sizes[i] : 0;
  spill_sorter *sorter = mem_alloc(1, sizeof *sorter);
  if (!sorter) return error_memory(err, sizeof *sorter, "clusters");
  unsigned bits = 1;
  while (c->cluster_count >> bits) bits++;
  spill_sorter_open(sorter, r->spill, bits, members, run_spill_bytes(r) / 4);
  TRY_CLEANUP(pool_create(&alone, 1, err));
  TRY_CLEANUP(add_members(c, sorter, err));
  TRY_CLEANUP(write_table(r, sorter, STORE_TABLE_CLUSTER, alone, err));
cleanup:
  pool_free(alone);
  spill_sorter_close(sorter);
  mem_free(sorter);
  return status;
}
