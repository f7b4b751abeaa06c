/* See lmdb_env.h. */
#include "index/lmdb_env.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "base/file.h"

enum { map_granule = 1 << 16 /* a multiple of every page size */ };
/* The size of the map stands in the file, so it must not depend on the machine: the same run gives the
 * same store. */
static const uint64_t map_bytes_least = UINT64_C(64) << 20, map_bytes_usual = UINT64_C(256) << 30;
static const uint64_t lock_room_bytes = 1 << 20; /* a lock file of that many readers, many times over */
static const uint64_t disk_full_bytes = 8 << 20; /* less than this left: a failed write means a full disk */

const char *const lmdb_db_names[DB_COUNT] = {"meta", "records", "postings", "clusters"};

static bool file_size_is_limited(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

khop_status lmdb_error(khop_error *err, int rc, const char *object) {
  uint64_t free_bytes;
  if (rc == EIO || rc == ENOSPC) {
    if (disk_free_bytes(object, &free_bytes, NULL) == KHOP_OK && free_bytes < disk_full_bytes) rc = ENOSPC;
    else if (rc == EIO && file_size_is_limited()) rc = EFBIG;
  }
  if (rc > 0) return error_system(err, rc, object);
  switch (rc) {
    case MDB_READERS_FULL:
      return error_set(err, KHOP_ENVIRONMENT, "%s: more than %d readers at a time", object, LMDB_READERS_MAX);
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH: return error_set(err, KHOP_INPUT, "%s: not a khop store", object);
    case MDB_NOTFOUND:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INCOMPATIBLE:
    case MDB_CURSOR_FULL: return error_set(err, KHOP_INPUT, "%s: damaged: %s", object, mdb_strerror(rc));
    default: return error_set(err, KHOP_BUG, "%s: %s", object, mdb_strerror(rc));
  }
}

static uint64_t default_map_bytes(void) {
  uint64_t bytes = map_bytes_usual;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur / 4) {
    bytes = limit.rlim_cur / 4;
  }
  return bytes < map_bytes_least ? map_bytes_least : bytes;
}

static int open_env(MDB_env **out_env, const char *directory, uint64_t map_bytes, unsigned flags) {
  MDB_env *env = NULL;
  int rc = mdb_env_create(&env);
  if (rc == 0) rc = mdb_env_set_mapsize(env, (size_t)(map_bytes / map_granule * map_granule));
  if (rc == 0) rc = mdb_env_set_maxdbs(env, DB_COUNT);
  if (rc == 0) rc = mdb_env_set_maxreaders(env, LMDB_READERS_MAX);
  if (rc == 0) rc = mdb_env_open(env, directory, flags, 0600);
  if (rc != 0) {
    mdb_env_close(env);
    env = NULL;
  }
  *out_env = env;
  return rc;
}

/* Nobody sees the store before it is finished, so only then need it be on the disk: commits do not wait, mdb_env_sync does. */
khop_status lmdb_env_create_writer(MDB_env **out_env, const char *directory, uint64_t map_bytes, khop_error *err) {
  const unsigned flags = MDB_NOLOCK | MDB_NOSYNC;
  if (map_bytes == 0) map_bytes = default_map_bytes();
  if (map_bytes < map_granule) map_bytes = map_granule;
  int rc = open_env(out_env, directory, map_bytes, flags);
  /* Address space may be scarce: half as much will do, the map grows. */
  while (rc == ENOMEM && map_bytes > map_bytes_least) {
    map_bytes /= 2;
    rc = open_env(out_env, directory, map_bytes, flags);
  }
  return rc == 0 ? KHOP_OK : lmdb_error(err, rc, directory);
}

void lmdb_env_write_out(MDB_env *env) {
  int fd;
  MDB_envinfo info;
  MDB_stat stat;
  if (mdb_env_get_fd(env, &fd) != 0 || mdb_env_info(env, &info) != 0 || mdb_env_stat(env, &stat) != 0) return;
  file_write_behind(fd, (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize);
}

khop_status lmdb_env_open_reader(MDB_env **out_env, const char *directory, uint64_t file_bytes, khop_error *err) {
  uint64_t map_bytes = file_bytes + map_granule;
  unsigned flags = MDB_RDONLY | MDB_NOTLS;
  /* On a full disk the lock file would get its size but no blocks: SIGBUS where LMDB writes to its map. */
  uint64_t free_bytes;
  if (disk_free_bytes(directory, &free_bytes, NULL) == KHOP_OK && free_bytes < lock_room_bytes) flags |= MDB_NOLOCK;
  int rc = open_env(out_env, directory, map_bytes, flags);
  /* Where no lock file can be made, none is needed: a finished store is never written again. */
  if (rc == EACCES || rc == EROFS) rc = open_env(out_env, directory, map_bytes, flags | MDB_NOLOCK);
  if (rc != 0) return lmdb_error(err, rc, directory);
  int dead = 0;
  rc = mdb_reader_check(*out_env, &dead); /* frees the slots of readers that were killed */
  if (rc == 0) return KHOP_OK;
  mdb_env_close(*out_env);
  *out_env = NULL;
  return lmdb_error(err, rc, directory);
}
