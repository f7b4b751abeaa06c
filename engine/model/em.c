/* See em.h. */
#include "model/em.h"

#include <math.h>

#include "model/constrain.h"

enum { em_iterations_max = 100 };
static const double em_tolerance = 1e-4;
static const double share_strength = 20; /* pseudo-pairs behind the schema's match shares */
static const double prior_least = 1e-12, prior_most = 0.5;

typedef double level_counts[SCHEMA_COMPARISONS_MAX][MODEL_LEVELS];

typedef struct em_counts { /* expected */
  level_counts matches;
  level_counts matches_once;  /* each pair once, whatever rules find it */
  level_counts other_pairs;   /* candidates that do not match, each pair once */
  level_counts random_others; /* random pairs that do not match */
  double different_pairs; /* matches, each pair once, whatever rules find it */
} em_counts;

double pattern_weight(const model *m, uint64_t pattern) {
  double weight = 0;
  for (size_t c = 0; c < m->comparison_count; c++) weight += m->comparisons[c].levels[pattern_level(pattern, c)].weight;
  for (size_t i = 0; i < m->correction_count; i++) {
    const level_correction *by = &m->corrections[i];
    if (pattern_level(pattern, by->first) == by->first_level && pattern_level(pattern, by->second) == by->second_level) weight += by->bits;
  }
  return weight;
}

double em_match_probability(const model *m, const em_input *in, uint64_t pattern, double log_odds) {
  double probability = weight_to_probability(pattern_weight(m, pattern) + log_odds);
  return label_patterns_judge(in->labels, in->label_count, pattern, probability);
}

static void expect(const model *m, const em_input *in, const em_session *session, double log_odds, em_counts *counts) {
  for (size_t i = 0; i < session->pattern_count; i++) {
    uint64_t pattern = session->patterns[i].pattern;
    double matches = (double)session->patterns[i].count * em_match_probability(m, in, pattern, log_odds);
    bool first = !(pattern & PATTERN_FOUND_BEFORE);
    if (first) counts->different_pairs += matches;
    for (size_t c = 0; c < m->comparison_count; c++) {
      unsigned level = pattern_level(pattern, c);
      if (first) counts->matches_once[c][level] += matches;
      if (session->teaches[c]) counts->matches[c][level] += matches;
      if (first) counts->other_pairs[c][level] += (double)session->patterns[i].count - matches;
    }
  }
}

static void expect_random(const model *m, const em_input *in, double log_odds, em_counts *counts) {
  for (size_t i = 0; i < in->random_count; i++) {
    uint64_t pattern = in->random[i].pattern;
    double others = (double)in->random[i].count * (1 - weight_to_probability(pattern_weight(m, pattern) + log_odds));
    for (size_t c = 0; c < m->comparison_count; c++) counts->random_others[c][pattern_level(pattern, c)] += others;
  }
}

/* m of one comparison from expected counts, defaults as pseudo-counts; fixed levels stay out. */
static void learn_m(comparison_model *comparison, const comparison_model *defaults, const double *matches) {
  double total = 0, default_total = 0;
  for (size_t l = 1; l < comparison->level_count; l++) {
    if (comparison->levels[l].fixed) continue;
    total += matches[l];
    default_total += defaults->levels[l].m;
  }
  for (size_t l = 1; l < comparison->level_count; l++) {
    level_model *level = &comparison->levels[l];
    if (level->fixed) continue;
    double share = defaults->levels[l].m / default_total;
    level->m = (matches[l] + EM_DEFAULT_MATCHES * share) / (total + EM_DEFAULT_MATCHES);
  }
}

/* Matches agree too, and were counted among the pairs that u came from. Where nearly all agreement is theirs, little
 * is known of the rest, and u stays at a small part of what was counted. `before` is the comparison as it was when EM began. */
static void learn_u(comparison_model *comparison, const comparison_model *before, const double *random_others,
                    const double *candidates, double candidate_share, double prior) {
  const double least_share = 1.0 / 16;
  size_t last = comparison->level_count - 1;
  double total = 0, sum = 0;
  for (size_t l = 1; l <= last; l++) total += random_others[l];
  for (size_t l = 1; l < last; l++) {
    level_model *level = &comparison->levels[l];
    const level_model *start = &before->levels[l];
    if (level->fixed) continue;
    if (level->u_source == U_RANDOM_PAIRS && total > 0) level->u = fmax(random_others[l] / total, start->u * least_share);
    if (level->u_source == U_FREQUENCIES) level->u = fmax(start->u - prior * level->m, start->u * least_share);
    if (level->u_source == U_CANDIDATES) level->u = fmin(fmax(start->u, candidates[l] * candidate_share), 0.9);
    sum += level->u;
  }
  if (!comparison->levels[last].fixed && comparison->levels[last].u_source == U_RANDOM_PAIRS) {
    comparison->levels[last].u = fmax(1 - sum, 1e-6);
  }
}

static void learn_shares(comparison_model *comparison, const comparison_model *before, const double *matches, const double *others) {
  for (size_t l = 1; l < comparison->level_count; l++) {
    level_model *level = &comparison->levels[l];
    if (level->share == 0) continue;
    level->share = (matches[l] + share_strength * before->levels[l].share) / (matches[l] + others[l] + share_strength);
  }
}

static double largest_change(const comparison_model *now, const comparison_model *before) {
  double change = 0;
  for (size_t l = 1; l < now->level_count; l++) {
    change = fmax(change, fabs(now->levels[l].share - before->levels[l].share));
    if (now->levels[l].fixed) continue;
    change = fmax(change, fabs(now->levels[l].m - before->levels[l].m));
    change = fmax(change, fabs(now->levels[l].u - before->levels[l].u));
  }
  return change;
}

static double maximise(model *m, const model *before, const em_input *in, const em_counts *counts) {
  double change = 0;
  double prior = fmin(fmax(counts->different_pairs * in->scale / in->all_pairs, prior_least), prior_most);
  for (size_t c = 0; c < m->comparison_count; c++) {
    comparison_model *comparison = &m->comparisons[c];
    const comparison_model last = *comparison;
    learn_m(comparison, &before->comparisons[c], counts->matches[c]);
    learn_shares(comparison, &before->comparisons[c], counts->matches_once[c], counts->other_pairs[c]);
    learn_u(comparison, &before->comparisons[c], counts->random_others[c], counts->other_pairs[c], in->scale / in->all_pairs, prior);
    model_constrain(comparison);
    change = fmax(change, largest_change(comparison, &last));
  }
  change = fmax(change, fabs(prior - m->prior) / m->prior);
  m->prior = prior;
  m->training_matches = counts->different_pairs;
  model_set_weights(m);
  return change;
}

/* Once at the end: the labels' word on the prior is about the model as it came out. */
static khop_status follow_labels(model *m, const em_input *in, khop_error *err) {
  double *weights = mem_alloc(in->label_count, sizeof *weights), log_odds = probability_to_weight(m->prior);
  if (!weights) return error_memory(err, in->label_count * sizeof *weights, "labels");
  for (size_t i = 0; i < in->label_count; i++) {
    weights[i] = pattern_weight(m, in->labels[i].pattern) + log_odds;
    m->label_matches += (uint64_t)in->labels[i].matches;
    m->label_others += (uint64_t)in->labels[i].others;
  }
  m->label_shift = label_patterns_shift(in->labels, weights, in->label_count);
  mem_free(weights);
  model_set_prior(m, weight_to_probability(log_odds + m->label_shift));
  model_set_weights(m);
  return KHOP_OK;
}

khop_status em_run(model *m, const em_input *in, khop_error *err) {
  const model before = *m;
  m->em_iterations = 0;
  m->em_converged = false;
  while (m->em_iterations < em_iterations_max && !m->em_converged) {
    em_counts counts = {0};
    double log_odds = probability_to_weight(m->prior);
    for (size_t s = 0; s < in->session_count; s++) expect(m, in, &in->sessions[s], log_odds, &counts);
    expect_random(m, in, log_odds, &counts);
    m->em_change = maximise(m, &before, in, &counts);
    m->em_iterations++;
    m->em_converged = m->em_change < em_tolerance;
  }
  return in->label_count ? follow_labels(m, in, err) : KHOP_OK;
}
