/* A table of postings that comes part by part, to the store as if it came at once: what a part leaves over waits for the
 * next one. */
#ifndef KHOP_RUN_POSTING_SLICES_H
#define KHOP_RUN_POSTING_SLICES_H

#include "base/sort.h"
#include "index/store.h"

typedef struct posting_slices { /* `store` set, the rest zeroed; NULL: nothing is written */
  store_writer *store;
  uint32_t table;
  store_posting *waiting;
  size_t count;
} posting_slices;

/* Ascending within the slice and from slice to slice. */
khop_status posting_slices_add(posting_slices *s, uint32_t table, const sort_item *items, size_t count, khop_error *err);
/* The end of the table. */
khop_status posting_slices_end(posting_slices *s, khop_error *err);
void posting_slices_free(posting_slices *s);

#endif
