/* khop_index_decide, khop_index_undo: what people say of pairs. See khop.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/union_find.h"
#include "live/jobs.h"
#include "live/write.h"
#include "model/table_walk.h"
#include "normalise/label_word.h"

/* ---- contradictions ------------------------------------------------------------------------------------------- */

khop_status live_check_decisions(live *l, const evaluation *e, khop_error *err) {
  union_find sets;
  const decisions *d = &e->decided;
  khop_status status = KHOP_OK;
  if (!d->count) return KHOP_OK;
  TRY(union_find_init(&sets, e->rows.count, err));
  for (size_t i = 0; i < d->count; i++) {
    if (d->items[i].is_must) union_find_join(&sets, d->items[i].left, d->items[i].right);
  }
  for (size_t i = 0; status == KHOP_OK && i < d->count; i++) {
    if (d->items[i].is_must || union_find_root(&sets, d->items[i].left) != union_find_root(&sets, d->items[i].right)) continue;
    status = error_set(err, KHOP_INPUT, "%s: a cannot_link between two records that must_links connect: take one of them back first", l->directory);
  }
  union_find_free(&sets);
  return status;
}

/* ---- a file of them ----------------------------------------------------------------------------------------------- */

typedef struct deciding {
  live *live;
  live_change *change;
  khop_index_summary *out;
  const char *path, *author;
  size_t left_column, right_column, decision_column;
  int reason_column;
} deciding;

static khop_status decide(deciding *d, const char *left, const char *right, bool is_must, const char *reason, khop_error *err) {
  uint32_t x, y, entity;
  char note[512];
  TRY(live_find_id(d->live, left, strlen(left), false, &x, err));
  TRY(live_find_id(d->live, right, strlen(right), false, &y, err));
  if (x == STORE_ROW_NONE || y == STORE_ROW_NONE) {
    d->out->unknown++;
    return KHOP_OK;
  }
  if (x == y) return error_set(err, KHOP_INPUT, "%s: left_id and right_id are one record", d->path);
  TRY(item_list_add(&d->change->decisions, live_pair(x, y), is_must, err));
  TRY(segments_read_entity(&d->live->views[0], x, &entity, err));
  uint32_t other;
  TRY(segments_read_entity(&d->live->views[0], y, &other, err));
  snprintf(note, sizeof note, "%s: %s", d->author, reason);
  const live_event event = {.kind = is_must ? "must_link" : "cannot_link", .entity = entity, .other = other, .left = left, .right = right, .note = note};
  return live_journal(d->live, d->change, &event, err);
}

static khop_status read_header(void *context, const input_source *source, khop_error *err) {
  deciding *d = context;
  TRY(table_column(source, "left_id", &d->left_column, err));
  TRY(table_column(source, "right_id", &d->right_column, err));
  d->reason_column = table_find_column(source, "reason");
  int label = table_find_column(source, "label");
  if (table_find_column(source, "decision") >= 0 || label < 0) return table_column(source, "decision", &d->decision_column, err);
  d->decision_column = (size_t)label;
  return KHOP_OK;
}

static bool is_word(const char *text, const char *word, const char *same) { return strcmp(text, word) == 0 || strcmp(text, same) == 0; }

static khop_status read_line(void *context, const table_row *row, khop_error *err) {
  deciding *d = context;
  char *texts[4] = {0};
  const size_t columns[4] = {d->left_column, d->right_column, d->decision_column, d->reason_column < 0 ? d->left_column : (size_t)d->reason_column};
  khop_status status = KHOP_OK;
  for (size_t i = 0; i < 4; i++) {
    const input_field *field = &row->fields[columns[i]];
    texts[i] = mem_copy_text(field->length ? field->text : "", field->length);
    if (!texts[i]) status = error_memory(err, field->length, "decisions");
  }
  pair_label label = LABEL_POSSIBLE;
  bool is_must = texts[2] && is_word(texts[2], "must_link", "must-link"), is_cannot = texts[2] && is_word(texts[2], "cannot_link", "cannot-link");
  if (status == KHOP_OK && !is_must && !is_cannot && !label_parse(texts[2], strlen(texts[2]), &label)) {
    status = error_set(err, KHOP_INPUT, "%s: line %llu: the decision is none of must_link, cannot_link, match, non_match and review", row->source,
                       (unsigned long long)row->line);
  }
  is_must |= !is_cannot && label == LABEL_MATCH;
  is_cannot |= !is_must && label == LABEL_NON_MATCH;
  if (status == KHOP_OK && (is_must || is_cannot)) status = decide(d, texts[0], texts[1], is_must, d->reason_column < 0 ? "" : texts[3], err);
  for (size_t i = 0; i < 4; i++) mem_free(texts[i]);
  return status;
}

/* The last word on a pair stands, and one that is said already is no change. */
static void drop_known(live *l, live_change *change) {
  size_t kept = 0, place;
  for (size_t i = 0; i < change->decisions.count; i++) {
    const sort_item item = change->decisions.items[i];
    uint64_t key = item.key;
    bool is_known = item_list_find(&l->decided, key, &place) && l->decided.items[place].row == item.row;
    if (!is_known) change->decisions.items[kept++] = item;
  }
  change->decisions.count = kept;
}

static khop_status check_pairs(const deciding *d, khop_error *err) {
  const item_list *list = &d->change->decisions;
  for (size_t i = 1; i < list->count; i++) {
    if (list->items[i].key != list->items[i - 1].key || list->items[i].row == list->items[i - 1].row) continue;
    return error_set(err, KHOP_INPUT, "%s: a pair is both must_link and cannot_link", d->path);
  }
  return KHOP_OK;
}

static khop_status finish(deciding *d, khop_error *err) {
  live *l = d->live;
  TRY(item_list_sort(&d->change->decisions, l->workers, err));
  TRY(check_pairs(d, err));
  drop_known(l, d->change);
  l->first_new = l->segments.rows;
  if (d->change->decisions.count) return live_finish(l, d->change, NULL, d->out, err);
  d->out->run = l->segments.last_run;
  d->out->records = l->segments.rows - l->segments.dead_rows;
  return KHOP_OK;
}

static khop_status decide_file(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err) {
  deciding *d = context;
  d->live = l;
  d->change = change;
  d->out = out;
  if (!table_is_header_only(d->path)) TRY(table_walk(d->path, read_header, read_line, d, err));
  return finish(d, err);
}

static khop_status require_author(const char *author, khop_error *err) {
  return author && *author ? KHOP_OK : error_set(err, KHOP_USAGE, "a decision needs its author: say --author NAME");
}

khop_status khop_index_decide(const char *directory, const char *path, const char *author, const khop_options *options,
                              khop_index_summary *out_summary, khop_error *err) {
  deciding d = {.path = path, .author = author};
  *out_summary = (khop_index_summary){0};
  TRY(require_author(author, err));
  return live_job(directory, options, true, "decide", decide_file, &d, out_summary, err);
}

/* ---- undo ------------------------------------------------------------------------------------------------------------ */

typedef struct undoing {
  deciding decide;
  const char *event;
} undoing;

/* The fields of a line that starts with the event. */
static bool split_line(char *line, const char *event, char *fields[LIVE_JOURNAL_FIELDS]) {
  size_t count = 0;
  for (char *rest = line, *field; count < LIVE_JOURNAL_FIELDS && (field = strsep(&rest, "\t"));) fields[count++] = field;
  return count == LIVE_JOURNAL_FIELDS && strcmp(fields[0], event) == 0;
}

static khop_status undo_line(void *context, char *line, bool *out_stop, khop_error *err) {
  undoing *u = context;
  char *fields[LIVE_JOURNAL_FIELDS];
  char note[256];
  if (!split_line(line, u->event, fields)) return KHOP_OK;
  *out_stop = true;
  if ((strcmp(fields[2], "merged") != 0 && strcmp(fields[2], "joined") != 0) || !*fields[5] || !*fields[6]) {
    return error_set(err, KHOP_USAGE, "event %s: neither a merge nor a join of two records", u->event);
  }
  snprintf(note, sizeof note, "undoes %s", u->event);
  return decide(&u->decide, fields[5], fields[6], false, note, err);
}

static khop_status undo(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err) {
  undoing *u = context;
  bool found = false;
  u->decide.live = l;
  u->decide.change = change;
  u->decide.out = out;
  TRY(live_each_journal_line(&l->segments, undo_line, u, &found, err));
  if (!found) return error_set(err, KHOP_USAGE, "%s: no event %s in the journal", l->directory, u->event);
  if (out->unknown) return error_set(err, KHOP_USAGE, "event %s: one of its records is no longer there", u->event);
  return finish(&u->decide, err);
}

khop_status khop_index_undo(const char *directory, const char *event, const char *author, const khop_options *options,
                            khop_index_summary *out_summary, khop_error *err) {
  undoing u = {.decide = {.path = event, .author = author}, .event = event};
  *out_summary = (khop_index_summary){0};
  TRY(require_author(author, err));
  return live_job(directory, options, true, "decide", undo, &u, out_summary, err);
}
