/* The wrong and the missed pairs of a result: those whose records share a cluster and not an entity, and the other way
 * round; or the labelled pairs that the clusters contradict.
 */
#ifndef KHOP_EVALUATE_ERROR_LIST_H
#define KHOP_EVALUATE_ERROR_LIST_H

#include "evaluate/labels.h"

typedef struct pair_error {
  uint32_t left, right; /* records, left < right */
  uint32_t listed;      /* index of data->pairs, or LABEL_UNLISTED */
  bool is_missed;
} pair_error;

typedef struct error_list {
  pair_error *items; /* by left, then right */
  size_t count, capacity;
  uint64_t wrong, missed; /* how many there are, listed or not */
} error_list;

/* Lists at most `most` of each kind. Exactly one of `l` and data->entities is there. */
khop_status errors_find(error_list *out, const evaluate_data *data, const labels *l, size_t most, khop_error *err);
void errors_free(error_list *e);

#endif
