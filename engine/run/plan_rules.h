/* What the blocking rules of a schema would do to a register that was read. The counts are those of the run itself,
 * because the same walk makes them; a sample of the pairs is compared for the matches, the review load and the time.
 */
#ifndef KHOP_RUN_PLAN_RULES_H
#define KHOP_RUN_PLAN_RULES_H

#include "run/run.h"

/* Walks all rules of r->schema with the model of the run; fills everything in `out` but schema and rows. */
khop_status plan_rules(run *r, khop_plan_result *out, khop_error *err);

#endif
