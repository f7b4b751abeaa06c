/* Files that come in. See live.h.
 *
 *   files ──run_read──> features, ids, and a store of their own (STORE/incoming)
 *     ids ──look-up──> stored records of the same id ──unpacked in their order──> the same text? known: dropped
 *                                                                               another? the stored one is replaced
 */
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "feature/row_file.h"
#include "live/live.h"
#include "schema/schema_parse.h"

enum { slice = 4096 };

/* ---- reading ------------------------------------------------------------------------------------------- */

static khop_status open_run(incoming *in, const live *l, khop_error *err) {
  const char *yaml = store_meta(l->segments.frame, STORE_META_SCHEMA_YAML);
  schema *known;
  khop_options options = l->options;
  options.qualify_ids = l->id_qualified;
  options.schema = NULL;
  TRY(schema_parse(&known, "schema of the store", yaml, strlen(yaml), err));
  in->opened = true;
  TRY(run_open_known(&in->run, &options, known, RUN_READS, err));
  in->run.needs_memory = true;
  if ((in->run.id_fields[0] >= 0) == (l->id_field >= 0)) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "%s: %s a column of record ids, the store's records %s", input_source_at(in->run.input, 0)->name,
                   l->id_field >= 0 ? "lacks" : "has", l->id_field >= 0 ? "have one" : "are named by their lines");
}

static khop_status create_store(incoming *in, const char *path, khop_error *err) {
  run *r = &in->run;
  const char *names[SCHEMA_FIELDS_MAX];
  for (size_t f = 0; f < r->schema->field_count; f++) names[f] = r->schema->fields[f].name;
  const store_writer_options options = {.schema = r->schema->name, .field_names = names, .field_count = r->schema->field_count};
  return store_writer_create(&r->store, path, &options, err);
}

static khop_status read_files(incoming *in, const live *l, bool keeps, khop_error *err) {
  run *r = &in->run;
  khop_status status = KHOP_OK;
  char *path = path_join(l->directory, "incoming");
  if (!path) return error_memory(err, strlen(l->directory), "path");
  if (keeps) {
    in->directory = mem_copy_text(l->directory, strlen(l->directory));
    TRY_CLEANUP(in->directory ? create_store(in, path, err) : error_memory(err, strlen(l->directory), "path"));
  }
  TRY_CLEANUP(run_read(r, err));
  if (keeps) {
    TRY_CLEANUP(store_writer_finish(r->store, true, err));
    store_writer_free(r->store);
    r->store = NULL;
    TRY_CLEANUP(store_open(&in->store, path, err));
  }
cleanup:
  mem_free(path);
  return status;
}

/* ---- which are known -------------------------------------------------------------------------------------- */

typedef struct namesake { /* a stored record of an incoming one's id */
  uint32_t row, incoming;
  bool is_named, is_same; /* the id is really the same; the text too */
} namesake;

typedef struct comparing {
  incoming *in;
  live *live;
  uint64_t *hashes;  /* of the text of incoming rows */
  item_list *found;  /* per task: (stored row, incoming row) */
  item_list all;     /* of all tasks, by stored row */
  namesake *results; /* likewise */
} comparing;

static uint64_t text_hash(const store_record *record) {
  uint64_t hash = record->field_count;
  for (size_t f = 0; f < record->field_count; f++) {
    hash = hash_combine(hash, record->lengths[f] ? hash_bytes(record->fields[f], record->lengths[f]) : 0);
  }
  return hash;
}

static khop_status find_namesakes(void *context, size_t task, unsigned worker, khop_error *err) {
  comparing *c = context;
  const run *r = &c->in->run;
  size_t last = (task + 1) * slice < r->table.count ? (task + 1) * slice : r->table.count;
  store_view *came;
  TRY(store_view_begin(&came, c->in->store, err));
  khop_status status = KHOP_OK;
  for (size_t row = task * slice; status == KHOP_OK && row < last; row++) {
    const uint32_t *rows;
    size_t length, count = 0;
    store_record record;
    const char *id = record_id(&r->records, row, &length);
    if (feature_table_dead(&r->table, row)) continue;
    status = store_read_record(came, (uint32_t)row, &record, err);
    if (status == KHOP_OK) c->hashes[row] = text_hash(&record);
    if (status == KHOP_OK) status = segments_read_all_rows(&c->live->views[worker], STORE_TABLE_RECORD_ID, store_record_id_key(id, length), &rows, &count, err);
    for (size_t i = 0; status == KHOP_OK && i < count; i++) status = item_list_add(&c->found[task], rows[i], (uint32_t)row, err);
  }
  store_view_end(came);
  return status;
}

static khop_status compare_namesakes(void *context, size_t task, unsigned worker, khop_error *err) {
  comparing *c = context;
  const run *r = &c->in->run;
  size_t at, end;
  item_list_find(&c->all, task * slice, &at);
  item_list_find(&c->all, (task + 1) * slice, &end);
  for (; at < end; at++) {
    char own[LIVE_ID_BYTES];
    size_t own_length, length;
    store_record record;
    uint32_t row = (uint32_t)c->all.items[at].key, from = c->all.items[at].row;
    const char *id = record_id(&r->records, from, &length);
    uint32_t later = at + LIVE_PICKED_APART < end ? (uint32_t)c->all.items[at + LIVE_PICKED_APART].key : STORE_ROW_NONE;
    TRY(live_read_record(c->live, worker, row, later, &record, err));
    bool is_named = live_record_id(c->live, row, &record, own, sizeof own, &own_length) && own_length == length && memcmp(own, id, length) == 0;
    c->results[at] = (namesake){.row = row, .incoming = from, .is_named = is_named, .is_same = is_named && text_hash(&record) == c->hashes[from]};
  }
  return KHOP_OK;
}

/* By incoming row the stored one that it is a later word on: the live one, or else the last one that died. */
static void choose(const comparing *c, const namesake **out_chosen) {
  for (size_t i = 0; i < c->all.count; i++) {
    const namesake *n = &c->results[i], *chosen = out_chosen[n->incoming];
    if (!n->is_named) continue;
    bool is_live = !segments_dead(&c->live->segments, n->row), chosen_is_live = chosen && !segments_dead(&c->live->segments, chosen->row);
    if (is_live || !chosen_is_live) out_chosen[n->incoming] = n;
  }
}

/* ---- taking ------------------------------------------------------------------------------------------------ */

static khop_status take(incoming *in, live *l, uint32_t row, khop_error *err) {
  size_t length, place = l->table.count;
  const char *id = record_id(&in->run.records, row, &length);
  TRY(feature_table_append(&l->table, feature_row(&in->run.table, row), 1, err));
  in->from[place] = row;
  l->ids[place] = arena_text(&l->texts[0], id, length);
  return KHOP_OK;
}

static khop_status take_all(incoming *in, live *l, const namesake *const *chosen, live_change *change, khop_error *err) {
  const run *r = &in->run;
  size_t room = 0;
  TRY(array_reserve(&l->ids, &room, r->table.count + 1, sizeof *l->ids, "rows at hand", err));
  TRY(array_reserve(&l->numbers, &l->room, r->table.count + 1, sizeof *l->numbers, "rows at hand", err));
  l->room = room;
  TRY(feature_table_reserve(&l->table, r->table.count + 1, err));
  for (size_t row = 0; row < r->table.count; row++) {
    if (feature_table_dead(&r->table, row)) continue;
    const namesake *n = chosen ? chosen[row] : NULL;
    bool replaces = n && !segments_dead(&l->segments, n->row);
    if (replaces && n->is_same) {
      in->unchanged++;
      continue;
    }
    uint32_t number = l->segments.rows + (uint32_t)l->table.count;
    if (n) TRY(item_list_add(&change->heirs, n->row, number, err));
    if (replaces) TRY(row_list_add(&change->dead, n->row, err));
    in->changed += replaces;
    in->fresh += !replaces;
    TRY(take(in, l, (uint32_t)row, err));
  }
  TRY(arena_check(&l->texts[0], err));
  return live_take_new(l, err);
}

static khop_status compare_all(comparing *c, khop_error *err) {
  incoming *in = c->in;
  size_t tasks = in->run.table.count / slice + 1;
  c->found = mem_alloc(tasks, sizeof *c->found);
  c->hashes = mem_alloc(in->run.table.count + 1, sizeof *c->hashes);
  if (!c->found || !c->hashes) return error_memory(err, in->run.table.count * sizeof *c->hashes, "known records");
  khop_status status = pool_run(c->live->workers, tasks, find_namesakes, c, err);
  for (size_t t = 0; t < tasks; t++) {
    for (size_t i = 0; status == KHOP_OK && i < c->found[t].count; i++) {
      status = item_list_add(&c->all, c->found[t].items[i].key, c->found[t].items[i].row, err);
    }
    mem_free(c->found[t].items);
  }
  TRY(status);
  TRY(item_list_sort(&c->all, c->live->workers, err));
  c->results = mem_alloc(c->all.count + 1, sizeof *c->results);
  if (!c->results) return error_memory(err, c->all.count * sizeof *c->results, "known records");
  return pool_run(c->live->workers, c->live->segments.rows / slice + 1, compare_namesakes, c, err);
}

khop_status incoming_read(incoming *in, live *l, bool keeps, live_change *change, khop_error *err) {
  *in = (incoming){0};
  khop_status status = KHOP_OK;
  comparing c = {.in = in, .live = l};
  const namesake **chosen = NULL;
  TRY_CLEANUP(open_run(in, l, err));
  TRY_CLEANUP(read_files(in, l, keeps, err));
  in->rows = in->run.rows;
  in->rejected = in->run.records.reject_count;
  in->from = mem_alloc(in->run.table.count + 1, sizeof *in->from);
  if (!in->from) status = error_memory(err, in->run.table.count * sizeof *in->from, "rows");
  if (status == KHOP_OK && keeps) {
    TRY_CLEANUP(compare_all(&c, err));
    chosen = mem_alloc(in->run.table.count + 1, sizeof *chosen);
    if (chosen) choose(&c, chosen);
    else status = error_memory(err, in->run.table.count * sizeof *chosen, "known records");
  }
  if (status == KHOP_OK) status = take_all(in, l, chosen, change, err);
cleanup:
  mem_free(chosen);
  mem_free(c.found);
  mem_free(c.hashes);
  mem_free(c.all.items);
  mem_free(c.results);
  return status;
}

/* Records stand there twice: as they came, and in their segment. */
uint64_t incoming_disk_need(const incoming *in, const live *l) {
  if (!in->directory) return 0;
  return (uint64_t)(2 * run_records_disk(&in->run) + run_keys_disk(run_rows_expected(&in->run), l->schema->rule_count));
}

void incoming_close(incoming *in) {
  store_close(in->store);
  if (in->directory) segments_sweep(in->directory, NULL); /* the records as they came are in their segment, or not wanted */
  mem_free(in->directory);
  mem_free(in->from);
  if (in->opened) run_close(&in->run);
  *in = (incoming){0};
}
