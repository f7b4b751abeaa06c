/* The best assignment of a small component. See assign.h. */
#ifndef KHOP_CLUSTER_ASSIGN_EXACT_H
#define KHOP_CLUSTER_ASSIGN_EXACT_H

#include "cluster/assign.h"

/* Gains of left x right: 0 or less where there is no pair. */
typedef struct gain_matrix {
  size_t left_count, right_count;
  int64_t gains[ASSIGN_SIDE_MAX][ASSIGN_SIDE_MAX];
} gain_matrix;

/* out_right[left]: its partner in the set of positive gains with the largest sum in which nobody stands twice, or
 * ASSIGN_SIDE_MAX. */
void assign_exact(const gain_matrix *m, size_t out_right[ASSIGN_SIDE_MAX]);

#endif
