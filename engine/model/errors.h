/* How many matches are wrong and how many are missed, estimated without truth.
 *
 * Match probabilities take the evidence of a pair for independent, which families and namesakes are not, so their sum
 * promises too much. The witness checks them: a comparison that looks at identifiers alone. Where both records of a pair
 * have such numbers, the numbers tell almost surely whether the two are one, whatever the rest says. So of all pairs that
 * weigh w without their numbers, the share whose numbers agree tells how many match:
 *
 *   agreeing share of pairs at w  =  a P(w) + b (1 - P(w)),     P(w) = (1 - t) L(w),  log2 odds of L(w) = alpha + beta w
 *
 * a: how often the numbers of a match agree; b: of others; t: twins and namesakes, alike in all but their numbers, as a share of
 * the pairs that the rest calls a match: counted by numbers so different that such a pair weighs too little with them. The posterior of
 * (alpha, beta, a) on a grid, from priors that stand for registers without a witness, gives every estimate and its interval, by the
 * pairs of each kind:
 *
 *   the numbers      are missing      agree                       disagree, and the pair weighs enough / too little
 *   match share      P                aP / (aP + b(1 - P))        (1 - a)P x / ((1 - a)P x + (1 - P) y), x and y: how often matches
 *                                                                 and others do so
 *
 * Matches that no rule finds are counted by capture and recapture: the rules that look at the witness alone find pairs
 * whatever the rest of the two records says, so of their matches the share that no other rule finds is the share that is missed
 * where numbers are missing or wrong (Lincoln & Petersen).
 */
#ifndef KHOP_MODEL_ERRORS_H
#define KHOP_MODEL_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

enum {
  ERROR_BINS = 64,
  ERROR_MATCH_BIN = 24, /* of the weight: half a bit each, the one that begins at the match threshold */
  ERROR_REST_ZERO = 24  /* of the weight without the witness: a bit each, the one that begins at 0 */
};

typedef enum witness_state { WITNESS_MISSING = 0, WITNESS_AGREES, WITNESS_DISAGREES, WITNESS_STATES } witness_state;

/* Compared pairs by what the witness says, their weight and their weight without it. `alone`: those that only rules
 * find which look at the witness alone, and it agrees. */
typedef struct error_counts {
  uint64_t pairs[WITNESS_STATES][ERROR_BINS][ERROR_BINS];
  uint64_t alone[ERROR_BINS][ERROR_BINS];
  double scale[WITNESS_STATES]; /* each counted pair stands for so many */
} error_counts;

void error_counts_add(error_counts *sum, const error_counts *part);

/* `weight` is in bits, from the match threshold on. */
unsigned error_weight_bin(double weight_over_match);
unsigned error_rest_bin(double weight_without_witness);

typedef struct error_range {
  double estimate, low, high; /* 95 % */
} error_range;

typedef struct error_estimate {
  double checked_pairs;   /* that have numbers on both sides and weigh enough to matter */
  double calibration[2];  /* alpha, beta: posterior means */
  double agreement;       /* a */
  double matches;         /* pairs at or above the threshold */
  error_range wrong;      /* among them */
  error_range missed;     /* matching pairs that are not among them */
} error_estimate;

/* For the pairs of at least `bin` of the weight. With too few pairs to check by, the intervals are as wide as
 * registers of all kinds have been seen to be. */
error_estimate errors_estimate(const error_counts *counts, unsigned bin);

/* Expected precision and recall when matches are the pairs of at least bin b, for every b. */
typedef struct error_curve {
  double precision[ERROR_BINS], recall[ERROR_BINS];
} error_curve;
void errors_curve(const error_counts *counts, error_curve *out);

#endif
