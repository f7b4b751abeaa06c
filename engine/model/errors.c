/* See errors.h. */
#include "model/errors.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

void error_counts_add(error_counts *sum, const error_counts *part) {
  for (size_t s = 0; s < WITNESS_STATES; s++) {
    for (size_t w = 0; w < ERROR_BINS; w++) {
      for (size_t r = 0; r < ERROR_BINS; r++) sum->pairs[s][w][r] += part->pairs[s][w][r];
    }
  }
  for (size_t w = 0; w < ERROR_BINS; w++) {
    for (size_t r = 0; r < ERROR_BINS; r++) sum->alone[w][r] += part->alone[w][r];
  }
}

static unsigned clamp_bin(double place) {
  if (!(place > 0)) return 0;
  return place >= ERROR_BINS ? ERROR_BINS - 1 : (unsigned)place;
}

unsigned error_weight_bin(double weight_over_match) { return clamp_bin(floor(weight_over_match * 2) + ERROR_MATCH_BIN); }
unsigned error_rest_bin(double weight_without_witness) { return clamp_bin(floor(weight_without_witness) + ERROR_REST_ZERO); }

static double rest_of_bin(size_t bin) { return (double)bin - ERROR_REST_ZERO + 0.5; }

/* ---- the posterior of alpha, beta and a ---------------------------------------------------------------- */

enum { alphas = 33, betas = 21, agreements = 14, grid_points = alphas * betas * agreements };

/* Bins that tell something: below, relatives in their hundreds of thousands say more of copied numbers than of matches. */
enum { first_checked = ERROR_REST_ZERO - 8, last_checked = ERROR_REST_ZERO + 20, surely_others = ERROR_REST_ZERO - 2,
       least_believed = ERROR_REST_ZERO - 16, /* below, P(w) says nothing of numbers that agree */
       likely_match = ERROR_REST_ZERO + 8, surely_match = ERROR_REST_ZERO + 14 };

/* b: numbers copied from a relative or mistyped into another's. */
static const double agreement_by_error = 1e-6;

typedef struct grid_point {
  double alpha, beta, agreement, probability;
} grid_point;

typedef struct posterior {
  grid_point points[grid_points];
  double checked_pairs;
  double missing_shift; /* see find_missing_shift */
  double alike, alike_variance; /* see find_alike */
  double agree[ERROR_BINS], both[ERROR_BINS]; /* by weight without the witness */
} posterior;

static double share_at(const grid_point *g, size_t bin, double shift) {
  return 1 / (1 + exp2(-(g->alpha + g->beta * rest_of_bin(bin) + shift)));
}

static void count_checked(posterior *p, const error_counts *counts) {
  for (size_t w = 0; w < ERROR_BINS; w++) {
    for (size_t r = 0; r < ERROR_BINS; r++) {
      p->agree[r] += (double)counts->pairs[WITNESS_AGREES][w][r];
      p->both[r] += (double)counts->pairs[WITNESS_AGREES][w][r] + (double)counts->pairs[WITNESS_DISAGREES][w][r];
    }
  }
  for (size_t r = first_checked; r <= last_checked; r++) p->checked_pairs += p->both[r];
}

/* What is expected of a register before its witness has been asked: weights that promise too much by a bit and by
 * a fifth, seen on generated registers of all kinds, give or take. */
static double log_prior(const grid_point *g) {
  const double alpha = -1, alpha_sd = 1.5, beta = 0.85, beta_sd = 0.15, agreement = 0.9, agreement_sd = 0.15;
  double x = (g->alpha - alpha) / alpha_sd, y = (g->beta - beta) / beta_sd, z = (g->agreement - agreement) / agreement_sd;
  return -(x * x + y * y + z * z) / 2;
}

static double log_likelihood(const posterior *p, const grid_point *g) {
  double sum = 0;
  for (size_t r = first_checked; r <= last_checked; r++) {
    if (p->both[r] == 0) continue;
    double share = share_at(g, r, 0) * (1 - p->alike), agrees = g->agreement * share + agreement_by_error * (1 - share);
    sum += p->agree[r] * log(agrees) + (p->both[r] - p->agree[r]) * log1p(-agrees);
  }
  return sum;
}

/* Numbers are not missing at random: the second entry of one person often has none, those of two people have them as their
 * times had. How much less often pairs that surely match lack them than pairs that surely do not, in bits; little, where few
 * pairs tell. */
static void find_missing_shift(posterior *p, const error_counts *counts) {
  const double few = 50;
  double match_missing = few, match_both = few, other_missing = few, other_both = few;
  for (size_t w = 0; w < ERROR_BINS; w++) {
    for (size_t r = first_checked; r < ERROR_BINS; r++) {
      double missing = (double)counts->pairs[WITNESS_MISSING][w][r];
      if (r > surely_match) match_missing += missing;
      if (r < surely_others) other_missing += missing;
    }
  }
  for (size_t r = first_checked; r < ERROR_BINS; r++) {
    double both = p->both[r] * counts->scale[WITNESS_AGREES];
    if (r > surely_match) match_both += both;
    if (r < surely_others) other_both += both;
  }
  p->missing_shift = log2(match_missing / match_both) - log2(other_missing / other_both);
}

/* Twins and namesakes are alike in all but their numbers: no weight of the rest tells them from matches, so P(w) never comes
 * near 1. Their share, of the pairs whose rest looks like a match, is that of the pairs whose numbers differ so much that they
 * weigh too little with them; a part of those are matches after all. */
static void find_alike(posterior *p, const error_counts *counts) {
  const double few = 100, few_alike = 0.1, alike_part = 0.55, part_spread = 0.4;
  double apart = 0, both = few;
  for (size_t r = likely_match; r < ERROR_BINS; r++) {
    both += p->both[r];
    for (size_t w = 0; w < ERROR_MATCH_BIN; w++) apart += (double)counts->pairs[WITNESS_DISAGREES][w][r];
  }
  double spread = part_spread * apart;
  p->alike = (alike_part * apart + few_alike) / both;
  p->alike_variance = (alike_part * apart + few_alike + spread * spread) / (both * both);
}

static void make_posterior(posterior *p, const error_counts *counts) {
  memset(p, 0, sizeof *p);
  count_checked(p, counts);
  find_missing_shift(p, counts);
  find_alike(p, counts);
  double most = -(double)INFINITY, total = 0;
  for (size_t i = 0; i < grid_points; i++) {
    grid_point *g = &p->points[i];
    g->alpha = -6 + 0.25 * (double)(i % alphas);
    g->beta = 0.3 + 0.07 * (double)(i / alphas % betas);
    g->agreement = 0.995 - 0.55 * pow(1 - (double)(i / alphas / betas) / (agreements - 1), 1.5);
    g->probability = log_prior(g) + log_likelihood(p, g);
    most = fmax(most, g->probability);
  }
  for (size_t i = 0; i < grid_points; i++) total += p->points[i].probability = exp(p->points[i].probability - most);
  for (size_t i = 0; i < grid_points; i++) p->points[i].probability /= total;
}

/* ---- match shares ------------------------------------------------------------------------------------------ */

/* What the witness says, but that numbers which disagree speak louder where the pair weighs too little for a match. */
enum { PAIR_APART = WITNESS_STATES, PAIR_KINDS };

static size_t pair_kind(size_t state, size_t weight_bin) {
  return state == WITNESS_DISAGREES && weight_bin < ERROR_MATCH_BIN ? PAIR_APART : state;
}

/* Of the pairs in each bin without the witness, how many match. */
typedef struct match_shares {
  double of[PAIR_KINDS][ERROR_BINS];
} match_shares;

/* Of pairs whose numbers differ, the share that weighs too little for a match: of matches those without a mere slip in the
 * number, fewer where the rest is heavy; of others nearly all, but twins and namesakes pass. */
static double heaviness(size_t bin) { return fmin(fmax(rest_of_bin(bin) / 15, 0), 1); }
static double match_apart(size_t bin) { return 0.5 - 0.3 * heaviness(bin); }
static double other_apart(size_t bin) { return 0.994 - 0.194 * heaviness(bin); }

static void shares_of(match_shares *out, const grid_point *g, const posterior *p) {
  for (size_t r = 0; r < ERROR_BINS; r++) {
    double share = share_at(g, r < least_believed ? least_believed : r, 0) * (1 - p->alike);
    double agree = g->agreement * share, disagree = share - agree;
    out->of[WITNESS_MISSING][r] = share_at(g, r, p->missing_shift) * (1 - p->alike);
    out->of[WITNESS_AGREES][r] = agree / (agree + agreement_by_error * (1 - share));
    double apart = disagree * match_apart(r), others_apart = (1 - share) * other_apart(r);
    out->of[WITNESS_DISAGREES][r] = (disagree - apart) / (disagree - apart + (1 - share) - others_apart + 1e-300);
    out->of[PAIR_APART][r] = apart / (apart + others_apart + 1e-300);
  }
}

/* Pairs from weight bin `bin` on, or below it, by bin without the witness. */
typedef struct pair_sums {
  double at_least[PAIR_KINDS][ERROR_BINS], below[PAIR_KINDS][ERROR_BINS];
  double alone_at_least[ERROR_BINS], alone_below[ERROR_BINS];
} pair_sums;

static void sum_pairs(pair_sums *out, const error_counts *counts, unsigned bin) {
  memset(out, 0, sizeof *out);
  for (size_t w = 0; w < ERROR_BINS; w++) {
    for (size_t s = 0; s < WITNESS_STATES; s++) {
      double *sums = w >= bin ? out->at_least[pair_kind(s, w)] : out->below[pair_kind(s, w)];
      for (size_t r = 0; r < ERROR_BINS; r++) sums[r] += (double)counts->pairs[s][w][r] * counts->scale[s];
    }
    double *alone = w >= bin ? out->alone_at_least : out->alone_below;
    for (size_t r = 0; r < ERROR_BINS; r++) alone[r] += (double)counts->alone[w][r] * counts->scale[WITNESS_AGREES];
  }
}

typedef struct error_totals {
  double matches, wrong, missed;
  double passed; /* of the wrong ones, those whose numbers disagree */
} error_totals;

/* The share of matches that no rule finds, but for those that look at the witness alone. Before anything is seen it is
 * taken for a hundredth, as of fifty matches. */
typedef struct unfound {
  double share, variance;
} unfound;

static unfound unfound_share(const pair_sums *sums, const match_shares *shares) {
  const double before = 50, share_before = 0.01;
  double alone = 0, all = 0;
  for (size_t r = first_checked; r < ERROR_BINS; r++) {
    double share = shares->of[WITNESS_AGREES][r], found = sums->at_least[WITNESS_AGREES][r] + sums->below[WITNESS_AGREES][r];
    alone += share * (sums->alone_at_least[r] + sums->alone_below[r]);
    all += share * (sums->alone_at_least[r] + sums->alone_below[r] + found);
  }
  double share = (alone + before * share_before) / (all + before);
  return (unfound){.share = share, .variance = share * (1 - share) / (all + before + 1)};
}

/* Pairs that weigh next to nothing but for numbers that agree: copied from a relative, or a match after all. Nobody knows,
 * so half of them. */
static double missed_among_light(const pair_sums *sums) {
  double light = 0;
  for (size_t r = 0; r < first_checked; r++) light += sums->below[WITNESS_AGREES][r];
  return light / 2;
}

static error_totals total_errors(const pair_sums *sums, const match_shares *shares, double unfound_part) {
  error_totals out = {0};
  double unwitnessed = 0; /* matches that the witness would not have found */
  for (size_t k = 0; k < PAIR_KINDS; k++) {
    for (size_t r = 0; r < ERROR_BINS; r++) {
      double share = shares->of[k][r], wrong = sums->at_least[k][r] * (1 - share);
      out.matches += sums->at_least[k][r];
      out.wrong += wrong;
      if (k == WITNESS_DISAGREES) out.passed += wrong;
      if (r < first_checked) continue;
      out.missed += sums->below[k][r] * share;
      if (k != WITNESS_AGREES) unwitnessed += (sums->at_least[k][r] + sums->below[k][r]) * share;
    }
  }
  for (size_t r = 0; r < ERROR_BINS; r++) {
    out.matches += sums->alone_at_least[r];
    out.wrong += sums->alone_at_least[r] * (1 - shares->of[WITNESS_AGREES][r]);
    if (r >= first_checked) out.missed += sums->alone_below[r] * shares->of[WITNESS_AGREES][r];
  }
  out.missed += missed_among_light(sums) + unwitnessed * unfound_part / (1 - unfound_part);
  return out;
}

/* ---- intervals ----------------------------------------------------------------------------------------------- */

/* The least count that a negative binomial of this mean and variance does not exceed with the probability. */
static double count_quantile(double mean, double variance, double probability) {
  double k = mean * mean / fmax(variance - mean, 1e-9 * mean), ratio = mean / (mean + k);
  double mass = exp(-k * log1p(mean / k)), sum = mass, count = 0;
  while (sum < probability && count < 10000) {
    mass *= ratio * (k + count) / (count + 1);
    sum += mass;
    count++;
  }
  return count;
}

/* 95 %: what is not known of the model, what is left to chance, and what the model does not know of itself. */
static error_range range_of(double mean, double model_variance, double misfit) {
  const double many = 200;
  error_range range = {.estimate = mean};
  if (mean <= 0) return range;
  double variance = model_variance + mean + misfit * mean * misfit * mean;
  if (mean < many) {
    range.low = count_quantile(mean, variance, 0.025);
    /* where hardly any are expected the quantile may be none at all */
    range.high = fmax(count_quantile(mean, variance, 0.975), ceil(mean + 2 * sqrt(variance)));
    return range;
  }
  double spread = sqrt(log1p(variance / (mean * mean))), middle = log(mean) - spread * spread / 2;
  range.low = exp(middle - 1.96 * spread);
  range.high = exp(middle + 1.96 * spread);
  return range;
}

/* ---- estimates ----------------------------------------------------------------------------------------------- */

/* Below so many checked pairs the model's word is all there is: up to such shares of the matches have been wrong, or missed. */
static const double checked_least = 30, unchecked_wrong = 0.04, unchecked_missed = 0.1;

/* What no witness tells of: numbers copied along with the rest, families whose entries were mixed up. So many of the
 * matches are wrong, or missed, for such causes on generated registers, give or take the spread. */
static const double wrong_for_other_causes = 0.0005, wrong_spread = 0.0008, missed_for_other_causes = 0.003;

/* How many of the wrong ones pass though their numbers disagree (other_apart) differs from register to register, by so many
 * times as many. */
static const double passed_spread = 2;

typedef struct moments {
  double mean, square;
} moments;

static void moments_add(moments *m, double probability, double value) {
  m->mean += probability * value;
  m->square += probability * value * value;
}

static double moments_variance(const moments *m) { return fmax(m->square - m->mean * m->mean, 0); }

static double square(double x) { return x * x; }

static double alike_variance(const posterior *p, const pair_sums *sums) {
  double missing = 0;
  for (size_t r = likely_match; r < ERROR_BINS; r++) missing += sums->at_least[WITNESS_MISSING][r];
  return p->alike_variance * square(missing);
}

/* The fewer pairs were checked, the more. */
static double wrong_spread_share(const posterior *p) {
  return wrong_spread + unchecked_wrong * pow(checked_least / (checked_least + p->checked_pairs), 1.5);
}

error_estimate errors_estimate(const error_counts *counts, unsigned bin) {
  error_estimate out = {0};
  moments wrong = {0}, missed = {0};
  double chance_of_unfound = 0, passed = 0;
  posterior p;
  pair_sums sums;
  match_shares shares;
  make_posterior(&p, counts);
  sum_pairs(&sums, counts, bin);
  for (size_t i = 0; i < grid_points; i++) {
    const grid_point *g = &p.points[i];
    if (g->probability < 1e-9) continue;
    shares_of(&shares, g, &p);
    unfound u = unfound_share(&sums, &shares);
    error_totals totals = total_errors(&sums, &shares, u.share);
    moments_add(&wrong, g->probability, totals.wrong);
    moments_add(&missed, g->probability, totals.missed);
    passed += g->probability * totals.passed;
    chance_of_unfound += g->probability * u.variance * totals.matches * totals.matches;
    out.matches = totals.matches;
    out.calibration[0] += g->probability * g->alpha;
    out.calibration[1] += g->probability * g->beta;
    out.agreement += g->probability * g->agreement;
  }
  out.checked_pairs = p.checked_pairs;
  double wrong_else = wrong_for_other_causes * out.matches, missed_else = missed_for_other_causes * out.matches;
  double wrong_variance = moments_variance(&wrong) + alike_variance(&p, &sums) + square(passed_spread * passed) +
                          square(wrong_spread_share(&p) * out.matches);
  out.wrong = range_of(wrong.mean + wrong_else, wrong_variance, 0.3);
  out.missed = range_of(missed.mean + missed_else, moments_variance(&missed) + chance_of_unfound + missed_else * missed_else, 0.4);
  if (p.checked_pairs < checked_least) {
    out.wrong = (error_range){.estimate = out.wrong.estimate, .high = fmax(out.wrong.high, unchecked_wrong * out.matches)};
    out.missed = (error_range){.estimate = out.missed.estimate, .high = fmax(out.missed.high, unchecked_missed * out.matches)};
  }
  return out;
}

static void mean_shares(match_shares *out, const posterior *p) {
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < grid_points; i++) {
    match_shares shares;
    if (p->points[i].probability < 1e-9) continue;
    shares_of(&shares, &p->points[i], p);
    for (size_t k = 0; k < PAIR_KINDS; k++) {
      for (size_t r = 0; r < ERROR_BINS; r++) out->of[k][r] += p->points[i].probability * shares.of[k][r];
    }
  }
}

void errors_curve(const error_counts *counts, error_curve *out) {
  posterior p;
  match_shares shares;
  make_posterior(&p, counts);
  mean_shares(&shares, &p);
  for (unsigned bin = 0; bin < ERROR_BINS; bin++) {
    pair_sums sums;
    sum_pairs(&sums, counts, bin);
    error_totals totals = total_errors(&sums, &shares, unfound_share(&sums, &shares).share);
    double right = (totals.matches - totals.wrong) * (1 - wrong_for_other_causes);
    totals.missed += missed_for_other_causes * right;
    out->precision[bin] = totals.matches > 0 ? right / totals.matches : 1;
    out->recall[bin] = right + totals.missed > 0 ? right / (right + totals.missed) : 1;
  }
}
