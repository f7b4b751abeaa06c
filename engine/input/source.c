/* One file of the register: looked at, put aside, and taken up again at its first row. */
#include <string.h>

#include "input/internal.h"

static khop_status name_source(source_file *s, const char *path, khop_error *err) {
  bool is_stdin = strcmp(path, "-") == 0;
  const char *slash = strrchr(path, '/');
  const char *name = is_stdin ? "stdin" : slash && slash[1] ? slash + 1 : path;
  s->path = mem_copy_text(path, strlen(path));
  s->name = mem_copy_text(name, strlen(name));
  if (!s->path || !s->name) return error_memory(err, strlen(path), "file names");
  s->label = is_stdin ? s->name : s->path;
  s->shown.path = s->path;
  s->shown.name = s->name;
  return KHOP_OK;
}

/* Takes blank lines off the window's start, and tells whether a row follows them. */
static khop_status skip_blank_lines(const input *in, window *w, char delimiter, bool *out_has_row,
                                    khop_error *err) {
  *out_has_row = false;
  for (;;) {
    TRY(window_fill(w, input_window_bytes(in), err));
    const char *text = window_text(w);
    size_t bytes = window_bytes(w), blank = 0;
    while (blank < bytes && (text[blank] == '\n' || scan_is_blank(text[blank], delimiter))) blank++;
    *out_has_row = blank < bytes;
    const char *last = blank > 0 ? memrchr(text, '\n', blank) : NULL;
    /* A window of blanks without a line feed is a row: one that is too long. */
    if (!last && !w->ended) *out_has_row = true;
    size_t taken = last ? (size_t)(last - text) + 1 : 0;
    window_take(w, taken, in->kernels->count(text, taken, '\n'));
    if (*out_has_row || w->ended) return KHOP_OK;
  }
}

khop_status source_open(const input *in, source_file *s, const char *path, khop_error *err) {
  size_t sample_bytes = in->row_bytes_max + 2;
  if (sample_bytes < INPUT_SAMPLE_BYTES) sample_bytes = INPUT_SAMPLE_BYTES;
  TRY(name_source(s, path, err));
  khop_status status;
  window w;
  TRY(window_open(&w, path, sample_bytes, in->control, err));
  w.reader.label = s->label;
  TRY_CLEANUP(window_fill(&w, sample_bytes, err));
  s->shown.compression = w.reader.codec->name;
  s->shown.size_bytes = w.reader.size_bytes;
  TRY_CLEANUP(header_read(in, s, &w, err));
  bool has_row;
  TRY_CLEANUP(skip_blank_lines(in, &w, s->shown.delimiter, &has_row, err));
  if (!has_row) TRY_CLEANUP(error_set(err, KHOP_INPUT, "%s: header only, no rows", s->label));
  s->data_offset = w.offset;
  s->data_line = w.line;
  s->identity = w.reader.identity;
  if (!w.reader.is_regular) {
    s->waiting = w;
    s->is_waiting = true;
    return KHOP_OK;
  }
cleanup:
  window_close(&w);
  return status;
}

static bool is_same_file(const reader_identity *a, const reader_identity *b) {
  return a->device == b->device && a->inode == b->inode && a->size_bytes == b->size_bytes &&
         a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec;
}

khop_status source_resume(const input *in, source_file *s, window *w, khop_error *err) {
  if (s->is_waiting) {
    *w = s->waiting;
    s->is_waiting = false;
    return KHOP_OK;
  }
  TRY(window_open(w, s->path, in->batch_bytes, in->control, err));
  w->reader.label = s->label;
  if (!is_same_file(&w->reader.identity, &s->identity)) {
    return error_set(err, KHOP_INPUT, "%s: changed since the run started", s->label);
  }
  TRY(window_skip(w, s->data_offset, err));
  w->line = s->data_line;
  return KHOP_OK;
}

void source_close(source_file *s) {
  if (s->is_waiting) window_close(&s->waiting);
  for (size_t i = 0; s->columns && i < s->shown.column_count; i++) mem_free(s->columns[i]);
  mem_free(s->columns);
  source_charset_free(&s->charset);
  mem_free(s->date_orders);
  mem_free(s->path);
  mem_free(s->name);
  *s = (source_file){0};
}
