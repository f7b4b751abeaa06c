/* See plan.h. */
#include "compare/plan.h"

#include <math.h>
#include <string.h>

/* Tests of strings that differ in their threshold alone share a measure. */
static bool serves(measure *m, const measure *wanted) {
  if (m->kind != wanted->kind || m->field != wanted->field || m->other != wanted->other) return false;
  if (m->crosswise != wanted->crosswise || m->limit != wanted->limit) return false;
  if (m->kind == TEST_TAIL || m->kind == TEST_HEAD) return m->argument == wanted->argument;
  bool wider = m->kind == TEST_SIMILAR ? wanted->argument < m->argument : wanted->argument > m->argument;
  if (wider) m->argument = wanted->argument;
  return true;
}

static khop_status find_measure(compare_plan *plan, measure wanted, size_t *out_index, khop_error *err) {
  for (size_t i = 0; i < plan->measure_count; i++) {
    if (!serves(&plan->measures[i], &wanted)) continue;
    *out_index = i;
    return KHOP_OK;
  }
  if (plan->measure_count == MEASURES_MAX) {
    return error_set(err, KHOP_USAGE, "the schema has more than %d different tests", MEASURES_MAX);
  }
  *out_index = plan->measure_count;
  plan->measures[plan->measure_count++] = wanted;
  return KHOP_OK;
}

static uint8_t clamp_measure(double value) {
  if (value < 0) return 0;
  return value > MEASURE_FAR ? MEASURE_FAR : (uint8_t)value;
}

/* The range in which the test's measure must lie. */
static void set_range(planned_test *out, const schema_test *test) {
  out->holds.low = 1;
  out->holds.high = 1;
  switch (test->kind) {
    case TEST_SAME_PLACE: out->holds.low = out->holds.high = ADDRESS_RELATION_SAME; break;
    case TEST_POSSIBLE_PLACE:
      out->holds.low = ADDRESS_RELATION_POSSIBLE;
      out->holds.high = ADDRESS_RELATION_SAME;
      break;
    case TEST_OTHER_PLACE: out->holds.low = out->holds.high = ADDRESS_RELATION_DIFFERENT; break;
    case TEST_SAME_DISTRICT:
      out->holds.low = ADDRESS_LEVEL_DISTRICT;
      out->holds.high = ADDRESS_LEVEL_COMMUNE;
      break;
    case TEST_SAME_PROVINCE:
      out->holds.low = ADDRESS_LEVEL_PROVINCE;
      out->holds.high = ADDRESS_LEVEL_COMMUNE;
      break;
    case TEST_SIMILAR:
    case TEST_TOKENS:
    case TEST_QGRAMS:
    case TEST_OVERLAP:
      out->holds.low = clamp_measure(ceil(test->argument * KERNEL_SIMILARITY_ONE - 1e-9));
      out->holds.high = KERNEL_SIMILARITY_ONE;
      break;
    case TEST_EDITS:
    case TEST_GIVEN_EDITS:
    case TEST_SURNAME_EDITS:
    case TEST_CONTAINED:
    case TEST_CONTAINED_EDITS:
      out->holds.low = 0;
      out->holds.high = clamp_measure(test->argument);
      break;
    default: break;
  }
}

/* Tests of places that differ in the answer alone share a measure too. */
static test_kind measure_kind(test_kind kind) {
  switch (kind) {
    case TEST_POSSIBLE_PLACE:
    case TEST_OTHER_PLACE: return TEST_SAME_PLACE;
    case TEST_SAME_PROVINCE: return TEST_SAME_DISTRICT;
    default: return kind;
  }
}

static bool test_has_limit(test_kind kind) { return kind == TEST_WITHIN || kind == TEST_APART || kind == TEST_YEARS; }

static khop_status plan_test(compare_plan *plan, const schema_test *test, planned_test *out, khop_error *err) {
  measure wanted = {.kind = measure_kind(test->kind), .field = test->field, .other = test->other_field, .crosswise = test->crosswise};
  set_range(out, test);
  if (test->kind == TEST_TAIL || test->kind == TEST_HEAD || test->kind == TEST_YEARS) wanted.argument = (unsigned)test->argument;
  if (test_has_limit(test->kind)) wanted.limit = test->argument;
  if (test->kind == TEST_SIMILAR) wanted.argument = out->holds.low;
  if (test_is_distance(test->kind)) wanted.argument = out->holds.high;
  out->holds.negated = test->negated;
  return find_measure(plan, wanted, &out->measure, err);
}

bool test_is_distance(test_kind kind) {
  switch (kind) {
    case TEST_EDITS:
    case TEST_GIVEN_EDITS:
    case TEST_SURNAME_EDITS:
    case TEST_CONTAINED:
    case TEST_CONTAINED_EDITS: return true;
    default: return false;
  }
}

bool test_is_cheap(test_kind kind) { return kind == TEST_EXACT || kind == TEST_PLAIN || kind == TEST_MISSING || kind == TEST_MISSING_BOTH; }

/* What a test asks of a pair, in steps; those of one step cost much the same. Edits come early: letters as sets turn most pairs
 * away, and few schemas have a comparison that does not ask for them anyway. */
enum { cost_cheap, cost_numbers, cost_letters, cost_word, cost_words, cost_pairing, cost_steps };

static unsigned test_cost(test_kind kind) {
  switch (kind) {
    case TEST_EDITS:
    case TEST_SIMILAR: return cost_letters;
    case TEST_GIVEN_EDITS:
    case TEST_SURNAME_EDITS:
    case TEST_REORDERED:
    case TEST_DROPPED:
    case TEST_INITIALS:
    case TEST_PHONETIC:
    case TEST_REGIONAL: return cost_words;
    case TEST_GIVEN:
    case TEST_SURNAME: return cost_word;
    case TEST_CONTAINED:
    case TEST_CONTAINED_EDITS:
    case TEST_TOKENS:
    case TEST_QGRAMS:
    case TEST_OVERLAP: return cost_pairing;
    default: return test_is_cheap(kind) ? cost_cheap : cost_numbers;
  }
}

/* The cheaper first, so that the others are asked of the fewest pairs; else in the schema's order. */
static khop_status plan_clause(compare_plan *plan, const schema_clause *clause, planned_clause *out, khop_error *err) {
  for (unsigned cost = 0; cost < cost_steps; cost++) {
    for (size_t t = 0; t < clause->test_count; t++) {
      if (test_cost(clause->tests[t].kind) != cost) continue;
      TRY(plan_test(plan, &clause->tests[t], &out->tests[out->test_count], err));
      out->test_count++;
    }
  }
  return KHOP_OK;
}

static khop_status plan_level(compare_plan *plan, const schema_clause *clauses, size_t clause_count, planned_level *out, khop_error *err) {
  out->clause_count = clause_count;
  for (size_t c = 0; c < clause_count; c++) TRY(plan_clause(plan, &clauses[c], &out->clauses[c], err));
  return KHOP_OK;
}

khop_status compare_plan_make(compare_plan *plan, const schema *s, khop_error *err) {
  memset(plan, 0, sizeof *plan);
  plan->comparison_count = s->comparison_count;
  for (size_t c = 0; c < s->comparison_count; c++) {
    const schema_comparison *from = &s->comparisons[c];
    planned_comparison *to = &plan->comparisons[c];
    to->missing_all = from->missing_all;
    to->missing_count = from->missing_never ? 0 : from->field_count;
    for (size_t f = 0; f < to->missing_count; f++) {
      measure missing = {.kind = TEST_MISSING, .field = from->fields[f], .other = from->fields[f]};
      TRY(find_measure(plan, missing, &to->missing_measures[f], err));
    }
    to->level_count = from->level_count;
    for (size_t l = 0; l < from->level_count; l++) {
      TRY(plan_level(plan, from->levels[l].clauses, from->levels[l].clause_count, &to->levels[l], err));
      to->levels[l].covers = from->levels[l].covers;
      if (from->levels[l].covers) plan->covering |= 1u << c;
      plan->covered |= from->levels[l].covers;
    }
  }
  return KHOP_OK;
}

khop_status compare_plan_add_level(compare_plan *plan, size_t comparison, const schema_clause *clauses, size_t clause_count, khop_error *err) {
  planned_comparison *to = &plan->comparisons[comparison];
  if (comparison == plan->comparison_count) plan->comparison_count++;
  TRY(plan_level(plan, clauses, clause_count, &to->levels[to->level_count], err));
  to->level_count++;
  return KHOP_OK;
}
