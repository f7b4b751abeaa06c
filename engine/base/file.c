/* See file.h. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/memory.h"

enum { outfile_buffer_bytes = 1 << 20, write_behind_bytes = 32 << 20, page_cache_bytes = 256 << 20 };

char *path_join(const char *directory, const char *name) {
  size_t directory_length = strlen(directory), name_length = strlen(name);
  char *path = mem_alloc(directory_length + name_length + 2, 1);
  if (!path) return NULL;
  memcpy(path, directory, directory_length);
  path[directory_length] = '/';
  memcpy(path + directory_length + 1, name, name_length);
  return path;
}

bool path_exists(const char *directory, const char *name) {
  char path[PATH_MAX]; /* no longer one can be opened */
  struct stat info;
  int length = snprintf(path, sizeof path, "%s/%s", directory, name);
  return length > 0 && (size_t)length < sizeof path && stat(path, &info) == 0;
}

khop_status outfile_open(outfile *f, const char *directory, const char *name, khop_error *err) {
  *f = (outfile){.fd = -1};
  char temporary_name[256];
  snprintf(temporary_name, sizeof temporary_name, ".%s.tmp", name);
  f->directory = mem_copy_text(directory, strlen(directory));
  f->temporary_path = path_join(directory, temporary_name);
  f->final_path = path_join(directory, name);
  f->buffer = mem_alloc(outfile_buffer_bytes, 1);
  if (!f->directory || !f->temporary_path || !f->final_path || !f->buffer) {
    outfile_abandon(f);
    return error_memory(err, outfile_buffer_bytes, name);
  }
  f->fd = open(f->temporary_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (f->fd < 0) {
    khop_status status = error_system(err, errno, f->temporary_path);
    outfile_abandon(f);
    return status;
  }
  return KHOP_OK;
}

static void write_all(outfile *f, const char *bytes, size_t length) {
  while (length && !f->error_number) {
    ssize_t count = write(f->fd, bytes, length);
    if (count < 0) {
      if (errno != EINTR) f->error_number = errno;
      continue;
    }
    bytes += count;
    length -= (size_t)count;
  }
}

void file_write_behind(int fd, uint64_t written_bytes) {
  sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
  if (written_bytes > page_cache_bytes) posix_fadvise(fd, 0, (off_t)(written_bytes - page_cache_bytes), POSIX_FADV_DONTNEED);
}

static void flush(outfile *f) {
  write_all(f, f->buffer, f->used);
  f->used = 0;
  if (f->written_bytes - f->behind_bytes < write_behind_bytes) return;
  file_write_behind(f->fd, f->written_bytes);
  f->behind_bytes = f->written_bytes;
}

void outfile_write(outfile *f, const void *bytes, size_t length) {
  f->written_bytes += length;
  if (length > outfile_buffer_bytes - f->used) flush(f);
  if (length > outfile_buffer_bytes) {
    write_all(f, bytes, length);
    return;
  }
  memcpy(f->buffer + f->used, bytes, length);
  f->used += length;
}

void outfile_text(outfile *f, const char *text) { outfile_write(f, text, strlen(text)); }

void outfile_format(outfile *f, const char *format, ...) {
  char text[1024];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (length < 0 || (size_t)length >= sizeof text) {
    if (!f->error_number) f->error_number = EOVERFLOW;
    return;
  }
  outfile_write(f, text, (size_t)length);
}

void outfile_number(outfile *f, uint64_t number) {
  char digits[20];
  size_t start = sizeof digits;
  do {
    digits[--start] = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  outfile_write(f, digits + start, sizeof digits - start);
}

static bool needs_quotes(const char *text, size_t length) {
  if (length == 0) return false;
  if (text[0] == ' ' || text[length - 1] == ' ') return true;
  for (size_t i = 0; i < length; i++) {
    if (text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r') return true;
  }
  return false;
}

size_t csv_field(char *out, const char *text, size_t length) {
  if (!needs_quotes(text, length)) {
    memcpy(out, text, length);
    return length;
  }
  char *end = out;
  *end++ = '"';
  for (size_t i = 0; i < length; i++) {
    if (text[i] == '"') *end++ = '"';
    *end++ = text[i];
  }
  *end++ = '"';
  return (size_t)(end - out);
}

void outfile_csv_field(outfile *f, const char *text, size_t length) {
  if (!needs_quotes(text, length)) {
    outfile_write(f, text, length);
    return;
  }
  outfile_write(f, "\"", 1);
  for (size_t start = 0; start < length;) {
    const char *quote = memchr(text + start, '"', length - start);
    size_t end = quote ? (size_t)(quote - text) + 1 : length;
    outfile_write(f, text + start, end - start);
    if (quote) outfile_write(f, "\"", 1);
    start = end;
  }
  outfile_write(f, "\"", 1);
}

khop_status outfile_commit(outfile *f, khop_error *err) {
  flush(f);
  if (!f->error_number && fsync(f->fd) != 0) f->error_number = errno;
  if (close(f->fd) != 0 && !f->error_number) f->error_number = errno;
  f->fd = -1;
  if (!f->error_number && rename(f->temporary_path, f->final_path) != 0) f->error_number = errno;
  if (f->error_number) {
    khop_status status = error_system(err, f->error_number, f->final_path);
    unlink(f->temporary_path);
    error_disk_need(err, f->directory, f->written_bytes);
    outfile_abandon(f);
    return status;
  }
  directory_sync(f->directory);
  mem_free(f->temporary_path);
  f->temporary_path = NULL; /* nothing left to remove */
  outfile_abandon(f);
  return KHOP_OK;
}

void outfile_abandon(outfile *f) {
  if (f->fd >= 0) {
    close(f->fd);
    f->fd = -1;
    unlink(f->temporary_path);
  } else if (f->temporary_path && f->error_number) {
    unlink(f->temporary_path);
  }
  mem_free(f->buffer);
  mem_free(f->directory);
  mem_free(f->temporary_path);
  mem_free(f->final_path);
  f->buffer = f->directory = f->temporary_path = f->final_path = NULL;
}

khop_status directory_create(const char *path, khop_error *err) {
  char *partial = mem_copy_text(path, strlen(path));
  if (!partial) return error_memory(err, strlen(path), "path");
  khop_status status = KHOP_OK;
  for (char *slash = partial + (*partial != '\0'); status == KHOP_OK; slash++) {
    if (*slash != '/' && *slash != '\0') continue;
    char kept = *slash;
    *slash = '\0';
    struct stat info;
    if (mkdir(partial, 0700) != 0 && errno != EEXIST) status = error_system(err, errno, partial);
    else if (stat(partial, &info) != 0) status = error_system(err, errno, partial);
    else if (!S_ISDIR(info.st_mode)) status = error_system(err, ENOTDIR, partial);
    *slash = kept;
    if (!kept) break;
  }
  mem_free(partial);
  return status;
}

/* The directory that `path` stands in. */
static khop_status open_parent(const char *path, int *out_fd, khop_error *err) {
  const char *slash = strrchr(path, '/');
  char *parent = slash ? mem_copy_text(path, slash == path ? 1 : (size_t)(slash - path)) : mem_copy_text(".", 1);
  *out_fd = -1;
  if (!parent) return error_memory(err, strlen(path), "path");
  *out_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  khop_status status = *out_fd < 0 ? error_system(err, errno, parent) : KHOP_OK;
  mem_free(parent);
  return status;
}

static khop_status rename_and_sync(int parent, const char *from, const char *to, khop_error *err) {
  if (rename(from, to) != 0) {
    bool is_there = errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR;
    return is_there ? error_set(err, KHOP_USAGE, "%s: exists already", to) : error_system(err, errno, to);
  }
  if (fsync(parent) == 0 || errno == EINVAL) return KHOP_OK; /* EINVAL: a file system without it */
  khop_status status = error_system(err, errno, to);
  return rename(to, from) == 0 ? status : error_system(err, errno, to);
}

/* What can fail without a rename comes before it. */
khop_status rename_durably(const char *from, const char *to, khop_error *err) {
  int parent;
  TRY(open_parent(to, &parent, err));
  khop_status status = rename_and_sync(parent, from, to, err);
  close(parent);
  return status;
}

void directory_sync(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return; /* a rename itself succeeded; some file systems cannot sync a directory */
  fsync(fd);
  close(fd);
}

khop_status directory_is_empty(const char *path, bool *out_empty, khop_error *err) {
  *out_empty = true;
  DIR *directory = opendir(path);
  if (!directory) return errno == ENOENT ? KHOP_OK : error_system(err, errno, path);
  struct dirent *entry;
  while (*out_empty && (entry = readdir(directory))) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) *out_empty = false;
  }
  closedir(directory);
  return KHOP_OK;
}

uint64_t directory_disk_bytes(const char *path) {
  const uint64_t block_bytes = 512; /* of st_blocks, everywhere */
  uint64_t bytes = 0;
  DIR *directory = opendir(path);
  for (struct dirent *entry; directory && (entry = readdir(directory));) {
    struct stat info;
    if (fstatat(dirfd(directory), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode)) {
      bytes += (uint64_t)info.st_blocks * block_bytes;
    }
  }
  if (directory) closedir(directory);
  return bytes;
}

void error_disk_need(khop_error *err, const char *directory, uint64_t needed_bytes) {
  static const char fact[] = "disk full";
  const uint64_t mebibyte = 1 << 20;
  uint64_t free_bytes;
  char *at = err && err->error_number == ENOSPC ? strstr(err->message, fact) : NULL;
  if (!at || disk_free_bytes(directory, &free_bytes, NULL) != KHOP_OK) return;
  uint64_t missing = needed_bytes > free_bytes ? needed_bytes - free_bytes : 0;
  at += sizeof fact - 1;
  snprintf(at, sizeof err->message - (size_t)(at - err->message), ": %s has %llu MiB free, at least %llu MiB more are needed", directory,
           (unsigned long long)(free_bytes / mebibyte), (unsigned long long)(missing / mebibyte) + 1);
}

khop_status disk_free_bytes(const char *path, uint64_t *out_bytes, khop_error *err) {
  *out_bytes = 0;
  struct statvfs info;
  if (statvfs(path, &info) != 0) return error_system(err, errno, path);
  *out_bytes = (uint64_t)info.f_bavail * info.f_frsize;
  return KHOP_OK;
}
