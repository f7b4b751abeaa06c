/* What a run says of its own errors, and thresholds chosen by them. See run.h and model/errors.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "run/run.h"

static bool has_target(const run *r) {
  return r->options.target_precision > 0 || r->options.target_recall > 0 || r->options.best_f1;
}

static int32_t bin_weight(const score_tables *t, unsigned bin) { return t->match + ((int32_t)bin - ERROR_MATCH_BIN) * (WEIGHT_UNIT / 2); }

void run_widen_review(const run *r, score_tables *t) {
  if (has_target(r) && bin_weight(t, 1) < t->review) t->review = bin_weight(t, 1);
}

static double f1_of(const error_curve *curve, unsigned bin) {
  double sum = curve->precision[bin] + curve->recall[bin];
  return sum > 0 ? 2 * curve->precision[bin] * curve->recall[bin] / sum : 0;
}

/* The lowest bin with the precision, the highest with the recall, or the one of the best F1; the nearest to it when none has. */
static unsigned choose_bin(const khop_options *o, const error_curve *curve, bool *out_reached) {
  unsigned best = 1;
  *out_reached = true;
  if (o->target_precision > 0) {
    for (unsigned bin = 1; bin < ERROR_BINS; bin++) {
      if (curve->precision[bin] >= o->target_precision) return bin;
      if (curve->precision[bin] > curve->precision[best]) best = bin;
    }
    *out_reached = false;
  } else if (o->target_recall > 0) {
    for (unsigned bin = ERROR_BINS - 1; bin > 0; bin--) {
      if (curve->recall[bin] >= o->target_recall) return bin;
    }
    *out_reached = false;
  } else {
    for (unsigned bin = 2; bin < ERROR_BINS; bin++) {
      if (f1_of(curve, bin) > f1_of(curve, best)) best = bin;
    }
  }
  return best;
}

static void drop_light_pairs(kept_pairs *kept, int32_t least) {
  size_t count = 0;
  for (size_t i = 0; i < kept->count; i++) {
    if (kept_weight(&kept->items[i]) >= least) kept->items[count++] = kept->items[i];
  }
  kept->count = count;
}

void run_choose_threshold(run *r, score_tables *t, kept_pairs *kept) {
  r->match_bin = ERROR_MATCH_BIN;
  r->target_reached = true;
  if (!has_target(r)) return;
  error_curve curve;
  errors_curve(r->errors, &curve);
  r->match_bin = choose_bin(&r->options, &curve, &r->target_reached);
  int32_t review = (int32_t)lround(probability_to_weight(r->model.review_threshold) * WEIGHT_UNIT);
  t->match = bin_weight(t, r->match_bin);
  t->review = review < t->match ? review : t->match;
  r->model.match_threshold = weight_to_probability((double)t->match / WEIGHT_UNIT);
  r->model.review_threshold = weight_to_probability((double)t->review / WEIGHT_UNIT);
  drop_light_pairs(kept, t->review);
}

static khop_range to_range(const error_range *range) {
  return (khop_range){.estimate = range->estimate, .low = range->low, .high = range->high};
}

void run_expect(const run *r, khop_expected *out) {
  error_estimate e = errors_estimate(r->errors, r->match_bin);
  double right = e.matches - e.wrong.estimate;
  *out = (khop_expected){.wrong = to_range(&e.wrong), .missed = to_range(&e.missed), .checked_pairs = e.checked_pairs,
                         .target_reached = r->target_reached};
  out->precision = e.matches > 0 ? right / e.matches : 1;
  out->recall = right + e.missed.estimate > 0 ? right / (right + e.missed.estimate) : 1;
  if (r->witness >= 0) snprintf(out->checked_by, sizeof out->checked_by, "%s", r->schema->comparisons[r->witness].name);
}
