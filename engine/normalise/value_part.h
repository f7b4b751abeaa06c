/* A named piece of a value, for those who show or store values: the province of a CCCD, the sheet of a parcel key. */
#ifndef KHOP_NORMALISE_VALUE_PART_H
#define KHOP_NORMALISE_VALUE_PART_H

#include <string.h>

enum { VALUE_PART_TEXT_MAX = 64, VALUE_PARTS_MAX = 8 };

typedef struct value_part {
  const char *name;               /* static, lower case, a stable word for users */
  char text[VALUE_PART_TEXT_MAX]; /* NUL-terminated UTF-8 */
} value_part;

/* Not through printf: a file of dates has seven of them a line. A longer text is cut. */
static inline void value_part_set(value_part *part, const char *name, const char *text) {
  size_t length = strlen(text);
  if (length > VALUE_PART_TEXT_MAX - 1) length = VALUE_PART_TEXT_MAX - 1;
  part->name = name;
  memcpy(part->text, text, length);
  part->text[length] = 0;
}

/* With zeros before it up to `digits`, at most ten. */
static inline void value_part_set_number(value_part *part, const char *name, unsigned number, unsigned digits) {
  char text[11];
  size_t at = sizeof text - 1;
  text[at] = 0;
  for (unsigned written = 0; number > 0 || written < digits; written++, number /= 10) text[--at] = (char)('0' + number % 10);
  value_part_set(part, name, text + at);
}

#endif
