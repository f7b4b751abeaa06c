/* The many ways to write one column's name: "Họ, chữ đệm và tên" and "HoVaTen", "SĐT" and "Số điện thoại", "Số CMTND" and "CMND".
 *
 *     "Họ và tên mẹ"  --fold-->  HOVATENME  --phrases-->  HO TEN ME without blanks
 *
 * Both a column's name and a schema's are rewritten, so that one alias in a schema stands for all its wordings. */
#ifndef KHOP_SCHEMA_COLUMN_WORDS_H
#define KHOP_SCHEMA_COLUMN_WORDS_H

#include <stddef.h>

/* Rewrites a folded name (capitals and digits alone) into `out`, of `capacity` bytes, zero-terminated: the longest phrase
 * at each place is written in one way, all else stays. Returns the length; 0 when it does not fit. */
size_t column_words_rewrite(const char *folded, size_t length, char *out, size_t capacity);

/* Leaves out the brackets that say how a column is filled in: "NGAY SINH (DD/MM/YYYY)" to "NGAY SINH ". `out` has room for
 * `length` bytes. Returns the length, which is the same when there are none. */
size_t column_words_without_remarks(const char *folded, size_t length, char *out);

#endif
