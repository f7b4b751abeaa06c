/* Identifiers into the store: a table of sorted (key, row) for each identifier field.
 *
 *   rows --one pass--> a list for each of a few fields and each chunk of rows --field by field--> sorted --> store
 *
 * A pass over all rows waits for memory longer than it takes to make a key, as with blocking rules (key_group.h).
 * Two buffers take turns: while the postings of one field are written, the keys of the next are taken.
 */
#include <stdio.h>
#include <string.h>

#include "run/spill.h"

typedef struct key_job {
  const run *run;
  size_t fields[KEY_GROUP_RULES];
  size_t field_count, chunk_count;
  region lists;   /* keyed_row: field by field, chunk by chunk */
  size_t *counts; /* likewise: keys of each chunk of rows */
} key_job;

static keyed_row *list_of(const key_job *job, size_t field, size_t chunk) {
  return (keyed_row *)job->lists.data + (field * job->chunk_count + chunk) * KEYED_ROWS_MAX;
}

static khop_status make_keys(void *context, size_t chunk, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const key_job *job = context;
  const feature_table *table = &job->run->table;
  const bool some_are_dead = job->run->live_rows < table->count;
  size_t first = chunk * KEYED_ROWS_MAX, left = table->count - first, counts[KEY_GROUP_RULES] = {0};
  const size_t ahead = 16 * table->layout.stride; /* fetching beyond the table is harmless */
  keyed_row *lists[KEY_GROUP_RULES];
  for (size_t f = 0; f < job->field_count; f++) lists[f] = list_of(job, f, chunk);
  for (size_t place = 0; place < left && place < KEYED_ROWS_MAX; place++) {
    const uint8_t *row = feature_row(table, first + place);
    for (size_t f = 0; f < job->field_count; f++) __builtin_prefetch(row + ahead + table->layout.slots[job->fields[f]].offset);
    if (some_are_dead && feature_row_dead(&table->layout, row)) continue;
    for (size_t f = 0; f < job->field_count; f++) {
      uint64_t key = feature_row_identifier_key(&table->layout.slots[job->fields[f]], row);
      lists[f][counts[f]] = key << 16 | place;
      counts[f] += key != 0;
    }
  }
  for (size_t f = 0; f < job->field_count; f++) job->counts[f * job->chunk_count + chunk] = counts[f];
  return KHOP_OK;
}

/* The keys of one of the job's fields, in row order; how many. */
static size_t take_keys(const key_job *job, size_t field, sort_item *out) {
  size_t total = 0;
  for (size_t chunk = 0; chunk < job->chunk_count; chunk++) {
    const keyed_row *list = list_of(job, field, chunk);
    for (size_t i = 0; i < job->counts[field * job->chunk_count + chunk]; i++) {
      uint32_t row = (uint32_t)(chunk * KEYED_ROWS_MAX) + keyed_row_place(list[i]);
      out[total++] = (sort_item){.key = keyed_row_key(list[i]), .row = row};
    }
  }
  return total;
}

/* ---- writing ------------------------------------------------------------------------------------ */

typedef struct table_writing {
  run *run;
  const schema_field *field;
  uint32_t table; /* number of the next one */
  sort_item *items, *scratch; /* the buffers by their turn */
  size_t count;
  thread *thread;
} table_writing;

khop_status run_write_identifier_fact(run *r, uint32_t table, const schema_field *field, khop_error *err) {
  char name[32], fact[192];
  snprintf(name, sizeof name, "identifier:%u", table);
  snprintf(fact, sizeof fact, "%s %s", field->name, semantic_type_name(field->type));
  return store_writer_meta(r->store, name, fact, err);
}

static khop_status write_table(void *context, khop_error *err) {
  const table_writing *w = context;
  TRY(store_writer_postings(w->run->store, w->table, (const store_posting *)w->items, w->count, err));
  return run_write_identifier_fact(w->run, w->table, w->field, err);
}

static khop_status wait_for_table(table_writing *w, khop_error *err) {
  thread *before = w->thread;
  w->thread = NULL;
  return thread_join(before, err);
}

static khop_status start_table(table_writing *w, const key_job *job, size_t field, khop_error *err) {
  sort_item *items = w->scratch; /* of which the table before, being written, has no need */
  size_t count = take_keys(job, field, items);
  TRY(wait_for_table(w, err));
  w->scratch = w->items;
  w->items = items;
  w->count = count;
  w->field = &w->run->schema->fields[job->fields[field]];
  w->table++;
  TRY(sort_items(w->items, w->scratch, count, w->run->workers, err));
  return thread_start(&w->thread, write_table, w, err);
}

static khop_status write_fields(table_writing *w, key_job *job, khop_error *err) {
  if (job->field_count == 0) return KHOP_OK;
  TRY(pool_run(w->run->workers, job->chunk_count, make_keys, job, err));
  for (size_t f = 0; f < job->field_count; f++) TRY(start_table(w, job, f, err));
  job->field_count = 0;
  return KHOP_OK;
}

static size_t count_fields(const schema *s) {
  size_t count = 0, tables = STORE_TABLE_RULES - STORE_TABLE_IDENTIFIER;
  for (size_t f = 0; f < s->field_count; f++) count += s->fields[f].identifier;
  return count < tables ? count : tables;
}

khop_status run_write_identifiers(run *r, khop_error *err) {
  size_t left = count_fields(r->schema), together = left < KEY_GROUP_RULES ? left : KEY_GROUP_RULES;
  if (!r->store || r->table.count == 0 || left == 0) return KHOP_OK;
  if (r->spill) return run_write_identifiers_spilled(r, err);
  khop_status status;
  table_writing writing = {.run = r, .table = STORE_TABLE_IDENTIFIER - 1, .items = r->items.data, .scratch = r->scratch.data};
  key_job job = {.run = r, .chunk_count = (r->table.count + KEYED_ROWS_MAX - 1) / KEYED_ROWS_MAX};
  job.counts = mem_alloc(together * job.chunk_count, sizeof *job.counts);
  if (!job.counts) return error_memory(err, together * job.chunk_count * sizeof *job.counts, "identifiers");
  TRY_CLEANUP(region_map(&job.lists, together * job.chunk_count * KEYED_ROWS_MAX * sizeof(keyed_row), "identifiers", err));
  for (size_t f = 0; left > 0; f++) {
    if (!r->schema->fields[f].identifier) continue;
    left--;
    job.fields[job.field_count++] = f;
    if (job.field_count == together) TRY_CLEANUP(write_fields(&writing, &job, err));
  }
  TRY_CLEANUP(write_fields(&writing, &job, err));
cleanup:;
  khop_status write_status = thread_join(writing.thread, status == KHOP_OK ? err : NULL);
  region_unmap(&job.lists);
  mem_free(job.counts);
  return status == KHOP_OK ? write_status : status;
}
