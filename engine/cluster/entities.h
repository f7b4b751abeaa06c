/* Entities: what the links across registers connect, and the duplicates within them.
 *
 * Two registers: the connected components of their links. Of more, links between each two of them may say together what none
 * says alone: A1 is B1, B1 is C1, C1 is A2. Links are then taken from the heaviest down, as long as the entity that they make
 * keeps to the kind of link as a whole:
 *
 *   one to one     at most one unit of each register
 *   one to many    more than one only of the last of its registers
 *   many to one    more than one only of the first of its registers
 *   many to many   any
 *
 * A link that does not fit is no link: its state becomes ASSIGN_OUT. So every link's records are of one entity, and all
 * records of an entity are connected by links and duplicates.
 */
#ifndef KHOP_CLUSTER_ENTITIES_H
#define KHOP_CLUSTER_ENTITIES_H

#include "cluster/choose.h"

typedef struct entities_input { /* all borrowed */
  const choose_input *chosen;
  size_t row_count;
  bool (*alive)(const void *context, size_t row);
  const void *context;
} entities_input;

/* The confidence of an entity is the product over the heaviest links that hold it together and over its units'. *out_undone: links
 * that became none. */
khop_status entities_make(clusters *out, const entities_input *in, uint8_t *states, uint64_t *out_undone, khop_error *err);

#endif
