/* Opening a living store, and what many segments say together. See segments.h. */
#include "index/segments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/control.h"
#include "base/file.h"
#include "base/memory.h"

enum { name_bytes = 18 }; /* 00000001-00000001 */

/* ---- names ------------------------------------------------------------------------------------- */

char *segments_path(const char *directory, uint32_t from, uint32_t to) {
  char name[32];
  snprintf(name, sizeof name, "%08u-%08u", from, to);
  return path_join(directory, name);
}

static bool parse_name(const char *name, uint32_t *out_from, uint32_t *out_to) {
  char again[32];
  unsigned from, to;
  if (strlen(name) != name_bytes - 1 || sscanf(name, "%8u-%8u", &from, &to) != 2 || from == 0 || from > to) return false;
  snprintf(again, sizeof again, "%08u-%08u", from, to);
  *out_from = from;
  *out_to = to;
  return strcmp(again, name) == 0;
}

bool segments_found(const char *directory) {
  return path_exists(directory, SEGMENTS_FRAME "/.");
}

/* ---- the list ------------------------------------------------------------------------------------ */

static int by_runs(const void *a, const void *b) {
  const segment *x = a, *y = b;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return x->to > y->to ? -1 : x->to < y->to; /* the widest first */
}

static khop_status list_names(segments *s, khop_error *err) {
  DIR *directory = opendir(s->directory);
  if (!directory) return error_system(err, errno, s->directory);
  khop_status status = KHOP_OK;
  for (struct dirent *entry; status == KHOP_OK && (entry = readdir(directory));) {
    segment item = {0};
    if (!parse_name(entry->d_name, &item.from, &item.to)) continue;
    status = array_reserve(&s->items, &s->capacity, s->count + 1, sizeof item, "segments", err);
    if (status == KHOP_OK) s->items[s->count++] = item;
  }
  closedir(directory);
  return status;
}

/* Those whose runs another one holds are left out; `out_old` gets them, when wanted. */
static khop_status keep_widest(segments *s, segment *out_old, size_t *out_old_count, khop_error *err) {
  size_t kept = 0, old = 0;
  if (s->count) qsort(s->items, s->count, sizeof *s->items, by_runs);
  for (size_t i = 0; i < s->count; i++) {
    uint32_t last = kept ? s->items[kept - 1].to : 0;
    if (s->items[i].to <= last) {
      if (out_old) out_old[old] = s->items[i];
      old++;
      continue;
    }
    if (s->items[i].from != last + 1) {
      return error_set(err, KHOP_INPUT, "%s: damaged: the segment of run %u is missing", s->directory, last + 1);
    }
    s->items[kept++] = s->items[i];
  }
  s->count = kept;
  s->last_run = kept ? s->items[kept - 1].to : 0;
  if (out_old_count) *out_old_count = old;
  return KHOP_OK;
}

/* ---- opening --------------------------------------------------------------------------------------- */

static khop_status open_store(const segments *s, const char *name, store **out, khop_error *err) {
  char *path = path_join(s->directory, name);
  if (!path) return error_memory(err, strlen(s->directory), "path");
  khop_status status = store_open(out, path, err);
  mem_free(path);
  return status;
}

static khop_status open_segments(segments *s, khop_error *err) {
  uint64_t rows = 0;
  for (size_t i = 0; i < s->count; i++) {
    char name[32];
    segment *item = &s->items[i];
    snprintf(name, sizeof name, "%08u-%08u", item->from, item->to);
    TRY(open_store(s, name, &item->store, err));
    item->first_row = (uint32_t)rows;
    item->rows = (uint32_t)store_row_count(item->store);
    rows += item->rows;
    if (rows > STORE_ROWS_MAX) return error_set(err, KHOP_INPUT, "%s: damaged: more than %lu rows", s->directory, (unsigned long)STORE_ROWS_MAX);
  }
  s->rows = (uint32_t)rows;
  return KHOP_OK;
}

void segments_kill(segments *s, uint32_t row) {
  s->dead_rows += !segments_dead(s, row);
  s->dead[row / 64] |= UINT64_C(1) << (row % 64);
}

static khop_status mark_dead(void *context, uint64_t key, uint32_t row, khop_error *err) {
  (void)row;
  segments *s = context;
  if (key >= s->rows) return error_set(err, KHOP_INPUT, "%s: damaged: a dead row out of range", s->directory);
  segments_kill(s, (uint32_t)key);
  return KHOP_OK;
}

static khop_status read_dead(segments *s, khop_error *err) {
  s->dead = mem_alloc(s->rows / 64 + 1, sizeof *s->dead);
  if (!s->dead) return error_memory(err, s->rows / 8, "dead rows");
  for (size_t i = 0; i < s->count; i++) {
    store_view *view;
    TRY(store_view_begin(&view, s->items[i].store, err));
    khop_status status = store_each_posting(view, STORE_TABLE_DEAD, mark_dead, s, err);
    store_view_end(view);
    TRY(status);
  }
  return KHOP_OK;
}

static void close_stores(segments *s) {
  for (size_t i = 0; i < s->count; i++) store_close(s->items[i].store);
  s->count = 0;
  mem_free(s->dead);
  s->dead = NULL;
  s->dead_rows = 0;
}

static khop_status open_once(segments *s, khop_error *err) {
  TRY(list_names(s, err));
  khop_status status = keep_widest(s, NULL, NULL, err);
  if (status != KHOP_OK) s->count = 0; /* no store of them is open */
  TRY(status);
  TRY(open_segments(s, err));
  return read_dead(s, err);
}

/* Between our listing and our opening a writer may have compacted: then what was listed is gone, and the list is new. */
khop_status segments_open(segments *out, const char *directory, khop_error *err) {
  enum { tries = 4 };
  *out = (segments){0};
  out->directory = mem_copy_text(directory, strlen(directory));
  if (!out->directory) return error_memory(err, strlen(directory), "path");
  khop_status status = open_store(out, SEGMENTS_FRAME, &out->frame, err);
  for (int i = 0; status == KHOP_OK && i < tries; i++) {
    status = open_once(out, err);
    if (status != KHOP_USAGE || i + 1 == tries) break;
    close_stores(out);
    status = KHOP_OK;
  }
  if (status != KHOP_OK) segments_close(out);
  return status;
}

void segments_close(segments *s) {
  close_stores(s);
  store_close(s->frame);
  mem_free(s->items);
  mem_free(s->directory);
  *s = (segments){0};
}

const char *segments_meta(const segments *s, const char *name) {
  for (size_t i = s->count; i-- > 0;) {
    const char *value = store_meta(s->items[i].store, name);
    if (value) return value;
  }
  return NULL;
}

/* ---- writers ----------------------------------------------------------------------------------------- */

/* Asks again and again: a lock that is waited for would not see the stop signal. */
static khop_status wait_for_lock(const char *directory, int fd, unsigned wait_seconds, const khop_control *control, khop_error *err) {
  enum { asked_per_second = 20 };
  const struct timespec pause = {.tv_nsec = 1000000000 / asked_per_second};
  for (uint64_t left = (uint64_t)wait_seconds * asked_per_second;; left--) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return KHOP_OK;
    if (errno != EWOULDBLOCK && errno != EINTR) return error_system(err, errno, directory);
    TRY(control_check(control, err));
    if (!left) break;
    nanosleep(&pause, NULL);
  }
  if (!wait_seconds) return error_set(err, KHOP_ENVIRONMENT, "%s: another khop is writing this store: --wait SECONDS waits for its end", directory);
  return error_set(err, KHOP_ENVIRONMENT, "%s: another khop is writing this store, and was so for the %u seconds of --wait", directory, wait_seconds);
}

khop_status segments_lock(const char *directory, unsigned wait_seconds, const khop_control *control, int *out_lock, khop_error *err) {
  *out_lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (*out_lock < 0) return error_system(err, errno, directory);
  khop_status status = wait_for_lock(directory, *out_lock, wait_seconds, control, err);
  if (status == KHOP_OK) return KHOP_OK;
  close(*out_lock);
  *out_lock = -1;
  return status;
}

/* Files that are ours alone, then the directory: what else is in it stays, and so does it. */
static khop_status remove_directory(const char *directory, const char *name, khop_error *err) {
  static const char *const files[] = {"data.mdb", "lock.mdb"};
  char *path = path_join(directory, name);
  if (!path) return error_memory(err, strlen(directory), "path");
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    char *file = path_join(path, files[i]);
    if (file) unlink(file);
    mem_free(file);
  }
  khop_status status = rmdir(path) == 0 || errno == ENOENT ? KHOP_OK : error_system(err, errno, path);
  mem_free(path);
  return status;
}

static bool is_left_over(const char *name) {
  size_t length = strlen(name);
  return (length > 4 && strcmp(name + length - 4, ".tmp") == 0) || strncmp(name, "incoming", 8) == 0;
}

static khop_status sweep_temporary(const char *path, khop_error *err) {
  DIR *directory = opendir(path);
  if (!directory) return error_system(err, errno, path);
  khop_status status = KHOP_OK;
  for (struct dirent *entry; status == KHOP_OK && (entry = readdir(directory));) {
    if (is_left_over(entry->d_name)) status = remove_directory(path, entry->d_name, err);
  }
  closedir(directory);
  return status;
}

khop_status segments_remove(const char *path, khop_error *err) {
  uint32_t from, to;
  DIR *directory = opendir(path);
  if (!directory) return errno == ENOENT ? KHOP_OK : error_system(err, errno, path);
  for (struct dirent *entry; (entry = readdir(directory));) {
    bool is_ours = is_left_over(entry->d_name) || parse_name(entry->d_name, &from, &to) || strcmp(entry->d_name, SEGMENTS_FRAME) == 0;
    if (is_ours) remove_directory(path, entry->d_name, NULL);
  }
  closedir(directory);
  static const char *const models[] = {SEGMENTS_MODEL, "." SEGMENTS_MODEL ".tmp"}; /* whole, or on its way (file.h) */
  for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
    char *model = path_join(path, models[i]);
    if (model) unlink(model);
    mem_free(model);
  }
  return rmdir(path) == 0 || errno == ENOENT ? KHOP_OK : error_system(err, errno, path);
}

khop_status segments_sweep(const char *directory, khop_error *err) {
  segments s = {.directory = mem_copy_text(directory, strlen(directory))};
  khop_status status = s.directory ? sweep_temporary(directory, err) : error_memory(err, strlen(directory), "path");
  if (status == KHOP_OK) status = list_names(&s, err);
  segment *old = status == KHOP_OK ? mem_alloc(s.count + 1, sizeof *old) : NULL;
  size_t old_count = 0;
  if (status == KHOP_OK) status = old ? keep_widest(&s, old, &old_count, err) : error_memory(err, s.count * sizeof *old, "segments");
  for (size_t i = 0; status == KHOP_OK && i < old_count; i++) {
    char name[32];
    snprintf(name, sizeof name, "%08u-%08u", old[i].from, old[i].to);
    status = remove_directory(directory, name, err);
  }
  mem_free(old);
  mem_free(s.items);
  mem_free(s.directory);
  return status;
}

/* ---- views -------------------------------------------------------------------------------------------- */

khop_status segments_view_begin(segments_view *v, const segments *s, khop_error *err) {
  *v = (segments_view){.segments = s, .views = mem_alloc(s->count + 1, sizeof(store_view *))};
  if (!v->views) return error_memory(err, s->count * sizeof *v->views, "views");
  for (size_t i = 0; i < s->count; i++) {
    khop_status status = store_view_begin(&v->views[i], s->items[i].store, err);
    if (status == KHOP_OK) continue;
    segments_view_end(v);
    return status;
  }
  return KHOP_OK;
}

void segments_view_end(segments_view *v) {
  for (size_t i = 0; v->views && i < v->segments->count; i++) store_view_end(v->views[i]);
  mem_free(v->views);
  mem_free(v->rows);
  *v = (segments_view){0};
}

size_t segments_of_row(const segments *s, uint32_t row) {
  size_t low = 0, high = s->count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (s->items[middle].first_row <= row) low = middle;
    else high = middle;
  }
  while (low > 0 && s->items[low].rows == 0) low--; /* of those that begin at one row the last has it, if it has any */
  return low;
}

/* The view that has the row, and the row's number there. */
static khop_status find_row(segments_view *v, uint32_t row, store_view **out_view, uint32_t *out_row, khop_error *err) {
  const segments *s = v->segments;
  if (row >= s->rows) return error_set(err, KHOP_INPUT, "%s: damaged: row %u of %u", s->directory, row, s->rows);
  const size_t of = segments_of_row(s, row);
  *out_view = v->views[of];
  *out_row = row - s->items[of].first_row;
  return KHOP_OK;
}

khop_status segments_read_record(segments_view *v, uint32_t row, store_record *out, khop_error *err) {
  store_view *view;
  *out = (store_record){0};
  TRY(find_row(v, row, &view, &row, err));
  return store_read_record(view, row, out, err);
}

khop_status segments_pick_record(segments_view *v, uint32_t row, store_record *out, khop_error *err) {
  store_view *view;
  *out = (store_record){0};
  TRY(find_row(v, row, &view, &row, err));
  return store_pick_record(view, row, out, err);
}

void segments_ask_record(segments_view *v, uint32_t row) {
  store_view *view;
  khop_error unused;
  if (find_row(v, row, &view, &row, &unused) == KHOP_OK) store_ask_record(view, row);
}

khop_status segments_pick_field(segments_view *v, uint32_t row, size_t field, store_text *out, khop_error *err) {
  store_view *view;
  *out = (store_text){0};
  TRY(find_row(v, row, &view, &row, err));
  return store_pick_field(view, row, field, out, err);
}

/* Rows of one segment to the answer: `base` is added, dead ones are dropped unless wanted. */
static khop_status add_rows(segments_view *v, const uint32_t *rows, size_t count, uint32_t base, bool with_dead, size_t *inout_count,
                            khop_error *err) {
  const segments *s = v->segments;
  TRY(array_reserve(&v->rows, &v->capacity, *inout_count + count, sizeof *v->rows, "rows of a key", err));
  for (size_t i = 0; i < count; i++) {
    uint64_t row = (uint64_t)base + rows[i];
    if (row >= s->rows) return error_set(err, KHOP_INPUT, "%s: damaged: a row out of range", s->directory);
    if (with_dead || !segments_dead(s, (uint32_t)row)) v->rows[(*inout_count)++] = (uint32_t)row;
  }
  return KHOP_OK;
}

static khop_status read_rows(segments_view *v, uint32_t table, uint64_t key, bool is_local, bool with_dead, const uint32_t **out_rows,
                             size_t *out_count, khop_error *err) {
  const segments *s = v->segments;
  *out_rows = NULL;
  *out_count = 0;
  for (size_t i = 0; i < s->count; i++) {
    const uint32_t *rows;
    size_t count;
    if (!store_table_postings(s->items[i].store, table)) continue;
    TRY(store_read_postings(v->views[i], table, key, &rows, &count, err));
    if (count) TRY(add_rows(v, rows, count, is_local ? s->items[i].first_row : 0, with_dead, out_count, err));
  }
  *out_rows = v->rows;
  return KHOP_OK;
}

void segments_ask_rows(segments_view *v, uint32_t table, uint64_t key) {
  for (size_t i = 0; i < v->segments->count; i++) {
    if (store_table_postings(v->segments->items[i].store, table)) store_ask_postings(v->views[i], table, key);
  }
}

khop_status segments_read_rows(segments_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows, size_t *out_count,
                               khop_error *err) {
  return read_rows(v, table, key, true, false, out_rows, out_count, err);
}

khop_status segments_read_all_rows(segments_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows, size_t *out_count,
                                   khop_error *err) {
  return read_rows(v, table, key, true, true, out_rows, out_count, err);
}

khop_status segments_read_sum(segments_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows, size_t *out_count,
                              khop_error *err) {
  return read_rows(v, table, key, false, false, out_rows, out_count, err);
}

/* The first segment may be the store of a run, whose clusters are the first entities, from 1. */
khop_status segments_read_entity(segments_view *v, uint32_t row, uint32_t *out_entity, khop_error *err) {
  const segments *s = v->segments;
  const uint32_t *found;
  size_t count = 0;
  *out_entity = 0;
  for (size_t i = s->count; i-- > 0;) {
    if (!store_table_postings(s->items[i].store, STORE_TABLE_ENTITY)) continue;
    TRY(store_read_postings(v->views[i], STORE_TABLE_ENTITY, row, &found, &count, err));
    if (!count) continue;
    *out_entity = found[0];
    return KHOP_OK;
  }
  if (row >= s->items[0].rows) return KHOP_OK;
  uint32_t cluster;
  TRY(store_read_cluster(v->views[0], row, &cluster, err));
  *out_entity = cluster == STORE_ROW_NONE ? 0 : cluster + 1;
  return KHOP_OK;
}

khop_status segments_read_members(segments_view *v, uint32_t entity, const uint32_t **out_rows, size_t *out_count, khop_error *err) {
  const segments *s = v->segments;
  const uint32_t *found;
  size_t count = 0;
  *out_rows = NULL;
  *out_count = 0;
  for (size_t i = s->count; i-- > 0 && !count;) {
    TRY(store_read_postings(v->views[i], STORE_TABLE_MEMBER, entity, &found, &count, err));
    if (count && found[0] == STORE_ENTITY_EMPTY) return KHOP_OK;
  }
  if (!count && entity > 0 && s->count) TRY(store_read_postings(v->views[0], STORE_TABLE_CLUSTER, entity - 1, &found, &count, err));
  TRY(add_rows(v, found, count, 0, false, out_count, err));
  *out_rows = v->rows;
  return KHOP_OK;
}

typedef struct entity_reading {
  const segments *segments;
  uint32_t *entities;
} entity_reading;

static khop_status set_entity(void *context, uint64_t key, uint32_t row, khop_error *err) {
  entity_reading *r = context;
  if (key >= r->segments->rows) return error_set(err, KHOP_INPUT, "%s: damaged: a row out of range", r->segments->directory);
  r->entities[key] = row;
  return KHOP_OK;
}

static khop_status set_clusters(const segments *s, store_view *first, uint32_t *entities, khop_error *err) {
  for (uint32_t row = 0; row < s->items[0].rows; row++) {
    uint32_t cluster;
    TRY(store_read_cluster(first, row, &cluster, err));
    if (cluster != STORE_ROW_NONE) entities[row] = cluster + 1;
  }
  return KHOP_OK;
}

khop_status segments_read_entities(const segments *s, uint32_t **out, khop_error *err) {
  entity_reading r = {.segments = s, .entities = mem_alloc((size_t)s->rows + 1, sizeof *r.entities)};
  khop_status status = KHOP_OK;
  *out = NULL;
  if (!r.entities) return error_memory(err, s->rows * sizeof *r.entities, "entities");
  for (size_t i = 0; status == KHOP_OK && i < s->count; i++) {
    store_view *from;
    status = store_view_begin(&from, s->items[i].store, err);
    if (status != KHOP_OK) from = NULL;
    if (status == KHOP_OK && i == 0) status = set_clusters(s, from, r.entities, err);
    if (status == KHOP_OK) status = store_each_posting(from, STORE_TABLE_ENTITY, set_entity, &r, err);
    store_view_end(from);
  }
  if (status == KHOP_OK) *out = r.entities;
  else mem_free(r.entities);
  return status;
}

/* ---- verify --------------------------------------------------------------------------------------------- */

typedef struct range_check {
  const segments *segments;
  bool key_is_row, value_is_row;
} range_check;

static khop_status check_range(void *context, uint64_t key, uint32_t row, khop_error *err) {
  const range_check *c = context;
  bool wrong = (c->key_is_row && key >= c->segments->rows) || (c->value_is_row && row != STORE_ENTITY_EMPTY && row >= c->segments->rows);
  return wrong ? error_set(err, KHOP_INPUT, "%s: damaged: a row out of range", c->segments->directory) : KHOP_OK;
}

static khop_status check_ranges(const segments *s, store *one, khop_error *err) {
  store_view *view;
  TRY(store_view_begin(&view, one, err));
  khop_status status = KHOP_OK;
  for (uint32_t table = STORE_TABLE_LINK; status == KHOP_OK && table <= STORE_TABLE_CANNOT; table++) {
    range_check check = {.segments = s, .key_is_row = table != STORE_TABLE_MEMBER && table != STORE_TABLE_SPLIT,
                         .value_is_row = table != STORE_TABLE_DEAD && table != STORE_TABLE_ENTITY};
    status = store_each_posting(view, table, check_range, &check, err);
  }
  store_view_end(view);
  return status;
}

khop_status segments_verify(const segments *s, khop_error *err) {
  TRY(store_verify(s->frame, err));
  for (size_t i = 0; i < s->count; i++) {
    TRY(store_verify(s->items[i].store, err));
    TRY(check_ranges(s, s->items[i].store, err));
  }
  return KHOP_OK;
}
