/* Keys of the rows of a table in a file, sorted: lists of several kinds in one pass over the rows. */
#ifndef KHOP_FEATURE_ROW_KEYS_H
#define KHOP_FEATURE_ROW_KEYS_H

#include "base/spill_sort.h"
#include "feature/feature.h"

/* The key that a row has in a list; false: it has none. */
typedef bool row_key(const void *context, size_t list, const feature_table *part, const uint8_t *row, uint64_t *out_key);

typedef struct row_keys {
  const feature_table *table; /* in a file */
  row_key *key;               /* from several threads at once; dead rows are not asked for */
  const void *context;
  size_t list_count;
  spill_sorter *sorters; /* a list each, made by row_keys_collect */
} row_keys;

/* All keys below 2^key_bits, with their row numbers, into a sorter a list, each for parts of `bytes`. row_keys_free follows,
 * also after a failure. */
khop_status row_keys_collect(row_keys *k, unsigned key_bits, uint64_t bytes, pool *workers, khop_error *err);
void row_keys_free(row_keys *k);

#endif
