/* Places met before: whole ones, which repeat in columns of communes, and the tails of addresses behind their
 * first comma, which repeat in columns of streets and houses. Two tables of 64-bit hashes, small enough
 * to stay in the second-level cache. See feature.h.
 *
 *     sets of two:   | first: met again since it came | second: came last |
 *
 * What is new takes the second place only, so that streets, most of which never come again, do not push
 * the communes out. */
#include <string.h>

#include "base/hash.h"
#include "feature/feature.h"

enum { whole_sets = 4096, tail_sets = 2048 };

typedef struct whole_slot {
  uint64_t hash; /* 0: free */
  text_value value;
} whole_slot;

typedef struct tail_slot {
  uint64_t hash; /* 0: free */
  place_tail tail;
} tail_slot;

struct place_memory {
  whole_slot wholes[whole_sets][2];
  tail_slot tails[tail_sets][2];
};

place_memory *place_memory_create(void) { return mem_alloc(1, sizeof(place_memory)); }

void place_memory_free(place_memory *memory) { mem_free(memory); }

/* NULL when the tail cannot be remembered. */
static const place_tail *recall_tail(place_memory *memory, const char *text, size_t length) {
  uint64_t hash = hash_bytes(text, length) | 1;
  tail_slot *set = memory->tails[(hash >> 20) % tail_sets];
  if (set[0].hash == hash) return &set[0].tail;
  if (set[1].hash == hash) {
    tail_slot again = set[1];
    set[1] = set[0];
    set[0] = again;
    return &set[0].tail;
  }
  set[1].hash = 0;
  if (!normalise_place_tail(text, length, &set[1].tail)) return NULL;
  set[1].hash = hash;
  return &set[1].tail;
}

static void normalise_by_tail(place_memory *memory, const char *text, size_t length, text_value *out) {
  size_t head;
  const place_tail *tail = NULL;
  if (normalise_place_cut(text, length, &head)) tail = recall_tail(memory, text + head + 1, length - head - 1);
  if (!tail || !normalise_place_head(text, head, tail, out)) normalise_place(text, length, out);
}

void place_recall(place_memory *memory, const char *text, size_t length, text_value *out) {
  if (length == 0) {
    memset(out, 0, sizeof *out);
    return;
  }
  if (text[0] >= '0' && text[0] <= '9') { /* a house: not worth a place */
    normalise_by_tail(memory, text, length, out);
    return;
  }
  uint64_t hash = hash_bytes(text, length) | 1;
  whole_slot *set = memory->wholes[(hash >> 20) % whole_sets];
  if (set[0].hash == hash) {
    *out = set[0].value;
    return;
  }
  if (set[1].hash == hash) {
    whole_slot again = set[1];
    set[1] = set[0];
    set[0] = again;
    *out = again.value;
    return;
  }
  normalise_by_tail(memory, text, length, out);
  set[1] = (whole_slot){.hash = hash, .value = *out};
}
