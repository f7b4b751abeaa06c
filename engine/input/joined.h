/* Columns that a file has in parts: they are joined behind its own, and read like them.
 *
 *   Họ | Chữ đệm | Tên            ->  Họ và tên     the parts with blanks
 *   Họ và tên | (no name)         ->  Họ và tên     a heading over two columns
 *   Ngày | Tháng | Năm sinh       ->  Ngày sinh     d/m/y, or what there is of it
 *   Nam | Nữ, or Nữ alone         ->  Giới tính     by where there is a cross
 *   Giới tính of 0 and 1          ->  Giới tính     where 0 means man, by its name or by the numbers of people beside it
 *   Năm sinh nam | Năm sinh nữ    ->  Ngày sinh and Giới tính
 *   Thôn | Xã | Huyện | Tỉnh      ->  Địa chỉ       the parts with commas; the first alone where it names the last
 *
 * Nothing is joined that the file has whole. A part whose name would be taken for the whole is shown as "NAME (part)". */
#ifndef KHOP_INPUT_JOINED_H
#define KHOP_INPUT_JOINED_H

#include "input/input.h"

enum { JOINS_MAX = 6, JOIN_PARTS_MAX = 8 };

typedef enum join_kind { JOIN_WORDS, JOIN_PLACE, JOIN_DATE, JOIN_FIRST, JOIN_CROSS, JOIN_TURNED } join_kind;

typedef struct join {
  join_kind kind;
  size_t part_count;
  uint32_t parts[JOIN_PARTS_MAX]; /* columns of the file; JOIN_CROSS: of women, then, if there is one, of men */
} join;

typedef struct joined_columns {
  size_t count;
  join joins[JOINS_MAX];
} joined_columns;

/* What the names of `count` columns allow to join. `columns` has room for JOINS_MAX more names: those of the joined ones
 * go behind, and some parts get another. All names are from mem_alloc. `turned_sex`: a column whose values say that 0 means man; -1: none. */
khop_status joined_columns_find(char **columns, size_t count, int turned_sex, joined_columns *out, khop_error *err);

/* Widens `rows`, whose column_count is the file's own, by the joined columns. */
khop_status joined_rows(const joined_columns *joined, input_rows *rows, khop_error *err);
void joined_texts_free(struct joined_texts *texts);

#endif
