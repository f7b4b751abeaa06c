/* A store's writer, for the files that write. See store.h. */
#ifndef KHOP_INDEX_WRITER_H
#define KHOP_INDEX_WRITER_H

#include "index/chunk.h"
#include "index/directory.h"
#include "index/lmdb_env.h"

typedef struct posting_table {
  uint32_t table;
  uint64_t postings;
} posting_table;

struct store_writer {
  store_directory directory;
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi databases[DB_COUNT];
  MDB_cursor *cursors[DB_COUNT]; /* of this txn; NULL until used */
  uint64_t commit_bytes, uncommitted_bytes;
  bool failed, sealed;

  size_t field_count;
  uint64_t rows, clusters;
  bool clusters_written;
  store_posting last_posting;
  size_t table_count;
  posting_table tables[STORE_TABLES_MAX];

  bool ends_at_tables;
  struct writer_log *log; /* NULL: none */
};

/* Ends the open transaction, if there is one. */
khop_status writer_commit(store_writer *w, khop_error *err);
/* A value at the right edge of a database; its checksum lacks the key unless `is_sealed`. */
khop_status writer_append(store_writer *w, int database, void *key, size_t key_size, const uint8_t *value, size_t value_size, bool is_sealed,
                          khop_error *err);

/* ---- the log (writer_log.c) ------------------------------------------------------------------------ */

typedef struct writer_log writer_log;
/* With `takes_over` what is there stays, and nothing is added before it was replayed. */
khop_status writer_log_open(writer_log **out_log, const store_writer *w, const char *path, bool takes_over, khop_error *err);
/* After the value was put at `place`, in a page of the open transaction. After a failure no mark can be taken over. */
void writer_log_add(writer_log *log, int database, const void *key, size_t key_size, const uint8_t *place, size_t value_size);
void writer_log_close(writer_log *log);

#endif
