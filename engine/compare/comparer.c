/* See comparer.h. */
#include "compare/comparer.h"

#include <string.h>

khop_status comparer_create(comparer *c, const compare_plan *plan, const feature_layout *layout,
                            cpu_level level, khop_error *err) {
  *c = (comparer){.plan = plan, .wide = kernels_for(level), .narrow = kernels_for(CPU_SCALAR)};
  TRY(view_create(&c->columns, layout, err));
  c->measures = mem_alloc(plan->measure_count, sizeof *c->measures);
  c->known = mem_alloc(plan->measure_count, sizeof *c->known);
  c->levels = mem_alloc(plan->comparison_count, BATCH_PAIRS);
  c->covered = mem_alloc(plan->comparison_count, sizeof *c->covered);
  c->some = mem_alloc(1, sizeof *c->some);
  c->filters = mem_alloc(plan->measure_count, sizeof *c->filters);
  if (!c->measures || !c->known || !c->levels || !c->covered || !c->some || !c->filters) {
    comparer_free(c);
    return error_memory(err, plan->measure_count * sizeof *c->measures, "comparison levels");
  }
  for (size_t m = 0; m < plan->measure_count; m++) {
    const measure *asked = &plan->measures[m];
    if (!feature_fields_meet(&layout->registers, asked->field, asked->other)) continue;
    c->filters[m] = filters_for(level)(asked, layout->slots[asked->field].kind);
  }
  return KHOP_OK;
}

void comparer_free(comparer *c) {
  view_free(&c->columns);
  mem_free(c->measures);
  mem_free(c->known);
  mem_free(c->levels);
  mem_free(c->covered);
  mem_free(c->some);
  mem_free(c->filters);
  c->filters = NULL;
  c->measures = NULL;
  c->levels = NULL;
  c->known = c->covered = NULL;
  c->some = NULL;
}

/* ---- masks ------------------------------------------------------------------------------------- */

static size_t mask_words(const pair_list *pairs) { return (pairs->count + 63) / 64; }

static void mask_all(const pair_list *pairs, uint64_t *mask) {
  memset(mask, 0xff, mask_words(pairs) * sizeof *mask);
  if (pairs->count % 64) mask[pairs->count / 64] = (1ull << pairs->count % 64) - 1;
}

static bool mask_any(const uint64_t *mask, size_t words) {
  uint64_t any = 0;
  for (size_t w = 0; w < words; w++) any |= mask[w];
  return any != 0;
}

/* The places of the bits set, ascending. */
static size_t mask_places(const uint64_t *mask, size_t words, uint16_t *places) {
  size_t count = 0;
  for (size_t w = 0; w < words; w++) {
    for (uint64_t bits = mask[w]; bits; bits &= bits - 1) places[count++] = (uint16_t)(w * 64 + (size_t)__builtin_ctzll(bits));
  }
  return count;
}

/* Eight bits to eight bytes of 0 or 1: byte k keeps bit k, and is carried over its highest bit where that is set. */
static uint64_t spread_bits(uint64_t bits) {
  const uint64_t ones = 0x0101010101010101u, places = 0x8040201008040201u;
  uint64_t kept = (bits & 255) * ones & places;
  return (((kept & 0x7f * ones) + 0x7f * ones) | kept) >> 7 & ones;
}

/* Of pairs that are 0 so far. */
static void mark_levels(uint8_t *levels, const uint64_t *mask, size_t words, uint8_t number) {
  for (size_t w = 0; w < words; w++) {
    if (!mask[w]) continue;
    for (unsigned i = 0; i < 64; i += 8) {
      uint64_t eight;
      memcpy(&eight, levels + w * 64 + i, sizeof eight);
      eight |= spread_bits(mask[w] >> i) * number;
      memcpy(levels + w * 64 + i, &eight, sizeof eight);
    }
  }
}

/* ---- measures ---------------------------------------------------------------------------------- */

/* The measure of some of the pairs, by their places in the list. */
static void measure_some(comparer *c, size_t m, const pair_list *pairs, const uint16_t *places, size_t count) {
  uint8_t found[BATCH_PAIRS];
  pair_list *some = c->some;
  some->count = count;
  for (size_t i = 0; i < count; i++) {
    some->left[i] = pairs->left[places[i]];
    some->right[i] = pairs->right[places[i]];
  }
  measure_pairs(c, &c->plan->measures[m], some, c->filtered[m], found);
  for (size_t i = 0; i < count; i++) c->measures[m][places[i]] = found[i];
}

/* Picking out more than that costs more than measuring the rest too. */
static bool is_some(test_kind kind, size_t count, size_t pair_count) {
  return test_is_cheap(kind) ? count < pair_count / 16 : count < pair_count / 4 * 3;
}

/* What the filter leaves open is asked for when it is wanted. */
static void filter_measure(comparer *c, size_t m, const pair_list *pairs) {
  const byte_test is_open = {.low = MEASURE_UNKNOWN, .high = MEASURE_UNKNOWN};
  pair_mask open;
  c->filtered[m] = true;
  measure_filter(c, m, pairs, c->measures[m]);
  mask_all(pairs, open);
  mask_all(pairs, c->known[m]);
  c->wide->test_values(c->measures[m], is_open, mask_words(pairs), open);
  for (size_t w = 0; w < mask_words(pairs); w++) c->known[m][w] &= ~open[w];
}

/* The pairs of `mask` that a measure is not known for: how many they are. */
static size_t find_wanted(const uint64_t *mask, const uint64_t *known, size_t words, uint64_t *wanted) {
  size_t count = 0;
  for (size_t w = 0; w < words; w++) count += (size_t)__builtin_popcountll(wanted[w] = mask[w] & ~known[w]);
  return count;
}

/* Sees to it that a measure is known where `mask` is 1. */
static void demand(comparer *c, size_t m, const pair_list *pairs, const uint64_t *mask) {
  const measure *asked = &c->plan->measures[m];
  uint64_t *known = c->known[m];
  pair_mask wanted;
  size_t words = mask_words(pairs), count = find_wanted(mask, known, words, wanted);
  if (c->run_count && c->filters[m] && !c->filtered[m] && count >= pairs->count / 16) {
    filter_measure(c, m, pairs);
    count = find_wanted(mask, known, words, wanted); /* what was known before, too: the filter may know less */
  }
  if (!count) return;
  if (c->filtered[m] || is_some(asked->kind, count, pairs->count)) {
    uint16_t places[BATCH_PAIRS];
    mask_places(wanted, words, places);
    measure_some(c, m, pairs, places, count);
    for (size_t w = 0; w < words; w++) known[w] |= wanted[w];
    return;
  }
  measure_pairs(c, asked, pairs, false, c->measures[m]);
  mask_all(pairs, known);
}

/* Clears `mask` where the test does not hold. */
static void test_mask(comparer *c, const planned_test *test, const pair_list *pairs, uint64_t *mask) {
  demand(c, test->measure, pairs, mask);
  c->wide->test_values(c->measures[test->measure], test->holds, mask_words(pairs), mask);
}

/* ---- levels ------------------------------------------------------------------------------------ */

/* Of the open pairs, those of any clause, each of all its tests. */
static void level_mask(comparer *c, const planned_level *level, const pair_list *pairs, const uint64_t *open, uint64_t *mask) {
  size_t words = mask_words(pairs);
  memcpy(mask, open, words * sizeof *mask);
  if (level->clause_count == 0) return;
  memset(mask, 0, words * sizeof *mask);
  for (size_t i = 0; i < level->clause_count; i++) {
    const planned_clause *clause = &level->clauses[i];
    pair_mask holds;
    for (size_t w = 0; w < words; w++) holds[w] = open[w] & ~mask[w];
    for (size_t t = 0; t < clause->test_count && mask_any(holds, words); t++) test_mask(c, &clause->tests[t], pairs, holds);
    for (size_t w = 0; w < words; w++) mask[w] |= holds[w];
  }
}

/* All pairs, less those that the comparison has nothing to say of. */
static void open_mask(comparer *c, size_t which, const pair_list *pairs, uint64_t *open) {
  const planned_comparison *comparison = &c->plan->comparisons[which];
  const byte_test is_missing = {.low = 1, .high = 1};
  size_t words = mask_words(pairs);
  pair_mask all, missing = {0};
  mask_all(pairs, all);
  if (comparison->missing_all && comparison->missing_count) memcpy(missing, all, sizeof *all * words);
  for (size_t f = 0; f < comparison->missing_count; f++) {
    size_t m = comparison->missing_measures[f];
    pair_mask field;
    demand(c, m, pairs, all);
    memcpy(field, all, sizeof *all * words);
    c->wide->test_values(c->measures[m], is_missing, words, field);
    for (size_t w = 0; w < words; w++) missing[w] = comparison->missing_all ? missing[w] & field[w] : missing[w] | field[w];
  }
  for (size_t w = 0; w < words; w++) open[w] = all[w] & ~missing[w];
  if (!(c->plan->covered >> which & 1)) return;
  for (size_t w = 0; w < words; w++) open[w] &= ~c->covered[which][w];
}

/* Comparisons behind `which` need not be asked of these pairs, and what those before it found is taken back. */
static void cover_others(comparer *c, size_t which, uint32_t covers, const uint64_t *mask, size_t words) {
  for (; covers; covers &= covers - 1) {
    size_t other = (size_t)__builtin_ctz(covers);
    for (size_t w = 0; w < words; w++) {
      c->covered[other][w] |= mask[w];
      for (uint64_t bits = other < which ? mask[w] : 0; bits; bits &= bits - 1) c->levels[other][w * 64 + (size_t)__builtin_ctzll(bits)] = LEVEL_MISSING;
    }
  }
}

/* The first level that holds for a pair closes it. */
static void assign_levels(comparer *c, size_t which, const pair_list *pairs) {
  const planned_comparison *comparison = &c->plan->comparisons[which];
  size_t words = mask_words(pairs);
  pair_mask open, holds;
  memset(c->levels[which], LEVEL_MISSING, words * 64);
  open_mask(c, which, pairs, open);
  for (size_t l = 0; l < comparison->level_count && mask_any(open, words); l++) {
    level_mask(c, &comparison->levels[l], pairs, open, holds);
    mark_levels(c->levels[which], holds, words, (uint8_t)(l + 1));
    cover_others(c, which, comparison->levels[l].covers, holds, words);
    for (size_t w = 0; w < words; w++) open[w] &= ~holds[w];
  }
}

static void find_runs(comparer *c, const pair_list *pairs) {
  size_t count = 0, most = pairs->count / PAIRS_A_RUN;
  pair_run run = {0};
  for (size_t p = 0; p < pairs->count; p++) {
    uint16_t left = pairs->left[p], right = pairs->right[p];
    if (run.count && left == run.left && right == run.right + run.count) {
      run.count++;
      continue;
    }
    if (run.count) {
      if (count == most) break;
      c->runs[count++] = run;
    }
    run = (pair_run){.first = (uint16_t)p, .left = left, .right = right, .count = 1};
  }
  bool whole = count < most && run.first + run.count == pairs->count;
  if (whole) c->runs[count++] = run;
  c->run_count = whole ? count : 0;
  memset(c->filtered, 0, c->plan->measure_count * sizeof *c->filtered);
}

_Static_assert(KERNEL_LANES == 64, "levels are padded to whole words of a mask");

void comparer_run(comparer *c, const pair_list *pairs) {
  size_t words = mask_words(pairs);
  find_runs(c, pairs);
  for (size_t m = 0; m < c->plan->measure_count; m++) memset(c->known[m], 0, words * sizeof(uint64_t));
  for (size_t i = 0; c->plan->covering && i < c->plan->comparison_count; i++) memset(c->covered[i], 0, words * sizeof(uint64_t));
  for (size_t i = 0; i < c->plan->comparison_count; i++) assign_levels(c, i, pairs);
}

size_t comparer_count(const comparer *c, size_t comparison, uint8_t level, const pair_list *pairs) {
  const byte_test is_level = {.low = level, .high = level};
  size_t words = mask_words(pairs), count = 0;
  pair_mask mask;
  mask_all(pairs, mask);
  c->wide->test_values(c->levels[comparison], is_level, words, mask);
  for (size_t w = 0; w < words; w++) count += (size_t)__builtin_popcountll(mask[w]);
  return count;
}
