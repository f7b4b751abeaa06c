/* See records.h. */
#include "feature/records.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sort.h"

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
  if (r->file) {
    spill_discard(r->file, &r->file_bytes);
    spill_discard(r->file, &r->file_ends);
    spill_discard(r->file, &r->file_origins);
  }
  mem_free(r->gathered);
  mem_free(r->source_rows);
  mem_free(r->rejects);
  *r = (records){0};
}

khop_status records_reserve(records *r, size_t rows, size_t id_bytes, khop_error *err) {
  if (r->file) return KHOP_OK;
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

/* Their ends are made a few at a time. */
static khop_status append_to_file(records *r, size_t rows, const char *ids, const uint32_t *id_lengths, const record_origin *origins,
                                  khop_error *err) {
  uint64_t ends[512], start = r->id_used;
  for (size_t i = 0, used = 0; i < rows; i++) {
    ends[used++] = r->id_used += id_lengths[i];
    if (used < sizeof ends / sizeof *ends && i + 1 < rows) continue;
    TRY(spill_write(r->file, &r->file_ends, ends, used * sizeof *ends, err));
    used = 0;
  }
  TRY(spill_write(r->file, &r->file_bytes, ids, r->id_used - start, err));
  return spill_write(r->file, &r->file_origins, origins, rows * sizeof *origins, err);
}

khop_status records_append(records *r, size_t rows, const char *ids, const uint32_t *id_lengths, const record_origin *origins,
                           khop_error *err) {
  if (rows == 0) return KHOP_OK;
  if (r->file) {
    TRY(append_to_file(r, rows, ids, id_lengths, origins, err));
  } else {
    uint64_t *ends = (uint64_t *)r->id_ends.data + r->count, end = r->id_used;
    for (size_t i = 0; i < rows; i++) ends[i] = end += id_lengths[i];
    memcpy((char *)r->id_bytes.data + r->id_used, ids, end - r->id_used);
    memcpy((record_origin *)r->origins.data + r->count, origins, rows * sizeof *origins);
    r->id_used = end;
  }
  r->count += rows;
  for (size_t s = origins[0].source + 1u; s <= r->source_count; s++) r->source_rows[s] = r->count;
  return KHOP_OK;
}

khop_status records_reject(records *r, rejected_row row, khop_error *err) {
  TRY(array_reserve(&r->rejects, &r->reject_capacity, r->reject_count + 1, sizeof row, "rejected rows", err));
  r->rejects[r->reject_count++] = row;
  return KHOP_OK;
}

/* ---- in a file ---------------------------------------------------------------------------------- */

khop_status records_spill(records *r, spill_file *file, khop_error *err) {
  r->file = file;
  TRY(spill_write(file, &r->file_ends, r->id_ends.data, r->count * sizeof(uint64_t), err));
  TRY(spill_write(file, &r->file_bytes, r->id_bytes.data, r->id_used, err));
  TRY(spill_write(file, &r->file_origins, r->origins.data, r->count * sizeof(record_origin), err));
  region_unmap(&r->id_ends);
  region_unmap(&r->id_bytes);
  region_unmap(&r->origins);
  return KHOP_OK;
}

khop_status records_end(records *r, khop_error *err) {
  if (!r->file) return KHOP_OK;
  TRY(spill_end(r->file, &r->file_ends, err));
  TRY(spill_end(r->file, &r->file_bytes, err));
  return spill_end(r->file, &r->file_origins, err);
}

khop_status records_origin(const records *r, size_t row, record_origin *out, khop_error *err) {
  if (r->file) return spill_read(r->file, &r->file_origins, row * sizeof *out, out, sizeof *out, err);
  *out = ((const record_origin *)r->origins.data)[row];
  return KHOP_OK;
}

void records_drop_origins(records *r) {
  if (r->file) spill_discard(r->file, &r->file_origins);
  region_unmap(&r->origins);
}

/* Where an id's bytes are in the file. */
static khop_status find_bytes(const records *r, size_t row, uint64_t *out_start, uint64_t *out_end, khop_error *err) {
  uint64_t ends[2] = {0};
  size_t first = row ? row - 1 : 0, count = row ? 2 : 1;
  TRY(spill_read(r->file, &r->file_ends, first * sizeof *ends, ends + 2 - count, count * sizeof *ends, err));
  *out_start = ends[0];
  *out_end = ends[1];
  return KHOP_OK;
}

static khop_status fetch_ids(records *r, khop_error *err) {
  uint64_t start, end, used = 0, *ends = r->id_ends.data;
  for (size_t i = 0; i < r->gathered_count; i++) {
    TRY(find_bytes(r, r->gathered[i], &start, &end, err));
    ends[i] = used += end - start;
  }
  TRY(region_map(&r->id_bytes, used + 1, "record ids", err));
  for (size_t i = 0; i < r->gathered_count; i++) {
    uint64_t at = i ? ends[i - 1] : 0;
    TRY(find_bytes(r, r->gathered[i], &start, &end, err));
    TRY(spill_read(r->file, &r->file_bytes, start, (char *)r->id_bytes.data + at, end - start, err));
  }
  return KHOP_OK;
}

khop_status records_gather(records *r, uint32_t *rows, size_t count, khop_error *err) {
  if (!r->file) {
    mem_free(rows);
    return KHOP_OK;
  }
  mem_free(r->gathered);
  region_unmap(&r->id_ends);
  region_unmap(&r->id_bytes);
  r->gathered = rows;
  r->gathered_count = count;
  TRY(region_map(&r->id_ends, (count + 1) * sizeof(uint64_t), "record ids", err));
  return fetch_ids(r, err);
}

size_t records_place(const records *r, size_t row) {
  size_t place = sorted_below(r->gathered, r->gathered_count, row);
  assert(place < r->gathered_count && r->gathered[place] == row);
  return place;
}

static khop_status load_ids(record_cursor *c, size_t first, khop_error *err) {
  enum { at_once = 1 << 14 };
  const records *all = c->all;
  size_t last = all->count - first < at_once ? all->count : first + at_once;
  uint64_t unused, *ends;
  if (!c->ends.data) TRY(region_map(&c->ends, at_once * sizeof *ends, "record ids", err));
  ends = c->ends.data;
  TRY(find_bytes(all, first, &c->start, &unused, err));
  TRY(spill_read(all->file, &all->file_ends, first * sizeof *ends, ends, (last - first) * sizeof *ends, err));
  uint64_t bytes = ends[last - first - 1] - c->start;
  if (c->bytes.bytes < bytes + 1) {
    region_unmap(&c->bytes);
    TRY(region_map(&c->bytes, bytes + bytes / 4 + 1, "record ids", err));
  }
  TRY(spill_read(all->file, &all->file_bytes, c->start, c->bytes.data, bytes, err));
  c->first = first;
  c->last = last;
  return KHOP_OK;
}

const char *record_cursor_id(record_cursor *c, size_t row, size_t *out_length, khop_error *err) {
  if (!c->all->file) return record_id(c->all, row, out_length);
  if ((row < c->first || row >= c->last) && load_ids(c, row, err) != KHOP_OK) return NULL;
  const uint64_t *ends = c->ends.data;
  uint64_t start = row > c->first ? ends[row - c->first - 1] : c->start;
  *out_length = (size_t)(ends[row - c->first] - start);
  return (const char *)c->bytes.data + (start - c->start);
}

void record_cursor_free(record_cursor *c) {
  region_unmap(&c->bytes);
  region_unmap(&c->ends);
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
