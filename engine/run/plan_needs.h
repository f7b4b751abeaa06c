/* What a run would take of memory, disk and time, once plan has read the register and walked its rules.
 *
 * Time is what plan took for the stages that a run has too, what is left of those, and shares of reading for the others: all on the
 * machine as it is at the time. Memory is what plan took itself, or what the later stages of a run take of so many rows.
 */
#ifndef KHOP_RUN_PLAN_NEEDS_H
#define KHOP_RUN_PLAN_NEEDS_H

#include "run/run.h"

typedef struct plan_work {
  double seconds;          /* that plan took so far */
  double seconds_per_pair; /* of a thread */
  uint64_t pairs_to_come;  /* that plan did not compare */
} plan_work;

/* Fills in memory, temporary files, disk and time; rows, pairs and expected matches are there. */
khop_status plan_needs(const run *r, const plan_work *work, khop_plan_result *out, khop_error *err);

#endif
