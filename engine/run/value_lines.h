/* Lines in, in batches of whole ones, and output in the same order: what the threads of khop_normalise share.
 *
 *     input ──take──> batch 0, 1, 2, … ──the caller──> text ──put──> output, by number
 *
 * Any thread takes the next batch when it has nothing to do; two turnstiles keep the order. A batch is what one
 * read(2) gives, up to its last line end, so that a program that writes a line and waits gets its answer.
 */
#ifndef KHOP_RUN_VALUE_LINES_H
#define KHOP_RUN_VALUE_LINES_H

#include "base/control.h"
#include "base/thread.h"

enum {
  VALUE_LINE_BYTES_MAX = 1 << 20, /* of a value; longer ones are skipped */
  VALUE_BATCH_BYTES_MAX = VALUE_LINE_BYTES_MAX + 2 + (256 << 10)
};

typedef struct value_lines {
  int input, output; /* descriptors */
  const khop_control *control;
  bool at_end; /* with `pending`: of the thread whose turn it is to read */
  bool output_may_wait;
  char *pending; /* read, and not yet taken: VALUE_BATCH_BYTES_MAX */
  size_t pending_bytes;
  turnstile *reading, *writing;
} value_lines;

typedef struct value_batch {
  uint64_t number;
  char *text; /* the caller's, VALUE_BATCH_BYTES_MAX: lines with their ends; the input's last one may lack it */
  size_t bytes;
  bool then_long; /* behind these lines stood one of more than VALUE_LINE_BYTES_MAX bytes */
} value_batch;

khop_status value_lines_open(value_lines *l, int input_descriptor, int output_descriptor, const khop_control *control, khop_error *err);
void value_lines_close(value_lines *l);

/* Reads ahead, before anything is taken, up to VALUE_LINE_BYTES_MAX bytes: pending, which stay to be taken. */
khop_status value_lines_sample(value_lines *l, khop_error *err);

/* `turn` is the caller's next turn, counted over all callers. *out_more is false behind the last batch. */
khop_status value_lines_take(value_lines *l, uint64_t turn, value_batch *batch, bool *out_more, khop_error *err);
/* Writes when all batches before are written. */
khop_status value_lines_put(value_lines *l, const value_batch *batch, const char *text, size_t bytes, khop_error *err);
/* Out of turn, before the threads start. */
khop_status value_lines_write(value_lines *l, const char *text, size_t bytes, khop_error *err);
/* After a failure: no thread waits any longer. */
void value_lines_break(value_lines *l);

#endif
