/* See train.h. */
#include "model/train.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "compare/comparer.h"
#include "model/em.h"

enum {
  train_rows_min = 100,
  random_views = 96,       /* batches of random rows */
  random_queries = 64,     /* rows of a batch that are compared with others */
  random_partners = BATCH_PAIRS / random_queries,
  counts_enough = 20,      /* below, a share of random pairs says little */
  rows_for_em = 150000     /* sample blocks down to about so many rows */
};

/* ---- u from random pairs ----------------------------------------------------------------------- */

typedef struct random_job {
  const train_input *in;
  comparer *comparers; /* per worker */
  uint64_t (*counts)[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS]; /* per worker */
} random_job;

/* From first <= row < last, where some row is alive. */
static uint32_t random_live_row(const train_input *in, size_t first, size_t last, uint64_t *state) {
  const feature_table *table = in->walk->table;
  for (;;) {
    uint32_t row = (uint32_t)(first + random_next(state) % (last - first));
    if (!feature_row_dead(&table->layout, feature_row(table, row))) return row;
  }
}

/* The first rows against neighbours among the rest, so that each query keeps the string kernels busy. A row
 * may meet itself by chance: left out. */
static void random_pairs(const uint32_t *rows, pair_list *pairs) {
  enum { rest = BATCH_ROWS - random_queries - random_partners };
  pairs->count = 0;
  for (size_t i = 0; i < random_queries; i++) {
    for (size_t k = 0; k < random_partners; k++) {
      size_t j = random_queries + i * 7 % rest + k;
      if (rows[i] == rows[j]) continue;
      pairs->left[pairs->count] = (uint16_t)i;
      pairs->right[pairs->count++] = (uint16_t)j;
    }
  }
}

static khop_status compare_random(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)err;
  random_job *job = context;
  uint64_t state = hash_combine(job->in->seed, task);
  uint32_t rows[BATCH_ROWS];
  const walk_options *walk = job->in->walk;
  size_t middle = walk->first_right, end = walk->table->count; /* queries from the left register, the rest from the right */
  for (size_t i = 0; i < BATCH_ROWS; i++) {
    bool is_query = i < random_queries;
    rows[i] = random_live_row(job->in, is_query ? 0 : middle, is_query && middle ? middle : end, &state);
  }
  comparer *c = &job->comparers[worker];
  view_load(&c->columns, job->in->walk->table, rows, 0, BATCH_ROWS);
  pair_list pairs;
  random_pairs(rows, &pairs);
  comparer_run(c, &pairs);
  for (size_t i = 0; i < job->in->plan->comparison_count; i++) {
    for (size_t p = 0; p < pairs.count; p++) job->counts[worker][i][c->levels[i][p]]++;
  }
  return KHOP_OK;
}

/* A level that random pairs hardly ever reach keeps the default, unless that is above what so many
 * pairs would have shown. */
static double rare_share(double fallback, uint64_t count, uint64_t total) {
  return fmin(fallback, ((double)count + 3) / (double)total);
}

/* Agreement on a value is as likely as the values are common; a pair of one row with itself, which
 * the sum of squares counts, is taken out. */
static double chance_of_agreement(const train_input *in, int field) {
  double rows = (double)in->live_rows;
  return fmax((in->square_sums[field] * rows - 1) / fmax(rows - 1, 1), 1e-9);
}

static void set_u(comparison_model *comparison, const schema_comparison *declared, const uint64_t *counts, const train_input *in) {
  uint64_t total = 0;
  double sum = 0;
  for (size_t l = 1; l < comparison->level_count; l++) total += counts[l];
  if (total < counts_enough) return;
  size_t last = comparison->level_count - 1;
  for (size_t l = 1; l < last; l++) {
    level_model *level = &comparison->levels[l];
    if (level->fixed) continue;
    int field = declared->levels[l - 1].term_frequency_field;
    level->rare = counts[l] < counts_enough && field < 0;
    if (counts[l] >= counts_enough) level->u = (double)counts[l] / (double)total;
    else if (field >= 0) level->u = fmin(chance_of_agreement(in, field), ((double)counts[l] + 3) / (double)total);
    else level->u = rare_share(level->u, counts[l], total);
    sum += level->u;
  }
  if (!comparison->levels[last].fixed) comparison->levels[last].u = fmax(1 - sum, 1e-6);
}

static khop_status learn_u(model *m, const train_input *in, comparer *comparers, khop_error *err) {
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(in->workers);
  random_job job = {.in = in, .comparers = comparers};
  job.counts = mem_alloc(threads, sizeof *job.counts);
  if (!job.counts) return error_memory(err, threads * sizeof *job.counts, "random pairs");
  TRY_CLEANUP(pool_run(in->workers, random_views, compare_random, &job, err));
  for (unsigned t = 1; t < threads; t++) {
    for (size_t c = 0; c < SCHEMA_COMPARISONS_MAX; c++) {
      for (size_t l = 0; l < MODEL_LEVELS; l++) job.counts[0][c][l] += job.counts[t][c][l];
    }
  }
  for (size_t c = 0; c < m->comparison_count; c++) {
    set_u(&m->comparisons[c], &in->walk->schema->comparisons[c], job.counts[0][c], in);
  }
  m->random_pairs = (uint64_t)random_views * random_queries * random_partners;
  model_set_weights(m);
cleanup:
  mem_free(job.counts);
  return status;
}

/* ---- m by EM ------------------------------------------------------------------------------------ */

typedef struct pattern_job {
  const train_input *in;
  comparer *comparers;    /* per worker */
  pattern_table *tables;  /* per worker */
} pattern_job;

static khop_status count_patterns(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  (void)task;
  pattern_job *job = context;
  comparer *c = &job->comparers[worker];
  view_load(&c->columns, job->in->walk->table, batch->rows, batch->loaded, batch->row_count);
  comparer_run(c, &batch->pairs);
  for (size_t p = 0; p < batch->pairs.count; p++) {
    uint64_t pattern = batch->found_before[p] ? PATTERN_FOUND_BEFORE : 0;
    for (size_t i = 0; i < job->in->plan->comparison_count; i++) {
      pattern |= (uint64_t)c->levels[i][p] << (PATTERN_LEVEL_BITS * i);
    }
    TRY(pattern_table_add(&job->tables[worker], pattern, 1, err));
  }
  return KHOP_OK;
}

static bool rule_uses(const schema_rule *rule, size_t field) {
  for (size_t p = 0; p < rule->part_count; p++) {
    if (rule->parts[p].field == field) return true;
  }
  return false;
}

static bool comparison_uses_rule(const schema_comparison *comparison, const schema_rule *rule) {
  for (size_t f = 0; f < comparison->field_count; f++) {
    if (rule_uses(rule, comparison->fields[f])) return true;
  }
  return false;
}

typedef struct sessions {
  em_session list[SCHEMA_RULES_MAX];
  size_t count;
} sessions;

static khop_status run_session(sessions *s, const train_input *in, size_t rule, double share, comparer *comparers,
                               khop_error *err) {
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(in->workers);
  key_set split_keys = {0};
  rule_facts facts;
  pattern_job job = {.in = in, .comparers = comparers, .tables = mem_alloc(threads, sizeof(pattern_table))};
  if (!job.tables) return error_memory(err, threads * sizeof(pattern_table), "comparison patterns");
  rule_walk walk = {.options = in->walk, .rule = rule, .split_keys = &split_keys, .items = in->items, .scratch = in->scratch};
  TRY_CLEANUP(rule_walk_sort(&walk, share, in->workers, err));
  TRY_CLEANUP(rule_walk_pairs(&walk, true, count_patterns, &job, in->workers, &facts, err));
  em_session *session = &s->list[s->count];
  s->count++;
  TRY_CLEANUP(pattern_tables_merge(job.tables, threads, &session->patterns, &session->pattern_count, err));
  for (size_t c = 0; c < in->walk->schema->comparison_count; c++) {
    session->teaches[c] = !comparison_uses_rule(&in->walk->schema->comparisons[c], &in->walk->schema->rules[rule]);
  }
cleanup:
  for (unsigned t = 0; t < threads; t++) pattern_table_free(&job.tables[t]);
  mem_free(job.tables);
  key_set_free(&split_keys);
  return status;
}

/* A comparison that every rule looks at learns from all of them: better biased than untaught. */
static void teach_all_somewhere(sessions *s, size_t comparison_count) {
  for (size_t c = 0; c < comparison_count; c++) {
    bool taught = false;
    for (size_t i = 0; i < s->count; i++) taught |= s->list[i].teaches[c] && s->list[i].pattern_count > 0;
    for (size_t i = 0; !taught && i < s->count; i++) s->list[i].teaches[c] = true;
  }
}

static khop_status learn_m(model *m, const train_input *in, comparer *comparers, khop_error *err) {
  khop_status status = KHOP_OK;
  sessions s = {0};
  double share = fmin(1, (double)rows_for_em / (double)in->live_rows);
  for (size_t r = 0; r < in->walk->schema->rule_count; r++) {
    TRY_CLEANUP(run_session(&s, in, r, share, comparers, err));
  }
  teach_all_somewhere(&s, m->comparison_count);
  em_run(m, s.list, s.count, 1 / share, in->all_pairs);
  for (size_t i = 0; i < s.count; i++) {
    for (size_t p = 0; p < s.list[i].pattern_count; p++) m->training_pairs += s.list[i].patterns[p].count;
  }
  m->trained = true;
cleanup:
  for (size_t i = 0; i < s.count; i++) mem_free(s.list[i].patterns);
  return status;
}

khop_status model_train(model *m, const train_input *in, khop_error *err) {
  if (in->live_rows < train_rows_min) return KHOP_OK;
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(in->workers), made = 0;
  comparer *comparers = mem_alloc(threads, sizeof *comparers);
  if (!comparers) return error_memory(err, threads * sizeof *comparers, "comparers");
  for (; made < threads; made++) {
    TRY_CLEANUP(comparer_create(&comparers[made], in->plan, &in->walk->table->layout, in->level, err));
  }
  TRY_CLEANUP(learn_u(m, in, comparers, err));
  TRY_CLEANUP(learn_m(m, in, comparers, err));
cleanup:
  for (unsigned i = 0; i < made; i++) comparer_free(&comparers[i]);
  mem_free(comparers);
  return status;
}
