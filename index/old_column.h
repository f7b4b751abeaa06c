/* Columns of stores that khop 0.1.0 wrote (format 1): read, no longer written. */
#ifndef KHOP_INDEX_OLD_COLUMN_H
#define KHOP_INDEX_OLD_COLUMN_H

#include "index/column.h"

/* As column_unpack; *cursor moves behind the column. */
const char *old_column_unpack(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end);

#endif
