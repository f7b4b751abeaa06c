/* Why a match of two records did not bring them into one cluster: splits.csv says it, pair by pair. See explain.h. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "model/table_walk.h"
#include "run/explain.h"

enum { LEFT, RIGHT, CAUSE, RULE, AGAINST_LEFT, AGAINST_RIGHT, COLUMNS };

typedef struct split_search {
  khop_explainer *e;
  const khop_pair_explanation *pair;
  size_t columns[COLUMNS];
  const char *found;
} split_search;

static khop_status find_columns(void *context, const input_source *source, khop_error *err) {
  static const char *const names[COLUMNS] = {[LEFT] = "left_id", [RIGHT] = "right_id", [CAUSE] = "cause", [RULE] = "rule",
                                             [AGAINST_LEFT] = "against_left_id", [AGAINST_RIGHT] = "against_right_id"};
  split_search *s = context;
  for (size_t i = 0; i < COLUMNS; i++) TRY(table_column(source, names[i], &s->columns[i], err));
  return KHOP_OK;
}

static bool is_id(input_field field, const char *id) { return field.length == strlen(id) && memcmp(field.text, id, field.length) == 0; }

static khop_status look_at_row(void *context, const table_row *row, khop_error *err) {
  (void)err;
  split_search *s = context;
  input_field fields[COLUMNS];
  for (size_t i = 0; i < COLUMNS; i++) fields[i] = row->fields[s->columns[i]];
  if (s->found || !is_id(fields[LEFT], s->pair->left.id) || !is_id(fields[RIGHT], s->pair->right.id)) return KHOP_OK;
  bool others = fields[AGAINST_LEFT].length && !(is_id(fields[AGAINST_LEFT], s->pair->left.id) && is_id(fields[AGAINST_RIGHT], s->pair->right.id));
  s->found = arena_format(&s->e->answer, "%.*s: %.*s", (int)fields[CAUSE].length, fields[CAUSE].text, (int)fields[RULE].length, fields[RULE].text);
  if (others) {
    s->found = arena_format(&s->e->answer, "%s, of %.*s and %.*s", s->found, (int)fields[AGAINST_LEFT].length, fields[AGAINST_LEFT].text,
                            (int)fields[AGAINST_RIGHT].length, fields[AGAINST_RIGHT].text);
  }
  return KHOP_OK;
}

khop_status explain_split(khop_explainer *e, const khop_pair_explanation *pair, const char **out_why, khop_error *err) {
  *out_why = NULL;
  split_search s = {.e = e, .pair = pair};
  char *path = path_join(e->output, "splits.csv");
  if (!path) return error_memory(err, strlen(e->output), "path");
  bool has_rows = access(path, F_OK) == 0 && !table_is_header_only(path);
  khop_status status = has_rows ? table_walk(path, find_columns, look_at_row, &s, err) : KHOP_OK;
  mem_free(path);
  *out_why = s.found;
  return status;
}
