/* Clusters: what the matching pairs connect, numbered by first row. */
#ifndef KHOP_CLUSTER_CLUSTERS_H
#define KHOP_CLUSTER_CLUSTERS_H

#include "base/memory.h"
#include "base/status.h"

#define CLUSTER_NONE UINT32_MAX

typedef struct clusters {
  uint32_t *of_row; /* cluster number by row, dense from 0 in the order of first rows; CLUSTER_NONE: dead row */
  uint32_t *sizes;  /* by cluster */
  size_t row_count, cluster_count;
} clusters;

typedef struct row_pair {
  uint32_t left, right;
} row_pair;

/* Connected components of `pairs` over the rows that `alive` accepts. */
khop_status clusters_make(clusters *out, size_t row_count, const row_pair *pairs, size_t pair_count,
                          bool (*alive)(const void *context, size_t row), const void *context, khop_error *err);
void clusters_free(clusters *c);

#endif
