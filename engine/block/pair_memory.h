/* Pairs that are known to be found by an earlier rule: the same two rows meet under rule after rule, and looking them up
 * here costs one word where making their keys again costs two rows. A help to memory, not a table of all pairs: the pairs of a
 * group of slots replace each other, and what is not here is found out from the rows. */
#ifndef KHOP_BLOCK_PAIR_MEMORY_H
#define KHOP_BLOCK_PAIR_MEMORY_H

#include <stdatomic.h>

#include "base/hash.h"
#include "base/memory.h"

enum { PAIR_MEMORY_WAYS = 4 }; /* slots of a group: half a cache line */

/* Slots are single words, read and written in any order by all threads: a pair that is lost is only not known. */
typedef struct pair_memory {
  _Atomic uint64_t *slots; /* left row << 32 | right row; 0: none */
  size_t mask;             /* of groups */
} pair_memory;

/* Slots for so many pairs, or up to twice as many. */
static inline khop_status pair_memory_create(pair_memory *m, size_t pairs, khop_error *err) {
  enum { groups_least = 1 << 8, groups_most = 1 << 22 };
  size_t groups = groups_least;
  while (groups * PAIR_MEMORY_WAYS < pairs && groups < groups_most) groups *= 2;
  *m = (pair_memory){.slots = mem_alloc(groups * PAIR_MEMORY_WAYS, sizeof *m->slots), .mask = groups - 1};
  return m->slots ? KHOP_OK : error_memory(err, groups * PAIR_MEMORY_WAYS * sizeof *m->slots, "pairs found before");
}

static inline void pair_memory_free(pair_memory *m) {
  mem_free(m->slots);
  *m = (pair_memory){0};
}

/* The left row is below the right one. */
static inline uint64_t pair_memory_pair(uint32_t left, uint32_t right) { return (uint64_t)left << 32 | right; }

static inline _Atomic uint64_t *pair_memory_group(const pair_memory *m, uint64_t pair) {
  return m->slots + (hash_mix(pair) & m->mask) * PAIR_MEMORY_WAYS;
}

/* To the front, and those in front of its place one further: the one that came first of all goes. */
static inline void pair_memory_put(pair_memory *m, uint64_t pair) {
  _Atomic uint64_t *group = pair_memory_group(m, pair);
  for (size_t way = 0; pair && way < PAIR_MEMORY_WAYS; way++) {
    uint64_t here = atomic_load_explicit(&group[way], memory_order_relaxed);
    atomic_store_explicit(&group[way], pair, memory_order_relaxed);
    pair = here;
  }
}

static inline bool pair_memory_has(const pair_memory *m, uint64_t pair) {
  const _Atomic uint64_t *group = pair_memory_group(m, pair);
  bool has = false;
  for (size_t way = 0; way < PAIR_MEMORY_WAYS; way++) has |= atomic_load_explicit(&group[way], memory_order_relaxed) == pair;
  return has;
}

/* Asks for its group, which stands anywhere in memory, before it is looked at. */
static inline void pair_memory_fetch(const pair_memory *m, uint64_t pair) { __builtin_prefetch(pair_memory_group(m, pair)); }

#endif
