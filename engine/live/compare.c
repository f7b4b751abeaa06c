/* Pairs to weights, in batches as matching makes them: tasks of so many pairs, each batch as many rows as a view holds. See
 * compare.h. */
#include "live/compare.h"

#include <string.h>

#include "base/hash.h"

enum { task_pairs = 1 << 14, stamp_slots = 2048 };

/* Which rows the batch has: open addressing, emptied with each batch. */
typedef struct batch_rows {
  uint64_t slots[stamp_slots]; /* row + 1 << 16 | batch row */
  uint32_t places[BATCH_ROWS];
  size_t count;
} batch_rows;

typedef struct comparing {
  live *live;
  const item_list *pairs;
  int32_t least;
  item_list *kept; /* per task */
} comparing;

static uint16_t batch_row(const live *l, batch_rows *b, uint32_t row) {
  size_t slot = (size_t)hash_mix(row) & (stamp_slots - 1);
  while (b->slots[slot] && b->slots[slot] >> 16 != (uint64_t)row + 1) slot = (slot + 1) & (stamp_slots - 1);
  if (!b->slots[slot]) {
    b->slots[slot] = ((uint64_t)row + 1) << 16 | b->count;
    b->places[b->count++] = live_place(l, row);
  }
  return (uint16_t)(b->slots[slot] & 0xffff);
}

static khop_status compare_batch(const comparing *c, unsigned worker, const batch_rows *rows, const pair_list *list, const sort_item *pairs,
                                 item_list *kept, khop_error *err) {
  int32_t weights[BATCH_PAIRS];
  comparer *by = &c->live->comparers[worker];
  view_load(&by->columns, &c->live->table, rows->places, 0, rows->count);
  comparer_run(by, list);
  score_pairs(c->live->tables, by, list, weights);
  for (size_t p = 0; p < list->count; p++) {
    if (weights[p] >= c->least) TRY(item_list_add(kept, pairs[p].key, (uint32_t)weights[p], err));
  }
  return KHOP_OK;
}

static khop_status compare_task(void *context, size_t task, unsigned worker, khop_error *err) {
  const comparing *c = context;
  size_t at = task * task_pairs, last = at + task_pairs < c->pairs->count ? at + task_pairs : c->pairs->count;
  batch_rows rows;
  pair_list list;
  while (at < last) {
    size_t first = at;
    memset(rows.slots, 0, sizeof rows.slots);
    rows.count = list.count = 0;
    for (; at < last && list.count < BATCH_PAIRS && rows.count + 2 <= BATCH_ROWS; at++) {
      list.left[list.count] = batch_row(c->live, &rows, (uint32_t)(c->pairs->items[at].key >> 32));
      list.right[list.count++] = batch_row(c->live, &rows, (uint32_t)c->pairs->items[at].key);
    }
    TRY(compare_batch(c, worker, &rows, &list, c->pairs->items + first, &c->kept[task], err));
  }
  return KHOP_OK;
}

khop_status live_compare(live *l, const item_list *pairs, int32_t least, item_list *out, khop_error *err) {
  size_t tasks = (pairs->count + task_pairs - 1) / task_pairs;
  comparing c = {.live = l, .pairs = pairs, .least = least, .kept = mem_alloc(tasks + 1, sizeof *c.kept)};
  if (!c.kept) return error_memory(err, tasks * sizeof *c.kept, "pairs");
  khop_status status = pool_run(l->workers, tasks, compare_task, &c, err);
  for (size_t t = 0; t < tasks; t++) {
    for (size_t i = 0; status == KHOP_OK && i < c.kept[t].count; i++) {
      status = item_list_add(out, c.kept[t].items[i].key, c.kept[t].items[i].row, err);
    }
    mem_free(c.kept[t].items);
  }
  mem_free(c.kept);
  return status;
}
