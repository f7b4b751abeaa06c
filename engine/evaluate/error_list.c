/* See error_list.h. */
#include "evaluate/error_list.h"

#include <stdlib.h>

#include "evaluate/pair_sets.h"

static khop_status add_error(error_list *e, uint32_t a, uint32_t b, bool is_missed, khop_error *err) {
  TRY(array_reserve(&e->items, &e->capacity, e->count + 1, sizeof *e->items, "wrong and missed pairs", err));
  e->items[e->count++] = (pair_error){.left = a < b ? a : b, .right = a < b ? b : a, .listed = LABEL_UNLISTED, .is_missed = is_missed};
  return KHOP_OK;
}

/* All pairs across the cells of one set; *listed counts up to `most`. */
static khop_status list_set(error_list *e, const set_record *records, size_t count, bool is_missed, size_t most, size_t *listed, khop_error *err) {
  for (size_t start = 0, end; start < count && *listed < most; start = end) {
    end = pair_sets_run(records, count, start, 0);
    for (size_t i = start; i < end; i++) {
      for (size_t j = end; j < count && *listed < most; j++, ++*listed) TRY(add_error(e, records[i].record, records[j].record, is_missed, err));
    }
  }
  return KHOP_OK;
}

static uint64_t choose_two(uint64_t n) { return n < 2 ? 0 : n * (n - 1) / 2; }

static khop_status list_sets(error_list *e, const set_record *order, size_t count, bool is_missed, size_t most, uint64_t *out_all,
                             khop_error *err) {
  size_t listed = 0;
  for (size_t start = 0, end; start < count; start = end) {
    end = pair_sets_run(order, count, start, 32);
    *out_all += choose_two(end - start);
    for (size_t cell = start, cell_end; cell < end; cell = cell_end) {
      cell_end = pair_sets_run(order, end, cell, 0);
      *out_all -= choose_two(cell_end - cell);
    }
    TRY(list_set(e, order + start, end - start, is_missed, most, &listed, err));
  }
  return KHOP_OK;
}

static khop_status list_truth(error_list *e, const evaluate_data *data, size_t most, khop_error *err) {
  pair_sets sets;
  TRY(pair_sets_make(&sets, data, err));
  khop_status status = list_sets(e, sets.by_cluster, sets.count, false, most, &e->wrong, err);
  if (status == KHOP_OK) status = list_sets(e, sets.by_entity, sets.count, true, most, &e->missed, err);
  pair_sets_free(&sets);
  return status;
}

static khop_status list_labels(error_list *e, const labels *l, size_t most, khop_error *err) {
  for (size_t i = 0; i < l->count; i++) {
    const labelled_pair *pair = &l->pairs[i];
    bool is_missed = pair->label == LABEL_MATCH;
    if (pair->label == LABEL_POSSIBLE || pair->is_clustered == is_missed) continue;
    uint64_t *all = is_missed ? &e->missed : &e->wrong;
    if (++*all <= most) TRY(add_error(e, pair->left, pair->right, is_missed, err));
  }
  return KHOP_OK;
}

static int by_records(const void *a, const void *b) {
  const pair_error *x = a, *y = b;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  return x->right < y->right ? -1 : x->right > y->right;
}

khop_status errors_find(error_list *out, const evaluate_data *data, const labels *l, size_t most, khop_error *err) {
  *out = (error_list){0};
  khop_status status = l ? list_labels(out, l, most, err) : list_truth(out, data, most, err);
  if (status != KHOP_OK) errors_free(out);
  if (status != KHOP_OK || !out->count) return status;
  qsort(out->items, out->count, sizeof *out->items, by_records);
  for (size_t i = 0; i < data->pair_count; i++) {
    const pair_error wanted = {.left = data->pairs[i].left, .right = data->pairs[i].right};
    pair_error *found = bsearch(&wanted, out->items, out->count, sizeof *out->items, by_records);
    if (found && found->listed == LABEL_UNLISTED) found->listed = (uint32_t)i;
  }
  return KHOP_OK;
}

void errors_free(error_list *e) {
  mem_free(e->items);
  *e = (error_list){0};
}
