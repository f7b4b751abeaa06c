/* Preloaded before khop: the n-th call that changes a file, or that asks for memory, fails, or the process dies there.
 *
 *   FAULT_AT=N       which call, from 1; 0: none, they are only counted
 *   FAULT_KIND=...   kill, EIO, ENOSPC: calls that change files; ENOMEM: memory
 *   FAULT_COUNT=FILE the number of calls is written there at the end
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long fault_at = -1;
static int fault_error; /* 0: kill */
static int of_memory;

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
  if (!at || !kind) return;
  of_memory = strcmp(kind, "ENOMEM") == 0;
  fault_error = of_memory ? ENOMEM : strcmp(kind, "EIO") == 0 ? EIO : strcmp(kind, "ENOSPC") == 0 ? ENOSPC : 0;
  fault_at = atol(at);
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("FAULT_COUNT");
  if (!path || fault_at < 0) return;
  fault_at = -1;
  FILE *file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}

/* 1: this call is to fail. */
static int strikes(int memory) {
  if (fault_at < 0 || memory != of_memory) return 0;
  if (atomic_fetch_add(&calls, 1) + 1 != fault_at) return 0;
  if (!fault_error) kill(getpid(), SIGKILL);
  errno = fault_error;
  return 1;
}

#define FILE_CALL(type, name, parameters, arguments)                    \
  type name parameters {                                                \
    static type(*next) parameters;                                      \
    if (!next) *(void **)(&next) = dlsym(RTLD_NEXT, #name);             \
    return strikes(0) ? (type)-1 : next arguments;                      \
  }

FILE_CALL(ssize_t, write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
FILE_CALL(ssize_t, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
FILE_CALL(ssize_t, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
FILE_CALL(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
FILE_CALL(ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
FILE_CALL(int, fsync, (int fd), (fd))
FILE_CALL(int, fdatasync, (int fd), (fd))
FILE_CALL(int, ftruncate, (int fd, off_t size), (fd, size))
FILE_CALL(int, ftruncate64, (int fd, off64_t size), (fd, size))
FILE_CALL(int, rename, (const char *from, const char *to), (from, to))
FILE_CALL(int, mkdir, (const char *path, mode_t mode), (path, mode))
FILE_CALL(int, link, (const char *from, const char *to), (from, to))
FILE_CALL(int, unlink, (const char *path), (path))
FILE_CALL(int, rmdir, (const char *path), (path))
FILE_CALL(ssize_t, copy_file_range, (int in, off64_t *at, int out, off64_t *to, size_t count, unsigned flags), (in, at, out, to, count, flags))

/* dlsym may ask for memory before it can say where memory comes from. */
static char early[1 << 16];
static size_t early_used;
static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);

static void find_memory(void) {
  static int finding;
  if (next_realloc || finding) return;
  finding = 1;
  *(void **)(&next_malloc) = dlsym(RTLD_NEXT, "malloc");
  *(void **)(&next_calloc) = dlsym(RTLD_NEXT, "calloc");
  *(void **)(&next_realloc) = dlsym(RTLD_NEXT, "realloc");
  finding = 0;
}

static void *take_early(size_t bytes) {
  size_t at = early_used;
  early_used += (bytes + 15) & ~(size_t)15;
  return early_used <= sizeof early ? early + at : NULL;
}

void *malloc(size_t bytes) {
  find_memory();
  if (!next_malloc) return take_early(bytes);
  return strikes(1) ? NULL : next_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
  find_memory();
  if (!next_calloc) return take_early(count * bytes);
  return strikes(1) ? NULL : next_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes) {
  find_memory();
  if (!next_realloc) return NULL;
  return strikes(1) ? NULL : next_realloc(old, bytes);
}

void free(void *memory) {
  static void (*next)(void *);
  if ((char *)memory >= early && (char *)memory < early + sizeof early) return;
  if (!next) *(void **)(&next) = dlsym(RTLD_NEXT, "free");
  next(memory);
}
