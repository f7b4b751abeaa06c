/* See model.h. */
#include "model/model.h"

#include <math.h>

static const double prior_least = 1e-12, prior_most = 0.5;

double weight_to_probability(double weight) {
  if (weight >= 0) return 1 / (1 + exp2(-weight));
  double odds = exp2(weight);
  return odds / (1 + odds);
}

double probability_to_weight(double probability) {
  if (probability <= 0) return -1000;
  if (probability >= 1) return 1000;
  return log2(probability / (1 - probability));
}

const char *training_state_name(training_state state) {
  static const char *const names[] = {"defaults", "loaded", "converged", "iteration limit", "too few matches"};
  return names[state];
}

/* The order of the schema's own weights is the one that training keeps. */
static void mark_order(comparison_model *comparison) {
  const level_model *before = NULL;
  for (size_t l = 1; l < comparison->level_count; l++) {
    level_model *level = &comparison->levels[l];
    if (level->fixed) continue;
    level->ordered = before && level->m / level->u <= before->m / before->u;
    before = level;
  }
}

void model_set_weights(model *m) {
  for (size_t c = 0; c < m->comparison_count; c++) {
    for (size_t l = 1; l < m->comparisons[c].level_count; l++) {
      level_model *level = &m->comparisons[c].levels[l];
      if (!level->fixed) level->weight = log2(level->m / level->u);
      else if (level->share > 0) level->weight = probability_to_weight(level->share) - probability_to_weight(m->prior);
    }
  }
}

void model_set_prior(model *m, double prior) { m->prior = fmin(fmax(prior, prior_least), prior_most); }

void model_set_pairs(model *m, double pairs_per_record) {
  if (m->pairs_per_record > 0 && pairs_per_record > 0) model_set_prior(m, m->prior * (m->pairs_per_record / pairs_per_record));
  m->pairs_per_record = pairs_per_record;
}

void model_from_schema(model *m, const schema *s, uint64_t rows) {
  *m = (model){.comparison_count = s->comparison_count,
               .match_threshold = s->match_threshold,
               .review_threshold = s->review_threshold};
  for (size_t c = 0; c < s->comparison_count; c++) {
    const schema_comparison *comparison = &s->comparisons[c];
    m->comparisons[c].level_count = comparison->level_count + 1;
    m->comparisons[c].levels[LEVEL_MISSING] = (level_model){.m = 1, .u = 1, .fixed = true};
    for (size_t l = 0; l < comparison->level_count; l++) {
      const schema_level *level = &comparison->levels[l];
      m->comparisons[c].levels[l + 1] = (level_model){.m = level->m,
                                                      .u = level->u,
                                                      .weight = isnan(level->weight) ? 0 : level->weight,
                                                      .share = level->match_share,
                                                      .fixed = isnan(level->m)};
    }
    mark_order(&m->comparisons[c]);
  }
  model_set_prior(m, rows > 1 ? s->expected_duplicates * 2 / (double)(rows - 1) : prior_most);
  model_set_weights(m);
}
