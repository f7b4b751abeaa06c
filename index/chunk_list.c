/* See chunk_list.h. */
#include "index/chunk_list.h"

void chunk_list_free(chunk_list *list) {
  if (!list) return;
  for (size_t i = 0; i < list->count; i++) mem_free(atomic_load_explicit(&list->places[i].opened, memory_order_relaxed));
  mem_free(list->firsts);
  mem_free(list->places);
  mem_free(list);
}

/* Is the chunk one of the list, and what does it begin with? */
static bool take_first(const MDB_val *key, size_t which, uint64_t *out_first, bool *out_is_its) {
  const bool has_table = which >= CHUNK_LIST_TABLES;
  *out_is_its = true;
  if (key->mv_size != (has_table ? POSTING_KEY_BYTES : ROW_KEY_BYTES)) return false;
  if (has_table) *out_is_its = chunk_list_of_table(row_key_get(key->mv_data)) == which;
  *out_first = has_table ? posting_key_first(key->mv_data) : row_key_get(key->mv_data);
  return true;
}

static bool append(chunk_list *list, size_t capacities[2], uint64_t first, const MDB_val *key, const MDB_val *value) {
  const bool ascends = !list->count || first > list->firsts[list->count - 1];
  /* One key may have the rows of several chunks. */
  if (!ascends && (key->mv_size == ROW_KEY_BYTES || first < list->firsts[list->count - 1])) return false;
  if (value->mv_size > UINT32_MAX) return false;
  if (array_reserve(&list->firsts, &capacities[0], list->count + 1, sizeof *list->firsts, "", NULL) != KHOP_OK ||
      array_reserve(&list->places, &capacities[1], list->count + 1, sizeof *list->places, "", NULL) != KHOP_OK) {
    return false;
  }
  list->firsts[list->count] = first;
  chunk_place *place = &list->places[list->count++];
  place->key = key->mv_data;
  place->value = value->mv_data;
  place->value_bytes = (uint32_t)value->mv_size;
  place->first_row = key->mv_size == POSTING_KEY_BYTES ? row_key_get(place->key + 12) : 0;
  atomic_init(&place->asked, 0);
  atomic_init(&place->opened, NULL);
  return true;
}

static uint32_t first_table(size_t which) {
  const size_t table = which - CHUNK_LIST_TABLES;
  return (uint32_t)(table < CHUNK_LIST_LOW_TABLES ? table : table - CHUNK_LIST_LOW_TABLES + STORE_TABLE_LINK);
}

chunk_list *chunk_list_make(MDB_txn *txn, MDB_dbi database, size_t which) {
  size_t capacities[2] = {0, 0};
  MDB_cursor *cursor;
  chunk_list *list = mem_alloc(1, sizeof *list);
  if (!list || mdb_cursor_open(txn, database, &cursor) != 0) {
    mem_free(list);
    return NULL;
  }
  list->key_bytes = which >= CHUNK_LIST_TABLES ? POSTING_KEY_BYTES : ROW_KEY_BYTES;
  uint8_t wanted[POSTING_KEY_BYTES];
  if (which >= CHUNK_LIST_TABLES) posting_key_put(wanted, first_table(which), 0, 0);
  MDB_val key = {sizeof wanted, wanted}, value;
  bool is_good = true;
  int rc = mdb_cursor_get(cursor, &key, &value, which >= CHUNK_LIST_TABLES ? MDB_SET_RANGE : MDB_FIRST);
  while (rc == 0 && is_good) {
    uint64_t first = 0;
    bool is_its;
    is_good = take_first(&key, which, &first, &is_its);
    if (is_good && !is_its) break;
    is_good = is_good && append(list, capacities, first, &key, &value);
    if (is_good) rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
  }
  mdb_cursor_close(cursor);
  if (is_good && (rc == 0 || rc == MDB_NOTFOUND)) return list;
  chunk_list_free(list);
  return NULL;
}
