/* See patterns.h. */
#include "model/patterns.h"

#include <stdlib.h>

#include "base/hash.h"

enum { pattern_first_capacity = 1 << 12 };

static pattern_count *find_slot(const pattern_table *t, uint64_t pattern) {
  size_t mask = t->capacity - 1;
  size_t i = hash_mix(pattern) & mask;
  while (t->slots[i].count && t->slots[i].pattern != pattern) i = (i + 1) & mask;
  return &t->slots[i];
}

static khop_status grow(pattern_table *t, khop_error *err) {
  size_t capacity = t->capacity ? t->capacity * 2 : pattern_first_capacity;
  pattern_table grown = {.slots = mem_alloc(capacity, sizeof(pattern_count)), .capacity = capacity, .used = t->used};
  if (!grown.slots) return error_memory(err, capacity * sizeof(pattern_count), "comparison patterns");
  for (size_t i = 0; i < t->capacity; i++) {
    if (t->slots[i].count) *find_slot(&grown, t->slots[i].pattern) = t->slots[i];
  }
  mem_free(t->slots);
  *t = grown;
  return KHOP_OK;
}

khop_status pattern_table_add(pattern_table *t, uint64_t pattern, uint64_t count, khop_error *err) {
  if ((t->used + 1) * 2 > t->capacity) TRY(grow(t, err));
  pattern_count *slot = find_slot(t, pattern);
  if (!slot->count) {
    slot->pattern = pattern;
    t->used++;
  }
  slot->count += count;
  return KHOP_OK;
}

khop_status pattern_table_count(pattern_table *t, const comparer *c, const pair_list *pairs, const candidate_batch *batch,
                                khop_error *err) {
  for (size_t p = 0; p < pairs->count; p++) {
    uint64_t pattern = batch && batch->found_before[p] ? PATTERN_FOUND_BEFORE : 0;
    for (size_t i = 0; i < c->plan->comparison_count; i++) pattern |= (uint64_t)c->levels[i][p] << (PATTERN_LEVEL_BITS * i);
    TRY(pattern_table_add(t, pattern, batch ? batch->stands_for[p] : 1, err));
  }
  return KHOP_OK;
}

void pattern_table_free(pattern_table *t) {
  mem_free(t->slots);
  *t = (pattern_table){0};
}

static int by_pattern(const void *a, const void *b) {
  uint64_t x = ((const pattern_count *)a)->pattern, y = ((const pattern_count *)b)->pattern;
  return x < y ? -1 : x > y;
}

khop_status pattern_tables_merge(const pattern_table *tables, size_t table_count, pattern_count **out_patterns,
                                 size_t *out_count, khop_error *err) {
  *out_patterns = NULL;
  *out_count = 0;
  pattern_table all = {0};
  for (size_t t = 0; t < table_count; t++) {
    for (size_t i = 0; i < tables[t].capacity; i++) {
      const pattern_count *slot = &tables[t].slots[i];
      if (!slot->count) continue;
      khop_status status = pattern_table_add(&all, slot->pattern, slot->count, err);
      if (status != KHOP_OK) {
        pattern_table_free(&all);
        return status;
      }
    }
  }
  size_t count = 0;
  for (size_t i = 0; i < all.capacity; i++) {
    if (all.slots[i].count) all.slots[count++] = all.slots[i];
  }
  if (count) qsort(all.slots, count, sizeof *all.slots, by_pattern);
  *out_patterns = all.slots;
  *out_count = count;
  return KHOP_OK;
}
