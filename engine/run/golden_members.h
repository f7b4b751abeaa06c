/* The records of entities that are not their first ones, part by part of the entities. See golden.c.
 *
 * Entities are numbered by their first rows, so that a part is a range of entities and of rows:
 *
 *   rows     0 . . . . | . . . . . . | . . .      where the first records of a part's entities are
 *   entities 0 1 2 3   | 4 5 6 7     | 8 9        its other records may stand anywhere behind
 */
#ifndef KHOP_RUN_GOLDEN_MEMBERS_H
#define KHOP_RUN_GOLDEN_MEMBERS_H

#include "findings/survivor.h"
#include "run/store_pass.h"

enum { GOLDEN_PARTS_MAX = 64, GOLDEN_PART_RECORDS = 1 << 15 };

typedef struct golden_part {
  uint32_t first_cluster, first_row;
  uint64_t records; /* that are not first */
  spill_stream stream;
} golden_part;

typedef struct golden_members {
  const clusters *clusters;
  spill_file *file;        /* NULL: there are no such records */
  golden_part parts[GOLDEN_PARTS_MAX + 1]; /* the last one is the end */
  size_t part_count, field_count;
  uint32_t *before;        /* entities that begin before row i * STORE_TASK_ROWS */
  char *bytes;             /* of the loaded part */
  size_t bytes_capacity;
  sort_item *items, *scratch; /* key: entity; row; extra: where its bytes begin, in units of 8 bytes */
  size_t item_count, item_capacity;
} golden_members;

/* Reads the store once. Starts zeroed. */
khop_status golden_members_gather(golden_members *g, store_pass *p, const clusters *c, khop_error *err);
/* One part into memory, each once; the rows in which its entities begin. */
khop_status golden_members_load(golden_members *g, size_t part, uint32_t *out_first, uint32_t *out_last, khop_error *err);
/* How many entities begin before `row`: the number of the next one that does. */
uint32_t golden_members_before(const golden_members *g, uint32_t row);
/* The `count` records of an entity behind its first one, in the order of their rows; `fields` has room for count * field_count.
 * Borrowed until the next load. */
khop_status golden_members_read(const golden_members *g, uint32_t cluster, size_t field_count, store_record *out, const char **fields,
                                size_t count, khop_error *err);
void golden_members_close(golden_members *g);

#endif
