/* For the tests of engine/block: all rules walked, their batches checked against what candidates.h promises,
 * and the pairs written down in the order of rules and tasks. */
#ifndef TEST_WALK_SUPPORT_H
#define TEST_WALK_SUPPORT_H

#include "block/walk.h"
#include "core_support.h"

enum { SEEN_MAX = 1 << 20, TASKS_MAX = 4096 };

typedef struct seen_pair {
  uint32_t left, right;
  uint16_t rule, found_before; /* no padding: logs are compared as bytes */
} seen_pair;

/* All pairs in the order of rules and tasks. A task's pairs come in order, so they are gathered by task. */
typedef struct walk_log {
  seen_pair *pairs;
  size_t count;
  seen_pair *by_task[TASKS_MAX];
  size_t task_counts[TASKS_MAX], task_capacities[TASKS_MAX];
  uint32_t last_rows[8][BATCH_ROWS]; /* by worker */
  size_t last_row_count[8], last_task[8];
  size_t rule, tasks;
  unsigned threads;
} walk_log;

/* The promises of candidates.h; a task's first batch has no rows loaded. */
static inline bool batch_is_sound(walk_log *log, size_t task, unsigned worker, const candidate_batch *b) {
  if (task >= log->tasks || worker >= log->threads) return false;
  if (b->pairs.count == 0 || b->pairs.count > BATCH_PAIRS || b->row_count > BATCH_ROWS || b->loaded > b->row_count) return false;
  if (b->loaded && (log->last_task[worker] != task || log->last_row_count[worker] < b->loaded)) return false;
  if (memcmp(b->rows, log->last_rows[worker], b->loaded * sizeof *b->rows)) return false;
  memcpy(log->last_rows[worker], b->rows, b->row_count * sizeof *b->rows);
  log->last_row_count[worker] = b->row_count;
  log->last_task[worker] = task;
  bool left_done[BATCH_ROWS] = {false};
  for (size_t p = 0; p < b->pairs.count; p++) {
    uint16_t left = b->pairs.left[p], right = b->pairs.right[p];
    if (left >= b->row_count || right >= b->row_count || b->rows[left] >= b->rows[right]) return false;
    if (p && b->pairs.left[p - 1] != left) left_done[b->pairs.left[p - 1]] = true;
    if (left_done[left] || b->found_before[p] > 1) return false;
  }
  return true;
}

static inline khop_status log_batch(void *context, size_t task, unsigned worker, const candidate_batch *b, khop_error *err) {
  walk_log *log = context;
  if (!batch_is_sound(log, task, worker, b)) return error_set(err, KHOP_BUG, "rule %zu: batch", log->rule);
  for (size_t p = 0; p < b->pairs.count; p++) {
    TRY(array_reserve(&log->by_task[task], &log->task_capacities[task], log->task_counts[task] + 1, sizeof(seen_pair), "t", err));
    log->by_task[task][log->task_counts[task]++] =
        (seen_pair){.left = b->rows[b->pairs.left[p]], .right = b->rows[b->pairs.right[p]],
                    .rule = (uint16_t)log->rule, .found_before = b->found_before[p]};
  }
  return KHOP_OK;
}

static inline void gather_tasks(walk_log *log) {
  for (size_t t = 0; t < log->tasks; t++) {
    assert_true(log->count + log->task_counts[t] <= SEEN_MAX);
    if (log->task_counts[t]) memcpy(log->pairs + log->count, log->by_task[t], log->task_counts[t] * sizeof(seen_pair));
    log->count += log->task_counts[t];
    log->task_counts[t] = 0;
  }
}

typedef struct walked {
  walk_log log;
  rule_facts facts[SCHEMA_RULES_MAX];
  key_set split_keys, window_keys;
  pair_memory known;
} walked;

static inline void walk_all(walked *w, const walk_options *options, bool keep_found, unsigned threads) {
  khop_error err = {0};
  *w = (walked){.log = {.pairs = mem_alloc(SEEN_MAX, sizeof(seen_pair)), .threads = threads}};
  size_t rows = options->table->count;
  must(pair_memory_create(&w->known, rows, &err), &err);
  sort_item *items = mem_alloc(rows, sizeof *items), *scratch = mem_alloc(rows, sizeof *scratch);
  pool *p;
  must(pool_create(&p, threads, &err), &err);
  for (size_t r = 0; r < options->schema->rule_count; r++) {
    rule_walk walk = {.options = options, .rule = r, .split_keys = &w->split_keys, .window_keys = &w->window_keys,
                      .known = &w->known, .items = items, .scratch = scratch};
    must(rule_walk_sort(&walk, 1, p, &err), &err);
    w->log.rule = r;
    w->log.tasks = rule_walk_tasks(&walk);
    memset(w->log.last_row_count, 0, sizeof w->log.last_row_count);
    assert_true(w->log.tasks <= COUNT_OF(w->log.by_task));
    must(rule_walk_pairs(&walk, keep_found, log_batch, &w->log, p, &w->facts[r], &err), &err);
    gather_tasks(&w->log);
  }
  pool_free(p);
  mem_free(items);
  mem_free(scratch);
}

static inline void walked_free(walked *w) {
  for (size_t t = 0; t < COUNT_OF(w->log.by_task); t++) mem_free(w->log.by_task[t]);
  mem_free(w->log.pairs);
  key_set_free(&w->split_keys);
  key_set_free(&w->window_keys);
  pair_memory_free(&w->known);
}

#endif
