/* See curve.h. */
#include "evaluate/curve.h"

#include <math.h>
#include <string.h>

const double curve_probabilities[KHOP_THRESHOLDS_MAX] = {0.999999, 0.99999, 0.9999, 0.999, 0.99, 0.98, 0.95,
                                                         0.9,      0.8,     0.7,    0.6,   0.5,  0.3,  0.1};

double curve_weight(double probability) { return log2(probability / (1 - probability)); }
double curve_probability(double weight) { return 1 / (1 + exp2(-weight)); }

/* ---- walking ------------------------------------------------------------------------------ */

/* Takes in all pairs of the next weight, falling; false behind the last. `*at` is 0 at first. */
static bool next_point(const evaluate_data *data, uint64_t true_pairs, size_t *at, pair_quality *q, uint64_t *out_key) {
  while (*at < data->pair_count && !data->pairs[*at].is_scored) ++*at;
  if (*at == data->pair_count) return false;
  uint64_t key = *out_key = data->pairs[*at].key;
  for (; *at < data->pair_count && data->pairs[*at].key == key; ++*at) {
    const listed_pair *pair = &data->pairs[*at];
    q->true_positives += pair->is_scored && pair->is_true;
    q->false_positives += pair->is_scored && !pair->is_true;
  }
  /* A true pair that pairs.csv lists twice must not make the misses negative. */
  q->false_negatives = true_pairs > q->true_positives ? true_pairs - q->true_positives : 0;
  pair_quality_rate(q);
  return true;
}

void curve_find_best(const evaluate_data *data, evaluation *out) {
  pair_quality q = {.false_negatives = out->true_pairs};
  pair_quality_rate(&q);
  out->best = q;
  out->best_weight = 0;
  size_t at = 0;
  uint64_t key;
  for (bool is_first = true; next_point(data, out->true_pairs, &at, &q, &key); is_first = false) {
    if (!is_first && q.f1 <= out->best.f1) continue;
    out->best = q;
    out->best_weight = weight_of_key(key);
  }
}

size_t curve_thresholds(const evaluate_data *data, uint64_t true_pairs, khop_threshold out[KHOP_THRESHOLDS_MAX]) {
  pair_quality taken = {.false_negatives = true_pairs}, next = taken;
  pair_quality_rate(&taken);
  size_t at = 0, count = 0;
  uint64_t key;
  bool more = next_point(data, true_pairs, &at, &next, &key);
  while (count < KHOP_THRESHOLDS_MAX) {
    double weight = curve_weight(curve_probabilities[count]);
    while (more && weight_of_key(key) >= weight) {
      taken = next;
      more = next_point(data, true_pairs, &at, &next, &key);
    }
    out[count] = (khop_threshold){.probability = curve_probabilities[count], .weight = weight,
                                  .pairs = taken.true_positives + taken.false_positives, .precision = taken.precision,
                                  .precision_low = taken.precision, .precision_high = taken.precision,
                                  .recall = taken.recall, .f1 = taken.f1};
    count++;
    if (!more) break;
  }
  return count;
}

/* ---- file --------------------------------------------------------------------------------- */

khop_status evaluate_file_open(outfile *f, const char *path, khop_error *err) {
  const char *slash = strrchr(path, '/');
  if (!slash) return outfile_open(f, ".", path, err);
  char *directory = mem_copy_text(path, slash == path ? 1 : (size_t)(slash - path));
  if (!directory) return error_memory(err, strlen(path), "a path");
  khop_status status = outfile_open(f, directory, slash + 1, err);
  mem_free(directory);
  return status;
}

khop_status curve_write(const evaluate_data *data, uint64_t true_pairs, const char *path, khop_error *err) {
  outfile f;
  TRY(evaluate_file_open(&f, path, err));
  outfile_text(&f, "match_weight,match_probability,pairs,true_pairs,precision,recall,f1\n");
  pair_quality q = {0};
  size_t at = 0;
  uint64_t key;
  while (next_point(data, true_pairs, &at, &q, &key)) {
    double weight = weight_of_key(key);
    outfile_format(&f, "%.3f,%.9f,%llu,%llu,%.6f,%.6f,%.6f\n", weight, curve_probability(weight),
                   (unsigned long long)(q.true_positives + q.false_positives), (unsigned long long)q.true_positives,
                   q.precision, q.recall, q.f1);
  }
  khop_status status = outfile_commit(&f, err);
  if (status != KHOP_OK) outfile_abandon(&f);
  return status;
}
