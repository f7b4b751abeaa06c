/* See window.h. */
#include "input/window.h"

#include <string.h>

#include "input/scan.h"

khop_status window_open(window *w, const char *path, size_t capacity, const khop_control *control, khop_error *err) {
  *w = (window){.reader = {.fd = -1}, .line = 1};
  TRY(reader_open(&w->reader, path, control, err));
  /* mem_resize, because zeroing megabytes that are overwritten at once is waste. */
  w->buffer = mem_resize(NULL, capacity + SCAN_PADDING, 1);
  if (!w->buffer) {
    window_close(w);
    return error_memory(err, capacity, "input");
  }
  w->capacity = capacity;
  memset(w->buffer, 0, SCAN_PADDING);
  return KHOP_OK;
}

void window_close(window *w) {
  reader_close(&w->reader);
  mem_free(w->buffer);
  *w = (window){.reader = {.fd = -1}};
}

khop_status window_fill(window *w, size_t wanted, khop_error *err) {
  size_t have = window_bytes(w);
  if (w->ended || have >= wanted) return KHOP_OK;
  if (w->start > 0) memmove(w->buffer, w->buffer + w->start, have);
  w->start = 0;
  w->end = have;
  if (wanted > w->capacity) {
    char *buffer = mem_resize(w->buffer, wanted + SCAN_PADDING, 1);
    if (!buffer) return error_memory(err, wanted, "input");
    w->buffer = buffer;
    w->capacity = wanted;
  }
  size_t got;
  TRY(reader_read(&w->reader, w->buffer + have, wanted - have, &got, err));
  w->ended = got < wanted - have;
  w->end = have + got;
  memset(w->buffer + w->end, 0, SCAN_PADDING);
  return KHOP_OK;
}

void window_exchange(window *w, char **buffer, size_t *capacity, size_t bytes) {
  char *old_buffer = w->buffer;
  size_t old_capacity = w->capacity;
  w->buffer = *buffer;
  w->capacity = *capacity;
  w->start = 0;
  w->end = bytes;
  *buffer = old_buffer;
  *capacity = old_capacity;
}

void window_take(window *w, size_t bytes, uint64_t lines) {
  w->start += bytes;
  w->offset += bytes;
  w->line += lines;
}

khop_status window_skip(window *w, uint64_t bytes, khop_error *err) {
  while (bytes > 0) {
    TRY(window_fill(w, w->capacity, err));
    size_t have = window_bytes(w);
    if (have == 0) return KHOP_OK;
    size_t taken = bytes < have ? (size_t)bytes : have;
    window_take(w, taken, 0);
    bytes -= taken;
  }
  return KHOP_OK;
}

khop_status window_drop_line(window *w, khop_error *err) {
  for (;;) {
    const char *text = window_text(w);
    const char *line_feed = memchr(text, '\n', window_bytes(w));
    if (line_feed) {
      window_take(w, (size_t)(line_feed - text) + 1, 1);
      return KHOP_OK;
    }
    window_take(w, window_bytes(w), 0);
    if (w->ended) return KHOP_OK;
    TRY(window_fill(w, w->capacity, err));
  }
}
