/* See comparer.h. */
#include "compare/comparer.h"

#include <string.h>

enum { mask_rows = 3 };

khop_status comparer_create(comparer *c, const compare_plan *plan, const feature_layout *layout,
                            cpu_level level, khop_error *err) {
  *c = (comparer){.plan = plan, .wide = kernels_for(level), .narrow = kernels_for(CPU_SCALAR)};
  TRY(view_create(&c->columns, layout, err));
  c->measures = mem_alloc(plan->measure_count, BATCH_PAIRS);
  c->levels = mem_alloc(plan->comparison_count, BATCH_PAIRS);
  c->masks = mem_alloc(mask_rows, BATCH_PAIRS);
  c->some = mem_alloc(1, sizeof *c->some);
  c->covered = mem_alloc(BATCH_PAIRS, sizeof *c->covered);
  if (!c->measures || !c->levels || !c->masks || !c->some || !c->covered) {
    comparer_free(c);
    return error_memory(err, plan->measure_count * BATCH_PAIRS, "comparison levels");
  }
  return KHOP_OK;
}

void comparer_free(comparer *c) {
  view_free(&c->columns);
  mem_free(c->measures);
  mem_free(c->levels);
  mem_free(c->masks);
  mem_free(c->some);
  mem_free(c->covered);
  c->covered = NULL;
  c->measures = c->levels = NULL;
  c->masks = NULL;
  c->some = NULL;
}

/* The measure of some of the pairs, by their places in the list. */
static void measure_some(comparer *c, const measure *asked, const pair_list *pairs, const uint16_t *places, size_t count,
                         uint8_t *values) {
  uint8_t found[BATCH_PAIRS];
  pair_list *some = c->some;
  some->count = count;
  for (size_t i = 0; i < count; i++) {
    some->left[i] = pairs->left[places[i]];
    some->right[i] = pairs->right[places[i]];
  }
  measure_pairs(c, asked, some, found);
  for (size_t i = 0; i < count; i++) values[places[i]] = found[i];
}

/* Sees to it that a measure is known where `mask` is 1. */
static void demand(comparer *c, size_t m, const pair_list *pairs, const uint8_t *mask) {
  const measure *asked = &c->plan->measures[m];
  uint8_t *values = c->measures[m], wanted[BATCH_PAIRS], any = 0;
  uint16_t places[BATCH_PAIRS];
  size_t pair_count = pairs->count, count = 0;
  for (size_t p = 0; p < pair_count; p++) any |= wanted[p] = (uint8_t)(mask[p] & (values[p] == MEASURE_UNKNOWN));
  if (!any) return;
  if (!test_is_cheap(asked->kind)) {
    for (size_t p = 0; p < pair_count; p++) {
      places[count] = (uint16_t)p;
      count += wanted[p];
    }
    if (count < pair_count / 4 * 3) { /* picking them out would cost more than measuring the rest too */
      measure_some(c, asked, pairs, places, count, values);
      return;
    }
  }
  measure_pairs(c, asked, pairs, values);
}

/* Clears `mask` where the test does not hold. */
static void test_mask(comparer *c, const planned_test *test, const pair_list *pairs, uint8_t *mask) {
  demand(c, test->measure, pairs, mask);
  const uint8_t *values = c->measures[test->measure];
  uint8_t low = test->low, high = test->high, negated = test->negated;
  for (size_t p = 0, count = pairs->count; p < count; p++) {
    uint8_t holds = (uint8_t)((values[p] >= low) & (values[p] <= high));
    mask[p] &= (uint8_t)((holds ^ negated) & (values[p] != MEASURE_NONE));
  }
}

/* Any clause, each of all its tests; of the open pairs alone. */
static void level_mask(comparer *c, const planned_level *level, const pair_list *pairs, const uint8_t *open, uint8_t *mask,
                       uint8_t *clause_mask) {
  size_t count = pairs->count;
  if (level->clause_count == 0) memcpy(mask, open, count);
  else memset(mask, 0, count);
  for (size_t i = 0; i < level->clause_count; i++) {
    const planned_clause *clause = &level->clauses[i];
    for (size_t p = 0; p < count; p++) clause_mask[p] = open[p] & (mask[p] ^ 1);
    for (size_t t = 0; t < clause->test_count; t++) test_mask(c, &clause->tests[t], pairs, clause_mask);
    for (size_t p = 0; p < count; p++) mask[p] |= clause_mask[p];
  }
}

static void missing_mask(comparer *c, const planned_comparison *comparison, const pair_list *pairs, uint8_t *mask) {
  bool all = comparison->missing_all;
  size_t count = pairs->count;
  memset(mask, all && comparison->missing_count > 0, count);
  for (size_t f = 0; f < comparison->missing_count; f++) {
    size_t m = comparison->missing_measures[f];
    uint8_t *missing = c->measures[m];
    measure_pairs(c, &c->plan->measures[m], pairs, missing);
    if (all) {
      for (size_t p = 0; p < count; p++) mask[p] &= missing[p];
    } else {
      for (size_t p = 0; p < count; p++) mask[p] |= missing[p];
    }
  }
}

/* `open` marks the pairs without a level yet; the first level that holds closes them. */
static void assign_levels(comparer *c, size_t which, const pair_list *pairs) {
  const planned_comparison *comparison = &c->plan->comparisons[which];
  uint8_t *levels = c->levels[which];
  uint8_t *open = c->masks, *holds = c->masks + BATCH_PAIRS, *scratch = c->masks + 2 * BATCH_PAIRS;
  size_t count = pairs->count;
  missing_mask(c, comparison, pairs, open);
  for (size_t p = 0; p < count; p++) open[p] ^= 1;
  if (c->plan->covered >> which & 1) {
    for (size_t p = 0; p < count; p++) open[p] &= (uint8_t)~(c->covered[p] >> which);
  }
  memset(levels, LEVEL_MISSING, count);
  for (size_t l = 0; l < comparison->level_count; l++) {
    level_mask(c, &comparison->levels[l], pairs, open, holds, scratch);
    uint8_t number = (uint8_t)(l + 1);
    for (size_t p = 0; p < count; p++) {
      levels[p] = (uint8_t)(levels[p] | (number & (uint8_t)-holds[p]));
      open[p] ^= holds[p];
    }
  }
}

/* What the levels of a comparison cover: comparisons behind it need not be asked, and what those before it found is
 * taken back. */
static void cover_others(comparer *c, size_t which, size_t pair_count) {
  const planned_level *levels = c->plan->comparisons[which].levels;
  for (size_t p = 0; p < pair_count; p++) {
    uint8_t level = c->levels[which][p];
    uint32_t covers = level == LEVEL_MISSING ? 0 : levels[level - 1].covers;
    c->covered[p] |= covers;
    for (covers &= (1u << which) - 1; covers; covers &= covers - 1) c->levels[__builtin_ctz(covers)][p] = LEVEL_MISSING;
  }
}

void comparer_run(comparer *c, const pair_list *pairs) {
  size_t padded = (pairs->count + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
  for (size_t m = 0; m < c->plan->measure_count; m++) memset(c->measures[m], MEASURE_UNKNOWN, pairs->count);
  if (c->plan->covering) memset(c->covered, 0, pairs->count * sizeof *c->covered);
  for (size_t i = 0; i < c->plan->comparison_count; i++) {
    assign_levels(c, i, pairs);
    if (c->plan->covering >> i & 1) cover_others(c, i, pairs->count);
    memset(c->levels[i] + pairs->count, 0, padded - pairs->count);
  }
}
