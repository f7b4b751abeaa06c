/* See spill_sort.h. */
#include "base/spill_sort.h"

#include <string.h>

typedef struct packed_item { /* as on disk */
  uint32_t key_low, key_high, row;
} packed_item;
_Static_assert(sizeof(packed_item) == SPILL_ITEM_DISK_BYTES, "as it is told");

size_t spill_sorter_parts(uint64_t items, uint64_t bytes) {
  size_t parts = 1;
  while (parts < SPILL_PARTS_MAX && items / parts * SPILL_ITEM_BYTES > bytes) parts *= 2;
  return parts;
}

void spill_sorter_open(spill_sorter *s, spill_file *file, unsigned key_bits, uint64_t items, uint64_t bytes) {
  *s = (spill_sorter){.file = file, .part_count = spill_sorter_parts(items, bytes), .bytes_max = 2 * bytes};
  unsigned part_bits = (unsigned)__builtin_ctzll(s->part_count);
  if (part_bits > key_bits) part_bits = key_bits;
  s->part_count = (size_t)1 << part_bits;
  s->shift = key_bits - part_bits;
}

khop_status spill_sorter_add(spill_sorter *s, const sort_item *items, size_t count, khop_error *err) {
  for (size_t i = 0; i < count; i++) {
    size_t part = s->part_count > 1 ? (size_t)(items[i].key >> s->shift) : 0;
    const packed_item packed = {.key_low = (uint32_t)items[i].key, .key_high = (uint32_t)(items[i].key >> 32), .row = items[i].row};
    TRY(spill_write(s->file, &s->parts[part], &packed, sizeof packed, err));
    s->counts[part]++;
  }
  return KHOP_OK;
}

uint64_t spill_sorter_count(const spill_sorter *s) {
  uint64_t count = 0;
  for (size_t p = 0; p < s->part_count; p++) count += s->counts[p];
  return count;
}

/* From disk, a piece at a time. */
static khop_status load_part(const spill_sorter *s, size_t part, sort_item *items, khop_error *err) {
  enum { piece_items = 4096 };
  packed_item piece[piece_items];
  for (size_t start = 0, count = s->counts[part]; start < count; start += piece_items) {
    size_t here = count - start < piece_items ? count - start : piece_items;
    TRY(spill_read(s->file, &s->parts[part], start * sizeof *piece, piece, here * sizeof *piece, err));
    for (size_t i = 0; i < here; i++) {
      items[start + i] = (sort_item){.key = (uint64_t)piece[i].key_high << 32 | piece[i].key_low, .row = piece[i].row};
    }
  }
  return KHOP_OK;
}

static khop_status refuse_part(const spill_sorter *s, uint64_t bytes, khop_error *err) {
  const uint64_t mebibyte = 1 << 20;
  return error_set(err, KHOP_ENVIRONMENT, "--memory is too little: %llu records of like keys need %llu MiB more",
                   (unsigned long long)(bytes / SPILL_ITEM_BYTES), (unsigned long long)((bytes - s->bytes_max) / mebibyte) + 1);
}

khop_status spill_sorter_each(spill_sorter *s, pool *workers, spill_sorted *handler, void *context, khop_error *err) {
  khop_status status = KHOP_OK;
  region items = {0}, scratch = {0};
  uint64_t most = 0;
  for (size_t p = 0; p < s->part_count; p++) {
    most = s->counts[p] > most ? s->counts[p] : most;
    TRY(spill_end(s->file, &s->parts[p], err));
  }
  if (most * SPILL_ITEM_BYTES > s->bytes_max) return refuse_part(s, most * SPILL_ITEM_BYTES, err);
  TRY_CLEANUP(region_map(&items, most * sizeof(sort_item), "sort buffers", err));
  TRY_CLEANUP(region_map(&scratch, most * sizeof(sort_item), "sort buffers", err));
  for (size_t p = 0; p < s->part_count; p++) {
    TRY_CLEANUP(load_part(s, p, items.data, err));
    spill_discard(s->file, &s->parts[p]);
    TRY_CLEANUP(sort_items(items.data, scratch.data, s->counts[p], workers, err));
    TRY_CLEANUP(handler(context, items.data, s->counts[p], err));
  }
cleanup:
  region_unmap(&items);
  region_unmap(&scratch);
  return status;
}

void spill_sorter_close(spill_sorter *s) {
  for (size_t p = 0; s->file && p < s->part_count; p++) spill_discard(s->file, &s->parts[p]);
}
