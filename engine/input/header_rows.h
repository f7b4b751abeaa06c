/* Which rows at a file's start name its columns. An export for print has a title above them, names of two lines, and
 * numbers of columns below:
 *
 *   DANH SÁCH CHI TRẢ,,,            title: most of its fields are empty, or missing
 *   STT,Họ và tên,Năm sinh,         header
 *   ,,Nam,Nữ                        more of it: what stands there stands below an empty name or a group's
 *   (1),(2),(3),(4)                 passed over
 *
 * A file whose first row has names in half its fields is never looked at for a title. */
#ifndef KHOP_INPUT_HEADER_ROWS_H
#define KHOP_INPUT_HEADER_ROWS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct header_rows {
  size_t start;      /* of the first row of names */
  size_t end;        /* behind the last row that is no data, with its line feed */
  size_t name_rows;  /* rows of names, from 1; 0 when no whole row was found: the text starts where it did */
} header_rows;

/* In the rows that start in the first `sample_bytes` of `text`. `is_final`: the file ends with the text. */
header_rows header_rows_find(const char *text, size_t bytes, size_t sample_bytes, bool is_final, char delimiter);

#endif
