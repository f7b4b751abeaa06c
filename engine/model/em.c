/* See em.h. */
#include "model/em.h"

#include <math.h>

enum { em_iterations_max = 100 };
static const double em_tolerance = 1e-5;
static const double default_strength = 60; /* pseudo-matches behind the schema's m */

static double pattern_weight(const model *m, uint64_t pattern) {
  double weight = 0;
  for (size_t c = 0; c < m->comparison_count; c++) weight += m->comparisons[c].levels[pattern_level(pattern, c)].weight;
  return weight;
}

/* m of one comparison from expected counts, defaults as pseudo-counts. Fixed levels stay out. */
static double update_comparison(comparison_model *comparison, const comparison_model *defaults, const double *matches) {
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

static void expect(const model *m, double prior, const em_session *session, em_counts *counts, double *out_pairs) {
  double log_odds = probability_to_weight(prior);
  *counts = (em_counts){.iterations = counts->iterations};
  double pairs = 0;
  for (size_t i = 0; i < session->pattern_count; i++) {
    const pattern_count *p = &session->patterns[i];
    double expected = (double)p->count * weight_to_probability(pattern_weight(m, p->pattern) + log_odds);
    counts->total += expected;
    pairs += (double)p->count;
    for (size_t c = 0; c < m->comparison_count; c++) {
      if (!session->frozen[c]) counts->matches[c][pattern_level(p->pattern, c)] += expected;
    }
  }
  *out_pairs = pairs;
}

void em_run(const model *start, const em_session *session, em_counts *out_counts) {
  model current = *start;
  double prior = 0.1;
  *out_counts = (em_counts){0};
  /* What a rule's blocks have in common says nothing there. */
  for (size_t c = 0; c < current.comparison_count; c++) {
    for (size_t l = 1; session->frozen[c] && l < current.comparisons[c].level_count; l++) {
      current.comparisons[c].levels[l] = (level_model){.m = 1, .u = 1, .fixed = true};
    }
  }
  while (out_counts->iterations < em_iterations_max && !out_counts->converged) {
    double pairs = 0;
    expect(&current, prior, session, out_counts, &pairs);
    out_counts->iterations++;
    double next = fmin(fmax(out_counts->total / fmax(pairs, 1), 1e-9), 1 - 1e-9);
    double change = fabs(next - prior);
    prior = next;
    for (size_t c = 0; c < current.comparison_count; c++) {
      if (session->frozen[c]) continue;
      change = fmax(change, update_comparison(&current.comparisons[c], &start->comparisons[c], out_counts->matches[c]));
    }
    model_set_weights(&current);
    out_counts->converged = change < em_tolerance;
  }
}

void em_apply(model *m, const em_counts *counts, size_t session_count) {
  model defaults = *m;
  m->em_converged = session_count > 0;
  for (size_t s = 0; s < session_count; s++) {
    if (counts[s].iterations > m->em_iterations) m->em_iterations = counts[s].iterations;
    m->em_converged &= counts[s].converged;
  }
  for (size_t c = 0; c < m->comparison_count; c++) {
    double matches[MODEL_LEVELS] = {0};
    for (size_t s = 0; s < session_count; s++) {
      for (size_t l = 0; l < MODEL_LEVELS; l++) matches[l] += counts[s].matches[c][l];
    }
    update_comparison(&m->comparisons[c], &defaults.comparisons[c], matches);
  }
  model_set_weights(m);
}

double em_prior(const model *m, const pattern_count *patterns, size_t distinct, double scale, uint64_t rows) {
  double all_pairs = (double)rows * ((double)rows - 1) / 2, prior = m->prior;
  for (unsigned i = 0; i < em_iterations_max; i++) {
    double log_odds = probability_to_weight(prior), expected = 0;
    for (size_t p = 0; p < distinct; p++) {
      if (patterns[p].pattern & PATTERN_FOUND_BEFORE) continue;
      expected += (double)patterns[p].count * weight_to_probability(pattern_weight(m, patterns[p].pattern) + log_odds);
    }
    double next = fmin(fmax(expected * scale / fmax(all_pairs, 1), 1e-12), 0.5);
    bool settled = fabs(next - prior) < prior * 1e-4;
    prior = next;
    if (settled) break;
  }
  return prior;
}
