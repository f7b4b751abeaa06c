/* How good a result is, against known truth. (labels.h: against pairs that people have judged.)
 *
 * The result is OUT/clusters.csv (record_id, cluster_id) and OUT/pairs.csv (left_id, right_id,
 * match_weight, decision). The truth is a CSV in one of two forms, known by its header:
 *
 *   record_id, entity_id    records with one entity_id are one entity. The id column may be called
 *                           id; without either, records are named FILE:LINE as in the result. So
 *                           a register that has a column of entity ids is a truth file as it is.
 *   left_id, right_id       each row says that two records are one entity, and so are their
 *                           partners; records that it does not name stand alone.
 *
 * Pairs are counted from the sizes of intersections, never listed:
 *
 *   true positives    sum over (cluster, entity) of C(records in both, 2)
 *   false positives   sum over clusters of C(records, 2), less the true positives
 *   false negatives   sum over entities of C(records, 2), less the true positives
 *
 * Scored are the records that both sides know. What the truth has beyond them is reported beside
 * (`missing_records`, `missing_pairs`), so that a low coverage cannot hide behind a high score.
 */
#ifndef KHOP_EVALUATE_EVALUATE_H
#define KHOP_EVALUATE_EVALUATE_H

#include "base/status.h"

typedef struct evaluate_options {
  const char *out_directory;
  const char *truth_path;
  const char *id_column;     /* of the truth; NULL: record_id or id */
  const char *entity_column; /* of the truth; NULL: entity_id or cluster_id */
} evaluate_options;

/* Precision is 1 when nothing was claimed, recall is 1 when there was nothing to find. */
typedef struct pair_quality {
  uint64_t true_positives, false_positives, false_negatives;
  double precision, recall, f1;
} pair_quality;

typedef struct evaluation {
  uint64_t truth_rows;      /* rows of the truth file */
  uint64_t truth_records;   /* different records that it names */
  uint64_t result_records;  /* rows of clusters.csv */
  uint64_t both_records;    /* scored; in the left_id, right_id form all of the result */
  uint64_t missing_records; /* named by the truth, not in the result */
  uint64_t missing_pairs;   /* true pairs with at least one missing record: in no count below */
  uint64_t true_pairs;      /* scored */

  pair_quality clusters; /* pairs that the clusters imply */
  pair_quality matches;  /* pairs of pairs.csv with decision match */
  pair_quality best;     /* pairs of pairs.csv of at least best_weight, where F1 is highest */
  double best_weight;    /* the highest such weight; 0 when pairs.csv has no scored pair */
  uint64_t listed_pairs, scored_pairs; /* rows of pairs.csv; those whose records are both scored */

  uint64_t entities, exact_entities; /* scored entities; those that are one whole cluster */
  uint64_t multiple_entities, exact_multiple_entities; /* of two or more scored records */
  double exact_share;                /* exact_entities / entities */
} evaluation;

typedef struct evaluate_data evaluate_data; /* evaluate_data.h */

/* Reads the three files into `data` (zeroed; evaluate_data_free also after a failure). Faults: KHOP_USAGE for a missing
 * file or a truth file without the columns (named, with those it has); KHOP_INPUT for rows that cannot be read, a record
 * in two clusters or of two entities, a pair of unknown records, a truth that names no record of the result. */
khop_status evaluate_read(evaluate_data *data, const evaluate_options *options, khop_error *err);
/* Counts all but `best`, which is the curve's. */
khop_status evaluate_count(const evaluate_data *data, evaluation *out, khop_error *err);

/* Pairs of records in one cluster. */
uint64_t evaluate_cluster_pairs(const evaluate_data *data);
/* Precision, recall and F1 from the three counts. */
void pair_quality_rate(pair_quality *quality);

#endif
