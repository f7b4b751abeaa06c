/* Blocking keys: what a rule makes of a row, and what becomes of keys whose block is too large.
 *
 * A key is 48 bits, 0 when a part of the rule is missing (the row then takes no part in the rule).
 * A block of more than the allowed rows is split by the schema's split_by parts, one after the
 * other: its rows get the key  mix(key, part)  instead. The set of split keys is kept, so that a
 * row's effective key under any earlier rule can be computed again from the row alone; that is
 * how a pair is known to belong to the first rule that finds it, without a table of pairs.
 */
#ifndef KHOP_BLOCK_KEYS_H
#define KHOP_BLOCK_KEYS_H

#include "base/sort.h"
#include "feature/feature.h"

/* A set of 64-bit keys, 0 never a member. Written between passes, read by many threads. */
typedef struct key_set {
  uint64_t *slots;
  size_t capacity; /* a power of two, or 0 */
  size_t count;
} key_set;

khop_status key_set_add(key_set *set, uint64_t key, khop_error *err);
void key_set_free(key_set *set);
bool key_set_has(const key_set *set, uint64_t key);

/* What a key part holds for a row, at its place in the layout; 0 when missing. */
uint64_t block_part_value(const feature_layout *layout, const schema_key_part *part, part_place place, const uint8_t *row);

/* The key of a row under a rule (its number is part of the key). */
uint64_t block_key(const feature_layout *layout, const schema_rule *rule, size_t rule_number,
                   const uint8_t *row);

/* What part `part` of a rule, or of split_by, holds for the row: 0 when missing. For telling why keys differ. */
uint64_t block_rule_part(const feature_layout *layout, const schema *s, size_t rule, size_t part, const uint8_t *row);
uint64_t block_split_part(const feature_layout *layout, const schema *s, size_t depth, const uint8_t *row);

/* A key beside the low 16 bits of its row's number, which are enough within KEYED_ROWS_MAX rows. */
typedef uint64_t keyed_row;
enum { KEYED_ROWS_MAX = 1 << 16 };
static inline uint64_t keyed_row_key(keyed_row k) { return k >> 16; }
static inline uint32_t keyed_row_place(keyed_row k) { return (uint32_t)k & (KEYED_ROWS_MAX - 1); }

/* The keys of the live rows first <= row < last under `rules` rules from `first_rule` on, in one pass over the rows:
 * those of rule first_rule + r to out[r], which has room for last - first, in row order and without rows that have
 * none; their number to out_counts[r]. Only rows whose key's first part hashes to at most `threshold` are taken
 * (UINT64_MAX: all): whole blocks, and the rest of a key need not be made. */
void block_keys(const feature_table *table, const schema *s, size_t first_rule, size_t rules, uint64_t threshold, size_t first,
                size_t last, keyed_row *const *out, size_t *out_counts);

/* The key after splitting `key` by split_by part `depth`. A missing part is a group of its own. */
uint64_t block_key_split(const feature_layout *layout, const schema *s, size_t depth, uint64_t key,
                         const uint8_t *row);

/* The key under which the row's block was walked in the end. 0 stays 0. */
uint64_t block_key_effective(const feature_layout *layout, const schema *s, size_t rule_number,
                             const key_set *split_keys, const uint8_t *row);

/* Do rows `x` and `y` have one effective key under any of the rules first <= rule < last? */
bool block_rules_find(const feature_layout *layout, const schema *s, size_t first, size_t last, const key_set *split_keys,
                      const uint8_t *x, const uint8_t *y);

#endif
