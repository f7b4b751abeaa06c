/* What evaluation keeps of its files; read by evaluate_read.c and labels.c, counted by the others.
 *
 * Records are numbered in order of appearance: those of the result first, then those that only
 * the truth or the labels name. */
#ifndef KHOP_EVALUATE_EVALUATE_DATA_H
#define KHOP_EVALUATE_EVALUATE_DATA_H

#include "base/file.h"
#include "evaluate/evaluate.h"
#include "model/id_set.h"

typedef enum pair_decision { DECISION_OTHER, DECISION_REVIEW, DECISION_MATCH } pair_decision;

/* A row of pairs.csv. */
typedef struct listed_pair {
  uint64_t key; /* weight_key */
  uint32_t left, right; /* records, left < right */
  uint16_t rule;        /* of rules */
  uint8_t decision;     /* pair_decision */
  bool is_scored;       /* the truth knows both */
  bool is_true;
} listed_pair;

struct evaluate_data {
  id_set records;
  size_t result_count;   /* records 0 .. result_count - 1 are in the result */
  uint32_t *clusters;    /* of each result record */
  uint32_t *cluster_sizes;
  size_t cluster_capacity, cluster_size_capacity, cluster_count;
  uint32_t *entities;    /* of each record; ID_SET_NONE: the truth does not know it */
  size_t entity_capacity, entity_filled;
  size_t entity_count;   /* entity numbers are below it */
  listed_pair *pairs;
  size_t pair_capacity, pair_count;
  id_set rules;          /* names of blocking rules in pairs.csv */
  char **rule_names;
  size_t rule_capacity, rule_count;
  uint64_t truth_rows, truth_records;
};

khop_status evaluate_read_clusters(evaluate_data *data, const char *directory, khop_error *err);
khop_status evaluate_read_truth(evaluate_data *data, const evaluate_options *options, khop_error *err);
/* After the others; leaves the pairs by falling weight, then by records. */
khop_status evaluate_read_pairs(evaluate_data *data, const char *directory, khop_error *err);
void evaluate_data_free(evaluate_data *data);

enum { WEIGHT_MAX = 1000000 };

/* Numbers in the order of the weights they come from, to a millionth, up to WEIGHT_MAX either way. */
uint64_t weight_key(double weight);
double weight_of_key(uint64_t key);

#endif
