/* Sorted keys, of a few rules together, for a pass over all rows waits for memory longer than it takes to make a key.
 *
 *   rows --one pass, a chunk at a time--> a list for each rule, each list split by the top bits of its keys
 *   partition p of a rule: its pieces of all chunks --sort, in the cache--> sort items
 *
 * Eight bytes a row and rule: more rules a group would save little more time for the memory. Of a sample all rules
 * are one group, because their lists are short.
 */
#ifndef KHOP_BLOCK_KEY_GROUP_H
#define KHOP_BLOCK_KEY_GROUP_H

#include "block/keys.h"

enum { KEY_GROUP_RULES = 4 };

typedef struct key_group {
  size_t first_rule, rule_count; /* the rules whose keys it holds */
  uint64_t threshold;            /* see block_keys */
  size_t chunk_count;            /* of rows */
  unsigned partition_bits;       /* top bits of a key that tell its partition */
  size_t rules_room;             /* rules that there is memory for */
  region lists;                  /* rule by rule, chunk by chunk, in a chunk partition by partition */
  uint32_t *piece_starts;        /* where the partitions of a chunk start in its list, and where the last one ends */
  size_t *partition_starts;      /* rule by rule: where each partition goes among the rule's items, then their number */
  unsigned worker_count;
  keyed_row *unsplit;            /* per worker: a chunk's keys of all rules, in row order */
  sort_item *gathered;           /* per worker: a partition of ordinary size */
} key_group;

/* The keys of all live rows under the rule to `items`, by key, then row; `items` and `scratch` have room for all rows.
 * Makes the keys of the next rules as well, up to `rules_max` of them, when the group does not hold the rule's yet. The
 * table must not change as long as a group is asked for the keys of its rows, and the pool not grow. */
khop_status key_group_sort(key_group *g, const feature_table *table, const schema *s, size_t rule, size_t rules_max,
                           uint64_t threshold, pool *workers, sort_item *items, sort_item *scratch, size_t *out_count,
                           khop_error *err);
void key_group_free(key_group *g);

#endif
