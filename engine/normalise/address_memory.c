/* Addresses met before: tails (address_search.h), which repeat in columns of houses and streets, and whole
 * ones, which repeat in columns of communes. Two tables of 64-bit hashes in sets of two:
 *
 *     | first: met again since it came | second: came last |
 *
 * What is new takes the second place only, so that what comes once does not push out what comes again.
 * A hash stands for its text: among 10^8 texts two agree with a chance of 3 in 10^4, as for names and places.
 */
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "normalise/address_search.h"

enum { TAIL_SETS = 8192, WHOLE_SETS = 2048 };

typedef struct memory_slot {
  uint64_t hash; /* 0: free */
  address_value value;
  unsigned decides; /* a tail: what address_read_tail returned */
} memory_slot;

struct address_memory {
  const address_book *book;
  memory_slot tails[TAIL_SETS][2];
  memory_slot wholes[WHOLE_SETS][2];
};

address_memory *address_memory_create(void) { return mem_alloc(1, sizeof(address_memory)); }

void address_memory_free(address_memory *memory) { mem_free(memory); }

/* The slot of `hash` in its set; one of hash 0 when it has to be filled. */
static memory_slot *slot_of(memory_slot *set, uint64_t hash) {
  if (set[0].hash == hash) return &set[0];
  if (set[1].hash == hash) {
    memory_slot again = set[1];
    set[1] = set[0];
    set[0] = again;
    return &set[0];
  }
  set[1].hash = 0;
  return &set[1];
}

/* Not by a seed: with seeds so near, short texts of two eras share hashes. */
static uint64_t hash_of(address_era era, const char *text, size_t length) {
  return hash_combine((uint64_t)era, hash_bytes(text, length)) | 1;
}

static unsigned recall_tail(address_memory *memory, address_era era, const char *text, size_t length,
                            address_value *out) {
  uint64_t hash = hash_of(era, text, length);
  memory_slot *slot = slot_of(memory->tails[(hash >> 20) % TAIL_SETS], hash);
  if (slot->hash == 0) {
    slot->decides = address_read_tail(memory->book, era, text, length, &slot->value);
    slot->hash = hash;
  }
  *out = slot->value;
  return slot->decides;
}

static void recall_whole(address_memory *memory, address_era era, const char *text, size_t length,
                         address_value *out) {
  uint64_t hash = hash_of(era, text, length);
  memory_slot *slot = slot_of(memory->wholes[(hash >> 20) % WHOLE_SETS], hash);
  if (slot->hash == 0) {
    address_read_whole(memory->book, era, text, length, &slot->value);
    slot->hash = hash;
  }
  *out = slot->value;
}

/* The steps of address_read. */
void address_recall(address_memory *memory, const address_book *book, address_era era, const char *text,
                    size_t length, address_value *out) {
  if (memory->book != book) {
    memset(memory, 0, sizeof *memory);
    memory->book = book;
  }
  size_t tail = address_tail_behind_comma(text, length);
  if (tail && recall_tail(memory, era, text + tail, length - tail, out) & ADDRESS_DECIDES_BEHIND_COMMA) {
    address_join_head(text, tail, out);
    return;
  }
  tail = address_tail_at_word(text, length);
  if (tail && recall_tail(memory, era, text + tail, length - tail, out) & ADDRESS_DECIDES_AT_WORD) {
    address_join_head(text, tail, out);
    return;
  }
  recall_whole(memory, era, text, length, out);
}
