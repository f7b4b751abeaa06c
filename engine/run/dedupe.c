/* khop_dedupe: read, train, match, cluster, write. See khop.h for what it promises. */
#include <stdio.h>
#include <string.h>

#include "output/outputs.h"
#include "output/results.h"
#include "run/run.h"

static khop_status open_store(run *r, khop_error *err) {
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

/* ---- clusters ------------------------------------------------------------------------------------- */

static bool row_alive(const void *context, size_t row) {
  const run *r = context;
  return !feature_row_dead(&r->table.layout, feature_row(&r->table, row));
}

static khop_status make_clusters(const run *r, const kept_pairs *kept, int32_t match, clusters *out, khop_error *err) {
  row_pair *pairs = mem_alloc(kept->count, sizeof *pairs);
  if (!pairs) return error_memory(err, kept->count * sizeof *pairs, "clusters");
  size_t count = 0;
  for (size_t i = 0; i < kept->count; i++) {
    if (kept_weight(&kept->items[i]) < match) continue;
    pairs[count++] = (row_pair){.left = kept_left(&kept->items[i]), .right = kept_right(&kept->items[i])};
  }
  khop_status status = clusters_make(out, r->table.count, pairs, count, row_alive, r, err);
  mem_free(pairs);
  return status;
}

/* Rows by cluster, for clusters of two or more, into the sort buffer; the store wants them. */
static khop_status sort_members(run *r, const clusters *c, size_t *out_count, khop_error *err) {
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

/* ---- results ---------------------------------------------------------------------------------------- */

static result result_of(const run *r, const kept_pairs *kept, int32_t match, const clusters *c) {
  return (result){.schema = r->schema, .input = r->input, .records = &r->records, .model = &r->model, .facts = r->facts,
                  .pairs = kept, .match_weight = match, .clusters = c, .block_rows_max = r->options.block_rows_max,
                  .seed = r->options.seed, .input_hash = r->input_hash, .month_first = r->month_first};
}

static void summarise(const run *r, const kept_pairs *kept, int32_t match, const clusters *c, khop_summary *out) {
  out->rows = r->rows;
  out->rejected = r->records.reject_count;
  out->indexed = r->live_rows;
  for (size_t i = 0; i < r->schema->rule_count; i++) {
    out->pairs_compared += r->facts[i].pairs;
    out->pairs_left_out += r->facts[i].pairs_left_out;
  }
  for (size_t i = 0; i < kept->count; i++) {
    int32_t weight = kept_weight(&kept->items[i]);
    if (weight < match) {
      out->pairs_review++;
      continue;
    }
    out->pairs_match++;
    out->expected_wrong_pairs += 1 - weight_to_probability((double)weight / WEIGHT_UNIT);
  }
  for (size_t i = 0; i < c->cluster_count; i++) {
    if (c->sizes[i] > out->largest_cluster) out->largest_cluster = c->sizes[i];
    if (c->sizes[i] < 2) continue;
    out->clusters++;
    out->clustered_records += c->sizes[i];
  }
  out->threads = r->options.threads;
  snprintf(out->schema, sizeof out->schema, "%s", r->schema->name);
  snprintf(out->simd, sizeof out->simd, "%s", cpu_level_name(r->level));
}

static void summarise_time(run *r, khop_summary *out) {
  progress_finish(&r->progress);
  out->seconds = progress_elapsed_s(&r->progress);
  out->peak_memory_bytes = memory_peak_bytes();
  out->phase_count = r->progress.phase_count;
  memcpy(out->phases, r->progress.phases, sizeof out->phases);
}

/* What is written at the end, in two parts side by side: clusters.csv has a line for each record, and the
 * rest takes about as long. */
typedef struct writing {
  run *run;
  outputs *outputs;
  const result *found;
  size_t member_count; /* in the sort buffer */
} writing;

static khop_status finish_store(const writing *w, khop_error *err) {
  run *r = w->run;
  const clusters *c = w->found->clusters;
  if (!r->store) return KHOP_OK;
  TRY(store_writer_clusters(r->store, c->of_row, c->row_count, err));
  TRY(store_writer_postings(r->store, STORE_TABLE_CLUSTER, r->items.data, w->member_count, err));
  TRY(run_write_store_tables(r, err));
  TRY(run_write_store_facts(r, err));
  return store_writer_seal(r->store, err);
}

static khop_status write_rest(const writing *w, khop_error *err) {
  outfile *files = w->outputs->files;
  write_pairs(&files[OUTPUT_PAIRS], w->found);
  write_rejected(&files[OUTPUT_REJECTED], w->found);
  char *model_text = NULL;
  TRY(model_to_json(&w->run->model, w->run->schema, &model_text, err));
  outfile_text(&files[OUTPUT_MODEL], model_text);
  mem_free(model_text);
  TRY(outputs_finish(w->outputs, OUTPUT_PAIRS, err));
  TRY(outputs_finish(w->outputs, OUTPUT_REJECTED, err));
  TRY(outputs_finish(w->outputs, OUTPUT_MODEL, err));
  TRY(control_check(w->run->options.control, err));
  return finish_store(w, err);
}

static khop_status write_part(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker;
  const writing *w = context;
  if (task == 1) return write_rest(w, err);
  write_clusters(&w->outputs->files[OUTPUT_CLUSTERS], w->found);
  return outputs_finish(w->outputs, OUTPUT_CLUSTERS, err);
}

/* Everything is on disk before anything takes its name: what fails until then leaves an earlier result as
 * it was. */
static khop_status write_outputs(writing *w, khop_summary *summary, khop_error *err) {
  run *r = w->run;
  TRY(outputs_open(w->outputs, err));
  TRY(pool_run(r->workers, 2, write_part, w, err));
  TRY(control_check(r->options.control, err));
  summarise_time(r, summary);
  TRY(write_summary(&w->outputs->files[OUTPUT_SUMMARY], w->found, summary, err));
  TRY(outputs_finish(w->outputs, OUTPUT_SUMMARY, err));
  if (r->store) TRY(store_writer_finish(r->store, r->options.force, err));
  return outputs_publish(w->outputs, err);
}

/* The run stops because of its input: the operator needs the list all the same. An earlier run's
 * rejected.csv stays with its other files. */
static void save_rejected(const run *r) {
  outfile f;
  if (outfile_open(&f, r->options.output, outputs_failed_rejects(r->options.output), NULL) != KHOP_OK) return;
  const result found = result_of(r, NULL, 0, NULL);
  write_rejected(&f, &found);
  outfile_commit(&f, NULL); /* the run's own failure is the one to tell */
}

static khop_status read_and_store(run *r, khop_error *err) {
  khop_status status = run_read(r, err);
  if (status == KHOP_INPUT && r->records.reject_count) save_rejected(r);
  TRY(status);
  return run_write_identifiers(r, err);
}

khop_status khop_dedupe(const khop_options *options, khop_summary *out_summary, khop_error *err) {
  *out_summary = (khop_summary){0};
  khop_status status = KHOP_OK;
  run r;
  outputs o;
  outputs_init(&o);
  kept_pairs kept = {0};
  clusters c = {0};
  size_t members = 0;
  score_tables *tables = mem_alloc(1, sizeof *tables);
  TRY_CLEANUP(run_open(&r, options, RUN_WRITES, err));
  if (!tables) {
    status = error_memory(err, sizeof *tables, "weights");
    goto cleanup;
  }
  TRY_CLEANUP(outputs_begin(&o, r.options.output, r.options.force, err));
  TRY_CLEANUP(open_store(&r, err));
  TRY_CLEANUP(read_and_store(&r, err));
  TRY_CLEANUP(run_train(&r, err));
  score_tables_make(tables, &r.model, r.schema, &r.table.layout, r.live_rows);
  TRY_CLEANUP(run_match(&r, tables, &kept, err));
  progress_phase(&r.progress, "cluster", "rows", r.table.count);
  TRY_CLEANUP(make_clusters(&r, &kept, tables->match, &c, err));
  TRY_CLEANUP(sort_members(&r, &c, &members, err));
  summarise(&r, &kept, tables->match, &c, out_summary);
  progress_phase(&r.progress, "write", "rows", r.table.count);
  const result found = result_of(&r, &kept, tables->match, &c);
  writing job = {.run = &r, .outputs = &o, .found = &found, .member_count = members};
  TRY_CLEANUP(write_outputs(&job, out_summary, err));
cleanup:
  outputs_abandon(&o);
  clusters_free(&c);
  mem_free(kept.items);
  mem_free(tables);
  run_close(&r);
  return status;
}
