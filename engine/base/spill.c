/* See spill.h. */
#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

struct spill_file {
  int fd;
  char *directory;
  uint64_t written_bytes, expected_bytes;
  uint32_t extent_count; /* of the file */
  uint32_t *free_extents;
  size_t free_count, free_capacity;
};

/* A file system that knows no file without a name is given one that goes at once. */
static int open_unnamed(const char *directory) {
  int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  char *path = path_join(directory, ".khop-spill-XXXXXX");
  if (!path) {
    errno = ENOMEM;
    return -1;
  }
  fd = mkostemp(path, O_CLOEXEC);
  int error_number = errno;
  if (fd >= 0) unlink(path);
  mem_free(path);
  errno = error_number;
  return fd;
}

khop_status spill_open(spill_file **out_file, const char *directory, khop_error *err) {
  *out_file = NULL;
  spill_file *f = mem_alloc(1, sizeof *f);
  char *copy = mem_copy_text(directory, strlen(directory));
  if (!f || !copy) {
    mem_free(f);
    mem_free(copy);
    return error_memory(err, sizeof *f, "temporary file");
  }
  *f = (spill_file){.fd = open_unnamed(directory), .directory = copy};
  if (f->fd < 0) {
    khop_status status = error_system(err, errno, directory);
    spill_close(f);
    return status;
  }
  *out_file = f;
  return KHOP_OK;
}

void spill_close(spill_file *f) {
  if (!f) return;
  if (f->fd >= 0) close(f->fd);
  mem_free(f->directory);
  mem_free(f->free_extents);
  mem_free(f);
}

void spill_expect(spill_file *f, uint64_t bytes) { f->expected_bytes = bytes; }
uint64_t spill_written_bytes(const spill_file *f) { return f->written_bytes; }
uint64_t spill_disk_bytes(const spill_file *f) { return (uint64_t)f->extent_count * SPILL_EXTENT_BYTES; }

uint64_t spill_room_bytes(const spill_file *f) {
  uint64_t free_bytes;
  if (disk_free_bytes(f->directory, &free_bytes, NULL) != KHOP_OK) return UINT64_MAX;
  return free_bytes + f->free_count * (uint64_t)SPILL_EXTENT_BYTES;
}

static khop_status write_failed(const spill_file *f, int error_number, khop_error *err) {
  bool is_full = error_number == ENOSPC || error_number == EDQUOT;
  if (!is_full || !f->expected_bytes) return error_system(err, error_number, f->directory);
  const uint64_t mebibyte = 1 << 20;
  uint64_t used = spill_disk_bytes(f), expected = f->expected_bytes > used ? f->expected_bytes : used + SPILL_EXTENT_BYTES;
  return error_set(err, KHOP_ENVIRONMENT, "%s: disk full: temporary files need about %llu MiB, %llu MiB are written; with more --memory they need less",
                   f->directory, (unsigned long long)(expected / mebibyte) + 1, (unsigned long long)(used / mebibyte));
}

static khop_status write_at(spill_file *f, uint64_t offset, const uint8_t *bytes, size_t length, khop_error *err) {
  f->written_bytes += length;
  while (length) {
    ssize_t count = pwrite(f->fd, bytes, length, (off_t)offset);
    if (count < 0) {
      if (errno == EINTR) continue;
      return write_failed(f, errno, err);
    }
    bytes += count;
    offset += (uint64_t)count;
    length -= (size_t)count;
  }
  return KHOP_OK;
}

/* The extent that byte `bytes` of the stream lies in, which is the last one or comes next. */
static khop_status reserve_extent(spill_file *f, spill_stream *s, size_t extent, khop_error *err) {
  if (extent < s->extent_count) return KHOP_OK;
  TRY(array_reserve(&s->extents, &s->extent_capacity, extent + 1, sizeof *s->extents, "temporary file", err));
  s->extents[s->extent_count++] = f->free_count ? f->free_extents[--f->free_count] : f->extent_count++;
  return KHOP_OK;
}

/* The buffer holds the end of the stream, from the last multiple of an extent on or from where spill_end left off. */
static khop_status flush(spill_file *f, spill_stream *s, khop_error *err) {
  if (!s->used) return KHOP_OK;
  uint64_t start = s->bytes - s->used;
  size_t extent = (size_t)(start / SPILL_EXTENT_BYTES);
  TRY(reserve_extent(f, s, extent, err));
  TRY(write_at(f, (uint64_t)s->extents[extent] * SPILL_EXTENT_BYTES + start % SPILL_EXTENT_BYTES, s->buffer, s->used, err));
  s->used = 0;
  return KHOP_OK;
}

khop_status spill_write(spill_file *f, spill_stream *s, const void *bytes, size_t length, khop_error *err) {
  const uint8_t *from = bytes;
  if (!s->buffer && !(s->buffer = mem_alloc(SPILL_EXTENT_BYTES, 1))) return error_memory(err, SPILL_EXTENT_BYTES, "temporary file");
  while (length) {
    size_t room = SPILL_EXTENT_BYTES - (size_t)(s->bytes % SPILL_EXTENT_BYTES), part = length < room ? length : room;
    memcpy(s->buffer + s->used, from, part);
    s->used += part;
    s->bytes += part;
    from += part;
    length -= part;
    if (part == room) TRY(flush(f, s, err));
  }
  return KHOP_OK;
}

khop_status spill_end(spill_file *f, spill_stream *s, khop_error *err) {
  TRY(flush(f, s, err));
  mem_free(s->buffer);
  s->buffer = NULL;
  return KHOP_OK;
}

khop_status spill_read(const spill_file *f, const spill_stream *s, uint64_t offset, void *bytes, size_t length, khop_error *err) {
  uint8_t *to = bytes;
  while (length) {
    size_t within = (size_t)(offset % SPILL_EXTENT_BYTES), room = SPILL_EXTENT_BYTES - within, part = length < room ? length : room;
    off_t at = (off_t)((uint64_t)s->extents[offset / SPILL_EXTENT_BYTES] * SPILL_EXTENT_BYTES + within);
    ssize_t count = pread(f->fd, to, part, at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return error_system(err, count < 0 ? errno : EIO, f->directory);
    to += count;
    offset += (uint64_t)count;
    length -= (size_t)count;
  }
  return KHOP_OK;
}

void spill_discard(spill_file *f, spill_stream *s) {
  /* Without memory for the list the space is lost until the file is closed. */
  if (s->extent_count && array_reserve(&f->free_extents, &f->free_capacity, f->free_count + s->extent_count, sizeof *f->free_extents,
                                       "temporary file", NULL) == KHOP_OK) {
    memcpy(f->free_extents + f->free_count, s->extents, s->extent_count * sizeof *s->extents);
    f->free_count += s->extent_count;
  }
  mem_free(s->buffer);
  mem_free(s->extents);
  *s = (spill_stream){0};
}
