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
  cpu_level level;
  TRY(cpu_level_choose(&level, err));
  store_batch *b = mem_alloc(1, sizeof *b);
  if (!b) return error_memory(err, sizeof *b, "record batch");
  b->field_count = field_count;
  b->packer.kernels = column_kernels_for(level);
  b->cells = mem_alloc(RECORD_CHUNK_STRIDE * field_count, sizeof *b->cells);
  if (field_count && !b->cells) {
    store_batch_free(b);
    return error_memory(err, RECORD_CHUNK_STRIDE * field_count * sizeof *b->cells, "record batch");
  }
  *out_batch = b;
  return KHOP_OK;
}

void store_batch_free(store_batch *b) {
  if (!b) return;
  mem_free(b->cells);
  mem_free(b->values);
  mem_free(b->chunks);
  mem_free(b);
}

void store_batch_reset(store_batch *b) {
  b->open_rows = b->text_used = b->values_used = b->chunk_count = b->closed_rows = 0;
}

size_t store_batch_rows(const store_batch *b) { return b->closed_rows + b->open_rows; }

size_t store_batch_bytes(const store_batch *b) { return b->values_used; }

static khop_status reserve_value(store_batch *b, size_t used, size_t more, khop_error *err) {
  return array_reserve(&b->values, &b->values_capacity, b->values_used + used + more, 1, "record chunks", err);
}

/* The value of the open rows behind those of the closed chunks; *out_size is 0 after a failure. */
static khop_status pack_open_rows(store_batch *b, size_t *out_size, khop_error *err) {
  *out_size = 0;
  uint32_t text_bytes = (uint32_t)b->text_used;
  size_t numbers_max = 2 * b->open_rows * RUN_BYTES_MAX, size = VALUE_HEADER_BYTES + sizeof text_bytes;
  TRY(reserve_value(b, size, numbers_max, err));
  uint8_t *value = b->values + b->values_used;
  memcpy(value + VALUE_HEADER_BYTES, &text_bytes, sizeof text_bytes);
  uint8_t *end = runs_pack(value + size, b->sources, b->open_rows);
  size = (size_t)(runs_pack(end, b->lines, b->open_rows) - value);
  for (size_t field = 0; field < b->field_count; field++) {
    TRY(reserve_value(b, size, b->text_used + COLUMN_OVERHEAD_MAX, err));
    value = b->values + b->values_used;
    end = column_pack(&b->packer, value + size, b->cells + field * RECORD_CHUNK_STRIDE, b->open_rows);
    size = (size_t)(end - value);
  }
  value_seal_body(value, size, VALUE_RECORDS, CODEC_RAW, (uint32_t)b->open_rows);
  *out_size = size;
  return KHOP_OK;
}

static khop_status close_chunk(store_batch *b, khop_error *err) {
  size_t size;
  TRY(array_reserve(&b->chunks, &b->chunk_capacity, b->chunk_count + 1, sizeof *b->chunks, "record chunks", err));
  TRY(pack_open_rows(b, &size, err));
  b->chunks[b->chunk_count++] = (struct batch_chunk){.rows = (uint32_t)b->open_rows, .size_bytes = size};
  b->values_used += size;
  b->closed_rows += b->open_rows;
  b->open_rows = b->text_used = 0;
  return KHOP_OK;
}

khop_status store_batch_add(store_batch *b, uint32_t source, uint64_t line, const char *const *fields,
                            const uint32_t *lengths, khop_error *err) {
  size_t text_bytes = 0;
  for (size_t field = 0; field < b->field_count; field++) text_bytes += lengths[field];
  if (text_bytes > STORE_RECORD_BYTES_MAX) {
    return error_set(err, KHOP_INPUT, "line %llu: record of %zu bytes, at most %d", (unsigned long long)line,
                     text_bytes, STORE_RECORD_BYTES_MAX);
  }
  bool full = b->open_rows == RECORD_CHUNK_ROWS_MAX || b->text_used + text_bytes > RECORD_CHUNK_TEXT_BYTES;
  if (b->open_rows && full) TRY(close_chunk(b, err));
  column_cell *cell = b->cells + b->open_rows;
  for (size_t field = 0; field < b->field_count; field++, cell += RECORD_CHUNK_STRIDE) {
    *cell = (column_cell){.text = fields[field], .length = lengths[field]};
  }
  b->text_used += text_bytes;
  b->sources[b->open_rows] = source;
  b->lines[b->open_rows] = line;
  b->open_rows++;
  return KHOP_OK;
}

khop_status store_batch_finish(store_batch *b, khop_error *err) {
  return b->open_rows ? close_chunk(b, err) : KHOP_OK;
}
