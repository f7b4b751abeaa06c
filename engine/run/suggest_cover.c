/* Which rules to take: a greedy cover of the matches by rules, under a budget of pairs. See suggest.h.
 *
 *   every part alone --too broad?--> with each further part --too broad?--> ...
 *
 * A refinement finds no more matches than what it refines, and fewer as matches are found otherwise: the list is a heap by
 * that bound, so that rules are made, and their pairs counted, only as long as they can still win. */
#include <string.h>

#include "run/suggest.h"

enum { trials_max = 1 << 15 }; /* under a budget of hardly any pairs nearly everything is too broad */

typedef struct cover_job {
  cover *cover;
  const pair_pool *pool;
  row_sample *sample;
  const part_list *parts;
  const cover_options *options;
  uint64_t *left;   /* matches that no chosen rule finds: a bit each */
  uint32_t *heap;   /* numbers of trials, by gain */
  size_t heap_count, heap_capacity;
  double pairs_left;
} cover_job;

/* ---- the heap ---------------------------------------------------------------------------------------- */

static bool goes_before(const cover *c, uint32_t a, uint32_t b) {
  return c->trials[a].gain != c->trials[b].gain ? c->trials[a].gain > c->trials[b].gain : a < b;
}

static khop_status heap_push(cover_job *j, uint32_t trial, khop_error *err) {
  TRY(array_reserve(&j->heap, &j->heap_capacity, j->heap_count + 1, sizeof *j->heap, "rules to try", err));
  size_t at = j->heap_count++;
  for (size_t up; at > 0 && goes_before(j->cover, trial, j->heap[up = (at - 1) / 2]); at = up) j->heap[at] = j->heap[up];
  j->heap[at] = trial;
  return KHOP_OK;
}

static uint32_t heap_pop(cover_job *j) {
  uint32_t top = j->heap[0], last = j->heap[--j->heap_count];
  size_t at = 0;
  for (size_t down; (down = 2 * at + 1) < j->heap_count; at = down) {
    if (down + 1 < j->heap_count && goes_before(j->cover, j->heap[down + 1], j->heap[down])) down++;
    if (!goes_before(j->cover, j->heap[down], last)) break;
    j->heap[at] = j->heap[down];
  }
  j->heap[at] = last;
  return top;
}

/* ---- matches ------------------------------------------------------------------------------------------- */

static uint64_t found_word(const cover_job *j, const trial_rule *rule, size_t word) {
  uint64_t bits = UINT64_MAX;
  for (size_t p = 0; p < rule->part_count; p++) bits &= j->pool->bits[rule->parts[p] * j->pool->words + word];
  return bits;
}

static uint32_t count_left(const cover_job *j, const trial_rule *rule) {
  uint32_t count = 0;
  for (size_t w = 0; w < j->pool->words; w++) count += (uint32_t)__builtin_popcountll(found_word(j, rule, w) & j->left[w]);
  return count;
}

static void all_left(cover_job *j) {
  for (size_t w = 0; w < j->pool->words; w++) j->left[w] = UINT64_MAX;
  if (j->pool->matches % 64) j->left[j->pool->words - 1] = (1ull << j->pool->matches % 64) - 1;
}

static void take_matches(cover_job *j, const trial_rule *rule) {
  for (size_t w = 0; w < j->pool->words; w++) j->left[w] &= ~found_word(j, rule, w);
}

/* ---- trials ---------------------------------------------------------------------------------------------- */

/* The rule goes on the list if it finds matches enough, and onto the heap. */
static khop_status add_trial(cover_job *j, trial_rule rule, khop_error *err) {
  cover *c = j->cover;
  rule.gain = count_left(j, &rule);
  if (rule.gain < j->options->gain_min || c->trial_count == trials_max) return KHOP_OK;
  TRY(array_reserve(&c->trials, &c->trial_capacity, c->trial_count + 1, sizeof *c->trials, "rules to try", err));
  c->trials[c->trial_count++] = rule;
  return heap_push(j, (uint32_t)(c->trial_count - 1), err);
}

static khop_status refine(cover_job *j, uint32_t trial, khop_error *err) {
  trial_rule rule = j->cover->trials[trial];
  j->cover->trials[trial].refined = true;
  if (rule.part_count == SUGGEST_RULE_PARTS) return KHOP_OK;
  rule.counted = rule.refined = false;
  rule.part_count++;
  for (size_t p = rule.parts[rule.part_count - 2] + 1u; p < j->parts->count; p++) {
    bool fits = true;
    for (size_t i = 0; i + 1 < rule.part_count; i++) fits &= suggest_fits_beside(&j->parts->parts[rule.parts[i]], &j->parts->parts[p]);
    if (!fits) continue;
    rule.parts[rule.part_count - 1] = (uint8_t)p;
    TRY(add_trial(j, rule, err));
  }
  return KHOP_OK;
}

static double pairs_of_rule(cover_job *j, trial_rule *rule) {
  if (!rule->counted) rule->pairs = row_sample_pairs(j->sample, rule, j->options->pairs_budget);
  rule->counted = true;
  return rule->pairs;
}

/* Would a part less do? It finds all that the rule finds, and more in a register not seen yet: where that is cheap, a further
 * part would only fit the rule to this one. */
static bool has_needless_part(cover_job *j, const trial_rule *rule) {
  for (size_t drop = 0; rule->part_count > 1 && drop < rule->part_count; drop++) {
    trial_rule less = {.part_count = (uint8_t)(rule->part_count - 1)};
    for (size_t p = 0, kept = 0; p < rule->part_count; p++) {
      if (p != drop) less.parts[kept++] = rule->parts[p];
    }
    if (pairs_of_rule(j, &less) <= j->options->cheap_pairs) return true;
  }
  return false;
}

/* The rule that adds most matches for its cost; *out_best is UINT32_MAX when none is worth it. */
static khop_status find_best(cover_job *j, uint32_t *out_best, khop_error *err) {
  const cover_options *o = j->options;
  double best_rate = 0;
  *out_best = UINT32_MAX;
  j->heap_count = 0;
  for (uint32_t i = 0; i < j->cover->trial_count; i++) {
    trial_rule *rule = &j->cover->trials[i];
    rule->gain = count_left(j, rule);
    if (rule->gain >= o->gain_min) TRY(heap_push(j, i, err));
  }
  while (j->heap_count) {
    uint32_t number = heap_pop(j);
    trial_rule *rule = &j->cover->trials[number];
    if (rule->gain / o->rule_cost <= best_rate) break; /* no rule costs less than that */
    double pairs = pairs_of_rule(j, rule), rate = rule->gain / (o->rule_cost + pairs);
    if (pairs > o->cheap_pairs && !rule->refined) TRY(refine(j, number, err));
    if (pairs > j->pairs_left || rate <= best_rate || has_needless_part(j, &j->cover->trials[number])) continue;
    best_rate = rate;
    *out_best = number;
  }
  return KHOP_OK;
}

/* ---- choosing ----------------------------------------------------------------------------------------------- */

/* Matches that rule `i` alone finds among those chosen. */
static uint32_t count_alone(cover_job *j, size_t i) {
  all_left(j);
  for (size_t k = 0; k < j->cover->rule_count; k++) {
    if (k != i) take_matches(j, &j->cover->rules[k]);
  }
  return count_left(j, &j->cover->rules[i]);
}

/* Later rules may have made earlier ones needless: those that add least go first. */
static void drop_needless(cover_job *j) {
  cover *c = j->cover;
  for (;;) {
    size_t worst = c->rule_count;
    uint32_t least = 0;
    for (size_t i = 0; i < c->rule_count; i++) {
      uint32_t alone = count_alone(j, i);
      if (worst < c->rule_count && alone >= least) continue;
      worst = i;
      least = alone;
    }
    if (worst == c->rule_count || least >= j->options->gain_min) return;
    memmove(&c->rules[worst], &c->rules[worst + 1], (c->rule_count - worst - 1) * sizeof *c->rules);
    c->rule_count--;
  }
}

static khop_status choose(cover_job *j, khop_error *err) {
  cover *c = j->cover;
  uint32_t best;
  all_left(j);
  for (size_t p = 0; p < j->parts->count; p++) {
    TRY(add_trial(j, (trial_rule){.parts = {(uint8_t)p}, .part_count = 1}, err));
  }
  while (c->rule_count < SCHEMA_RULES_MAX) {
    TRY(find_best(j, &best, err));
    if (best == UINT32_MAX) break;
    c->rules[c->rule_count++] = c->trials[best];
    j->pairs_left -= c->trials[best].pairs;
    take_matches(j, &c->trials[best]);
  }
  drop_needless(j);
  return KHOP_OK;
}

khop_status cover_choose(cover *c, const pair_pool *known, row_sample *sample, const part_list *parts, const cover_options *o,
                         khop_error *err) {
  *c = (cover){0};
  cover_job j = {.cover = c, .pool = known, .sample = sample, .parts = parts, .options = o, .pairs_left = o->pairs_budget};
  j.left = mem_alloc(known->words + 1, sizeof *j.left);
  if (!j.left) return error_memory(err, known->words * sizeof *j.left, "matching pairs");
  khop_status status = known->matches ? choose(&j, err) : KHOP_OK;
  mem_free(j.left);
  mem_free(j.heap);
  return status;
}

void cover_free(cover *c) {
  mem_free(c->trials);
  *c = (cover){0};
}
