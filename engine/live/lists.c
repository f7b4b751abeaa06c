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

/* From the place where the key would be if keys stood evenly, in steps that double until it is passed, then by halves. */
bool item_list_find_even(const item_list *list, uint64_t key, size_t *out_place) {
  const sort_item *items = list->items;
  const size_t count = list->count;
  size_t low = 0, high = count, step = 4; /* the place is from low to high */
  if (!count) {
    *out_place = 0;
    return false;
  }
  if (key > items[0].key && key < items[count - 1].key) {
    const double share = (double)(key - items[0].key) / (double)(items[count - 1].key - items[0].key);
    size_t at = (size_t)(share * (double)(count - 1));
    if (items[at].key < key) {
      for (low = at + 1; high - low > step && items[low + step].key < key; step *= 2) low += step + 1;
      if (high - low > step) high = low + step;
    } else {
      for (high = at; high - low > step && items[high - step].key >= key; step *= 2) high -= step;
      if (high - low > step) low = high - step + 1;
    }
  }
  const size_t place = *out_place = low + sorted_items_below(items + low, high - low, key);
  return place < count && items[place].key == key;
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
