/* Date columns that stand month first, found in a sample of the rows: their dates are turned before they become
 * features, so that all behind knows one order. The store keeps what was written. */
#ifndef KHOP_RUN_DATE_ORDERS_H
#define KHOP_RUN_DATE_ORDERS_H

#include "input/input.h"
#include "schema/schema.h"

/* A mask of fields for each source, for mem_free. `columns`: source x field, COLUMN_NONE where there is none. */
khop_status date_orders_find(const input *in, const schema *s, const int *columns, uint64_t **out_month_first, khop_error *err);

/* The mask of fields by their names, parted by blanks, as a store keeps it; NULL: none. */
uint64_t date_fields_named(const schema *s, const char *names);

typedef struct day_first_fields {
  input_field fields[SCHEMA_FIELDS_MAX];
  char texts[SCHEMA_FIELDS_MAX][DATE_CANONICAL_MAX + 1];
} day_first_fields;

/* The fields with the dates of the mask written year first; in `room`, the others borrowed. */
const input_field *day_first(uint64_t month_first, const schema *s, const input_field *fields, day_first_fields *room);

#endif
