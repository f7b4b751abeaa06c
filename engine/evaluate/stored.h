/* The records of a result as its store holds them, for whatever asks what a record says.
 *
 * clusters.csv lists the records of the store in the store's order, but for those that were rejected and have no
 * cluster there. So both are walked side by side, and the ids are compared: a store of another run is found out.
 */
#ifndef KHOP_EVALUATE_STORED_H
#define KHOP_EVALUATE_STORED_H

#include "evaluate/evaluate_data.h"
#include "index/store.h"
#include "schema/schema.h"

typedef struct stored {
  store *store;
  store_view *view;
  schema *schema; /* that of the run */
  int id_field;   /* -1: records are named SOURCE:LINE */
  bool has_qualified_ids;
} stored;

/* OUTPUT/store when `path` is NULL. KHOP_USAGE when there is none; KHOP_INPUT for one that tells no schema. */
khop_status stored_open(stored *out, const char *output, const char *path, khop_error *err);
void stored_close(stored *s); /* safe after a failed open, and twice */

const char *stored_source(const stored *s, uint32_t source);

/* `number` is that of evaluate_data. */
typedef khop_status stored_visit(void *context, uint32_t number, const store_record *record, khop_error *err);
/* All records of the result, in order. KHOP_INPUT when the store is of another run than clusters.csv. */
khop_status stored_walk(stored *s, const evaluate_data *data, stored_visit *visit, void *context, khop_error *err);
/* The row of each record of the result. */
khop_status stored_rows(stored *s, const evaluate_data *data, uint32_t **out_rows, khop_error *err);

#endif
