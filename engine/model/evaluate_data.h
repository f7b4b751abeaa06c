/* What evaluation keeps of its three files; read by evaluate_read.c, counted by evaluate.c.
 *
 * Records are numbered in order of appearance: those of the result first, then those that only
 * the truth names. */
#ifndef KHOP_MODEL_EVALUATE_DATA_H
#define KHOP_MODEL_EVALUATE_DATA_H

#include "model/evaluate.h"
#include "model/id_set.h"

typedef struct evaluate_data {
  id_set records;
  size_t result_count;   /* records 0 .. result_count - 1 are in the result */
  uint32_t *clusters;    /* of each result record */
  size_t cluster_capacity, cluster_count;
  uint32_t *entities;    /* of each record; ID_SET_NONE: the truth does not know it */
  size_t entity_capacity, entity_filled;
  size_t entity_count;   /* entity numbers are below it */
  uint64_t *pairs;       /* scored pairs: weight_key, lowest bit: true pair */
  size_t pair_capacity, pair_count;
  uint64_t truth_rows, truth_records, listed_pairs;
  uint64_t match_true, match_false; /* pairs with decision match */
} evaluate_data;

khop_status evaluate_read_clusters(evaluate_data *data, const char *directory, khop_error *err);
khop_status evaluate_read_truth(evaluate_data *data, const evaluate_options *options, khop_error *err);
/* After the other two. */
khop_status evaluate_read_pairs(evaluate_data *data, const char *directory, khop_error *err);
void evaluate_data_free(evaluate_data *data);

enum { WEIGHT_MAX = 1000000 };

/* Numbers in the order of the weights they come from, to a millionth, up to WEIGHT_MAX either way.
 * The lowest bit is free. */
uint64_t weight_key(double weight);
double weight_of_key(uint64_t key);

#endif
