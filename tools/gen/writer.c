/* See writer.h. */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { writer_buffer_bytes = 1 << 20 };

khop_status gen_fail(khop_error *err, khop_status status, const char *format, ...) {
  if (!err) return status;
  va_list args;
  va_start(args, format);
  err->status = status;
  vsnprintf(err->message, sizeof err->message, format, args);
  va_end(args);
  return status;
}

static khop_status fail_system(khop_error *err, int error_number, const char *path) {
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG) {
    return gen_fail(err, KHOP_ENVIRONMENT, "%s: disk full", path);
  }
  khop_status status = error_number == ENOENT || error_number == ENOTDIR ? KHOP_USAGE : KHOP_ENVIRONMENT;
  return gen_fail(err, status, "%s: %s", path, strerror(error_number));
}

khop_status gen_directory_create(const char *path, khop_error *err) {
  char part[4096];
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof part) {
    return gen_fail(err, KHOP_USAGE, "output directory: a path of %zu bytes", length);
  }
  for (size_t i = 1; i <= length; i++) {
    if (path[i] != '/' && path[i] != 0) continue;
    memcpy(part, path, i);
    part[i] = 0;
    if (mkdir(part, 0700) != 0 && errno != EEXIST) return fail_system(err, errno, part);
  }
  struct stat entry;
  if (stat(path, &entry) != 0) return fail_system(err, errno, path);
  if (!S_ISDIR(entry.st_mode)) return gen_fail(err, KHOP_USAGE, "%s: not a directory", path);
  return KHOP_OK;
}

khop_status gen_writer_open(gen_writer *w, const char *directory, const char *name, khop_error *err) {
  *w = (gen_writer){.fd = -1};
  int temporary = snprintf(w->temporary_path, sizeof w->temporary_path, "%s/.%s.tmp", directory, name);
  int final = snprintf(w->final_path, sizeof w->final_path, "%s/%s", directory, name);
  if (temporary < 0 || final < 0 || (size_t)temporary >= sizeof w->temporary_path) {
    return gen_fail(err, KHOP_USAGE, "%s: path too long", name);
  }
  w->buffer = malloc(writer_buffer_bytes);
  if (!w->buffer) return gen_fail(err, KHOP_ENVIRONMENT, "%s: out of memory", name);
  w->fd = open(w->temporary_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (w->fd >= 0) return KHOP_OK;
  khop_status status = fail_system(err, errno, w->temporary_path);
  gen_writer_abandon(w);
  return status;
}

static void flush(gen_writer *w) {
  for (size_t done = 0; done < w->used && !w->error_number;) {
    ssize_t count = write(w->fd, w->buffer + done, w->used - done);
    if (count >= 0) {
      done += (size_t)count;
    } else if (errno != EINTR) {
      w->error_number = errno;
    }
  }
  w->used = 0;
}

gen_text gen_writer_room(gen_writer *w) {
  if (writer_buffer_bytes - w->used < GEN_ROW_BYTES_MAX) flush(w);
  return (gen_text){w->buffer + w->used};
}

khop_status gen_writer_commit(gen_writer *w, khop_error *err) {
  flush(w);
  if (!w->error_number && fsync(w->fd) != 0 && errno != EINVAL) w->error_number = errno;
  if (close(w->fd) != 0 && !w->error_number) w->error_number = errno;
  w->fd = -1;
  if (!w->error_number && rename(w->temporary_path, w->final_path) != 0) w->error_number = errno;
  khop_status status = KHOP_OK;
  if (w->error_number) {
    status = fail_system(err, w->error_number, w->final_path);
    unlink(w->temporary_path);
  }
  free(w->buffer);
  w->buffer = NULL;
  return status;
}

void gen_writer_abandon(gen_writer *w) {
  if (!w->buffer) return;
  if (w->fd >= 0) {
    close(w->fd);
    unlink(w->temporary_path);
  }
  free(w->buffer);
  *w = (gen_writer){.fd = -1};
}
