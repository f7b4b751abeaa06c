/* See directory.h. */
#include "index/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "index/store.h"

static const char *const store_files[] = {"data.mdb", STORE_KEPT_FILE, "lock.mdb"};
enum { store_file_count = sizeof store_files / sizeof *store_files };

static char *with_suffix(const char *path, size_t length, const char *suffix) {
  char *joined = mem_alloc(length + strlen(suffix) + 1, 1);
  if (!joined) return NULL;
  memcpy(joined, path, length);
  memcpy(joined + length, suffix, strlen(suffix));
  return joined;
}

khop_status store_directory_name(store_directory *d, const char *directory, khop_error *err) {
  *d = (store_directory){.lock_fd = -1};
  size_t length = strlen(directory);
  while (length > 1 && directory[length - 1] == '/') length--;
  const char *name = directory + length;
  while (name > directory && name[-1] != '/') name--;
  size_t name_length = (size_t)(directory + length - name);
  if (name_length == 0 || (name_length <= 2 && strncmp(name, "..", name_length) == 0)) {
    return error_set(err, KHOP_USAGE, "'%s': not a name for a store", directory);
  }
  d->final_path = with_suffix(directory, length, "");
  d->temporary_path = with_suffix(directory, length, ".tmp");
  d->old_path = with_suffix(directory, length, ".old");
  if (d->final_path && d->temporary_path && d->old_path) return KHOP_OK;
  store_directory_free(d);
  return error_memory(err, 3 * length, "path");
}

void store_directory_free(store_directory *d) {
  if (d->lock_fd >= 0) close(d->lock_fd);
  mem_free(d->final_path);
  mem_free(d->temporary_path);
  mem_free(d->old_path);
  *d = (store_directory){.lock_fd = -1};
}

static bool is_store_file(const char *name) {
  for (size_t i = 0; i < store_file_count; i++) {
    if (strcmp(name, store_files[i]) == 0) return true;
  }
  return false;
}

/* Refuses a directory with other files than a store's: it may be somebody's documents. */
static khop_status require_store_files_only(const char *path, khop_error *err) {
  DIR *directory = opendir(path);
  if (!directory) return errno == ENOENT ? KHOP_OK : error_system(err, errno, path);
  struct dirent *entry;
  khop_status status = KHOP_OK;
  while (status == KHOP_OK && (entry = readdir(directory))) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_store_file(name)) continue;
    status = error_set(err, KHOP_USAGE, "%s: holds files that are not a khop store's", path);
  }
  closedir(directory);
  return status;
}

static khop_status remove_files(const char *path, khop_error *err) {
  TRY(require_store_files_only(path, err));
  for (size_t i = 0; i < store_file_count; i++) {
    char *file = path_join(path, store_files[i]);
    if (!file) return error_memory(err, strlen(path), "path");
    int failed = unlink(file) != 0 && errno != ENOENT ? errno : 0;
    khop_status status = failed ? error_system(err, failed, file) : KHOP_OK;
    mem_free(file);
    TRY(status);
  }
  return KHOP_OK;
}

static khop_status remove_store(const char *path, khop_error *err) {
  struct stat info;
  if (lstat(path, &info) != 0 && errno == ENOENT) return KHOP_OK;
  TRY(remove_files(path, err));
  return rmdir(path) == 0 ? KHOP_OK : error_system(err, errno, path);
}

khop_status store_place_check(const char *directory, bool replace, khop_error *err) {
  store_directory d;
  struct stat info;
  bool is_empty = true;
  TRY(store_directory_name(&d, directory, err));
  khop_status status = KHOP_OK;
  if (lstat(d.final_path, &info) != 0) {
    if (errno != ENOENT) status = error_system(err, errno, d.final_path);
  } else if (!S_ISDIR(info.st_mode)) {
    status = error_system(err, ENOTDIR, d.final_path);
  } else {
    status = require_store_files_only(d.final_path, err);
    if (status == KHOP_OK) status = directory_is_empty(d.final_path, &is_empty, err);
  }
  if (status == KHOP_OK && !is_empty && !replace) {
    status = error_set(err, KHOP_USAGE, "%s: holds a store; --force replaces it", d.final_path);
  }
  store_directory_free(&d);
  return status;
}

/* The lock is on the directory itself, so it leaves nothing behind and dies with its process. */
static khop_status lock_temporary(store_directory *d, khop_error *err) {
  d->lock_fd = open(d->temporary_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (d->lock_fd < 0) {
    khop_status status = error_system(err, errno, d->temporary_path);
    rmdir(d->temporary_path); /* empty, so it is ours or no one's */
    return status;
  }
  struct stat held, named;
  bool ours = flock(d->lock_fd, LOCK_EX | LOCK_NB) == 0;
  if (!ours && errno != EWOULDBLOCK) return error_system(err, errno, d->temporary_path);
  /* Its writer may have renamed the directory between our open and our lock. */
  if (ours && fstat(d->lock_fd, &held) == 0 && stat(d->temporary_path, &named) == 0 &&
      held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
    return KHOP_OK;
  }
  close(d->lock_fd);
  d->lock_fd = -1;
  return error_set(err, KHOP_ENVIRONMENT, "%s: another khop is writing this store", d->final_path);
}

/* Where there is a kept file, data.mdb is what somebody made of it and did not finish; where there is none, the writer may have
 * been killed behind its last rename. */
static khop_status keep_data(const store_directory *d, khop_error *err) {
  khop_status status = KHOP_OK;
  TRY(require_store_files_only(d->temporary_path, err));
  char *data = path_join(d->temporary_path, store_files[0]), *kept = path_join(d->temporary_path, STORE_KEPT_FILE);
  char *final = path_join(d->final_path, store_files[0]);
  if (!data || !kept || !final) {
    status = error_memory(err, strlen(d->temporary_path), "path");
  } else if (access(kept, F_OK) == 0) {
    if (unlink(data) != 0 && errno != ENOENT) status = error_system(err, errno, data);
  } else if (rename(data, kept) != 0) {
    if (errno != ENOENT) status = error_system(err, errno, data);
    else (void)!link(final, kept); /* without it nothing is taken over, and that is told */
  }
  mem_free(data);
  mem_free(kept);
  mem_free(final);
  return status;
}

khop_status store_directory_begin(store_directory *d, bool keeps, khop_error *err) {
  TRY(directory_create(d->temporary_path, err));
  TRY(lock_temporary(d, err));
  khop_status status = keeps ? keep_data(d, err) : remove_files(d->temporary_path, err);
  if (status != KHOP_OK) {
    rmdir(d->temporary_path); /* but not with anything in it: that is not ours to remove */
    close(d->lock_fd);
    d->lock_fd = -1;
  }
  return status;
}

/* A crash after the first rename leaves the old store as DIR.old, of which store_open speaks. */
static khop_status swap(const store_directory *d, khop_error *err) {
  struct stat info;
  if (lstat(d->final_path, &info) != 0) {
    TRY(rename_durably(d->temporary_path, d->final_path, err));
    remove_store(d->old_path, NULL); /* of one that stopped between its renames */
    return KHOP_OK;
  }
  TRY(require_store_files_only(d->final_path, err));
  TRY(remove_store(d->old_path, err));
  if (rename(d->final_path, d->old_path) != 0) return error_system(err, errno, d->final_path);
  khop_status status = rename_durably(d->temporary_path, d->final_path, err);
  if (status == KHOP_OK) remove_store(d->old_path, NULL); /* what cannot go now goes before the next replacement */
  else if (rename(d->old_path, d->final_path) != 0) return error_system(err, errno, d->old_path);
  return status;
}

khop_status store_directory_publish(store_directory *d, bool replace, khop_error *err) {
  if (fsync(d->lock_fd) != 0 && errno != EINVAL) return error_system(err, errno, d->temporary_path); /* EINVAL: a file system without it */
  TRY(replace ? swap(d, err) : rename_durably(d->temporary_path, d->final_path, err));
  close(d->lock_fd); /* from here on DIR.tmp may be another writer's */
  d->lock_fd = -1;
  return KHOP_OK;
}

void store_directory_abandon(store_directory *d) {
  if (d->lock_fd < 0) return;
  remove_store(d->temporary_path, NULL);
  store_directory_leave(d);
}

void store_directory_leave(store_directory *d) {
  if (d->lock_fd >= 0) close(d->lock_fd);
  d->lock_fd = -1;
}
