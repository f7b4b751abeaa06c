/* See clusters.h. */
#include "cluster/clusters.h"

#include "base/union_find.h"

/* A root is the smallest row of its component, so it is numbered before its members are met. */
static void number_rows(clusters *c, union_find *sets, bool (*alive)(const void *, size_t), const void *context) {
  for (size_t row = 0; row < c->row_count; row++) {
    if (!alive(context, row)) {
      c->of_row[row] = CLUSTER_NONE;
      continue;
    }
    uint32_t root = union_find_root(sets, (uint32_t)row);
    c->of_row[row] = root == row ? (uint32_t)c->cluster_count++ : c->of_row[root];
    c->sizes[c->of_row[row]]++;
  }
}

khop_status clusters_make(clusters *out, size_t row_count, const row_pair *pairs, size_t pair_count,
                          bool (*alive)(const void *context, size_t row), const void *context, khop_error *err) {
  *out = (clusters){.row_count = row_count};
  union_find sets;
  TRY(union_find_init(&sets, row_count, err));
  out->of_row = mem_alloc(row_count, sizeof *out->of_row);
  out->sizes = mem_alloc(row_count, sizeof *out->sizes);
  if (!out->of_row || !out->sizes) {
    union_find_free(&sets);
    clusters_free(out);
    return error_memory(err, row_count * 2 * sizeof *out->of_row, "clusters");
  }
  for (size_t i = 0; i < pair_count; i++) union_find_join(&sets, pairs[i].left, pairs[i].right);
  number_rows(out, &sets, alive, context);
  union_find_free(&sets);
  return KHOP_OK;
}

void clusters_free(clusters *c) {
  mem_free(c->of_row);
  mem_free(c->sizes);
  *c = (clusters){0};
}
