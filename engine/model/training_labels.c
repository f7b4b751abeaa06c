/* See training_labels.h. */
#include "model/training_labels.h"

#include <math.h>
#include <stdlib.h>

#include "feature/row_file.h"

static int by_pattern(const void *a, const void *b) {
  uint64_t x = ((const label_pattern *)a)->pattern, y = ((const label_pattern *)b)->pattern;
  return x < y ? -1 : x > y;
}

/* Where the table's rows are in a file, those of the labels, and their places among them. */
static khop_status fetch_rows(row_part *part, const feature_table *table, uint32_t *rows, size_t count, khop_error *err) {
  uint32_t numbers[BATCH_ROWS];
  for (size_t i = 0; i < count; i++) numbers[i] = rows[i];
  TRY(row_part_gather(part, table, numbers, row_numbers_sort(numbers, count), err));
  for (size_t i = 0; i < count; i++) rows[i] = row_part_find(part, rows[i]);
  return KHOP_OK;
}

/* As many pairs as a view has room for, each with rows of its own. */
static khop_status compare_some(const training_label *labels, size_t count, const feature_table *table, row_part *part, comparer *c,
                                label_pattern *out, khop_error *err) {
  uint32_t rows[BATCH_ROWS] = {0};
  pair_list pairs = {.count = count};
  for (size_t i = 0; i < count; i++) {
    rows[2 * i] = labels[i].left;
    rows[2 * i + 1] = labels[i].right;
    pairs.left[i] = (uint16_t)(2 * i);
    pairs.right[i] = (uint16_t)(2 * i + 1);
  }
  if (table->file) TRY(fetch_rows(part, table, rows, 2 * count, err));
  view_load(&c->columns, table->file ? &part->table : table, rows, 0, 2 * count);
  comparer_run(c, &pairs);
  for (size_t i = 0; i < count; i++) {
    out[i] = (label_pattern){.matches = labels[i].is_match, .others = !labels[i].is_match};
    for (size_t k = 0; k < c->plan->comparison_count; k++) out[i].pattern |= (uint64_t)c->levels[k][i] << (PATTERN_LEVEL_BITS * k);
  }
  return KHOP_OK;
}

khop_status label_patterns_make(const training_label *labels, size_t count, const feature_table *table, comparer *c,
                                label_pattern **out_patterns, size_t *out_count, khop_error *err) {
  enum { at_once = BATCH_ROWS / 2 };
  *out_count = 0;
  label_pattern *patterns = mem_alloc(count, sizeof *patterns);
  *out_patterns = patterns;
  if (!patterns) return error_memory(err, count * sizeof *patterns, "labels");
  khop_status status = KHOP_OK;
  row_part part = {0};
  for (size_t i = 0; status == KHOP_OK && i < count; i += at_once) {
    status = compare_some(labels + i, count - i < at_once ? count - i : at_once, table, &part, c, patterns + i, err);
  }
  row_part_free(&part);
  TRY(status); /* the patterns are the caller's to free */
  if (count) qsort(patterns, count, sizeof *patterns, by_pattern);
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (kept && patterns[kept - 1].pattern == patterns[i].pattern) {
      patterns[kept - 1].matches += patterns[i].matches;
      patterns[kept - 1].others += patterns[i].others;
    } else {
      patterns[kept++] = patterns[i];
    }
  }
  *out_count = kept;
  return KHOP_OK;
}

double label_patterns_judge(const label_pattern *patterns, size_t count, uint64_t pattern, double probability) {
  const label_pattern wanted = {.pattern = pattern & ~PATTERN_FOUND_BEFORE};
  const label_pattern *found = count ? bsearch(&wanted, patterns, count, sizeof *patterns, by_pattern) : NULL;
  if (!found) return probability;
  return (probability * LABEL_DOUBT + found->matches) / (LABEL_DOUBT + found->matches + found->others);
}

/* The shift that makes the labels likeliest, with a normal prior of one bit about none, by Newton's method: the function
 * is convex. */
double label_patterns_shift(const label_pattern *patterns, const double *weights, size_t count) {
  enum { steps = 30 };
  const double bit = log(2), variance = 1;
  double shift = 0;
  for (unsigned step = 0; step < steps; step++) {
    double slope = shift / variance, curve = 1 / variance;
    for (size_t i = 0; i < count; i++) {
      double labels = patterns[i].matches + patterns[i].others, p = weight_to_probability(weights[i] + shift);
      slope += bit * (labels * p - patterns[i].matches);
      curve += bit * bit * labels * p * (1 - p);
    }
    double change = slope / curve;
    shift -= fmin(fmax(change, -1), 1);
    if (fabs(change) < 1e-9) break;
  }
  return shift;
}
