/* The store's use of LMDB, in one place: names of the databases, environments, and LMDB's return
 * codes as khop errors. */
#ifndef KHOP_INDEX_LMDB_ENV_H
#define KHOP_INDEX_LMDB_ENV_H

#include <lmdb.h>

#include "base/status.h"

enum { DB_META, DB_RECORDS, DB_POSTINGS, DB_CLUSTERS, DB_COUNT };
enum { LMDB_READERS_MAX = 512 };

extern const char *const lmdb_db_names[DB_COUNT];

/* rc of an LMDB call about `object`, an existing path. LMDB reports a full disk and a file-size limit as
 * EIO, so the file system of `object` is asked before "input/output error" is believed. */
khop_status lmdb_error(khop_error *err, int rc, const char *object);

/* An environment to write DIR/data.mdb in, without a lock file: the writer holds the directory.
 * Commits are not on the disk before mdb_env_sync. Closed by mdb_env_close. `map_bytes` 0: 256 GiB, or what address space there is. */
khop_status lmdb_env_create_writer(MDB_env **out_env, const char *directory, uint64_t map_bytes, khop_error *err);
/* file_write_behind of what was committed. */
void lmdb_env_write_out(MDB_env *env);
/* An environment to read the finished DIR/data.mdb. */
khop_status lmdb_env_open_reader(MDB_env **out_env, const char *directory, uint64_t file_bytes, khop_error *err);

#endif
