/* khop_suggest_rules. See suggest.h and khop.h. */
#include "run/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/plan_rules.h"

enum {
  first_teachers = 16,      /* rules that teach the model of a schema without rules */
  budget_shares = 20,       /* a rule that makes no more of the budget is broad enough */
  second_seeds = 64,        /* refinements that are walked for further matches */
  pool_compares = 20000000, /* pairs that are compared at most, or so */
  yaml_rule_bytes = SCHEMA_KEY_PARTS_MAX * (SCHEMA_PART_NAME_BYTES + 2) + 256
};

/* Beside its pairs, a rule costs what so many pairs a record would: its keys are made, sorted and walked. */
static const double rule_pairs_per_row = 0.1, gain_share_min = 0.0005;

typedef struct search {
  run *run;
  part_list parts;
  row_sample sample;
  pair_pool pool;
  cover cover;
  cover_options options;
  schema_rule own[SCHEMA_RULES_MAX]; /* of the schema as it was loaded; names are this one's */
  size_t own_count;
  schema_rule seeds[SUGGEST_SEEDS_MAX + SCHEMA_RULES_MAX];
  size_t seed_count;
  size_t tried;
} search;

/* ---- rules in and out of the schema ----------------------------------------------------------------- */

static void take_own_rules(search *s) {
  schema *from = s->run->schema;
  s->own_count = from->rule_count;
  memcpy(s->own, from->rules, from->rule_count * sizeof *s->own);
  from->rule_count = 0;
}

static void free_rules(schema_rule *rules, size_t count) {
  for (size_t i = 0; i < count; i++) mem_free(rules[i].name);
}

/* Trains the model as a run with these rules would. */
static khop_status train_with(search *s, const schema_rule *rules, size_t count, khop_error *err) {
  suggest_install(s->run, rules, count);
  return run_train(s->run, err);
}

static khop_status name_rule(const schema *s, schema_rule *rule, khop_error *err) {
  char name[yaml_rule_bytes];
  size_t used = 0;
  for (size_t p = 0; p < rule->part_count; p++) {
    if (p) name[used++] = '+';
    schema_key_part_name(s, &rule->parts[p], name + used);
    used += strlen(name + used);
  }
  rule->name = mem_copy_text(name, used);
  return rule->name ? KHOP_OK : error_memory(err, used, "a rule's name");
}

/* The chosen rules become the schema's own, which has their names. */
static khop_status install_chosen(search *s, khop_error *err) {
  schema_rule rules[SCHEMA_RULES_MAX];
  for (size_t i = 0; i < s->cover.rule_count; i++) rules[i] = suggest_rule_of(&s->parts, &s->cover.rules[i]);
  suggest_install(s->run, rules, s->cover.rule_count);
  for (size_t i = 0; i < s->cover.rule_count; i++) TRY(name_rule(s->run->schema, &s->run->schema->rules[i], err));
  return KHOP_OK;
}

/* ---- the search ------------------------------------------------------------------------------------------- */

/* The most selective first rules, and the schema's own. */
static khop_status first_pool(search *s, khop_error *err) {
  double pairs;
  TRY(suggest_seeds(&s->sample, &s->parts, s->options.pairs_budget, s->seeds, &s->seed_count, &pairs, err));
  size_t teachers = s->seed_count < first_teachers ? s->seed_count : first_teachers;
  TRY(s->own_count ? train_with(s, s->own, s->own_count, err) : train_with(s, s->seeds, teachers, err));
  for (size_t i = 0; i < s->own_count; i++) {
    s->seeds[s->seed_count] = s->own[i];
    s->seeds[s->seed_count++].name = NULL;
  }
  s->pool.share = fmin(1, pool_compares / fmax(pairs, 1));
  TRY(pair_pool_add(&s->pool, s->run, s->seeds, s->seed_count, err));
  s->run->schema->rule_count = 0;
  return pair_pool_weigh(&s->pool, s->run, &s->parts, err);
}

static int compare_gains(const void *a, const void *b) {
  const trial_rule *x = a, *y = b;
  if (x->gain != y->gain) return x->gain > y->gain ? -1 : 1;
  return memcmp(x->parts, y->parts, sizeof x->parts);
}

/* Matches that only three or more weak parts agree on are in no first rule: the rules chosen, and the refinements that the
 * cover counted and found to be narrow enough, may find more of them. */
static khop_status second_pool(search *s, khop_error *err) {
  cover *c = &s->cover;
  size_t count = 0, kept = 0;
  for (size_t i = 0; i < c->rule_count; i++) s->seeds[count++] = suggest_rule_of(&s->parts, &c->rules[i]);
  for (size_t i = 0; i < c->trial_count; i++) {
    const trial_rule *t = &c->trials[i];
    if (t->counted && t->part_count > 2 && t->pairs > s->options.rule_cost / 10 && t->pairs <= s->options.pairs_budget) c->trials[kept++] = *t;
  }
  if (kept) qsort(c->trials, kept, sizeof *c->trials, compare_gains);
  for (size_t i = 0; i < kept && i < second_seeds; i++) s->seeds[count++] = suggest_rule_of(&s->parts, &c->trials[i]);
  TRY(pair_pool_add(&s->pool, s->run, s->seeds, count, err));
  size_t chosen = c->rule_count;
  for (size_t i = 0; i < chosen; i++) s->seeds[i] = suggest_rule_of(&s->parts, &c->rules[i]);
  TRY(train_with(s, s->seeds, chosen, err));
  s->run->schema->rule_count = 0;
  return pair_pool_weigh(&s->pool, s->run, &s->parts, err);
}

static khop_status choose(search *s, khop_error *err) {
  s->options.gain_min = (uint64_t)ceil(fmax(1, gain_share_min * (double)s->pool.matches));
  cover_free(&s->cover);
  TRY(cover_choose(&s->cover, &s->pool, &s->sample, &s->parts, &s->options, err));
  s->tried += s->cover.trial_count;
  if (s->cover.rule_count) return KHOP_OK;
  return error_set(err, KHOP_INPUT, "%s: %zu matching pairs under rules of at most %.0f pairs: none to choose blocking rules by",
                   input_source_at(s->run->input, 0)->name, s->pool.matches, s->options.pairs_budget);
}

/* ---- the answer -------------------------------------------------------------------------------------------- */

static size_t write_rule(const schema *s, const schema_rule *rule, const khop_plan_rule *plan, char *out, size_t out_bytes) {
  size_t used = (size_t)snprintf(out, out_bytes, "  - [");
  for (size_t p = 0; p < rule->part_count; p++) {
    if (p) used += (size_t)snprintf(out + used, out_bytes - used, ", ");
    schema_key_part_name(s, &rule->parts[p], out + used);
    used += strlen(out + used);
  }
  used += (size_t)snprintf(out + used, out_bytes - used, "]");
  for (; used < 60; used++) out[used] = ' ';
  used += (size_t)snprintf(out + used, out_bytes - used, " # %llu pairs, %.0f new matches, %.0f by no other rule\n",
                           (unsigned long long)plan->pairs, plan->expected_matches, plan->expected_alone);
  return used;
}

static khop_status write_yaml(const run *r, const khop_plan_result *plan, khop_suggestion *out, khop_error *err) {
  size_t room = yaml_rule_bytes * (r->schema->rule_count + 2), used;
  out->yaml = mem_alloc(room, 1);
  if (!out->yaml) return error_memory(err, room, "rules as text");
  used = (size_t)snprintf(out->yaml, room, "# %s, %llu records: %zu rules, %llu pairs of at most %llu, %.0f expected matches of %.0f seen\nblocking:\n",
                          out->schema, (unsigned long long)out->indexed, out->rule_count, (unsigned long long)out->pairs,
                          (unsigned long long)out->pairs_budget, out->expected_matches, out->matches_seen);
  for (size_t i = 0; i < r->schema->rule_count; i++) used += write_rule(r->schema, &r->schema->rules[i], &plan->rules[i], out->yaml + used, room - used);
  return KHOP_OK;
}

static khop_status answer(search *s, khop_suggestion *out, khop_error *err) {
  run *r = s->run;
  khop_plan_result *plan = mem_alloc(1, sizeof *plan);
  if (!plan) return error_memory(err, sizeof *plan, "plan");
  khop_status status = KHOP_OK;
  TRY_CLEANUP(install_chosen(s, err));
  TRY_CLEANUP(run_train(r, err));
  TRY_CLEANUP(plan_rules(r, plan, err));
  out->rules_tried = s->tried;
  out->matches_seen = (double)s->pool.matches / s->pool.share;
  out->expected_matches = plan->expected_matches;
  out->pairs = plan->pairs;
  out->rule_count = plan->rule_count;
  TRY_CLEANUP(write_yaml(r, plan, out, err));
cleanup:
  mem_free(plan);
  return status;
}

static khop_status find_rules(search *s, uint64_t pairs_budget, khop_suggestion *out, khop_error *err) {
  const double pairs_per_row = 2;
  run *r = s->run;
  double rows = (double)r->live_rows;
  snprintf(out->schema, sizeof out->schema, "%s", r->schema->name);
  out->rows = r->rows;
  out->rejected = r->records.reject_count;
  out->indexed = r->live_rows;
  out->pairs_budget = pairs_budget ? pairs_budget : (uint64_t)(pairs_per_row * rows);
  s->options = (cover_options){.pairs_budget = (double)out->pairs_budget, .rule_cost = fmax(1, rule_pairs_per_row * rows)};
  s->options.cheap_pairs = fmin(s->options.rule_cost, s->options.pairs_budget / budget_shares);
  suggest_parts_list(r, &s->parts);
  TRY(row_sample_make(&s->sample, r, &s->parts, err));
  TRY(first_pool(s, err));
  TRY(choose(s, err));
  TRY(second_pool(s, err));
  TRY(choose(s, err));
  return answer(s, out, err);
}

khop_status khop_suggest_rules(const khop_options *options, uint64_t pairs_budget, khop_suggestion *out_suggestion, khop_error *err) {
  *out_suggestion = (khop_suggestion){0};
  khop_status status = KHOP_OK;
  run r;
  search *s = mem_alloc(1, sizeof *s);
  TRY_CLEANUP(run_open(&r, options, RUN_SUGGESTS, err));
  if (!s) {
    status = error_memory(err, sizeof *s, "a search for rules");
    goto cleanup;
  }
  s->run = &r;
  TRY_CLEANUP(run_read(&r, err));
  take_own_rules(s);
  TRY_CLEANUP(find_rules(s, pairs_budget, out_suggestion, err));
  progress_finish(&r.progress);
cleanup:
  if (s) {
    free_rules(s->own, s->own_count);
    row_sample_free(&s->sample);
    pair_pool_free(&s->pool);
    cover_free(&s->cover);
  }
  mem_free(s);
  run_close(&r);
  if (status != KHOP_OK) {
    mem_free(out_suggestion->yaml);
    *out_suggestion = (khop_suggestion){0};
  }
  return status;
}
