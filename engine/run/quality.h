/* quality.csv and what is counted for it (findings/quality.h). */
#ifndef KHOP_RUN_QUALITY_H
#define KHOP_RUN_QUALITY_H

#include "run/store_pass.h"

/* Before the run. */
khop_status quality_check(const run *r, khop_error *err);

/* quality.csv: record_id,register,group,reasons,correct,complete,clean,current,place,map. A line a record, in the order of the input;
 * reasons are parted by ';', the four are 1 or 0, place is the code of the commune, else of the district or province, on the
 * map "new" or "old". What is counted goes to `out`, which is to be freed, and the head of it to `summary`. */
khop_status write_quality(store_pass *p, const clusters *c, outfile *f, quality_result *out, khop_usability *summary, khop_error *err);
void quality_result_free(quality_result *q);

#endif
