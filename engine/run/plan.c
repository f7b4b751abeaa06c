/* khop_plan: reads, trains, and asks plan_rules what a run would do. */
#include <stdio.h>

#include "run/plan_rules.h"

static khop_status plan(run *r, khop_plan_result *out, khop_error *err) {
  khop_status status = KHOP_OK;
  store_trial trial = {0};
  if (!r->options.skip_store) {
    store_trial_begin(&trial, r->schema->field_count);
    r->trial = &trial;
  }
  TRY_CLEANUP(run_read(r, err));
  store_trial_end(&trial);
  TRY_CLEANUP(run_train(r, err));
  snprintf(out->schema, sizeof out->schema, "%s", r->schema->name);
  out->rows = r->rows;
  out->rejected = r->records.reject_count;
  out->indexed = r->live_rows;
  TRY_CLEANUP(plan_rules(r, out, err));
  progress_finish(&r->progress);
cleanup:
  r->trial = NULL;
  store_trial_free(&trial);
  return status;
}

khop_status khop_plan(const khop_options *options, khop_plan_result *out_plan, khop_error *err) {
  *out_plan = (khop_plan_result){0};
  run r;
  khop_status status = run_open(&r, options, RUN_PLANS, err);
  if (status == KHOP_OK) status = plan(&r, out_plan, err);
  run_close(&r);
  return status;
}

khop_status khop_plan_link(const khop_link_options *options, khop_plan_result *out_plan, khop_error *err) {
  *out_plan = (khop_plan_result){0};
  run r;
  khop_status status = run_open_link(&r, options, RUN_PLANS, err);
  if (status == KHOP_OK) status = plan(&r, out_plan, err);
  run_close(&r);
  return status;
}
