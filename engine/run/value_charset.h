/* Lines of any charset as UTF-8 values. */
#ifndef KHOP_RUN_VALUE_CHARSET_H
#define KHOP_RUN_VALUE_CHARSET_H

#include "input/charset.h"
#include "normalise/value.h"

typedef struct value_charset {
  charsets *tables; /* NULL: UTF-8, nothing is judged or decoded */
  charset_profile profile;
} value_charset;

typedef struct value_line {
  value_text value;     /* well-formed UTF-8: what is not became U+FFFD */
  bool is_decoded;      /* it was in another charset */
  bool is_undecodable;  /* it is in none of the charsets, or in several: not to be guessed */
  bool is_damaged;      /* it holds U+FFFD of ours */
} value_line;

/* Any length of bytes becomes at most this. */
static inline size_t value_line_bytes_max(size_t length) { return 3 * length + 8; }

/* `name` as in charset_from_name; NULL is UTF-8. For "auto" the lines of `sample` decide. */
khop_status value_charset_open(value_charset *c, const char *name, const char *sample, size_t sample_bytes,
                               khop_error *err);
void value_charset_close(value_charset *c);

/* `room` has value_line_bytes_max(length). The value lies there or in `text`. */
void value_charset_read(const value_charset *c, const char *text, size_t length, char *room, value_line *out);

#endif
