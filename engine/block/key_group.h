/* Keys of a few rules made together, for a pass over all rows waits for memory longer than it takes to make a key.
 *
 *   rows --one pass--> a list for each of KEY_GROUP_RULES rules and each chunk of rows --rule by rule--> sort items
 *
 * Eight bytes a row and rule: more rules a group would save little more time for the memory.
 */
#ifndef KHOP_BLOCK_KEY_GROUP_H
#define KHOP_BLOCK_KEY_GROUP_H

#include "block/keys.h"

enum { KEY_GROUP_RULES = 4 };

typedef struct key_group {
  size_t first_rule, rule_count; /* the rules whose keys it holds */
  uint64_t threshold;            /* see block_keys */
  size_t chunk_count;            /* of KEYED_ROWS_MAX rows */
  region lists;                  /* rule by rule, chunk by chunk */
  size_t *starts;                /* rule by rule: where each chunk's keys go among the rule's, then their number */
} key_group;

/* The keys of all live rows under the rule, in row order, to `items`, which has room for all rows. Makes those of the
 * next rules, up to `rules_max`, as well when the group does not hold them yet. The table must not change as long as
 * a group is asked for the keys of its rows. */
khop_status key_group_take(key_group *g, const feature_table *table, const schema *s, size_t rule, size_t rules_max,
                           uint64_t threshold, pool *workers, sort_item *items, size_t *out_count, khop_error *err);
void key_group_free(key_group *g);

#endif
