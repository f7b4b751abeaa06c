/* Writing a store: appends in key order inside LMDB transactions of a bounded size.
 *
 * All tables grow at their right edge (MDB_APPEND), nothing is deleted and no key has duplicates:
 * LMDB 0.9 is at its fastest and safest there. A commit every commit_bytes bounds the memory of
 * dirty pages. The map is made larger between transactions, before it can be full inside one.
 */
#include <stdio.h>

#include "index/writer.h"

static const uint64_t commit_bytes_default = 8 << 20;
enum { map_slack_bytes = 4 << 20 /* tree pages and LMDB's free list, many times over */ };

static khop_status fail(store_writer *w, int rc, khop_error *err) {
  w->failed = true;
  return lmdb_error(err, rc, w->directory.temporary_path); /* exists: its file system is asked for room */
}

static khop_status require_usable(store_writer *w, khop_error *err) {
  if (!w->failed) return KHOP_OK;
  return error_set(err, KHOP_BUG, "%s: written to after a failure", w->directory.final_path);
}

/* A transaction with room for `bytes` of values. */
static khop_status begin(store_writer *w, uint64_t bytes, khop_error *err) {
  MDB_envinfo info;
  MDB_stat stat;
  int rc = mdb_env_info(w->env, &info);
  if (rc == 0) rc = mdb_env_stat(w->env, &stat);
  if (rc == 0) {
    /* Values round up to pages: a chunk is at worst a byte over half a page. */
    uint64_t needed = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize + 3 * bytes + map_slack_bytes;
    if (needed > info.me_mapsize) rc = mdb_env_set_mapsize(w->env, (size_t)(2 * needed) & ~(size_t)0xffff);
  }
  if (rc == 0) rc = mdb_txn_begin(w->env, NULL, 0, &w->txn);
  if (rc != 0) w->txn = NULL;
  return rc == 0 ? KHOP_OK : fail(w, rc, err);
}

khop_status writer_commit(store_writer *w, khop_error *err) {
  if (!w->txn) return KHOP_OK;
  int rc = mdb_txn_commit(w->txn); /* frees txn and cursors, also when it fails */
  w->txn = NULL;
  memset(w->cursors, 0, sizeof w->cursors);
  w->uncommitted_bytes = 0;
  if (rc != 0) return fail(w, rc, err);
  lmdb_env_write_out(w->env);
  return KHOP_OK;
}

khop_status writer_append(store_writer *w, int database, void *key_bytes, size_t key_size, const uint8_t *value_bytes, size_t value_size,
                          bool is_sealed, khop_error *err) {
  if (w->uncommitted_bytes && w->uncommitted_bytes + value_size > w->commit_bytes) TRY(writer_commit(w, err));
  if (!w->txn) TRY(begin(w, value_size > w->commit_bytes ? value_size : w->commit_bytes, err));
  MDB_val key = {.mv_size = key_size, .mv_data = key_bytes};
  MDB_val value = {.mv_size = value_size};
  int rc = 0;
  if (!w->cursors[database]) rc = mdb_cursor_open(w->txn, w->databases[database], &w->cursors[database]);
  unsigned flags = MDB_RESERVE | (database == DB_META ? 0 : MDB_APPEND);
  if (rc == 0) rc = mdb_cursor_put(w->cursors[database], &key, &value, flags);
  if (rc == 0) {
    memcpy(value.mv_data, value_bytes, value_size);
    if (!is_sealed) value_seal_key(value.mv_data, key_bytes, key_size);
    w->uncommitted_bytes += value_size;
  }
  if (rc != 0) return fail(w, rc, err);
  if (w->log) writer_log_add(w->log, database, key_bytes, key_size, value.mv_data, value_size);
  return KHOP_OK;
}

/* Appends a value sealed but for its key, which sorts after all others of the database. */
static khop_status append(store_writer *w, int database, void *key_bytes, size_t key_size, const uint8_t *value_bytes, size_t value_size,
                          khop_error *err) {
  return writer_append(w, database, key_bytes, key_size, value_bytes, value_size, false, err);
}

/* ---- life cycle ---------------------------------------------------------------------------- */

static khop_status put_meta(store_writer *w, const char *name, const char *text, khop_error *err) {
  size_t length = strlen(text), size = VALUE_HEADER_BYTES + length;
  if (length > UINT32_MAX) return error_set(err, KHOP_BUG, "meta %s: %zu bytes", name, length);
  uint8_t *value = mem_alloc(size, 1);
  if (!value) return error_memory(err, size, "meta value");
  memcpy(value + VALUE_HEADER_BYTES, text, length);
  value_seal_body(value, size, VALUE_META, CODEC_RAW, (uint32_t)length);
  char key[STORE_META_NAME_MAX + 1];
  size_t key_size = (size_t)snprintf(key, sizeof key, "%s", name);
  khop_status status = append(w, DB_META, key, key_size, value, size, err);
  mem_free(value);
  return status;
}

static khop_status put_field_names(store_writer *w, const store_writer_options *options, khop_error *err) {
  char name[32];
  for (size_t field = 0; field < options->field_count; field++) {
    snprintf(name, sizeof name, "_field:%04zu", field);
    TRY(put_meta(w, name, options->field_names[field], err));
  }
  return put_meta(w, "_schema", options->schema, err);
}

static khop_status open_databases(store_writer *w, khop_error *err) {
  TRY(begin(w, w->commit_bytes, err));
  for (int database = 0; database < DB_COUNT; database++) {
    int rc = mdb_dbi_open(w->txn, lmdb_db_names[database], MDB_CREATE, &w->databases[database]);
    if (rc != 0) return fail(w, rc, err);
  }
  return KHOP_OK;
}

khop_status store_writer_create(store_writer **out_writer, const char *directory,
                                const store_writer_options *options, khop_error *err) {
  *out_writer = NULL;
  if (options->field_count > STORE_FIELDS_MAX) {
    return error_set(err, KHOP_USAGE, "%zu fields, at most %d", options->field_count, STORE_FIELDS_MAX);
  }
  store_writer *w = mem_alloc(1, sizeof *w);
  if (!w) return error_memory(err, sizeof *w, "store writer");
  w->commit_bytes = options->commit_bytes ? options->commit_bytes : commit_bytes_default;
  w->field_count = options->field_count;
  khop_status status;
  TRY_CLEANUP(store_directory_name(&w->directory, directory, err));
  TRY_CLEANUP(store_directory_begin(&w->directory, options->takes_over, err));
  TRY_CLEANUP(lmdb_env_create_writer(&w->env, w->directory.temporary_path, options->map_bytes, err));
  TRY_CLEANUP(open_databases(w, err));
  TRY_CLEANUP(put_field_names(w, options, err));
  w->ends_at_tables = options->ends_at_tables;
  if (options->log_path) status = writer_log_open(&w->log, w, options->log_path, options->takes_over, err);
  if (options->takes_over && status != KHOP_OK) goto cleanup; /* else the store can be written without */
  *out_writer = w;
  return KHOP_OK;
cleanup:
  store_writer_free(w);
  return status;
}

void store_writer_free(store_writer *w) {
  if (!w) return;
  if (w->txn) mdb_txn_abort(w->txn);
  mdb_env_close(w->env);
  writer_log_close(w->log);
  if (w->directory.final_path) store_directory_abandon(&w->directory);
  store_directory_free(&w->directory);
  mem_free(w);
}

void store_writer_leave(store_writer *w) {
  if (w) store_directory_leave(&w->directory);
  store_writer_free(w);
}

static khop_status put_number(store_writer *w, const char *name, uint64_t number, khop_error *err) {
  char text[24];
  snprintf(text, sizeof text, "%llu", (unsigned long long)number);
  return put_meta(w, name, text, err);
}

/* The counts that make a store complete, in its last transaction; "_format" is what a reader asks
 * for first. */
static khop_status put_counts(store_writer *w, khop_error *err) {
  TRY(put_number(w, "_fields", w->field_count, err));
  TRY(put_number(w, "_rows", w->rows, err));
  TRY(put_number(w, "_clusters", w->clusters, err));
  for (size_t i = 0; i < w->table_count; i++) {
    char name[32];
    snprintf(name, sizeof name, "_table:%010lu", (unsigned long)w->tables[i].table);
    TRY(put_number(w, name, w->tables[i].postings, err));
  }
  return put_number(w, "_format", STORE_FORMAT_VERSION, err);
}

khop_status store_writer_seal(store_writer *w, khop_error *err) {
  TRY(require_usable(w, err));
  /* One transaction holds all counts: what came before is committed first. */
  TRY(writer_commit(w, err));
  w->commit_bytes = UINT64_MAX / 4;
  TRY(begin(w, commit_bytes_default, err));
  khop_status status = put_counts(w, err);
  w->failed = true; /* whatever happens now, nothing may follow */
  TRY(status);
  TRY(writer_commit(w, err));
  int rc = mdb_env_sync(w->env, 1);
  if (rc != 0) return fail(w, rc, err);
  mdb_env_close(w->env);
  w->env = NULL;
  w->sealed = true;
  return KHOP_OK;
}

khop_status store_writer_open_sealed(const store_writer *w, store **out_store, khop_error *err) {
  *out_store = NULL;
  if (!w->sealed) return error_set(err, KHOP_BUG, "%s: read before it is sealed", w->directory.final_path);
  return store_open(out_store, w->directory.temporary_path, err);
}

khop_status store_writer_finish(store_writer *w, bool replace, khop_error *err) {
  if (!w->sealed) TRY(store_writer_seal(w, err));
  w->sealed = false; /* once */
  return store_directory_publish(&w->directory, replace, err);
}

/* ---- content ------------------------------------------------------------------------------- */

uint64_t store_writer_rows(const store_writer *w) { return w->rows; }

khop_status store_writer_append(store_writer *w, const store_batch *b, khop_error *err) {
  TRY(require_usable(w, err));
  const struct batch_chunks *closed = &b->closed;
  const size_t unfinished = store_batch_rows(b) - closed->rows;
  if (b->field_count != w->field_count || unfinished) {
    return error_set(err, KHOP_BUG, "batch of %zu fields, %zu rows unfinished; the store has %zu fields",
                     b->field_count, unfinished, w->field_count);
  }
  if (w->rows + closed->rows > STORE_ROWS_MAX) {
    return error_set(err, KHOP_INPUT, "%s: more than %lu rows", w->directory.final_path,
                     (unsigned long)STORE_ROWS_MAX);
  }
  const uint8_t *value = closed->values;
  for (size_t i = 0; i < closed->count; i++) {
    uint8_t key[ROW_KEY_BYTES];
    row_key_put(key, (uint32_t)w->rows);
    TRY(append(w, DB_RECORDS, key, sizeof key, value, closed->chunks[i].size_bytes, err));
    value += closed->chunks[i].size_bytes;
    w->rows += closed->chunks[i].rows;
  }
  return KHOP_OK;
}

static bool posting_before(const store_posting *a, const store_posting *b) {
  return (a->key < b->key) | ((a->key == b->key) & (a->row < b->row));
}

/* Tables come in ascending order. */
static khop_status enter_table(store_writer *w, uint32_t table, khop_error *err) {
  if (w->table_count && table < w->tables[w->table_count - 1].table) {
    return error_set(err, KHOP_BUG, "table %u after table %u", table, w->tables[w->table_count - 1].table);
  }
  if (w->table_count && table == w->tables[w->table_count - 1].table) return KHOP_OK;
  if (w->table_count == STORE_TABLES_MAX) {
    return error_set(err, KHOP_USAGE, "more than %d posting tables", STORE_TABLES_MAX);
  }
  if (w->ends_at_tables) TRY(writer_commit(w, err));
  w->tables[w->table_count++] = (posting_table){.table = table};
  return KHOP_OK;
}

/* Are postings first <= i < last after each other, and after what the table already has? Asked of what a chunk
 * has just taken, while it is in the cache. */
static khop_status require_order(const store_writer *w, const store_posting *postings, size_t first, size_t last, khop_error *err) {
  const posting_table *table = &w->tables[w->table_count - 1];
  bool wrong = first == 0 && table->postings && posting_before(&postings[0], &w->last_posting);
  for (size_t i = first ? first : 1; i < last; i++) wrong |= posting_before(&postings[i], &postings[i - 1]);
  if (!wrong) return KHOP_OK;
  return error_set(err, KHOP_BUG, "table %u: postings %zu to %zu of a slice are out of order", table->table, first, last);
}

static bool posting_equal(const store_posting *a, const store_posting *b) {
  return a->key == b->key && a->row == b->row;
}

/* Chunk by chunk, until at most `rest` postings are left: *out_taken are written. */
static khop_status append_postings(store_writer *w, uint32_t table, const store_posting *postings, size_t count, size_t rest,
                                   size_t *out_taken, khop_error *err) {
  size_t taken = *out_taken = 0;
  TRY(require_usable(w, err));
  if (count <= rest) return KHOP_OK;
  TRY(enter_table(w, table, err));
  uint64_t *total = &w->tables[w->table_count - 1].postings;
  for (size_t first; count - taken > rest;) {
    if (*total && posting_equal(&postings[taken], &w->last_posting)) { /* a repeat across two chunks */
      taken++;
      continue;
    }
    uint8_t value[PAGE_VALUE_BYTES], key[POSTING_KEY_BYTES];
    size_t size;
    uint32_t kept;
    posting_key_put(key, table, postings[taken].key, postings[taken].row);
    first = taken;
    taken += posting_chunk_encode(value, postings + taken, count - taken, posting_table_is_marked(table), &size, &kept);
    TRY(require_order(w, postings, first, taken, err));
    TRY(append(w, DB_POSTINGS, key, sizeof key, value, size, err));
    *total += kept;
    w->last_posting = postings[taken - 1];
  }
  *out_taken = taken;
  return KHOP_OK;
}

khop_status store_writer_postings(store_writer *w, uint32_t table, const store_posting *postings,
                                  size_t count, khop_error *err) {
  size_t taken;
  return append_postings(w, table, postings, count, 0, &taken, err);
}

khop_status store_writer_postings_begun(store_writer *w, uint32_t table, const store_posting *postings,
                                        size_t count, size_t *out_taken, khop_error *err) {
  return append_postings(w, table, postings, count, STORE_CHUNK_POSTINGS_MAX, out_taken, err);
}

khop_status store_writer_clusters(store_writer *w, const uint32_t *cluster_of_row, size_t row_count,
                                  khop_error *err) {
  TRY(require_usable(w, err));
  if (row_count != w->rows || w->clusters_written) {
    return error_set(err, KHOP_BUG, "clusters of %zu rows, the store has %llu", row_count,
                     (unsigned long long)w->rows);
  }
  if (w->ends_at_tables) TRY(writer_commit(w, err));
  w->clusters_written = true;
  uint32_t next_new = 0;
  for (size_t row = 0; row < row_count; row++) { /* not all need be numbered in the order of their first rows */
    if (cluster_of_row[row] != STORE_ROW_NONE && cluster_of_row[row] >= w->clusters) w->clusters = (uint64_t)cluster_of_row[row] + 1;
  }
  for (size_t row = 0; row < row_count;) {
    uint8_t value[PAGE_VALUE_BYTES + 8], key[ROW_KEY_BYTES];
    size_t size;
    row_key_put(key, (uint32_t)row);
    row += cluster_chunk_encode(value, cluster_of_row + row, row_count - row, &next_new, &size);
    TRY(append(w, DB_CLUSTERS, key, sizeof key, value, size, err));
  }
  return KHOP_OK;
}

khop_status store_writer_meta(store_writer *w, const char *name, const char *value, khop_error *err) {
  TRY(require_usable(w, err));
  size_t length = strlen(name);
  if (length == 0 || length > STORE_META_NAME_MAX || name[0] == '_') {
    return error_set(err, KHOP_BUG, "meta name '%s': 1 to %d bytes, not starting with '_'", name,
                     STORE_META_NAME_MAX);
  }
  return put_meta(w, name, value, err);
}
