/* The journal, read: khop_index_history. See khop.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "live/jobs.h"

khop_status live_each_journal_line(const segments *s, live_line_visit *visit, void *context, bool *out_stopped, khop_error *err) {
  *out_stopped = false;
  for (size_t i = 0; i < s->count && !*out_stopped; i++) {
    store_view *from;
    char *text = NULL;
    TRY(store_view_begin(&from, s->items[i].store, err));
    khop_status status = store_read_text(from, STORE_META_JOURNAL, &text, err);
    store_view_end(from);
    for (char *rest = text, *line; status == KHOP_OK && !*out_stopped && rest && (line = strsep(&rest, "\n"));) {
      if (*line) status = visit(context, line, out_stopped, err);
    }
    mem_free(text);
    TRY(status);
  }
  return KHOP_OK;
}

typedef struct telling {
  row_list entities; /* the one that is asked about, and those that became part of it */
  bool grew;
  FILE *out;         /* NULL: entities are looked for */
} telling;

static bool is_asked(const telling *t, unsigned entity) {
  for (size_t i = 0; i < t->entities.count; i++) {
    if (t->entities.rows[i] == entity) return true;
  }
  return false;
}

static khop_status look_at(void *context, char *line, bool *out_stop, khop_error *err) {
  (void)out_stop;
  telling *t = context;
  char kind[24];
  unsigned entity, other;
  if (sscanf(line, "%*s %*s %23s %u %u", kind, &entity, &other) != 3) return error_set(err, KHOP_INPUT, "a line of the journal is damaged");
  if (t->out) {
    if (is_asked(t, entity) || (other && is_asked(t, other))) fprintf(t->out, "%s\n", line);
    return KHOP_OK;
  }
  if (strcmp(kind, "merged") != 0 || !is_asked(t, entity) || is_asked(t, other)) return KHOP_OK;
  t->grew = true;
  return row_list_add(&t->entities, other, err);
}

static khop_status tell(const segments *s, telling *t, char **out_lines, khop_error *err) {
  size_t length;
  bool stopped;
  text_stream out;
  do {
    t->grew = false;
    TRY(live_each_journal_line(s, look_at, t, &stopped, err));
  } while (t->grew);
  TRY(text_stream_open(&out, "history", err));
  t->out = out.file;
  khop_status status = live_each_journal_line(s, look_at, t, &stopped, err);
  if (status != KHOP_OK) {
    text_stream_abandon(&out);
    return status;
  }
  TRY(text_stream_end(&out, out_lines, &length, err));
  if (length) return KHOP_OK;
  khop_free(*out_lines);
  *out_lines = NULL;
  return status;
}

khop_status khop_index_history(const char *directory, uint32_t entity, char **out_lines, khop_error *err) {
  segments s;
  telling t = {0};
  *out_lines = NULL;
  if (!segments_found(directory)) return error_set(err, KHOP_USAGE, "%s: not a living store: khop index create makes one", directory);
  TRY(segments_open(&s, directory, err));
  const char *next = segments_meta(&s, SEGMENT_META_NEXT_ENTITY);
  khop_status status = KHOP_OK;
  if (entity == 0 || entity >= (next ? strtoul(next, NULL, 10) : 1)) status = error_set(err, KHOP_USAGE, "%s: there never was an entity %u", directory, entity);
  if (status == KHOP_OK) status = row_list_add(&t.entities, entity, err);
  if (status == KHOP_OK) status = tell(&s, &t, out_lines, err);
  mem_free(t.entities.rows);
  segments_close(&s);
  return status;
}

/* ---- lists of ids ------------------------------------------------------------------------------------------------ */

khop_status live_read_ids(const char *path, live_id_taker *take, void *context, khop_error *err) {
  FILE *file = fopen(path, "re");
  char *line = NULL;
  size_t room = 0;
  ssize_t got = 0;
  khop_status status = KHOP_OK;
  if (!file) return error_system(err, errno, path);
  while (status == KHOP_OK && (got = getline(&line, &room, file)) >= 0) {
    char *id = line;
    size_t length = (size_t)got;
    while (length && (id[length - 1] == '\n' || id[length - 1] == '\r' || id[length - 1] == ' ' || id[length - 1] == '\t')) length--;
    while (length && (*id == ' ' || *id == '\t')) id++, length--;
    if (length) status = take(context, id, length, err);
  }
  if (status == KHOP_OK && !feof(file)) status = error_system(err, errno, path); /* a line that found no memory is no end of the list */
  khop_free(line);
  fclose(file);
  return status;
}
