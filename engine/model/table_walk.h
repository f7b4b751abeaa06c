/* Every row of one CSV file, in order, by named columns: for files that must be whole, such as
 * results and truth. A row that cannot be read ends the walk with a fault. */
#ifndef KHOP_MODEL_TABLE_WALK_H
#define KHOP_MODEL_TABLE_WALK_H

#include "input/input.h"

typedef struct table_row {
  const input_field *fields;
  uint64_t line;
  const char *source; /* the file's name without directories */
} table_row;

/* Once, before the rows: finds its columns. */
typedef khop_status table_header(void *context, const input_source *source, khop_error *err);
typedef khop_status table_row_handler(void *context, const table_row *row, khop_error *err);

khop_status table_walk(const char *path, table_header *header, table_row_handler *handler, void *context,
                       khop_error *err);

/* The column of that name; -1 when there is none. */
int table_find_column(const input_source *source, const char *name);
/* KHOP_USAGE "FILE: no column 'NAME'; columns: a, b, ..." */
khop_status table_column(const input_source *source, const char *name, size_t *out_column, khop_error *err);

/* A run that found no pair writes a header alone, which table_walk refuses as a table. */
bool table_is_header_only(const char *path);

#endif
