/* Links across registers: the assignment (assign.h) for each two of them, duplicates of one register taken as one record.
 *
 *   pairs --by unit--> the heaviest pair of each two units --two registers at a time--> assign_pairs --> states of those pairs
 *
 * A unit is a record or, in a register that is deduplicated, the records of one of its clusters; the one with the lowest id
 * stands for it. Pairs at or above `match` first; what they leave free is offered the pairs for review.
 */
#ifndef KHOP_CLUSTER_CHOOSE_H
#define KHOP_CLUSTER_CHOOSE_H

#include "block/registers.h"
#include "cluster/assign.h"
#include "cluster/clusters.h"

typedef struct choose_input { /* all borrowed */
  const kept_pairs *pairs;    /* by (left, right) */
  const table_registers *registers;
  const clusters *units;      /* NULL: each record is one */
  int32_t match, review;
  link_kind kind;             /* between each two registers, the one in front being the left one */
  row_order *order;
  const void *order_context;
} choose_input;

typedef struct choose_facts {
  uint64_t ties, given_up, greedy_components;
} choose_facts;

/* states: assign_state by pair, zeroed; of a link between units that of its heaviest pair. */
khop_status choose_links(const choose_input *in, size_t row_count, uint8_t *states, choose_facts *out_facts, khop_error *err);

#endif
