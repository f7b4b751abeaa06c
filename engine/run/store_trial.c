/* See store_trial.h. */
#include "run/store_trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "run/progress.h"

static const double trial_seconds = 1, default_bytes_per_second = 500e6;

static char *private_directory(void) {
  const char *parent = getenv("TMPDIR");
  char *path = path_join(parent && *parent ? parent : "/tmp", "khop-plan-XXXXXX");
  if (path && mkdtemp(path)) return path;
  mem_free(path);
  return NULL;
}

void store_trial_begin(store_trial *t, size_t field_count) {
  const char *names[STORE_FIELDS_MAX];
  for (size_t f = 0; f < field_count; f++) names[f] = "";
  const store_writer_options options = {.schema = "", .field_names = names, .field_count = field_count};
  t->parent = private_directory();
  char *path = t->parent ? path_join(t->parent, "store") : NULL;
  if (path && store_writer_create(&t->writer, path, &options, NULL) != KHOP_OK) t->writer = NULL;
  mem_free(path);
}

/* Also of a trial that fails, for want of room or for any other reason. */
static void stop_writing(store_trial *t) {
  store_writer_free(t->writer);
  t->writer = NULL;
}

bool store_trial_wants(uint64_t number) {
  enum { first_batches = 16, of_batches = 16 };
  return number < first_batches || number % of_batches == 0;
}

void store_trial_take(store_trial *t, const store_batch *b, double pack_seconds) {
  t->pack_seconds += pack_seconds;
  if (!t->writer) return;
  double start = clock_seconds();
  if (store_writer_append(t->writer, b, NULL) != KHOP_OK) {
    stop_writing(t);
    return;
  }
  t->append_seconds += clock_seconds() - start;
  t->written_bytes += store_batch_bytes(b);
  if (t->append_seconds > trial_seconds) store_trial_end(t);
}

void store_trial_end(store_trial *t) {
  if (!t->writer) return;
  double start = clock_seconds();
  if (store_writer_seal(t->writer, NULL) == KHOP_OK) t->sync_seconds = clock_seconds() - start;
  stop_writing(t);
}

void store_trial_free(store_trial *t) {
  stop_writing(t);
  if (t->parent) rmdir(t->parent);
  mem_free(t->parent);
  t->parent = NULL;
}

double store_trial_append_seconds(const store_trial *t, double bytes) {
  return t->written_bytes ? t->append_seconds * bytes / (double)t->written_bytes : bytes / default_bytes_per_second;
}

double store_trial_sync_seconds(const store_trial *t, double bytes) {
  return t->written_bytes ? t->sync_seconds * bytes / (double)t->written_bytes : bytes / default_bytes_per_second;
}
