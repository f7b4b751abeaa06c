/* khop_index_create: a living store, from the result of a run. See khop.h.
 *
 *   OUT/store ──> STORE.new/00000001-00000001 (the same file)    OUT/model.json ──> STORE.new/model.json
 *             └─> STORE.new/frame (schema, options, frequencies)
 *             └─> STORE.new/00000002-00000002: ways back of links, rejected rows, rows of split blocks
 *   STORE.new ──rename──> STORE
 *
 * Without a result frame and model are those of a schema (create_empty.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "live/jobs.h"
#include "live/write.h"

typedef struct creating {
  const khop_index_create_options *options;
  char *directory; /* STORE.new */
  char *from_store, *from_model;
  store *from;
  store_view *from_view;
  store_writer *frame;
} creating;

/* ---- the frame --------------------------------------------------------------------------------------------- */

static khop_status check_source(const creating *c, khop_error *err) {
  const char *output = c->options->from, *version = store_meta(c->from, STORE_META_KHOP);
  if (!store_meta(c->from, STORE_META_SCHEMA_YAML) || !version) {
    return error_set(err, KHOP_INPUT, "%s: its store was made by an earlier khop, without what going on needs: run khop dedupe again", output);
  }
  if (strcmp(version, khop_version()) != 0) {
    return error_set(err, KHOP_INPUT, "%s: made by khop %s, this is %s: run khop dedupe again", output, version, khop_version());
  }
  if (store_meta(c->from, STORE_META_REGISTERS)) return error_set(err, KHOP_USAGE, "%s: links two registers; a living store is of one", output);
  if (!store_meta(c->from, STORE_META_LINKS)) {
    return error_set(err, KHOP_INPUT, "%s: its store was made by an earlier khop, without links: run khop dedupe again", output);
  }
  return KHOP_OK;
}

typedef struct table_copy {
  store_writer *to;
  uint32_t table;
  store_posting *postings;
  size_t count;
} table_copy;

enum { copy_postings = 1 << 16 };

static khop_status copy_flush(table_copy *t, khop_error *err) {
  khop_status status = store_writer_postings(t->to, t->table, t->postings, t->count, err);
  t->count = 0;
  return status;
}

static khop_status copy_posting(void *context, uint64_t key, uint32_t row, khop_error *err) {
  table_copy *t = context;
  t->postings[t->count++] = (store_posting){.key = key, .row = row};
  return t->count == copy_postings ? copy_flush(t, err) : KHOP_OK;
}

static khop_status copy_tables(creating *c, khop_error *err) {
  khop_status status = KHOP_OK;
  table_copy t = {.to = c->frame, .postings = mem_alloc(copy_postings, sizeof *t.postings)};
  if (!t.postings) return error_memory(err, copy_postings * sizeof *t.postings, "term frequencies");
  for (t.table = STORE_TABLE_COMMON; status == KHOP_OK && t.table < STORE_TABLE_LINK; t.table++) {
    status = store_each_posting(c->from_view, t.table, copy_posting, &t, err);
    if (status == KHOP_OK && t.count) status = copy_flush(&t, err);
  }
  mem_free(t.postings);
  return status;
}

static khop_status copy_fact(creating *c, const char *name, khop_error *err) {
  const char *value = store_meta(c->from, name);
  return value ? store_writer_meta(c->frame, name, value, err) : KHOP_OK;
}

static khop_status copy_facts(creating *c, khop_error *err) {
  static const char *const names[] = {STORE_META_ID_FIELD, STORE_META_ID_QUALIFIED, STORE_META_SCHEMA_YAML, STORE_META_KHOP, STORE_META_INDEXED,
                                      STORE_META_BLOCK_ROWS, STORE_META_WINDOW, STORE_META_INPUT_HASH, STORE_META_LINKAGE};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) TRY(copy_fact(c, names[i], err));
  for (unsigned table = STORE_TABLE_IDENTIFIER; table < STORE_TABLE_RULES; table++) {
    char name[32];
    snprintf(name, sizeof name, "identifier:%u", table);
    TRY(copy_fact(c, name, err));
  }
  for (unsigned term = 0; term < SCHEMA_TERMS_MAX; term++) {
    char name[32];
    snprintf(name, sizeof name, STORE_META_UNLISTED, term);
    TRY(copy_fact(c, name, err));
  }
  return KHOP_OK;
}

static khop_status write_frame(creating *c, khop_error *err) {
  const char *names[STORE_FIELDS_MAX];
  for (size_t f = 0; f < store_field_count(c->from); f++) names[f] = store_field_name(c->from, f);
  const store_writer_options options = {.schema = store_schema(c->from), .field_names = names, .field_count = store_field_count(c->from)};
  char *path = path_join(c->directory, SEGMENTS_FRAME);
  if (!path) return error_memory(err, strlen(c->directory), "path");
  khop_status status = store_writer_create(&c->frame, path, &options, err);
  if (status == KHOP_OK) status = copy_tables(c, err);
  if (status == KHOP_OK) status = copy_facts(c, err);
  if (status == KHOP_OK) status = store_writer_finish(c->frame, false, err);
  store_writer_free(c->frame);
  mem_free(path);
  return status;
}

/* ---- files ---------------------------------------------------------------------------------------------------- */

static khop_status copy_bytes(int from, int to, const char *path, khop_error *err) {
  for (;;) {
    ssize_t copied = copy_file_range(from, NULL, to, NULL, 1 << 28, 0);
    if (copied == 0) break;
    if (copied > 0) continue;
    if (errno != EXDEV && errno != ENOSYS && errno != EINVAL && errno != EOPNOTSUPP) return error_system(err, errno, path);
    char buffer[1 << 16];
    ssize_t got = read(from, buffer, sizeof buffer);
    if (got < 0) return error_system(err, errno, path);
    if (got == 0) break;
    for (ssize_t put = 0, now; put < got; put += now) {
      now = write(to, buffer + put, (size_t)(got - put));
      if (now < 0) return error_system(err, errno, path);
    }
  }
  return fsync(to) == 0 ? KHOP_OK : error_system(err, errno, path);
}

static khop_status copy_file(const char *from, const char *to, khop_error *err) {
  int source = open(from, O_RDONLY | O_CLOEXEC);
  if (source < 0) return error_system(err, errno, from);
  int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  khop_status status = target < 0 ? error_system(err, errno, to) : copy_bytes(source, target, to, err);
  close(source);
  if (target >= 0 && close(target) != 0 && status == KHOP_OK) status = error_system(err, errno, to);
  return status;
}

static khop_status sync_directory(const char *path, khop_error *err) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return error_system(err, errno, path);
  int failed = fsync(fd) == 0 || errno == EINVAL ? 0 : errno; /* EINVAL: a file system without it */
  close(fd);
  return failed ? error_system(err, failed, path) : KHOP_OK;
}

/* The store of a run is never written again, and neither is a segment: one file may be both. */
static khop_status take_store(creating *c, khop_error *err) {
  khop_status status = KHOP_OK;
  char *first = segments_path(c->directory, 1, 1), *to = first ? path_join(first, "data.mdb") : NULL, *from = path_join(c->from_store, "data.mdb");
  if (!to || !from) status = error_memory(err, strlen(c->directory), "path");
  if (status == KHOP_OK) status = directory_create(first, err);
  if (status == KHOP_OK && link(from, to) != 0) status = copy_file(from, to, err);
  if (status == KHOP_OK) status = sync_directory(first, err);
  mem_free(first);
  mem_free(to);
  mem_free(from);
  return status;
}

static khop_status take_model(creating *c, khop_error *err) {
  char *to = path_join(c->directory, SEGMENTS_MODEL);
  if (!to) return error_memory(err, strlen(c->directory), "path");
  khop_status status = copy_file(c->from_model, to, err);
  mem_free(to);
  return status;
}

/* ---- the second segment ------------------------------------------------------------------------------------------ */

static khop_status add_back(void *context, uint64_t key, uint32_t row, khop_error *err) {
  return item_list_add(context, row, (uint32_t)key, err);
}

/* Rows of blocks that the run split, under the keys that they ended with. */
static khop_status add_split_row(live *l, live_change *change, uint32_t place, khop_error *err) {
  const schema *s = l->schema;
  const uint8_t *row = live_row(l, place);
  if (segments_dead(&l->segments, l->numbers[place])) return KHOP_OK;
  for (size_t r = 0; r < s->rule_count; r++) {
    uint64_t key = block_key(&l->table.layout, &s->rules[r], r, row);
    if (!key || !key_set_has(&l->split_keys, key)) continue;
    TRY(item_list_add(&change->split, block_key_effective(&l->table.layout, s, r, &l->split_keys, row), l->numbers[place], err));
  }
  return KHOP_OK;
}

static khop_status find_split_rows(live *l, live_change *change, khop_error *err) {
  enum { at_once = 1 << 18 };
  row_list rows = {0};
  khop_status status = KHOP_OK;
  if (!l->schema->split_count || !l->split_keys.count) return KHOP_OK;
  for (uint32_t first = 0; status == KHOP_OK && first < l->segments.rows; first += at_once) {
    rows.count = 0;
    for (uint32_t row = first; status == KHOP_OK && row < l->segments.rows && row - first < at_once; row++) status = row_list_add(&rows, row, err);
    if (status == KHOP_OK) status = live_gather(l, &rows, err);
    for (uint32_t place = 0; status == KHOP_OK && place < l->table.count; place++) status = add_split_row(l, change, place, err);
    live_let_go(l);
  }
  mem_free(rows.rows);
  return status;
}

/* Rejected rows have no cluster: they are dead from the start. */
static khop_status find_dead(live *l, live_change *change, khop_error *err) {
  store_view *rows;
  TRY(store_view_begin(&rows, l->segments.items[0].store, err));
  khop_status status = KHOP_OK;
  for (uint32_t row = 0; status == KHOP_OK && row < l->segments.rows; row++) {
    uint32_t cluster;
    status = store_read_cluster(rows, row, &cluster, err);
    if (status != KHOP_OK || cluster != STORE_ROW_NONE) continue;
    status = row_list_add(&change->dead, row, err);
    segments_kill(&l->segments, row);
  }
  store_view_end(rows);
  return status;
}

/* Of a table whose pairs the run wrote from the lower row to the higher, the ways back. */
static khop_status write_back(live *l, store_writer *w, uint32_t table, khop_error *err) {
  store_view *rows;
  item_list back = {0};
  TRY(store_view_begin(&rows, l->segments.items[0].store, err));
  khop_status status = store_each_posting(rows, table, add_back, &back, err);
  store_view_end(rows);
  if (status == KHOP_OK) status = item_list_sort(&back, l->workers, err);
  if (status == KHOP_OK) status = live_write_list(w, table, &back, err);
  mem_free(back.items);
  return status;
}

static khop_status write_second(live *l, live_change *change, khop_error *err) {
  store_writer *w = NULL;
  khop_status status;
  change->next_entity = (uint32_t)store_cluster_count(l->segments.items[0].store) + 1;
  TRY_CLEANUP(find_dead(l, change, err));
  TRY_CLEANUP(find_split_rows(l, change, err));
  TRY_CLEANUP(item_list_sort(&change->split, l->workers, err));
  TRY_CLEANUP(live_segment_begin(l, 2, 2, &w, err));
  TRY_CLEANUP(write_back(l, w, STORE_TABLE_LINK, err));
  TRY_CLEANUP(live_write_dead(w, &change->dead, err));
  TRY_CLEANUP(live_write_list(w, STORE_TABLE_SPLIT, &change->split, err));
  TRY_CLEANUP(write_back(l, w, STORE_TABLE_MUST, err));
  TRY_CLEANUP(write_back(l, w, STORE_TABLE_CANNOT, err));
  TRY_CLEANUP(live_write_facts(w, change, err));
  TRY_CLEANUP(store_writer_finish(w, false, err));
cleanup:
  store_writer_free(w);
  return status;
}

static khop_status add_second(creating *c, khop_error *err) {
  khop_options options;
  live l;
  live_change change;
  khop_options_init(&options);
  options.threads = c->options->threads;
  options.control = c->options->control;
  live_change_begin(&change, "create");
  khop_status status = live_open(&l, c->directory, &options, false, err);
  if (status == KHOP_OK) status = write_second(&l, &change, err);
  live_close(&l);
  live_change_free(&change);
  return status;
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

static khop_status fill(creating *c, khop_error *err) {
  if (!c->options->from) return live_create_empty(c->directory, c->options->schema_options, c->options->records, err);
  TRY(store_open(&c->from, c->from_store, err));
  TRY(check_source(c, err));
  TRY(store_view_begin(&c->from_view, c->from, err));
  TRY(directory_create(c->directory, err));
  TRY(take_model(c, err));
  TRY(write_frame(c, err));
  if (c->options->empty) return KHOP_OK;
  TRY(take_store(c, err));
  return add_second(c, err);
}

static char *parent_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? mem_copy_text(path, slash == path ? 1 : (size_t)(slash - path)) : mem_copy_text(".", 1);
}

static khop_status name_paths(creating *c, const char *directory, khop_error *err) {
  size_t length = strlen(directory);
  while (length > 1 && directory[length - 1] == '/') length--;
  c->directory = mem_alloc(length + sizeof ".new", 1);
  if (c->options->from) {
    c->from_store = path_join(c->options->from, "store");
    c->from_model = path_join(c->options->from, "model.json");
  }
  if (!c->directory || (c->options->from && (!c->from_store || !c->from_model))) return error_memory(err, length, "path");
  memcpy(c->directory, directory, length);
  memcpy(c->directory + length, ".new", sizeof ".new");
  return KHOP_OK;
}

/* Where the first segment cannot be the result's own file it is a copy. */
static void tell_disk_need(const creating *c, khop_error *err) {
  char *parent = c->directory ? parent_of(c->directory) : NULL;
  if (parent) error_disk_need(err, parent, c->from_store && !c->options->empty ? directory_disk_bytes(c->from_store) : 0);
  mem_free(parent);
}

khop_status khop_index_create(const char *directory, const khop_index_create_options *options, khop_error *err) {
  struct stat info;
  creating c = {.options = options};
  khop_status status = KHOP_OK;
  bool has_schema = options->schema_options && options->schema_options->schema;
  if (options->from && has_schema) return error_set(err, KHOP_USAGE, "the result of a run has its schema: say one of the two");
  if (!options->from && !has_schema) return error_set(err, KHOP_USAGE, "neither a schema nor a result of khop dedupe to make a store from");
  if (lstat(directory, &info) == 0) return error_set(err, KHOP_USAGE, "%s: exists already", directory);
  TRY_CLEANUP(name_paths(&c, directory, err));
  TRY_CLEANUP(segments_remove(c.directory, err)); /* what a dead one left */
  TRY_CLEANUP(fill(&c, err));
  status = rename_durably(c.directory, directory, err);
cleanup:
  if (status != KHOP_OK && c.directory) segments_remove(c.directory, NULL);
  if (status != KHOP_OK) tell_disk_need(&c, err);
  store_view_end(c.from_view);
  store_close(c.from);
  mem_free(c.directory);
  mem_free(c.from_store);
  mem_free(c.from_model);
  return status;
}
