/* What the files behind input.h share. */
#ifndef KHOP_INPUT_INTERNAL_H
#define KHOP_INPUT_INTERNAL_H

#include <stdatomic.h>

#include "input/decode_row.h"
#include "input/input.h"
#include "input/joined.h"
#include "input/rows.h"
#include "input/window.h"

enum {
  INPUT_SAMPLE_BYTES = 64 * 1024, /* looked at to find the delimiter */
  INPUT_COLUMNS_MAX = 4096
};

static inline bool field_is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static inline input_field field_trimmed(input_field field) {
  while (field.length > 0 && field_is_blank(field.text[0])) field.text++, field.length--;
  while (field.length > 0 && field_is_blank(field.text[field.length - 1])) field.length--;
  return field;
}

typedef struct source_file {
  input_source shown;
  const char *label; /* for messages: the path, or "stdin" */
  char *path, *name;
  char **columns;
  size_t own_columns; /* those of the file: the first ones */
  joined_columns joined;
  int turned_sex; /* the column in which 0 means man, by the numbers beside it; -1: none */
  date_order_evidence *date_orders;
  /* Where the rows start. An ordinary file is closed after its header was read and opened again in
   * its turn, so that a thousand files cost no thousand windows. A pipe cannot be opened twice: its window
   * waits here. */
  uint64_t data_offset, data_line;
  window waiting;
  bool is_waiting;
  reader_identity identity;
  source_charset charset;
} source_file;

struct input {
  const scan_kernels *kernels;
  char delimiter; /* as asked for; 0: find it */
  size_t row_bytes_max, batch_bytes;
  const khop_control *control;
  charsets *charsets;
  charset_profile forced; /* is_forced false: found per file */
  bool wants_evidence;
  source_file *sources;
  size_t source_count;
  /* Used by the thread that calls input_next. */
  window window; /* of the source whose turn it is */
  bool is_window_open;
  size_t current;
  uint64_t finished_bytes; /* of the sources before `current` */
  uint64_t total_bytes;
  _Atomic uint64_t done_bytes; /* relaxed: a figure for a progress bar, ordered with nothing */
};

/* How many bytes of text the window holds at most: one row that is just too long, and a batch. */
static inline size_t input_window_bytes(const input *in) { return in->row_bytes_max + 1 + in->batch_bytes; }

/* source.c: opens a source, looks at its start, and leaves it closed or waiting at its first row. */
khop_status source_open(const input *in, source_file *s, const char *path, khop_error *err);
/* source.c: the window of a source at its first row. The caller closes it, also after a failure. */
khop_status source_resume(const input *in, source_file *s, window *w, khop_error *err);
void source_close(source_file *s);

/* header.c: reads the header at the window's start (behind a BOM) and takes it out of the window. */
khop_status header_read(const input *in, source_file *s, window *w, khop_error *err);

/* split.c: splits a batch; input_parse without the input. `decoder` NULL: fields as they stand in the file, in
 * whatever charset, but without NUL bytes. */
khop_status split_batch(const scan_kernels *kernels, char delimiter, size_t column_count, const row_decoder *decoder,
                        input_batch *batch, input_rows *rows, khop_error *err);

#endif
