/* See table_walk.h. */
#include "model/table_walk.h"

#include <stdio.h>
#include <string.h>

int table_find_column(const input_source *source, const char *name) {
  for (size_t c = 0; c < source->column_count; c++) {
    if (strcmp(source->columns[c], name) == 0) return (int)c;
  }
  return -1;
}

khop_status table_column(const input_source *source, const char *name, size_t *out_column, khop_error *err) {
  int found = table_find_column(source, name);
  *out_column = found < 0 ? 0 : (size_t)found;
  if (found >= 0) return KHOP_OK;
  char list[512];
  size_t used = 0;
  list[0] = '\0';
  for (size_t c = 0; c < source->column_count && used < sizeof list; c++) {
    used += (size_t)snprintf(list + used, sizeof list - used, "%s%.60s", c ? ", " : "", source->columns[c]);
  }
  return error_set(err, KHOP_USAGE, "%s: no column '%.60s'; columns: %s", source->name, name, list);
}

static khop_status walk_batch(const input_source *source, const input_rows *rows, table_row_handler *handler,
                              void *context, khop_error *err) {
  if (rows->reject_count) {
    char reason[128];
    input_reject_describe(&rows->rejects[0], reason, sizeof reason);
    return error_set(err, KHOP_INPUT, "%s: line %llu: %s", source->name,
                     (unsigned long long)rows->rejects[0].line, reason);
  }
  for (size_t r = 0; r < rows->row_count; r++) {
    table_row row = {.fields = rows->fields + r * rows->column_count,
                     .line = rows->lines[r],
                     .source = source->name};
    TRY(handler(context, &row, err));
  }
  return KHOP_OK;
}

khop_status table_walk(const char *path, table_header *header, table_row_handler *handler, void *context,
                       khop_error *err) {
  const input_options options = {.paths = &path, .path_count = 1};
  input_batch batch = {0};
  input_rows rows = {0};
  input *in = NULL;
  khop_status status = KHOP_OK;
  TRY_CLEANUP(input_open(&in, &options, err));
  const input_source *source = input_source_at(in, 0);
  TRY_CLEANUP(header(context, source, err));
  for (bool more = true; more;) {
    TRY_CLEANUP(input_next(in, &batch, &more, err));
    if (!more) break;
    TRY_CLEANUP(input_parse(in, &batch, &rows, err));
    TRY_CLEANUP(walk_batch(source, &rows, handler, context, err));
  }

cleanup:
  input_rows_free(&rows);
  input_batch_free(&batch);
  input_close(in);
  return status;
}

bool table_is_header_only(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file) return false;
  int c = fgetc(file);
  while (c != EOF && c != '\n') c = fgetc(file);
  bool only = c == '\n' && fgetc(file) == EOF;
  fclose(file);
  return only;
}
