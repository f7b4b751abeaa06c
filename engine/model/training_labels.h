/* Pairs that people have judged, as training uses them.
 *
 * Reviewers look where the model is unsure, so their pairs are no sample of anything: counted as they are they would teach
 * that matches differ more than they do. What they do tell is which patterns match. So a label speaks for all pairs
 * of its pattern, against what the model thinks of them, which counts for LABEL_DOUBT labels; and the prior is moved by as
 * much as the labels on the whole ask for, held back by the same doubt. A few labels so change a little, where they are.
 */
#ifndef KHOP_MODEL_TRAINING_LABELS_H
#define KHOP_MODEL_TRAINING_LABELS_H

#include "compare/comparer.h"
#include "model/model.h"
#include "model/patterns.h"

enum { LABEL_DOUBT = 4 };

typedef struct training_label {
  uint32_t left, right; /* rows */
  bool is_match;
} training_label;

typedef struct label_pattern {
  uint64_t pattern;
  double matches, others; /* labels */
} label_pattern;

/* The patterns of the labelled pairs, ascending, each once; mem_free(*out_patterns). */
khop_status label_patterns_make(const training_label *labels, size_t count, const feature_table *table, comparer *c,
                                label_pattern **out_patterns, size_t *out_count, khop_error *err);
/* What labels make of a pattern's match probability; as it is where none speaks of it. */
double label_patterns_judge(const label_pattern *patterns, size_t count, uint64_t pattern, double probability);
/* By how many bits the labels ask for another prior. `weights`: of the patterns, the prior in them. */
double label_patterns_shift(const label_pattern *patterns, const double *weights, size_t count);

#endif
