/* See piece.h. */
#include "base/piece.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/memory.h"

enum { buffer_bytes = 1 << 18 };

/* ---- writing -------------------------------------------------------------------------------------- */

khop_status piece_create(piece_writer *w, const char *directory, const char *name, khop_error *err) {
  *w = (piece_writer){.file = {.fd = -1}, .hash = XXH3_createState()};
  if (!w->hash) return error_memory(err, sizeof(XXH3_state_t), name);
  XXH3_64bits_reset(w->hash);
  khop_status status = outfile_open(&w->file, directory, name, err);
  if (status != KHOP_OK) piece_abandon(w);
  return status;
}

void piece_put(piece_writer *w, const void *bytes, size_t length) {
  if (!length) return;
  XXH3_64bits_update(w->hash, bytes, length);
  outfile_write(&w->file, bytes, length);
}

void piece_number(piece_writer *w, uint64_t number) { piece_put(w, &number, sizeof number); }

piece_seal piece_end(piece_writer *w) { return (piece_seal){.bytes = w->file.written_bytes, .hash = XXH3_64bits_digest(w->hash)}; }

khop_status piece_commit(piece_writer *w, khop_error *err) {
  khop_status status = outfile_commit(&w->file, err);
  piece_abandon(w);
  return status;
}

void piece_abandon(piece_writer *w) {
  if (!w->hash) return;
  outfile_abandon(&w->file);
  XXH3_freeState(w->hash);
  w->hash = NULL;
}

/* ---- reading -------------------------------------------------------------------------------------- */

static khop_status fault(const piece_reader *r, const char *what, khop_error *err) { return error_set(err, KHOP_INPUT, "%s: %s", r->path, what); }

/* The next bytes of the file, at most a buffer; 0 at its end. */
static khop_status fill(piece_reader *r, khop_error *err) {
  ssize_t count;
  do count = read(r->fd, r->buffer, buffer_bytes);
  while (count < 0 && errno == EINTR);
  if (count < 0) return fault(r, "cannot be read", err);
  r->at = 0;
  r->filled = (size_t)count;
  return KHOP_OK;
}

static khop_status check(piece_reader *r, piece_seal seal, khop_error *err) {
  struct stat info;
  if (fstat(r->fd, &info) != 0 || (uint64_t)info.st_size != seal.bytes) return fault(r, "damaged: of another size", err);
  XXH3_state_t *hash = XXH3_createState();
  if (!hash) return error_memory(err, sizeof *hash, r->path);
  XXH3_64bits_reset(hash);
  khop_status status = fill(r, err);
  while (status == KHOP_OK && r->filled) {
    XXH3_64bits_update(hash, r->buffer, r->filled);
    status = fill(r, err);
  }
  uint64_t found = XXH3_64bits_digest(hash);
  XXH3_freeState(hash);
  TRY(status);
  if (found != seal.hash || lseek(r->fd, 0, SEEK_SET) != 0) return fault(r, "damaged", err);
  r->at = r->filled = 0;
  r->left = seal.bytes;
  return KHOP_OK;
}

khop_status piece_open(piece_reader *r, const char *directory, const char *name, piece_seal seal, khop_error *err) {
  khop_status status;
  *r = (piece_reader){.fd = -1, .path = path_join(directory, name), .buffer = mem_alloc(buffer_bytes, 1)};
  if (!r->path || !r->buffer) {
    status = error_memory(err, buffer_bytes, name);
  } else {
    r->fd = open(r->path, O_RDONLY | O_CLOEXEC);
    status = r->fd < 0 ? fault(r, "not there", err) : check(r, seal, err);
  }
  if (status != KHOP_OK) piece_close(r);
  return status;
}

khop_status piece_take(piece_reader *r, void *bytes, size_t length, khop_error *err) {
  uint8_t *to = bytes;
  if (length > r->left) return fault(r, "damaged: it ends too early", err);
  r->left -= length;
  while (length) {
    if (r->at == r->filled) TRY(fill(r, err));
    if (!r->filled) return fault(r, "damaged: it was changed while it was read", err);
    size_t part = r->filled - r->at < length ? r->filled - r->at : length;
    memcpy(to, r->buffer + r->at, part);
    r->at += part;
    to += part;
    length -= part;
  }
  return KHOP_OK;
}

khop_status piece_take_number(piece_reader *r, uint64_t *out_number, khop_error *err) {
  *out_number = 0;
  return piece_take(r, out_number, sizeof *out_number, err);
}

khop_status piece_take_count(piece_reader *r, uint64_t most, size_t *out_count, khop_error *err) {
  uint64_t number;
  *out_count = 0;
  TRY(piece_take_number(r, &number, err));
  if (number > most) return fault(r, "damaged: a number out of range", err);
  *out_count = (size_t)number;
  return KHOP_OK;
}

void piece_close(piece_reader *r) {
  if (r->fd >= 0) close(r->fd);
  mem_free(r->path);
  mem_free(r->buffer);
  *r = (piece_reader){.fd = -1};
}
