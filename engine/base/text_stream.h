/* A text that is printed into memory, whole or not at all.
 *
 * open_memstream() leaves out what it got no memory for, and neither ferror() nor fclose() tell (glibc 2.36). Here the end tells.
 *
 *     text_stream t;
 *     TRY(text_stream_open(&t, "a chart", err));
 *     fprintf(t.file, ...);                                // any of stdio's; need not be asked how it went
 *     TRY(text_stream_end(&t, &text, &length, err));       // free() the text; or text_stream_abandon(&t)
 */
#ifndef KHOP_BASE_TEXT_STREAM_H
#define KHOP_BASE_TEXT_STREAM_H

#include <stdio.h>

#include "base/status.h"

typedef struct text_stream {
  FILE *file; /* NULL: not open */
  struct text_growing *growing;
} text_stream;

/* `purpose` stands in the message when memory is short, and must outlive the stream. */
khop_status text_stream_open(text_stream *t, const char *purpose, khop_error *err);
/* Closes it, also when it fails. *out_length, which may be NULL, leaves out the NUL behind the text. */
khop_status text_stream_end(text_stream *t, char **out_text, size_t *out_length, khop_error *err);
void text_stream_abandon(text_stream *t);

#endif
