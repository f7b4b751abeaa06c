/* See outputs.h. */
#include "output/outputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/memory.h"

static const char *const names[OUTPUT_COUNT] = {"pairs.csv", "clusters.csv", "splits.csv", "links.csv", "unlinked.csv", "entities.csv",
                                                "contradictions.csv", "ids.csv", "golden.csv", "quality.csv", "quality_places.csv",
                                                "changes.csv", "rejected.csv", "model.json", "report.html", "summary.json"};
static const char staging_name[] = ".new", store_name[] = "store", failed_rejects[] = "rejected.failed.csv";

unsigned outputs_of_results(unsigned write) {
  static const struct {
    unsigned write, output;
  } results[] = {{KHOP_WRITE_IDS, OUTPUT_IDS}, {KHOP_WRITE_GOLDEN, OUTPUT_GOLDEN}, {KHOP_WRITE_QUALITY, OUTPUT_QUALITY},
                 {KHOP_WRITE_QUALITY, OUTPUT_PLACES}, {KHOP_WRITE_CONTRADICTIONS, OUTPUT_CONTRADICTIONS}, {KHOP_WRITE_REPORT, OUTPUT_REPORT}};
  unsigned wanted = 0;
  for (size_t i = 0; i < sizeof results / sizeof *results; i++) wanted |= write & results[i].write ? 1u << results[i].output : 0;
  return wanted;
}

/* ---- before the run ---------------------------------------------------------------------------- */

/* No result has only these: runs that were killed or that failed leave them. */
static bool is_leftover(const char *name) {
  static const char *const leftovers[] = {".", "..", ".new", "store.tmp", "rejected.csv", ".rejected.csv.tmp", ".unfinished"};
  for (size_t i = 0; i < sizeof leftovers / sizeof *leftovers; i++) {
    if (strcmp(name, leftovers[i]) == 0) return true;
  }
  return false;
}

/* A first run that was killed while its files took their names: the staging directory is still there,
 * and the summary, which comes last, is not. */
static bool is_half_published(const char *directory) {
  return path_exists(directory, staging_name) && !path_exists(directory, names[OUTPUT_SUMMARY]);
}

static bool is_ours(const char *name) {
  if (strcmp(name, store_name) == 0) return true;
  for (size_t i = 0; i < OUTPUT_COUNT; i++) {
    if (strcmp(name, names[i]) == 0) return true;
  }
  return false;
}

static khop_status require_free(const char *path, bool half_published, khop_error *err) {
  DIR *directory = opendir(path);
  if (!directory) return errno == ENOENT ? KHOP_OK : error_system(err, errno, path);
  khop_status status = KHOP_OK;
  struct dirent *entry;
  while (status == KHOP_OK && (entry = readdir(directory))) {
    if (is_leftover(entry->d_name) || (half_published && is_ours(entry->d_name))) continue;
    status = error_set(err, KHOP_USAGE, "%s: not empty; --force replaces the files of an earlier run", path);
  }
  closedir(directory);
  return status;
}

static khop_status lock(outputs *o, khop_error *err) {
  o->lock_fd = open(o->staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (o->lock_fd < 0) {
    khop_status status = error_system(err, errno, o->staging);
    rmdir(o->staging); /* empty, so it is ours or no one's */
    return status;
  }
  if (flock(o->lock_fd, LOCK_EX | LOCK_NB) == 0) return KHOP_OK;
  int failed = errno;
  close(o->lock_fd); /* not ours to remove */
  o->lock_fd = -1;
  if (failed != EWOULDBLOCK) return error_system(err, failed, o->staging);
  return error_set(err, KHOP_ENVIRONMENT, "%s: another khop is writing its result here", o->directory);
}

void outputs_init(outputs *o, unsigned wanted) {
  *o = (outputs){.lock_fd = -1, .wanted = wanted};
  for (size_t i = 0; i < OUTPUT_COUNT; i++) o->files[i].fd = -1;
}

void outputs_want(outputs *o, unsigned wanted) { o->wanted |= wanted; }

static void remove_file(const char *directory, const char *name) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  unlink(path);
}

static void remove_half_published(const char *directory) {
  for (size_t i = 0; i < OUTPUT_COUNT; i++) remove_file(directory, names[i]);
  char *store = path_join(directory, store_name);
  if (store) {
    remove_file(store, "data.mdb");
    rmdir(store);
  }
  mem_free(store);
}

khop_status outputs_begin(outputs *o, const char *directory, bool force, khop_error *err) {
  bool half_published = !force && is_half_published(directory);
  if (!force) TRY(require_free(directory, half_published, err));
  TRY(directory_create(directory, err));
  o->directory = mem_copy_text(directory, strlen(directory));
  o->staging = path_join(directory, staging_name);
  if (!o->directory || !o->staging) return error_memory(err, 2 * strlen(directory), "path");
  TRY(directory_create(o->staging, err));
  TRY(lock(o, err));
  if (half_published) remove_half_published(directory);
  return KHOP_OK;
}

/* ---- writing ----------------------------------------------------------------------------------- */

static bool is_wanted(const outputs *o, size_t file) { return o->wanted >> file & 1; }

khop_status outputs_open(outputs *o, khop_error *err) {
  for (size_t i = 0; i < OUTPUT_COUNT; i++) {
    if (is_wanted(o, i)) TRY(outfile_open(&o->files[i], o->staging, names[i], err));
  }
  return KHOP_OK;
}

khop_status outputs_finish(outputs *o, size_t file, khop_error *err) {
  return outfile_commit(&o->files[file], err);
}

/* ---- the end ----------------------------------------------------------------------------------- */

static khop_status publish_file(const outputs *o, const char *name, khop_error *err) {
  char staged[PATH_MAX], final[PATH_MAX]; /* no memory is asked for, half of the files being published */
  snprintf(staged, sizeof staged, "%s/%s", o->staging, name);
  snprintf(final, sizeof final, "%s/%s", o->directory, name);
  return rename(staged, final) == 0 ? KHOP_OK : error_system(err, errno, final);
}

khop_status outputs_publish(outputs *o, khop_error *err) {
  for (size_t i = 0; i < OUTPUT_COUNT; i++) {
    if (is_wanted(o, i)) TRY(publish_file(o, names[i], err));
    else remove_file(o->directory, names[i]);
  }
  remove_file(o->directory, failed_rejects); /* told of a run before this one */
  directory_sync(o->directory);
  return KHOP_OK;
}

void outputs_abandon(outputs *o) {
  for (size_t i = 0; i < OUTPUT_COUNT; i++) {
    outfile_abandon(&o->files[i]);
    if (o->lock_fd < 0) continue;
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".%s.tmp", names[i]); /* of a killed run */
    remove_file(o->staging, temporary);
    remove_file(o->staging, names[i]);
  }
  if (o->lock_fd >= 0) {
    rmdir(o->staging);
    close(o->lock_fd);
  }
  mem_free(o->directory);
  mem_free(o->staging);
  outputs_init(o, o->wanted);
}

const char *outputs_failed_rejects(const char *directory) {
  return path_exists(directory, names[OUTPUT_SUMMARY]) ? failed_rejects : names[OUTPUT_REJECTED];
}
