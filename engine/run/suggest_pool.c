/* Matching pairs that any of many rules finds. See suggest.h.
 *
 * Rules are walked one by one, as if there were no others, and of all pairs the same share is taken, chosen by the hash of
 * the pair: so a pair is in the pool or not, whichever rule finds it first. */
#include <string.h>

#include "base/hash.h"
#include "run/suggest.h"

/* Bits below the match threshold that a better model may make up for. */
enum { near_match = 8 * WEIGHT_UNIT };

typedef struct pool_worker {
  comparer comparer;
  uint32_t rows[BATCH_ROWS]; /* two a pair */
  size_t row_count;
  pair_list pairs;
  sort_item *found;
  size_t found_count, found_capacity;
} pool_worker;

typedef struct pool_job {
  const run *run;
  score_tables *tables;
  uint64_t threshold, seed;
  pool_worker *workers;
  unsigned made;
} pool_job;

/* ---- comparing -------------------------------------------------------------------------------------- */

static khop_status job_open(pool_job *job, const run *r, double share, khop_error *err) {
  *job = (pool_job){.run = r, .seed = r->options.seed, .threshold = share >= 1 ? UINT64_MAX : (uint64_t)(share * 0x1p64)};
  job->tables = mem_alloc(1, sizeof *job->tables);
  job->workers = mem_alloc(r->options.threads, sizeof *job->workers);
  if (!job->tables || !job->workers) return error_memory(err, r->options.threads * sizeof *job->workers, "pairs to judge rules by");
  score_tables_make(job->tables, &r->model, r->schema, &r->table.layout, r->live_rows);
  for (; job->made < r->options.threads; job->made++) {
    TRY(comparer_create(&job->workers[job->made].comparer, &r->plan, &r->table.layout, r->level, err));
  }
  return KHOP_OK;
}

static void job_close(pool_job *job) {
  for (unsigned t = 0; t < job->made; t++) {
    comparer_free(&job->workers[t].comparer);
    mem_free(job->workers[t].found);
  }
  mem_free(job->workers);
  mem_free(job->tables);
}

static void add_pair(pool_worker *w, uint32_t left, uint32_t right) {
  size_t p = w->pairs.count++;
  w->pairs.left[p] = (uint16_t)w->row_count;
  w->pairs.right[p] = (uint16_t)(w->row_count + 1);
  w->rows[w->row_count++] = left;
  w->rows[w->row_count++] = right;
}

static void weigh_pairs(const pool_job *job, pool_worker *w, int32_t *weights) {
  view_load(&w->comparer.columns, &job->run->table, w->rows, 0, w->row_count);
  comparer_run(&w->comparer, &w->pairs);
  score_pairs(job->tables, &w->comparer, &w->pairs, weights);
}

static khop_status flush_pairs(const pool_job *job, pool_worker *w, khop_error *err) {
  int32_t weights[BATCH_PAIRS];
  if (w->pairs.count) weigh_pairs(job, w, weights);
  for (size_t p = 0; p < w->pairs.count; p++) {
    if (weights[p] < job->tables->match - near_match) continue;
    TRY(array_reserve(&w->found, &w->found_capacity, w->found_count + 1, sizeof *w->found, "matching pairs", err));
    uint64_t left = w->rows[2 * p], right = w->rows[2 * p + 1];
    w->found[w->found_count++] = (sort_item){.key = left << 32 | right, .row = (uint32_t)weights[p]};
  }
  w->row_count = w->pairs.count = 0;
  return KHOP_OK;
}

static khop_status take_batch(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  (void)task;
  pool_job *job = context;
  pool_worker *w = &job->workers[worker];
  for (size_t p = 0; p < batch->pairs.count; p++) {
    uint32_t left = batch->rows[batch->pairs.left[p]], right = batch->rows[batch->pairs.right[p]];
    if (hash_combine(job->seed, (uint64_t)left << 32 | right) > job->threshold) continue;
    add_pair(w, left, right);
    if (w->row_count == BATCH_ROWS) TRY(flush_pairs(job, w, err));
  }
  return KHOP_OK;
}

/* ---- the pool ------------------------------------------------------------------------------------------ */

void suggest_install(run *r, const schema_rule *rules, size_t rule_count) {
  key_group_free(&r->keys); /* they are those of other rules */
  for (size_t i = 0; i < rule_count; i++) {
    r->schema->rules[i] = rules[i];
    for (size_t p = 0; p < rules[i].part_count; p++) {
      feature_part_find(&r->table.layout, &rules[i].parts[p], &r->table.layout.rule_parts[i][p]);
    }
  }
  r->schema->rule_count = rule_count;
}

static khop_status walk_alone(pool_job *job, run *r, const schema_rule *rule, khop_error *err) {
  suggest_install(r, rule, 1);
  walk_options options = r->walk;
  options.keys = NULL;
  key_set split_keys = {0};
  rule_facts facts;
  rule_walk walk = {.options = &options, .split_keys = &split_keys, .items = r->items.data, .scratch = r->scratch.data};
  khop_status status = rule_walk_sort(&walk, 1, r->workers, err);
  if (status == KHOP_OK) status = rule_walk_pairs(&walk, true, take_batch, job, r->workers, &facts, err);
  key_set_free(&split_keys);
  return status;
}

/* What the workers found, sorted among what was there, each pair once. */
static khop_status gather(pair_pool *known, const pool_job *job, run *r, khop_error *err) {
  size_t total = known->count;
  region scratch = {0};
  for (unsigned t = 0; t < job->made; t++) total += job->workers[t].found_count;
  if (total == 0) return KHOP_OK;
  TRY(array_reserve(&known->pairs, &known->capacity, total, sizeof *known->pairs, "matching pairs", err));
  for (unsigned t = 0; t < job->made; t++) {
    const pool_worker *w = &job->workers[t];
    if (w->found_count) memcpy(known->pairs + known->count, w->found, w->found_count * sizeof *w->found);
    known->count += w->found_count;
  }
  TRY(region_map(&scratch, total * sizeof *known->pairs, "matching pairs", err));
  khop_status status = sort_items(known->pairs, scratch.data, total, r->workers, err);
  region_unmap(&scratch);
  size_t kept = 0;
  for (size_t i = 0; i < total; i++) {
    if (i == 0 || known->pairs[i].key != known->pairs[i - 1].key) known->pairs[kept++] = known->pairs[i];
  }
  known->count = kept;
  return status;
}

khop_status pair_pool_add(pair_pool *known, run *r, const schema_rule *rules, size_t rule_count, khop_error *err) {
  khop_status status = KHOP_OK;
  pool_job job;
  TRY_CLEANUP(job_open(&job, r, known->share, err));
  progress_phase(&r->progress, "search", "rules", rule_count);
  for (size_t i = 0; i < rule_count; i++) {
    TRY_CLEANUP(walk_alone(&job, r, &rules[i], err));
    progress_set(&r->progress, i + 1);
  }
  for (unsigned t = 0; t < job.made; t++) TRY_CLEANUP(flush_pairs(&job, &job.workers[t], err));
  TRY_CLEANUP(gather(known, &job, r, err));
cleanup:
  job_close(&job);
  return status;
}

static void weigh_all(pair_pool *known, const pool_job *job) {
  pool_worker *w = &job->workers[0];
  int32_t weights[BATCH_PAIRS];
  for (size_t start = 0; start < known->count; start += BATCH_ROWS / 2) {
    size_t count = known->count - start < BATCH_ROWS / 2 ? known->count - start : BATCH_ROWS / 2;
    w->row_count = w->pairs.count = 0;
    for (size_t i = 0; i < count; i++) add_pair(w, (uint32_t)(known->pairs[start + i].key >> 32), (uint32_t)known->pairs[start + i].key);
    weigh_pairs(job, w, weights);
    for (size_t i = 0; i < count; i++) known->pairs[start + i].row = (uint32_t)weights[i];
  }
}

static bool agrees(const run *r, const part_list *parts, size_t p, uint64_t pair) {
  const feature_layout *layout = &r->table.layout;
  uint64_t value = block_part_value(layout, &parts->parts[p], parts->places[p], feature_row(&r->table, pair >> 32));
  return value && value == block_part_value(layout, &parts->parts[p], parts->places[p], feature_row(&r->table, (uint32_t)pair));
}

static khop_status mark_parts(pair_pool *known, const run *r, const part_list *parts, int32_t match, khop_error *err) {
  known->matches = 0;
  for (size_t i = 0; i < known->count; i++) known->matches += (int32_t)known->pairs[i].row >= match;
  known->words = (known->matches + 63) / 64;
  mem_free(known->bits);
  known->bits = mem_alloc(known->words * parts->count + 1, sizeof *known->bits);
  if (!known->bits) return error_memory(err, known->words * parts->count * sizeof *known->bits, "matching pairs");
  size_t bit = 0;
  for (size_t i = 0; i < known->count; i++) {
    if ((int32_t)known->pairs[i].row < match) continue;
    for (size_t p = 0; p < parts->count; p++) {
      if (agrees(r, parts, p, known->pairs[i].key)) known->bits[p * known->words + bit / 64] |= 1ull << bit % 64;
    }
    bit++;
  }
  return KHOP_OK;
}

khop_status pair_pool_weigh(pair_pool *known, run *r, const part_list *parts, khop_error *err) {
  khop_status status = KHOP_OK;
  pool_job job;
  TRY_CLEANUP(job_open(&job, r, 1, err));
  weigh_all(known, &job);
  TRY_CLEANUP(mark_parts(known, r, parts, job.tables->match, err));
cleanup:
  job_close(&job);
  return status;
}

void pair_pool_free(pair_pool *known) {
  mem_free(known->pairs);
  mem_free(known->bits);
  *known = (pair_pool){0};
}
