/* What the look-up of identifiers keeps with an open store (run/lookup.c): facts of its meta, read once. */
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

#endif
