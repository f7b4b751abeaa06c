/* Expectation maximisation on pattern histograms (Winkler 1988; Enamorado et al. 2019).
 *
 * u is known from random pairs and stays. One session a blocking rule: comparisons that look at the rule's own
 * fields are frozen there, because inside its blocks they agree by construction. What each session
 * learns about m is added up, weighed by its expected matches, with the schema's defaults as
 * pseudo-counts, so that a rule with few matches cannot run away.
 */
#ifndef KHOP_MODEL_EM_H
#define KHOP_MODEL_EM_H

#include "model/model.h"
#include "model/patterns.h"

typedef struct em_session {
  const pattern_count *patterns;
  size_t pattern_count;
  bool frozen[SCHEMA_COMPARISONS_MAX];
} em_session;

typedef struct em_counts { /* expected matches by comparison and level */
  double matches[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS];
  double total;
  unsigned iterations;
  bool converged;
} em_counts;

/* Runs one session from `start`; does not change it. */
void em_run(const model *start, const em_session *session, em_counts *out_counts);

/* m of all levels from the counts of the sessions and the defaults in `m`. */
void em_apply(model *m, const em_counts *counts, size_t session_count);

/* The prior at which the expected number of matches among the patterns (each standing for `scale` pairs) equals
 * prior * all pairs of `rows` records. Patterns found before are not counted again. */
double em_prior(const model *m, const pattern_count *patterns, size_t distinct, double scale, uint64_t rows);

#endif
