/* See stored.h. */
#include "evaluate/stored.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "schema/schema_parse.h"

static khop_status open_schema(stored *s, khop_error *err) {
  const char *yaml = store_meta(s->store, STORE_META_SCHEMA_YAML), *id = store_meta(s->store, STORE_META_ID_FIELD);
  if (!yaml) return error_set(err, KHOP_INPUT, "store: an earlier khop made it, without its schema: run khop dedupe again");
  TRY(schema_parse(&s->schema, "schema of the store", yaml, strlen(yaml), err));
  if (s->schema->field_count != store_field_count(s->store)) {
    return error_set(err, KHOP_INPUT, "store: it has %zu fields, its schema %zu", store_field_count(s->store), s->schema->field_count);
  }
  s->id_field = id ? (int)strtoul(id, NULL, 10) : -1;
  if (s->id_field >= (int)s->schema->field_count) s->id_field = -1;
  s->has_qualified_ids = store_meta(s->store, STORE_META_ID_QUALIFIED) != NULL;
  return KHOP_OK;
}

khop_status stored_open(stored *out, const char *output, const char *path, khop_error *err) {
  *out = (stored){0};
  char *usual = path ? NULL : path_join(output, "store");
  if (!path && !usual) return error_memory(err, strlen(output), "a path");
  khop_status status = store_open(&out->store, path ? path : usual, err);
  if (status == KHOP_OK) status = store_view_begin(&out->view, out->store, err);
  if (status == KHOP_OK) status = open_schema(out, err);
  if (status != KHOP_OK) stored_close(out);
  mem_free(usual);
  return status;
}

void stored_close(stored *s) {
  store_view_end(s->view);
  if (s->store) store_close(s->store);
  schema_free(s->schema);
  *s = (stored){0};
}

const char *stored_source(const stored *s, uint32_t source) {
  char name[32];
  snprintf(name, sizeof name, STORE_META_SOURCE, source);
  const char *found = store_meta(s->store, name);
  return found ? found : "";
}

/* The id as the run made it: the field's value, SOURCE:VALUE or SOURCE:LINE. */
static bool is_record(const stored *s, const evaluate_data *data, uint32_t number, const store_record *r) {
  char made[1024];
  size_t length = 0;
  if (s->id_field >= 0 && !s->has_qualified_ids) {
    return data->records.hashes[number] == hash_bytes(r->fields[s->id_field], r->lengths[s->id_field]);
  }
  if (s->id_field >= 0) {
    length = (size_t)snprintf(made, sizeof made, "%s:%.*s", stored_source(s, r->source), (int)r->lengths[s->id_field], r->fields[s->id_field]);
  } else {
    length = (size_t)snprintf(made, sizeof made, "%s:%llu", stored_source(s, r->source), (unsigned long long)r->line);
  }
  /* One that is too long to be made here is taken for right. */
  return length >= sizeof made || data->records.hashes[number] == hash_bytes(made, length);
}

static khop_status other_run(khop_error *err) {
  return error_set(err, KHOP_INPUT, "store: of another run than clusters.csv");
}

khop_status stored_walk(stored *s, const evaluate_data *data, stored_visit *visit, void *context, khop_error *err) {
  uint32_t number = 0, cluster;
  uint64_t rows = store_row_count(s->store);
  for (uint32_t row = 0; row < rows; row++) {
    store_record record;
    TRY(store_read_cluster(s->view, row, &cluster, err));
    if (cluster == STORE_ROW_NONE) continue;
    TRY(store_read_record(s->view, row, &record, err));
    if (number >= data->result_count || !is_record(s, data, number, &record)) return other_run(err);
    TRY(visit(context, number++, &record, err));
  }
  return number == data->result_count ? KHOP_OK : other_run(err);
}

khop_status stored_rows(stored *s, const evaluate_data *data, uint32_t **out_rows, khop_error *err) {
  uint32_t *rows = mem_alloc(data->result_count, sizeof *rows), cluster;
  khop_status status = rows ? KHOP_OK : error_memory(err, data->result_count * sizeof *rows, "rows");
  uint64_t count = store_row_count(s->store), number = 0;
  *out_rows = NULL;
  for (uint32_t row = 0; row < count && status == KHOP_OK; row++) {
    status = store_read_cluster(s->view, row, &cluster, err);
    if (status != KHOP_OK || cluster == STORE_ROW_NONE) continue;
    if (number < data->result_count) rows[number] = row;
    number++;
  }
  if (status == KHOP_OK && number != data->result_count) status = other_run(err);
  if (status == KHOP_OK) *out_rows = rows;
  else mem_free(rows);
  return status;
}
