/* See evaluate_entities.h. */
#include "evaluate/evaluate_entities.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "model/id_set.h"
#include "model/table_walk.h"

typedef struct record_entities {
  uint32_t found, truth; /* ID_SET_NONE: not in the result, or the truth does not know it */
} record_entities;

typedef struct register_records {
  id_set ids;
  record_entities *items; /* by id */
  size_t capacity, filled;
} register_records;

typedef struct entity_data {
  khop_entity_quality *out; /* register names and counts */
  register_records registers[KHOP_REGISTERS_MAX];
  id_set found, truth; /* entities */
} entity_data;

static void data_free(entity_data *d) {
  for (size_t n = 0; n < KHOP_REGISTERS_MAX; n++) {
    id_set_free(&d->registers[n].ids);
    mem_free(d->registers[n].items);
  }
  id_set_free(&d->found);
  id_set_free(&d->truth);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static khop_status read_registers(const char *directory, khop_entity_quality *out, khop_error *err) {
  json_error_t fault;
  char *path = path_join(directory, "summary.json");
  if (!path) return error_memory(err, strlen(directory), "a path");
  json_t *root = json_load_file(path, 0, &fault), *side;
  size_t n;
  json_array_foreach(json_object_get(root, "registers"), n, side) {
    const char *name = json_string_value(json_object_get(side, "register"));
    if (n < KHOP_REGISTERS_MAX && name) snprintf(out->registers[out->register_count++].name, KHOP_REGISTER_NAME_BYTES, "%s", name);
  }
  json_decref(root);
  khop_status status = out->register_count > 2 ? KHOP_OK : error_set(err, KHOP_INPUT, "%s: it does not name three registers or more", path);
  mem_free(path);
  return status;
}

static khop_status record_of(register_records *records, const input_field *id, record_entities **out, khop_error *err) {
  uint32_t number;
  TRY(id_set_add(&records->ids, id->text, id->length, &number, err));
  TRY(array_reserve(&records->items, &records->capacity, records->ids.count, sizeof *records->items, "records", err));
  while (records->filled < records->ids.count) records->items[records->filled++] = (record_entities){.found = ID_SET_NONE, .truth = ID_SET_NONE};
  *out = &records->items[number];
  return KHOP_OK;
}

static khop_status row_fault(const table_row *row, const char *fact, khop_error *err) {
  return error_set(err, KHOP_INPUT, "%s: line %llu: %s", row->source, (unsigned long long)row->line, fact);
}

typedef struct reader {
  entity_data *data;
  size_t columns[3];
  size_t first, last; /* registers of a truth file */
} reader;

static khop_status entity_header(void *context, const input_source *source, khop_error *err) {
  reader *r = context;
  TRY(table_column(source, "entity_id", &r->columns[0], err));
  TRY(table_column(source, "register", &r->columns[1], err));
  return table_column(source, "record_id", &r->columns[2], err);
}

static khop_status entity_row(void *context, const table_row *row, khop_error *err) {
  reader *r = context;
  entity_data *d = r->data;
  const input_field *entity = &row->fields[r->columns[0]], *name = &row->fields[r->columns[1]];
  record_entities *record;
  size_t n = 0;
  while (n < d->out->register_count &&
         (strlen(d->out->registers[n].name) != name->length || memcmp(d->out->registers[n].name, name->text, name->length) != 0)) n++;
  if (n == d->out->register_count) return row_fault(row, "a register that summary.json does not name", err);
  TRY(record_of(&d->registers[n], &row->fields[r->columns[2]], &record, err));
  if (record->found != ID_SET_NONE) return row_fault(row, "a record for the second time", err);
  d->out->registers[n].records++;
  return id_set_add(&d->found, entity->text, entity->length, &record->found, err);
}

static khop_status truth_header(void *context, const input_source *source, khop_error *err) {
  reader *r = context;
  TRY(table_column(source, "record_id", &r->columns[0], err));
  return table_column(source, "entity_id", &r->columns[1], err);
}

/* Of a truth for all: in the registers that have the record. */
static khop_status truth_row(void *context, const table_row *row, khop_error *err) {
  reader *r = context;
  const input_field *id = &row->fields[r->columns[0]], *name = &row->fields[r->columns[1]];
  uint32_t entity;
  TRY(id_set_add(&r->data->truth, name->text, name->length, &entity, err));
  for (size_t n = r->first; n < r->last; n++) {
    register_records *records = &r->data->registers[n];
    record_entities *record;
    if (r->last - r->first > 1 && id_set_find(&records->ids, id->text, id->length) == ID_SET_NONE) continue;
    TRY(record_of(records, id, &record, err));
    if (record->truth != ID_SET_NONE && record->truth != entity) return row_fault(row, "a record of two entities", err);
    record->truth = entity;
  }
  return KHOP_OK;
}

static khop_status read_all(entity_data *d, const char *directory, const char *const *truths, size_t truth_count, khop_error *err) {
  const size_t registers = d->out->register_count;
  if (truth_count != registers && truth_count != 1) {
    return error_set(err, KHOP_USAGE, "%zu truths for %zu registers: say one for each, in their order, or one for all", truth_count, registers);
  }
  reader r = {.data = d};
  char *path = path_join(directory, "entities.csv");
  if (!path) return error_memory(err, strlen(directory), "a path");
  khop_status status = table_walk(path, entity_header, entity_row, &r, err);
  mem_free(path);
  for (size_t t = 0; status == KHOP_OK && t < truth_count; t++) {
    r.first = truth_count == 1 ? 0 : t;
    r.last = truth_count == 1 ? registers : t + 1;
    status = table_walk(truths[t], truth_header, truth_row, &r, err);
  }
  return status;
}

/* ---- counting ------------------------------------------------------------------------------------------ */

/* What two records of one pair have alike, and the register of each. */
typedef struct counted {
  uint64_t key;
  size_t side;
} counted;

static int by_key(const void *a, const void *b) {
  uint64_t x = ((const counted *)a)->key, y = ((const counted *)b)->key;
  return x < y ? -1 : x > y;
}

typedef uint64_t pair_counts[KHOP_REGISTERS_MAX][KHOP_REGISTERS_MAX]; /* [left][right], left < right */

/* Pairs across registers with one key. Sorts the items. */
static void count_pairs(counted *items, size_t count, pair_counts out) {
  memset(out, 0, sizeof(pair_counts));
  qsort(items, count, sizeof *items, by_key);
  for (size_t start = 0, end; start < count; start = end) {
    uint64_t sides[KHOP_REGISTERS_MAX] = {0};
    for (end = start; end < count && items[end].key == items[start].key; end++) sides[items[end].side]++;
    for (size_t l = 0; l < KHOP_REGISTERS_MAX; l++) {
      for (size_t r = l + 1; r < KHOP_REGISTERS_MAX; r++) out[l][r] += sides[l] * sides[r];
    }
  }
}

typedef enum pair_kind { PAIR_FOUND, PAIR_TRUE, PAIR_SCORED, PAIR_RIGHT, PAIR_KINDS } pair_kind;

static bool key_of(const record_entities *record, pair_kind kind, uint64_t *out) {
  bool found = record->found != ID_SET_NONE, is_known = record->truth != ID_SET_NONE;
  *out = kind == PAIR_FOUND ? record->found : record->truth;
  if (kind == PAIR_RIGHT) *out |= (uint64_t)record->found << 32;
  return (found || kind == PAIR_TRUE) && (is_known || kind == PAIR_FOUND);
}

static size_t list_records(const entity_data *d, pair_kind kind, counted *out) {
  size_t count = 0;
  for (size_t n = 0; n < d->out->register_count; n++) {
    for (size_t i = 0; i < d->registers[n].filled; i++) {
      out[count].side = n;
      count += key_of(&d->registers[n].items[i], kind, &out[count].key);
    }
  }
  return count;
}

static void set_quality(khop_pair_quality *q, uint64_t found, uint64_t scored, uint64_t right) {
  q->true_positives = right;
  q->false_positives = found - right;
  q->false_negatives = scored - right;
  q->precision = found ? (double)right / (double)found : 1;
  q->recall = scored ? (double)right / (double)scored : 1;
  q->f1 = found + scored ? 2 * (double)right / (double)(found + scored) : 1;
}

static khop_status count_all(const entity_data *d, khop_error *err) {
  pair_counts counts[PAIR_KINDS];
  uint64_t sums[PAIR_KINDS] = {0};
  khop_entity_quality *out = d->out;
  size_t records = 0;
  for (size_t n = 0; n < out->register_count; n++) records += d->registers[n].filled;
  counted *items = mem_alloc(records + 1, sizeof *items);
  if (!items) return error_memory(err, (records + 1) * sizeof *items, "pairs");
  for (int kind = 0; kind < PAIR_KINDS; kind++) count_pairs(items, list_records(d, (pair_kind)kind, items), counts[kind]);
  mem_free(items);
  for (size_t l = 0; l < out->register_count; l++) {
    for (size_t r = l + 1; r < out->register_count; r++) {
      khop_register_pair *pair = &out->pairs[out->pair_count++];
      *pair = (khop_register_pair){.left = l, .right = r};
      set_quality(&pair->quality, counts[PAIR_FOUND][l][r], counts[PAIR_SCORED][l][r], counts[PAIR_RIGHT][l][r]);
      for (int kind = 0; kind < PAIR_KINDS; kind++) sums[kind] += counts[kind][l][r];
    }
  }
  out->missing_pairs = sums[PAIR_TRUE] - sums[PAIR_SCORED];
  set_quality(&out->whole, sums[PAIR_FOUND], sums[PAIR_SCORED], sums[PAIR_RIGHT]);
  return KHOP_OK;
}

khop_status evaluate_entities(const char *directory, const char *const *truths, size_t truth_count, khop_entity_quality *out, khop_error *err) {
  *out = (khop_entity_quality){0};
  khop_status status = KHOP_OK;
  entity_data d = {.out = out};
  TRY_CLEANUP(read_registers(directory, out, err));
  TRY_CLEANUP(read_all(&d, directory, truths, truth_count, err));
  TRY_CLEANUP(count_all(&d, err));
  if (out->whole.true_positives + out->whole.false_negatives == 0) {
    status = error_set(err, KHOP_INPUT, "%s: no true pair across the registers of the result", truths[0]);
  }
cleanup:
  data_free(&d);
  return status;
}

bool evaluate_has_entities(const char *directory) {
  khop_entity_quality found = {0};
  khop_error ignored;
  return read_registers(directory, &found, &ignored) == KHOP_OK;
}
