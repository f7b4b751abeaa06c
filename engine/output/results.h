/* The files of a result directory. Each writer fills an open outfile; dedupe.c commits them together. */
#ifndef KHOP_OUTPUT_RESULTS_H
#define KHOP_OUTPUT_RESULTS_H

#include "base/file.h"
#include "block/walk.h"
#include "cluster/clusters.h"
#include "feature/records.h"
#include "model/score.h"

/* What a run found; all borrowed. `pairs`, `clusters` and `model` may be NULL where a writer does not need them. */
typedef struct result {
  const schema *schema;
  const input *input;
  const records *records;
  const model *model;
  const rule_facts *facts; /* a rule each */
  const kept_pairs *pairs;
  int32_t match_weight;    /* from here on a pair is a match */
  const clusters *clusters;
  size_t block_rows_max;
  uint64_t seed, input_hash;
  const uint64_t *month_first; /* of each source, the date fields that were read month first, a bit each */
} result;

/* record_id,... of record `row`, quoted where needed. */
void write_record_id(outfile *f, const records *r, size_t row);

/* pairs.csv: left_id,right_id,match_probability,match_weight,blocking_rule,decision */
void write_pairs(outfile *f, const result *r);
/* clusters.csv: record_id,cluster_id,cluster_size,source. Every indexed record has a line. */
void write_clusters(outfile *f, const result *r);
/* rejected.csv: source,line,byte_offset,reason,detail. Never a value. */
void write_rejected(outfile *f, const result *r);
/* summary.json. KHOP_ENVIRONMENT when out of memory. */
khop_status write_summary(outfile *f, const result *r, const khop_summary *summary, khop_error *err);

#endif
