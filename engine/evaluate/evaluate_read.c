/* The three files of an evaluation into numbers. See evaluate_data.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/union_find.h"
#include "evaluate/evaluate_data.h"
#include "model/table_walk.h"

static khop_status row_fault(const table_row *row, const char *fact, khop_error *err) {
  return error_set(err, KHOP_INPUT, "%s: line %llu: %s", row->source, (unsigned long long)row->line, fact);
}

/* ---- clusters.csv ------------------------------------------------------------------------- */

typedef struct cluster_reader {
  evaluate_data *data;
  id_set names; /* of clusters */
  size_t id_column, cluster_column;
} cluster_reader;

static khop_status cluster_header(void *context, const input_source *source, khop_error *err) {
  cluster_reader *reader = context;
  TRY(table_column(source, "record_id", &reader->id_column, err));
  return table_column(source, "cluster_id", &reader->cluster_column, err);
}

static khop_status cluster_row(void *context, const table_row *row, khop_error *err) {
  cluster_reader *reader = context;
  evaluate_data *data = reader->data;
  const input_field *id = &row->fields[reader->id_column], *name = &row->fields[reader->cluster_column];
  size_t before = data->records.count;
  uint32_t record, cluster;
  TRY(id_set_add(&data->records, id->text, id->length, &record, err));
  if (data->records.count == before) return row_fault(row, "a record id that stood there before", err);
  TRY(id_set_add(&reader->names, name->text, name->length, &cluster, err));
  TRY(array_reserve(&data->clusters, &data->cluster_capacity, (size_t)record + 1, sizeof *data->clusters,
                    "clusters", err));
  data->clusters[record] = cluster;
  TRY(array_reserve(&data->cluster_sizes, &data->cluster_size_capacity, (size_t)cluster + 1, sizeof *data->cluster_sizes,
                    "clusters", err));
  if (cluster == data->cluster_count) data->cluster_sizes[data->cluster_count++] = 0;
  data->cluster_sizes[cluster]++;
  return KHOP_OK;
}

khop_status evaluate_read_clusters(evaluate_data *data, const char *directory, khop_error *err) {
  cluster_reader reader = {.data = data};
  char *path = path_join(directory, "clusters.csv");
  if (!path) return error_memory(err, strlen(directory), "a path");
  khop_status status = table_walk(path, cluster_header, cluster_row, &reader, err);
  data->result_count = data->records.count;
  id_set_free(&reader.names);
  mem_free(path);
  return status;
}

/* ---- truth -------------------------------------------------------------------------------- */

typedef struct record_pair {
  uint32_t left, right;
} record_pair;

typedef struct truth_reader {
  evaluate_data *data;
  const evaluate_options *options;
  id_set names; /* of entities */
  bool by_pairs, by_line; /* left_id, right_id; records named FILE:LINE */
  size_t id_column, entity_column; /* or left and right */
  record_pair *pairs;
  size_t pair_count, pair_capacity;
} truth_reader;

/* `wanted` when given, else the first of the usual names; -1 when there is none. */
static khop_status optional_column(const input_source *source, const char *wanted, const char *usual,
                                   const char *other, int *out_column, khop_error *err) {
  *out_column = -1;
  if (wanted) {
    size_t column;
    TRY(table_column(source, wanted, &column, err));
    *out_column = (int)column;
    return KHOP_OK;
  }
  *out_column = table_find_column(source, usual);
  if (*out_column < 0) *out_column = table_find_column(source, other);
  return KHOP_OK;
}

static khop_status truth_header(void *context, const input_source *source, khop_error *err) {
  truth_reader *reader = context;
  const evaluate_options *options = reader->options;
  int id, entity, left = table_find_column(source, "left_id"), right = table_find_column(source, "right_id");
  TRY(optional_column(source, options->id_column, "record_id", "id", &id, err));
  TRY(optional_column(source, options->entity_column, "entity_id", "cluster_id", &entity, err));
  reader->by_pairs = entity < 0 && left >= 0 && right >= 0;
  if (reader->by_pairs) {
    reader->id_column = (size_t)left;
    reader->entity_column = (size_t)right;
    return KHOP_OK;
  }
  if (entity < 0) {
    size_t unused;
    khop_error columns = {0};
    (void)table_column(source, "entity_id", &unused, &columns);
    return error_set(err, KHOP_USAGE, "%s; a truth has record_id and entity_id, or left_id and right_id",
                     columns.message);
  }
  reader->by_line = id < 0;
  reader->id_column = id < 0 ? 0 : (size_t)id;
  reader->entity_column = (size_t)entity;
  return KHOP_OK;
}

/* The record's number, and room for its entity. */
static khop_status truth_record(truth_reader *reader, const char *id, size_t length, uint32_t *out_record,
                                khop_error *err) {
  evaluate_data *data = reader->data;
  TRY(id_set_add(&data->records, id, length, out_record, err));
  if (*out_record < data->entity_filled) return KHOP_OK;
  TRY(array_reserve(&data->entities, &data->entity_capacity, data->records.count, sizeof *data->entities,
                    "entities", err));
  while (data->entity_filled < data->records.count) data->entities[data->entity_filled++] = ID_SET_NONE;
  return KHOP_OK;
}

static khop_status entity_row(truth_reader *reader, const table_row *row, khop_error *err) {
  const input_field *name = &row->fields[reader->entity_column];
  char line_id[512];
  const char *id = line_id;
  size_t length;
  if (reader->by_line) {
    length = (size_t)snprintf(line_id, sizeof line_id, "%.480s:%llu", row->source, (unsigned long long)row->line);
  } else {
    id = row->fields[reader->id_column].text;
    length = row->fields[reader->id_column].length;
  }
  uint32_t record, entity;
  TRY(truth_record(reader, id, length, &record, err));
  TRY(id_set_add(&reader->names, name->text, name->length, &entity, err));
  uint32_t *known = &reader->data->entities[record];
  if (*known == ID_SET_NONE) reader->data->truth_records++;
  else if (*known != entity) return row_fault(row, "a record of two entities", err);
  *known = entity;
  return KHOP_OK;
}

/* Marks both as named (any number but none will do) and keeps the pair until all are known. */
static khop_status pair_row(truth_reader *reader, const table_row *row, khop_error *err) {
  uint32_t ends[2];
  const size_t columns[2] = {reader->id_column, reader->entity_column};
  for (int side = 0; side < 2; side++) {
    const input_field *id = &row->fields[columns[side]];
    TRY(truth_record(reader, id->text, id->length, &ends[side], err));
    uint32_t *known = &reader->data->entities[ends[side]];
    reader->data->truth_records += *known == ID_SET_NONE;
    *known = 0;
  }
  TRY(array_reserve(&reader->pairs, &reader->pair_capacity, reader->pair_count + 1, sizeof *reader->pairs,
                    "true pairs", err));
  reader->pairs[reader->pair_count++] = (record_pair){.left = ends[0], .right = ends[1]};
  return KHOP_OK;
}

static khop_status truth_row(void *context, const table_row *row, khop_error *err) {
  truth_reader *reader = context;
  reader->data->truth_rows++;
  return reader->by_pairs ? pair_row(reader, row, err) : entity_row(reader, row, err);
}

/* Entities are what the pairs connect; every record is one. */
static khop_status connect_pairs(truth_reader *reader, khop_error *err) {
  evaluate_data *data = reader->data;
  union_find sets;
  TRY(union_find_init(&sets, data->records.count, err));
  for (size_t i = 0; i < reader->pair_count; i++) {
    union_find_join(&sets, reader->pairs[i].left, reader->pairs[i].right);
  }
  for (uint32_t i = 0; i < data->records.count; i++) data->entities[i] = union_find_root(&sets, i);
  data->entity_count = data->records.count;
  union_find_free(&sets);
  return KHOP_OK;
}

khop_status evaluate_read_truth(evaluate_data *data, const evaluate_options *options, khop_error *err) {
  truth_reader reader = {.data = data, .options = options};
  khop_status status = KHOP_OK;
  TRY_CLEANUP(table_walk(options->truth_path, truth_header, truth_row, &reader, err));
  if (reader.by_pairs) TRY_CLEANUP(connect_pairs(&reader, err));
  else data->entity_count = reader.names.count;
  uint64_t missing = data->records.count - data->result_count;
  if (data->truth_records == missing) {
    status = error_set(err, KHOP_INPUT, "%s: none of its %llu records is in the result", options->truth_path,
                       (unsigned long long)missing);
  }

cleanup:
  id_set_free(&reader.names);
  mem_free(reader.pairs);
  return status;
}

/* ---- pairs.csv ---------------------------------------------------------------------------- */

enum { PAIR_LEFT, PAIR_RIGHT, PAIR_WEIGHT, PAIR_RULE, PAIR_DECISION, PAIR_COLUMNS, rules_max = 4096 };

typedef struct pair_reader {
  evaluate_data *data;
  size_t columns[PAIR_COLUMNS];
  bool has_rules;
} pair_reader;

static const double weight_scale = 1e6;
static const int64_t weight_offset = 1ll << 61; /* makes the keys of negative weights positive */

uint64_t weight_key(double weight) {
  return (uint64_t)(llround(weight * weight_scale) + weight_offset);
}

double weight_of_key(uint64_t key) {
  return (double)((int64_t)key - weight_offset) / weight_scale;
}

/* [-]digits[.digits], as the writer writes it; strtod would depend on the locale. NaN when it is
 * nothing of the kind, or beyond any weight. */
static double parse_weight(const input_field *field) {
  size_t at = field->length > 0 && field->text[0] == '-', digits = 0;
  double number = 0, scale = 1;
  bool fraction = false;
  for (; at < field->length; at++) {
    char c = field->text[at];
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > 18) return (double)NAN;
    number = number * 10 + (c - '0');
    if (fraction) scale *= 10;
  }
  if (digits == 0 || number / scale > WEIGHT_MAX) return (double)NAN;
  return field->text[0] == '-' ? -number / scale : number / scale;
}

static khop_status pair_header(void *context, const input_source *source, khop_error *err) {
  static const char *const names[PAIR_COLUMNS] = {"left_id", "right_id", "match_weight", "blocking_rule", "decision"};
  pair_reader *reader = context;
  reader->has_rules = table_find_column(source, names[PAIR_RULE]) >= 0;
  for (int c = 0; c < PAIR_COLUMNS; c++) {
    if (c != PAIR_RULE || reader->has_rules) TRY(table_column(source, names[c], &reader->columns[c], err));
  }
  return KHOP_OK;
}

static khop_status pair_record(const pair_reader *reader, const table_row *row, int side, uint32_t *out_record,
                               khop_error *err) {
  const evaluate_data *data = reader->data;
  const input_field *id = &row->fields[reader->columns[side]];
  *out_record = id_set_find(&data->records, id->text, id->length);
  if (*out_record >= data->result_count) return row_fault(row, "a record that clusters.csv does not have", err);
  return KHOP_OK;
}

static khop_status pair_rule(const pair_reader *reader, const table_row *row, uint16_t *out_rule, khop_error *err) {
  evaluate_data *data = reader->data;
  *out_rule = 0;
  const input_field none = {.text = ""};
  const input_field *name = reader->has_rules ? &row->fields[reader->columns[PAIR_RULE]] : &none;
  uint32_t rule;
  size_t before = data->rules.count;
  TRY(id_set_add(&data->rules, name->text, name->length, &rule, err));
  if (rule >= rules_max) return row_fault(row, "more different blocking rules than a schema can have", err);
  *out_rule = (uint16_t)rule;
  if (data->rules.count == before) return KHOP_OK;
  TRY(array_reserve(&data->rule_names, &data->rule_capacity, (size_t)rule + 1, sizeof *data->rule_names, "blocking rules", err));
  data->rule_names[rule] = mem_copy_text(name->text, name->length);
  if (!data->rule_names[rule]) return error_memory(err, name->length, "blocking rules");
  data->rule_count++;
  return KHOP_OK;
}

static pair_decision parse_decision(const input_field *field) {
  if (field->length == 5 && memcmp(field->text, "match", 5) == 0) return DECISION_MATCH;
  if (field->length == 6 && memcmp(field->text, "review", 6) == 0) return DECISION_REVIEW;
  return DECISION_OTHER;
}

static khop_status listed_pair_row(void *context, const table_row *row, khop_error *err) {
  pair_reader *reader = context;
  evaluate_data *data = reader->data;
  uint32_t left, right;
  listed_pair pair = {.decision = (uint8_t)parse_decision(&row->fields[reader->columns[PAIR_DECISION]])};
  TRY(pair_record(reader, row, PAIR_LEFT, &left, err));
  TRY(pair_record(reader, row, PAIR_RIGHT, &right, err));
  double weight = parse_weight(&row->fields[reader->columns[PAIR_WEIGHT]]);
  if (isnan(weight)) return row_fault(row, "match_weight is not a weight", err);
  TRY(pair_rule(reader, row, &pair.rule, err));
  pair.key = weight_key(weight);
  pair.left = left < right ? left : right;
  pair.right = left < right ? right : left;
  if (data->entities) {
    pair.is_scored = data->entities[left] != ID_SET_NONE && data->entities[right] != ID_SET_NONE;
    pair.is_true = pair.is_scored && data->entities[left] == data->entities[right];
  }
  TRY(array_reserve(&data->pairs, &data->pair_capacity, data->pair_count + 1, sizeof *data->pairs, "pairs", err));
  data->pairs[data->pair_count++] = pair;
  return KHOP_OK;
}

static int by_falling_weight(const void *a, const void *b) {
  const listed_pair *x = a, *y = b;
  if (x->key != y->key) return x->key > y->key ? -1 : 1;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  return x->right < y->right ? -1 : x->right > y->right;
}

khop_status evaluate_read_pairs(evaluate_data *data, const char *directory, khop_error *err) {
  pair_reader reader = {.data = data};
  char *path = path_join(directory, "pairs.csv");
  if (!path) return error_memory(err, strlen(directory), "a path");
  khop_status status = KHOP_OK;
  if (!table_is_header_only(path)) status = table_walk(path, pair_header, listed_pair_row, &reader, err);
  mem_free(path);
  if (data->pair_count) qsort(data->pairs, data->pair_count, sizeof *data->pairs, by_falling_weight);
  return status;
}

void evaluate_data_free(evaluate_data *data) {
  id_set_free(&data->records);
  mem_free(data->clusters);
  mem_free(data->cluster_sizes);
  mem_free(data->entities);
  mem_free(data->pairs);
  for (size_t i = 0; i < data->rule_count; i++) mem_free(data->rule_names[i]);
  mem_free(data->rule_names);
  id_set_free(&data->rules);
  *data = (evaluate_data){0};
}
