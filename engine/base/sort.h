/* Sorting (key, row) pairs, the heart of every blocking pass: a parallel radix sort.
 *
 *   items  --split by the top bits of the key range-->  scratch: up to 1024 partitions
 *   each partition  --one pass over as many bits as it has items, then short runs-->  items
 *
 * The split writes through small buffers so that each partition is written a cache line or two at
 * a time; a partition then fits the cache while it is sorted (one too large for a single pass takes
 * 24 bits by three byte passes first). Every step keeps the order of equal
 * keys, and nothing depends on the number of threads.
 *
 * Any distribution of keys is sorted in time linear in `count` (a few passes more where many long
 * keys differ in their low bits alone). One where most keys share the top bits of the whole range,
 * small numbers beside one huge one, is sorted mostly by one thread: mix such keys first.
 */
#ifndef KHOP_BASE_SORT_H
#define KHOP_BASE_SORT_H

#include "base/thread.h"

enum { SORT_PARTITIONS = 1024 };

typedef struct sort_item {
  uint64_t key;
  uint32_t row;
  uint32_t extra; /* the caller's; travels along */
} sort_item;

/* How many of the ascending numbers are below `number`: the place where it stands if it is among them. */
static inline size_t sorted_below(const uint32_t *numbers, size_t count, size_t number) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (numbers[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* The same of items by their keys: the first that has the key, or comes behind it. */
static inline size_t sorted_items_below(const sort_item *items, size_t count, uint64_t key) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (items[middle].key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/* Sorts `items` by key; equal keys keep their order. Items must come in ascending order of row, and
 * the result is then by key, then row. `scratch` has room for `count` items and holds nothing
 * afterwards. Without memory `items` stays as it was; after any other failure of the pool (cancelled) its
 * content is undefined. */
khop_status sort_items(sort_item *items, sort_item *scratch, size_t count, pool *workers, khop_error *err);

/* The same on the calling thread, of items that stand in `scratch`: for callers that have split their keys themselves. */
void sort_items_alone(sort_item *items, sort_item *scratch, size_t count);

/* sort_items, and where the partitions begin: partition p is items[out_starts[p]] up to but not
 * including items[out_starts[p + 1]], maybe empty, and equal keys are never parted. Tasks of a
 * parallel walk over the keys. A small or uniform input is all in the first. */
khop_status sort_items_partitions(sort_item *items, sort_item *scratch, size_t count, pool *workers,
                                  size_t out_starts[SORT_PARTITIONS + 1], khop_error *err);

#endif
