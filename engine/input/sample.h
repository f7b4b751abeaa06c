/* Finding the charsets of a source when it is opened. See source_charset.h. */
#ifndef KHOP_INPUT_SAMPLE_H
#define KHOP_INPUT_SAMPLE_H

#include "input/internal.h"

/* Fills s->charset. The rows start `behind` bytes from the window's start; `header` are the names of the columns, as
 * they stand in the file. The window stays where it is. */
khop_status sample_charsets(const input *in, source_file *s, const window *w, size_t behind, const input_rows *header,
                            khop_error *err);

#endif
