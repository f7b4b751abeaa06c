/* Pairs that are known to be found by an earlier rule: the same two rows meet under rule after rule, and looking them up
 * here costs one word where making their keys again costs two rows. A help to memory, not a table of all pairs: each
 * slot keeps the last pair that came to it, and what is not here is found out from the rows. */
#ifndef KHOP_BLOCK_PAIR_MEMORY_H
#define KHOP_BLOCK_PAIR_MEMORY_H

#include <stdatomic.h>

#include "base/hash.h"
#include "base/memory.h"

/* Slots are single words, read and written in any order by all threads: a pair that is lost is only not known. */
typedef struct pair_memory {
  _Atomic uint64_t *slots; /* left row << 32 | right row; 0: none */
  size_t mask;
} pair_memory;

/* Slots for a quarter to a half of the rows; four bytes a row at most. */
static inline khop_status pair_memory_create(pair_memory *m, size_t rows, khop_error *err) {
  enum { slots_least = 1 << 10, slots_most = 1 << 22 };
  size_t slots = slots_least;
  while (slots < rows / 4 && slots < slots_most) slots *= 2;
  *m = (pair_memory){.slots = mem_alloc(slots, sizeof *m->slots), .mask = slots - 1};
  return m->slots ? KHOP_OK : error_memory(err, slots * sizeof *m->slots, "pairs found before");
}

static inline void pair_memory_free(pair_memory *m) {
  mem_free(m->slots);
  *m = (pair_memory){0};
}

/* The left row is below the right one. */
static inline uint64_t pair_memory_pair(uint32_t left, uint32_t right) { return (uint64_t)left << 32 | right; }

static inline void pair_memory_put(pair_memory *m, uint64_t pair) {
  atomic_store_explicit(&m->slots[hash_mix(pair) & m->mask], pair, memory_order_relaxed);
}

static inline bool pair_memory_has(const pair_memory *m, uint64_t pair) {
  return atomic_load_explicit(&m->slots[hash_mix(pair) & m->mask], memory_order_relaxed) == pair;
}

#endif
