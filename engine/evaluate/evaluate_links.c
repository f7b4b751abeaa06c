/* See evaluate_links.h. */
#include "evaluate/evaluate_links.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "model/id_set.h"
#include "model/table_walk.h"

typedef enum link_category { CATEGORY_MATCH, CATEGORY_CONFLICT, CATEGORY_REVIEW, CATEGORIES } link_category;

typedef struct linked_pair {
  uint32_t left, right;
  link_category category;
} linked_pair;

/* Of each side: the records of the result, then those that only the truth names. */
typedef struct link_data {
  id_set records[2];
  size_t result_count[2];
  uint32_t *entities[2]; /* by record; ID_SET_NONE: the truth does not know it */
  size_t entity_capacity[2], entity_filled[2];
  id_set names;          /* of entities */
  linked_pair *links;
  size_t link_count, link_capacity;
  uint64_t *truth;       /* left << 32 | right, of a truth of pairs; sorted */
  size_t truth_count, truth_capacity;
  bool by_pairs;
} link_data;

static void data_free(link_data *d) {
  for (int side = 0; side < 2; side++) {
    id_set_free(&d->records[side]);
    mem_free(d->entities[side]);
  }
  id_set_free(&d->names);
  mem_free(d->links);
  mem_free(d->truth);
}

static bool text_is(const input_field *field, const char *text) {
  return field->length == strlen(text) && memcmp(field->text, text, field->length) == 0;
}

static khop_status row_fault(const table_row *row, const char *fact, khop_error *err) {
  return error_set(err, KHOP_INPUT, "%s: line %llu: %s", row->source, (unsigned long long)row->line, fact);
}

/* ---- links.csv, unlinked.csv ----------------------------------------------------------------------- */

typedef struct reader {
  link_data *data;
  size_t columns[3];
  int side; /* of a truth file; 2: of both */
  bool by_pairs;
} reader;

static khop_status link_header(void *context, const input_source *source, khop_error *err) {
  reader *r = context;
  TRY(table_column(source, "left_id", &r->columns[0], err));
  TRY(table_column(source, "right_id", &r->columns[1], err));
  return table_column(source, "category", &r->columns[2], err);
}

static khop_status link_row(void *context, const table_row *row, khop_error *err) {
  static const char *const names[CATEGORIES] = {"match", "conflict", "review"};
  reader *r = context;
  link_data *d = r->data;
  linked_pair pair = {.category = CATEGORIES};
  for (int c = 0; c < CATEGORIES; c++) {
    if (text_is(&row->fields[r->columns[2]], names[c])) pair.category = (link_category)c;
  }
  if (pair.category == CATEGORIES) return row_fault(row, "category is not match, conflict or review", err);
  const input_field *left = &row->fields[r->columns[0]], *right = &row->fields[r->columns[1]];
  TRY(id_set_add(&d->records[0], left->text, left->length, &pair.left, err));
  TRY(id_set_add(&d->records[1], right->text, right->length, &pair.right, err));
  TRY(array_reserve(&d->links, &d->link_capacity, d->link_count + 1, sizeof pair, "links", err));
  d->links[d->link_count++] = pair;
  return KHOP_OK;
}

static khop_status unlinked_header(void *context, const input_source *source, khop_error *err) {
  reader *r = context;
  TRY(table_column(source, "side", &r->columns[0], err));
  return table_column(source, "record_id", &r->columns[1], err);
}

static khop_status unlinked_row(void *context, const table_row *row, khop_error *err) {
  reader *r = context;
  const input_field *side = &row->fields[r->columns[0]], *id = &row->fields[r->columns[1]];
  bool right = text_is(side, "right");
  uint32_t record;
  if (!right && !text_is(side, "left")) return row_fault(row, "side is neither left nor right", err);
  return id_set_add(&r->data->records[right], id->text, id->length, &record, err);
}

static khop_status read_file(link_data *d, const char *directory, const char *name, table_header *header, table_row_handler *handler,
                             khop_error *err) {
  reader r = {.data = d};
  char *path = path_join(directory, name);
  if (!path) return error_memory(err, strlen(directory), "a path");
  khop_status status = table_is_header_only(path) ? KHOP_OK : table_walk(path, header, handler, &r, err);
  mem_free(path);
  return status;
}

/* ---- truth -------------------------------------------------------------------------------------------- */

static khop_status truth_header(void *context, const input_source *source, khop_error *err) {
  reader *r = context;
  int entity = table_find_column(source, "entity_id"), left = table_find_column(source, "left_id");
  r->by_pairs = entity < 0 && left >= 0;
  r->data->by_pairs |= r->by_pairs;
  if (r->by_pairs && r->side != 2) return error_set(err, KHOP_USAGE, "%s: a truth of left_id, right_id stands alone", source->name);
  TRY(table_column(source, r->by_pairs ? "left_id" : "record_id", &r->columns[0], err));
  return table_column(source, r->by_pairs ? "right_id" : "entity_id", &r->columns[1], err);
}

static khop_status set_entity(link_data *d, int side, const table_row *row, const input_field *id, uint32_t entity, khop_error *err) {
  uint32_t record;
  TRY(id_set_add(&d->records[side], id->text, id->length, &record, err));
  TRY(array_reserve(&d->entities[side], &d->entity_capacity[side], d->records[side].count, sizeof(uint32_t), "entities", err));
  while (d->entity_filled[side] < d->records[side].count) d->entities[side][d->entity_filled[side]++] = ID_SET_NONE;
  uint32_t *known = &d->entities[side][record];
  if (*known != ID_SET_NONE && *known != entity) return row_fault(row, "a record of two entities", err);
  *known = entity;
  return KHOP_OK;
}

static khop_status truth_row(void *context, const table_row *row, khop_error *err) {
  reader *r = context;
  link_data *d = r->data;
  const input_field *first = &row->fields[r->columns[0]], *second = &row->fields[r->columns[1]];
  uint32_t left, right, entity;
  if (r->by_pairs) {
    TRY(id_set_add(&d->records[0], first->text, first->length, &left, err));
    TRY(id_set_add(&d->records[1], second->text, second->length, &right, err));
    TRY(array_reserve(&d->truth, &d->truth_capacity, d->truth_count + 1, sizeof *d->truth, "true pairs", err));
    d->truth[d->truth_count++] = (uint64_t)left << 32 | right;
    return KHOP_OK;
  }
  TRY(id_set_add(&d->names, second->text, second->length, &entity, err));
  if (r->side != 2) return set_entity(d, r->side, row, first, entity, err);
  /* of both: on the side where the result has it */
  for (int side = 0; side < 2; side++) {
    bool has = id_set_find(&d->records[side], first->text, first->length) < d->result_count[side];
    if (has) TRY(set_entity(d, side, row, first, entity, err));
  }
  return KHOP_OK;
}

static khop_status read_truth(link_data *d, const char *path, int side, khop_error *err) {
  reader r = {.data = d, .side = side};
  return table_walk(path, truth_header, truth_row, &r, err);
}

/* ---- counting ------------------------------------------------------------------------------------------ */

static int by_number(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

static uint32_t entity_of(const link_data *d, int side, uint32_t record) {
  return record < d->entity_filled[side] ? d->entities[side][record] : ID_SET_NONE;
}

static bool is_true(const link_data *d, const linked_pair *pair) {
  if (!d->by_pairs) {
    uint32_t entity = entity_of(d, 0, pair->left);
    return entity != ID_SET_NONE && entity == entity_of(d, 1, pair->right);
  }
  uint64_t key = (uint64_t)pair->left << 32 | pair->right;
  return d->truth_count && bsearch(&key, d->truth, d->truth_count, sizeof key, by_number);
}

/* Each side's records by entity: all of them, and those of the result. */
static khop_status count_true_pairs(link_data *d, uint64_t *out_scored, uint64_t *out_missing, khop_error *err) {
  uint64_t all = 0, scored = 0;
  uint32_t *counts = mem_alloc(d->names.count, 4 * sizeof *counts);
  if (!counts) return error_memory(err, d->names.count * 4 * sizeof *counts, "true pairs");
  for (int side = 0; side < 2; side++) {
    for (uint32_t record = 0; record < d->entity_filled[side]; record++) {
      uint32_t entity = d->entities[side][record];
      if (entity == ID_SET_NONE) continue;
      counts[entity * 4 + side]++;
      counts[entity * 4 + 2 + side] += record < d->result_count[side];
    }
  }
  for (size_t e = 0; e < d->names.count; e++) {
    all += (uint64_t)counts[e * 4] * counts[e * 4 + 1];
    scored += (uint64_t)counts[e * 4 + 2] * counts[e * 4 + 3];
  }
  mem_free(counts);
  *out_scored = scored;
  *out_missing = all - scored;
  return KHOP_OK;
}

static void sort_true_pairs(link_data *d, uint64_t *out_scored, uint64_t *out_missing) {
  size_t kept = 0;
  if (d->truth_count) qsort(d->truth, d->truth_count, sizeof *d->truth, by_number);
  for (size_t i = 0; i < d->truth_count; i++) {
    if (kept && d->truth[kept - 1] == d->truth[i]) continue;
    d->truth[kept++] = d->truth[i];
    bool has = d->truth[i] >> 32 < d->result_count[0] && (uint32_t)d->truth[i] < d->result_count[1];
    *out_scored += has;
    *out_missing += !has;
  }
  d->truth_count = kept;
}

static khop_status count_links(link_data *d, khop_link_quality *out, khop_error *err) {
  uint64_t scored = 0;
  if (d->by_pairs) sort_true_pairs(d, &scored, &out->missing_pairs);
  else TRY(count_true_pairs(d, &scored, &out->missing_pairs, err));
  for (size_t i = 0; i < d->link_count; i++) {
    const linked_pair *pair = &d->links[i];
    bool right = is_true(d, pair);
    if (pair->category == CATEGORY_REVIEW) {
      out->review_true += right;
      out->review_false += !right;
      continue;
    }
    if (right) out->true_positives++;
    else out->false_positives++;
    if (pair->category != CATEGORY_CONFLICT) continue;
    out->conflict_true += right;
    out->conflict_false += !right;
  }
  out->left_records = d->result_count[0];
  out->right_records = d->result_count[1];
  out->false_negatives = scored - out->true_positives;
  double found = (double)out->true_positives, claimed = found + (double)out->false_positives;
  out->precision = claimed > 0 ? found / claimed : 1;
  out->recall = scored ? found / (double)scored : 1;
  out->f1 = claimed + (double)scored > 0 ? 2 * found / (claimed + (double)scored) : 1;
  return KHOP_OK;
}

khop_status evaluate_links(const char *directory, const char *left_truth, const char *right_truth, khop_link_quality *out, khop_error *err) {
  *out = (khop_link_quality){0};
  khop_status status = KHOP_OK;
  link_data d = {0};
  TRY_CLEANUP(read_file(&d, directory, "links.csv", link_header, link_row, err));
  TRY_CLEANUP(read_file(&d, directory, "unlinked.csv", unlinked_header, unlinked_row, err));
  for (int side = 0; side < 2; side++) d.result_count[side] = d.records[side].count;
  TRY_CLEANUP(read_truth(&d, left_truth, right_truth ? 0 : 2, err));
  if (right_truth) TRY_CLEANUP(read_truth(&d, right_truth, 1, err));
  TRY_CLEANUP(count_links(&d, out, err));
  if (out->true_positives + out->false_negatives == 0) {
    status = error_set(err, KHOP_INPUT, "%s: no true pair across the registers of the result", left_truth);
  }
cleanup:
  data_free(&d);
  return status;
}

bool evaluate_has_links(const char *directory) {
  return path_exists(directory, "links.csv");
}
