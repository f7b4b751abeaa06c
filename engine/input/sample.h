/* What a sample of a source's rows tells when it is opened: its charsets (source_charset.h), the order of its dates. */
#ifndef KHOP_INPUT_SAMPLE_H
#define KHOP_INPUT_SAMPLE_H

#include "input/internal.h"

/* Fills s->charset and s->date_orders. The rows start `behind` bytes from the window's start; `header` are the names of the columns, as
 * they stand in the file. The window stays where it is. */
khop_status sample_source(const input *in, source_file *s, const window *w, size_t behind, const input_rows *header,
                            khop_error *err);

#endif
