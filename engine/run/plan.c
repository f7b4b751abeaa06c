/* khop_plan: reads, trains, and asks plan_rules what a run would do. */
#include <stdio.h>

#include "run/plan_rules.h"

khop_status khop_plan(const khop_options *options, khop_plan_result *out_plan, khop_error *err) {
  *out_plan = (khop_plan_result){0};
  khop_status status = KHOP_OK;
  run r;
  store_trial trial = {0};
  TRY_CLEANUP(run_open(&r, options, RUN_READS, err));
  if (!options->skip_store) {
    store_trial_begin(&trial, r.schema->field_count);
    r.trial = &trial;
  }
  TRY_CLEANUP(run_read(&r, err));
  store_trial_end(&trial);
  TRY_CLEANUP(run_train(&r, err));
  snprintf(out_plan->schema, sizeof out_plan->schema, "%s", r.schema->name);
  out_plan->rows = r.rows;
  out_plan->rejected = r.records.reject_count;
  out_plan->indexed = r.live_rows;
  TRY_CLEANUP(plan_rules(&r, out_plan, err));
  progress_finish(&r.progress);
cleanup:
  store_trial_free(&trial);
  run_close(&r);
  return status;
}
