/* Precision and recall at every threshold of the match weight.
 *
 * A point is all scored pairs of pairs.csv from a weight up, against all true pairs: what blocking did not find, or what
 * stayed below the review threshold, is missed at every point. Pairs of equal weight stand or fall together.
 */
#ifndef KHOP_EVALUATE_CURVE_H
#define KHOP_EVALUATE_CURVE_H

#include "evaluate/evaluate_data.h"

/* The best point of all into out->best and out->best_weight: of equal F1 the higher weight. out->true_pairs is known. */
void curve_find_best(const evaluate_data *data, evaluation *out);

/* A table for the screen: at match probabilities of 0.999999 to 0.1, down to the first that takes in all pairs. Returns
 * how many of `out` are filled, at most KHOP_THRESHOLDS_MAX. */
size_t curve_thresholds(const evaluate_data *data, uint64_t true_pairs, khop_threshold out[KHOP_THRESHOLDS_MAX]);

/* The probabilities of that table, falling. */
extern const double curve_probabilities[KHOP_THRESHOLDS_MAX];

/* CSV, one line a weight, falling: match_weight, match_probability, pairs, true_pairs, precision, recall, f1. */
khop_status curve_write(const evaluate_data *data, uint64_t true_pairs, const char *path, khop_error *err);

/* log2 odds of a probability, and back. */
double curve_weight(double probability);
double curve_probability(double weight);

/* An output file by its path. */
khop_status evaluate_file_open(outfile *f, const char *path, khop_error *err);

#endif
