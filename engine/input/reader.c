/* See reader.h. Plain files are read straight into the caller's buffer, but for the first bytes,
 * which were read to find out that they are plain. */
#include "input/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { raw_capacity = 128 * 1024, control_every_ms = 100 };

/* A signal ends poll(2) only in the thread that it reaches, so the control is looked at by the clock. */
static khop_status wait_for_bytes(reader *r, khop_error *err) {
  struct pollfd wanted = {.fd = r->fd, .events = POLLIN};
  int ready;
  do {
    TRY(control_check(r->control, err));
    ready = poll(&wanted, 1, control_every_ms);
  } while (ready == 0 || (ready < 0 && errno == EINTR));
  return ready > 0 ? KHOP_OK : error_system(err, errno, r->label);
}

static khop_status read_fd(reader *r, void *bytes, size_t capacity, size_t *out_bytes, khop_error *err) {
  *out_bytes = 0;
  ssize_t got;
  do {
    if (r->is_regular) TRY(control_check(r->control, err));
    else TRY(wait_for_bytes(r, err));
    got = read(r->fd, bytes, capacity);
  } while (got < 0 && (errno == EINTR || errno == EAGAIN));
  if (got < 0) return error_system(err, errno, r->label);
  *out_bytes = (size_t)got;
  return KHOP_OK;
}

khop_status reader_fill_raw(reader *r, khop_error *err) {
  if (r->raw_start < r->raw_end || r->raw_ended) return KHOP_OK;
  r->raw_start = r->raw_end = 0;
  TRY(read_fd(r, r->raw, raw_capacity, &r->raw_end, err));
  r->raw_ended = r->raw_end == 0;
  return KHOP_OK;
}

void reader_use_raw(reader *r, size_t bytes) {
  r->raw_start += bytes;
  r->raw_offset += bytes;
}

khop_status reader_truncated(const reader *r, khop_error *err) {
  return error_set(err, KHOP_INPUT, "%s: truncated %s data: the file ends at byte %" PRIu64, r->label,
                   r->codec->name, r->raw_offset);
}

khop_status reader_corrupt(const reader *r, khop_error *err) {
  return error_set(err, KHOP_INPUT, "%s: corrupt %s data at byte %" PRIu64, r->label, r->codec->name,
                   r->raw_offset);
}

static bool plain_recognise(const unsigned char *start, size_t bytes) {
  (void)start, (void)bytes;
  return true;
}

static khop_status plain_open(reader *r, khop_error *err) {
  (void)r, (void)err;
  return KHOP_OK;
}

static khop_status plain_read(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err) {
  size_t sniffed = r->raw_end - r->raw_start;
  if (sniffed > 0) {
    size_t taken = sniffed < capacity ? sniffed : capacity;
    memcpy(text, r->raw + r->raw_start, taken);
    reader_use_raw(r, taken);
    *out_bytes = taken;
    return KHOP_OK;
  }
  TRY(read_fd(r, text, capacity, out_bytes, err));
  r->raw_offset += *out_bytes;
  return KHOP_OK;
}

static void plain_close(reader *r) { (void)r; }

static const reader_codec codec_plain = {
    .name = "none",
    .recognise = plain_recognise,
    .open = plain_open,
    .read = plain_read,
    .close = plain_close,
};

static const reader_codec *const codecs[] = {&reader_codec_gzip, &reader_codec_zstd, &reader_codec_utf16, &codec_plain};

static khop_status open_fd(reader *r, const char *path, khop_error *err) {
  bool is_stdin = strcmp(path, "-") == 0;
  r->label = is_stdin ? "stdin" : path;
  /* Without O_NONBLOCK a named pipe would wait here for its writer, deaf to the control. */
  r->fd = is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (r->fd < 0) return error_system(err, errno, r->label);
  struct stat info;
  if (fstat(r->fd, &info) != 0) return error_system(err, errno, r->label);
  if (S_ISDIR(info.st_mode)) return error_system(err, EISDIR, r->label);
  /* Standard input may be an ordinary file, but it cannot be opened a second time. */
  if (S_ISREG(info.st_mode) && !is_stdin) {
    r->is_regular = true;
    r->size_bytes = (uint64_t)info.st_size;
    r->identity = (reader_identity){
        .device = info.st_dev,
        .inode = info.st_ino,
        .size_bytes = info.st_size,
        .modified = info.st_mtim,
    };
    posix_fadvise(r->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  return KHOP_OK;
}

/* The first bytes tell the compression; a pipe may deliver them one by one. */
static khop_status sniff_codec(reader *r, khop_error *err) {
  enum { magic_bytes = 4 };
  while (r->raw_end < magic_bytes) {
    size_t got;
    TRY(read_fd(r, r->raw + r->raw_end, raw_capacity - r->raw_end, &got, err));
    if (got == 0) break;
    r->raw_end += got;
  }
  size_t i = 0;
  while (!codecs[i]->recognise(r->raw, r->raw_end)) i++;
  r->codec = codecs[i];
  return r->codec->open(r, err);
}

khop_status reader_open(reader *r, const char *path, const khop_control *control, khop_error *err) {
  *r = (reader){.fd = -1, .control = control};
  khop_status status;
  TRY_CLEANUP(open_fd(r, path, err));
  r->raw = mem_alloc(raw_capacity, 1);
  if (!r->raw) TRY_CLEANUP(error_memory(err, raw_capacity, "input"));
  TRY_CLEANUP(sniff_codec(r, err));
cleanup:
  if (status != KHOP_OK) reader_close(r);
  return status;
}

khop_status reader_read(reader *r, char *text, size_t capacity, size_t *out_bytes, khop_error *err) {
  *out_bytes = 0;
  while (*out_bytes < capacity) {
    size_t got = 0;
    TRY(r->codec->read(r, text + *out_bytes, capacity - *out_bytes, &got, err));
    if (got == 0) break;
    *out_bytes += got;
  }
  return KHOP_OK;
}

bool reader_is_anywhere(const reader *r) { return r->is_regular && r->codec == &codec_plain; }

khop_status reader_read_at(const reader *r, uint64_t offset, char *text, size_t capacity, size_t *out_bytes,
                           khop_error *err) {
  *out_bytes = 0;
  TRY(control_check(r->control, err));
  while (*out_bytes < capacity) {
    ssize_t got = pread(r->fd, text + *out_bytes, capacity - *out_bytes, (off_t)(offset + *out_bytes));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error_system(err, errno, r->label);
    if (got == 0) break;
    *out_bytes += (size_t)got;
  }
  return KHOP_OK;
}

void reader_close(reader *r) {
  if (r->codec) r->codec->close(r);
  if (r->fd >= 0) close(r->fd);
  mem_free(r->raw);
  *r = (reader){.fd = -1};
}
