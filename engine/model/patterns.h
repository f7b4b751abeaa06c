/* A histogram of comparison patterns: the levels of all comparisons in one integer, 4 bits each,
 * with how many pairs showed it. Some thousands of patterns describe millions of pairs, and are all that EM needs.
 */
#ifndef KHOP_MODEL_PATTERNS_H
#define KHOP_MODEL_PATTERNS_H

#include "base/memory.h"
#include "compare/comparer.h"

enum { PATTERN_LEVEL_BITS = 4 };
/* Set on pairs that an earlier blocking rule has found already. Comparisons use the bits below. */
#define PATTERN_FOUND_BEFORE (1ull << 63)
_Static_assert(SCHEMA_COMPARISONS_MAX * PATTERN_LEVEL_BITS <= 60, "patterns fit their integer");

typedef struct pattern_count {
  uint64_t pattern, count;
} pattern_count;

typedef struct pattern_table {
  pattern_count *slots; /* open addressing; count 0 is free */
  size_t capacity, used;
} pattern_table;

khop_status pattern_table_add(pattern_table *t, uint64_t pattern, uint64_t count, khop_error *err);
/* The patterns of the pairs that comparer_run was last called for: of all pairs of a batch, as often as they stand for, or, without
 * one, of `pairs`. */
khop_status pattern_table_count(pattern_table *t, const comparer *c, const pair_list *pairs, const candidate_batch *batch,
                                khop_error *err);
void pattern_table_free(pattern_table *t);

/* The patterns of several tables together, ascending by pattern, so that sums over them come out
 * the same on any number of threads. mem_free(*out_patterns). */
khop_status pattern_tables_merge(const pattern_table *tables, size_t table_count, pattern_count **out_patterns,
                                 size_t *out_count, khop_error *err);

static inline unsigned pattern_level(uint64_t pattern, size_t comparison) {
  return (unsigned)(pattern >> (PATTERN_LEVEL_BITS * comparison)) & 15;
}

#endif
