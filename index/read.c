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
    *key = chunk_place_key(list, at);
    *value = chunk_place_value(list, at);
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

/* Another view may have made the same: the first one counts. */
static void *keep_opened(chunk_place *place, void *made) {
  void *none = NULL;
  if (!made || atomic_compare_exchange_strong_explicit(&place->opened, &none, made, memory_order_acq_rel, memory_order_acquire)) return made;
  mem_free(made);
  return none;
}

typedef struct opened_chunk {
  const open_record_chunk *chunk;
  uint32_t row; /* in it */
  MDB_val key;
} opened_chunk;

/* The chunk of a row, opened for picking; chunk NULL: it is to be read as a whole (version 1, or to say what is wrong). */
static khop_status open_row_chunk(store_view *v, uint32_t row, opened_chunk *out, khop_error *err) {
  const chunk_list *list = find_list(v, CHUNK_LIST_RECORDS);
  const size_t at = list && row < v->store->rows ? chunk_list_find(list, row) : 0;
  *out = (opened_chunk){0};
  if (!list || row >= v->store->rows || at == list->count) return KHOP_OK;
  chunk_place *place = &list->places[at];
  out->key = chunk_place_key(list, at);
  out->row = row - (uint32_t)list->firsts[at];
  out->chunk = atomic_load_explicit(&place->opened, memory_order_acquire);
  if (out->chunk) return KHOP_OK;
  const MDB_val value = chunk_place_value(list, at);
  open_record_chunk *c;
  TRY(chunk_check_once(v->store, DB_RECORDS, &out->key, &value, err));
  if (!record_chunk_is_direct(place->value)) return KHOP_OK;
  const char *fact = record_chunk_open(&c, v->store->field_count, place->value, place->value_bytes);
  if (fact) return chunk_fault(v->store, DB_RECORDS, &out->key, fact, err);
  out->chunk = keep_opened(place, c);
  return KHOP_OK;
}

void store_ask_record(store_view *v, uint32_t row) {
  const chunk_list *list = atomic_load_explicit(&v->store->lists[CHUNK_LIST_RECORDS], memory_order_acquire);
  const size_t at = list ? chunk_list_find(list, row) : 0;
  if (!list || at == list->count) return;
  const open_record_chunk *c = atomic_load_explicit(&list->places[at].opened, memory_order_acquire);
  const uint64_t wanted = row - list->firsts[at];
  if (c && wanted < c->rows) record_chunk_ask(c, (uint32_t)wanted);
}

static bool is_unpacked(const store_view *v, uint32_t row) { return row >= v->records_first && row - v->records_first < v->records.rows; }

khop_status store_pick_record(store_view *v, uint32_t row, store_record *out, khop_error *err) {
  *out = (store_record){0};
  if (is_unpacked(v, row)) return store_read_record(v, row, out, err);
  if (row != v->picked_row || row == STORE_ROW_NONE) { /* who found it by its id asks again for what is in it */
    opened_chunk of;
    v->picked_row = STORE_ROW_NONE;
    TRY(open_row_chunk(v, row, &of, err));
    if (!of.chunk) return store_read_record(v, row, out, err);
    const char *fact = record_chunk_pick(&v->picked, of.chunk, of.row);
    if (fact) return chunk_fault(v->store, DB_RECORDS, &of.key, fact, err);
    v->picked_row = row;
  }
  *out = (store_record){.row = row, .source = (uint32_t)v->picked.sources[0], .line = v->picked.lines[0], .field_count = v->store->field_count,
                        .fields = v->picked.fields, .lengths = v->picked.lengths};
  return KHOP_OK;
}

khop_status store_pick_field(store_view *v, uint32_t row, size_t field, store_text *out, khop_error *err) {
  opened_chunk of = {0};
  *out = (store_text){0};
  if (!is_unpacked(v, row) && row != v->picked_row) TRY(open_row_chunk(v, row, &of, err));
  if (!of.chunk) {
    store_record record;
    TRY(store_pick_record(v, row, &record, err));
    *out = (store_text){record.fields[field], record.lengths[field]};
    return KHOP_OK;
  }
  v->picked_row = STORE_ROW_NONE;
  const char *fact = record_chunk_pick_field(&v->picked, of.chunk, of.row, field);
  if (fact) return chunk_fault(v->store, DB_RECORDS, &of.key, fact, err);
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

/* From the posting at which the reader stands, or with `is_new` from the one behind it, to the first beyond `wanted`. */
static khop_status collect_from(store_view *v, const MDB_val *key, posting_reader *r, bool is_new, uint64_t wanted, size_t *count, bool *out_past,
                                khop_error *err) {
  const char *fact = NULL;
  if (v->rows_capacity < *count + r->count) {
    TRY(array_reserve(&v->rows, &v->rows_capacity, *count + r->count, sizeof *v->rows, "rows of a key", err));
  }
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

/* Adds the rows of `wanted` in one chunk, of which `from` is a reader that skipped what it could; *out_past when the chunk goes beyond the key. */
static khop_status collect_new(store_view *v, uint32_t table, uint64_t first_key, const MDB_val *key, const posting_reader *from, uint64_t wanted,
                               size_t *count, bool *out_past, khop_error *err) {
  v->stop.reader = *from;
  v->stop.goes_on = false;
  TRY(collect_from(v, key, &v->stop.reader, true, wanted, count, out_past, err));
  v->stop.goes_on = *out_past;
  v->stop.asked = wanted;
  v->stop.table = table;
  v->stop.first_key = first_key;
  v->stop.key = *key;
  return KHOP_OK;
}

/* The same of a chunk that is not in a list. */
static khop_status collect_rows(store_view *v, const MDB_val *key, const MDB_val *value, uint64_t wanted,
                                size_t *count, bool *out_past, khop_error *err) {
  TRY(chunk_check_once(v->store, DB_POSTINGS, key, value, err));
  posting_reader r;
  const char *fact = posting_reader_open(&r, key->mv_data, value->mv_data, value->mv_size);
  if (fact) return chunk_fault(v->store, DB_POSTINGS, key, fact, err);
  const uint64_t first_key = r.key;
  posting_reader_skip(&r, wanted);
  return collect_new(v, row_key_get(key->mv_data), first_key, key, &r, wanted, count, out_past, err);
}

/* Is the key likely in the chunk where the last one was, behind it? Keys are hashes: they stand evenly. */
static bool may_go_on(const store_view *v, uint32_t table, uint64_t key) {
  const posting_reader *r = &v->stop.reader;
  if (!v->stop.goes_on || v->stop.table != table || key <= v->stop.asked) return false;
  if (key < r->key) return true;
  uint64_t passed = r->key - v->stop.first_key;
  return (double)(key - r->key) * r->index <= (double)passed * (r->count - r->index);
}

/* Of a chunk that share comes before the key: keys are hashes and stand evenly. */
static double share_before(const chunk_list *list, size_t at, uint64_t key) {
  const uint64_t first = list->firsts[at], next = at + 1 < list->count ? list->firsts[at + 1] : first;
  return next > key && key > first ? (double)(key - first) / (double)(next - first) : 0;
}

/* Asks the memory for what a look-up will read of a chunk: its start, with the marks if there are no steps, and the bits around the
 * key's place, from up to a mark or a step before it. */
static void ask_for_chunk(const chunk_list *list, size_t at, uint64_t key) {
  enum { line = 64, marks_bytes = 2 * line, to_mark_bytes = 6 * line, to_step_bytes = 3 * line, behind_bytes = 2 * line,
         bytes_of_step_byte = 13 /* a step is 8 bytes, for 16 postings of 6 to 7 */ };
  const chunk_place *place = &list->places[at];
  const posting_steps *steps = atomic_load_explicit(&place->opened, memory_order_acquire);
  const double share = share_before(list, at, key);
  const size_t size = place->value_bytes, near = (size_t)(share * (double)size), before = steps ? to_step_bytes : to_mark_bytes;
  __builtin_prefetch(place->value);
  if (steps) {
    __builtin_prefetch(steps);
    __builtin_prefetch((const uint8_t *)steps + near / bytes_of_step_byte);
  } else {
    for (size_t i = line; i <= marks_bytes; i += line) __builtin_prefetch(place->value + i);
  }
  for (size_t i = near > before ? near - before : 0; i < near + behind_bytes && i < size; i += line) __builtin_prefetch(place->value + i);
}

/* The last chunk that begins before the key: a key may have the rows of several. The count: there is none. */
static size_t find_chunk(const chunk_list *list, uint64_t key) { return key ? chunk_list_find(list, key - 1) : list->count; }

void store_ask_postings(store_view *v, uint32_t table, uint64_t key) {
  enum { places = sizeof v->expected / sizeof *v->expected };
  const size_t which = chunk_list_of_table(table);
  const chunk_list *list = which < CHUNK_LISTS ? atomic_load_explicit(&v->store->lists[which], memory_order_acquire) : NULL;
  if (!list) return;
  const size_t before = v->expected[table % places].chunk;
  /* In the chunk that was asked for last: keys in ascending order are found together. */
  const bool is_there = v->expected[table % places].table == table && key && before < list->count && list->firsts[before] < key &&
                        (before + 1 == list->count || list->firsts[before + 1] >= key);
  const size_t at = is_there ? before : find_chunk(list, key);
  v->expected[table % places].table = table;
  v->expected[table % places].key = key;
  v->expected[table % places].chunk = at;
  if (at < list->count && !is_there) ask_for_chunk(list, at, key);
}

/* A reader of the chunk, as near before the key as it can begin. */
static khop_status open_listed(store_view *v, const chunk_list *list, size_t at, uint64_t wanted, posting_reader *out, khop_error *err) {
  enum { steps_after = 8 }; /* look-ups: making steps costs what some thirty of them save */
  chunk_place *place = &list->places[at];
  if (!chunk_is_checked(v->store, place->value)) {
    const MDB_val key = chunk_place_key(list, at), value = chunk_place_value(list, at);
    TRY(chunk_check_once(v->store, DB_POSTINGS, &key, &value, err));
  }
  const char *fact = posting_reader_open_at(out, list->firsts[at], place->first_row, place->value, place->value_bytes);
  if (fact) {
    const MDB_val key = chunk_place_key(list, at);
    return chunk_fault(v->store, DB_POSTINGS, &key, fact, err);
  }
  const posting_steps *steps = atomic_load_explicit(&place->opened, memory_order_acquire);
  /* Relaxed: who counts wrong makes them once more, or later. */
  if (!steps && atomic_load_explicit(&place->asked, memory_order_relaxed) < steps_after &&
      atomic_fetch_add_explicit(&place->asked, 1, memory_order_relaxed) + 1 == steps_after) {
    steps = keep_opened(place, posting_steps_make(out));
  }
  if (steps) posting_steps_skip(steps, out, wanted, share_before(list, at, wanted));
  else posting_reader_skip(out, wanted);
  return KHOP_OK;
}

/* By the list of the table; *out_is_done false: the answer may lie at an end of it. */
static khop_status read_listed(store_view *v, const chunk_list *list, uint32_t table, uint64_t key, size_t *count, bool *out_is_done, khop_error *err) {
  enum { places = sizeof v->expected / sizeof *v->expected };
  const bool is_expected = key && v->expected[table % places].table == table && v->expected[table % places].key == key;
  bool past = false;
  size_t at = is_expected ? v->expected[table % places].chunk : find_chunk(list, key);
  *out_is_done = false;
  *count = 0;
  if (at < list->count && !is_expected) ask_for_chunk(list, at, key);
  for (; at < list->count && !past && list->firsts[at] <= key; at++) {
    const MDB_val chunk_key = chunk_place_key(list, at);
    posting_reader r;
    TRY(open_listed(v, list, at, key, &r, err));
    TRY(collect_new(v, table, list->firsts[at], &chunk_key, &r, key, count, &past, err));
  }
  *out_is_done = past || at < list->count;
  if (*out_is_done && !past) { /* the next one ended the search by its key */
    const MDB_val chunk_key = chunk_place_key(list, at), value = chunk_place_value(list, at);
    TRY(chunk_check_once(v->store, DB_POSTINGS, &chunk_key, &value, err));
  }
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
  if (list) TRY(read_listed(v, list, table, key, out_count, &is_done, err));
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
