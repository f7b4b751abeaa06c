/* See records.h. */
#include "feature/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { records_first_capacity = 1 << 16 };

khop_status records_init(records *r, size_t source_count, khop_error *err) {
  *r = (records){.source_count = source_count};
  r->source_rows = mem_alloc(source_count + 1, sizeof *r->source_rows);
  return r->source_rows ? KHOP_OK : error_memory(err, (source_count + 1) * sizeof *r->source_rows, "sources");
}

void records_free(records *r) {
  region_unmap(&r->id_bytes);
  region_unmap(&r->id_ends);
  region_unmap(&r->origins);
  mem_free(r->source_rows);
  mem_free(r->rejects);
  *r = (records){0};
}

khop_status records_reserve(records *r, size_t rows, size_t id_bytes, khop_error *err) {
  if (r->count + rows > r->capacity) {
    size_t capacity = r->capacity ? r->capacity : records_first_capacity;
    while (capacity < r->count + rows) capacity += capacity / 2;
    TRY(region_resize(&r->id_ends, capacity * sizeof(uint64_t), "record ids", err));
    TRY(region_resize(&r->origins, capacity * sizeof(record_origin), "record origins", err));
    r->capacity = capacity;
  }
  size_t bytes = r->id_bytes.bytes ? r->id_bytes.bytes : records_first_capacity;
  while (bytes < r->id_used + id_bytes) bytes += bytes / 2;
  if (bytes == r->id_bytes.bytes) return KHOP_OK;
  return region_resize(&r->id_bytes, bytes, "record ids", err);
}

void records_append(records *r, size_t rows, const char *ids, const uint32_t *id_lengths,
                    const record_origin *origins) {
  if (rows == 0) return;
  uint64_t *ends = (uint64_t *)r->id_ends.data + r->count, end = r->id_used;
  for (size_t i = 0; i < rows; i++) ends[i] = end += id_lengths[i];
  memcpy((char *)r->id_bytes.data + r->id_used, ids, end - r->id_used);
  memcpy((record_origin *)r->origins.data + r->count, origins, rows * sizeof *origins);
  r->id_used = end;
  r->count += rows;
  for (size_t s = origins[0].source + 1u; s <= r->source_count; s++) r->source_rows[s] = r->count;
}

khop_status records_reject(records *r, rejected_row row, khop_error *err) {
  TRY(array_reserve(&r->rejects, &r->reject_capacity, r->reject_count + 1, sizeof row, "rejected rows", err));
  r->rejects[r->reject_count++] = row;
  return KHOP_OK;
}

const char *reject_code(uint32_t reason) {
  if (reason == REJECT_NO_ID) return "no_record_id";
  if (reason == REJECT_DUPLICATE_ID) return "duplicate_record_id";
  return input_reason_code((input_reason)reason);
}

void reject_describe(const rejected_row *row, char *text, size_t text_bytes) {
  if (row->reason == REJECT_NO_ID) {
    snprintf(text, text_bytes, "no record id");
  } else if (row->reason == REJECT_DUPLICATE_ID) {
    snprintf(text, text_bytes, "record id of line %llu again", (unsigned long long)row->found);
  } else {
    const input_reject reject = {.line = row->line, .byte_offset = row->byte_offset, .reason = (input_reason)row->reason,
                                 .found = (uint32_t)row->found, .expected = (uint32_t)row->expected};
    input_reject_describe(&reject, text, text_bytes);
  }
}

static int by_place(const void *a, const void *b) {
  const rejected_row *x = a, *y = b;
  if (x->source != y->source) return x->source < y->source ? -1 : 1;
  if (x->line != y->line) return x->line < y->line ? -1 : 1;
  return x->byte_offset < y->byte_offset ? -1 : x->byte_offset > y->byte_offset;
}

void records_sort_rejects(records *r) {
  if (r->reject_count) qsort(r->rejects, r->reject_count, sizeof *r->rejects, by_place);
}
