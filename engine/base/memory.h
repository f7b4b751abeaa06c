/* Memory: checked allocation, growing arrays, and mapped regions for the big tables.
 *
 * Nothing in a row or pair loop allocates. The library calls malloc; the command links jemalloc,
 * which then serves all of it.
 */
#ifndef KHOP_BASE_MEMORY_H
#define KHOP_BASE_MEMORY_H

#include "base/status.h"

/* count * size zeroed bytes, or NULL when that overflows or does not exist. Freed by mem_free. */
void *mem_alloc(size_t count, size_t size);

/* As realloc on count * size bytes: NULL leaves `old` valid. New bytes are not zeroed. */
void *mem_resize(void *old, size_t count, size_t size);

void mem_free(void *memory);

/* Calls of the two above so far, in builds with assertions; otherwise 0. Nothing may be allocated per row or pair: the
 * number tells. */
uint64_t memory_allocations(void);

/* A private copy of `length` bytes with a NUL behind them; NULL when out of memory. */
char *mem_copy_text(const char *text, size_t length);

/* Makes room for `needed` elements in a growing array: doubles from 64. On failure the array is
 * as it was. *array and *capacity are updated together. */
khop_status array_reserve(void *array_pointer, size_t *capacity, size_t needed, size_t element_size,
                          const char *purpose, khop_error *err);

/* A zeroed anonymous mapping, huge pages asked for: feature tables, sort buffers. */
typedef struct region {
  void *data;
  size_t bytes;
} region;

khop_status region_map(region *r, size_t bytes, const char *purpose, khop_error *err);
/* The same of ordinary pages: of so large a mapping little will be touched, here and there. */
khop_status region_map_sparse(region *r, size_t bytes, const char *purpose, khop_error *err);
/* Grows or shrinks, keeping the content; the address may change. */
khop_status region_resize(region *r, size_t bytes, const char *purpose, khop_error *err);
void region_unmap(region *r);

/* Of a file's mapping, the pages that lie whole in these bytes are no longer needed in memory; who looks there again reads the
 * file again. */
void memory_give_back(const void *bytes, size_t length);

/* Highest resident size of the process so far, in bytes (VmHWM). */
uint64_t memory_peak_bytes(void);
/* Memory that the machine could still give, in bytes (MemAvailable). */
uint64_t memory_available_bytes(void);

#endif
