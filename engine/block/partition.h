/* Blocking a table whose rows are in a file: rows that share a key are brought together, part by part.
 *
 *   pass 1   rows --keys of a few rules--> spill_sort, rule by rule: who has a partner? 1 bit a row, and how many, by key
 *   pass 2   rows with a partner --key--> parts of each rule (row number, row), as many as the memory wants
 *   a part   --read--> a table in memory, rows in their order --> the same rule_walk as anywhere
 *
 * Blocks are never parted, parts come in the order of their keys, and in a part rows stand in the order of the register: every
 * walk finds in it what it finds in memory. Rows of a part are numbered by their places in it;
 * feature_row_number tells the register's numbers.
 */
#ifndef KHOP_BLOCK_PARTITION_H
#define KHOP_BLOCK_PARTITION_H

#include "base/spill_sort.h"
#include "block/walk.h"

typedef struct partition_input {
  const walk_options *walk; /* whose table has its rows in a file */
  spill_file *file;
  pool *workers;
  uint64_t bytes;           /* of memory, beside that of a pass over the rows (partition_pass_bytes) */
  size_t first_rule;        /* those before it are done */
  double share;             /* of the blocks, as in rule_walk_sort; below 1 all rows with a key go to parts */
  /* All keys of a rule, ascending, a slice at a time; NULL: not wanted. Not with a share below 1. */
  khop_status (*keys)(void *context, size_t rule, const sort_item *items, size_t count, khop_error *err);
  /* A part of a rule, its keys sorted as rule_walk_sort does; the sets of keys are the callee's to fill in. */
  khop_status (*part)(void *context, rule_walk *walk, khop_error *err);
  /* After the last part of a rule: how many rows have a key, those without a partner too. NULL: not wanted. */
  khop_status (*end)(void *context, size_t rule, uint64_t rows, khop_error *err);
  void *context;
} partition_input;

typedef struct partition_facts {
  uint64_t parts, rows; /* written: what came back from disk part by part */
} partition_facts;

/* Rule after rule, as many at once as memory and disk allow. A block that does not fit is KHOP_ENVIRONMENT. */
khop_status partition_rules(const partition_input *in, partition_facts *out_facts, khop_error *err);

/* The most that all rules of the schema take on disk at once, beside the table itself: as partition_rules would, with so much memory and so many
 * bytes free on disk (UINT64_MAX: no matter), for rules that were walked. */
uint64_t partition_disk_bytes(const walk_options *walk, uint64_t bytes, uint64_t room, const rule_facts *facts);

/* What a pass over rows of `stride` bytes takes, for all threads together. */
uint64_t partition_pass_bytes(size_t stride, size_t rules, unsigned threads);

#endif
