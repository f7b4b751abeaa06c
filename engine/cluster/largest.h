/* The largest clusters, and how many there are of each size: what people look at first. */
#ifndef KHOP_CLUSTER_LARGEST_H
#define KHOP_CLUSTER_LARGEST_H

#include "cluster/clusters.h"

enum { LARGEST_CLUSTERS = 20, LARGEST_ROWS_NAMED = 8, CLUSTER_SIZES_COUNTED = 10 };

typedef struct large_cluster {
  uint32_t cluster, size;
  uint32_t rows[LARGEST_ROWS_NAMED]; /* its first ones */
  size_t row_count;
} large_cluster;

typedef struct largest_clusters {
  large_cluster items[LARGEST_CLUSTERS]; /* of two records or more, by size, descending, then by number */
  size_t count;
  uint64_t of_size[CLUSTER_SIZES_COUNTED + 1], larger; /* of_size[2]: clusters of two records */
} largest_clusters;

void largest_clusters_find(const clusters *c, largest_clusters *out);

#endif
