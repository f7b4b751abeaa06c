/* Records that share a cluster or an entity with others, in the two orders in which pairs are counted or listed.
 *
 *     by_cluster   cluster 1: | entity 4 | entity 4 | entity 9 |   cluster 2: ...     two cells, one of two records
 *     by_entity    entity 4:  | cluster 1 | cluster 1 | cluster 7 |   ...
 *
 * Pairs across the cells of a cluster are wrong ones, pairs across the cells of an entity are missed ones. Records that
 * are alone in both are in no pair, and left out.
 */
#ifndef KHOP_EVALUATE_PAIR_SETS_H
#define KHOP_EVALUATE_PAIR_SETS_H

#include "evaluate/evaluate_data.h"

typedef struct set_record {
  uint64_t set; /* set << 32 | cell */
  uint32_t record;
} set_record;

typedef struct pair_sets {
  set_record *by_cluster, *by_entity;
  size_t count;
} pair_sets;

/* Of the scored records. */
khop_status pair_sets_make(pair_sets *out, const evaluate_data *data, khop_error *err);
void pair_sets_free(pair_sets *s);

/* The end of the run of equal `set >> shift` that begins at `start`: 32 for a set, 0 for a cell. */
static inline size_t pair_sets_run(const set_record *order, size_t count, size_t start, unsigned shift) {
  size_t end = start + 1;
  while (end < count && order[end].set >> shift == order[start].set >> shift) end++;
  return end;
}

#endif
