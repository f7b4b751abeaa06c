/* What the look-ups of engine/run share with an open khop_store. */
#ifndef KHOP_INDEX_STORE_HANDLE_H
#define KHOP_INDEX_STORE_HANDLE_H

#include <stdbool.h>

#include "index/store.h"

typedef struct store_identifiers {
  bool is_known; /* is the rest filled in? */
  size_t count;
  struct store_identifier {
    size_t field;
    int type; /* semantic_type */
  } items[STORE_TABLE_RULES - STORE_TABLE_IDENTIFIER]; /* of table STORE_TABLE_IDENTIFIER and those behind it */
} store_identifiers;

/* Of this handle; at first zeroed. */
store_identifiers *store_handle_identifiers(khop_store *store);
/* From the facts of the store: run/lookup.c. */
khop_status store_identifiers_read(khop_store *store, store_identifiers *out, khop_error *err);

/* The text of one field, borrowed until the next record. `is_alone`: the rest of the record is not likely to be wanted; else it is read
 * with it, and khop_store_read of the row then costs nothing. */
khop_status store_handle_field(khop_store *store, uint32_t row, size_t field, bool is_alone, store_text *out, khop_error *err);

/* Rows of this key will be asked for soon (store_ask_postings). */
void store_handle_ask(khop_store *store, uint32_t table, uint64_t key);

/* The record of this row will be (store_ask_record). */
void store_handle_ask_row(khop_store *store, uint32_t row);

/* Has a record that was read from this store exactly this id, but for blanks at either end? */
bool store_handle_has_id(khop_store *store, const khop_store_record *record, const char *id, size_t length);
/* Its id as the results name it; returns its length, 0 when `size` does not hold it. */
enum { STORE_HANDLE_ID_BYTES = 8192 };
size_t store_handle_record_id(const khop_store *store, const khop_store_record *record, char *out, size_t size);

#endif
