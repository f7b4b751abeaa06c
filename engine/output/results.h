/* The files of a result directory. Each writer fills an open outfile; dedupe.c commits them together. */
#ifndef KHOP_OUTPUT_RESULTS_H
#define KHOP_OUTPUT_RESULTS_H

#include "base/file.h"
#include "cluster/clusters.h"
#include "run/run.h"

/* record_id,... of record `row`, quoted where needed. */
void write_record_id(outfile *f, const records *r, size_t row);

/* pairs.csv: left_id,right_id,match_probability,match_weight,blocking_rule,decision */
void write_pairs(outfile *f, const run *r, const kept_pairs *pairs, int32_t match_weight);
/* clusters.csv: record_id,cluster_id,cluster_size,source. Every indexed record has a line. */
void write_clusters(outfile *f, const run *r, const clusters *c);
/* rejected.csv: source,line,byte_offset,reason,detail. Never a value. */
void write_rejected(outfile *f, const run *r);
/* summary.json. KHOP_ENVIRONMENT when out of memory. */
khop_status write_summary(outfile *f, const run *r, const khop_summary *summary, khop_error *err);

#endif
