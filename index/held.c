/* What removed files of a store still take on the disk: who had them open when they were compacted or replaced keeps them until it
 * ends. Linux tells it under /proc, of the processes that we may look at: our user's, for root all. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index/store.h"

typedef struct search {
  char *prefix; /* the store's path */
  struct held_file {
    dev_t device;
    ino_t inode;
  } *files; /* counted: several processes may have one open */
  size_t count, capacity;
  store_held *out;
} search;

/* PREFIX/data.mdb or PREFIX/SEGMENT/data.mdb, or of the replaced store PREFIX.old/data.mdb. */
static bool is_removed(const search *s, const char *path) {
  static const char ending[] = "/data.mdb (deleted)", old[] = ".old/";
  const size_t length = strlen(path), before = strlen(s->prefix);
  if (length < before + sizeof ending - 1 || strncmp(path, s->prefix, before) != 0) return false;
  if (path[before] != '/' && strncmp(path + before, old, sizeof old - 1) != 0) return false;
  return strcmp(path + length - (sizeof ending - 1), ending) == 0;
}

static khop_status count_file(search *s, const struct stat *info, khop_error *err) {
  for (size_t i = 0; i < s->count; i++) {
    if (s->files[i].device == info->st_dev && s->files[i].inode == info->st_ino) return KHOP_OK;
  }
  TRY(array_reserve(&s->files, &s->capacity, s->count + 1, sizeof *s->files, "removed files", err));
  s->files[s->count++] = (struct held_file){info->st_dev, info->st_ino};
  s->out->bytes += (uint64_t)info->st_blocks * 512;
  return KHOP_OK;
}

/* Processes end while we look, and others' are not for us. */
static bool may_be_missing(int error) { return error == ENOENT || error == ESRCH || error == EACCES || error == EPERM || error == ENOTDIR; }

static khop_status look_at_process(search *s, const char *process, khop_error *err) {
  char name[PATH_MAX], path[PATH_MAX];
  struct stat info;
  snprintf(name, sizeof name, "/proc/%.16s/fd", process);
  DIR *open_files = opendir(name);
  if (!open_files) return may_be_missing(errno) ? KHOP_OK : error_system(err, errno, name);
  bool holds = false;
  khop_status status = KHOP_OK;
  for (struct dirent *entry; status == KHOP_OK && (entry = readdir(open_files));) {
    snprintf(name, sizeof name, "/proc/%.16s/fd/%.16s", process, entry->d_name);
    const ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) continue;
    path[length] = '\0';
    if (!is_removed(s, path) || stat(name, &info) != 0) continue;
    holds = true;
    status = count_file(s, &info, err);
  }
  closedir(open_files);
  s->out->processes += holds;
  return status;
}

khop_status store_read_held(const char *directory, store_held *out, khop_error *err) {
  *out = (store_held){0};
  search s = {.prefix = realpath(directory, NULL), .out = out};
  if (!s.prefix) return error_system(err, errno, directory);
  DIR *processes = opendir("/proc");
  khop_status status = processes || may_be_missing(errno) ? KHOP_OK : error_system(err, errno, "/proc");
  for (struct dirent *entry; processes && status == KHOP_OK && (entry = readdir(processes));) {
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') status = look_at_process(&s, entry->d_name, err);
  }
  if (processes) closedir(processes);
  free(s.prefix);
  mem_free(s.files);
  return status;
}
