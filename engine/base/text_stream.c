/* See text_stream.h. */
#include "base/text_stream.h"

#include <string.h>

#include "base/memory.h"

struct text_growing {
  const char *purpose;
  char *text;
  size_t length, capacity;
  bool failed;
};

static ssize_t grow(void *cookie, const char *bytes, size_t count) {
  struct text_growing *g = cookie;
  if (!g->failed && array_reserve(&g->text, &g->capacity, g->length + count + 1, 1, g->purpose, NULL) != KHOP_OK) g->failed = true;
  if (g->failed) return 0;
  memcpy(g->text + g->length, bytes, count);
  g->length += count;
  g->text[g->length] = '\0';
  return (ssize_t)count;
}

khop_status text_stream_open(text_stream *t, const char *purpose, khop_error *err) {
  *t = (text_stream){.growing = mem_alloc(1, sizeof *t->growing)};
  if (t->growing) {
    t->growing->purpose = purpose;
    t->file = fopencookie(t->growing, "w", (cookie_io_functions_t){.write = grow});
  }
  if (t->file) return KHOP_OK;
  text_stream_abandon(t);
  return error_memory(err, BUFSIZ, purpose);
}

khop_status text_stream_end(text_stream *t, char **out_text, size_t *out_length, khop_error *err) {
  struct text_growing *g = t->growing;
  *out_text = NULL;
  if (out_length) *out_length = 0;
  fflush(t->file);
  if (!g->length) grow(g, "", 0); /* an empty text is one, too */
  khop_status status = g->failed ? error_memory(err, g->length, g->purpose) : KHOP_OK;
  if (status == KHOP_OK) {
    *out_text = g->text;
    if (out_length) *out_length = g->length;
    g->text = NULL;
  }
  text_stream_abandon(t);
  return status;
}

void text_stream_abandon(text_stream *t) {
  if (t->file) fclose(t->file);
  if (t->growing) mem_free(t->growing->text);
  mem_free(t->growing);
  *t = (text_stream){0};
}
