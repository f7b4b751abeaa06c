/* See golden_members.h. A record on its way: head | field lengths | texts | up to 7 bytes of nothing. */
#include "run/golden_members.h"

#include <string.h>

typedef struct member_head {
  uint32_t bytes; /* of all of it: a multiple of 8 */
  uint32_t cluster, row, source;
  uint64_t line;
} member_head;

enum { UNIT_BYTES = 8 };

/* ---- parts ------------------------------------------------------------------------------------------------ */

static uint64_t later_records(const clusters *c) {
  uint64_t count = 0;
  for (size_t i = 0; i < c->cluster_count; i++) count += c->sizes[i] - 1;
  return count;
}

/* Cuts where a part has its share, and counts where tasks begin. */
static khop_status find_parts(golden_members *g, const clusters *c, khop_error *err) {
  uint64_t share = later_records(c) / GOLDEN_PARTS_MAX + 1;
  uint32_t next = 0;
  if (share < GOLDEN_PART_RECORDS) share = GOLDEN_PART_RECORDS;
  g->before = mem_alloc(c->row_count / STORE_TASK_ROWS + 1, sizeof *g->before);
  if (!g->before) return error_memory(err, c->row_count / STORE_TASK_ROWS * sizeof *g->before, "golden records");
  g->part_count = 1;
  for (size_t row = 0; row < c->row_count; row++) {
    if (row % STORE_TASK_ROWS == 0) g->before[row / STORE_TASK_ROWS] = next;
    if (c->of_row[row] != next) continue;
    golden_part *part = &g->parts[g->part_count - 1];
    if (part->records >= share && g->part_count < GOLDEN_PARTS_MAX) {
      part = &g->parts[g->part_count++];
      *part = (golden_part){.first_cluster = next, .first_row = (uint32_t)row};
    }
    part->records += c->sizes[next++] - 1;
  }
  g->parts[g->part_count] = (golden_part){.first_cluster = next, .first_row = (uint32_t)c->row_count};
  return KHOP_OK;
}

uint32_t golden_members_before(const golden_members *g, uint32_t row) {
  uint32_t next = g->before[row / STORE_TASK_ROWS];
  for (uint32_t i = row / STORE_TASK_ROWS * STORE_TASK_ROWS; i < row; i++) next += g->clusters->of_row[i] == next;
  return next;
}

static golden_part *part_of(golden_members *g, uint32_t cluster) {
  size_t low = 0, high = g->part_count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (g->parts[middle].first_cluster <= cluster) low = middle;
    else high = middle;
  }
  return &g->parts[low];
}

/* ---- gathering --------------------------------------------------------------------------------------------- */

static khop_status pack(const store_record *record, uint32_t cluster, pass_text *out, khop_error *err) {
  static const char padding[UNIT_BYTES] = {0};
  size_t lengths_bytes = record->field_count * sizeof *record->lengths, text_bytes = 0;
  for (size_t f = 0; f < record->field_count; f++) text_bytes += record->lengths[f];
  size_t used = sizeof(member_head) + lengths_bytes + text_bytes, rest = (UNIT_BYTES - used % UNIT_BYTES) % UNIT_BYTES;
  const member_head head = {.bytes = (uint32_t)(used + rest), .cluster = cluster, .row = record->row, .source = record->source,
                            .line = record->line};
  TRY(pass_text_add(out, &head, sizeof head, err));
  TRY(pass_text_add(out, record->lengths, lengths_bytes, err));
  for (size_t f = 0; f < record->field_count; f++) {
    if (record->lengths[f]) TRY(pass_text_add(out, record->fields[f], record->lengths[f], err));
  }
  return pass_text_add(out, padding, rest, err);
}

static khop_status pack_members(void *context, unsigned worker, store_view *rows, uint32_t first, uint32_t last, pass_text *out,
                                khop_error *err) {
  (void)worker;
  const golden_members *g = context;
  const clusters *c = g->clusters;
  uint32_t next = golden_members_before(g, first);
  for (uint32_t row = first; row < last; row++) {
    uint32_t cluster = c->of_row[row];
    store_record record;
    if (cluster == next) next++;
    else if (cluster != CLUSTER_NONE) {
      TRY(store_read_record(rows, row, &record, err));
      TRY(pack(&record, cluster, out, err));
    }
  }
  return KHOP_OK;
}

static khop_status take_members(void *context, const pass_text *text, khop_error *err) {
  golden_members *g = context;
  for (size_t at = 0; at < text->used;) {
    member_head head;
    memcpy(&head, text->bytes + at, sizeof head);
    TRY(spill_write(g->file, &part_of(g, head.cluster)->stream, text->bytes + at, head.bytes, err));
    at += head.bytes;
  }
  return KHOP_OK;
}

khop_status golden_members_gather(golden_members *g, store_pass *p, const clusters *c, khop_error *err) {
  g->clusters = c;
  g->field_count = p->run->schema->field_count;
  TRY(find_parts(g, c, err));
  if (later_records(c) == 0) return KHOP_OK;
  TRY(spill_open(&g->file, p->run->options.output, err));
  TRY(store_pass_run(p, 0, (uint32_t)c->row_count, pack_members, take_members, g, err));
  for (size_t i = 0; i < g->part_count; i++) TRY(spill_end(g->file, &g->parts[i].stream, err));
  return KHOP_OK;
}

/* ---- a part in memory ------------------------------------------------------------------------------------------ */

khop_status golden_members_load(golden_members *g, size_t part, uint32_t *out_first, uint32_t *out_last, khop_error *err) {
  golden_part *from = &g->parts[part];
  const size_t bytes = (size_t)from->stream.bytes, count = (size_t)from->records;
  *out_first = from->first_row;
  *out_last = from[1].first_row;
  g->item_count = 0;
  if (bytes == 0) return KHOP_OK;
  TRY(array_reserve(&g->bytes, &g->bytes_capacity, bytes, 1, "golden records", err));
  if (count > g->item_capacity) {
    mem_free(g->items);
    mem_free(g->scratch);
    g->item_capacity = 0;
    g->items = mem_alloc(count, sizeof *g->items);
    g->scratch = mem_alloc(count, sizeof *g->scratch);
    if (!g->items || !g->scratch) return error_memory(err, count * sizeof *g->items, "golden records");
    g->item_capacity = count;
  }
  TRY(spill_read(g->file, &from->stream, 0, g->bytes, bytes, err));
  spill_discard(g->file, &from->stream);
  for (size_t at = 0; at < bytes;) {
    member_head head;
    memcpy(&head, g->bytes + at, sizeof head);
    g->scratch[g->item_count++] = (sort_item){.key = head.cluster, .row = head.row, .extra = (uint32_t)(at / UNIT_BYTES)};
    at += head.bytes;
  }
  sort_items_alone(g->items, g->scratch, g->item_count);
  return KHOP_OK;
}

khop_status golden_members_read(const golden_members *g, uint32_t cluster, size_t field_count, store_record *out, const char **fields,
                                size_t count, khop_error *err) {
  size_t first = count ? sorted_items_below(g->items, g->item_count, cluster) : 0;
  for (size_t i = 0; i < count; i++) {
    if (first + i >= g->item_count || g->items[first + i].key != cluster) return error_set(err, KHOP_BUG, "an entity lacks a record");
    const char *from = g->bytes + (size_t)g->items[first + i].extra * UNIT_BYTES;
    const member_head *head = (const member_head *)(const void *)from;
    const uint32_t *lengths = (const uint32_t *)(const void *)(from + sizeof *head);
    const char *text = (const char *)(lengths + field_count);
    for (size_t f = 0; f < field_count; f++) {
      fields[i * field_count + f] = text;
      text += lengths[f];
    }
    out[i] = (store_record){.row = head->row, .source = head->source, .line = head->line, .field_count = field_count,
                            .fields = fields + i * field_count, .lengths = lengths};
  }
  return KHOP_OK;
}

void golden_members_close(golden_members *g) {
  for (size_t i = 0; g->file && i < g->part_count; i++) spill_discard(g->file, &g->parts[i].stream);
  spill_close(g->file);
  mem_free(g->before);
  mem_free(g->bytes);
  mem_free(g->items);
  mem_free(g->scratch);
}
