/* Term frequencies by sorting: the values of one field with their rows, runs counted, codes written
 * back. One field at a time, so that the memory is one sort's. See feature.h. */
#include <math.h>

#include "base/hash.h"
#include "base/sort.h"
#include "feature/feature.h"

uint8_t frequency_code(uint64_t count) {
  if (count <= 1) return 0;
  double code = round(8 * log2((double)count));
  return code > 255 ? 255 : (uint8_t)code;
}

double frequency_count(uint8_t code) { return exp2(code / 8.0); }

static uint64_t slot_value_key(const feature_slot *slot, const uint8_t *row) {
  switch (slot->kind) {
    case SLOT_TEXT: return slot_u32(row, slot->offset + 4);
    case SLOT_ID: return slot_u64(row, slot->offset);
    case SLOT_SEX: return row[slot->offset];
    default: return slot_u32(row, slot->offset);
  }
}

static size_t collect_values(const feature_table *t, const feature_slot *slot, sort_item *items) {
  size_t count = 0;
  for (size_t row = 0; row < t->count; row++) {
    const uint8_t *bytes = feature_row(t, row);
    if (feature_row_dead(&t->layout, bytes) || feature_missing(slot, bytes)) continue;
    items[count++] = (sort_item){.key = hash_mix(slot_value_key(slot, bytes)), .row = (uint32_t)row};
  }
  return count;
}

static double write_codes(feature_table *t, const feature_slot *slot, const sort_item *items, size_t count) {
  uint8_t *rows = t->memory.data;
  double squares = 0;
  for (size_t start = 0, end; start < count; start = end) {
    end = start + 1;
    while (end < count && items[end].key == items[start].key) end++;
    uint8_t code = frequency_code(end - start);
    for (size_t i = start; i < end; i++) {
      rows[items[i].row * t->layout.stride + (size_t)slot->frequency_offset] = code;
    }
    double share = (double)(end - start) / (double)count;
    squares += share * share;
  }
  return squares;
}

khop_status feature_frequencies(feature_table *t, pool *workers, double out_square_sums[SCHEMA_FIELDS_MAX],
                                khop_error *err) {
  khop_status status = KHOP_OK;
  region items = {0}, scratch = {0};
  for (size_t f = 0; f < t->layout.field_count; f++) {
    out_square_sums[f] = 0;
    const feature_slot *slot = &t->layout.slots[f];
    if (slot->kind == SLOT_NONE || slot->frequency_offset == FEATURE_NONE || t->count == 0) continue;
    if (!items.data) {
      TRY_CLEANUP(region_map(&items, t->count * sizeof(sort_item), "term frequencies", err));
      TRY_CLEANUP(region_map(&scratch, t->count * sizeof(sort_item), "term frequencies", err));
    }
    size_t count = collect_values(t, slot, items.data);
    TRY_CLEANUP(sort_items(items.data, scratch.data, count, workers, err));
    out_square_sums[f] = write_codes(t, slot, items.data, count);
  }
cleanup:
  region_unmap(&items);
  region_unmap(&scratch);
  return status;
}
