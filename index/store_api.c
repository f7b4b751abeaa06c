/* khop_store_*: the store for tools. One view a handle, results copied into the caller's hands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/store.h"

struct khop_store {
  store *store;
  store_view *view;
  size_t id_field; /* SIZE_MAX: ids are SOURCE:LINE */
  bool id_qualified;
};

_Static_assert((int)KHOP_STORE_TABLES_MAX == (int)STORE_TABLES_MAX, "all tables have their place");

khop_status khop_store_open(khop_store **out_store, const char *directory, khop_error *err) {
  *out_store = NULL;
  khop_store *k = mem_alloc(1, sizeof *k);
  if (!k) return error_memory(err, sizeof *k, "store");
  khop_status status = store_open(&k->store, directory, err);
  if (status == KHOP_OK) status = store_view_begin(&k->view, k->store, err);
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

void khop_store_close(khop_store *k) {
  if (!k) return;
  store_view_end(k->view);
  store_close(k->store);
  mem_free(k);
}

uint64_t khop_store_row_count(const khop_store *k) { return store_row_count(k->store); }
size_t khop_store_field_count(const khop_store *k) { return store_field_count(k->store); }
const char *khop_store_field_name(const khop_store *k, size_t field) { return store_field_name(k->store, field); }
const char *khop_store_schema(const khop_store *k) { return store_schema(k->store); }
const char *khop_store_meta(const khop_store *k, const char *name) { return store_meta(k->store, name); }
khop_status khop_store_verify(khop_store *k, khop_error *err) { return store_verify(k->store, err); }

khop_status khop_store_read_stats(khop_store *k, khop_store_stats *out, khop_error *err) {
  *out = (khop_store_stats){0};
  store_stats stats;
  TRY(store_read_stats(k->store, &stats, err));
  out->rows = stats.rows;
  out->clusters = stats.clusters;
  out->bytes = stats.file_bytes;
  out->used_bytes = stats.used_bytes;
  out->bytes_per_record = stats.rows ? (double)stats.file_bytes / (double)stats.rows : 0;
  out->record_bytes = stats.record_bytes;
  out->cluster_bytes = stats.cluster_bytes;
  out->readers = stats.readers;
  out->table_count = stats.table_count;
  for (size_t i = 0; i < stats.table_count; i++) {
    out->tables[i] = (khop_store_table){
        .table = stats.tables[i].table, .postings = stats.tables[i].postings, .bytes = stats.tables[i].bytes};
  }
  return KHOP_OK;
}

/* ---- records ------------------------------------------------------------------------------- */

static const char *source_name(const khop_store *k, uint32_t source) {
  char name[32];
  snprintf(name, sizeof name, STORE_META_SOURCE, source);
  const char *found = store_meta(k->store, name);
  return found ? found : "";
}

/* The record, its arrays and its texts in one block:
 *   khop_store_record | fields[] | lengths[] | source | texts, each ended by NUL */
khop_status khop_store_get(khop_store *k, uint32_t row, khop_store_record **out_record, khop_error *err) {
  *out_record = NULL;
  store_record from;
  uint32_t cluster;
  TRY(store_read_record(k->view, row, &from, err));
  TRY(store_read_cluster(k->view, row, &cluster, err));
  const char *source = source_name(k, from.source);
  size_t arrays = from.field_count * (sizeof(char *) + sizeof(uint32_t)), text = strlen(source) + 1;
  for (size_t field = 0; field < from.field_count; field++) text += from.lengths[field] + (size_t)1;
  khop_store_record *record = mem_alloc(1, sizeof *record + arrays + text);
  if (!record) return error_memory(err, sizeof *record + arrays + text, "record");
  const char **fields = (const char **)(record + 1);
  uint32_t *lengths = (uint32_t *)(fields + from.field_count);
  char *out = (char *)(lengths + from.field_count);
  *record = (khop_store_record){.row = row,
                                .cluster = cluster,
                                .source_number = from.source,
                                .source = out,
                                .line = from.line,
                                .field_count = from.field_count,
                                .fields = fields,
                                .lengths = lengths};
  out = stpcpy(out, source) + 1;
  for (size_t field = 0; field < from.field_count; field++) {
    fields[field] = out;
    lengths[field] = from.lengths[field];
    if (from.lengths[field]) memcpy(out, from.fields[field], from.lengths[field]);
    out += from.lengths[field] + (size_t)1;
  }
  *out_record = record;
  return KHOP_OK;
}

char *khop_store_record_id(const khop_store *k, const khop_store_record *record) {
  char line[24];
  bool has_field = k->id_field != SIZE_MAX, has_source = k->id_qualified || !has_field;
  int digits = snprintf(line, sizeof line, "%llu", (unsigned long long)record->line);
  const char *own = has_field ? record->fields[k->id_field] : line;
  size_t own_length = has_field ? record->lengths[k->id_field] : (size_t)digits;
  size_t source_length = has_source ? strlen(record->source) : 0;
  char *id = mem_alloc(source_length + own_length + 2, 1);
  if (!id) return NULL;
  if (has_source) memcpy(id, record->source, source_length);
  if (has_source) id[source_length++] = ':';
  if (own_length) memcpy(id + source_length, own, own_length);
  return id;
}

/* ---- finding ------------------------------------------------------------------------------- */

khop_status khop_store_find_key(khop_store *k, uint32_t table, uint64_t key, uint32_t *rows, size_t capacity,
                                size_t *out_count, khop_error *err) {
  *out_count = 0;
  const uint32_t *found;
  size_t count;
  TRY(store_read_postings(k->view, table, key, &found, &count, err));
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

static bool has_id(const khop_store *k, const store_record *record, const char *id, size_t length) {
  trim(&id, &length);
  if (k->id_qualified || k->id_field == SIZE_MAX) {
    const char *source = source_name(k, record->source);
    if (!skip_part(&id, &length, source, strlen(source)) || !skip_part(&id, &length, ":", 1)) return false;
  }
  char line[24];
  const char *own = line;
  size_t own_length;
  if (k->id_field == SIZE_MAX) {
    own_length = (size_t)snprintf(line, sizeof line, "%llu", (unsigned long long)record->line);
  } else {
    own = record->fields[k->id_field];
    own_length = record->lengths[k->id_field];
  }
  trim(&own, &own_length);
  return own_length == length && memcmp(own, id, length) == 0;
}

khop_status khop_store_find_id(khop_store *k, const char *id, uint32_t *rows, size_t capacity, size_t *out_count,
                               khop_error *err) {
  *out_count = 0;
  const uint32_t *candidates;
  size_t candidate_count, length = strlen(id), count = 0;
  uint64_t key = store_record_id_key(id, length);
  TRY(store_read_postings(k->view, STORE_TABLE_RECORD_ID, key, &candidates, &candidate_count, err));
  for (size_t i = 0; i < candidate_count; i++) {
    store_record record;
    TRY(store_read_record(k->view, candidates[i], &record, err));
    if (!has_id(k, &record, id, length)) continue;
    if (count < capacity) rows[count] = candidates[i];
    count++;
  }
  *out_count = count;
  return KHOP_OK;
}

khop_status khop_store_cluster_rows(khop_store *k, uint32_t cluster, uint32_t *rows, size_t capacity,
                                    size_t *out_count, khop_error *err) {
  TRY(khop_store_find_key(k, STORE_TABLE_CLUSTER, cluster, rows, capacity, out_count, err));
  if (*out_count || cluster >= store_cluster_count(k->store)) return KHOP_OK;
  for (uint64_t row = 0; row < store_row_count(k->store); row++) {
    uint32_t own;
    TRY(store_read_cluster(k->view, (uint32_t)row, &own, err));
    if (own != cluster) continue;
    if (capacity) rows[0] = (uint32_t)row;
    *out_count = 1;
    return KHOP_OK;
  }
  return KHOP_OK;
}
