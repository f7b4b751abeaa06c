/* See train.h. */
#include "model/train.h"

#include <math.h>

#include "block/partition.h"
#include "compare/comparer.h"
#include "feature/row_file.h"
#include "model/correlation.h"
#include "model/random_pairs.h"

enum {
  train_rows_min = 100,
  rows_for_em = 150000, /* sample blocks down to about so many rows, ... */
  pairs_for_em = 600000 /* ... and large blocks of a rule to about so many pairs */
};

/* ---- u from random pairs ----------------------------------------------------------------------- */

/* A level that random pairs hardly ever reach keeps the default, unless that is above what so many
 * pairs would have shown. */
static double rare_share(double fallback, uint64_t count, uint64_t total) {
  return fmin(fallback, ((double)count + 3) / (double)total);
}

/* The level is agreement on the value of its term, and nothing else. */
static bool is_exact(const schema_level *level) {
  const schema_clause *clause = &level->clauses[0];
  return level->clause_count == 1 && clause->test_count == 1 && clause->tests[0].kind == TEST_EXACT && !clause->tests[0].negated &&
         clause->tests[0].field == clause->tests[0].other_field && (int)clause->tests[0].field == level->term;
}

/* Agreement on a field's value is as likely as the values are common; the other levels that speak of it share that out as the
 * schema's defaults do. */
static double chance_of_agreement(const train_input *in, const comparison_model *comparison, const schema_comparison *declared, size_t l) {
  double total = 0;
  int term = declared->levels[l - 1].term;
  if (is_exact(&declared->levels[l - 1])) return fmax(in->agreement[term], 1e-9);
  for (size_t i = 1; i < comparison->level_count; i++) {
    const schema_level *level = &declared->levels[i - 1];
    if (level->term == term) total += level->u;
  }
  return fmax(in->agreement[term] * declared->levels[l - 1].u / total, 1e-9);
}

/* A word may agree in pairs that are not at the level. */
static bool is_of_a_field(const schema_level *level) { return level->term >= 0 && schema_term_part((size_t)level->term) == TERM_WHOLE; }

static void set_level_u(comparison_model *comparison, const schema_comparison *declared, size_t l, uint64_t count, uint64_t total,
                        const train_input *in) {
  level_model *level = &comparison->levels[l];
  if (count >= RANDOM_COUNTS_ENOUGH) {
    level->u_source = U_RANDOM_PAIRS;
    level->u = (double)count / (double)total;
  } else if (is_of_a_field(&declared->levels[l - 1])) {
    level->u_source = U_FREQUENCIES;
    level->u = rare_share(chance_of_agreement(in, comparison, declared, l), count, total);
  } else {
    level->u_source = U_CANDIDATES;
    level->u = rare_share(level->u, count, total);
  }
}

static void set_u(comparison_model *comparison, const schema_comparison *declared, const uint64_t *counts, const train_input *in) {
  uint64_t total = 0;
  double sum = 0;
  for (size_t l = 1; l < comparison->level_count; l++) total += counts[l];
  if (total < RANDOM_COUNTS_ENOUGH) return;
  size_t last = comparison->level_count - 1;
  for (size_t l = 1; l < last; l++) {
    level_model *level = &comparison->levels[l];
    if (level->fixed) continue;
    set_level_u(comparison, declared, l, counts[l], total, in);
    sum += level->u;
  }
  if (comparison->levels[last].fixed) return;
  comparison->levels[last].u = fmax(1 - sum, 1e-6);
  comparison->levels[last].u_source = U_RANDOM_PAIRS;
}

static khop_status learn_u(model *m, const train_input *in, comparer *comparers, random_sample *drawn, khop_error *err) {
  const random_source source = {.table = in->walk->table, .registers = &in->walk->registers, .live_rows = in->live_rows,
                                .all_pairs = in->all_pairs, .seed = in->seed};
  TRY(random_pairs_draw(drawn, m, &source, comparers, in->workers, err));
  for (size_t c = 0; c < m->comparison_count; c++) {
    set_u(&m->comparisons[c], &in->walk->schema->comparisons[c], drawn->counts[c], in);
  }
  m->random_pairs = drawn->pairs;
  model_set_weights(m);
  return KHOP_OK;
}

/* ---- m by EM ------------------------------------------------------------------------------------ */

typedef struct pattern_job {
  const train_input *in;
  comparer *comparers;    /* per worker */
  pattern_table *tables;  /* per worker */
  const feature_table *table; /* whose rows are walked */
  key_set split_keys;
  size_t pairs_a_row;
} pattern_job;

static khop_status count_patterns(void *context, size_t task, unsigned worker, const candidate_batch *batch, khop_error *err) {
  (void)task;
  pattern_job *job = context;
  comparer *c = &job->comparers[worker];
  view_load(&c->columns, job->table, batch->rows, batch->loaded, batch->row_count);
  comparer_run(c, &batch->pairs);
  return pattern_table_count(&job->tables[worker], c, &batch->pairs, batch, err);
}

static bool rule_uses(const schema_rule *rule, size_t field) {
  for (size_t p = 0; p < rule->part_count; p++) {
    if (rule->parts[p].field == field) return true;
  }
  return false;
}

/* Does the rule fix a field that decides between the levels m is learned for? Levels without an m, such as twins,
 * may look at anything. */
static bool rule_fixes(const schema_rule *rule, const schema_comparison *comparison) {
  for (size_t f = 0; f < comparison->field_count; f++) {
    if (rule_uses(rule, comparison->fields[f])) return true;
  }
  for (size_t l = 0; l < comparison->level_count; l++) {
    const schema_level *level = &comparison->levels[l];
    if (isnan(level->m)) continue;
    for (size_t c = 0; c < level->clause_count; c++) {
      const schema_clause *clause = &level->clauses[c];
      for (size_t t = 0; t < clause->test_count; t++) {
        if (rule_uses(rule, clause->tests[t].field) || rule_uses(rule, clause->tests[t].other_field)) return true;
      }
    }
  }
  return false;
}

typedef struct sessions {
  em_session list[SCHEMA_RULES_MAX];
  size_t count;
} sessions;

static khop_status count_walk(pattern_job *job, rule_walk *walk, khop_error *err) {
  rule_facts facts;
  walk->split_keys = &job->split_keys;
  walk->pairs_a_row = job->pairs_a_row;
  job->table = walk->options->table;
  return rule_walk_pairs(walk, true, count_patterns, job, job->in->workers, &facts, err);
}

/* What was counted under a rule is a session of its own. */
static khop_status end_session(sessions *s, pattern_job *job, size_t rule, khop_error *err) {
  const schema *rules_of = job->in->walk->schema;
  unsigned threads = pool_threads(job->in->workers);
  em_session *session = &s->list[s->count];
  s->count++;
  TRY(pattern_tables_merge(job->tables, threads, &session->patterns, &session->pattern_count, err));
  for (size_t c = 0; c < rules_of->comparison_count; c++) session->teaches[c] = !rule_fixes(&rules_of->rules[rule], &rules_of->comparisons[c]);
  for (unsigned t = 0; t < threads; t++) pattern_table_free(&job->tables[t]);
  key_set_free(&job->split_keys);
  return KHOP_OK;
}

static khop_status run_session(sessions *s, pattern_job *job, size_t rule, double share, khop_error *err) {
  const train_input *in = job->in;
  rule_walk walk = {.options = in->walk, .rule = rule, .items = in->items, .scratch = in->scratch};
  TRY(rule_walk_sort(&walk, share, in->workers, err));
  TRY(count_walk(job, &walk, err));
  return end_session(s, job, rule, err);
}

/* ---- the same, where the rows are in a file ---------------------------------------------------------- */

typedef struct spilled_sessions {
  sessions *sessions;
  pattern_job *job;
} spilled_sessions;

static khop_status count_part(void *context, rule_walk *walk, khop_error *err) {
  const spilled_sessions *s = context;
  return count_walk(s->job, walk, err);
}

static khop_status end_rule(void *context, size_t rule, uint64_t rows, khop_error *err) {
  (void)rows;
  const spilled_sessions *s = context;
  return end_session(s->sessions, s->job, rule, err);
}

static khop_status run_spilled_sessions(sessions *s, pattern_job *job, double share, khop_error *err) {
  const train_input *in = job->in;
  spilled_sessions context = {.sessions = s, .job = job};
  const partition_input parts = {.walk = in->walk, .file = row_file_spill(in->walk->table->file), .workers = in->workers, .bytes = in->spill_bytes,
                                 .share = share, .part = count_part, .end = end_rule, .context = &context};
  partition_facts facts;
  return partition_rules(&parts, &facts, err);
}

static khop_status run_sessions(sessions *s, const train_input *in, double share, comparer *comparers, khop_error *err) {
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(in->workers);
  uint64_t rows = in->live_rows < rows_for_em ? in->live_rows : rows_for_em;
  pattern_job job = {.in = in, .pairs_a_row = (pairs_for_em + rows - 1) / rows, .comparers = comparers, .tables = mem_alloc(threads, sizeof(pattern_table))};
  if (!job.tables) return error_memory(err, threads * sizeof(pattern_table), "comparison patterns");
  if (in->walk->table->file) {
    status = run_spilled_sessions(s, &job, share, err);
  } else {
    for (size_t r = 0; status == KHOP_OK && r < in->walk->schema->rule_count; r++) status = run_session(s, &job, r, share, err);
  }
  for (unsigned t = 0; t < threads; t++) pattern_table_free(&job.tables[t]);
  mem_free(job.tables);
  key_set_free(&job.split_keys);
  return status;
}

/* A comparison that every rule looks at learns from all of them: better biased than untaught. */
static void teach_all_somewhere(sessions *s, model *m) {
  for (size_t c = 0; c < m->comparison_count; c++) {
    comparison_model *comparison = &m->comparisons[c];
    comparison->rules_learned_from = 0;
    for (size_t i = 0; i < s->count; i++) comparison->rules_learned_from += s->list[i].teaches[c] && s->list[i].pattern_count > 0;
    comparison->learned_from_own = comparison->rules_learned_from == 0;
    for (size_t i = 0; comparison->learned_from_own && i < s->count; i++) s->list[i].teaches[c] = true;
  }
}

static void judge_training(model *m) {
  m->trained = true;
  if (!m->em_converged) m->state = TRAINING_LIMIT;
  else m->state = m->training_matches < EM_DEFAULT_MATCHES ? TRAINING_FEW_MATCHES : TRAINING_CONVERGED;
}

/* What counts twice makes matches of pairs that are none, and EM learns from those: so it begins again with what was found to be
 * taken off, and what is to be taken off of that model is found anew. */
static khop_status learn_together(model *m, const em_input *in, khop_error *err) {
  const model start = *m;
  TRY(em_run(m, in, err));
  TRY(correlation_find(m, &start, in, err));
  if (!m->correction_count) return KHOP_OK;
  model again = start;
  again.correction_count = m->correction_count;
  memcpy(again.corrections, m->corrections, sizeof again.corrections);
  *m = again;
  TRY(em_run(m, in, err));
  return correlation_find(m, &start, in, err);
}

static khop_status learn_m(model *m, const train_input *in, comparer *comparers, const random_sample *drawn, khop_error *err) {
  khop_status status = KHOP_OK;
  sessions s = {0};
  label_pattern *labels = NULL;
  size_t label_count = 0;
  double share = fmin(1, (double)rows_for_em / (double)in->live_rows);
  TRY_CLEANUP(run_sessions(&s, in, share, comparers, err));
  teach_all_somewhere(&s, m);
  TRY_CLEANUP(label_patterns_make(in->labels, in->label_count, in->walk->table, &comparers[0], &labels, &label_count, err));
  const em_input em = {.labels = labels, .label_count = label_count, .sessions = s.list, .session_count = s.count, .scale = 1 / share, .random = drawn->patterns,
                       .random_count = drawn->pattern_count, .all_pairs = in->all_pairs};
  TRY_CLEANUP(learn_together(m, &em, err));
  for (size_t i = 0; i < s.count; i++) {
    for (size_t p = 0; p < s.list[i].pattern_count; p++) m->training_pairs += s.list[i].patterns[p].count;
  }
  judge_training(m);
cleanup:
  for (size_t i = 0; i < s.count; i++) mem_free(s.list[i].patterns);
  mem_free(labels);
  return status;
}

khop_status model_train(model *m, const train_input *in, khop_error *err) {
  if (in->live_rows < train_rows_min) return KHOP_OK;
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(in->workers), made = 0;
  random_sample drawn = {0};
  comparer *comparers = mem_alloc(threads, sizeof *comparers);
  if (!comparers) return error_memory(err, threads * sizeof *comparers, "comparers");
  for (; made < threads; made++) {
    TRY_CLEANUP(comparer_create(&comparers[made], in->plan, &in->walk->table->layout, in->level, err));
  }
  TRY_CLEANUP(learn_u(m, in, comparers, &drawn, err));
  TRY_CLEANUP(learn_m(m, in, comparers, &drawn, err));
cleanup:
  for (unsigned i = 0; i < made; i++) comparer_free(&comparers[i]);
  mem_free(comparers);
  mem_free(drawn.patterns);
  return status;
}
