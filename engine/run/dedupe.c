/* khop_dedupe: read, train, match, cluster, write. See khop.h for what it promises. */
#include <stdio.h>
#include <string.h>

#include "output/outputs.h"
#include "output/results.h"
#include "run/run.h"

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

/* ---- results ---------------------------------------------------------------------------------------- */

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
  run_training_facts(r, &out->training);
  out->threads = r->options.threads;
  snprintf(out->schema, sizeof out->schema, "%s", r->schema->name);
  snprintf(out->simd, sizeof out->simd, "%s", cpu_level_name(r->level));
}

/* What is written at the end, in two parts side by side: clusters.csv has a line for each record, and the
 * rest takes about as long. */
typedef struct writing {
  run *run;
  outputs *outputs;
  const result *found;
  size_t member_count; /* in the sort buffer */
} writing;

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
  return run_seal_store(w->run, w->found->clusters, w->member_count, err);
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
  run_summarise_time(r, summary);
  TRY(write_summary(&w->outputs->files[OUTPUT_SUMMARY], w->found, summary, err));
  TRY(outputs_finish(w->outputs, OUTPUT_SUMMARY, err));
  if (r->store) TRY(store_writer_finish(r->store, r->options.force, err));
  return outputs_publish(w->outputs, err);
}

khop_status khop_dedupe(const khop_options *options, khop_summary *out_summary, khop_error *err) {
  *out_summary = (khop_summary){0};
  khop_status status = KHOP_OK;
  run r;
  outputs o;
  outputs_init(&o, OUTPUTS_OF_DEDUPE);
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
  TRY_CLEANUP(run_open_store(&r, err));
  TRY_CLEANUP(run_read_and_store(&r, err));
  TRY_CLEANUP(run_train(&r, err));
  score_tables_make(tables, &r.model, r.schema, &r.table.layout, r.live_rows);
  TRY_CLEANUP(run_match(&r, tables, &kept, err));
  progress_phase(&r.progress, "cluster", "rows", r.table.count);
  TRY_CLEANUP(make_clusters(&r, &kept, tables->match, &c, err));
  TRY_CLEANUP(run_sort_members(&r, &c, &members, err));
  summarise(&r, &kept, tables->match, &c, out_summary);
  progress_phase(&r.progress, "write", "rows", r.table.count);
  result found = run_result(&r);
  found.pairs = &kept;
  found.match_weight = tables->match;
  found.clusters = &c;
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
