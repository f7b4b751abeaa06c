/* khop_plan: reads, blocks and counts, compares a sample for the time and the review load. The
 * counts are those of the run itself, because the same walk makes them. khop_train is its sibling: it
 * stops after the model. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "run/run.h"

/* ---- the calibration: a spread of batches, compared and scored ------------------------------------ */

typedef struct plan_worker {
  comparer comparer;
  uint64_t batches, pairs, sampled_pairs, matches, reviews;
  double sample_seconds;
} plan_worker;

typedef struct plan_job {
  run *run;
  const score_tables *tables;
  plan_worker *workers;
} plan_job;

/* Which batches are compared depends on the task alone, so the estimate of the review load is the
 * same on any number of threads. */
static bool sampled(size_t task) { return hash_mix(task + 1) % 16 == 0 || task == 0; }

static khop_status count_batch(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  (void)err;
  plan_job *job = context;
  plan_worker *w = &job->workers[worker];
  w->pairs += batch->pairs.count;
  if (!sampled(task)) return KHOP_OK;
  double start = clock_seconds();
  int32_t weights[BATCH_PAIRS];
  view_load(&w->comparer.columns, &job->run->table, batch->rows, 0, batch->row_count);
  comparer_run(&w->comparer, &batch->pairs);
  score_pairs(job->tables, &w->comparer, &batch->pairs, weights);
  for (size_t p = 0; p < batch->pairs.count; p++) {
    w->matches += weights[p] >= job->tables->match;
    w->reviews += weights[p] >= job->tables->review && weights[p] < job->tables->match;
  }
  w->sampled_pairs += batch->pairs.count;
  w->sample_seconds += clock_seconds() - start;
  return KHOP_OK;
}

/* ---- the report -------------------------------------------------------------------------------------- */

static void report_rules(const run *r, khop_plan_result *out) {
  out->rule_count = r->schema->rule_count;
  rule_facts all = {0};
  for (size_t i = 0; i < r->schema->rule_count; i++) {
    const rule_facts *f = &r->facts[i];
    khop_plan_rule *rule = &out->rules[i];
    snprintf(rule->name, sizeof rule->name, "%s", r->schema->rules[i].name);
    rule->rows = f->rows;
    rule->blocks = f->blocks;
    rule->pairs = f->pairs;
    rule->pairs_repeated = f->pairs_repeated;
    rule->pairs_split = f->pairs_split;
    rule->pairs_left_out = f->pairs_left_out;
    out->pairs += f->pairs;
    rule_facts_add(&all, f);
  }
  out->block_count = all.largest_count;
  for (size_t i = 0; i < all.largest_count; i++) {
    khop_plan_block *block = &out->blocks[i];
    size_t length;
    const char *id = record_id(&r->records, all.largest[i].first_row, &length);
    snprintf(block->rule, sizeof block->rule, "%s", r->schema->rules[all.largest[i].rule].name);
    snprintf(block->record_id, sizeof block->record_id, "%.*s", (int)length, id);
    block->rows = all.largest[i].rows;
    block->pairs_left_out = all.largest[i].pairs_left_out;
  }
}

static void report_estimates(const run *r, const plan_worker *workers, double blocking_seconds, khop_plan_result *out) {
  plan_worker sum = {0};
  for (unsigned t = 0; t < r->options.threads; t++) {
    sum.pairs += workers[t].pairs;
    sum.sampled_pairs += workers[t].sampled_pairs;
    sum.matches += workers[t].matches;
    sum.reviews += workers[t].reviews;
    sum.sample_seconds += workers[t].sample_seconds;
  }
  const double store_bytes_per_row = 250, csv_bytes_per_row = 40, csv_bytes_per_pair = 60, output_bytes_per_second = 100e6;
  double scale = sum.sampled_pairs ? (double)sum.pairs / (double)sum.sampled_pairs : 0;
  double seconds_per_pair = sum.sampled_pairs ? sum.sample_seconds / (double)sum.sampled_pairs : 0;
  out->expected_matches = (double)sum.matches * scale;
  out->expected_reviews = (double)sum.reviews * scale;
  out->pairs_per_second = seconds_per_pair > 0 ? r->options.threads / seconds_per_pair : 0;
  double disk = (double)out->indexed * (store_bytes_per_row + csv_bytes_per_row) +
                (out->expected_matches + out->expected_reviews) * csv_bytes_per_pair;
  out->disk_bytes = (uint64_t)disk;
  out->memory_bytes = run_memory_needed(r, r->table.count) + run_pairs_memory((uint64_t)(out->expected_matches + out->expected_reviews));
  double comparing = out->pairs_per_second > 0 ? (double)(sum.pairs - sum.sampled_pairs) / out->pairs_per_second : 0;
  out->seconds = blocking_seconds + comparing + disk / output_bytes_per_second;
}

static khop_status walk_rules(run *r, plan_job *job, khop_error *err) {
  progress_phase(&r->progress, "block", "rules", r->schema->rule_count);
  for (size_t rule = 0; rule < r->schema->rule_count; rule++) {
    rule_walk walk = {.options = &r->walk, .rule = rule, .split_keys = &r->split_keys, .items = r->items.data, .scratch = r->scratch.data};
    TRY(rule_walk_sort(&walk, 1, r->workers, err));
    TRY(rule_walk_pairs(&walk, false, count_batch, job, r->workers, &r->facts[rule], err));
    progress_set(&r->progress, rule + 1);
  }
  return KHOP_OK;
}

static khop_status plan_rules(run *r, khop_plan_result *out, khop_error *err) {
  khop_status status = KHOP_OK;
  unsigned made = 0;
  score_tables *tables = mem_alloc(1, sizeof *tables);
  plan_job job = {.run = r, .tables = tables, .workers = mem_alloc(r->options.threads, sizeof(plan_worker))};
  if (!tables || !job.workers) {
    status = error_memory(err, sizeof *tables, "plan");
    goto cleanup;
  }
  score_tables_make(tables, &r->model, r->schema, &r->table.layout, r->live_rows);
  for (; made < r->options.threads; made++) {
    TRY_CLEANUP(comparer_create(&job.workers[made].comparer, &r->plan, &r->table.layout, r->level, err));
  }
  TRY_CLEANUP(walk_rules(r, &job, err));
  report_rules(r, out);
  report_estimates(r, job.workers, progress_elapsed_s(&r->progress), out);
cleanup:
  for (unsigned t = 0; t < made; t++) comparer_free(&job.workers[t].comparer);
  mem_free(job.workers);
  mem_free(tables);
  return status;
}

khop_status khop_plan(const khop_options *options, khop_plan_result *out_plan, khop_error *err) {
  *out_plan = (khop_plan_result){0};
  khop_status status = KHOP_OK;
  run r;
  TRY_CLEANUP(run_open(&r, options, RUN_READS, err));
  TRY_CLEANUP(run_read(&r, err));
  TRY_CLEANUP(run_train(&r, err));
  snprintf(out_plan->schema, sizeof out_plan->schema, "%s", r.schema->name);
  out_plan->rows = r.rows;
  out_plan->rejected = r.records.reject_count;
  out_plan->indexed = r.live_rows;
  TRY_CLEANUP(plan_rules(&r, out_plan, err));
  progress_finish(&r.progress);
cleanup:
  run_close(&r);
  return status;
}

/* ---- train --------------------------------------------------------------------------------------------- */

static khop_status write_model(const run *r, const char *path, khop_error *err) {
  const char *slash = strrchr(path, '/');
  char *directory = slash ? mem_copy_text(path, slash == path ? 1 : (size_t)(slash - path)) : mem_copy_text(".", 1);
  if (!directory) return error_memory(err, strlen(path), "path");
  char *text = NULL;
  outfile f = {.fd = -1};
  khop_status status = model_to_json(&r->model, r->schema, &text, err);
  if (status == KHOP_OK) status = outfile_open(&f, directory, slash ? slash + 1 : path, err);
  if (status == KHOP_OK) {
    outfile_text(&f, text);
    status = outfile_commit(&f, err);
  }
  mem_free(text);
  mem_free(directory);
  return status;
}

khop_status khop_train(const khop_options *options, const char *model_path, khop_error *err) {
  khop_status status = KHOP_OK;
  run r;
  TRY_CLEANUP(run_open(&r, options, RUN_READS, err));
  TRY_CLEANUP(run_read(&r, err));
  TRY_CLEANUP(run_train(&r, err));
  TRY_CLEANUP(write_model(&r, model_path, err));
  progress_finish(&r.progress);
cleanup:
  run_close(&r);
  return status;
}
