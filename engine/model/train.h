/* Training: u from random pairs, m by EM over sampled blocks, the prior from what both imply. */
#ifndef KHOP_MODEL_TRAIN_H
#define KHOP_MODEL_TRAIN_H

#include "block/walk.h"
#include "model/training_labels.h"

typedef struct train_input {
  const walk_options *walk; /* schema, table, block limits */
  const compare_plan *plan;
  cpu_level level;
  pool *workers;
  sort_item *items, *scratch; /* room for all rows; NULL where they are in a file, */
  uint64_t spill_bytes;       /* and training may take so much memory */
  uint64_t seed;
  const double *agreement; /* by term, of feature_frequencies */
  uint64_t live_rows;
  const training_label *labels; /* each pair once */
  size_t label_count;
  double all_pairs; /* that they have, of registers_pairs */
} train_input;

/* `m` holds the schema's defaults and is improved in place. With fewer than 100 live rows there is nothing to
 * learn and it stays as it is. */
khop_status model_train(model *m, const train_input *in, khop_error *err);

#endif
