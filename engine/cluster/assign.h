/* Which of the pairs across two registers become links: at most one a record, on one side or both.
 *
 *   one to one     the set of pairs with the largest sum of match weights in which no record stands twice
 *   one to many    every right record with its heaviest left one; many to one the other way round
 *   many to many   all pairs, but those both of whose records have another partner that is twice as likely: two people
 *                  of one home whose own records are there too
 *
 * Of equal choices that with the lower record ids is taken, never the order of the files. One to one, a component
 * of the graph of pairs (mostly a pair, or two people of one home) is solved exactly (Kuhn 1955, Munkres 1957) up to
 * ASSIGN_SIDE_MAX records a side; a larger one is taken by descending weight, and counted.
 */
#ifndef KHOP_CLUSTER_ASSIGN_H
#define KHOP_CLUSTER_ASSIGN_H

#include "base/memory.h"
#include "base/status.h"
#include "model/score.h"
#include "schema/schema.h"

enum { ASSIGN_SIDE_MAX = 24, ASSIGN_FAR_BITS = 1 };

typedef enum assign_state {
  ASSIGN_OUT = 0, /* another one stands in its way, or it was not offered */
  ASSIGN_TAKEN,
  ASSIGN_TIED     /* taken, and another of its weight that shares a record with it was not */
} assign_state;

/* Record ids in order: below, at or above 0 as row a's stands before, at or behind row b's. */
typedef int row_order(const void *context, uint32_t a, uint32_t b);

typedef struct assign_input {
  const kept_pairs *pairs;
  int32_t least, most; /* pairs with least <= weight < most are offered */
  link_kind kind;
  size_t row_count;    /* of both registers */
  row_order *order;
  const void *order_context;
} assign_input;

typedef struct assign_facts {
  uint64_t offered, taken, tied;
  uint64_t greedy_components;
} assign_facts;

/* Sets the states of the pairs that it takes; those of pairs taken before stand, and keep their records from others as
 * the kind says. */
khop_status assign_pairs(const assign_input *in, uint8_t *states, assign_facts *out_facts, khop_error *err);

#endif
