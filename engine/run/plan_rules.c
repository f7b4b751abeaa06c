/* See plan_rules.h. */
#include "run/plan_rules.h"

#include <stdio.h>

#include "base/hash.h"

/* Of a rule with fewer tasks all pairs are compared, else those of every sixteenth task. */
enum { tasks_all_compared = 4, tasks_a_sample = 16 };

/* What was counted under one rule; by worker, then added up. */
typedef struct rule_sample {
  uint64_t pairs, sampled_pairs, matches, reviews;
  uint64_t alone; /* matches that no other rule finds */
  double sample_seconds;
} rule_sample;

typedef struct plan_worker {
  comparer comparer;
  rule_sample rules[SCHEMA_RULES_MAX];
  sort_item *matches; /* key = left << 32 | right, extra = the rule */
  size_t match_count, match_capacity;
} plan_worker;

typedef struct plan_job {
  run *run;
  const score_tables *tables;
  plan_worker *workers;
  size_t rule, tasks;
  double sort_seconds, walk_seconds[SCHEMA_RULES_MAX];
} plan_job;

/* ---- a sample of the pairs, compared and scored --------------------------------------------------- */

/* Which batches are compared depends on the task alone, so the estimates are the same on any number of threads. */
static bool sampled(size_t task, size_t tasks) {
  return tasks <= tasks_all_compared || task == 0 || hash_mix(task + 1) % tasks_a_sample == 0;
}

static khop_status keep_match(plan_worker *w, const candidate_batch *batch, size_t p, size_t rule, khop_error *err) {
  TRY(array_reserve(&w->matches, &w->match_capacity, w->match_count + 1, sizeof *w->matches, "matching pairs", err));
  uint64_t left = batch->rows[batch->pairs.left[p]], right = batch->rows[batch->pairs.right[p]];
  w->matches[w->match_count++] = (sort_item){.key = left << 32 | right, .extra = (uint32_t)rule};
  return KHOP_OK;
}

static khop_status count_batch(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  plan_job *job = context;
  plan_worker *w = &job->workers[worker];
  rule_sample *sample = &w->rules[job->rule];
  sample->pairs += batch->pairs.count;
  if (!sampled(task, job->tasks)) return KHOP_OK;
  double start = clock_seconds();
  int32_t weights[BATCH_PAIRS];
  view_load(&w->comparer.columns, &job->run->table, batch->rows, 0, batch->row_count);
  comparer_run(&w->comparer, &batch->pairs);
  score_pairs(job->tables, &w->comparer, &batch->pairs, weights);
  for (size_t p = 0; p < batch->pairs.count; p++) {
    if (weights[p] < job->tables->review) continue;
    bool match = weights[p] >= job->tables->match;
    sample->matches += match;
    sample->reviews += !match;
    if (match) TRY(keep_match(w, batch, p, job->rule, err));
  }
  sample->sampled_pairs += batch->pairs.count;
  sample->sample_seconds += clock_seconds() - start;
  return KHOP_OK;
}

static khop_status walk_rules(plan_job *job, khop_error *err) {
  run *r = job->run;
  progress_phase(&r->progress, "block", "rules", r->schema->rule_count);
  for (job->rule = 0; job->rule < r->schema->rule_count; job->rule++) {
    rule_walk walk = {.options = &r->walk, .rule = job->rule, .split_keys = &r->split_keys, .items = r->items.data, .scratch = r->scratch.data};
    double start = clock_seconds();
    TRY(rule_walk_sort(&walk, 1, r->workers, err));
    double sorted = clock_seconds();
    job->tasks = rule_walk_tasks(&walk);
    TRY(rule_walk_pairs(&walk, false, count_batch, job, r->workers, &r->facts[job->rule], err));
    job->sort_seconds += sorted - start;
    job->walk_seconds[job->rule] = clock_seconds() - sorted;
    progress_set(&r->progress, job->rule + 1);
  }
  return KHOP_OK;
}

/* Once all rules were walked, for then all split keys are known. Earlier rules do not find the pair: it is the first
 * that hands it out. */
static void count_alone(const run *r, plan_worker *w) {
  for (size_t i = 0; i < w->match_count; i++) {
    const uint8_t *x = feature_row(&r->table, w->matches[i].key >> 32), *y = feature_row(&r->table, (uint32_t)w->matches[i].key);
    size_t rule = w->matches[i].extra;
    w->rules[rule].alone += !block_rules_find(&r->table.layout, r->schema, rule + 1, r->schema->rule_count, &r->split_keys, x, y);
  }
}

/* ---- the report -------------------------------------------------------------------------------------- */

static rule_sample sum_of_rule(const plan_job *job, size_t rule) {
  rule_sample sum = {0};
  for (unsigned t = 0; t < job->run->options.threads; t++) {
    const rule_sample *part = &job->workers[t].rules[rule];
    sum.pairs += part->pairs;
    sum.sampled_pairs += part->sampled_pairs;
    sum.matches += part->matches;
    sum.reviews += part->reviews;
    sum.alone += part->alone;
    sum.sample_seconds += part->sample_seconds;
  }
  return sum;
}

static void report_rule(const run *r, size_t i, const rule_sample *sample, khop_plan_result *out) {
  const rule_facts *f = &r->facts[i];
  khop_plan_rule *rule = &out->rules[i];
  snprintf(rule->name, sizeof rule->name, "%s", r->schema->rules[i].name);
  rule->rows = f->rows;
  rule->blocks = f->blocks;
  rule->pairs = f->pairs;
  rule->pairs_repeated = f->pairs_repeated;
  rule->pairs_split = f->pairs_split;
  rule->pairs_left_out = f->pairs_left_out;
  double scale = sample->sampled_pairs ? (double)sample->pairs / (double)sample->sampled_pairs : 0;
  rule->expected_matches = (double)sample->matches * scale;
  rule->expected_alone = (double)sample->alone * scale;
  out->expected_matches += rule->expected_matches;
  out->expected_reviews += (double)sample->reviews * scale;
  out->pairs += f->pairs;
}

static void report_blocks(const run *r, khop_plan_result *out) {
  rule_facts all = {0};
  for (size_t i = 0; i < r->schema->rule_count; i++) rule_facts_add(&all, &r->facts[i]);
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

/* Entries of the store's tables: record ids, identifiers, the keys of all rules. */
static uint64_t count_postings(const run *r, uint64_t indexed) {
  uint64_t count = indexed;
  for (size_t i = 0; i < r->schema->rule_count; i++) count += r->facts[i].rows;
  for (size_t f = 0; f < r->schema->field_count; f++) {
    if (!r->schema->fields[f].identifier) continue;
    const feature_slot *slot = &r->table.layout.slots[f];
    for (size_t row = 0; row < r->table.count; row++) count += !feature_missing(slot, feature_row(&r->table, row));
  }
  return count;
}

/* What plan did took as long as it will in the run, but for the trial of the store; the rest of the pairs and of the store are
 * to come. While a run reads, its threads share the writing; at the end it waits for the disk. */
static void report_needs(const run *r, double elapsed, double seconds_per_pair, uint64_t pairs_to_come, khop_plan_result *out) {
  const double posting_bytes = 6.3, csv_bytes_per_row = 40, csv_bytes_per_pair = 60, csv_bytes_per_second = 400e6;
  const double threads = r->options.threads;
  double csv = (double)out->indexed * csv_bytes_per_row + (out->expected_matches + out->expected_reviews) * csv_bytes_per_pair, stored = 0;
  out->pairs_per_second = seconds_per_pair > 0 ? threads / seconds_per_pair : 0;
  out->seconds = elapsed + (double)pairs_to_come * seconds_per_pair / threads + csv / csv_bytes_per_second;
  if (r->trial) {
    stored = (double)r->trial->packed_bytes + (double)count_postings(r, out->indexed) * posting_bytes;
    out->seconds += (store_trial_append_seconds(r->trial, stored) - r->trial->append_seconds) / threads - r->trial->sync_seconds +
                    store_trial_sync_seconds(r->trial, stored + csv);
  }
  out->disk_bytes = (uint64_t)(stored + csv);
  out->memory_bytes = run_memory_needed(r, r->table.count) + run_pairs_memory((uint64_t)(out->expected_matches + out->expected_reviews));
}

static void report(const plan_job *job, khop_plan_result *out) {
  const run *r = job->run;
  double sample_seconds = 0;
  uint64_t pairs = 0, sampled_pairs = 0;
  rule_sample samples[SCHEMA_RULES_MAX];
  out->rule_count = r->schema->rule_count;
  for (size_t i = 0; i < out->rule_count; i++) {
    samples[i] = sum_of_rule(job, i);
    sample_seconds += samples[i].sample_seconds;
    pairs += samples[i].pairs;
    sampled_pairs += samples[i].sampled_pairs;
    report_rule(r, i, &samples[i], out);
  }
  report_blocks(r, out);
  double seconds_per_pair = sampled_pairs ? sample_seconds / (double)sampled_pairs : 0, threads = r->options.threads;
  for (size_t i = 0; i < out->rule_count; i++) {
    double to_come = (double)(samples[i].pairs - samples[i].sampled_pairs) * seconds_per_pair / threads;
    out->rules[i].seconds = job->sort_seconds / (double)out->rule_count + job->walk_seconds[i] + to_come; /* keys are made for several rules at once */
  }
  report_needs(r, progress_elapsed_s(&r->progress), seconds_per_pair, pairs - sampled_pairs, out);
}

khop_status plan_rules(run *r, khop_plan_result *out, khop_error *err) {
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
  TRY_CLEANUP(walk_rules(&job, err));
  for (unsigned t = 0; t < made; t++) count_alone(r, &job.workers[t]);
  report(&job, out);
cleanup:
  for (unsigned t = 0; t < made; t++) {
    comparer_free(&job.workers[t].comparer);
    mem_free(job.workers[t].matches);
  }
  mem_free(job.workers);
  mem_free(tables);
  return status;
}
