/* Where the chunks of a database, or of one table of postings, stand: who looks up many at random searches among numbers that lie
 * together, instead of descending through LMDB's pages.
 *
 *   firsts    by order: the first row of each chunk; of postings its first key
 *   places    of the same chunks: key and value, where LMDB's map has them; of records how the columns lie
 *
 * Made of the keys alone, shared by all views of an open store and kept as long as it is open: 48 bytes a chunk, 64 a
 * column of a chunk of records that was read, and for 16 postings 8 of a chunk in which many keys were looked up. What a key says counts no more than it does in a descent: the chunk's
 * checksum tells.
 */
#ifndef KHOP_INDEX_CHUNK_LIST_H
#define KHOP_INDEX_CHUNK_LIST_H

#include <stdatomic.h>

#include "index/chunk.h"
#include "index/lmdb_env.h"

typedef struct chunk_place {
  const uint8_t *key, *value;
  uint32_t value_bytes;
  uint32_t first_row;        /* of postings: of the first */
  _Atomic uint32_t asked;    /* keys that were looked up in it, while that counts */
  _Atomic(void *) opened;    /* made when its checksum held: of records an open_record_chunk, of postings their posting_steps */
} chunk_place;

typedef struct chunk_list {
  size_t count, key_bytes;
  uint64_t *firsts;
  chunk_place *places;
} chunk_list;

/* Which list: of the records, the clusters, or a table in which single keys are looked up. */
enum {
  CHUNK_LIST_RECORDS,
  CHUNK_LIST_CLUSTERS,
  CHUNK_LIST_TABLES,
  CHUNK_LIST_LOW_TABLES = STORE_TABLE_RULES,
  CHUNK_LISTS = CHUNK_LIST_TABLES + CHUNK_LIST_LOW_TABLES + STORE_TABLE_CANNOT + 1 - STORE_TABLE_LINK
};
/* CHUNK_LISTS: the table has none. */
static inline size_t chunk_list_of_table(uint32_t table) {
  if (table < CHUNK_LIST_LOW_TABLES) return CHUNK_LIST_TABLES + table;
  if (table < STORE_TABLE_LINK || table > STORE_TABLE_CANNOT) return CHUNK_LISTS;
  return CHUNK_LIST_TABLES + CHUNK_LIST_LOW_TABLES + (table - STORE_TABLE_LINK);
}

static inline MDB_val chunk_place_key(const chunk_list *list, size_t at) {
  return (MDB_val){list->key_bytes, (void *)(uintptr_t)list->places[at].key}; /* LMDB's values are not const */
}
static inline MDB_val chunk_place_value(const chunk_list *list, size_t at) {
  return (MDB_val){list->places[at].value_bytes, (void *)(uintptr_t)list->places[at].value};
}

/* NULL without memory, or when keys do not ascend: then a descent tells what is wrong. */
chunk_list *chunk_list_make(MDB_txn *txn, MDB_dbi database, size_t which);
void chunk_list_free(chunk_list *list);

/* The last chunk that begins at or before `wanted`; the count when there is none. */
static inline size_t chunk_list_find(const chunk_list *list, uint64_t wanted) {
  size_t at = 0;
  for (size_t left = list->count; left > 1;) { /* by arithmetic: which half cannot be foreseen */
    const size_t half = left / 2;
    at += half * (list->firsts[at + half] <= wanted);
    left -= half;
  }
  return list->count && list->firsts[at] <= wanted ? at : list->count;
}

#endif
