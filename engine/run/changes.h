/* What became of the findings and groups of an earlier result: fixed, new, still open.
 *
 *   PREVIOUS/ids.csv, quality.csv ──a line for each record and what it has──sorted──┐
 *   OUT/.new/ids.csv, quality.csv ──likewise─────────────────────────────────sorted──┴─merged──> changes.csv, counts
 *
 * Findings are compared record by record, so that a number on three people where there were two is one finding that is new,
 * of the third, and registers may have grown. A finding is the same when its kind, its identifier and the record are.
 */
#ifndef KHOP_RUN_CHANGES_H
#define KHOP_RUN_CHANGES_H

#include "run/run.h"

/* Before the run: is options.previous a result that this one can be compared with? `job` is "dedupe", "link" or "ids". */
khop_status changes_check(const run *r, const char *job, khop_error *err);
/* changes.csv: record_id,kind,status,from,to,identifier_type,identifier. By record id, in the order of bytes. kind is "group", and
 * status changed, new or gone; or the code of a finding, and status fixed, new or open. The new lists are complete in
 * `staging`. */
khop_status write_changes(const run *r, const char *staging, outfile *f, khop_changes *out, khop_error *err);

#endif
