/* The log of a writer: which values it put where, in their order, so that another can put them again.
 *
 *   log   | head | key | value, if it is small |   | head | key |   ...
 *
 * A value that fills pages of its own stands at one place of data.mdb for good, for LMDB moves only the pages of its trees; so
 * its place is all that is logged. A small one shares a page of a tree, which is written anew elsewhere and its old
 * place taken: it is logged itself. Doing the same to a new file gives the same file, so places are as valid
 * there, and the log goes on where it ended.
 */
#include "index/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

enum { log_buffer_bytes = 1 << 16, page_header_bytes = 16 };
#define IN_LOG UINT64_MAX /* instead of a place */

typedef struct log_head {
  uint64_t offset; /* in data.mdb; IN_LOG: the value follows */
  uint32_t value_bytes;
  uint8_t database, key_bytes;
  uint16_t zero;
} log_head;
_Static_assert(sizeof(log_head) == 16, "no padding");

struct writer_log {
  int fd, data_fd; /* data_fd: to be synced while LMDB writes */
  char *path;
  int error_number; /* first failure */
  bool is_replaying;
  uint64_t expected; /* while replaying: where the next value stood */
  size_t page_bytes, inline_max; /* a value of up to so many bytes, its key and node counted, shares a page */
  uint64_t bytes;   /* of the log, those in the buffer included */
  XXH3_state_t *hash;
  uint8_t *buffer;
  size_t used;
};

static khop_status open_files(writer_log *log, const store_writer *w, bool takes_over, khop_error *err) {
  char *data = path_join(w->directory.temporary_path, "data.mdb");
  if (!data) return error_memory(err, strlen(w->directory.temporary_path), "path");
  log->data_fd = open(data, O_RDONLY | O_CLOEXEC);
  khop_status status = log->data_fd < 0 ? error_system(err, errno, data) : KHOP_OK;
  mem_free(data);
  TRY(status);
  log->fd = open(log->path, O_RDWR | O_CREAT | O_CLOEXEC | (takes_over ? 0 : O_TRUNC), 0600);
  return log->fd < 0 ? error_system(err, errno, log->path) : KHOP_OK;
}

khop_status writer_log_open(writer_log **out_log, const store_writer *w, const char *path, bool takes_over, khop_error *err) {
  MDB_stat stat;
  khop_status status = KHOP_OK;
  *out_log = NULL;
  writer_log *log = mem_alloc(1, sizeof *log);
  if (!log) return error_memory(err, sizeof *log, "log of the store");
  *log = (writer_log){.fd = -1, .data_fd = -1, .path = mem_copy_text(path, strlen(path)), .buffer = mem_alloc(log_buffer_bytes, 1),
                      .hash = XXH3_createState(), .is_replaying = takes_over};
  if (!log->path || !log->buffer || !log->hash) {
    status = error_memory(err, log_buffer_bytes, "log of the store");
    goto cleanup;
  }
  XXH3_64bits_reset(log->hash);
  mdb_env_stat(w->env, &stat);
  log->page_bytes = stat.ms_psize;
  log->inline_max = (log->page_bytes - page_header_bytes) / 2;
  TRY_CLEANUP(open_files(log, w, takes_over, err));
  *out_log = log;
  return KHOP_OK;
cleanup:
  writer_log_close(log);
  return status;
}

void writer_log_close(writer_log *log) {
  if (!log) return;
  if (log->fd >= 0) close(log->fd);
  if (log->data_fd >= 0) close(log->data_fd);
  XXH3_freeState(log->hash);
  mem_free(log->path);
  mem_free(log->buffer);
  mem_free(log);
}

/* ---- writing ------------------------------------------------------------------------------------ */

static void flush(writer_log *log) {
  const uint8_t *bytes = log->buffer;
  while (log->used && !log->error_number) {
    ssize_t count = write(log->fd, bytes, log->used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      log->error_number = errno;
      break;
    }
    bytes += count;
    log->used -= (size_t)count;
  }
  log->used = 0;
}

static void put(writer_log *log, const void *bytes, size_t length) {
  const uint8_t *from = bytes;
  XXH3_64bits_update(log->hash, bytes, length);
  log->bytes += length;
  while (length) {
    size_t room = log_buffer_bytes - log->used, part = length < room ? length : room;
    memcpy(log->buffer + log->used, from, part);
    log->used += part;
    from += part;
    length -= part;
    if (log->used == log_buffer_bytes) flush(log);
  }
}

/* A value with pages of its own stands behind the header of the first, which begins with that page's number. */
static log_head head_of(const writer_log *log, int database, size_t key_size, const uint8_t *place, size_t value_size) {
  enum { node_header_bytes = 8 };
  log_head head = {.offset = IN_LOG, .value_bytes = (uint32_t)value_size, .database = (uint8_t)database, .key_bytes = (uint8_t)key_size};
  uint64_t page;
  if (node_header_bytes + key_size + value_size <= log->inline_max) return head;
  memcpy(&page, place - page_header_bytes, sizeof page);
  head.offset = page * log->page_bytes + page_header_bytes;
  return head;
}

void writer_log_add(writer_log *log, int database, const void *key, size_t key_size, const uint8_t *place, size_t value_size) {
  const log_head head = head_of(log, database, key_size, place, value_size);
  if (log->is_replaying && head.offset != log->expected) log->error_number = EINVAL; /* pages of another size, another LMDB */
  if (log->is_replaying || log->error_number) return;
  put(log, &head, sizeof head);
  put(log, key, key_size);
  if (head.offset == IN_LOG) put(log, place, value_size);
}

khop_status store_writer_mark(store_writer *w, store_mark *out, khop_error *err) {
  memset(out, 0, sizeof *out);
  TRY(writer_commit(w, err));
  if (!w->log) return KHOP_OK;
  flush(w->log);
  if (w->log->error_number) return KHOP_OK; /* the store itself is well */
  out->log_bytes = w->log->bytes;
  out->log_hash = XXH3_64bits_digest(w->log->hash);
  out->rows = w->rows;
  out->last_posting = w->last_posting;
  out->table_count = w->table_count;
  for (size_t i = 0; i < w->table_count; i++) {
    out->tables[i].table = w->tables[i].table;
    out->tables[i].postings = w->tables[i].postings;
  }
  return KHOP_OK;
}

khop_status store_writer_sync(const store_writer *w, khop_error *err) {
  if (!w->log) return KHOP_OK;
  fsync(w->directory.lock_fd); /* the name of the file; a file system that cannot promise that fails here */
  if (fdatasync(w->log->data_fd) != 0) return error_system(err, errno, w->directory.temporary_path);
  return fdatasync(w->log->fd) == 0 ? KHOP_OK : error_system(err, errno, w->log->path);
}

/* ---- taking over ---------------------------------------------------------------------------------- */

typedef struct replay {
  store_writer *writer;
  int kept_fd;
  uint64_t left; /* bytes of the log up to the mark */
  uint32_t table; /* of the last postings */
  uint8_t *value;
  size_t capacity;
  khop_error *err;
} replay;

static khop_status damaged(const replay *p, const char *what) {
  return error_set(p->err, KHOP_INPUT, "%s: what an earlier run wrote is %s", p->writer->directory.temporary_path, what);
}

static khop_status read_at(const replay *p, int fd, uint64_t offset, void *bytes, size_t length) {
  uint8_t *to = bytes;
  while (length) {
    ssize_t count = pread(fd, to, length, (off_t)offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return damaged(p, count ? "not to be read" : "cut short");
    to += count;
    offset += (uint64_t)count;
    length -= (size_t)count;
  }
  return KHOP_OK;
}

/* The next bytes of the log; they are hashed as they were when it was written. */
static khop_status take(replay *p, void *bytes, size_t length) {
  writer_log *log = p->writer->log;
  if (length > p->left) return damaged(p, "damaged");
  TRY(read_at(p, log->fd, log->bytes, bytes, length));
  XXH3_64bits_update(log->hash, bytes, length);
  log->bytes += length;
  p->left -= length;
  return KHOP_OK;
}

/* Transactions end where they ended. */
static khop_status begin_table(replay *p, const log_head *head, const uint8_t *key) {
  if (head->database != DB_POSTINGS || head->key_bytes != POSTING_KEY_BYTES) return KHOP_OK;
  uint32_t table = row_key_get(key), before = p->table;
  p->table = table;
  return table == before ? KHOP_OK : writer_commit(p->writer, p->err);
}

static khop_status replay_value(replay *p) {
  uint8_t key[UINT8_MAX];
  log_head head;
  TRY(take(p, &head, sizeof head));
  TRY(take(p, key, head.key_bytes));
  if (head.database >= DB_COUNT || head.value_bytes > RECORD_CHUNK_TEXT_MAX * 2u) return damaged(p, "damaged");
  TRY(array_reserve(&p->value, &p->capacity, head.value_bytes, 1, "a value", p->err));
  TRY(head.offset == IN_LOG ? take(p, p->value, head.value_bytes) : read_at(p, p->kept_fd, head.offset, p->value, head.value_bytes));
  if (!value_is_sound(p->value, head.value_bytes, key, head.key_bytes)) return damaged(p, "damaged");
  TRY(begin_table(p, &head, key));
  p->writer->log->expected = head.offset;
  TRY(writer_append(p->writer, head.database, key, head.key_bytes, p->value, head.value_bytes, true, p->err));
  return p->writer->log->error_number ? damaged(p, "of another machine") : KHOP_OK;
}

/* The bytes of the log are read twice: no value is taken before all of them are known to be sound. */
static khop_status check_log(replay *p, const store_mark *mark) {
  uint8_t *bytes = p->writer->log->buffer;
  XXH3_state_t *hash = p->writer->log->hash;
  for (uint64_t done = 0, part; done < mark->log_bytes; done += part) {
    part = mark->log_bytes - done < log_buffer_bytes ? mark->log_bytes - done : log_buffer_bytes;
    TRY(read_at(p, p->writer->log->fd, done, bytes, part));
    XXH3_64bits_update(hash, bytes, part);
  }
  bool is_sound = XXH3_64bits_digest(hash) == mark->log_hash && mark->table_count <= STORE_TABLES_MAX;
  XXH3_64bits_reset(hash);
  return is_sound ? KHOP_OK : damaged(p, "damaged");
}

/* All values are in the new file, on the disk: the old one goes. */
static khop_status end_replay(replay *p, const store_mark *mark) {
  store_writer *w = p->writer;
  writer_log *log = w->log;
  TRY(writer_commit(w, p->err));
  w->rows = mark->rows;
  w->last_posting = mark->last_posting;
  w->table_count = mark->table_count;
  for (size_t i = 0; i < w->table_count; i++) {
    w->tables[i] = (posting_table){.table = (uint32_t)mark->tables[i].table, .postings = mark->tables[i].postings};
  }
  if (ftruncate(log->fd, (off_t)log->bytes) != 0 || lseek(log->fd, 0, SEEK_END) < 0) return error_system(p->err, errno, log->path);
  log->is_replaying = false;
  TRY(store_writer_sync(w, p->err));
  char *kept = path_join(w->directory.temporary_path, STORE_KEPT_FILE);
  if (kept) unlink(kept); /* what stays goes with the directory's next writer */
  mem_free(kept);
  return KHOP_OK;
}

khop_status store_writer_replay(store_writer *w, const store_mark *mark, khop_error *err) {
  replay p = {.writer = w, .kept_fd = -1, .left = mark->log_bytes, .err = err};
  khop_status status = KHOP_OK;
  char *kept = path_join(w->directory.temporary_path, STORE_KEPT_FILE);
  if (!kept) return error_memory(err, strlen(w->directory.temporary_path), "path");
  p.kept_fd = open(kept, O_RDONLY | O_CLOEXEC);
  mem_free(kept);
  TRY_CLEANUP(p.kept_fd < 0 ? damaged(&p, "not there") : KHOP_OK);
  TRY_CLEANUP(check_log(&p, mark));
  while (p.left) TRY_CLEANUP(replay_value(&p));
  TRY_CLEANUP(end_replay(&p, mark));
cleanup:
  if (p.kept_fd >= 0) close(p.kept_fd);
  mem_free(p.value);
  return status;
}
