/* Places read as addresses, for the tests and key parts that ask for a commune or a house. See feature.h. */
#include <string.h>

#include "feature/parts.h"
#include "feature/text_memory.h"

static uint32_t house_hash(text_memory *memory, const char *text, size_t length) {
  text_value room;
  const text_value *value = &room;
  if (memory) value = text_recall(memory, TYPE_PLACE, text, length, &room);
  else normalise_place(text, length, &room);
  return value->plain_hash;
}

static void encode_communes(const feature_layout *layout, size_t field, address_place place, uint8_t *row) {
  for (size_t i = 0; i < layout->part_count; i++) {
    const feature_part *part = &layout->parts[i];
    if (part->part.field != field || part->part.kind != PART_COMMUNE) continue;
    uint32_t key = address_key(layout->book, place);
    memcpy(row + part->offset, &key, sizeof key);
  }
}

void feature_encode_address(const feature_layout *layout, size_t field, text_memory *memory, const char *text, size_t length,
                            uint8_t *row) {
  const feature_slot *slot = &layout->slots[field];
  address_value value;
  text_recall_address(memory, layout->book, text, length, &value);
  address_place place = address_place_of(layout->book, &value);
  if (slot->place_offset != FEATURE_NONE) memcpy(row + slot->place_offset, &place, sizeof place);
  if (slot->house_offset != FEATURE_NONE && value.head_bytes) {
    uint32_t hash = house_hash(memory, text, value.head_bytes);
    memcpy(row + slot->house_offset, &hash, sizeof hash);
  }
  encode_communes(layout, field, place, row);
}
