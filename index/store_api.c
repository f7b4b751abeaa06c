/* khop_store_*: the store for tools, that of a run or a living one. One view a handle, results copied into the caller's
 * hands. Of a living store the clusters are its entities: cluster + 1 is the entity's number. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/segments.h"
#include "index/store_handle.h"

struct khop_store {
  bool is_living, is_shared; /* shared: the views are its own, what they look at is another's */
  store *store;    /* of a living one: its frame, borrowed */
  store_view *view;     /* of a run's */
  segments segments;    /* of a living one, with their views */
  segments_view views;
  size_t id_field; /* SIZE_MAX: ids are SOURCE:LINE */
  bool id_qualified;
  store_identifiers identifiers;
  /* The last source that was named. */
  const store *source_of;
  uint32_t source;
  const char *source_name;
};

_Static_assert((int)KHOP_STORE_TABLES_MAX == (int)STORE_TABLES_MAX, "all tables have their place");

static khop_status open_views(khop_store *k, const char *directory, khop_error *err) {
  k->is_living = segments_found(directory);
  if (!k->is_living) {
    TRY(store_open(&k->store, directory, err));
    return store_view_begin(&k->view, k->store, err);
  }
  TRY(segments_open(&k->segments, directory, err));
  k->store = k->segments.frame;
  return segments_view_begin(&k->views, &k->segments, err);
}

khop_status khop_store_open(khop_store **out_store, const char *directory, khop_error *err) {
  *out_store = NULL;
  khop_store *k = mem_alloc(1, sizeof *k);
  if (!k) return error_memory(err, sizeof *k, "store");
  khop_status status = open_views(k, directory, err);
  if (status != KHOP_OK) {
    khop_store_close(k);
    return status;
  }
  const char *id_field = store_meta(k->store, STORE_META_ID_FIELD);
  k->id_field = id_field ? strtoul(id_field, NULL, 10) : SIZE_MAX;
  if (k->id_field >= store_field_count(k->store)) k->id_field = SIZE_MAX;
  k->id_qualified = store_meta(k->store, STORE_META_ID_QUALIFIED) != NULL;
  *out_store = k;
  return KHOP_OK;
}

khop_status khop_store_share(khop_store **out_store, khop_store *of, khop_error *err) {
  *out_store = NULL;
  khop_store *k = mem_alloc(1, sizeof *k);
  if (!k) return error_memory(err, sizeof *k, "store");
  *k = (khop_store){.is_living = of->is_living, .is_shared = true, .store = of->store, .segments = of->segments, .id_field = of->id_field,
                    .id_qualified = of->id_qualified};
  khop_status status = k->is_living ? segments_view_begin(&k->views, &k->segments, err) : store_view_begin(&k->view, k->store, err);
  if (status == KHOP_OK) *out_store = k;
  else mem_free(k);
  return status;
}

void khop_store_close(khop_store *k) {
  if (!k) return;
  if (k->is_living) segments_view_end(&k->views);
  else store_view_end(k->view);
  if (!k->is_shared && k->is_living) segments_close(&k->segments);
  if (!k->is_shared && !k->is_living) store_close(k->store);
  mem_free(k);
}

store_identifiers *store_handle_identifiers(khop_store *k) { return &k->identifiers; }

bool khop_store_living(const khop_store *k) { return k->is_living; }
uint64_t khop_store_row_count(const khop_store *k) { return k->is_living ? k->segments.rows : store_row_count(k->store); }
size_t khop_store_field_count(const khop_store *k) { return store_field_count(k->store); }
const char *khop_store_field_name(const khop_store *k, size_t field) { return store_field_name(k->store, field); }
const char *khop_store_schema(const khop_store *k) { return store_schema(k->store); }
const char *khop_store_meta(const khop_store *k, const char *name) { return store_meta(k->store, name); }
khop_status khop_store_verify(khop_store *k, khop_error *err) {
  return k->is_living ? segments_verify(&k->segments, err) : store_verify(k->store, err);
}

static khop_store_table *stats_table(khop_store_stats *out, uint32_t table) {
  size_t i = 0;
  while (i < out->table_count && out->tables[i].table != table) i++;
  if (i == KHOP_STORE_TABLES_MAX) return NULL;
  if (i == out->table_count) out->tables[out->table_count++] = (khop_store_table){.table = table};
  return &out->tables[i];
}

static khop_status add_stats(store *s, khop_store_stats *out, khop_error *err) {
  store_stats stats;
  TRY(store_read_stats(s, &stats, err));
  out->rows += stats.rows;
  out->clusters += stats.clusters;
  out->bytes += stats.file_bytes;
  out->used_bytes += stats.used_bytes;
  out->record_bytes += stats.record_bytes;
  out->cluster_bytes += stats.cluster_bytes;
  out->readers = stats.readers > out->readers ? stats.readers : out->readers;
  for (size_t i = 0; i < stats.table_count; i++) {
    khop_store_table *table = stats_table(out, stats.tables[i].table);
    if (!table) continue;
    table->postings += stats.tables[i].postings;
    table->bytes += stats.tables[i].bytes;
  }
  return KHOP_OK;
}

static int by_table(const void *a, const void *b) {
  const khop_store_table *x = a, *y = b;
  return x->table < y->table ? -1 : x->table > y->table;
}

khop_status khop_store_read_stats(khop_store *k, khop_store_stats *out, khop_error *err) {
  store_held held;
  *out = (khop_store_stats){0};
  TRY(add_stats(k->store, out, err));
  TRY(store_read_held(k->is_living ? k->segments.directory : store_path(k->store), &held, err));
  out->held_bytes = held.bytes;
  out->held_by = held.processes;
  for (size_t i = 0; k->is_living && i < k->segments.count; i++) TRY(add_stats(k->segments.items[i].store, out, err));
  if (k->is_living) {
    const char *next = segments_meta(&k->segments, SEGMENT_META_NEXT_ENTITY);
    out->segments = k->segments.count;
    out->runs = k->segments.last_run;
    out->dead_rows = k->segments.dead_rows;
    out->rows -= k->segments.dead_rows;
    out->clusters = next ? strtoull(next, NULL, 10) - 1 : 0;
    qsort(out->tables, out->table_count, sizeof *out->tables, by_table);
  }
  out->bytes_per_record = out->rows ? (double)out->bytes / (double)out->rows : 0;
  return KHOP_OK;
}

/* ---- records ------------------------------------------------------------------------------- */

static const char *source_name(khop_store *k, uint32_t row, uint32_t source) {
  const store *of = k->is_living ? k->segments.items[segments_of_row(&k->segments, row)].store : k->store;
  if (k->source_name && k->source_of == of && k->source == source) return k->source_name;
  char name[32];
  snprintf(name, sizeof name, STORE_META_SOURCE, source);
  const char *found = store_meta(of, name);
  k->source_of = of;
  k->source = source;
  k->source_name = found ? found : "";
  return k->source_name;
}

static khop_status read_record(khop_store *k, uint32_t row, store_record *out, khop_error *err) {
  return k->is_living ? segments_pick_record(&k->views, row, out, err) : store_pick_record(k->view, row, out, err);
}

khop_status store_handle_field(khop_store *k, uint32_t row, size_t field, bool is_alone, store_text *out, khop_error *err) {
  store_record record;
  *out = (store_text){0};
  if (is_alone) return k->is_living ? segments_pick_field(&k->views, row, field, out, err) : store_pick_field(k->view, row, field, out, err);
  TRY(read_record(k, row, &record, err));
  *out = (store_text){record.fields[field], record.lengths[field]};
  return KHOP_OK;
}

static khop_status read_cluster(khop_store *k, uint32_t row, uint32_t *out, khop_error *err) {
  if (!k->is_living) return store_read_cluster(k->view, row, out, err);
  uint32_t entity = 0;
  if (!segments_dead(&k->segments, row)) TRY(segments_read_entity(&k->views, row, &entity, err));
  *out = entity ? entity - 1 : KHOP_CLUSTER_NONE;
  return KHOP_OK;
}

static khop_status read_rows(khop_store *k, uint32_t table, uint64_t key, const uint32_t **rows, size_t *count, khop_error *err) {
  return k->is_living ? segments_read_rows(&k->views, table, key, rows, count, err) : store_read_postings(k->view, table, key, rows, count, err);
}

khop_status khop_store_read(khop_store *k, uint32_t row, khop_store_record *out, khop_error *err) {
  store_record from;
  uint32_t cluster;
  *out = (khop_store_record){0};
  TRY(read_record(k, row, &from, err));
  TRY(read_cluster(k, row, &cluster, err));
  *out = (khop_store_record){.row = row, .cluster = cluster, .source_number = from.source, .source = source_name(k, row, from.source),
                             .line = from.line, .field_count = from.field_count, .fields = from.fields, .lengths = from.lengths};
  return KHOP_OK;
}

/* The record, its arrays and its texts in one block:
 *   khop_store_record | fields[] | lengths[] | source | texts, each ended by NUL */
khop_status khop_store_get(khop_store *k, uint32_t row, khop_store_record **out_record, khop_error *err) {
  *out_record = NULL;
  khop_store_record from;
  TRY(khop_store_read(k, row, &from, err));
  size_t arrays = from.field_count * (sizeof(char *) + sizeof(uint32_t)), text = strlen(from.source) + 1;
  for (size_t field = 0; field < from.field_count; field++) text += from.lengths[field] + (size_t)1;
  khop_store_record *record = mem_alloc(1, sizeof *record + arrays + text);
  if (!record) return error_memory(err, sizeof *record + arrays + text, "record");
  const char **fields = (const char **)(record + 1);
  uint32_t *lengths = (uint32_t *)(fields + from.field_count);
  char *out = (char *)(lengths + from.field_count);
  *record = from;
  record->source = out;
  record->fields = fields;
  record->lengths = lengths;
  out = stpcpy(out, from.source) + 1;
  for (size_t field = 0; field < from.field_count; field++) {
    fields[field] = out;
    lengths[field] = from.lengths[field];
    if (from.lengths[field]) memcpy(out, from.fields[field], from.lengths[field]);
    out += from.lengths[field] + (size_t)1;
  }
  *out_record = record;
  return KHOP_OK;
}

/* Where the parts of a record's id stand: SOURCE and OWN, either or both. */
typedef struct id_parts {
  const char *source, *own; /* source NULL: not part of it */
  size_t source_length, own_length;
  char line[24];
} id_parts;

static void find_parts(const khop_store *k, const khop_store_record *record, id_parts *out) {
  const bool has_field = k->id_field != SIZE_MAX;
  int digits = has_field ? 0 : snprintf(out->line, sizeof out->line, "%llu", (unsigned long long)record->line);
  out->own = has_field ? record->fields[k->id_field] : out->line;
  out->own_length = has_field ? record->lengths[k->id_field] : (size_t)digits;
  out->source = k->id_qualified || !has_field ? record->source : NULL;
  out->source_length = out->source ? strlen(out->source) : 0;
}

static size_t join_parts(const id_parts *p, char *out) {
  char *end = out;
  if (p->source) {
    memcpy(end, p->source, p->source_length);
    end += p->source_length;
    *end++ = ':';
  }
  if (p->own_length) memcpy(end, p->own, p->own_length);
  return (size_t)(end - out) + p->own_length;
}

char *khop_store_record_id(const khop_store *k, const khop_store_record *record) {
  id_parts parts;
  find_parts(k, record, &parts);
  char *id = mem_alloc(parts.source_length + parts.own_length + 2, 1);
  if (id) join_parts(&parts, id);
  return id;
}

size_t store_handle_record_id(const khop_store *k, const khop_store_record *record, char *out, size_t size) {
  id_parts parts;
  find_parts(k, record, &parts);
  return parts.source_length + parts.own_length + 1 > size ? 0 : join_parts(&parts, out);
}

/* ---- finding ------------------------------------------------------------------------------- */

void store_handle_ask(khop_store *k, uint32_t table, uint64_t key) {
  if (k->is_living) segments_ask_rows(&k->views, table, key);
  else store_ask_postings(k->view, table, key);
}

void store_handle_ask_row(khop_store *k, uint32_t row) {
  if (k->is_living) segments_ask_record(&k->views, row);
  else store_ask_record(k->view, row);
}

khop_status khop_store_find_key(khop_store *k, uint32_t table, uint64_t key, uint32_t *rows, size_t capacity,
                                size_t *out_count, khop_error *err) {
  *out_count = 0;
  const uint32_t *found;
  size_t count;
  TRY(read_rows(k, table, key, &found, &count, err));
  size_t copied = count < capacity ? count : capacity;
  if (copied) memcpy(rows, found, copied * sizeof *rows);
  *out_count = count;
  return KHOP_OK;
}

/* Takes `part` off the front of *text. */
static bool skip_part(const char **text, size_t *length, const char *part, size_t part_length) {
  if (*length < part_length || memcmp(*text, part, part_length) != 0) return false;
  *text += part_length;
  *length -= part_length;
  return true;
}

static void trim(const char **text, size_t *length) {
  while (*length && ((*text)[0] == ' ' || (*text)[0] == '\t')) {
    ++*text;
    --*length;
  }
  while (*length && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '\t')) --*length;
}

bool store_handle_has_id(khop_store *k, const khop_store_record *record, const char *id, size_t length) {
  id_parts parts;
  find_parts(k, record, &parts);
  trim(&id, &length);
  if (parts.source && (!skip_part(&id, &length, parts.source, parts.source_length) || !skip_part(&id, &length, ":", 1))) return false;
  trim(&parts.own, &parts.own_length);
  return parts.own_length == length && memcmp(parts.own, id, length) == 0;
}

khop_status khop_store_find_id(khop_store *k, const char *id, uint32_t *rows, size_t capacity, size_t *out_count,
                               khop_error *err) {
  *out_count = 0;
  const uint32_t *candidates;
  size_t candidate_count, length = strlen(id), count = 0;
  uint64_t key = store_record_id_key(id, length);
  TRY(read_rows(k, STORE_TABLE_RECORD_ID, key, &candidates, &candidate_count, err));
  for (size_t i = 0; i < candidate_count; i++) {
    store_record from;
    TRY(read_record(k, candidates[i], &from, err));
    const khop_store_record record = {.line = from.line, .source = source_name(k, candidates[i], from.source), .fields = from.fields,
                                      .lengths = from.lengths};
    if (!store_handle_has_id(k, &record, id, length)) continue;
    if (count < capacity) rows[count] = candidates[i];
    count++;
  }
  *out_count = count;
  return KHOP_OK;
}

khop_status khop_store_cluster_rows(khop_store *k, uint32_t cluster, uint32_t *rows, size_t capacity,
                                    size_t *out_count, khop_error *err) {
  if (k->is_living) {
    const uint32_t *members;
    TRY(segments_read_members(&k->views, cluster + 1, &members, out_count, err));
    size_t copied = *out_count < capacity ? *out_count : capacity;
    if (copied) memcpy(rows, members, copied * sizeof *rows);
  } else {
    TRY(khop_store_find_key(k, STORE_TABLE_CLUSTER, cluster, rows, capacity, out_count, err));
  }
  if (*out_count || (!k->is_living && cluster >= store_cluster_count(k->store))) return KHOP_OK;
  for (uint64_t row = 0; row < khop_store_row_count(k); row++) {
    uint32_t own;
    TRY(read_cluster(k, (uint32_t)row, &own, err));
    if (own != cluster) continue;
    if (capacity) rows[0] = (uint32_t)row;
    *out_count = 1;
    return KHOP_OK;
  }
  return KHOP_OK;
}
