/* Reading labels. See labels.h. */
#include "evaluate/labels.h"

#include <stdlib.h>
#include <string.h>

#include "model/table_walk.h"
#include "normalise/normalise.h"

/* ---- file --------------------------------------------------------------------------------- */

enum { LABEL_LEFT, LABEL_RIGHT, LABEL_LABEL, LABEL_COLUMNS };

typedef struct label_row {
  uint32_t left, right, reviewer, order;
  pair_label label;
  double weight;
} label_row;

typedef struct label_reader {
  const evaluate_data *data;
  labels *labels;
  id_set reviewers;
  size_t columns[LABEL_COLUMNS];
  int reviewer_column, weight_column;
  label_row *rows;
  size_t row_count, row_capacity;
} label_reader;

static khop_status row_fault(const table_row *row, const char *fact, khop_error *err) {
  return error_set(err, KHOP_INPUT, "%s: line %llu: %s", row->source, (unsigned long long)row->line, fact);
}

static khop_status read_header(void *context, const input_source *source, khop_error *err) {
  static const char *const names[LABEL_COLUMNS] = {"left_id", "right_id", "label"};
  label_reader *reader = context;
  for (int c = 0; c < LABEL_COLUMNS; c++) TRY(table_column(source, names[c], &reader->columns[c], err));
  reader->reviewer_column = table_find_column(source, "reviewer");
  reader->weight_column = table_find_column(source, "weight");
  return KHOP_OK;
}

static khop_status read_weight(const label_reader *reader, const table_row *row, double *out, khop_error *err) {
  *out = 1;
  if (reader->weight_column < 0) return KHOP_OK;
  const input_field *field = &row->fields[reader->weight_column];
  if (field->length == 0) return KHOP_OK;
  *out = normalise_number(field->text, field->length);
  if (*out > 0 && *out <= 1e9) return KHOP_OK;
  return row_fault(row, "weight is not a number above 0", err);
}

static khop_status read_row(void *context, const table_row *row, khop_error *err) {
  label_reader *reader = context;
  const input_field *left = &row->fields[reader->columns[LABEL_LEFT]], *right = &row->fields[reader->columns[LABEL_RIGHT]],
                    *word = &row->fields[reader->columns[LABEL_LABEL]];
  uint32_t a = id_set_find(&reader->data->records, left->text, left->length),
           b = id_set_find(&reader->data->records, right->text, right->length);
  label_row read = {.left = a < b ? a : b, .right = a < b ? b : a, .order = (uint32_t)reader->row_count};
  reader->labels->rows++;
  if (!label_parse(word->text, word->length, &read.label)) {
    return row_fault(row, "label is none of match, non-match, possible (trùng, không trùng, có thể)", err);
  }
  TRY(read_weight(reader, row, &read.weight, err));
  if (reader->reviewer_column >= 0) {
    const input_field *reviewer = &row->fields[reader->reviewer_column];
    TRY(id_set_add(&reader->reviewers, reviewer->text, reviewer->length, &read.reviewer, err));
  }
  if (a >= reader->data->result_count || b >= reader->data->result_count) {
    reader->labels->unknown++;
    return KHOP_OK;
  }
  if (a == b) return row_fault(row, "a record paired with itself", err);
  TRY(array_reserve(&reader->rows, &reader->row_capacity, reader->row_count + 1, sizeof *reader->rows, "labels", err));
  reader->rows[reader->row_count++] = read;
  return KHOP_OK;
}

/* ---- rows to pairs ------------------------------------------------------------------------ */

static int by_pair_and_reviewer(const void *a, const void *b) {
  const label_row *x = a, *y = b;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  if (x->right != y->right) return x->right < y->right ? -1 : 1;
  if (x->reviewer != y->reviewer) return x->reviewer < y->reviewer ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* Rows of one pair, by reviewer. */
static labelled_pair settle(const label_row *rows, size_t count, bool *out_disputed) {
  double votes[3] = {0};
  size_t voters[3] = {0};
  for (size_t i = 0; i < count; i++) {
    if (i + 1 < count && rows[i + 1].reviewer == rows[i].reviewer) continue; /* said otherwise later */
    votes[rows[i].label] += rows[i].weight;
    voters[rows[i].label]++;
  }
  pair_label label = LABEL_POSSIBLE;
  if (votes[LABEL_MATCH] > votes[LABEL_NON_MATCH]) label = LABEL_MATCH;
  if (votes[LABEL_NON_MATCH] > votes[LABEL_MATCH]) label = LABEL_NON_MATCH;
  *out_disputed = voters[LABEL_MATCH] && voters[LABEL_NON_MATCH];
  return (labelled_pair){.left = rows->left, .right = rows->right, .label = (uint8_t)label, .listed = LABEL_UNLISTED,
                         .weight = voters[label] ? votes[label] / (double)voters[label] : 1};
}

static khop_status settle_all(label_reader *reader, khop_error *err) {
  labels *l = reader->labels;
  label_row *rows = reader->rows;
  if (reader->row_count) qsort(rows, reader->row_count, sizeof *rows, by_pair_and_reviewer);
  l->pairs = mem_alloc(reader->row_count, sizeof *l->pairs);
  if (!l->pairs) return error_memory(err, reader->row_count * sizeof *l->pairs, "labels");
  for (size_t start = 0, end; start < reader->row_count; start = end) {
    for (end = start + 1; end < reader->row_count && rows[end].left == rows[start].left && rows[end].right == rows[start].right;) end++;
    bool disputed;
    labelled_pair pair = settle(rows + start, end - start, &disputed);
    l->disputed += disputed;
    pair.is_clustered = reader->data->clusters[pair.left] == reader->data->clusters[pair.right];
    l->pairs[l->count++] = pair;
  }
  return KHOP_OK;
}

static int by_records(const void *key, const void *element) {
  const listed_pair *wanted = key;
  const labelled_pair *pair = element;
  if (wanted->left != pair->left) return wanted->left < pair->left ? -1 : 1;
  return wanted->right < pair->right ? -1 : wanted->right > pair->right;
}

static void find_listed(labels *l, const evaluate_data *data) {
  for (size_t i = 0; i < data->pair_count; i++) {
    labelled_pair *found = l->count ? bsearch(&data->pairs[i], l->pairs, l->count, sizeof *l->pairs, by_records) : NULL;
    if (found && found->listed == LABEL_UNLISTED) found->listed = (uint32_t)i;
  }
}

khop_status labels_read(labels *out, const evaluate_data *data, const char *path, khop_error *err) {
  *out = (labels){0};
  label_reader reader = {.data = data, .labels = out};
  khop_status status = KHOP_OK;
  TRY_CLEANUP(table_walk(path, read_header, read_row, &reader, err));
  if (!reader.row_count) {
    status = error_set(err, KHOP_INPUT, "%s: none of its %llu pairs is of records in the result", path,
                       (unsigned long long)out->unknown);
    goto cleanup;
  }
  TRY_CLEANUP(settle_all(&reader, err));
  find_listed(out, data);

cleanup:
  id_set_free(&reader.reviewers);
  mem_free(reader.rows);
  if (status != KHOP_OK) labels_free(out);
  return status;
}

void labels_free(labels *l) {
  mem_free(l->pairs);
  *l = (labels){0};
}
