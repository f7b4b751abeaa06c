/* Finding the bytes that shape a table: delimiters, quotes, line feeds; and those that are no text.
 *
 *   text       a , " b , c " , d \n          delimiter ,
 *   find         1 2   4     7 8   10        every such byte
 *   field_ends   1             8   10        those that end a field
 *
 * `find` knows nothing of quoting rules: what its bytes mean is decided by a walk over them (rows.c,
 * split.c). `field_ends` knows the rules for quotes as nearly all writers set them, which bit masks can
 * follow, and stops before any other: there the walks take over (quotes.h says which).
 *
 * Text must be readable for SCAN_PADDING bytes past its end; what lies there is ignored.
 */
#ifndef KHOP_INPUT_SCAN_H
#define KHOP_INPUT_SCAN_H

#include "base/cpu.h"
#include "input/quotes.h"

enum {
  SCAN_PADDING = 64,
  SCAN_BLOCK_BYTES = 2048, /* text listed at a time: its positions stay in the first-level cache */
  SCAN_SLACK = 8           /* positions that a kernel may write past the last one */
};

/* How far the fields of a text are listed. */
typedef struct scan_fields {
  size_t next;    /* what lies before is listed */
  size_t lines;   /* line feeds listed */
  bool is_odd;    /* stopped before a quote of another kind, or a line feed inside quotes: nothing follows */
  quote_walk quotes;
} scan_fields;

typedef struct scan_kernels {
  /* Ascending positions of the delimiter, quotes and line feeds of text; how many. */
  size_t (*find)(const char *text, size_t bytes, char delimiter, uint32_t *positions);
  /* Positions of the bytes that end fields in the next SCAN_BLOCK_BYTES of text, text[bytes] being its
   * next byte; how many. */
  size_t (*field_ends)(const char *text, size_t bytes, char delimiter, scan_fields *fields, uint32_t *positions);
  /* How many bytes of text are `wanted`. */
  size_t (*count)(const char *text, size_t bytes, char wanted);
  /* As utf8_find_bad. */
  size_t (*find_bad)(const char *text, size_t from, size_t bytes);
  /* As odd_latin_find. */
  size_t (*find_odd_latin)(const char *text, size_t from, size_t bytes);
  /* As hash_bytes. */
  uint64_t (*hash)(const void *bytes, size_t length);
} scan_kernels;

/* The table for a level; scalar is the specification. */
const scan_kernels *scan_kernels_for(cpu_level level);

/* The fields of a text from the start of a row on. */
static inline scan_fields scan_fields_from(size_t row) {
  return (scan_fields){.next = row, .quotes = quote_walk_start};
}

/* A walk over the wanted bytes of one text, listed block by block. */
typedef struct scan_cursor {
  const scan_kernels *kernels;
  const char *text;
  size_t bytes;
  size_t block, next_block; /* offsets of the block that is listed, and of the one behind it */
  size_t index, count;
  char delimiter;
  uint32_t positions[SCAN_BLOCK_BYTES + SCAN_SLACK];
} scan_cursor;

void scan_cursor_start(scan_cursor *cursor, const scan_kernels *kernels, const char *text,
                       size_t bytes, char delimiter);
/* Goes on to `place`, which is not before what the cursor gave last. */
void scan_cursor_skip_to(scan_cursor *cursor, size_t place);
/* Lists the next block that holds a wanted byte; false at the end of the text. */
bool scan_cursor_refill(scan_cursor *cursor);

/* The next wanted byte's position, or `bytes` past the last one, again and again. */
static inline size_t scan_cursor_next(scan_cursor *cursor) {
  if (cursor->index == cursor->count && !scan_cursor_refill(cursor)) return cursor->bytes;
  return cursor->block + cursor->positions[cursor->index++];
}

/* Bytes that may stand between a delimiter and a quote, and that alone make a blank line. */
static inline bool scan_is_blank(char c, char delimiter) {
  return (c == ' ' || c == '\t' || c == '\r') && c != delimiter;
}

#endif
