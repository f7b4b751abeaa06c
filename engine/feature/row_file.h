/* A table of features whose rows are in a file, and what reads it: from front to end in chunks, or a few rows at once.
 *
 *   file:     row 0 | row 1 | ...          as feature_encode made them
 *   memory:   dead 1 bit a row, columns 1 byte a row: what is known of a row only after all have been read
 *
 * Whoever reads rows gets them with both filled in, as a feature_table of their own (a part), so that what works on a table
 * in memory works on a part of one that is not.
 */
#ifndef KHOP_FEATURE_ROW_FILE_H
#define KHOP_FEATURE_ROW_FILE_H

#include "base/spill.h"
#include "feature/feature.h"

enum { ROW_CHUNK = 1 << 14 };

typedef struct row_file row_file;

/* Moves the rows of `t` to `file` (borrowed), to which further ones are appended. */
khop_status feature_table_spill(feature_table *t, spill_file *file, khop_error *err);
/* `rows` of layout.stride bytes each, to the file or to the memory. One thread at a time. */
khop_status feature_table_append(feature_table *t, const uint8_t *rows, size_t count, khop_error *err);
/* No row follows: rows can be read from now on. */
khop_status feature_table_end(feature_table *t, khop_error *err);
void row_file_free(row_file *f);
spill_file *row_file_spill(const row_file *f);

bool row_file_dead(const row_file *f, size_t row);
void row_file_kill(row_file *f, size_t row);
/* A byte a row, zeroed, that stands at `offset` of each row when it is read; the file's. */
khop_status row_file_column(row_file *f, uint32_t offset, uint8_t **out_codes, khop_error *err);

/* Rows of a table. Zeroed at first; memory is kept from load to load. */
typedef struct row_part {
  feature_table table; /* borrows the layout's book, and the rows themselves where they are in memory */
  region rows, numbers;
} row_part;

/* Rows first <= row < last, at most ROW_CHUNK. */
khop_status row_part_load(row_part *p, const feature_table *t, size_t first, size_t last, khop_error *err);
/* The rows of these numbers, ascending, each once, of a table in a file; row_part_find tells where one is. */
khop_status row_part_gather(row_part *p, const feature_table *t, const uint32_t *numbers, size_t count, khop_error *err);
uint32_t row_part_find(const row_part *p, uint32_t number);
/* Sorts numbers and drops what repeats: how many are left. */
size_t row_numbers_sort(uint32_t *numbers, size_t count);
void row_part_free(row_part *p);

/* One pass over all rows, chunk by chunk. `work` has a chunk to itself, side by side with others; then `take`, one at a time
 * and in the order of the rows. Either may be NULL; both get the worker's number, and where `work` keeps what it made is
 * theirs to know. */
typedef khop_status row_work(void *context, unsigned worker, const feature_table *part, khop_error *err);
typedef struct row_pass {
  const feature_table *table;
  row_work *work, *take;
  void *context;
} row_pass;

khop_status row_pass_run(const row_pass *pass, pool *workers, khop_error *err);

#endif
