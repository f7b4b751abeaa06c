/* Identifiers into the store: a table of sorted (key, row) for each identifier field. While the postings of
 * one field are written, the keys of the next are made. */
#include <stdio.h>
#include <string.h>

#include "run/run.h"

enum { chunk_rows = 1 << 16 };

typedef struct key_job {
  const run *run;
  const feature_slot *slot;
  size_t *counts; /* keys of each chunk of rows */
} key_job;

static khop_status make_keys(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  key_job *job = context;
  const feature_table *table = &job->run->table;
  size_t first = task * chunk_rows, last = first + chunk_rows < table->count ? first + chunk_rows : table->count;
  sort_item *out = (sort_item *)job->run->scratch.data + first;
  size_t count = 0;
  for (size_t row = first; row < last; row++) {
    const uint8_t *bytes = feature_row(table, row);
    uint64_t key = feature_row_identifier_key(job->slot, bytes);
    if (!key || feature_row_dead(&table->layout, bytes)) continue;
    out[count++] = (sort_item){.key = key, .row = (uint32_t)row};
  }
  job->counts[task] = count;
  return KHOP_OK;
}

/* What the chunks left in the scratch buffer, end to end. */
static size_t gather_keys(run *r, const size_t *counts, size_t chunks) {
  sort_item *items = r->items.data;
  const sort_item *scratch = r->scratch.data;
  size_t total = 0;
  for (size_t c = 0; c < chunks; c++) {
    memcpy(items + total, scratch + c * chunk_rows, counts[c] * sizeof *items);
    total += counts[c];
  }
  return total;
}

typedef struct table_job {
  run *run;
  const schema_field *field;
  uint32_t table;
  size_t count;
} table_job;

static khop_status write_table(void *context, khop_error *err) {
  const table_job *job = context;
  char name[32], fact[192];
  snprintf(name, sizeof name, "identifier:%u", job->table);
  snprintf(fact, sizeof fact, "%s %s", job->field->name, semantic_type_name(job->field->type));
  TRY(store_writer_postings(job->run->store, job->table, job->run->items.data, job->count, err));
  return store_writer_meta(job->run->store, name, fact, err);
}

khop_status run_write_identifiers(run *r, khop_error *err) {
  if (!r->store || r->table.count == 0) return KHOP_OK;
  khop_status status = KHOP_OK;
  thread *writer = NULL;
  size_t chunks = (r->table.count + chunk_rows - 1) / chunk_rows;
  key_job keys = {.run = r, .counts = mem_alloc(chunks, sizeof(size_t))};
  table_job written = {.run = r};
  uint32_t table = STORE_TABLE_IDENTIFIER;
  if (!keys.counts) return error_memory(err, chunks * sizeof(size_t), "identifiers");
  for (size_t f = 0; f < r->schema->field_count && table < STORE_TABLE_RULES; f++) {
    if (!r->schema->fields[f].identifier) continue;
    keys.slot = &r->table.layout.slots[f];
    TRY_CLEANUP(pool_run(r->workers, chunks, make_keys, &keys, err));
    thread *before = writer;
    writer = NULL;
    TRY_CLEANUP(thread_join(before, err));
    written = (table_job){.run = r, .field = &r->schema->fields[f], .table = table++, .count = gather_keys(r, keys.counts, chunks)};
    TRY_CLEANUP(sort_items(r->items.data, r->scratch.data, written.count, r->workers, err));
    TRY_CLEANUP(thread_start(&writer, write_table, &written, err));
  }
cleanup:;
  khop_status write_status = thread_join(writer, status == KHOP_OK ? err : NULL);
  mem_free(keys.counts);
  return status == KHOP_OK ? write_status : status;
}
