/* Record ids to dense numbers 0, 1, 2, ... in order of first appearance, without keeping the ids.
 *
 *   slots  open addressing, linear probing, at most 3/4 full:  [ - | 2 | - | 0 | 1 | - ... ]
 *   hashes                                                     0: h("17")  1: h("a9")  2: ...
 *
 * A 64-bit hash stands for the id: among 12.8 M ids the chance that any two share one is 4 in a
 * million. About 20 bytes an id. Not for anything where a wrong merge would change data.
 */
#ifndef KHOP_MODEL_ID_SET_H
#define KHOP_MODEL_ID_SET_H

#include "base/memory.h"
#include "base/status.h"

enum { ID_SET_NONE = 0xffffffff };

typedef struct id_set {
  uint64_t *hashes;
  size_t count, capacity;
  uint32_t *slots; /* index + 1; 0 is free */
  size_t slot_count; /* a power of two, or 0 */
} id_set;

/* Starts zeroed. At most 2^32 - 2 ids. */
khop_status id_set_add(id_set *set, const char *id, size_t length, uint32_t *out_index, khop_error *err);
/* Its number, or ID_SET_NONE. */
uint32_t id_set_find(const id_set *set, const char *id, size_t length);
void id_set_free(id_set *set);

#endif
