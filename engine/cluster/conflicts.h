/* Conflicts of pairs: what a schema says two records of one cluster must not be to each other. The plan is that of the
 * schema's comparisons with one more behind, whose levels are the conflicts that have tests of their own. */
#ifndef KHOP_CLUSTER_CONFLICTS_H
#define KHOP_CLUSTER_CONFLICTS_H

#include "compare/comparer.h"

typedef struct conflict_plan {
  compare_plan plan; /* for the comparer whose pairs are asked about */
  struct conflict_source {
    size_t conflict, comparison;
    uint8_t level;
    bool always;
  } sources[SCHEMA_CONFLICTS_MAX]; /* those that part matches too, then the others */
  size_t source_count;
} conflict_plan;

/* KHOP_USAGE when the schema needs more than MEASURES_MAX measures. Freed by mem_free. */
khop_status conflict_plan_create(conflict_plan **out_plan, const schema *s, khop_error *err);
/* Some conflict parts even two records that match. */
bool conflict_plan_has_always(const conflict_plan *plan);

/* For the pairs that comparer_run was last called for: 1 + the number of a conflict that holds, 0 for none. Pairs
 * from `match` on are in conflict only where it is `always`. */
void conflicts_find(const conflict_plan *plan, const comparer *c, size_t pair_count, const int32_t *weights, int32_t match,
                    uint8_t *out);

#endif
