/* An open store and a view of it, for the files that read. */
#ifndef KHOP_INDEX_STORE_INTERNAL_H
#define KHOP_INDEX_STORE_INTERNAL_H

#include "index/chunk_list.h"

typedef struct meta_entry {
  char *name, *value;
} meta_entry;

struct store {
  char *directory;
  MDB_env *env;
  MDB_dbi databases[DB_COUNT];
  meta_entry *meta; /* sorted by name, as LMDB keeps them */
  size_t meta_count, meta_capacity;
  uint64_t rows, clusters, file_bytes;
  /* Pages whose value was checked, by address: see chunk_check_once. */
  _Atomic uint64_t *checked;
  uint64_t checked_mask;
  _Atomic(chunk_list *) lists[CHUNK_LISTS]; /* those made so far: store_view_list */
  const char **field_names;
  size_t field_count;
  size_t table_count;
  struct {
    uint32_t table;
    uint64_t postings;
  } tables[STORE_TABLES_MAX];
};

struct store_view {
  store *store;
  MDB_txn *txn;
  MDB_cursor *cursors[DB_COUNT];
  bool reads_once; /* pages of chunks that were decoded are given back */
  /* The last chunks decoded; rows 0 when none. */
  record_chunk records;
  uint32_t records_first;
  uint8_t asked[CHUNK_LISTS]; /* look-ups that a list would have served, up to LIST_AFTER; beyond it there is none */
  record_chunk picked; /* of store_pick_record: one row */
  uint32_t picked_row; /* STORE_ROW_NONE: none */
  cluster_reader clusters;
  uint32_t clusters_first;
  /* Where the last store_read_postings stopped: at a posting beyond its key, in a chunk that is checked. Keys that are asked for in
   * ascending order go on from there. */
  struct {
    bool goes_on;
    uint32_t table;
    uint64_t first_key, asked; /* of the chunk; last one asked for */
    posting_reader reader;
    MDB_val key;
  } stop;
  /* Keys of which store_ask_postings has told that they will be read, and their chunks, by the table's low bits. */
  struct {
    uint32_t table;
    uint64_t key;
    size_t chunk;
  } expected[16];
  uint32_t *rows; /* the last answer of store_read_postings */
  size_t rows_capacity;
};

/* KHOP_INPUT naming the chunk: "DIR: records chunk at row 64: FACT". */
khop_status chunk_fault(const store *s, int database, const MDB_val *key, const char *fact, khop_error *err);
/* The key's size, the value's checksum and kind. */
khop_status chunk_check(const store *s, int database, const MDB_val *key, const MDB_val *value, khop_error *err);
/* A chunk fills pages of its own and begins 16 bytes into the first, which names it: the map of a file is one range of addresses
 * that stays where it is while the store is open, and no two of its pages are the same modulo a power of two that is not less
 * than their number. A small value stands on a page with others; it is checked each time. */
enum { MAP_PAGE_BITS = 12, VALUE_ON_PAGE = 16 };
/* The word with the value's bit; NULL where it has none. */
static inline _Atomic uint64_t *chunk_checked_bit(const store *s, const void *value, uint64_t *out_bit) {
  const uintptr_t address = (uintptr_t)value;
  const uint64_t page = address >> MAP_PAGE_BITS & s->checked_mask;
  *out_bit = UINT64_C(1) << page % 64;
  return (address & ((UINT64_C(1) << MAP_PAGE_BITS) - 1)) == VALUE_ON_PAGE ? &s->checked[page / 64] : NULL;
}
/* Relaxed: what was checked is read-only, and who misses a bit checks again. */
static inline bool chunk_is_checked(const store *s, const void *value) {
  uint64_t bit;
  const _Atomic uint64_t *word = chunk_checked_bit(s, value, &bit);
  return word && atomic_load_explicit(word, memory_order_relaxed) & bit;
}
/* The same, once for as long as the store is open: what a reader comes back to is trusted from then on. */
khop_status chunk_check_once(store *s, int database, const MDB_val *key, const MDB_val *value, khop_error *err);

#endif
