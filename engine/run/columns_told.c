/* Columns that no field of a register's schema is read from, told before the first row: what was not understood may be what the records
 * are told apart by. Names of columns are no personal data. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "run/run.h"
#include "schema/wording.h"

enum { notice_bytes = 1024 };

static bool is_blank(const char *name) { return name[strspn(name, " \t")] == '\0'; }

/* The fields of the register's own schema, and the column of each. */
static khop_status own_columns(const run *r, size_t source, const schema **out_schema, int *out_columns, khop_error *err) {
  const schema *own = r->link ? r->side_schemas[run_side_of_source(r, source)] : NULL;
  *out_schema = own ? own : r->schema;
  if (own) return run_match_source(r, own, source, out_columns, err);
  memcpy(out_columns, r->columns + source * r->schema->field_count, r->schema->field_count * sizeof *out_columns);
  return KHOP_OK;
}

static khop_status list_unread(const run *r, size_t source, const schema **out_schema, wording_list *out, khop_error *err) {
  int columns[SCHEMA_FIELDS_MAX];
  *out = (wording_list){0};
  TRY(own_columns(r, source, out_schema, columns, err));
  const input_source *in = input_source_at(r->input, source);
  bool *read = mem_alloc(in->column_count, sizeof *read);
  if (!read) return error_memory(err, in->column_count * sizeof *read, "column names");
  for (size_t f = 0; f < (*out_schema)->field_count; f++) {
    if (columns[f] != COLUMN_NONE) read[columns[f]] = true;
  }
  for (size_t c = 0; c < in->column_count; c++) {
    if (!read[c] && !is_blank(in->columns[c])) wording_list_add(out, in->columns[c]);
  }
  mem_free(read);
  return KHOP_OK;
}

khop_status run_tell_columns(const run *r, khop_error *err) {
  wording_list last = {0};
  if (!r->options.notice) return KHOP_OK;
  for (size_t s = 0, count = input_source_count(r->input); s < count; s++) {
    const schema *own;
    wording_list unread;
    char text[notice_bytes];
    TRY(list_unread(r, s, &own, &unread, err));
    bool is_told = strcmp(unread.text, last.text) == 0; /* the files of a register mostly have the same columns */
    last = unread;
    if (is_told || !unread.used) continue;
    snprintf(text, sizeof text, "%.120s: schema %.64s does not read the columns %s", input_source_at(r->input, s)->name, own->name, unread.text);
    r->options.notice(r->options.notice_context, text);
  }
  return KHOP_OK;
}
