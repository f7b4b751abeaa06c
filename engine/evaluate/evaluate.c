/* Counting an evaluation. See evaluate.h for what is counted, evaluate_data.h for the numbers. */
#include "evaluate/evaluate.h"

#include <stdlib.h>

#include "evaluate/evaluate_data.h"

static uint64_t choose_two(uint64_t n) { return n < 2 ? 0 : n * (n - 1) / 2; }

void pair_quality_rate(pair_quality *q) {
  double found = (double)q->true_positives, claimed = found + (double)q->false_positives,
         existing = found + (double)q->false_negatives;
  q->precision = claimed > 0 ? found / claimed : 1;
  q->recall = existing > 0 ? found / existing : 1;
  q->f1 = claimed + existing > 0 ? 2 * found / (claimed + existing) : 1;
}

static int compare_numbers(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static void sort_numbers(uint64_t *numbers, size_t count) {
  if (count) qsort(numbers, count, sizeof *numbers, compare_numbers);
}

/* ---- clusters against entities ------------------------------------------------------------ */

typedef struct sizes {
  uint32_t *clusters;     /* scored records of each cluster */
  uint32_t *entities;     /* scored records of each entity */
  uint32_t *whole;        /* all records of each entity, the missing ones too */
  uint64_t *cells;        /* cluster << 32 | entity of each scored record, sorted */
  size_t cell_count;
} sizes;

static void sizes_free(sizes *s) {
  mem_free(s->clusters);
  mem_free(s->entities);
  mem_free(s->whole);
  mem_free(s->cells);
}

static khop_status sizes_count(sizes *s, const evaluate_data *data, khop_error *err) {
  s->clusters = mem_alloc(data->cluster_count, sizeof *s->clusters);
  s->entities = mem_alloc(data->entity_count, sizeof *s->entities);
  s->whole = mem_alloc(data->entity_count, sizeof *s->whole);
  s->cells = mem_alloc(data->result_count, sizeof *s->cells);
  if (!s->clusters || !s->entities || !s->whole || !s->cells) {
    return error_memory(err, data->result_count * sizeof *s->cells, "evaluation");
  }
  for (size_t record = 0; record < data->records.count; record++) {
    uint32_t entity = data->entities[record];
    if (entity == ID_SET_NONE) continue;
    s->whole[entity]++;
    if (record >= data->result_count) continue;
    s->entities[entity]++;
    s->clusters[data->clusters[record]]++;
    s->cells[s->cell_count++] = (uint64_t)data->clusters[record] << 32 | entity;
  }
  sort_numbers(s->cells, s->cell_count);
  return KHOP_OK;
}

/* Walks runs of equal cells: what a cluster and an entity share. */
static void count_cells(const sizes *s, evaluation *out) {
  size_t start = 0;
  while (start < s->cell_count) {
    size_t end = start + 1;
    while (end < s->cell_count && s->cells[end] == s->cells[start]) end++;
    uint64_t shared = end - start;
    uint32_t entity = (uint32_t)s->cells[start], cluster = (uint32_t)(s->cells[start] >> 32);
    out->clusters.true_positives += choose_two(shared);
    if (shared == s->entities[entity] && shared == s->clusters[cluster]) {
      out->exact_entities++;
      out->exact_multiple_entities += shared > 1;
    }
    start = end;
  }
}

static khop_status count_clusters(const evaluate_data *data, evaluation *out, khop_error *err) {
  sizes s = {0};
  khop_status status = KHOP_OK;
  uint64_t true_pairs = 0, whole_pairs = 0, cluster_pairs = 0;
  TRY_CLEANUP(sizes_count(&s, data, err));
  for (size_t e = 0; e < data->entity_count; e++) {
    true_pairs += choose_two(s.entities[e]);
    whole_pairs += choose_two(s.whole[e]);
    out->entities += s.entities[e] > 0;
    out->multiple_entities += s.entities[e] > 1;
  }
  for (size_t c = 0; c < data->cluster_count; c++) cluster_pairs += choose_two(s.clusters[c]);
  count_cells(&s, out);
  out->both_records = s.cell_count;
  out->missing_pairs = whole_pairs - true_pairs;
  out->clusters.false_positives = cluster_pairs - out->clusters.true_positives;
  out->clusters.false_negatives = true_pairs - out->clusters.true_positives;
  out->exact_share = out->entities ? (double)out->exact_entities / (double)out->entities : 1;
  pair_quality_rate(&out->clusters);
  out->true_pairs = true_pairs;

cleanup:
  sizes_free(&s);
  return status;
}

/* ---- listed pairs ------------------------------------------------------------------------- */

static void count_matches(const evaluate_data *data, evaluation *out) {
  for (size_t i = 0; i < data->pair_count; i++) {
    const listed_pair *pair = &data->pairs[i];
    out->scored_pairs += pair->is_scored;
    if (!pair->is_scored || pair->decision != DECISION_MATCH) continue;
    out->matches.true_positives += pair->is_true;
    out->matches.false_positives += !pair->is_true;
  }
  /* A true pair that pairs.csv lists twice must not make the misses negative. */
  uint64_t found = out->matches.true_positives;
  out->matches.false_negatives = out->true_pairs > found ? out->true_pairs - found : 0;
  pair_quality_rate(&out->matches);
}

uint64_t evaluate_cluster_pairs(const evaluate_data *data) {
  uint64_t pairs = 0;
  for (size_t c = 0; c < data->cluster_count; c++) pairs += choose_two(data->cluster_sizes[c]);
  return pairs;
}

khop_status evaluate_count(const evaluate_data *data, evaluation *out, khop_error *err) {
  *out = (evaluation){0};
  evaluation e = {.truth_rows = data->truth_rows,
                  .truth_records = data->truth_records,
                  .result_records = data->result_count,
                  .missing_records = data->records.count - data->result_count,
                  .listed_pairs = data->pair_count};
  TRY(count_clusters(data, &e, err));
  count_matches(data, &e);
  *out = e;
  return KHOP_OK;
}

khop_status evaluate_read(evaluate_data *data, const evaluate_options *options, khop_error *err) {
  TRY(evaluate_read_clusters(data, options->out_directory, err));
  TRY(evaluate_read_truth(data, options, err));
  return evaluate_read_pairs(data, options->out_directory, err);
}
