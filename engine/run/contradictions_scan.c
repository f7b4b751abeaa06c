/* See contradictions_scan.h. Rows come sorted by entity: from the sort buffer, or where rows are in a file part by part. */
#include "run/contradictions_scan.h"

#include <string.h>

#include "base/spill_sort.h"
#include "feature/row_file.h"
#include "findings/contradiction.h"
#include "run/spill.h"

enum { task_items = 1 << 13, records_max = CONTRADICTION_VALUES_MAX, entities_ahead = 8 };

typedef struct scan {
  const run *run;
  const sort_item *items; /* by entity, then row; whole entities */
  size_t count;
  const row_part *part;   /* NULL: rows are in memory */
  contradiction_marks *by_task;
} scan;

static const uint8_t *row_of(const scan *s, uint32_t row) {
  return s->part ? feature_row(&s->part->table, row_part_find(s->part, row)) : feature_row(&s->run->table, row);
}

static size_t entity_end(const scan *s, size_t start) {
  size_t end = start + 1;
  while (end < s->count && s->items[end].key == s->items[start].key) end++;
  return end;
}

static khop_status scan_entity(const scan *s, size_t start, size_t end, contradiction_marks *out, khop_error *err) {
  const uint8_t *rows[records_max];
  size_t count = end - start < records_max ? end - start : records_max;
  for (size_t i = 0; i < count; i++) rows[i] = row_of(s, s->items[start + i].row);
  uint64_t fields = contradictions_may_be(&s->run->table.layout, s->run->schema, rows, count);
  if (!fields) return KHOP_OK;
  TRY(array_reserve(&out->items, &out->capacity, out->count + 1, sizeof *out->items, "contradictions", err));
  out->items[out->count++] = (contradiction_mark){.entity = (uint32_t)s->items[start].key, .records = (uint32_t)count, .fields = fields};
  return KHOP_OK;
}

/* Rows stand anywhere in memory: those some entities ahead are fetched. */
static void fetch_ahead(const scan *s, size_t item) {
  if (!s->part && item < s->count) feature_row_fetch(feature_row(&s->run->table, s->items[item].row), s->run->table.layout.stride);
}

static khop_status scan_items(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker;
  const scan *s = context;
  size_t start = task * task_items, limit = start + task_items < s->count ? start + task_items : s->count;
  while (start && start < limit && s->items[start].key == s->items[start - 1].key) start++;
  for (size_t end; start < limit; start = end) {
    end = entity_end(s, start);
    for (size_t i = start; i < end; i++) fetch_ahead(s, i + 2 * entities_ahead);
    TRY(scan_entity(s, start, end, &s->by_task[task], err));
  }
  return KHOP_OK;
}

static khop_status append(contradiction_marks *out, const contradiction_marks *part, khop_error *err) {
  TRY(array_reserve(&out->items, &out->capacity, out->count + part->count, sizeof *out->items, "contradictions", err));
  if (part->count) memcpy(out->items + out->count, part->items, part->count * sizeof *part->items);
  out->count += part->count;
  return KHOP_OK;
}

static khop_status scan_all(scan *s, contradiction_marks *out, khop_error *err) {
  khop_status status = KHOP_OK;
  size_t tasks = (s->count + task_items - 1) / task_items;
  s->by_task = mem_alloc(tasks, sizeof *s->by_task);
  if (!s->by_task) return error_memory(err, tasks * sizeof *s->by_task, "contradictions");
  TRY_CLEANUP(pool_run(s->run->workers, tasks, scan_items, s, err));
  for (size_t t = 0; t < tasks; t++) TRY_CLEANUP(append(out, &s->by_task[t], err));
cleanup:
  for (size_t t = 0; t < tasks; t++) mem_free(s->by_task[t].items);
  mem_free(s->by_task);
  return status;
}

/* ---- rows in a file ----------------------------------------------------------------------------------- */

typedef struct spilled_scan {
  const run *run;
  contradiction_marks *out;
} spilled_scan;

static khop_status scan_part(void *context, const sort_item *items, size_t count, khop_error *err) {
  const spilled_scan *spilled = context;
  row_part part = {0};
  uint32_t *rows = mem_alloc(count, sizeof *rows);
  if (!rows) return error_memory(err, count * sizeof *rows, "contradictions");
  for (size_t i = 0; i < count; i++) rows[i] = items[i].row;
  khop_status status = row_part_gather(&part, &spilled->run->table, rows, row_numbers_sort(rows, count), err);
  scan s = {.run = spilled->run, .items = items, .count = count, .part = &part};
  if (status == KHOP_OK) status = scan_all(&s, spilled->out, err);
  row_part_free(&part);
  mem_free(rows);
  return status;
}

static khop_status add_members(const clusters *c, spill_sorter *sorter, khop_error *err) {
  for (size_t row = 0; row < c->row_count; row++) {
    uint32_t entity = c->of_row[row];
    if (entity == CLUSTER_NONE || c->sizes[entity] < 2) continue;
    const sort_item item = {.key = entity, .row = (uint32_t)row};
    TRY(spill_sorter_add(sorter, &item, 1, err));
  }
  return KHOP_OK;
}

/* Of the memory for a part its rows take most. */
static khop_status scan_spilled(run *r, const clusters *c, contradiction_marks *out, khop_error *err) {
  khop_status status = KHOP_OK;
  spilled_scan s = {.run = r, .out = out};
  uint64_t members = 0, row_bytes = r->table.layout.stride + 2 * sizeof(uint32_t) + SPILL_ITEM_BYTES;
  unsigned bits = 1;
  spill_sorter *sorter = mem_alloc(1, sizeof *sorter);
  if (!sorter) return error_memory(err, sizeof *sorter, "contradictions");
  for (size_t i = 0; i < c->cluster_count; i++) members += c->sizes[i] > 1 ? c->sizes[i] : 0;
  while (c->cluster_count >> bits) bits++;
  spill_sorter_open(sorter, r->spill, bits, members, run_spill_bytes(r) / 2 / row_bytes * SPILL_ITEM_BYTES);
  TRY_CLEANUP(add_members(c, sorter, err));
  TRY_CLEANUP(spill_sorter_each(sorter, r->workers, scan_part, &s, err));
cleanup:
  spill_sorter_close(sorter);
  mem_free(sorter);
  return status;
}

/* ---- all ---------------------------------------------------------------------------------------------- */

khop_status contradictions_scan(run *r, const clusters *entities, size_t member_count, contradiction_marks *out, khop_error *err) {
  *out = (contradiction_marks){0};
  scan s = {.run = r, .items = r->items.data, .count = member_count};
  TRY(r->spill ? scan_spilled(r, entities, out, err) : scan_all(&s, out, err));
  out->entities = mem_alloc(entities->cluster_count / 8 + 1, 1);
  if (!out->entities) return error_memory(err, entities->cluster_count / 8 + 1, "contradictions");
  for (size_t i = 0; i < out->count; i++) {
    uint32_t entity = out->items[i].entity;
    out->entities[entity / 8] = (uint8_t)(out->entities[entity / 8] | 1u << entity % 8);
  }
  return KHOP_OK;
}

size_t contradictions_find(const contradiction_marks *m, uint32_t entity) {
  size_t low = 0, high = m->count;
  if (!(m->entities[entity / 8] >> entity % 8 & 1)) return m->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (m->items[middle].entity < entity) low = middle + 1;
    else high = middle;
  }
  return low;
}

void contradictions_free(contradiction_marks *m) {
  mem_free(m->items);
  mem_free(m->entities);
}
