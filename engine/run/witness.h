/* Counting compared pairs for the estimate of errors (model/errors.h): what the witness says of each, what it weighs, and
 * what it would weigh without the witness's numbers. */
#ifndef KHOP_RUN_WITNESS_H
#define KHOP_RUN_WITNESS_H

#include "model/errors.h"
#include "run/run.h"

typedef struct witness_check {
  const run *run;
  const feature_table *table; /* whose rows the batches name: the run's, or a part of it */
  const score_tables *tables;
  int comparison;       /* -1: the schema has no witness */
  uint64_t fields;      /* a bit for each that it looks at */
  uint64_t alone_rules; /* a bit for each rule that looks at those alone */
  bool apart;           /* no other comparison looks at them: a pair without them weighs the rest as it stands */
  uint64_t sampled;     /* pairs whose hash is at most that are compared again without them */
  unsigned threads;
  comparer *comparers;  /* per worker, for that */
  pair_list *lists;     /* likewise */
  error_counts *counts; /* per worker */
} witness_check;

khop_status witness_open(witness_check *w, const run *r, const score_tables *tables, khop_error *err);
void witness_close(witness_check *w);

/* The pairs of a batch that belong to `rule`, as the worker's comparer left them, and their weights. */
void witness_count(witness_check *w, unsigned worker, size_t rule, const candidate_batch *batch, const comparer *c, const int32_t *weights);

/* All workers together; into the first one's counts. */
const error_counts *witness_sum(witness_check *w);

#endif
