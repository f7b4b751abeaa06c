/* What the first bytes of a decompressed file tell: that it is no text, and what separates its
 * columns. */
#ifndef KHOP_INPUT_SNIFF_H
#define KHOP_INPUT_SNIFF_H

#include "base/status.h"

enum { SNIFF_BINARY_BYTES = 4096 }; /* looked at for NUL bytes and known formats */

/* Refuses what is no UTF-8 text, and says what it is where it can. `label` names the file. */
khop_status sniff_binary(const char *label, const char *text, size_t bytes, khop_error *err);

/* How a text falls into rows and columns when `delimiter` separates them. */
typedef struct sniff_shape {
  size_t columns;         /* fields of the first row that names columns (header_rows.h) */
  size_t header_start;    /* where that row starts */
  size_t header_bytes;    /* of the rows of names, with their line feeds; as far as the text goes when there is no end */
  size_t name_rows;       /* rows of names in them, the first ones; at least 1 */
  bool is_header_whole;   /* its end is in the text */
  bool is_header_quoted;  /* not whole, and the text ends inside its quotes */
  size_t rows, agreeing;  /* whole rows looked at, and how many have that many fields */
} sniff_shape;

/* Looks at rows that start in the first `sample_bytes`. `is_final`: the file ends with the text. */
sniff_shape sniff_rows(const char *text, size_t bytes, size_t sample_bytes, bool is_final, char delimiter);

/* The delimiter among , ; tab | under which the rows agree best; ',' when none gives two columns. */
char sniff_delimiter(const char *text, size_t bytes, size_t sample_bytes, bool is_final);

/* "','", "tab" */
const char *sniff_delimiter_name(char delimiter);
bool sniff_delimiter_is_known(char delimiter);

#endif
