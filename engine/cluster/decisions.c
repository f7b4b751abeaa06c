/* See decisions.h. */
#include "cluster/decisions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/union_find.h"
#include "model/id_set.h"
#include "model/table_walk.h"
#include "normalise/label_word.h"

/* A line of the file; its records are numbered in order of appearance until their rows are known. */
typedef struct decision_reader {
  decisions *out;
  id_set names;
  size_t left_column, right_column, decision_column;
  const char *source;
} decision_reader;

/* ---- the file ------------------------------------------------------------------------------------- */

static khop_status read_header(void *context, const input_source *source, khop_error *err) {
  decision_reader *reader = context;
  TRY(table_column(source, "left_id", &reader->left_column, err));
  TRY(table_column(source, "right_id", &reader->right_column, err));
  int label = table_find_column(source, "label");
  if (table_find_column(source, "decision") < 0 && label >= 0) {
    reader->decision_column = (size_t)label;
    return KHOP_OK;
  }
  return table_column(source, "decision", &reader->decision_column, err);
}

typedef enum decision_word { WORD_MUST, WORD_CANNOT, WORD_REVIEW, WORD_UNKNOWN } decision_word;

static bool is_word(const input_field *field, const char *word) {
  return field->length == strlen(word) && strncasecmp(field->text, word, field->length) == 0;
}

/* The words of a label, and two that say what to do. */
static decision_word read_word(const input_field *field) {
  static const decision_word of_label[] = {[LABEL_MATCH] = WORD_MUST, [LABEL_NON_MATCH] = WORD_CANNOT, [LABEL_POSSIBLE] = WORD_REVIEW};
  pair_label label;
  if (is_word(field, "must_link") || is_word(field, "must-link")) return WORD_MUST;
  if (is_word(field, "cannot_link") || is_word(field, "cannot-link")) return WORD_CANNOT;
  return label_parse(field->text, field->length, &label) ? of_label[label] : WORD_UNKNOWN;
}

static khop_status read_line(void *context, const table_row *row, khop_error *err) {
  decision_reader *reader = context;
  decisions *out = reader->out;
  const input_field *left = &row->fields[reader->left_column], *right = &row->fields[reader->right_column];
  decision_word word = read_word(&row->fields[reader->decision_column]);
  if (word == WORD_UNKNOWN) {
    return error_set(err, KHOP_INPUT, "%s: line %llu: the decision is none of must_link, cannot_link, match, non_match and review",
                     row->source, (unsigned long long)row->line);
  }
  if (word == WORD_REVIEW) {
    out->undecided++;
    return KHOP_OK;
  }
  if (word == WORD_MUST) out->must_links++;
  else out->cannot_links++;
  TRY(array_reserve(&out->items, &out->capacity, out->count + 1, sizeof *out->items, "decisions", err));
  decision *d = &out->items[out->count++];
  *d = (decision){.is_must = word == WORD_MUST, .line = row->line};
  TRY(id_set_add(&reader->names, left->text, left->length, &d->left, err));
  TRY(id_set_add(&reader->names, right->text, right->length, &d->right, err));
  if (d->left != d->right) return KHOP_OK;
  return error_set(err, KHOP_INPUT, "%s: line %llu: left_id and right_id are one record", row->source, (unsigned long long)row->line);
}

/* ---- ids to rows -------------------------------------------------------------------------------------- */

/* out_rows[name]: the row of that id, ROW_NONE without one. */
enum { ROW_NONE = UINT32_MAX };

static khop_status find_rows(const id_set *names, const records *r, const feature_table *table, uint32_t **out_rows, khop_error *err) {
  uint32_t *rows = mem_alloc(names->count, sizeof *rows);
  *out_rows = rows;
  if (!rows) return error_memory(err, names->count * sizeof *rows, "decisions");
  for (size_t n = 0; n < names->count; n++) rows[n] = ROW_NONE;
  record_cursor cursor = {.all = r};
  khop_status status = KHOP_OK;
  for (size_t row = 0; status == KHOP_OK && row < r->count; row++) {
    size_t length;
    const char *id = record_cursor_id(&cursor, row, &length, err);
    uint32_t name = id ? id_set_find(names, id, length) : ID_SET_NONE;
    if (!id) status = KHOP_ENVIRONMENT;
    if (name != ID_SET_NONE && !feature_table_dead(table, row)) rows[name] = (uint32_t)row;
  }
  record_cursor_free(&cursor);
  return status;
}

/* Drops the lines whose records are not there. */
static void set_rows(decisions *d, const uint32_t *rows) {
  size_t kept = 0;
  for (size_t i = 0; i < d->count; i++) {
    decision item = d->items[i];
    uint32_t x = rows[item.left], y = rows[item.right];
    if (x == ROW_NONE || y == ROW_NONE) {
      if (d->unknown < DECISION_LINES_NAMED) d->unknown_lines[d->unknown] = item.line;
      d->unknown++;
      continue;
    }
    item.left = x < y ? x : y;
    item.right = x < y ? y : x;
    d->items[kept++] = item;
  }
  d->count = kept;
}

static int by_rows(const void *a, const void *b) {
  const decision *x = a, *y = b;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  if (x->right != y->right) return x->right < y->right ? -1 : 1;
  if (x->is_must != y->is_must) return x->is_must ? -1 : 1;
  return (x->line > y->line) - (x->line < y->line);
}

/* A pair that is decided twice alike is one decision, that of the first line. */
static void sort_once(decisions *d) {
  size_t kept = 0;
  if (d->count) qsort(d->items, d->count, sizeof *d->items, by_rows);
  for (size_t i = 0; i < d->count; i++) {
    const decision *last = kept ? &d->items[kept - 1] : NULL, *item = &d->items[i];
    if (last && last->left == item->left && last->right == item->right && last->is_must == item->is_must) continue;
    d->items[kept++] = *item;
  }
  d->count = kept;
}

/* ---- contradictions ----------------------------------------------------------------------------------- */

typedef struct walk_step {
  uint32_t row;
  size_t from, decision; /* the step before; what led from there to here */
} walk_step;

/* The must_links that lead from one end of `cannot` to the other: breadth first, so there is no shorter way. Their lines
 * in words. A file with a contradiction is read once; that each step looks at all decisions does not matter. */
static khop_status describe_way(const decisions *d, const decision *cannot, char *text, size_t text_bytes, khop_error *err) {
  size_t count = 1, used = 0, room = d->count + 1;
  walk_step *steps = mem_alloc(room, sizeof *steps);
  bool *taken = mem_alloc(d->count, sizeof *taken);
  text[0] = '\0';
  if (!steps || !taken) {
    mem_free(steps);
    mem_free(taken);
    return error_memory(err, room * sizeof *steps, "decisions");
  }
  steps[0].row = cannot->left;
  size_t at = 0;
  for (; at < count && steps[at].row != cannot->right; at++) {
    for (size_t i = 0; i < d->count; i++) {
      const decision *link = &d->items[i];
      bool touches = link->left == steps[at].row || link->right == steps[at].row;
      if (!link->is_must || taken[i] || !touches) continue;
      taken[i] = true;
      steps[count++] = (walk_step){.row = link->left == steps[at].row ? link->right : link->left, .from = at, .decision = i};
    }
  }
  for (; at > 0 && at < count && used < text_bytes; at = steps[at].from) {
    used += (size_t)snprintf(text + used, text_bytes - used, "%s%llu", used ? ", " : "",
                             (unsigned long long)d->items[steps[at].decision].line);
  }
  mem_free(steps);
  mem_free(taken);
  return KHOP_OK;
}

static khop_status check_contradictions(const decisions *d, size_t row_count, const char *path, khop_error *err) {
  union_find sets;
  const decision *first = NULL;
  uint64_t contradictions = 0;
  TRY(union_find_init(&sets, row_count, err));
  for (size_t i = 0; i < d->count; i++) {
    if (d->items[i].is_must) union_find_join(&sets, d->items[i].left, d->items[i].right);
  }
  for (size_t i = 0; i < d->count; i++) {
    const decision *item = &d->items[i];
    if (item->is_must || union_find_root(&sets, item->left) != union_find_root(&sets, item->right)) continue;
    contradictions++;
    if (!first || item->line < first->line) first = item;
  }
  union_find_free(&sets);
  if (!first) return KHOP_OK;
  char lines[200];
  TRY(describe_way(d, first, lines, sizeof lines, err));
  return error_set(err, KHOP_INPUT, "%s: line %llu: a cannot_link between records that the must_links of lines %s connect; %llu contradictions",
                   path, (unsigned long long)first->line, lines, (unsigned long long)contradictions);
}

khop_status decisions_read(decisions *out, const char *path, const records *r, const feature_table *table, khop_error *err) {
  *out = (decisions){0};
  khop_status status = KHOP_OK;
  decision_reader reader = {.out = out};
  uint32_t *rows = NULL;
  if (!table_is_header_only(path)) TRY_CLEANUP(table_walk(path, read_header, read_line, &reader, err));
  TRY_CLEANUP(find_rows(&reader.names, r, table, &rows, err));
  set_rows(out, rows);
  sort_once(out);
  TRY_CLEANUP(check_contradictions(out, table->count, path, err));
cleanup:
  id_set_free(&reader.names);
  mem_free(rows);
  if (status != KHOP_OK) decisions_free(out);
  return status;
}

void decisions_free(decisions *d) {
  mem_free(d->items);
  *d = (decisions){0};
}
