/* Unpacking records: a chunk value to one table of texts.
 *
 *   header | bytes of all texts u32 | runs of the sources | runs of the lines | columns
 */
#include "index/chunk.h"

static const char out_of_memory[] = "too large for the memory left";

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

const char *record_chunk_decode(record_chunk *chunk, size_t field_count, const uint8_t *value, size_t size) {
  chunk->rows = 0;
  value_header header;
  memcpy(&header, value, sizeof header);
  if (header.codec != CODEC_RAW) return "unknown codec";
  if (header.count == 0 || header.count > RECORD_CHUNK_ROWS_MAX) return "row count out of range";
  if (size < VALUE_HEADER_BYTES + sizeof(uint32_t)) return "body shorter than its prefix";
  size_t text_bytes = load_u32(value + VALUE_HEADER_BYTES);
  if (text_bytes > RECORD_CHUNK_TEXT_MAX) return "size out of range";
  if (!reserve(chunk, header.count, header.count * field_count, text_bytes)) return out_of_memory;
  const uint8_t *cursor = value + VALUE_HEADER_BYTES + sizeof(uint32_t), *end = value + size;
  const char *fact = unpack_numbers(chunk, header.count, &cursor, end);
  if (!fact) fact = unpack_columns(chunk, header.count, field_count, text_bytes, cursor, end);
  if (!fact) chunk->rows = header.count;
  return fact;
}
