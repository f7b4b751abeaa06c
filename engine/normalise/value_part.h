/* A named piece of a value, for those who show or store values: the province of a CCCD, the sheet of a parcel key. */
#ifndef KHOP_NORMALISE_VALUE_PART_H
#define KHOP_NORMALISE_VALUE_PART_H

enum { VALUE_PART_TEXT_MAX = 64, VALUE_PARTS_MAX = 8 };

typedef struct value_part {
  const char *name;               /* static, lower case, a stable word for users */
  char text[VALUE_PART_TEXT_MAX]; /* NUL-terminated UTF-8 */
} value_part;

#endif
