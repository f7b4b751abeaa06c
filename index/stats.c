/* How large a store is, part by part. Visits keys only: LMDB's trees, not the chunks. */
#include <stdlib.h>
#include <unistd.h>

#include "index/store_internal.h"

/* Processes that read, but for this one: as many as there can be. */
typedef struct reader_count {
  long processes[LMDB_READERS_MAX];
  unsigned count;
} reader_count;

/* One line a slot, process, thread, transaction; a slot without a transaction ends in "-"; the heading starts with a letter. */
static int count_reader(const char *line, void *context) {
  reader_count *readers = context;
  size_t length = strlen(line);
  char *end;
  long process = strtol(line, &end, 10);
  if (end == line || length < 2 || line[length - 2] == '-' || process == (long)getpid()) return 0;
  for (unsigned i = 0; i < readers->count; i++) {
    if (readers->processes[i] == process) return 0;
  }
  if (readers->count < LMDB_READERS_MAX) readers->processes[readers->count++] = process;
  return 0;
}

static khop_status add_chunks(store_view *v, int database, store_stats *out, khop_error *err) {
  MDB_val key, value;
  MDB_cursor *cursor = v->cursors[database];
  size_t table = 0;
  int rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
  for (; rc == 0; rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
    if (database == DB_CLUSTERS) {
      out->cluster_bytes += value.mv_size;
    } else if (database == DB_RECORDS) {
      out->record_bytes += value.mv_size;
      out->record_chunks++;
    } else if (key.mv_size == POSTING_KEY_BYTES) {
      while (table < out->table_count && out->tables[table].table < row_key_get(key.mv_data)) table++;
      if (table == out->table_count) return chunk_fault(v->store, database, &key, "of a table that meta lacks", err);
      out->tables[table].chunks++;
      out->tables[table].bytes += value.mv_size;
    }
  }
  return rc == MDB_NOTFOUND ? KHOP_OK : lmdb_error(err, rc, v->store->directory);
}

static khop_status read_stats(store_view *v, store_stats *out, khop_error *err) {
  uint64_t pages = 2; /* LMDB's two meta pages */
  for (int database = 0; database < DB_COUNT; database++) {
    MDB_stat stat;
    int rc = mdb_stat(v->txn, v->store->databases[database], &stat);
    if (rc != 0) return lmdb_error(err, rc, v->store->directory);
    pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    out->used_bytes = pages * stat.ms_psize;
    if (database != DB_META) TRY(add_chunks(v, database, out, err));
  }
  reader_count readers = {.count = 0};
  int rc = mdb_reader_list(v->store->env, count_reader, &readers);
  out->readers = readers.count;
  return rc >= 0 ? KHOP_OK : lmdb_error(err, rc, v->store->directory);
}

khop_status store_read_stats(store *s, store_stats *out, khop_error *err) {
  *out = (store_stats){.rows = s->rows,
                       .clusters = s->clusters,
                       .file_bytes = s->file_bytes,
                       .table_count = s->table_count};
  for (size_t i = 0; i < s->table_count; i++) {
    out->tables[i].table = s->tables[i].table;
    out->tables[i].postings = s->tables[i].postings;
  }
  store_view *v;
  TRY(store_view_begin(&v, s, err));
  khop_status status = read_stats(v, out, err);
  store_view_end(v);
  return status;
}
