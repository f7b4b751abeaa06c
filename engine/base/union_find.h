/* Union-find over rows: which rows are connected by the links taken so far.
 *
 *   parent[row] <= row always; a root is its own parent, and is the smallest row of its set
 *
 * The smaller root always wins, so the outcome depends on the links alone and not on their order.
 * That gives up union by rank; path halving alone still keeps an operation at O(log n) amortised
 * (Tarjan & van Leeuwen 1984). For one thread: links come out of the compare stage in order, and
 * 8 M of them cost 0.2 s.
 */
#ifndef KHOP_BASE_UNION_FIND_H
#define KHOP_BASE_UNION_FIND_H

#include "base/memory.h"
#include "base/status.h"

typedef struct union_find {
  uint32_t *parent;
  size_t count;
  region memory;
} union_find;

/* `count` rows, each alone; at most 2^32. */
khop_status union_find_init(union_find *uf, size_t count, khop_error *err);
void union_find_free(union_find *uf);

/* The smallest row of the set that `row` is in. Shortens paths, so not for two threads at once. */
uint32_t union_find_root(union_find *uf, uint32_t row);
/* Makes one set of two; false when they were one already. */
bool union_find_join(union_find *uf, uint32_t a, uint32_t b);

#endif
