/* Places met before: whole ones, which repeat in columns of communes, and the tails of addresses behind their
 * first comma, which repeat in columns of streets and houses. Two direct-mapped tables of 64-bit hashes,
 * small enough to stay in the second-level cache. See feature.h. */
#include <string.h>

#include "base/hash.h"
#include "feature/feature.h"

enum { whole_slots = 8192, tail_slots = 4096 };

typedef struct whole_slot {
  uint64_t hash; /* 0: free */
  text_value value;
} whole_slot;

typedef struct tail_slot {
  uint64_t hash; /* 0: free */
  place_tail tail;
} tail_slot;

struct place_memory {
  whole_slot wholes[whole_slots];
  tail_slot tails[tail_slots];
};

place_memory *place_memory_create(void) { return mem_alloc(1, sizeof(place_memory)); }

void place_memory_free(place_memory *memory) { mem_free(memory); }

/* NULL when the tail cannot be remembered. */
static const place_tail *recall_tail(place_memory *memory, const char *text, size_t length) {
  uint64_t hash = hash_bytes(text, length) | 1;
  tail_slot *slot = &memory->tails[(hash >> 20) % tail_slots];
  if (slot->hash == hash) return &slot->tail;
  slot->hash = 0;
  if (!normalise_place_tail(text, length, &slot->tail)) return NULL;
  slot->hash = hash;
  return &slot->tail;
}

static void normalise_by_tail(place_memory *memory, const char *text, size_t length, text_value *out) {
  size_t head;
  const place_tail *tail = NULL;
  if (normalise_place_cut(text, length, &head)) tail = recall_tail(memory, text + head + 1, length - head - 1);
  if (tail && tail->count) normalise_place_head(text, head, tail, out);
  else normalise_place(text, length, out);
}

void place_recall(place_memory *memory, const char *text, size_t length, text_value *out) {
  uint64_t hash = hash_bytes(text, length) | 1;
  whole_slot *slot = &memory->wholes[(hash >> 20) % whole_slots];
  if (slot->hash != hash) {
    normalise_by_tail(memory, text, length, &slot->value);
    slot->hash = hash;
  }
  *out = slot->value;
}
