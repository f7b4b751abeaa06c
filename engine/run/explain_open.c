/* Opening a result to explain it: its store says by which schema and from which values the run matched, model.json
 * with which weights, summary.json that they are of one run. See explain.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "index/store.h"
#include "run/explain.h"
#include "schema/schema_parse.h"

/* ---- the three files ---------------------------------------------------------------------------- */

static khop_status open_store(khop_explainer *e, const khop_explain_options *options, khop_error *err) {
  if (options->store) return khop_store_open(&e->store, options->store, err);
  char *path = path_join(options->output, "store");
  if (!path) return error_memory(err, strlen(options->output), "path");
  khop_status status = khop_store_open(&e->store, path, err);
  mem_free(path);
  return status;
}

static const char *fact(const khop_explainer *e, const char *name) { return khop_store_meta(e->store, name); }

static khop_status too_old(khop_error *err) {
  return error_set(err, KHOP_INPUT, "store: an earlier khop made it, without what explaining a pair needs: run khop dedupe again");
}

static khop_status load_schema(khop_explainer *e, khop_error *err) {
  const char *yaml = fact(e, STORE_META_SCHEMA_YAML);
  return yaml ? schema_parse(&e->schema, "schema of the store", yaml, strlen(yaml), err) : too_old(err);
}

/* The store may stand elsewhere than the other files, or have been exchanged. */
static khop_status check_run(const khop_explainer *e, const char *path, khop_error *err) {
  json_t *root;
  TRY(json_read(&root, path, err));
  const char *hash = json_string_value(json_object_get(root, "input_hash")), *own = fact(e, STORE_META_INPUT_HASH);
  bool same = hash && own && strcmp(hash, own) == 0;
  json_decref(root);
  return same ? KHOP_OK : error_set(err, KHOP_INPUT, "%s: of another run than the store", path);
}

static khop_status check_directory(khop_explainer *e, const char *output, khop_error *err) {
  char *path = path_join(output, "summary.json");
  if (!path) return error_memory(err, strlen(output), "path");
  khop_status status = check_run(e, path, err);
  mem_free(path);
  return status;
}

static khop_status load_model(khop_explainer *e, const char *output, uint64_t indexed, khop_error *err) {
  char *path = path_join(output, "model.json");
  if (!path) return error_memory(err, strlen(output), "path");
  model_from_schema(&e->model, e->schema, indexed);
  khop_status status = model_load(&e->model, e->schema, path, err);
  mem_free(path);
  if (status == KHOP_OK) score_tables_make(&e->tables, &e->model, e->schema, &e->table.layout, indexed);
  return status;
}

/* ---- facts -------------------------------------------------------------------------------------- */

static khop_status number_fact(const khop_explainer *e, const char *name, uint64_t *out, khop_error *err) {
  const char *text = fact(e, name);
  *out = text ? strtoull(text, NULL, 10) : 0;
  return *out ? KHOP_OK : error_set(err, KHOP_INPUT, "store: fact %s is missing or damaged", name);
}

static khop_status load_sources(khop_explainer *e, khop_error *err) {
  char name[32];
  for (size_t s = 0;; s++) {
    snprintf(name, sizeof name, STORE_META_SOURCE, (unsigned)s);
    if (!fact(e, name)) break;
    e->source_count++;
  }
  e->month_first = mem_alloc(e->source_count, sizeof *e->month_first);
  if (!e->month_first) return error_memory(err, e->source_count * sizeof *e->month_first, "sources");
  for (size_t s = 0; s < e->source_count; s++) {
    snprintf(name, sizeof name, STORE_META_MONTH_FIRST, (unsigned)s);
    e->month_first[s] = date_fields_named(e->schema, fact(e, name));
  }
  return KHOP_OK;
}

/* Fields are known by their places. */
static khop_status check_fields(const khop_explainer *e, khop_error *err) {
  bool same = khop_store_field_count(e->store) == e->schema->field_count;
  for (size_t f = 0; same && f < e->schema->field_count; f++) same = strcmp(khop_store_field_name(e->store, f), e->schema->fields[f].name) == 0;
  return same ? KHOP_OK : error_set(err, KHOP_INPUT, "store: its fields are not those of its schema %s", e->schema->name);
}

static void read_registers(khop_explainer *e) {
  table_registers *registers = &e->registers;
  const char *text = fact(e, STORE_META_REGISTERS);
  for (char *end; text && *text && registers->count < KHOP_REGISTERS_MAX; text = end) {
    registers->first[registers->count] = (uint32_t)strtoul(text, &end, 10);
    if (end == text) break;
    if (*end == '+') registers->within |= 1u << registers->count, end++;
    registers->count++;
  }
  registers->first[registers->count] = (uint32_t)khop_store_row_count(e->store);
}

/* ---- life cycle --------------------------------------------------------------------------------- */

static khop_status open_all(khop_explainer *e, const khop_explain_options *options, khop_error *err) {
  uint64_t indexed, block_rows, window;
  cpu_level level;
  TRY(open_store(e, options, err));
  TRY(load_schema(e, err));
  TRY(check_fields(e, err));
  TRY(check_directory(e, options->output, err));
  TRY(number_fact(e, STORE_META_INDEXED, &indexed, err));
  TRY(number_fact(e, STORE_META_BLOCK_ROWS, &block_rows, err));
  TRY(number_fact(e, STORE_META_WINDOW, &window, err));
  e->block_rows_max = (size_t)block_rows;
  e->window = (size_t)window;
  read_registers(e);
  TRY(load_sources(e, err));
  TRY(feature_layout_make(&e->table.layout, e->schema, err));
  TRY(compare_plan_make(&e->plan, e->schema, err));
  TRY(load_model(e, options->output, indexed, err));
  TRY(cpu_level_choose(&level, err));
  return comparer_create(&e->comparer, &e->plan, &e->table.layout, level, err);
}

khop_status khop_explainer_open(khop_explainer **out_explainer, const khop_explain_options *options, khop_error *err) {
  *out_explainer = NULL;
  if (!options->output) return error_set(err, KHOP_USAGE, "no result directory");
  khop_explainer *e = mem_alloc(1, sizeof *e);
  if (!e) return error_memory(err, sizeof *e, "explaining");
  e->show_values = options->show_values;
  e->output = mem_copy_text(options->output, strlen(options->output));
  khop_status status = e->output ? open_all(e, options, err) : error_memory(err, strlen(options->output), "path");
  if (status == KHOP_OK) *out_explainer = e;
  else khop_explainer_close(e);
  return status;
}

void khop_explainer_close(khop_explainer *e) {
  if (!e) return;
  for (size_t i = 0; i < e->row_count; i++) khop_free(e->records[i]);
  comparer_free(&e->comparer);
  feature_table_free(&e->table);
  schema_free(e->schema);
  mem_free(e->month_first);
  mem_free(e->peeked);
  mem_free(e->output);
  khop_store_close(e->store);
  arena_free(&e->answer);
  mem_free(e);
}
