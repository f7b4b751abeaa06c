/* Where rows end: the part of reading that has to be sequential, because a line feed inside quotes
 * ends no row.
 *
 * A row is bad when no row end stands within its first row_bytes_max + 1 bytes. Whether it is called
 * too long or a quote left open depends on where its byte number row_bytes_max (from 0) stands,
 * outside or inside quotes; at the end of the file, on where the file's end stands. It is bad, too,
 * when its quotes hold line feeds and text follows a closing quote: then a quote that was not meant as
 * one has swallowed rows up to the next quote, thousands of them in a register that hardly quotes.
 * The verdict is a matter of the row's own bytes, not of how the file was cut into batches.
 */
#ifndef KHOP_INPUT_ROWS_H
#define KHOP_INPUT_ROWS_H

#include "input/input.h"
#include "input/scan.h"

typedef struct rows_rules {
  const scan_kernels *kernels;
  char delimiter;
  size_t row_bytes_max;
} rows_rules;

typedef enum rows_stop {
  ROWS_MORE,      /* the row behind them ends past this text, or no text is left */
  ROWS_TOO_LONG,  /* the row behind them is bad */
  ROWS_QUOTE_OPEN, /* likewise */
  ROWS_QUOTE_STRAY
} rows_stop;

typedef struct rows_found {
  size_t bytes;   /* of whole rows from the start of the text */
  uint64_t lines; /* physical lines in them */
  rows_stop stop;
} rows_found;

/* Looks at `text`, which starts at the start of a row. `is_final`: the file ends with it, so its last
 * row needs no line feed. Unless the file ends there, text[bytes] must be its next byte, or the
 * verdict on a quote in the last place has no use (a row that is cut there is ROWS_MORE). What is learnt
 * of the fields goes behind `fields`, in which the text starts at `offset`. */
khop_status rows_find(const rows_rules *rules, const char *text, size_t bytes, bool is_final, size_t offset,
                      input_field_ends *fields, rows_found *out_found, khop_error *err);

/* Does the quote at text[quote] open a quoted field? Only blanks may stand between it and the start
 * of its field. `row` is the start of the row, or any place in it behind which no field can start.
 * Only for quotes that are not inside a quoted field. */
static inline bool rows_quote_opens(const char *text, size_t row, size_t quote, char delimiter) {
  size_t i = quote;
  while (i > row && scan_is_blank(text[i - 1], delimiter)) i--;
  return i == row || text[i - 1] == delimiter || text[i - 1] == '\n';
}

#endif
