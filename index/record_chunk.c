/* Unpacking records: a chunk value to one table of texts.
 *
 *   header | bytes of all texts u32 | runs of the sources | runs of the lines | columns
 */
#include "index/chunk.h"

const char record_chunk_memory[] = "out of memory";

void record_chunk_free(record_chunk *chunk) {
  mem_free(chunk->sources);
  mem_free(chunk->lines);
  mem_free(chunk->text);
  mem_free(chunk->fields);
  mem_free(chunk->lengths);
  mem_free(chunk->unpacker);
  *chunk = (record_chunk){0};
}

static bool reserve(record_chunk *c, size_t rows, size_t cells, size_t text_bytes) {
  if (!c->unpacker) c->unpacker = mem_alloc(1, sizeof *c->unpacker);
  return c->unpacker &&
         array_reserve(&c->sources, &c->source_capacity, rows, sizeof *c->sources, "", NULL) == KHOP_OK &&
         array_reserve(&c->lines, &c->line_capacity, rows, sizeof *c->lines, "", NULL) == KHOP_OK &&
         array_reserve(&c->text, &c->text_capacity, text_bytes + STORE_TEXT_SLACK_BYTES, 1, "", NULL) == KHOP_OK &&
         array_reserve(&c->fields, &c->field_capacity, cells, sizeof *c->fields, "", NULL) == KHOP_OK &&
         array_reserve(&c->lengths, &c->length_capacity, cells, sizeof *c->lengths, "", NULL) == KHOP_OK;
}

static const char *unpack_numbers(record_chunk *chunk, size_t rows, const uint8_t **cursor, const uint8_t *end) {
  const char *fact = runs_unpack(chunk->sources, rows, cursor, end);
  for (size_t row = 0; row < rows && !fact; row++) {
    if (chunk->sources[row] > UINT32_MAX) fact = "source number out of range";
  }
  return fact ? fact : runs_unpack(chunk->lines, rows, cursor, end);
}

static const char *unpack_columns(record_chunk *chunk, size_t rows, size_t field_count, size_t text_bytes,
                                  const uint8_t *cursor, const uint8_t *end) {
  column_target to = {.rows = rows, .stride = field_count, .text = chunk->text, .room = text_bytes};
  for (size_t field = 0; field < field_count; field++) {
    to.fields = chunk->fields + field;
    to.lengths = chunk->lengths + field;
    const char *fact = column_unpack(chunk->unpacker, &to, &cursor, end);
    if (fact) return fact;
  }
  if (to.room) return "texts shorter than their stated size";
  return cursor == end ? NULL : "longer than its columns";
}

/* The header, checked, and memory for all texts and `rows` rows of fields (0: all rows'). */
static const char *open_chunk(record_chunk *chunk, size_t field_count, size_t rows, const uint8_t *value, size_t size, size_t *out_rows,
                              size_t *out_text_bytes) {
  chunk->rows = 0;
  value_header header;
  memcpy(&header, value, sizeof header);
  if (header.codec != CODEC_RAW) return "unknown codec";
  if (header.count == 0 || header.count > RECORD_CHUNK_ROWS_MAX) return "row count out of range";
  if (size < VALUE_HEADER_BYTES + sizeof(uint32_t)) return "body shorter than its prefix";
  *out_rows = header.count;
  *out_text_bytes = load_u32(value + VALUE_HEADER_BYTES);
  if (*out_text_bytes > RECORD_CHUNK_TEXT_MAX) return "size out of range";
  return reserve(chunk, header.count, (rows ? rows : header.count) * field_count, *out_text_bytes) ? NULL : record_chunk_memory;
}

const char *record_chunk_decode(record_chunk *chunk, size_t field_count, const uint8_t *value, size_t size) {
  size_t rows, text_bytes;
  const uint8_t *cursor = value + VALUE_HEADER_BYTES + sizeof(uint32_t), *end = value + size;
  const char *fact = open_chunk(chunk, field_count, 0, value, size, &rows, &text_bytes);
  if (!fact) fact = unpack_numbers(chunk, rows, &cursor, end);
  if (!fact) fact = unpack_columns(chunk, rows, field_count, text_bytes, cursor, end);
  if (!fact) chunk->rows = (uint32_t)rows;
  return fact;
}

const char *record_chunk_pick(record_chunk *chunk, size_t field_count, const uint8_t *value, size_t size, uint32_t wanted) {
  size_t rows, text_bytes;
  const uint8_t *cursor = value + VALUE_HEADER_BYTES + sizeof(uint32_t), *end = value + size;
  const char *fact = open_chunk(chunk, field_count, 1, value, size, &rows, &text_bytes);
  if (!fact && wanted >= rows) fact = "ends before the next one starts";
  if (!fact) fact = unpack_numbers(chunk, rows, &cursor, end);
  column_target to = {.rows = 1, .stride = 1, .text = chunk->text, .room = text_bytes};
  for (size_t field = 0; field < field_count && !fact; field++) {
    to.fields = chunk->fields + field;
    to.lengths = chunk->lengths + field;
    fact = column_pick(chunk->unpacker, rows, wanted, &to, &cursor, end);
  }
  return !fact && cursor != end ? "longer than its columns" : fact;
}
