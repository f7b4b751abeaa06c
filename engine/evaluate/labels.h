/* How good a result is, judged from pairs that people have labelled.
 *
 * A file of labels is a CSV with left_id, right_id, label, and maybe reviewer and weight (how much a label counts;
 * 1 where it is empty). Labels are the words of normalise/label_word.h.
 *
 * Of two labels that one reviewer gave a pair, the later one counts; different reviewers vote with their weights, and a
 * tie is possible, which decides nothing.
 *
 * Precision is estimated from labelled pairs as if within a stratum they had been drawn at random: strata are ranges of
 * match weight of at least STRATUM_LABELS labels, weighted by how many pairs of the result each holds. The interval is
 * Wilson's, with the number of pairs that would give the stratified variance (as Korn & Graubard 1998 do for surveys);
 * with one stratum it is Wilson's own.
 *
 * Recall is a share of the labelled matches. Matches that nobody labelled are not in it, and where reviewers only saw
 * pairs that khop had found, it says little.
 */
#ifndef KHOP_EVALUATE_LABELS_H
#define KHOP_EVALUATE_LABELS_H

#include "evaluate/evaluate_data.h"
#include "normalise/label_word.h"

typedef struct labelled_pair {
  uint32_t left, right; /* records of the result, left < right */
  uint32_t listed;      /* index of data->pairs, or LABEL_UNLISTED */
  uint8_t label;        /* pair_label */
  bool is_clustered;    /* both in one cluster */
  double weight;        /* mean of the labels that decided */
} labelled_pair;

enum { LABEL_UNLISTED = 0xffffffff, STRATUM_LABELS = 10 };

typedef struct labels {
  labelled_pair *pairs; /* by left, then right */
  size_t count;
  uint64_t rows;
  uint64_t disputed;    /* pairs of which reviewers said match and non-match */
  uint64_t unknown;     /* rows that name a record which the result does not have: left out */
} labels;

/* data->pairs and clusters are known. Faults: KHOP_USAGE for missing columns; KHOP_INPUT for a label that is no known
 * word (its line, never the word), a weight that is none, a record paired with itself, no pair of known records. */
khop_status labels_read(labels *out, const evaluate_data *data, const char *path, khop_error *err);
void labels_free(labels *l);

/* Labelled pairs of a range of match weights. */
typedef struct label_stratum {
  uint64_t population; /* pairs of the result */
  uint64_t labelled;   /* of them with a label that decides */
  double weight, weight_squares, right; /* sums over these; right: of those labelled match */
} label_stratum;

/* Neighbours are joined in place until each has STRATUM_LABELS labels. NaN when nothing is labelled. */
khop_estimate labels_estimate(label_stratum *strata, size_t count);
/* A share `right` of `weight`, all labels alike. */
khop_estimate labels_share(const label_stratum *s);

void labels_quality(const labels *l, const evaluate_data *data, khop_label_quality *out);
/* As curve_thresholds, estimated. */
size_t labels_thresholds(const labels *l, const evaluate_data *data, khop_threshold out[KHOP_THRESHOLDS_MAX]);
/* CSV of these: what is not known is empty. */
khop_status labels_write_curve(const khop_threshold *thresholds, size_t count, const char *path, khop_error *err);

#endif
