/* Unpacking records: a chunk value to one table of texts. See batch.c for the layout. */
#include "index/chunk.h"

#include <limits.h>

enum { body_prefix_bytes = 4 };

static const char out_of_memory[] = "too large for the memory left";

void record_chunk_free(record_chunk *chunk) {
  mem_free(chunk->packed);
  mem_free(chunk->sources);
  mem_free(chunk->lines);
  mem_free(chunk->fields);
  mem_free(chunk->lengths);
  *chunk = (record_chunk){0};
}

static const char *unpack_body(record_chunk *chunk, uint8_t codec, const uint8_t *body, size_t size,
                               size_t *out_packed_size) {
  if (size < body_prefix_bytes) return "body shorter than its prefix";
  size_t packed_size = load_u32(body);
  if (packed_size > RECORD_CHUNK_PACKED_MAX) return "size out of range";
  if (array_reserve(&chunk->packed, &chunk->packed_capacity, packed_size, 1, "records", NULL) != KHOP_OK) {
    return out_of_memory;
  }
  body += body_prefix_bytes;
  size -= body_prefix_bytes;
  *out_packed_size = packed_size;
  if (codec == CODEC_RAW) {
    if (size != packed_size) return "body does not have its stated size";
    if (size) memcpy(chunk->packed, body, size);
    return NULL;
  }
  if (codec != CODEC_LZ4) return "unknown codec";
  if (size > INT_MAX) return "size out of range";
  int result = LZ4_decompress_safe((const char *)body, (char *)chunk->packed, (int)size, (int)packed_size);
  return result >= 0 && (size_t)result == packed_size ? NULL : "does not decompress to its stated size";
}

static bool reserve_rows(record_chunk *chunk, size_t rows, size_t cells) {
  size_t lines_capacity = chunk->row_capacity, lengths_capacity = chunk->cell_capacity;
  return array_reserve(&chunk->sources, &chunk->row_capacity, rows, sizeof *chunk->sources, "", NULL) == KHOP_OK &&
         array_reserve(&chunk->lines, &lines_capacity, rows, sizeof *chunk->lines, "", NULL) == KHOP_OK &&
         array_reserve(&chunk->fields, &chunk->cell_capacity, cells, sizeof *chunk->fields, "", NULL) == KHOP_OK &&
         array_reserve(&chunk->lengths, &lengths_capacity, cells, sizeof *chunk->lengths, "", NULL) == KHOP_OK;
}

/* Sources, lines and lengths; moves *cursor to the texts. */
static const char *unpack_numbers(record_chunk *chunk, size_t field_count, const uint8_t **cursor,
                                  const uint8_t *end) {
  uint64_t number, line = 0;
  for (size_t row = 0; row < chunk->rows; row++) {
    if (!varint_get(cursor, end, &number) || number > UINT32_MAX) return "source number out of range";
    chunk->sources[row] = (uint32_t)number;
  }
  for (size_t row = 0; row < chunk->rows; row++) {
    if (!varint_get(cursor, end, &number)) return "line number cut off";
    line += zigzag_get(number);
    chunk->lines[row] = line;
  }
  for (size_t field = 0; field < field_count; field++) {
    for (size_t row = 0; row < chunk->rows; row++) {
      if (!varint_get(cursor, end, &number) || number > STORE_RECORD_BYTES_MAX) return "length out of range";
      chunk->lengths[row * field_count + field] = (uint32_t)number;
    }
  }
  return NULL;
}

static const char *place_texts(record_chunk *chunk, size_t field_count, const uint8_t *text, const uint8_t *end) {
  for (size_t field = 0; field < field_count; field++) {
    for (size_t row = 0; row < chunk->rows; row++) {
      size_t cell = row * field_count + field, length = chunk->lengths[cell];
      if (length > (size_t)(end - text)) return "lengths exceed the text";
      chunk->fields[cell] = (const char *)text;
      text += length;
    }
  }
  return text == end ? NULL : "text longer than its lengths";
}

const char *record_chunk_decode(record_chunk *chunk, size_t field_count, const uint8_t *value, size_t size) {
  chunk->rows = 0;
  value_header header;
  memcpy(&header, value, sizeof header);
  if (header.count == 0 || header.count > RECORD_CHUNK_ROWS_MAX) return "row count out of range";
  size_t packed_size = 0;
  const char *fact =
      unpack_body(chunk, header.codec, value + VALUE_HEADER_BYTES, size - VALUE_HEADER_BYTES, &packed_size);
  if (fact) return fact;
  if (!reserve_rows(chunk, header.count, header.count * field_count)) {
    record_chunk_free(chunk); /* the arrays no longer share their capacities */
    return out_of_memory;
  }
  const uint8_t *cursor = chunk->packed, *end = chunk->packed + packed_size;
  chunk->rows = header.count;
  fact = unpack_numbers(chunk, field_count, &cursor, end);
  if (!fact) fact = place_texts(chunk, field_count, cursor, end);
  if (fact) chunk->rows = 0;
  return fact;
}
