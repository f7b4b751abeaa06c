/* The store's tables of a run whose rows are in a file: identifiers and members of clusters, sorted part by part. */
#include <stdio.h>
#include <string.h>

#include "base/spill_sort.h"
#include "feature/row_file.h"
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

typedef struct identifier_job {
  const run *run;
  size_t fields[tables_max];
  spill_sorter *sorters; /* a field each */
  size_t count;
  sort_item *items; /* worker x field x ROW_CHUNK */
  size_t *counts;   /* worker x field */
} identifier_job;

static khop_status make_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)err;
  const identifier_job *job = context;
  for (size_t i = 0; i < job->count; i++) {
    sort_item *out = job->items + (worker * job->count + i) * ROW_CHUNK;
    size_t count = 0;
    for (size_t row = 0; row < part->count; row++) {
      const uint8_t *bytes = feature_row(part, row);
      uint64_t key = feature_row_identifier_key(&part->layout.slots[job->fields[i]], bytes);
      if (!key || feature_row_dead(&part->layout, bytes)) continue;
      out[count++] = (sort_item){.key = key, .row = feature_row_number(part, row)};
    }
    job->counts[worker * job->count + i] = count;
  }
  return KHOP_OK;
}

static khop_status add_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)part;
  const identifier_job *job = context;
  for (size_t i = 0; i < job->count; i++) {
    size_t list = worker * job->count + i;
    TRY(spill_sorter_add(&job->sorters[i], job->items + list * ROW_CHUNK, job->counts[list], err));
  }
  return KHOP_OK;
}

static khop_status write_fields(run *r, const identifier_job *job, khop_error *err) {
  for (size_t i = 0; i < job->count; i++) {
    const schema_field *field = &r->schema->fields[job->fields[i]];
    char name[32], fact[192];
    snprintf(name, sizeof name, "identifier:%u", (unsigned)(STORE_TABLE_IDENTIFIER + i));
    snprintf(fact, sizeof fact, "%s %s", field->name, semantic_type_name(field->type));
    TRY(write_table(r, &job->sorters[i], (uint32_t)(STORE_TABLE_IDENTIFIER + i), r->workers, err));
    TRY(store_writer_meta(r->store, name, fact, err));
  }
  return KHOP_OK;
}

static khop_status run_job(run *r, identifier_job *job, khop_error *err) {
  size_t lists = pool_threads(r->workers) * job->count;
  job->sorters = mem_alloc(job->count, sizeof *job->sorters);
  job->items = mem_alloc(lists * ROW_CHUNK, sizeof *job->items);
  job->counts = mem_alloc(lists, sizeof *job->counts);
  if (!job->sorters || !job->items || !job->counts) return error_memory(err, lists * ROW_CHUNK * sizeof *job->items, "identifiers");
  for (size_t i = 0; i < job->count; i++) spill_sorter_open(&job->sorters[i], r->spill, key_bits, r->table.count, run_spill_bytes(r) / 2);
  const row_pass pass = {.table = &r->table, .work = make_keys, .take = add_keys, .context = job};
  TRY(row_pass_run(&pass, r->workers, err));
  mem_free(job->items);
  job->items = NULL;
  return write_fields(r, job, err);
}

khop_status run_write_identifiers_spilled(run *r, khop_error *err) {
  identifier_job job = {.run = r};
  for (size_t f = 0; f < r->schema->field_count && job.count < tables_max; f++) {
    if (r->schema->fields[f].identifier) job.fields[job.count++] = f;
  }
  if (!job.count) return KHOP_OK;
  khop_status status = run_job(r, &job, err);
  for (size_t i = 0; job.sorters && i < job.count; i++) spill_sorter_close(&job.sorters[i]);
  mem_free(job.sorters);
  mem_free(job.items);
  mem_free(job.counts);
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
