/* Sorting more (key, row) items than fit the memory: by the top bits of the key into parts on disk, each part in memory.
 *
 *   add, in row order --top bits--> streams of 12 bytes an item --one at a time--> sort_items --> part by part, keys ascending
 *
 * Keys that are mixed make parts of about equal size. What all parts together give is what sort_items gives.
 */
#ifndef KHOP_BASE_SPILL_SORT_H
#define KHOP_BASE_SPILL_SORT_H

#include "base/sort.h"
#include "base/spill.h"

enum {
  SPILL_ITEM_BYTES = 2 * sizeof(sort_item), /* of memory, while its part is sorted */
  SPILL_ITEM_DISK_BYTES = 12,
  SPILL_PARTS_MAX = 256
};

typedef struct spill_sorter {
  spill_file *file; /* borrowed */
  spill_stream parts[SPILL_PARTS_MAX];
  uint64_t counts[SPILL_PARTS_MAX]; /* items */
  size_t part_count; /* a power of two */
  unsigned shift;
  uint64_t bytes_max; /* for a part: more is refused */
} spill_sorter;

/* The items of a part, sorted by key, then row; of no key are some in this part and some in another. */
typedef khop_status spill_sorted(void *context, const sort_item *items, size_t count, khop_error *err);

/* Parts of so many that about `items` items below 2^key_bits fit `bytes` of memory each; a part that does not fit twice that
 * is refused by spill_sorter_each. */
void spill_sorter_open(spill_sorter *s, spill_file *file, unsigned key_bits, uint64_t items, uint64_t bytes);
/* How many parts spill_sorter_open would take: so many buffers of an extent. */
size_t spill_sorter_parts(uint64_t items, uint64_t bytes);
/* Items in the order of their rows; `extra` is not kept. */
khop_status spill_sorter_add(spill_sorter *s, const sort_item *items, size_t count, khop_error *err);
uint64_t spill_sorter_count(const spill_sorter *s);
/* Hands out the parts in the order of their keys and frees them on the way. */
khop_status spill_sorter_each(spill_sorter *s, pool *workers, spill_sorted *handler, void *context, khop_error *err);
void spill_sorter_close(spill_sorter *s);

#endif
