/* See json.h. */
#include "base/json.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static json_malloc_t next_malloc;
static json_free_t next_free;
static _Thread_local bool starved;

static void *watched_malloc(size_t bytes) {
  void *memory = next_malloc(bytes);
  if (!memory) starved = true;
  return memory;
}

static void watch_once(void) {
  json_get_alloc_funcs(&next_malloc, &next_free);
  json_set_alloc_funcs(watched_malloc, next_free);
}

void json_watch(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, watch_once);
  starved = false;
}

char *json_text(json_t *root, size_t flags) {
  char *text = root ? json_dumps(root, flags | JSON_PRESERVE_ORDER) : NULL;
  json_decref(root);
  if (!text || !starved) return text;
  next_free(text);
  return NULL;
}

khop_status json_read(json_t **out_root, const char *path, khop_error *err) {
  *out_root = NULL;
  FILE *file = fopen(path, "re");
  if (!file) return error_system(err, errno, path);
  json_error_t fault;
  json_watch();
  errno = EIO;
  json_t *root = json_loadf(file, 0, &fault);
  int failed = ferror(file) ? errno : 0;
  fclose(file);
  if (root && !starved && !failed) {
    *out_root = root;
    return KHOP_OK;
  }
  json_decref(root);
  if (starved) return error_set(err, KHOP_ENVIRONMENT, "%s: out of memory", path);
  if (failed) return error_system(err, failed, path);
  return error_set(err, KHOP_USAGE, "%s:%d:%d: not JSON: %s", path, fault.line, fault.column, fault.text);
}
