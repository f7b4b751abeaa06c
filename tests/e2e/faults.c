/* Preloaded before khop: the n-th call of a kind fails, or the process dies there.
 *
 *   FAULT_AT=N       which call, from 1; 0: none, they are only counted
 *   FAULT_CALLS=...  which calls count, some of: change (files are written, made, renamed, removed), open, read, memory,
 *                    line (one that is read finds no memory)
 *   FAULT_KIND=...   kill, or the name of an error
 *   FAULT_STAYS=1    and so do all later ones that need room on the disk: it is full from then on
 *   FAULT_TOLD=FILE  gets the number of calls at the end, or which call it was that was struck
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { change = 1, opens = 2, reads = 4, memory = 8, lines = 16, needs_room = 32 /* a change that a full disk refuses */ };

static atomic_long calls;
static atomic_int struck;
static long fault_at = -1;
static int fault_error; /* 0: kill */
static int counted, stays;
static const char *told;

static int error_named(const char *name) {
  static const struct {
    const char *name;
    int number;
  } errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EMFILE", EMFILE}, {"ENOMEM", ENOMEM}, {"EACCES", EACCES}};
  for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
    if (strcmp(name, errors[i].name) == 0) return errors[i].number;
  }
  return 0;
}

__attribute__((constructor)) static void begin(void) {
  const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND"), *which = getenv("FAULT_CALLS");
  if (!at || !kind || !which) return;
  fault_error = error_named(kind);
  counted = (strstr(which, "change") ? change : 0) | (strstr(which, "open") ? opens : 0) | (strstr(which, "read") ? reads : 0) |
            (strstr(which, "memory") ? memory : 0) | (strstr(which, "line") ? lines : 0);
  stays = getenv("FAULT_STAYS") != NULL;
  told = getenv("FAULT_TOLD");
  fault_at = atol(at);
}

/* Without a call of ours. */
static void tell(const char *name) {
  char text[64];
  if (!told || !*told) return;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, told, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  int length = name ? snprintf(text, sizeof text, "%s\n", name) : snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
  if (fd >= 0) syscall(SYS_write, fd, text, length);
  if (fd >= 0) syscall(SYS_close, fd);
}

__attribute__((destructor)) static void end(void) {
  if (fault_at == 0) tell(NULL);
  fault_at = -1;
}

/* 1: this call is to fail. */
static int strikes(int class, const char *name) {
  if (fault_at < 0 || !(class & counted)) return 0;
  long number = atomic_fetch_add(&calls, 1) + 1;
  if (number != fault_at && !(stays && (class & needs_room) && number > fault_at && fault_at)) return 0;
  if (!atomic_exchange(&struck, 1)) tell(name);
  if (!fault_error) kill(getpid(), SIGKILL);
  errno = fault_error;
  return 1;
}

#define NEXT(name) if (!next) *(void **)(&next) = dlsym(RTLD_NEXT, #name)
#define CALL(class, type, failure, name, parameters, arguments) \
  type name parameters {                                        \
    static type(*next) parameters;                              \
    NEXT(name);                                                 \
    return strikes(class, #name) ? failure : next arguments;    \
  }

CALL(change | needs_room, ssize_t, -1, write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
CALL(change | needs_room, ssize_t, -1, pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
CALL(change | needs_room, ssize_t, -1, pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
CALL(change | needs_room, ssize_t, -1, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
CALL(change | needs_room, ssize_t, -1, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
CALL(change | needs_room, int, -1, ftruncate, (int fd, off_t size), (fd, size))
CALL(change | needs_room, int, -1, ftruncate64, (int fd, off64_t size), (fd, size))
CALL(change | needs_room, int, -1, fallocate, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size))
CALL(change | needs_room, int, fault_error, posix_fallocate, (int fd, off_t at, off_t size), (fd, at, size))
CALL(change | needs_room, int, -1, mkdir, (const char *path, mode_t mode), (path, mode))
CALL(change | needs_room, int, -1, link, (const char *from, const char *to), (from, to))
CALL(change | needs_room, ssize_t, -1, copy_file_range, (int in, off64_t *at, int out, off64_t *to, size_t count, unsigned flags),
     (in, at, out, to, count, flags))
CALL(change | needs_room | opens, int, -1, mkostemp, (char *pattern, int flags), (pattern, flags))
CALL(change | needs_room, char *, NULL, mkdtemp, (char *pattern), (pattern))
CALL(change, int, -1, fsync, (int fd), (fd))
CALL(change, int, -1, fdatasync, (int fd), (fd))
CALL(change, int, -1, sync_file_range, (int fd, off64_t at, off64_t size, unsigned flags), (fd, at, size, flags))
CALL(change, int, -1, msync, (void *start, size_t size, int flags), (start, size, flags))
CALL(change, int, -1, rename, (const char *from, const char *to), (from, to))
CALL(change, int, -1, unlink, (const char *path), (path))
CALL(change, int, -1, rmdir, (const char *path), (path))
CALL(reads, ssize_t, -1, read, (int fd, void *bytes, size_t count), (fd, bytes, count))
CALL(reads, ssize_t, -1, pread, (int fd, void *bytes, size_t count, off_t at), (fd, bytes, count, at))
CALL(reads, ssize_t, -1, pread64, (int fd, void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
CALL(opens, FILE *, NULL, fopen, (const char *path, const char *mode), (path, mode))
CALL(opens, FILE *, NULL, fopen64, (const char *path, const char *mode), (path, mode))
CALL(opens, DIR *, NULL, opendir, (const char *path), (path))
CALL(lines, ssize_t, -1, getline, (char **line, size_t *room, FILE *file), (line, room, file))
CALL(lines, ssize_t, -1, __getdelim, (char **line, size_t *room, int end, FILE *file), (line, room, end, file))
CALL(memory, int, EAGAIN, pthread_create, (pthread_t *out, const pthread_attr_t *attributes, void *(*work)(void *), void *context), (out, attributes, work, context))

/* jemalloc 5.3 itself dies of a thread's arena that it cannot map. */
static int is_of_jemalloc(void *caller) {
  Dl_info info;
  return dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "jemalloc");
}

#define MAP_CALL(name)                                                                             \
  void *name(void *start, size_t size, int protection, int flags, int fd, off_t at) {              \
    static void *(*next)(void *, size_t, int, int, int, off_t);                                    \
    NEXT(name);                                                                                    \
    if (fault_at >= 0 && !is_of_jemalloc(__builtin_return_address(0)) && strikes(memory, #name)) return MAP_FAILED; \
    return next(start, size, protection, flags, fd, at);                                           \
  }
MAP_CALL(mmap)
MAP_CALL(mmap64)

void *mremap(void *old, size_t size, size_t wanted, int flags, ...) {
  static void *(*next)(void *, size_t, size_t, int, ...);
  NEXT(mremap);
  return strikes(memory, "mremap") ? MAP_FAILED : next(old, size, wanted, flags);
}

/* A file is made by it, too. */
#define OPEN_CALL(name)                                                                                              \
  int name(const char *path, int flags, ...) {                                                                       \
    static int (*next)(const char *, int, ...);                                                                      \
    NEXT(name);                                                                                                      \
    va_list args;                                                                                                    \
    va_start(args, flags);                                                                                           \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;                                          \
    va_end(args);                                                                                                    \
    int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;                                               \
    return strikes(opens | (makes ? change | needs_room : 0), makes ? "open to write" : #name) ? -1 : next(path, flags, mode); \
  }
OPEN_CALL(open)
OPEN_CALL(open64)

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
  return strikes(memory, "malloc") ? NULL : next_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
  find_memory();
  if (!next_calloc) return take_early(count * bytes);
  return strikes(memory, "calloc") ? NULL : next_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes) {
  find_memory();
  if (!next_realloc) return NULL;
  return strikes(memory, "realloc") ? NULL : next_realloc(old, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t bytes) {
  static int (*next)(void **, size_t, size_t);
  NEXT(posix_memalign);
  return strikes(memory, "posix_memalign") ? ENOMEM : next(out, alignment, bytes);
}

void free(void *old) {
  static void (*next)(void *);
  if ((char *)old >= early && (char *)old < early + sizeof early) return;
  NEXT(free);
  next(old);
}
