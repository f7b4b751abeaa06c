/* Packing records: rows in, finished chunk values out. An open chunk is no more than pointers to its
 * texts, column by column; when it closes, each column is packed on its own (column.h). */
#include "base/cpu.h"
#include "index/chunk.h"
#include "index/column_kernels.h"

khop_status store_batch_create(store_batch **out_batch, size_t field_count, khop_error *err) {
  *out_batch = NULL;
  if (field_count > STORE_FIELDS_MAX) {
    return error_set(err, KHOP_USAGE, "%zu fields, at most %d", field_count, STORE_FIELDS_MAX);
  }
  store_batch *b = mem_alloc(1, sizeof *b);
  if (!b) return error_memory(err, sizeof *b, "record batch");
  b->field_count = field_count;
  *out_batch = b;
  return KHOP_OK;
}

void store_batch_free(store_batch *b) {
  if (!b) return;
  mem_free(b->open);
  mem_free(b->closed.values);
  mem_free(b->closed.chunks);
  mem_free(b);
}

static size_t open_rows(const store_batch *b) { return b->open ? b->open->rows : 0; }

void store_batch_reset(store_batch *b) {
  if (b->open) b->open->rows = b->open->text_used = 0;
  b->closed.values_used = b->closed.count = b->closed.rows = 0;
}

size_t store_batch_rows(const store_batch *b) { return b->closed.rows + open_rows(b); }

size_t store_batch_bytes(const store_batch *b) { return b->closed.values_used; }

khop_status store_batch_exchange(store_batch *a, store_batch *b, khop_error *err) {
  if (a->field_count != b->field_count || open_rows(a) || open_rows(b)) {
    return error_set(err, KHOP_BUG, "batches of %zu and %zu fields, %zu and %zu rows unfinished", a->field_count,
                     b->field_count, open_rows(a), open_rows(b));
  }
  struct batch_chunks moved = a->closed;
  a->closed = b->closed;
  b->closed = moved;
  return KHOP_OK;
}

/* ---- closing a chunk ------------------------------------------------------------------------ */

static khop_status reserve_value(struct batch_chunks *c, size_t used, size_t more, khop_error *err) {
  return array_reserve(&c->values, &c->values_capacity, c->values_used + used + more, 1, "record chunks", err);
}

/* The value of the open rows behind those of the closed chunks; *out_size is 0 after a failure. */
static khop_status pack_open_rows(store_batch *b, size_t *out_size, khop_error *err) {
  *out_size = 0;
  batch_workspace *open = b->open;
  struct batch_chunks *closed = &b->closed;
  const size_t parts = b->field_count + RECORD_PARTS_BEFORE, numbers_max = 2 * (open->rows * RUN_BYTES_MAX + RUN_BLOCKS_MAX * sizeof(uint16_t));
  size_t size = RECORD_PLACES_START + parts * sizeof(uint32_t);
  TRY(reserve_value(closed, size, numbers_max, err));
  uint8_t *value = closed->values + closed->values_used;
  store_u32(value + VALUE_HEADER_BYTES, (uint32_t)open->text_used);
  for (size_t part = 0; part < parts; part++) {
    TRY(reserve_value(closed, size, numbers_max + (part < RECORD_PARTS_BEFORE ? 0 : open->text_used + COLUMN_OVERHEAD_MAX), err));
    value = closed->values + closed->values_used;
    store_u32(value + RECORD_PLACES_START + part * sizeof(uint32_t), (uint32_t)size);
    uint8_t *start = value + size, *end;
    if (part == 0) end = run_blocks_pack(start, open->sources, open->rows);
    else if (part == 1) end = run_blocks_pack(start, open->lines, open->rows);
    else end = column_pack(&open->packer, start, open->cells + (part - RECORD_PARTS_BEFORE) * RECORD_CHUNK_STRIDE, open->rows);
    size = (size_t)(end - value);
  }
  value_seal_body(value, size, VALUE_RECORDS, CODEC_DIRECT, (uint32_t)open->rows);
  *out_size = size;
  return KHOP_OK;
}

static khop_status close_chunk(store_batch *b, khop_error *err) {
  size_t size;
  struct batch_chunks *closed = &b->closed;
  TRY(array_reserve(&closed->chunks, &closed->capacity, closed->count + 1, sizeof *closed->chunks, "record chunks", err));
  TRY(pack_open_rows(b, &size, err));
  closed->chunks[closed->count++] = (struct batch_chunk){.rows = (uint32_t)b->open->rows, .size_bytes = size};
  closed->values_used += size;
  closed->rows += b->open->rows;
  b->open->rows = b->open->text_used = 0;
  return KHOP_OK;
}

/* ---- records -------------------------------------------------------------------------------- */

static khop_status make_workspace(store_batch *b, khop_error *err) {
  cpu_level level;
  TRY(cpu_level_choose(&level, err));
  size_t bytes = sizeof *b->open + RECORD_CHUNK_STRIDE * b->field_count * sizeof *b->open->cells;
  b->open = mem_alloc(1, bytes);
  if (!b->open) return error_memory(err, bytes, "record batch");
  b->open->packer.kernels = column_kernels_for(level);
  return KHOP_OK;
}

static size_t text_bytes_of(const store_text *record, size_t field_count) {
  size_t bytes = 0;
  for (size_t field = 0; field < field_count; field++) bytes += record[field].length;
  return bytes;
}

/* Column after column, so that each is written line by line of the cache. */
static void place_texts(store_batch *b, const store_text *fields, size_t count) {
  static const char nothing[STORE_TEXT_SLACK_BYTES] = "";
  column_cell *column = b->open->cells + b->open->rows;
  for (size_t field = 0; field < b->field_count; field++, column += RECORD_CHUNK_STRIDE) {
    for (size_t i = 0; i < count; i++) {
      const store_text *from = &fields[i * b->field_count + field];
      column[i] = (column_cell){.text = from->text ? from->text : nothing, .length = from->length};
    }
  }
}

/* As many records as the open chunk has room for; *out_taken is 0 when it has none. */
static khop_status take_some(store_batch *b, uint32_t source, const uint64_t *lines, const store_text *fields, size_t count,
                             size_t *out_taken, khop_error *err) {
  batch_workspace *open = b->open;
  size_t taken = 0;
  for (; taken < count; taken++) {
    size_t row = open->rows + taken, text_bytes = text_bytes_of(fields + taken * b->field_count, b->field_count);
    if (text_bytes > STORE_RECORD_BYTES_MAX && taken) break; /* it will be the next call's first */
    if (text_bytes > STORE_RECORD_BYTES_MAX) {
      return error_set(err, KHOP_INPUT, "line %llu: record of %zu bytes, at most %d", (unsigned long long)lines[0],
                       text_bytes, STORE_RECORD_BYTES_MAX);
    }
    if (row == RECORD_CHUNK_ROWS_MAX || (row && open->text_used + text_bytes > RECORD_CHUNK_TEXT_BYTES)) break;
    open->text_used += text_bytes;
    open->sources[row] = source;
    open->lines[row] = lines[taken];
  }
  place_texts(b, fields, taken);
  open->rows += taken;
  *out_taken = taken;
  return KHOP_OK;
}

khop_status store_batch_add(store_batch *b, uint32_t source, const uint64_t *lines, const store_text *fields, size_t count,
                            khop_error *err) {
  if (!b->open) TRY(make_workspace(b, err));
  for (size_t done = 0, taken = 0; done < count; done += taken) {
    TRY(take_some(b, source, lines + done, fields + done * b->field_count, count - done, &taken, err));
    if (!taken) TRY(close_chunk(b, err));
  }
  return KHOP_OK;
}

khop_status store_batch_finish(store_batch *b, khop_error *err) {
  return open_rows(b) ? close_chunk(b, err) : KHOP_OK;
}
