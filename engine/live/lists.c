/* Lists that grow, sorted and searched. See live.h. */
#include <stdlib.h>
#include <string.h>

#include "live/live.h"

khop_status item_list_add(item_list *list, uint64_t key, uint32_t row, khop_error *err) {
  TRY(array_reserve(&list->items, &list->capacity, list->count + 1, sizeof *list->items, "rows of the store", err));
  list->items[list->count++] = (sort_item){.key = key, .row = row};
  return KHOP_OK;
}

/* By key alone the pool sorts; equal keys then stand as they came, and are put in the order of their rows. */
static int by_row(const void *a, const void *b) {
  const sort_item *x = a, *y = b;
  return x->row < y->row ? -1 : x->row > y->row;
}

khop_status item_list_sort(item_list *list, pool *workers, khop_error *err) {
  if (list->count < 2) return KHOP_OK;
  sort_item *scratch = mem_alloc(list->count, sizeof *scratch);
  if (!scratch) return error_memory(err, list->count * sizeof *scratch, "sorting");
  khop_status status = sort_items(list->items, scratch, list->count, workers, err);
  mem_free(scratch);
  for (size_t start = 0, end; status == KHOP_OK && start < list->count; start = end) {
    bool rises = true;
    for (end = start + 1; end < list->count && list->items[end].key == list->items[start].key; end++) {
      rises &= list->items[end - 1].row <= list->items[end].row;
    }
    if (!rises) qsort(list->items + start, end - start, sizeof *list->items, by_row);
  }
  return status;
}

void item_list_unique(item_list *list) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    if (kept && list->items[kept - 1].key == list->items[i].key && list->items[kept - 1].row == list->items[i].row) continue;
    list->items[kept++] = list->items[i];
  }
  list->count = kept;
}

bool item_list_find(const item_list *list, uint64_t key, size_t *out_place) {
  size_t place = *out_place = sorted_items_below(list->items, list->count, key);
  return place < list->count && list->items[place].key == key;
}

khop_status row_list_add(row_list *list, uint32_t row, khop_error *err) {
  TRY(array_reserve(&list->rows, &list->capacity, list->count + 1, sizeof *list->rows, "rows of the store", err));
  list->rows[list->count++] = row;
  return KHOP_OK;
}

static int ascending(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

void row_list_sort(row_list *list) {
  size_t kept = 0;
  if (list->count) qsort(list->rows, list->count, sizeof *list->rows, ascending);
  for (size_t i = 0; i < list->count; i++) {
    if (kept && list->rows[kept - 1] == list->rows[i]) continue;
    list->rows[kept++] = list->rows[i];
  }
  list->count = kept;
}
