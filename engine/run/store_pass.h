/* The records of the store that a run has sealed, read in the order of their rows by all workers at once.
 *
 *   rows ──2,048 a task──> workers, a view each: texts ──in the order of the rows──> taken on one thread
 *
 * What a task makes is text; that of a few tasks a worker is in memory at a time. Results do not depend on the threads.
 */
#ifndef KHOP_RUN_STORE_PASS_H
#define KHOP_RUN_STORE_PASS_H

#include "run/run.h"

enum { STORE_TASK_ROWS = 2048 };

/* Grows; starts zeroed. */
typedef struct pass_text {
  char *bytes;
  size_t used, capacity;
} pass_text;
khop_status pass_text_add(pass_text *t, const void *bytes, size_t length, khop_error *err);
khop_status pass_text_field(pass_text *t, const char *text, size_t length, khop_error *err); /* of a CSV file */
khop_status pass_text_number(pass_text *t, uint64_t number, khop_error *err);

/* Rows first <= row < last, all of one task of STORE_TASK_ROWS rows. */
typedef khop_status store_pass_work(void *context, unsigned worker, store_view *rows, uint32_t first, uint32_t last, pass_text *out,
                                    khop_error *err);
/* What they made, in the order of the rows. */
typedef khop_status store_pass_take(void *context, const pass_text *text, khop_error *err);

typedef struct store_pass {
  run *run;
  store *store; /* NULL until store_pass_open */
  store_view **views; /* a worker each */
  pass_text *texts;
  size_t text_count;
} store_pass;

/* The store that the run has sealed and not yet finished. Starts zeroed. */
khop_status store_pass_open(store_pass *p, run *r, khop_error *err);
/* Adds the rows to the run's progress. */
khop_status store_pass_run(store_pass *p, uint32_t first, uint32_t last, store_pass_work *work, store_pass_take *take, void *context,
                           khop_error *err);
/* Before the store is finished; safe at any time. */
void store_pass_close(store_pass *p);

/* The id of a stored record, as in all results, quoted where a CSV field needs it. */
khop_status store_pass_id(const run *r, const store_record *record, pass_text *out, khop_error *err);

#endif
