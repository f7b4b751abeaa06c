/* A window on one source's text: what was read and not yet handed out.
 *
 *   buffer   [ handed out | start ....... end | free | padding ]
 *                           ^ file offset `offset`, physical line `line`
 *
 * It holds a batch, or the start of a row that is longer. Most batches take the memory itself, and leave
 * theirs with the row that was cut: what is copied is then less than a row.
 */
#ifndef KHOP_INPUT_WINDOW_H
#define KHOP_INPUT_WINDOW_H

#include "input/reader.h"

typedef struct window {
  reader reader;
  char *buffer;
  size_t capacity; /* without the padding */
  size_t start, end;
  bool ended;      /* nothing comes behind `end` */
  uint64_t offset; /* of `start` in the decompressed file */
  uint64_t line;   /* of `start`, from 1 */
} window;

khop_status window_open(window *w, const char *path, size_t capacity, const khop_control *control, khop_error *err);
/* Safe on a window that failed to open or was closed. */
void window_close(window *w);

static inline const char *window_text(const window *w) { return w->buffer + w->start; }
static inline size_t window_bytes(const window *w) { return w->end - w->start; }

/* Reads until `wanted` bytes are there or the file ends; grows to hold them. The byte behind the last
 * one is zero. Pointers into the window move. */
khop_status window_fill(window *w, size_t wanted, khop_error *err);
/* Changes memory with the caller, whose own holds the window's next `bytes` bytes, and padding. */
void window_exchange(window *w, char **buffer, size_t *capacity, size_t bytes);
/* Hands out `bytes` bytes which hold `lines` line feeds. */
void window_take(window *w, size_t bytes, uint64_t lines);
/* Drops `bytes` bytes from the start of the file, to come back to a place seen before. Fewer are
 * dropped when the file ends first. */
khop_status window_skip(window *w, uint64_t bytes, khop_error *err);
/* Drops the line at the window's start with its line feed, in constant memory. */
khop_status window_drop_line(window *w, khop_error *err);

#endif
