/* See em.h. */
#include "model/em.h"

#include <math.h>

enum { em_iterations_max = 100 };
static const double em_tolerance = 1e-4;
static const double default_strength = 60; /* pseudo-matches behind the schema's m */
static const double prior_least = 1e-12, prior_most = 0.5;

typedef struct em_counts { /* expected matches */
  double by_level[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS];
  double other_pairs[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS]; /* expected non-matches, each pair once */
  double different_pairs; /* matches, each pair once, whatever rules find it */
} em_counts;

static double pattern_weight(const model *m, uint64_t pattern) {
  double weight = 0;
  for (size_t c = 0; c < m->comparison_count; c++) weight += m->comparisons[c].levels[pattern_level(pattern, c)].weight;
  return weight;
}

static void expect(const model *m, const em_session *session, double log_odds, em_counts *counts) {
  for (size_t i = 0; i < session->pattern_count; i++) {
    uint64_t pattern = session->patterns[i].pattern;
    double matches = (double)session->patterns[i].count * weight_to_probability(pattern_weight(m, pattern) + log_odds);
    bool first = !(pattern & PATTERN_FOUND_BEFORE);
    if (first) counts->different_pairs += matches;
    for (size_t c = 0; c < m->comparison_count; c++) {
      unsigned level = pattern_level(pattern, c);
      if (session->teaches[c]) counts->by_level[c][level] += matches;
      if (first) counts->other_pairs[c][level] += (double)session->patterns[i].count - matches;
    }
  }
}

/* m of one comparison from expected counts, defaults as pseudo-counts; fixed levels stay out.
 * Returns the largest change. */
static double learn(comparison_model *comparison, const comparison_model *defaults, const double *matches) {
  double total = 0, default_total = 0, change = 0;
  for (size_t l = 1; l < comparison->level_count; l++) {
    if (comparison->levels[l].fixed) continue;
    total += matches[l];
    default_total += defaults->levels[l].m;
  }
  for (size_t l = 1; l < comparison->level_count; l++) {
    level_model *level = &comparison->levels[l];
    if (level->fixed) continue;
    double share = defaults->levels[l].m / default_total;
    double m = (matches[l] + default_strength * share) / (total + default_strength);
    change = fmax(change, fabs(m - level->m));
    level->m = m;
  }
  return change;
}

static void bound_u(comparison_model *comparison, const comparison_model *defaults, const double *others, double pairs_each_stands_for) {
  for (size_t l = 1; l < comparison->level_count; l++) {
    level_model *level = &comparison->levels[l];
    if (level->rare) level->u = fmin(fmax(defaults->levels[l].u, others[l] * pairs_each_stands_for), 0.9);
  }
}

void em_run(model *m, const em_session *sessions, size_t session_count, double scale, double all_pairs) {
  const model defaults = *m;
  m->em_iterations = 0;
  m->em_converged = false;
  while (m->em_iterations < em_iterations_max && !m->em_converged) {
    em_counts counts = {0};
    double log_odds = probability_to_weight(m->prior), change = 0;
    for (size_t s = 0; s < session_count; s++) expect(m, &sessions[s], log_odds, &counts);
    for (size_t c = 0; c < m->comparison_count; c++) {
      change = fmax(change, learn(&m->comparisons[c], &defaults.comparisons[c], counts.by_level[c]));
      bound_u(&m->comparisons[c], &defaults.comparisons[c], counts.other_pairs[c], scale / all_pairs);
    }
    double prior = fmin(fmax(counts.different_pairs * scale / all_pairs, prior_least), prior_most);
    change = fmax(change, fabs(prior - m->prior) / m->prior);
    m->prior = prior;
    model_set_weights(m);
    m->em_iterations++;
    m->em_converged = change < em_tolerance;
  }
}
