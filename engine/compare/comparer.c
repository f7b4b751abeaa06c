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
  if (!c->measures || !c->levels || !c->masks) {
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
  c->measures = c->levels = NULL;
  c->masks = NULL;
}

static void test_mask(const uint8_t *values, const planned_test *test, size_t count, uint8_t *mask) {
  uint8_t low = test->low, high = test->high, negated = test->negated;
  for (size_t p = 0; p < count; p++) {
    uint8_t holds = (uint8_t)((values[p] >= low) & (values[p] <= high));
    mask[p] &= (uint8_t)((holds ^ negated) & (values[p] != MEASURE_NONE));
  }
}

/* Any clause, each of all its tests. */
static void level_mask(const comparer *c, const planned_level *level, size_t count, uint8_t *mask, uint8_t *clause_mask) {
  memset(mask, level->clause_count == 0, count);
  for (size_t i = 0; i < level->clause_count; i++) {
    const planned_clause *clause = &level->clauses[i];
    memset(clause_mask, 1, count);
    for (size_t t = 0; t < clause->test_count; t++) {
      test_mask(c->measures[clause->tests[t].measure], &clause->tests[t], count, clause_mask);
    }
    for (size_t p = 0; p < count; p++) mask[p] |= clause_mask[p];
  }
}

static void missing_mask(const comparer *c, const planned_comparison *comparison, size_t count, uint8_t *mask) {
  bool all = comparison->missing_all;
  memset(mask, all && comparison->missing_count > 0, count);
  for (size_t f = 0; f < comparison->missing_count; f++) {
    const uint8_t *missing = c->measures[comparison->missing_measures[f]];
    if (all) {
      for (size_t p = 0; p < count; p++) mask[p] &= missing[p];
    } else {
      for (size_t p = 0; p < count; p++) mask[p] |= missing[p];
    }
  }
}

/* `open` marks the pairs without a level yet; the first level that holds closes them. */
static void assign_levels(comparer *c, const planned_comparison *comparison, size_t count, uint8_t *levels) {
  uint8_t *open = c->masks, *holds = c->masks + BATCH_PAIRS, *scratch = c->masks + 2 * BATCH_PAIRS;
  missing_mask(c, comparison, count, open);
  for (size_t p = 0; p < count; p++) open[p] ^= 1;
  memset(levels, LEVEL_MISSING, count);
  for (size_t l = 0; l < comparison->level_count; l++) {
    level_mask(c, &comparison->levels[l], count, holds, scratch);
    uint8_t number = (uint8_t)(l + 1);
    for (size_t p = 0; p < count; p++) {
      uint8_t hit = open[p] & holds[p];
      levels[p] = (uint8_t)(levels[p] | (number & (uint8_t)-hit));
      open[p] ^= hit;
    }
  }
}

void comparer_run(comparer *c, const pair_list *pairs) {
  for (size_t m = 0; m < c->plan->measure_count; m++) measure_pairs(c, &c->plan->measures[m], pairs, c->measures[m]);
  size_t padded = (pairs->count + KERNEL_LANES - 1) / KERNEL_LANES * KERNEL_LANES;
  for (size_t i = 0; i < c->plan->comparison_count; i++) {
    assign_levels(c, &c->plan->comparisons[i], pairs->count, c->levels[i]);
    memset(c->levels[i] + pairs->count, 0, padded - pairs->count);
  }
}
