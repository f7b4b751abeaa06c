/* Walking a rule: keys, sort, blocks, candidate pairs.
 *
 *   rows --block_key--> (key, row) --radix sort--> runs of equal keys = blocks --> batches of pairs
 *
 * A block over `block_rows_max` is split by the schema's split_by parts; what is still too large
 * then is walked as a sorted neighbourhood of `window` rows, and the pairs left out are counted.
 * A pair whose effective keys agree under an earlier rule belongs to that rule and is not handed
 * out again. Batches mix small blocks; their order and content do not depend on the threads.
 *
 * Of several registers (registers.h) only pairs of two of them are candidates, and those within one where that is asked
 * for: a block is rectangles of one register's rows by another's. One of many rows but few pairs (a rare right row among
 * many left ones) is not oversized, and is walked in tiles; one that cannot be split any further is walked in tiles
 * along the diagonal of each rectangle, and as a window within a register.
 */
#ifndef KHOP_BLOCK_WALK_H
#define KHOP_BLOCK_WALK_H

#include "base/sort.h"
#include "block/candidates.h"
#include "block/key_group.h"
#include "block/pair_memory.h"
#include "block/registers.h"

enum { LARGEST_BLOCKS = 10 };

typedef struct walk_options {
  const schema *schema;
  const feature_table *table;
  size_t block_rows_max; /* at most BATCH_ROWS */
  size_t window;         /* below BATCH_ROWS */
  key_group *keys;       /* shared by walks of rule after rule; NULL: each makes its own */
  table_registers registers;
} walk_options;

/* Of a rectangle that is walked in parts: do the left row and the right row with these places among
 * their register's meet in one? */
bool block_diagonal_holds(size_t left_rows, size_t right_rows, size_t left, size_t right);

typedef struct block_fact {
  uint64_t rows;
  uint32_t rule, first_row;
  uint64_t pairs_left_out; /* after splitting and windows, under this rule */
} block_fact;

typedef struct rule_facts {
  uint64_t rows;           /* with a key */
  uint64_t blocks;         /* with a pair or more, before splitting */
  uint64_t rows_paired;    /* in those blocks */
  uint64_t pairs;          /* handed out: first found by this rule */
  uint64_t pairs_repeated; /* found again; they belong to an earlier rule */
  uint64_t blocks_split;
  uint64_t pairs_split;    /* parted by splitting; another rule may find them */
  uint64_t blocks_windowed;
  uint64_t pairs_left_out; /* outside the window: compared by no rule */
  size_t largest_count;
  block_fact largest[LARGEST_BLOCKS]; /* descending */
} rule_facts;

void rule_facts_add(rule_facts *sum, const rule_facts *part);

/* Called by worker `worker` for task `task`; batches of a task come in order. */
typedef khop_status batch_consumer(void *context, size_t task, unsigned worker, const candidate_batch *batch,
                                   khop_error *err);

typedef struct rule_walk {
  const walk_options *options;
  size_t rule;
  key_set *split_keys;   /* of the earlier rules; this rule's are added at the end */
  key_set *window_keys;  /* likewise, of the blocks walked as windows; NULL: not wanted */
  pair_memory *known;    /* pairs that earlier rules find; those that this one finds again are added, and the consumer may add its own. NULL: none */
  size_t pairs_a_row;    /* where a block has more, one of 2, 4, 8 ... such blocks is walked for all; 0: every block is */
  sort_item *items, *scratch;
  size_t item_count;
} rule_walk;

/* Keys of all live rows under the rule, sorted; `items` and `scratch` have room for all rows. With
 * `share` below 1 only about that share of the blocks is kept, each whole: chosen by the hash of the
 * key's first part, so that the rest of the key need not be made. */
khop_status rule_walk_sort(rule_walk *w, double share, pool *workers, khop_error *err);

/* Tasks of rule_walk_pairs: known after sorting. */
size_t rule_walk_tasks(const rule_walk *w);

/* Hands every candidate pair to `consumer`. With `keep_found`, pairs of earlier rules are handed out too,
 * and marked. out_facts is zeroed first; split keys are remembered unless keep_found. */
khop_status rule_walk_pairs(rule_walk *w, bool keep_found, batch_consumer *consumer, void *context,
                            pool *workers, rule_facts *out_facts, khop_error *err);

#endif
