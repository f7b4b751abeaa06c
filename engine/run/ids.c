/* khop_ids: read and find, without matching. See khop.h for what it promises. */
#include <stdio.h>

#include "run/checkpoint.h"
#include "run/spill.h"

static khop_status write_all(run *r, outputs *o, const result *found, khop_summary *summary, khop_error *err) {
  TRY(run_gather_ids(r, found, err));
  TRY(outputs_open(o, err));
  TRY(write_ids(&o->files[OUTPUT_IDS], found, err));
  TRY(outputs_finish(o, OUTPUT_IDS, err));
  write_rejected(&o->files[OUTPUT_REJECTED], found);
  TRY(outputs_finish(o, OUTPUT_REJECTED, err));
  TRY(run_write_changes(r, o, summary, err));
  TRY(control_check(r->options.control, err));
  TRY(run_write_summary(r, o, found, summary, NULL, err));
  return outputs_publish(o, err);
}

khop_status khop_ids(const khop_options *options, khop_summary *out_summary, khop_error *err) {
  *out_summary = (khop_summary){0};
  khop_status status = KHOP_OK;
  run r;
  outputs o;
  outputs_init(&o, OUTPUTS_OF_IDS);
  TRY_CLEANUP(run_open(&r, options, RUN_FINDS, err));
  outputs_want(&o, outputs_of_results(r.options.write) | (r.options.previous ? 1u << OUTPUT_CHANGES : 0));
  TRY_CLEANUP(outputs_begin(&o, r.options.output, r.options.force, err));
  TRY_CLEANUP(checkpoint_begin(&r, "ids", err));
  TRY_CLEANUP(run_read_and_store(&r, err));
  TRY_CLEANUP(run_find(&r, NULL, err));
  run_summarise(&r, NULL, out_summary);
  progress_phase(&r.progress, "write", "rows", r.table.count);
  const result found = run_result(&r);
  TRY_CLEANUP(write_all(&r, &o, &found, out_summary, err));
cleanup:
  run_end(&r, &o, status, err);
  return status;
}
