/* See plan_rules.h. */
#include "run/plan_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "feature/row_file.h"
#include "run/plan_needs.h"
#include "run/spill.h"

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
  const feature_table *table; /* that is walked: the run's, or a part of it */
  plan_worker *workers;
  size_t rule, tasks;
  double rule_start;
  double sort_seconds, walk_seconds[SCHEMA_RULES_MAX];
} plan_job;

/* ---- a sample of the pairs, compared and scored --------------------------------------------------- */

/* Which batches are compared depends on the task alone, so the estimates are the same on any number of threads. */
static bool sampled(size_t task, size_t tasks) {
  return tasks <= tasks_all_compared || task == 0 || hash_mix(task + 1) % tasks_a_sample == 0;
}

static khop_status keep_match(const plan_job *job, plan_worker *w, const candidate_batch *batch, size_t p, khop_error *err) {
  TRY(array_reserve(&w->matches, &w->match_capacity, w->match_count + 1, sizeof *w->matches, "matching pairs", err));
  uint64_t left = feature_row_number(job->table, batch->rows[batch->pairs.left[p]]);
  uint64_t right = feature_row_number(job->table, batch->rows[batch->pairs.right[p]]);
  w->matches[w->match_count++] = (sort_item){.key = left << 32 | right, .extra = (uint32_t)job->rule};
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
  view_load(&w->comparer.columns, job->table, batch->rows, 0, batch->row_count);
  comparer_run(&w->comparer, &batch->pairs);
  score_pairs(job->tables, &w->comparer, &batch->pairs, weights);
  for (size_t p = 0; p < batch->pairs.count; p++) {
    if (weights[p] < job->tables->review) continue;
    bool match = weights[p] >= job->tables->match;
    sample->matches += match;
    sample->reviews += !match;
    if (match) TRY(keep_match(job, w, batch, p, err));
  }
  sample->sampled_pairs += batch->pairs.count;
  sample->sample_seconds += clock_seconds() - start;
  return KHOP_OK;
}

static khop_status walk_sorted(plan_job *job, rule_walk *walk, rule_facts *facts, khop_error *err) {
  double sorted = clock_seconds();
  job->sort_seconds += sorted - job->rule_start;
  job->table = walk->options->table;
  job->rule = walk->rule;
  job->tasks = rule_walk_tasks(walk);
  walk->split_keys = &job->run->split_keys;
  TRY(rule_walk_pairs(walk, false, count_batch, job, job->run->workers, facts, err));
  job->rule_start = clock_seconds();
  job->walk_seconds[job->rule] += job->rule_start - sorted;
  return KHOP_OK;
}

static khop_status walk_in_memory(plan_job *job, khop_error *err) {
  run *r = job->run;
  for (size_t rule = 0; rule < r->schema->rule_count; rule++) {
    rule_walk walk = {.options = &r->walk, .rule = rule, .items = r->items.data, .scratch = r->scratch.data};
    TRY(rule_walk_sort(&walk, 1, r->workers, err));
    TRY(walk_sorted(job, &walk, &r->facts[rule], err));
    progress_set(&r->progress, rule + 1);
  }
  return KHOP_OK;
}

static khop_status walk_part(void *context, rule_walk *walk, khop_error *err) {
  plan_job *job = context;
  rule_facts facts;
  TRY(walk_sorted(job, walk, &facts, err));
  rule_facts_add(&job->run->facts[walk->rule], &facts);
  return KHOP_OK;
}

static khop_status end_rule(void *context, size_t rule, uint64_t rows, khop_error *err) {
  (void)err;
  plan_job *job = context;
  job->run->facts[rule].rows = rows;
  progress_set(&job->run->progress, rule + 1);
  return KHOP_OK;
}

static khop_status walk_rules(plan_job *job, khop_error *err) {
  run *r = job->run;
  const partition_input in = {.walk = &r->walk, .file = r->spill, .workers = r->workers, .bytes = r->spill ? run_spill_bytes(r) : 0, .share = 1,
                              .part = walk_part, .end = end_rule, .context = job};
  progress_phase(&r->progress, "block", "rules", r->schema->rule_count);
  job->rule_start = clock_seconds();
  return r->spill ? partition_rules(&in, &r->spilled, err) : walk_in_memory(job, err);
}

/* The rows of the matches, where those of the table are in a file. */
static khop_status gather_matches(const run *r, const plan_worker *w, row_part *part, khop_error *err) {
  uint32_t *rows = mem_alloc(w->match_count, 2 * sizeof *rows);
  if (!rows) return error_memory(err, w->match_count * 2 * sizeof *rows, "plan");
  for (size_t i = 0; i < w->match_count; i++) {
    rows[2 * i] = (uint32_t)(w->matches[i].key >> 32);
    rows[2 * i + 1] = (uint32_t)w->matches[i].key;
  }
  khop_status status = row_part_gather(part, &r->table, rows, row_numbers_sort(rows, 2 * w->match_count), err);
  mem_free(rows);
  return status;
}

/* Once all rules were walked, for then all split keys are known. Earlier rules do not find the pair: it is the first
 * that hands it out. */
static khop_status count_alone(const run *r, plan_worker *w, khop_error *err) {
  row_part part = {0};
  if (r->spill) TRY(gather_matches(r, w, &part, err));
  for (size_t i = 0; i < w->match_count; i++) {
    uint32_t left = (uint32_t)(w->matches[i].key >> 32), right = (uint32_t)w->matches[i].key;
    const uint8_t *x = r->spill ? feature_row(&part.table, row_part_find(&part, left)) : feature_row(&r->table, left);
    const uint8_t *y = r->spill ? feature_row(&part.table, row_part_find(&part, right)) : feature_row(&r->table, right);
    size_t rule = w->matches[i].extra;
    w->rules[rule].alone += !block_rules_find(&r->table.layout, r->schema, rule + 1, r->schema->rule_count, &r->split_keys, x, y);
  }
  row_part_free(&part);
  return KHOP_OK;
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

static khop_status report(const plan_job *job, khop_plan_result *out, khop_error *err) {
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
  const plan_work work = {.seconds = progress_elapsed_s(&r->progress), .seconds_per_pair = seconds_per_pair, .pairs_to_come = pairs - sampled_pairs};
  return plan_needs(r, &work, out, err);
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
  for (unsigned t = 0; t < made; t++) TRY_CLEANUP(count_alone(r, &job.workers[t], err));
  TRY_CLEANUP(run_gather_ids(r, NULL, err));
  TRY_CLEANUP(report(&job, out, err));
cleanup:
  for (unsigned t = 0; t < made; t++) {
    comparer_free(&job.workers[t].comparer);
    mem_free(job.workers[t].matches);
  }
  mem_free(job.workers);
  mem_free(tables);
  return status;
}
