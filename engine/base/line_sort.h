/* Sorting more lines than fit the memory: parts of them in memory, then merged from a file.
 *
 *   add ──some MiB at a time, sorted──> parts in a file ──merged──> next, ascending by bytes
 *
 * Lines are any bytes; equal ones stay as many as they were. What fits one part is never written.
 */
#ifndef KHOP_BASE_LINE_SORT_H
#define KHOP_BASE_LINE_SORT_H

#include "base/spill.h"

typedef struct line_sorter line_sorter;

enum { LINE_SORT_BYTES = 16 << 20, LINE_SORT_LINE_MAX = 1 << 16 };
/* `part_bytes` of memory for lines (LINE_SORT_BYTES; at least some LINE_SORT_LINE_MAX). A file without a name in `directory` is made
 * when it is needed. */
khop_status line_sorter_create(line_sorter **out_sorter, const char *directory, size_t part_bytes, khop_error *err);
void line_sorter_free(line_sorter *s);
/* A line of up to LINE_SORT_LINE_MAX bytes. */
khop_status line_sorter_add(line_sorter *s, const char *line, size_t length, khop_error *err);
/* After the last one. */
khop_status line_sorter_end(line_sorter *s, khop_error *err);
/* The next line in order; *out_line is NULL behind the last. Valid until the next call. */
khop_status line_sorter_next(line_sorter *s, const char **out_line, size_t *out_length, khop_error *err);

#endif
