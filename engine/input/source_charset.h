/* The charsets of one source: found in a sample of its rows, or forced; and what its rows then turned out to be in.
 *
 *   start of the file, and places all over it ─> sample of whole lines ─> fields ─> evidence a column ─> profiles
 *
 * A file that cannot be read at any place (a pipe, compressed text) is sampled in its first row_bytes_max bytes.
 * Rows behind the sample are not trusted to be like it: those that are no well-formed UTF-8, or have letters that only
 * mojibake has (odd_latin.h), are judged one by one (decode_row.h).
 */
#ifndef KHOP_INPUT_SOURCE_CHARSET_H
#define KHOP_INPUT_SOURCE_CHARSET_H

#include <stdatomic.h>

#include "input/charset.h"

typedef struct source_charset {
  charset_profile profile; /* of the file */
  charset_evidence evidence;
  /* A column each; NULL when the file is plain, unless input_options.wants_evidence. */
  charset_profile *columns;
  charset_evidence *column_evidence;
  bool is_plain;        /* UTF-8 in all columns: only rows that are not well-formed are judged */
  bool has_own_columns; /* some are for source_charset_is_own */
  _Atomic uint64_t decoded_rows[CHARSET_COUNT]; /* with text in that charset; relaxed: read when all is parsed */
} source_charset;

/* Of a source of `in`. */
const source_charset *input_charset_of(const input *in, size_t source);
/* Rows that were decoded from each charset, of a source that another run read. */
void input_charset_count(input *in, size_t source, const uint64_t rows[CHARSET_COUNT]);

/* Does the column hold no UTF-8, in a file that does? Then its fields are judged by the column's profile. */
bool source_charset_is_own(const source_charset *found, size_t column);
/* Does what the column holds differ from what the file holds? */
bool source_charset_differs(const source_charset *found, size_t column);
void source_charset_free(source_charset *found);

#endif
