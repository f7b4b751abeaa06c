/* See correlation.h. */
#include "model/correlation.h"

#include <math.h>
#include <stdlib.h>

/* With one left out three must remain, or there is no telling matches from pairs that have much in common. */
enum { comparisons_least = 4 };
static const double matches_least = 20, others_least = 10; /* at a pair of levels; with fewer nothing is said of it */
static const double match_share_least = 0.01;
static const double other_share_least = 0.25; /* of the random pairs at two levels */
static const double standard_errors = 3;

/* Pairs by the levels of two comparisons, both present. */
typedef struct joint_counts {
  double at[MODEL_LEVELS][MODEL_LEVELS];
  double first[MODEL_LEVELS], second[MODEL_LEVELS], total;
} joint_counts;

typedef struct two_counts {
  joint_counts matches, others;
  bool taught_together; /* some rule teaches both */
} two_counts;

static size_t two_index(size_t a, size_t b) { return b * (b - 1) / 2 + a; }

static void joint_add(joint_counts *joint, size_t first, size_t second, double pairs) {
  joint->at[first][second] += pairs;
  joint->first[first] += pairs;
  joint->second[second] += pairs;
  joint->total += pairs;
}

/* The comparisons that a pattern has a level of: neither missing nor covered. */
static uint32_t pattern_weighed(const model *m, uint64_t pattern) {
  uint32_t weighed = 0;
  for (size_t c = 0; c < m->comparison_count; c++) {
    if (pattern_level(pattern, c) != LEVEL_MISSING) weighed |= 1u << c;
  }
  return weighed;
}

static void mark_taught_together(const model *m, const em_session *session, two_counts *counts) {
  for (size_t b = 1; b < m->comparison_count; b++) {
    for (size_t a = 0; a < b; a++) counts[two_index(a, b)].taught_together |= session->teaches[a] && session->teaches[b] && session->pattern_count;
  }
}

/* Sums over ascending patterns: the same on any number of threads. */
static void count_matches(const model *m, const em_input *in, const em_session *session, two_counts *counts) {
  for (size_t i = 0; i < session->pattern_count; i++) {
    uint64_t pattern = session->patterns[i].pattern;
    uint32_t weighed = pattern_weighed(m, pattern);
    double matches = (double)session->patterns[i].count * em_match_probability(m, in, pattern, probability_to_weight(m->prior));
    for (size_t b = 1; b < m->comparison_count; b++) {
      for (size_t a = 0; a < b; a++) {
        two_counts *two = &counts[two_index(a, b)];
        if (!(weighed >> a & weighed >> b & 1) || (two->taught_together && !(session->teaches[a] && session->teaches[b]))) continue;
        joint_add(&two->matches, pattern_level(pattern, a), pattern_level(pattern, b), matches);
      }
    }
  }
}

/* Of small registers random pairs are drawn more than once: how much of a pair each is worth. */
static double worth_of_random(const em_input *in) {
  uint64_t drawn = 0;
  for (size_t i = 0; i < in->random_count; i++) drawn += in->random[i].count;
  return drawn ? fmin(in->all_pairs / (double)drawn, 1) : 1;
}

static void count_random(const model *m, const em_input *in, two_counts *counts) {
  double worth = worth_of_random(in);
  for (size_t i = 0; i < in->random_count; i++) {
    uint64_t pattern = in->random[i].pattern;
    uint32_t weighed = pattern_weighed(m, pattern);
    for (size_t b = 1; b < m->comparison_count; b++) {
      for (size_t a = 0; a < b; a++) {
        if (!(weighed >> a & weighed >> b & 1)) continue;
        joint_add(&counts[two_index(a, b)].others, pattern_level(pattern, a), pattern_level(pattern, b),
                  (double)in->random[i].count * worth);
      }
    }
  }
}

/* By how many bits the two levels meet more often than they would by chance. */
static double lift(const joint_counts *joint, size_t first, size_t second) {
  return log2(joint->at[first][second] * joint->total / (joint->first[first] * joint->second[second]));
}

/* ---- random pairs without the matches among them ------------------------------------------------ */

/* Do the two agree together so often that either they or the matches among random pairs are the reason? */
static bool is_suspect(const model *m, const joint_counts *random, size_t a, size_t b) {
  for (size_t i = 1; i < m->comparisons[a].level_count; i++) {
    for (size_t k = 1; k < m->comparisons[b].level_count; k++) {
      if (m->comparisons[a].levels[i].weight <= 0 || m->comparisons[b].levels[k].weight <= 0) continue;
      if (random->at[i][k] >= others_least && lift(random, i, k) >= CORRELATION_BITS_MIN) return true;
    }
  }
  return false;
}

static double greatest_weight(const comparison_model *comparison) {
  double weight = comparison->levels[1].weight;
  for (size_t l = 2; l < comparison->level_count; l++) weight = fmax(weight, comparison->levels[l].weight);
  return weight;
}

/* `without`: trained without comparison `out`. Some matches are taken for other pairs, as many as the probability says, and
 * the levels that they have in `out` are known: they are taken off again. */
static void count_others(const model *m, const model *without, const em_input *in, size_t out, size_t other, joint_counts *joint) {
  const comparison_model *left_out = &m->comparisons[out];
  double log_odds = probability_to_weight(without->prior), worth = worth_of_random(in);
  *joint = (joint_counts){0};
  for (size_t i = 0; i < in->random_count; i++) {
    uint64_t pattern = in->random[i].pattern;
    uint32_t weighed = pattern_weighed(m, pattern);
    if (!(weighed >> out & weighed >> other & 1)) continue;
    double probability = weight_to_probability(pattern_weight(without, pattern) + log_odds);
    double others = (double)in->random[i].count * worth * (1 - probability);
    unsigned level = pattern_level(pattern, out), other_level = pattern_level(pattern, other);
    joint_add(joint, out < other ? level : other_level, out < other ? other_level : level, others);
    for (size_t l = 1; l < left_out->level_count; l++) {
      if (left_out->levels[l].fixed) continue;
      joint_add(joint, out < other ? l : other_level, out < other ? other_level : l, -others * probability * left_out->levels[l].m);
    }
  }
}

/* Where nearly all random pairs are matches, the rest may be matches too that little else speaks for. */
static void forget_doubtful(joint_counts *others, const joint_counts *random) {
  for (size_t i = 1; i < MODEL_LEVELS; i++) {
    for (size_t k = 1; k < MODEL_LEVELS; k++) {
      if (others->at[i][k] < other_share_least * random->at[i][k]) others->at[i][k] = 0;
    }
  }
}

static khop_status train_without(model *m, size_t comparison, const em_input *in, khop_error *err) {
  em_input unlabelled = *in;
  unlabelled.label_count = 0;
  for (size_t l = 1; l < m->comparisons[comparison].level_count; l++) {
    m->comparisons[comparison].levels[l] = (level_model){.m = (double)NAN, .u = (double)NAN, .fixed = true};
  }
  return em_run(m, &unlabelled, err);
}

/* What counts twice makes matches of pairs that are none, and then they are not seen among the others. So it is for a model
 * without the weaker one of two suspects to say which are matches. */
static khop_status leave_matches_out(const model *m, const model *start, const em_input *in, two_counts *counts, khop_error *err) {
  for (size_t out = 0; out < m->comparison_count; out++) {
    model without = *start;
    bool is_trained = false;
    for (size_t other = 0; other < m->comparison_count; other++) {
      size_t a = out < other ? out : other, b = out < other ? other : out;
      double weight = greatest_weight(&m->comparisons[out]), other_weight = greatest_weight(&m->comparisons[other]);
      if (a == b || weight > other_weight || (weight == other_weight && out == a)) continue;
      joint_counts *others = &counts[two_index(a, b)].others;
      if (!is_suspect(m, others, a, b)) continue;
      if (!is_trained) TRY(train_without(&without, out, in, err));
      is_trained = true;
      const joint_counts random = *others;
      count_others(m, &without, in, out, other, others);
      forget_doubtful(others, &random);
    }
  }
  return KHOP_OK;
}

/* ---- judging ------------------------------------------------------------------------------------ */

/* Mutual information in bits a pair, less what so few pairs show of it by chance (Miller and Madow). */
static double mutual_information(const joint_counts *joint) {
  double bits = 0;
  size_t rows = 0, columns = 0;
  for (size_t i = 1; i < MODEL_LEVELS; i++) {
    rows += joint->first[i] > 0;
    columns += joint->second[i] > 0;
    if (!(joint->first[i] > 0)) continue;
    for (size_t k = 1; k < MODEL_LEVELS; k++) {
      if (joint->at[i][k] > 0 && joint->second[k] > 0) bits += joint->at[i][k] / joint->total * lift(joint, i, k);
    }
  }
  if (rows < 2 || columns < 2) return 0;
  return fmax(bits - (double)((rows - 1) * (columns - 1)) / (2 * joint->total * log(2)), 0);
}

/* Bits that the sum of the two levels' weights has too many, for a match or against one. */
static double overstated_at(const model *m, const two_counts *two, const correlated_pair *pair, size_t first, size_t second) {
  const level_model *a = &m->comparisons[pair->first].levels[first], *b = &m->comparisons[pair->second].levels[second];
  double matches = two->matches.at[first][second], others = two->others.at[first][second];
  if (a->share > 0 || b->share > 0 || a->weight * b->weight <= 0) return 0;
  if (matches < matches_least || matches < match_share_least * two->matches.total || others < others_least) return 0;
  double bits = lift(&two->others, first, second) - lift(&two->matches, first, second);
  if (a->weight < 0) bits = -bits;
  double standard_error = sqrt(1 / matches + 1 / others) / log(2);
  return bits - standard_errors * standard_error >= CORRELATION_BITS_MIN ? bits : 0;
}

/* The levels at which a pair of comparisons that are connected for the first time says too much. */
static void correct_two(model *m, const two_counts *two, const correlated_pair *pair) {
  for (size_t i = 1; i < m->comparisons[pair->first].level_count; i++) {
    for (size_t k = 1; k < m->comparisons[pair->second].level_count; k++) {
      double bits = overstated_at(m, two, pair, i, k);
      if (bits <= 0 || m->correction_count == MODEL_CORRECTIONS_MAX) continue;
      double weight = m->comparisons[pair->first].levels[i].weight, other = m->comparisons[pair->second].levels[k].weight;
      bits = fmin(bits, fmin(fabs(weight), fabs(other)));
      m->corrections[m->correction_count++] = (level_correction){
          .first = pair->first, .second = pair->second, .first_level = i, .second_level = k, .bits = weight > 0 ? -bits : bits};
    }
  }
}

static void correct(model *m, const two_counts *counts) {
  size_t tree[SCHEMA_COMPARISONS_MAX];
  m->correction_count = 0;
  for (size_t c = 0; c < m->comparison_count; c++) tree[c] = c;
  for (size_t i = 0; i < m->correlated_count; i++) {
    const correlated_pair *pair = &m->correlated[i];
    size_t joined = tree[pair->second];
    if (tree[pair->first] == joined) continue;
    correct_two(m, &counts[two_index(pair->first, pair->second)], pair);
    for (size_t c = 0; c < m->comparison_count; c++) {
      if (tree[c] == joined) tree[c] = tree[pair->first];
    }
  }
}

static void judge_two(model *m, const two_counts *two, size_t a, size_t b) {
  correlated_pair pair = {.first = a, .second = b};
  for (size_t i = 1; i < m->comparisons[a].level_count; i++) {
    for (size_t k = 1; k < m->comparisons[b].level_count; k++) {
      double bits = overstated_at(m, two, &pair, i, k);
      if (bits <= pair.overstated_bits) continue;
      pair.overstated_bits = bits;
      pair.first_level = i;
      pair.second_level = k;
    }
  }
  if (pair.overstated_bits == 0) return;
  pair.given_match_bits = mutual_information(&two->matches);
  pair.given_non_match_bits = mutual_information(&two->others);
  m->correlated[m->correlated_count++] = pair;
}

static int stronger_first(const void *a, const void *b) {
  const correlated_pair *x = a, *y = b;
  if (x->overstated_bits != y->overstated_bits) return x->overstated_bits > y->overstated_bits ? -1 : 1;
  size_t first = two_index(x->first, x->second), second = two_index(y->first, y->second);
  return first < second ? -1 : first > second;
}

khop_status correlation_find(model *m, const model *start, const em_input *in, khop_error *err) {
  m->correlated_count = m->correction_count = 0;
  if (m->comparison_count < comparisons_least) return KHOP_OK;
  two_counts *counts = mem_alloc(MODEL_CORRELATED_MAX, sizeof *counts);
  if (!counts) return error_memory(err, MODEL_CORRELATED_MAX * sizeof *counts, "counts of correlated comparisons");
  for (size_t s = 0; s < in->session_count; s++) mark_taught_together(m, &in->sessions[s], counts);
  for (size_t s = 0; s < in->session_count; s++) count_matches(m, in, &in->sessions[s], counts);
  count_random(m, in, counts);
  khop_status status = leave_matches_out(m, start, in, counts, err);
  for (size_t b = 1; status == KHOP_OK && b < m->comparison_count; b++) {
    for (size_t a = 0; a < b; a++) judge_two(m, &counts[two_index(a, b)], a, b);
  }
  qsort(m->correlated, m->correlated_count, sizeof *m->correlated, stronger_first);
  correct(m, counts);
  mem_free(counts);
  return status;
}
