/* A schema's comparisons, compiled: tests become ranges of one-byte measures.
 *
 *   "ho_ten similar 0.92"  ->  measure (SIMILAR, ho_ten, ho_ten) in 230..250
 *   "not ho_ten given"     ->  measure (GIVEN, ho_ten, ho_ten)  in 1..1, negated
 *
 * A measure is computed once per pair, whatever the number of tests that read it. MEASURE_NONE is
 * the value on missing data: no test holds on it, negated or not. No measure comes to MEASURE_UNKNOWN.
 */
#ifndef KHOP_COMPARE_PLAN_H
#define KHOP_COMPARE_PLAN_H

#include "compare/kernel.h"
#include "feature/feature.h"

enum { MEASURE_NONE = KERNEL_NO_VALUE, MEASURE_FAR = 254, MEASURE_UNKNOWN = 253, MEASURES_MAX = 96, LEVEL_MISSING = 0 };

typedef struct measure {
  test_kind kind; /* EXACT, PLAIN, ... ; a missing check is (MISSING, field, field); SAME_PLACE is the address_relation,
                   * SAME_DISTRICT the lowest address_level shared */
  size_t field, other;
  unsigned argument; /* TAIL, HEAD: digits; YEARS: whole ones; SIMILAR: the least value, distances: the largest, that any
                      * test asks for; what is beyond may come out as 0 and MEASURE_FAR */
  double limit;      /* WITHIN: days, or share of the larger; APART: difference; YEARS: years; 0 for all others */
  bool crosswise;    /* of the two ways round the worse, not the better */
} measure;

typedef struct planned_test {
  size_t measure;
  byte_test holds;
} planned_test;

/* The cheap tests come first, so that the others are asked of the fewest pairs. */
typedef struct planned_clause {
  planned_test tests[SCHEMA_TESTS_MAX];
  size_t test_count;
} planned_clause;

/* Level l of the schema is level l + 1 here; 0 is LEVEL_MISSING. */
typedef struct planned_level {
  planned_clause clauses[SCHEMA_CLAUSES_MAX];
  size_t clause_count; /* 0: else */
  uint32_t covers;     /* a bit for each comparison that has no level, and no weight, for pairs at this one */
} planned_level;

typedef struct planned_comparison {
  size_t missing_measures[SCHEMA_FIELDS_MAX];
  size_t missing_count;
  bool missing_all;
  planned_level levels[SCHEMA_LEVELS_MAX];
  size_t level_count;
} planned_comparison;

typedef struct compare_plan {
  measure measures[MEASURES_MAX];
  size_t measure_count;
  planned_comparison comparisons[SCHEMA_COMPARISONS_MAX + 1];
  size_t comparison_count;
  uint32_t covering, covered; /* a bit for each comparison with such a level, and for each that one covers */
} compare_plan;

/* The smaller the nearer: EDITS, GIVEN_EDITS, and CONTAINED with its words too many. */
bool test_is_distance(test_kind kind);

/* Asks less of a pair than finding out whether to ask. */
bool test_is_cheap(test_kind kind);

/* KHOP_USAGE when the schema needs more than MEASURES_MAX measures. */
khop_status compare_plan_make(compare_plan *plan, const schema *s, khop_error *err);
/* One more level, the last, in `comparison`, which is the plan's extra one: number plan->comparison_count as the schema
 * made it. That has no `else` and nothing that makes it missing: a pair of none of its levels gets level 0. */
khop_status compare_plan_add_level(compare_plan *plan, size_t comparison, const schema_clause *clauses, size_t clause_count,
                                   khop_error *err);

#endif
