/* Matching: each rule sorted, walked, compared and scored; pairs above the review threshold kept.
 * While pairs of a rule are compared, its keys go to the store. */
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "run/checkpoint.h"
#include "run/posting_slices.h"
#include "run/run.h"
#include "run/spill.h"
#include "run/witness.h"

_Static_assert(STORE_TABLE_RULES + SCHEMA_RULES_MAX <= STORE_TABLE_CLUSTER, "a table for each rule");

typedef struct task_pairs {
  sort_item *items;
  size_t count, capacity;
} task_pairs;

typedef struct match_job {
  run *run;
  const score_tables *tables;
  const feature_table *table; /* that is walked: the run's, or a part of it */
  size_t rule;
  comparer *comparers;  /* per worker */
  witness_check *witness;
  level_counts *reasons; /* per worker */
  task_pairs *by_task;  /* of this rule */
  pair_memory known;    /* of the run's table: parts of it number their rows anew, and have none */
  uint16_t conflict_levels[SCHEMA_COMPARISONS_MAX]; /* bit l: level l */
  bool has_conflicts;   /* some level is one */
  int32_t best_least;   /* lighter pairs are nobody's best candidate */
  atomic_uint_least64_t found; /* pairs at or above the review threshold; orders nothing */
  uint64_t kept_max;           /* so many fit the budget: beyond, pairs are only counted */
  size_t first_rule;           /* those before it are an unfinished run's */
} match_job;

static void find_conflict_levels(match_job *job, const schema *s) {
  for (size_t c = 0; c < s->comparison_count; c++) {
    for (size_t l = 0; l < s->comparisons[c].level_count; l++) {
      if (!s->comparisons[c].levels[l].is_conflict) continue;
      job->conflict_levels[c] |= (uint16_t)(1u << (l + 1));
      job->has_conflicts = true;
    }
  }
}

static uint32_t conflicts_of(const match_job *job, const comparer *c, size_t p) {
  uint32_t found = 0;
  for (size_t i = 0; job->has_conflicts && i < job->tables->comparison_count; i++) {
    found |= (uint32_t)(job->conflict_levels[i] >> c->levels[i][p] & 1) << i;
  }
  return found;
}

/* The heaviest stays, whoever comes first; relaxed, for a value says all and is read after the pool's end. */
static void offer_best(best_pair *best, int32_t weight, uint32_t other) {
  uint64_t offered = best_pair_make(weight, other), now = atomic_load_explicit(best, memory_order_relaxed);
  while (offered > now && !atomic_compare_exchange_weak_explicit(best, &now, offered, memory_order_relaxed, memory_order_relaxed)) {}
}

static void note_best(const match_job *job, const candidate_batch *batch, const int32_t *weights) {
  best_pair *best = job->run->best;
  const table_registers *registers = &job->run->walk.registers;
  for (size_t p = 0; best && p < batch->pairs.count; p++) {
    if (weights[p] < job->best_least) continue;
    uint32_t left = feature_row_number(job->table, batch->rows[batch->pairs.left[p]]);
    uint32_t right = feature_row_number(job->table, batch->rows[batch->pairs.right[p]]);
    if (registers->within && register_of(registers, left) == register_of(registers, right)) continue; /* a duplicate is no candidate */
    offer_best(&best[left], weights[p], right);
    offer_best(&best[right], weights[p], left);
  }
}

static khop_status keep_pairs(match_job *job, task_pairs *kept, const candidate_batch *batch, const comparer *c, const int32_t *weights,
                              khop_error *err) {
  uint64_t count = 0;
  for (size_t p = 0; p < batch->pairs.count; p++) count += weights[p] >= job->tables->review;
  if (!count || atomic_fetch_add_explicit(&job->found, count, memory_order_relaxed) + count > job->kept_max) return KHOP_OK;
  for (size_t p = 0; p < batch->pairs.count; p++) {
    if (weights[p] < job->tables->review) continue;
    TRY(array_reserve(&kept->items, &kept->capacity, kept->count + 1, sizeof(sort_item), "matching pairs", err));
    uint64_t left = feature_row_number(job->table, batch->rows[batch->pairs.left[p]]);
    uint64_t right = feature_row_number(job->table, batch->rows[batch->pairs.right[p]]);
    kept->items[kept->count++] = (sort_item){.key = left << 32 | right, .row = (uint32_t)weights[p],
                                                .extra = (uint32_t)job->rule | conflicts_of(job, c, p) << KEPT_RULE_BITS};
    if (job->known.slots) pair_memory_put(&job->known, pair_memory_pair((uint32_t)left, (uint32_t)right)); /* later rules find it again, for sure */
  }
  return KHOP_OK;
}

static khop_status compare_batch(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  match_job *job = context;
  comparer *c = &job->comparers[worker];
  int32_t weights[BATCH_PAIRS];
  view_load(&c->columns, job->table, batch->rows, batch->loaded, batch->row_count);
  comparer_run(c, &batch->pairs);
  score_pairs(job->tables, c, &batch->pairs, weights);
  score_count_reasons(job->tables, c, &batch->pairs, &job->reasons[worker]);
  witness_count(job->witness, worker, job->rule, batch, c, weights);
  note_best(job, batch, weights);
  TRY(keep_pairs(job, &job->by_task[task], batch, c, weights, err));
  progress_add(&job->run->progress, 0, 0);
  return KHOP_OK;
}

typedef struct key_writing {
  store_writer *store;
  uint32_t table;
  const sort_item *items;
  size_t count;
} key_writing;

_Static_assert(sizeof(sort_item) == sizeof(store_posting), "sorted keys are postings");

static khop_status write_keys(void *context, khop_error *err) {
  key_writing *w = context;
  return store_writer_postings(w->store, w->table, (const store_posting *)w->items, w->count, err);
}

static khop_status collect(kept_pairs *kept, task_pairs *by_task, size_t tasks, khop_error *err) {
  size_t total = kept->count;
  for (size_t t = 0; t < tasks; t++) total += by_task[t].count;
  TRY(array_reserve(&kept->items, &kept->capacity, total, sizeof(sort_item), "matching pairs", err));
  for (size_t t = 0; t < tasks; t++) {
    if (by_task[t].count) memcpy(kept->items + kept->count, by_task[t].items, by_task[t].count * sizeof(sort_item));
    kept->count += by_task[t].count;
  }
  return KHOP_OK;
}

/* All pairs of a walk that is sorted. */
static khop_status match_walk(match_job *job, rule_walk *walk, kept_pairs *kept, rule_facts *facts, khop_error *err) {
  khop_status status = KHOP_OK;
  size_t tasks = rule_walk_tasks(walk);
  job->rule = walk->rule;
  job->table = job->witness->table = walk->options->table;
  job->by_task = mem_alloc(tasks, sizeof *job->by_task);
  if (!job->by_task) return error_memory(err, tasks * sizeof *job->by_task, "matching pairs");
  TRY_CLEANUP(rule_walk_pairs(walk, false, compare_batch, job, job->run->workers, facts, err));
  TRY_CLEANUP(collect(kept, job->by_task, tasks, err));
cleanup:
  for (size_t t = 0; t < tasks; t++) mem_free(job->by_task[t].items);
  mem_free(job->by_task);
  return status;
}

static khop_status match_rule(match_job *job, size_t rule, kept_pairs *kept, khop_error *err) {
  run *r = job->run;
  khop_status status = KHOP_OK;
  thread *writer = NULL;
  rule_walk walk = {.options = &r->walk, .rule = rule, .split_keys = &r->split_keys, .window_keys = &r->window_keys, .known = &job->known, .items = r->items.data, .scratch = r->scratch.data};
  TRY(rule_walk_sort(&walk, 1, r->workers, err));
  key_writing keys = {.store = r->store, .table = (uint32_t)(STORE_TABLE_RULES + rule), .items = walk.items, .count = walk.item_count};
  if (r->store) TRY(thread_start(&writer, write_keys, &keys, err));
  status = match_walk(job, &walk, kept, &r->facts[rule], err);
  khop_status write_status = thread_join(writer, status == KHOP_OK ? err : NULL);
  return status == KHOP_OK ? write_status : status;
}

static void sum_reasons(const level_counts *parts, unsigned count, level_counts *out) {
  *out = (level_counts){0};
  for (unsigned t = 0; t < count; t++) {
    for (size_t c = 0; c < SCHEMA_COMPARISONS_MAX; c++) {
      for (size_t l = 0; l < MODEL_LEVELS; l++) out->pairs[c][l] += parts[t].pairs[c][l];
    }
  }
}

/* So many rules are done: what they came to is kept when it is time. Pairs beyond the budget are not there to be kept. */
static khop_status keep_progress(const match_job *job, size_t rules, const kept_pairs *kept, const store_mark *mark, khop_error *err) {
  run *r = job->run;
  if (!checkpoint_is_due(r) || atomic_load(&job->found) > job->kept_max) return KHOP_OK;
  match_state *state = mem_alloc(1, sizeof *state);
  if (!state) return error_memory(err, sizeof *state, "checkpoint");
  state->rules_done = rules;
  state->kept = *kept; /* borrowed */
  sum_reasons(job->reasons, pool_threads(r->workers), &state->reasons);
  for (unsigned t = 0; t < job->witness->threads; t++) error_counts_add(&state->errors, &job->witness->counts[t]);
  khop_status status = checkpoint_match(r, state, mark, err);
  mem_free(state);
  return status;
}

/* What an unfinished run came to. */
static khop_status take_progress(match_job *job, kept_pairs *kept, khop_error *err) {
  match_state *state = mem_alloc(1, sizeof *state);
  if (!state) return error_memory(err, sizeof *state, "checkpoint");
  if (checkpoint_take_match(job->run, state)) {
    *kept = state->kept;
    job->first_rule = state->rules_done;
    job->reasons[0] = state->reasons;
    error_counts_add(&job->witness->counts[0], &state->errors);
    atomic_store(&job->found, kept->count);
  }
  mem_free(state);
  return KHOP_OK;
}

static khop_status match_rules(match_job *job, kept_pairs *kept, khop_error *err) {
  for (size_t rule = job->first_rule; rule < job->run->schema->rule_count; rule++) {
    TRY(match_rule(job, rule, kept, err));
    progress_set(&job->run->progress, rule + 1);
    TRY(keep_progress(job, rule + 1, kept, NULL, err));
  }
  key_group_free(&job->run->keys);
  return KHOP_OK;
}

/* ---- rows in a file --------------------------------------------------------------------------------- */

typedef struct spilled_match {
  match_job *job;
  kept_pairs *kept;
  posting_slices keys;
  store_mark *marks;   /* where the table of each rule begins; they are written ahead of the pairs, for a group of rules */
  size_t marked;       /* rules whose mark is known */
} spilled_match;

/* Rules without a key have no table: that of the next one begins where theirs would. */
static khop_status mark_rules(spilled_match *m, size_t rules, khop_error *err) {
  store_mark here = {0};
  if (m->marked >= rules) return KHOP_OK;
  if (m->job->run->store) TRY(store_writer_mark(m->job->run->store, &here, err));
  while (m->marked < rules) m->marks[m->marked++] = here;
  return KHOP_OK;
}

static khop_status write_rule_keys(void *context, size_t rule, const sort_item *items, size_t count, khop_error *err) {
  spilled_match *m = context;
  uint32_t table = (uint32_t)(STORE_TABLE_RULES + rule);
  if (table != m->keys.table) TRY(posting_slices_end(&m->keys, err));
  TRY(mark_rules(m, rule + 1, err));
  return posting_slices_add(&m->keys, table, items, count, err);
}

static khop_status match_part(void *context, rule_walk *walk, khop_error *err) {
  spilled_match *m = context;
  run *r = m->job->run;
  rule_facts facts;
  walk->split_keys = &r->split_keys;
  walk->window_keys = &r->window_keys;
  TRY(match_walk(m->job, walk, m->kept, &facts, err));
  rule_facts_add(&r->facts[walk->rule], &facts);
  return KHOP_OK;
}

/* The next rule's table has begun, or all tables so far are at their end. */
static khop_status end_rule(void *context, size_t rule, uint64_t rows, khop_error *err) {
  spilled_match *m = context;
  m->job->run->facts[rule].rows = rows; /* those without a partner went to no part */
  progress_set(&m->job->run->progress, rule + 1);
  if (m->marked < rule + 2) {
    TRY(posting_slices_end(&m->keys, err));
    TRY(mark_rules(m, rule + 2, err));
  }
  return keep_progress(m->job, rule + 1, m->kept, &m->marks[rule + 1], err);
}

static khop_status match_spilled(match_job *job, kept_pairs *kept, khop_error *err) {
  run *r = job->run;
  spilled_match m = {.job = job, .kept = kept, .keys = {.store = r->store}, .marks = mem_alloc(SCHEMA_RULES_MAX + 1, sizeof(store_mark))};
  if (!m.marks) return error_memory(err, SCHEMA_RULES_MAX * sizeof(store_mark), "checkpoint");
  const partition_input in = {.walk = &r->walk, .file = r->spill, .workers = r->workers, .bytes = run_spill_bytes(r), .share = 1, .first_rule = job->first_rule,
                              .keys = write_rule_keys, .part = match_part, .end = end_rule, .context = &m};
  khop_status status = partition_rules(&in, &r->spilled, err);
  if (status == KHOP_OK) status = posting_slices_end(&m.keys, err);
  posting_slices_free(&m.keys);
  mem_free(m.marks);
  return status;
}

/* ---- all rules -------------------------------------------------------------------------------------- */

static uint64_t pairs_that_fit(const run *r) {
  if (r->spill) return run_spilled_pairs(r);
  uint64_t needed = run_memory_needed(r, r->table.count), budget = r->options.memory_bytes;
  return budget > needed ? (budget - needed) / run_pairs_memory(1) : 0;
}

/* Every pair was compared, so the refusal can name what would do. */
static khop_status check_budget(match_job *job, khop_error *err) {
  uint64_t found = atomic_load(&job->found);
  if (found <= job->kept_max) return KHOP_OK;
  uint64_t rows = job->run->table.count, needed = run_memory_needed(job->run, rows);
  uint64_t spilled = job->run->spill ? run_spilled_memory(job->run, rows, found) : UINT64_MAX;
  needed = spilled < needed ? spilled : needed + run_pairs_memory(found); /* with as much as needed nothing would be spilled */
  return run_refuse_budget(job->run, found, "pairs above the review threshold", needed, err);
}

static khop_status sort_kept(run *r, kept_pairs *kept, khop_error *err) {
  region scratch = {0};
  if (!kept->count) return KHOP_OK;
  TRY(region_map(&scratch, kept->count * sizeof(sort_item), "matching pairs", err));
  khop_status status = sort_items(kept->items, scratch.data, kept->count, r->workers, err);
  region_unmap(&scratch);
  return status;
}

static khop_status keep_counts(witness_check *w, run *r, khop_error *err) {
  r->witness = w->comparison;
  r->errors = mem_alloc(1, sizeof *r->errors);
  if (!r->errors) return error_memory(err, sizeof *r->errors, "counts of pairs");
  *r->errors = *witness_sum(w);
  return KHOP_OK;
}

khop_status run_match(run *r, const score_tables *tables, kept_pairs *kept, khop_error *err) {
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(r->workers), made = 0;
  witness_check witness;
  match_job job = {.run = r, .witness = &witness, .tables = tables, .comparers = mem_alloc(threads, sizeof(comparer)), .reasons = mem_alloc(threads, sizeof(level_counts)),
                   .kept_max = pairs_that_fit(r)};
  TRY_CLEANUP(witness_open(&witness, r, tables, err));
  if (!r->spill) TRY_CLEANUP(pair_memory_create(&job.known, run_known_pairs(r, r->table.count), err));
  if (!job.comparers || !job.reasons) {
    status = error_memory(err, threads * sizeof(comparer), "comparers");
    goto cleanup;
  }
  TRY_CLEANUP(take_progress(&job, kept, err));
  find_conflict_levels(&job, r->schema);
  job.best_least = (int32_t)lround(probability_to_weight(RUN_BEST_PROBABILITY) * WEIGHT_UNIT);
  progress_phase(&r->progress, "match", "rules", r->schema->rule_count);
  for (; made < threads; made++) {
    TRY_CLEANUP(comparer_create(&job.comparers[made], &r->plan, &r->table.layout, r->level, err));
  }
  if (!job.first_rule) TRY_CLEANUP(keep_progress(&job, 0, kept, NULL, err)); /* the model */
  TRY_CLEANUP(r->spill ? match_spilled(&job, kept, err) : match_rules(&job, kept, err));
  TRY_CLEANUP(check_budget(&job, err));
  TRY_CLEANUP(sort_kept(r, kept, err));
  TRY_CLEANUP(keep_counts(&witness, r, err));
  sum_reasons(job.reasons, threads, &r->reasons);
cleanup:
  witness_close(&witness);
  pair_memory_free(&job.known);
  for (unsigned i = 0; i < made; i++) comparer_free(&job.comparers[i]);
  mem_free(job.comparers);
  mem_free(job.reasons);
  return status;
}
