/* What group each record is in: one value of each record, read by its type. See groups.h for the names. */
#ifndef KHOP_EVALUATE_GROUP_VALUES_H
#define KHOP_EVALUATE_GROUP_VALUES_H

#include "evaluate/stored.h"

typedef enum group_part {
  GROUP_VALUE, /* canonical form */
  GROUP_YEAR,
  GROUP_DECADE,
  GROUP_PROVINCE,
  GROUP_SURNAME,
  GROUP_GIVEN,
  GROUP_SOURCE /* of no field */
} group_part;

typedef struct group_values {
  size_t field;
  semantic_type type;
  group_part part;
  id_set values;     /* group numbers; 0 is the group of missing values */
  char **texts;      /* of each, NULL for the missing ones */
  size_t text_count, text_capacity;
  uint32_t *of_record;
  id_set written;    /* values as they were written, which repeat ... */
  uint32_t *known;   /* ... and their groups */
  size_t known_capacity;
} group_values;

/* Field and part of a name. */
khop_status group_values_choose(group_values *g, stored *s, const char *name, khop_error *err);
/* The groups of all records, for `count` groupings in one walk. */
khop_status group_values_read(group_values *groupings, size_t count, stored *s, const evaluate_data *data, khop_error *err);
void group_values_free(group_values *g);

#endif
