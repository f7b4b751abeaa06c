/* Counting pairs by group. See groups.h. */
#include "evaluate/groups.h"

#include <stdlib.h>
#include <string.h>

#include "evaluate/group_values.h"
#include "evaluate/pair_sets.h"

typedef enum pair_kind { PAIR_CLAIMED, PAIR_TRUE, PAIR_FOUND } pair_kind;

typedef struct tally {
  uint64_t records, pairs[3]; /* by pair_kind */
} tally;

static uint64_t choose_two(uint64_t n) { return n < 2 ? 0 : n * (n - 1) / 2; }

static int by_number(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* The pairs of one set of records, to each group that is in it. `room` holds as many. */
static void count_set(const set_record *records, size_t count, const group_values *g, pair_kind kind, uint32_t *room, tally *out) {
  if (count < 2) return;
  for (size_t i = 0; i < count; i++) room[i] = g->of_record[records[i].record];
  qsort(room, count, sizeof *room, by_number);
  for (size_t start = 0, end; start < count; start = end) {
    for (end = start + 1; end < count && room[end] == room[start];) end++;
    out[room[start]].pairs[kind] += choose_two(count) - choose_two(count - (end - start));
  }
}

static void count_sets(const set_record *order, size_t count, unsigned shift, const group_values *g, pair_kind kind, uint32_t *room,
                       tally *out) {
  for (size_t start = 0, end; start < count; start = end) {
    end = pair_sets_run(order, count, start, shift);
    count_set(order + start, end - start, g, kind, room, out);
  }
}

static khop_status count_truth(const group_values *g, const pair_sets *t, const evaluate_data *data, tally *out, khop_error *err) {
  uint32_t *room = mem_alloc(t->count, sizeof *room);
  if (!room) return error_memory(err, t->count * sizeof *room, "groups");
  count_sets(t->by_cluster, t->count, 32, g, PAIR_CLAIMED, room, out);
  count_sets(t->by_cluster, t->count, 0, g, PAIR_FOUND, room, out);
  count_sets(t->by_entity, t->count, 32, g, PAIR_TRUE, room, out);
  for (size_t r = 0; r < data->result_count; r++) out[g->of_record[r]].records += data->entities[r] != ID_SET_NONE;
  mem_free(room);
  return KHOP_OK;
}

static void add_labelled(tally *t, const labelled_pair *pair) {
  bool is_true = pair->label == LABEL_MATCH;
  t->pairs[PAIR_TRUE] += is_true;
  t->pairs[PAIR_CLAIMED] += pair->is_clustered;
  t->pairs[PAIR_FOUND] += is_true && pair->is_clustered;
}

static void count_labels(const group_values *g, const labels *l, const evaluate_data *data, tally *out) {
  for (size_t i = 0; i < l->count; i++) {
    const labelled_pair *pair = &l->pairs[i];
    if (pair->label == LABEL_POSSIBLE) continue;
    uint32_t left = g->of_record[pair->left], right = g->of_record[pair->right];
    add_labelled(&out[left], pair);
    if (left != right) add_labelled(&out[right], pair);
  }
  for (size_t r = 0; r < data->result_count; r++) out[g->of_record[r]].records++;
}

/* ---- results -------------------------------------------------------------------------------- */

/* Years and decades stand in their own order. */
static int by_value(const void *a, const void *b) {
  const khop_group *x = a, *y = b;
  if (!x->value || !y->value) return !x->value - !y->value;
  return strcmp(x->value, y->value);
}

static int by_records(const void *a, const void *b) {
  const khop_group *x = a, *y = b;
  if (x->records != y->records) return x->records > y->records ? -1 : 1;
  return by_value(a, b);
}

/* Takes the text over. */
static void fill_group(khop_group *out, const tally *t, char **text) {
  pair_quality q = {.true_positives = t->pairs[PAIR_FOUND],
                    .false_positives = t->pairs[PAIR_CLAIMED] - t->pairs[PAIR_FOUND],
                    .false_negatives = t->pairs[PAIR_TRUE] - t->pairs[PAIR_FOUND]};
  pair_quality_rate(&q);
  *out = (khop_group){.value = *text, .records = t->records, .true_pairs = t->pairs[PAIR_TRUE],
                      .true_positives = q.true_positives, .false_positives = q.false_positives,
                      .false_negatives = q.false_negatives, .precision = q.precision, .recall = q.recall, .f1 = q.f1};
  *text = NULL;
}

static khop_status fill_grouping(khop_grouping *out, group_values *g, const char *name, const tally *tallies, khop_error *err) {
  *out = (khop_grouping){0};
  out->name = mem_copy_text(name, strlen(name));
  out->groups = mem_alloc(g->text_count, sizeof *out->groups);
  if (!out->name || !out->groups) return error_memory(err, g->text_count * sizeof *out->groups, "groups");
  for (size_t i = 0; i < g->text_count; i++) fill_group(&out->groups[out->group_count++], &tallies[i], &g->texts[i]);
  bool is_time = g->part == GROUP_YEAR || g->part == GROUP_DECADE;
  if (out->group_count) qsort(out->groups, out->group_count, sizeof *out->groups, is_time ? by_value : by_records);
  return KHOP_OK;
}

static khop_status find_grouping(group_values *g, const pair_sets *t, const evaluate_data *data, const labels *l, const char *name,
                                 khop_grouping *out, khop_error *err) {
  tally *tallies = mem_alloc(g->text_count, sizeof *tallies);
  if (!tallies) return error_memory(err, g->text_count * sizeof *tallies, "groups");
  khop_status status = KHOP_OK;
  if (l) count_labels(g, l, data, tallies);
  else status = count_truth(g, t, data, tallies, err);
  if (status == KHOP_OK) status = fill_grouping(out, g, name, tallies, err);
  mem_free(tallies);
  return status;
}

khop_status groups_find(stored *s, const evaluate_data *data, const labels *l, const char *const *names, size_t count,
                        khop_grouping *out, khop_error *err) {
  khop_status status = KHOP_OK;
  pair_sets sets = {0};
  group_values *values = mem_alloc(count, sizeof *values);
  if (!values) return error_memory(err, count * sizeof *values, "groups");
  for (size_t i = 0; i < count; i++) TRY_CLEANUP(group_values_choose(&values[i], s, names[i], err));
  TRY_CLEANUP(group_values_read(values, count, s, data, err));
  if (!l) TRY_CLEANUP(pair_sets_make(&sets, data, err));
  for (size_t i = 0; i < count; i++) TRY_CLEANUP(find_grouping(&values[i], &sets, data, l, names[i], &out[i], err));

cleanup:
  pair_sets_free(&sets);
  for (size_t i = 0; i < count; i++) group_values_free(&values[i]);
  mem_free(values);
  return status;
}

void groups_free(khop_grouping *groupings, size_t count) {
  for (size_t i = 0; i < count && groupings; i++) {
    for (size_t g = 0; g < groupings[i].group_count; g++) mem_free(groupings[i].groups[g].value);
    mem_free(groupings[i].groups);
    mem_free(groupings[i].name);
  }
}
