/* Reading a store: rows, keys and clusters through a view, which keeps the last chunks decoded. */
#include <stdio.h>

#include "index/store_internal.h"

khop_status store_view_begin(store_view **out_view, store *s, khop_error *err) {
  *out_view = NULL;
  store_view *v = mem_alloc(1, sizeof *v);
  if (!v) return error_memory(err, sizeof *v, "store view");
  v->store = s;
  v->picked_row = STORE_ROW_NONE;
  int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &v->txn);
  if (rc != 0) v->txn = NULL;
  for (int database = 0; database < DB_COUNT && rc == 0; database++) {
    rc = mdb_cursor_open(v->txn, s->databases[database], &v->cursors[database]);
  }
  if (rc != 0) {
    store_view_end(v);
    return lmdb_error(err, rc, s->directory);
  }
  *out_view = v;
  return KHOP_OK;
}

void store_view_end(store_view *v) {
  if (!v) return;
  for (int database = 0; database < DB_COUNT; database++) {
    if (v->cursors[database]) mdb_cursor_close(v->cursors[database]);
  }
  if (v->txn) mdb_txn_abort(v->txn);
  record_chunk_free(&v->records);
  record_chunk_free(&v->picked);
  mem_free(v->rows);
  mem_free(v);
}

void store_view_read_once(store_view *v) { v->reads_once = true; }

/* Who reads from one end to the other, or once, has no use for a list; making one costs what some hundred look-ups do. Picking needs
 * it. NULL: there is none (yet). */
static chunk_list *find_list(store_view *v, size_t which) {
  enum { list_after = 32, never };
  store *s = v->store;
  chunk_list *list = atomic_load_explicit(&s->lists[which], memory_order_acquire), *none = NULL;
  if (list || v->asked[which] == never) return list;
  const bool is_time = which == CHUNK_LIST_RECORDS || ++v->asked[which] == list_after;
  if (!is_time) return NULL;
  const int database = which == CHUNK_LIST_RECORDS ? DB_RECORDS : which == CHUNK_LIST_CLUSTERS ? DB_CLUSTERS : DB_POSTINGS;
  list = chunk_list_make(v->txn, s->databases[database], which);
  if (!list) v->asked[which] = never;
  /* Another view may have made it, too: the first one counts. */
  if (!list || atomic_compare_exchange_strong_explicit(&s->lists[which], &none, list, memory_order_acq_rel, memory_order_acquire)) return list;
  chunk_list_free(list);
  return none;
}

/* Moves to the chunk whose key is the greatest at or before `wanted`. MDB_NOTFOUND: none. */
static int seek_at_or_before(MDB_cursor *cursor, MDB_val wanted, MDB_val *key, MDB_val *value) {
  *key = wanted;
  int rc = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
  if (rc == MDB_NOTFOUND) return mdb_cursor_get(cursor, key, value, MDB_LAST);
  if (rc != 0) return rc;
  if (key->mv_size == wanted.mv_size && memcmp(key->mv_data, wanted.mv_data, wanted.mv_size) == 0) return 0;
  return mdb_cursor_get(cursor, key, value, MDB_PREV);
}

/* The chunk that should hold `row`, checked. */
static khop_status find_row_chunk(store_view *v, int database, uint32_t row, MDB_val *key, MDB_val *value,
                                  khop_error *err) {
  store *s = v->store;
  if (row >= s->rows) {
    return error_set(err, KHOP_USAGE, "%s: row %u of %llu", s->directory, row, (unsigned long long)s->rows);
  }
  uint8_t wanted[ROW_KEY_BYTES];
  const chunk_list *list = database == DB_CLUSTERS ? find_list(v, CHUNK_LIST_CLUSTERS) : NULL;
  const size_t at = list ? chunk_list_find(list, row) : 0;
  row_key_put(wanted, row);
  int rc = 0;
  if (list && at < list->count) {
    *key = list->places[at].key;
    *value = list->places[at].value;
  } else {
    rc = seek_at_or_before(v->cursors[database], (MDB_val){sizeof wanted, wanted}, key, value);
  }
  if (rc == MDB_NOTFOUND) {
    return error_set(err, KHOP_INPUT, "%s: damaged: %s chunk of row %u is missing", s->directory,
                     lmdb_db_names[database], row);
  }
  if (rc != 0) return lmdb_error(err, rc, s->directory);
  return chunk_check_once(s, database, key, value, err);
}

khop_status store_read_record(store_view *v, uint32_t row, store_record *out, khop_error *err) {
  *out = (store_record){0};
  const size_t field_count = v->store->field_count;
  if (row - v->records_first >= v->records.rows || row < v->records_first) {
    MDB_val key, value;
    v->records.rows = 0;
    TRY(find_row_chunk(v, DB_RECORDS, row, &key, &value, err));
    const char *fact = record_chunk_decode(&v->records, field_count, value.mv_data, value.mv_size);
    if (v->reads_once) memory_give_back(value.mv_data, value.mv_size);
    v->records_first = row_key_get(key.mv_data);
    if (!fact && row - v->records_first >= v->records.rows) fact = "ends before the next one starts";
    if (fact) return chunk_fault(v->store, DB_RECORDS, &key, fact, err);
  }
  size_t at = row - v->records_first;
  *out = (store_record){.row = row,
                        .source = (uint32_t)v->records.sources[at],
                        .line = v->records.lines[at],
                        .field_count = field_count,
                        .fields = v->records.fields + at * field_count,
                        .lengths = v->records.lengths + at * field_count};
  return KHOP_OK;
}

/* The chunk of a row, opened for picking; *out NULL: it is to be read as a whole (version 1, or to say what is wrong). */
static khop_status open_row_chunk(store_view *v, uint32_t row, const chunk_place **out_place, const open_record_chunk **out, khop_error *err) {
  const chunk_list *list = find_list(v, CHUNK_LIST_RECORDS);
  const size_t at = list && row < v->store->rows ? chunk_list_find(list, row) : 0;
  *out = NULL;
  if (!list || row >= v->store->rows || at == list->count) return KHOP_OK;
  chunk_place *place = &list->places[at];
  *out_place = place;
  open_record_chunk *c = atomic_load_explicit(&place->opened, memory_order_acquire), *none = NULL;
  *out = c;
  if (c) return KHOP_OK;
  TRY(chunk_check_once(v->store, DB_RECORDS, &place->key, &place->value, err));
  if (!record_chunk_is_direct(place->value.mv_data)) return KHOP_OK;
  const char *fact = record_chunk_open(&c, v->store->field_count, place->value.mv_data, place->value.mv_size);
  if (fact) return chunk_fault(v->store, DB_RECORDS, &place->key, fact, err);
  *out = c;
  if (atomic_compare_exchange_strong_explicit(&place->opened, &none, c, memory_order_acq_rel, memory_order_acquire)) return KHOP_OK;
  mem_free(c);
  *out = none;
  return KHOP_OK;
}

static bool is_unpacked(const store_view *v, uint32_t row) { return row >= v->records_first && row - v->records_first < v->records.rows; }

khop_status store_pick_record(store_view *v, uint32_t row, store_record *out, khop_error *err) {
  *out = (store_record){0};
  if (is_unpacked(v, row)) return store_read_record(v, row, out, err);
  if (row != v->picked_row || row == STORE_ROW_NONE) { /* who found it by its id asks again for what is in it */
    const chunk_place *place;
    const open_record_chunk *c;
    v->picked_row = STORE_ROW_NONE;
    TRY(open_row_chunk(v, row, &place, &c, err));
    if (!c) return store_read_record(v, row, out, err);
    const char *fact = record_chunk_pick(&v->picked, c, row - row_key_get(place->key.mv_data));
    if (fact) return chunk_fault(v->store, DB_RECORDS, &place->key, fact, err);
    v->picked_row = row;
  }
  *out = (store_record){.row = row, .source = (uint32_t)v->picked.sources[0], .line = v->picked.lines[0], .field_count = v->store->field_count,
                        .fields = v->picked.fields, .lengths = v->picked.lengths};
  return KHOP_OK;
}

khop_status store_pick_field(store_view *v, uint32_t row, size_t field, store_text *out, khop_error *err) {
  const chunk_place *place;
  const open_record_chunk *c = NULL;
  *out = (store_text){0};
  if (!is_unpacked(v, row) && row != v->picked_row) TRY(open_row_chunk(v, row, &place, &c, err));
  if (!c) {
    store_record record;
    TRY(store_pick_record(v, row, &record, err));
    *out = (store_text){record.fields[field], record.lengths[field]};
    return KHOP_OK;
  }
  v->picked_row = STORE_ROW_NONE;
  const char *fact = record_chunk_pick_field(&v->picked, c, row - row_key_get(place->key.mv_data), field);
  if (fact) return chunk_fault(v->store, DB_RECORDS, &place->key, fact, err);
  *out = (store_text){v->picked.fields[field], v->picked.lengths[field]};
  return KHOP_OK;
}

khop_status store_read_cluster(store_view *v, uint32_t row, uint32_t *out_cluster, khop_error *err) {
  *out_cluster = STORE_ROW_NONE;
  if (v->store->clusters == 0 && row < v->store->rows) return KHOP_OK;
  if (row - v->clusters_first >= v->clusters.rows || row < v->clusters_first) {
    MDB_val key, value;
    v->clusters.rows = 0;
    TRY(find_row_chunk(v, DB_CLUSTERS, row, &key, &value, err));
    const char *fact = cluster_reader_open(&v->clusters, value.mv_data, value.mv_size);
    v->clusters_first = row_key_get(key.mv_data);
    if (!fact && row - v->clusters_first >= v->clusters.rows) fact = "ends before the next one starts";
    if (fact) return chunk_fault(v->store, DB_CLUSTERS, &key, fact, err);
  }
  *out_cluster = cluster_reader_get(&v->clusters, row - v->clusters_first);
  return KHOP_OK;
}

/* ---- postings ------------------------------------------------------------------------------ */

static bool same_table(const MDB_val *key, uint32_t table) {
  return key->mv_size == POSTING_KEY_BYTES && row_key_get(key->mv_data) == table;
}

/* From the posting at which the reader stands, or with `is_new` from the first one, to the first beyond `wanted`. */
static khop_status collect_from(store_view *v, const MDB_val *key, posting_reader *r, bool is_new, uint64_t wanted, size_t *count, bool *out_past,
                                khop_error *err) {
  const char *fact = NULL;
  TRY(array_reserve(&v->rows, &v->rows_capacity, *count + r->count, sizeof *v->rows, "rows of a key", err));
  if (is_new) posting_reader_skip(r, wanted);
  bool has_one = true;
  if (is_new || r->key < wanted) {
    if (r->key < wanted) posting_reader_pass(r, wanted);
    has_one = posting_reader_next(r, &fact);
  }
  for (; has_one && r->key <= wanted; has_one = posting_reader_next(r, &fact)) {
    if (r->key == wanted) v->rows[(*count)++] = r->row;
  }
  if (fact) return chunk_fault(v->store, DB_POSTINGS, key, fact, err);
  *out_past = has_one;
  return KHOP_OK;
}

/* Adds the rows of `wanted` in one chunk; *out_past when the chunk goes beyond the key. */
static khop_status collect_rows(store_view *v, const MDB_val *key, const MDB_val *value, uint64_t wanted,
                                size_t *count, bool *out_past, khop_error *err) {
  TRY(chunk_check_once(v->store, DB_POSTINGS, key, value, err));
  posting_reader r;
  const char *fact = posting_reader_open(&r, key->mv_data, value->mv_data, value->mv_size);
  if (fact) return chunk_fault(v->store, DB_POSTINGS, key, fact, err);
  TRY(collect_from(v, key, &r, true, wanted, count, out_past, err));
  v->stop.goes_on = *out_past;
  v->stop.asked = wanted;
  v->stop.table = row_key_get(key->mv_data);
  v->stop.first_key = posting_key_first(key->mv_data);
  v->stop.reader = r;
  v->stop.key = *key;
  return KHOP_OK;
}

/* Is the key likely in the chunk where the last one was, behind it? Keys are hashes: they stand evenly. */
static bool may_go_on(const store_view *v, uint32_t table, uint64_t key) {
  const posting_reader *r = &v->stop.reader;
  if (!v->stop.goes_on || v->stop.table != table || key <= v->stop.asked) return false;
  if (key < r->key) return true;
  uint64_t passed = r->key - v->stop.first_key;
  return (double)(key - r->key) * r->index <= (double)passed * (r->count - r->index);
}

/* Asks the memory for what a look-up will read of a chunk: its start with the marks, and, as keys are hashes and stand evenly, the
 * bits around the key's place, from up to a mark before it. */
static void ask_for_chunk(const chunk_list *list, size_t at, uint64_t key) {
  enum { line = 64, start_bytes = 3 * line, before_bytes = 6 * line, behind_bytes = 2 * line };
  const uint8_t *value = list->places[at].value.mv_data;
  const size_t size = list->places[at].value.mv_size;
  const uint64_t first = list->firsts[at], next = at + 1 < list->count ? list->firsts[at + 1] : first;
  const double share = next > key && key > first ? (double)(key - first) / (double)(next - first) : 0;
  const size_t place = (size_t)(share * (double)size);
  for (size_t i = 0; i < start_bytes; i += line) __builtin_prefetch(value + i);
  for (size_t i = place > before_bytes ? place - before_bytes : 0; i < place + behind_bytes && i < size; i += line) __builtin_prefetch(value + i);
}

/* By the list of the table; *out_is_done false: the answer may lie at an end of it. */
static khop_status read_listed(store_view *v, const chunk_list *list, uint64_t key, size_t *count, bool *out_is_done, khop_error *err) {
  bool past = false;
  size_t at = key ? chunk_list_find(list, key - 1) : list->count;
  *out_is_done = false;
  *count = 0;
  if (at < list->count) ask_for_chunk(list, at, key);
  while (at < list->count && !past && list->firsts[at] <= key) {
    const chunk_place *place = &list->places[at++];
    TRY(collect_rows(v, &place->key, &place->value, key, count, &past, err));
  }
  *out_is_done = past || at < list->count;
  if (*out_is_done && !past) TRY(chunk_check_once(v->store, DB_POSTINGS, &list->places[at].key, &list->places[at].value, err)); /* it ended the search by its key */
  return KHOP_OK;
}

khop_status store_read_postings(store_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows,
                                size_t *out_count, khop_error *err) {
  *out_rows = NULL;
  *out_count = 0;
  if (may_go_on(v, table, key)) {
    TRY(collect_from(v, &v->stop.key, &v->stop.reader, false, key, out_count, &v->stop.goes_on, err));
    *out_rows = v->rows;
    v->stop.asked = key;
    if (v->stop.goes_on) return KHOP_OK;
    *out_count = 0; /* it may go on in the next chunk: asked from the start */
  }
  v->stop.goes_on = false;
  const size_t which = chunk_list_of_table(table);
  const chunk_list *list = which < CHUNK_LISTS ? find_list(v, which) : NULL;
  bool is_done = false;
  if (list) TRY(read_listed(v, list, key, out_count, &is_done, err));
  *out_rows = v->rows;
  if (is_done) return KHOP_OK;
  *out_count = 0;
  uint8_t wanted[POSTING_KEY_BYTES];
  posting_key_put(wanted, table, key, 0);
  MDB_cursor *cursor = v->cursors[DB_POSTINGS];
  MDB_val chunk_key, value;
  int rc = seek_at_or_before(cursor, (MDB_val){sizeof wanted, wanted}, &chunk_key, &value);
  if (rc == MDB_NOTFOUND) rc = mdb_cursor_get(cursor, &chunk_key, &value, MDB_FIRST);
  else if (rc == 0 && !same_table(&chunk_key, table)) {
    TRY(chunk_check(v->store, DB_POSTINGS, &chunk_key, &value, err)); /* of another table, if its key can be believed */
    rc = mdb_cursor_get(cursor, &chunk_key, &value, MDB_NEXT);
  }
  bool past = false;
  size_t count = 0;
  while (rc == 0 && !past && same_table(&chunk_key, table) && posting_key_first(chunk_key.mv_data) <= key) {
    TRY(collect_rows(v, &chunk_key, &value, key, &count, &past, err));
    if (!past) rc = mdb_cursor_get(cursor, &chunk_key, &value, MDB_NEXT);
  }
  if (rc != 0 && rc != MDB_NOTFOUND) return lmdb_error(err, rc, v->store->directory);
  if (rc == 0 && !past) TRY(chunk_check(v->store, DB_POSTINGS, &chunk_key, &value, err)); /* it ended the search by its key, which may be the fault */
  *out_rows = v->rows;
  *out_count = count;
  return KHOP_OK;
}

static khop_status visit_chunk(store_view *v, const MDB_val *key, const MDB_val *value, store_posting_visit *visit, void *context,
                               uint64_t *inout_visited, khop_error *err) {
  TRY(chunk_check(v->store, DB_POSTINGS, key, value, err));
  posting_reader r;
  const char *fact = posting_reader_open(&r, key->mv_data, value->mv_data, value->mv_size);
  for (; !fact && posting_reader_next(&r, &fact); ++*inout_visited) TRY(visit(context, r.key, r.row, err));
  return fact ? chunk_fault(v->store, DB_POSTINGS, key, fact, err) : KHOP_OK;
}

khop_status store_each_posting(store_view *v, uint32_t table, store_posting_visit *visit, void *context, khop_error *err) {
  uint8_t wanted[POSTING_KEY_BYTES];
  posting_key_put(wanted, table, 0, 0);
  MDB_val key = {sizeof wanted, wanted}, value;
  uint64_t visited = 0, expected = store_table_postings(v->store, table);
  int rc = mdb_cursor_get(v->cursors[DB_POSTINGS], &key, &value, MDB_SET_RANGE);
  while (rc == 0 && same_table(&key, table)) {
    TRY(visit_chunk(v, &key, &value, visit, context, &visited, err));
    rc = mdb_cursor_get(v->cursors[DB_POSTINGS], &key, &value, MDB_NEXT);
  }
  if (rc != 0 && rc != MDB_NOTFOUND) return lmdb_error(err, rc, v->store->directory);
  if (visited == expected) return KHOP_OK;
  return error_set(err, KHOP_INPUT, "%s: damaged: %llu postings of table %u, meta says %llu", v->store->directory, (unsigned long long)visited, table,
                   (unsigned long long)expected);
}

/* ---- long facts ---------------------------------------------------------------------------- */

khop_status store_read_text(store_view *v, const char *name, char **out_text, khop_error *err) {
  *out_text = NULL;
  char own[STORE_META_NAME_MAX + 1];
  int length = snprintf(own, sizeof own, "%s", name);
  MDB_val key = {(size_t)length, own}, value;
  int rc = mdb_get(v->txn, v->store->databases[DB_META], &key, &value);
  if (rc == MDB_NOTFOUND) return KHOP_OK;
  if (rc != 0) return lmdb_error(err, rc, v->store->directory);
  TRY(chunk_check(v->store, DB_META, &key, &value, err));
  *out_text = mem_copy_text((const char *)value.mv_data + VALUE_HEADER_BYTES, value.mv_size - VALUE_HEADER_BYTES);
  return *out_text ? KHOP_OK : error_memory(err, value.mv_size, "a fact of the store");
}
