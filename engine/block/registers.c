/* See registers.h. */
#include "block/registers.h"

static size_t items_below(const sort_item *items, size_t count, uint32_t row) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (items[middle].row < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

void registers_split(const table_registers *r, const sort_item *items, size_t count, size_t out_starts[KHOP_REGISTERS_MAX + 1]) {
  out_starts[0] = 0;
  for (size_t n = 1; n < r->count; n++) out_starts[n] = out_starts[n - 1] + items_below(items + out_starts[n - 1], count - out_starts[n - 1], r->first[n]);
  out_starts[r->count ? r->count : 1] = count;
}

double registers_pairs(const table_registers *r, const uint64_t *rows) {
  double pairs = 0, before = 0;
  for (size_t n = 0; n < (r->count ? r->count : 1); n++) {
    double count = (double)rows[n];
    pairs += before * count;
    if (!registers_linked(r) || registers_within(r, n)) pairs += count * (count - 1) / 2;
    before += count;
  }
  return pairs;
}

table_registers registers_of_part(const table_registers *r, const uint32_t *rows, size_t count) {
  table_registers part = *r;
  for (size_t n = 1; registers_linked(r) && n <= r->count; n++) part.first[n] = (uint32_t)sorted_below(rows, count, r->first[n]);
  return part;
}
