/* Finding the bytes that shape a table: delimiters, quotes, line feeds; and those that are no text.
 *
 * The kernels know nothing of quoting rules; they only list where some bytes are. What the bytes
 * mean is decided by a walk over that list (rows.c, split.c), which is the same code at every
 * instruction set.
 *
 *   text       a , " b " \n          wanted { , " \n }
 *   positions    1 2   4 5
 *
 * Text must be readable for SCAN_PADDING bytes past its end; what lies there is ignored.
 */
#ifndef KHOP_INPUT_SCAN_H
#define KHOP_INPUT_SCAN_H

#include "base/cpu.h"

enum {
  SCAN_PADDING = 64,
  SCAN_BLOCK_BYTES = 2048, /* text listed at a time: its positions stay in the first-level cache */
  SCAN_SLACK = 8           /* positions that a kernel may write past the last one */
};

typedef struct scan_kernels {
  /* Ascending positions of wanted[0], [1] and [2] (which may repeat) in text; how many. */
  size_t (*find)(const char *text, size_t bytes, const char wanted[3], uint32_t *positions);
  /* How many bytes of text are `wanted`. */
  size_t (*count)(const char *text, size_t bytes, char wanted);
  /* As utf8_find_bad. */
  size_t (*find_bad)(const char *text, size_t from, size_t bytes);
} scan_kernels;

/* The table for a level; scalar is the specification. */
const scan_kernels *scan_kernels_for(cpu_level level);

/* A walk over the wanted bytes of one text, listed block by block. */
typedef struct scan_cursor {
  const scan_kernels *kernels;
  const char *text;
  size_t bytes;
  size_t block, next_block; /* offsets of the block that is listed, and of the one behind it */
  size_t index, count;
  char wanted[3];
  uint32_t positions[SCAN_BLOCK_BYTES + SCAN_SLACK];
} scan_cursor;

void scan_cursor_start(scan_cursor *cursor, const scan_kernels *kernels, const char *text,
                       size_t bytes, char delimiter);
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
