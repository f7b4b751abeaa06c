/* Is this text? Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF)
 * without NUL bytes. Callers go through the table of scan.h; utf8_find_bad is its scalar entry and
 * the specification of the others. */
#ifndef KHOP_INPUT_UTF8_H
#define KHOP_INPUT_UTF8_H

#include <stddef.h>

/* The position at or after `from` of the first byte that cannot stand there, a NUL included;
 * `bytes` when there is none. A sequence that the end of the text cuts counts as wrong at the
 * text's last byte. `from` must be the start of a character. */
size_t utf8_find_bad(const char *text, size_t from, size_t bytes);
/* Likewise. Its time is that of the text before the place it returns, so that a file in another
 * charset, bad in every row, is not read over and over. */
size_t utf8_find_bad_avx2(const char *text, size_t from, size_t bytes);
size_t utf8_find_bad_avx512(const char *text, size_t from, size_t bytes);

#endif
