/* See id_set.h. */
#include "model/id_set.h"

#include "base/hash.h"

enum { first_slot_count = 1024 };

/* The slot that holds `hash`, or the free one where it belongs. */
static size_t find_slot(const id_set *set, uint64_t hash) {
  size_t mask = set->slot_count - 1, slot = hash & mask;
  while (set->slots[slot] && set->hashes[set->slots[slot] - 1] != hash) slot = (slot + 1) & mask;
  return slot;
}

static khop_status grow_slots(id_set *set, khop_error *err) {
  if (set->slot_count && set->count + 1 <= set->slot_count / 4 * 3) return KHOP_OK;
  size_t grown = set->slot_count ? set->slot_count * 2 : first_slot_count;
  uint32_t *slots = mem_alloc(grown, sizeof *slots);
  if (!slots) return error_memory(err, grown * sizeof *slots, "record ids");
  mem_free(set->slots);
  set->slots = slots;
  set->slot_count = grown;
  for (size_t i = 0; i < set->count; i++) slots[find_slot(set, set->hashes[i])] = (uint32_t)(i + 1);
  return KHOP_OK;
}

khop_status id_set_add(id_set *set, const char *id, size_t length, uint32_t *out_index, khop_error *err) {
  *out_index = ID_SET_NONE;
  TRY(grow_slots(set, err));
  uint64_t hash = hash_bytes(id, length);
  size_t slot = find_slot(set, hash);
  if (!set->slots[slot]) {
    if (set->count >= ID_SET_NONE - 1) {
      return error_set(err, KHOP_INPUT, "more than %zu record ids", set->count);
    }
    TRY(array_reserve(&set->hashes, &set->capacity, set->count + 1, sizeof *set->hashes, "record ids", err));
    set->hashes[set->count++] = hash;
    set->slots[slot] = (uint32_t)set->count;
  }
  *out_index = set->slots[slot] - 1;
  return KHOP_OK;
}

uint32_t id_set_find(const id_set *set, const char *id, size_t length) {
  if (!set->slot_count) return ID_SET_NONE;
  uint32_t slot = set->slots[find_slot(set, hash_bytes(id, length))];
  return slot ? slot - 1 : ID_SET_NONE;
}

void id_set_free(id_set *set) {
  mem_free(set->hashes);
  mem_free(set->slots);
  *set = (id_set){0};
}
