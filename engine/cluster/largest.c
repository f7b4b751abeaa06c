/* See largest.h. */
#include "cluster/largest.h"

/* Into its place among the largest so far; clusters come by number, so an equal one goes behind. */
static void keep_largest(largest_clusters *out, uint32_t cluster, uint32_t size) {
  size_t place = out->count;
  while (place > 0 && out->items[place - 1].size < size) place--;
  if (place == LARGEST_CLUSTERS) return;
  if (out->count < LARGEST_CLUSTERS) out->count++;
  for (size_t i = out->count - 1; i > place; i--) out->items[i] = out->items[i - 1];
  out->items[place] = (large_cluster){.cluster = cluster, .size = size};
}

static void name_row(largest_clusters *out, uint32_t cluster, uint32_t row) {
  for (size_t i = 0; i < out->count; i++) {
    large_cluster *item = &out->items[i];
    if (item->cluster == cluster && item->row_count < LARGEST_ROWS_NAMED) item->rows[item->row_count++] = row;
  }
}

void largest_clusters_find(const clusters *c, largest_clusters *out) {
  *out = (largest_clusters){0};
  for (uint32_t cluster = 0; cluster < c->cluster_count; cluster++) {
    uint32_t size = c->sizes[cluster];
    if (size < 2) continue;
    if (size <= CLUSTER_SIZES_COUNTED) out->of_size[size]++;
    else out->larger++;
    keep_largest(out, cluster, size);
  }
  if (!out->count) return;
  uint32_t least = out->items[out->count - 1].size;
  for (size_t row = 0; row < c->row_count; row++) {
    uint32_t cluster = c->of_row[row];
    if (cluster != CLUSTER_NONE && c->sizes[cluster] >= least) name_row(out, cluster, (uint32_t)row);
  }
}
