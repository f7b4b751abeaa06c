/* See row_keys.h. */
#include "feature/row_keys.h"

#include "feature/row_file.h"

typedef struct collecting {
  const row_keys *keys;
  sort_item *items; /* worker x list x ROW_CHUNK */
  size_t *counts;   /* worker x list */
} collecting;

static khop_status make_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)err;
  const collecting *c = context;
  const row_keys *k = c->keys;
  for (size_t l = 0; l < k->list_count; l++) {
    size_t list = worker * k->list_count + l, count = 0;
    sort_item *out = c->items + list * ROW_CHUNK;
    for (size_t row = 0; row < part->count; row++) {
      const uint8_t *bytes = feature_row(part, row);
      uint64_t key;
      if (feature_row_dead(&part->layout, bytes) || !k->key(k->context, l, part, bytes, &key)) continue;
      out[count++] = (sort_item){.key = key, .row = feature_row_number(part, row)};
    }
    c->counts[list] = count;
  }
  return KHOP_OK;
}

static khop_status add_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)part;
  const collecting *c = context;
  const row_keys *k = c->keys;
  for (size_t l = 0; l < k->list_count; l++) {
    size_t list = worker * k->list_count + l;
    TRY(spill_sorter_add(&k->sorters[l], c->items + list * ROW_CHUNK, c->counts[list], err));
  }
  return KHOP_OK;
}

khop_status row_keys_collect(row_keys *k, unsigned key_bits, uint64_t bytes, pool *workers, khop_error *err) {
  khop_status status = KHOP_OK;
  size_t lists = pool_threads(workers) * k->list_count;
  collecting c = {.keys = k, .items = mem_alloc(lists * ROW_CHUNK, sizeof *c.items), .counts = mem_alloc(lists, sizeof *c.counts)};
  const row_pass pass = {.table = k->table, .work = make_keys, .take = add_keys, .context = &c};
  k->sorters = mem_alloc(k->list_count, sizeof *k->sorters);
  if (!k->sorters || !c.items || !c.counts) {
    status = error_memory(err, lists * ROW_CHUNK * sizeof *c.items, "keys of rows");
    goto cleanup;
  }
  for (size_t l = 0; l < k->list_count; l++) spill_sorter_open(&k->sorters[l], row_file_spill(k->table->file), key_bits, k->table->count, bytes);
  TRY_CLEANUP(row_pass_run(&pass, workers, err));
cleanup:
  mem_free(c.items);
  mem_free(c.counts);
  return status;
}

void row_keys_free(row_keys *k) {
  for (size_t l = 0; k->sorters && l < k->list_count; l++) spill_sorter_close(&k->sorters[l]);
  mem_free(k->sorters);
  k->sorters = NULL;
}
