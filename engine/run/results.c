/* What dedupe and link have in common around the matching: the store, the result's frame, rejects of a run
 * that fails. See run.h. */
#include <stdio.h>
#include <string.h>

#include "output/outputs.h"
#include "run/run.h"

/* ---- the store ------------------------------------------------------------------------------------- */

khop_status run_open_store(run *r, khop_error *err) {
  if (r->options.skip_store) return KHOP_OK;
  r->store_path = r->options.store ? mem_copy_text(r->options.store, strlen(r->options.store)) : path_join(r->options.output, "store");
  const char **names = mem_alloc(r->schema->field_count, sizeof *names);
  if (!r->store_path || !names) {
    mem_free(names);
    return error_memory(err, r->schema->field_count * sizeof *names, "store");
  }
  for (size_t f = 0; f < r->schema->field_count; f++) names[f] = r->schema->fields[f].name;
  const store_writer_options options = {.schema = r->schema->name, .field_names = names, .field_count = r->schema->field_count};
  khop_status status = store_place_check(r->store_path, r->options.force, err);
  if (status == KHOP_OK) status = store_writer_create(&r->store, r->store_path, &options, err);
  mem_free(names);
  return status;
}

khop_status run_sort_members(run *r, const clusters *c, size_t *out_count, khop_error *err) {
  *out_count = 0;
  if (!r->store) return KHOP_OK;
  sort_item *items = r->items.data;
  size_t count = 0;
  for (size_t row = 0; row < c->row_count; row++) {
    uint32_t cluster = c->of_row[row];
    if (cluster != CLUSTER_NONE && c->sizes[cluster] > 1) items[count++] = (sort_item){.key = cluster, .row = (uint32_t)row};
  }
  *out_count = count;
  return sort_items(items, r->scratch.data, count, r->workers, err);
}

khop_status run_seal_store(run *r, const clusters *c, size_t member_count, khop_error *err) {
  if (!r->store) return KHOP_OK;
  TRY(store_writer_clusters(r->store, c->of_row, c->row_count, err));
  TRY(store_writer_postings(r->store, STORE_TABLE_CLUSTER, r->items.data, member_count, err));
  TRY(run_write_store_tables(r, err));
  TRY(run_write_store_facts(r, err));
  return store_writer_seal(r->store, err);
}

/* ---- results --------------------------------------------------------------------------------------- */

result run_result(const run *r) {
  return (result){.schema = r->schema, .input = r->input, .records = &r->records, .model = &r->model, .facts = r->facts,
                  .block_rows_max = r->options.block_rows_max, .seed = r->options.seed, .input_hash = r->input_hash,
                  .month_first = r->month_first};
}

void run_summarise_time(run *r, khop_summary *out) {
  progress_finish(&r->progress);
  out->seconds = progress_elapsed_s(&r->progress);
  out->peak_memory_bytes = memory_peak_bytes();
  out->phase_count = r->progress.phase_count;
  memcpy(out->phases, r->progress.phases, sizeof out->phases);
}

/* The run stops because of its input: the operator needs the list all the same. An earlier run's
 * rejected.csv stays with its other files. */
static void save_rejected(const run *r) {
  outfile f;
  if (outfile_open(&f, r->options.output, outputs_failed_rejects(r->options.output), NULL) != KHOP_OK) return;
  const result found = run_result(r);
  write_rejected(&f, &found);
  outfile_commit(&f, NULL); /* the run's own failure is the one to tell */
}

khop_status run_read_and_store(run *r, khop_error *err) {
  khop_status status = run_read(r, err);
  if (status == KHOP_INPUT && r->records.reject_count) save_rejected(r);
  TRY(status);
  return run_write_identifiers(r, err);
}
