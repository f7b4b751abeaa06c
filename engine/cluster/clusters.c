/* See clusters.h. */
#include "cluster/clusters.h"

#include <stdlib.h>

#include "base/union_find.h"
#include "cluster/check.h"

/* What a component of two is without a second look: the probability of its pair. */
static void set_confidence(clusters *out, const components *c, const cluster_input *in) {
  for (size_t row = 0; row < c->row_count; row++) out->confidence[row] = CONFIDENCE_ONE;
  for (size_t i = 0; i < in->pairs->count; i++) {
    const sort_item *pair = &in->pairs->items[i];
    uint32_t root = c->root[kept_left(pair)];
    if (kept_weight(pair) < in->tables->match || c->sizes[root] != 2) continue;
    out->confidence[root] = confidence_of(weight_to_probability((double)kept_weight(pair) / WEIGHT_UNIT));
  }
}

/* A root is numbered before its members are met, and its number is not above it: numbers and confidences move down in their
 * arrays. */
void clusters_number(clusters *out) {
  for (size_t row = 0; row < out->row_count; row++) {
    uint32_t root = out->of_row[row];
    out->sizes[row] = 0;
    if (root == CLUSTER_NONE) continue;
    if (root == row) {
      if (out->confidence) out->confidence[out->cluster_count] = out->confidence[row];
      out->of_row[row] = (uint32_t)out->cluster_count++;
    } else {
      out->of_row[row] = out->of_row[root];
    }
    out->sizes[out->of_row[row]]++;
  }
}

static int by_rows(const void *a, const void *b) {
  const cluster_cut *x = a, *y = b;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  return (x->right > y->right) - (x->right < y->right);
}

khop_status clusters_make(clusters *out, const cluster_input *in, khop_error *err) {
  khop_status status = KHOP_OK;
  components c;
  *out = (clusters){.row_count = in->table->count, .linkage = in->linkage};
  TRY(components_make(&c, in, err));
  out->facts.components = c.count;
  out->confidence = mem_alloc(out->row_count, sizeof *out->confidence);
  if (!out->confidence) {
    status = error_memory(err, out->row_count * sizeof *out->confidence, "clusters");
    goto cleanup;
  }
  set_confidence(out, &c, in);
  TRY_CLEANUP(components_check(&c, in, out, err));
  TRY_CLEANUP(components_check_large(&c, in, out, err));
  if (out->cut_count) qsort(out->cuts, out->cut_count, sizeof *out->cuts, by_rows);
  out->of_row = c.root;
  out->sizes = c.sizes;
  c.root = c.sizes = NULL;
  clusters_number(out);
cleanup:
  components_free(&c);
  if (status != KHOP_OK) clusters_free(out);
  return status;
}

khop_status clusters_connect(clusters *out, size_t row_count, const row_pair *pairs, size_t pair_count,
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
  for (size_t row = 0; row < row_count; row++) {
    out->of_row[row] = alive(context, row) ? union_find_root(&sets, (uint32_t)row) : CLUSTER_NONE;
  }
  clusters_number(out);
  union_find_free(&sets);
  return KHOP_OK;
}

void clusters_free(clusters *c) {
  mem_free(c->of_row);
  mem_free(c->sizes);
  mem_free(c->confidence);
  mem_free(c->cuts);
  *c = (clusters){0};
}
