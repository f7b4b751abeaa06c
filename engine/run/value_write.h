/* A value and what was found of it as one line of output: TSV or JSON. */
#ifndef KHOP_RUN_VALUE_WRITE_H
#define KHOP_RUN_VALUE_WRITE_H

#include "normalise/value.h"

typedef struct value_output {
  char *text;
  size_t used, capacity;
} value_output;

/* With its line end; written before all values in TSV. */
extern const char value_tsv_header[];

/* Adds one line. Text goes through as it is but for
 *     JSON  " and \ behind a \, control characters as \u00HH
 *     TSV   \t \n \r and \\; other control characters as \xHH, and in parts ; as \x3b */
khop_status value_write_json(value_output *o, value_text value, const value_result *result, khop_error *err);
khop_status value_write_tsv(value_output *o, value_text value, const value_result *result, khop_error *err);

#endif
