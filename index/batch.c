/* Packing records: rows in, finished chunk values out. The layout is column by column (all
 * sources, line differences and lengths, then the texts of field 0, of field 1...), which
 * compresses better and faster than rows. */
#include "index/chunk.h"

enum {
  body_prefix_bytes = 4, /* size of the packed form */
  /* Most texts are short: they are copied in moves of 16 bytes, the last of which reads and writes
   * beyond the text. Our buffers have this much room behind their last byte. */
  copy_slack_bytes = 16
};

khop_status store_batch_create(store_batch **out_batch, size_t field_count, bool compress, khop_error *err) {
  *out_batch = NULL;
  if (field_count > STORE_FIELDS_MAX) {
    return error_set(err, KHOP_USAGE, "%zu fields, at most %d", field_count, STORE_FIELDS_MAX);
  }
  store_batch *b = mem_alloc(1, sizeof *b);
  if (!b) return error_memory(err, sizeof *b, "record batch");
  b->field_count = field_count;
  b->lengths = mem_alloc(RECORD_CHUNK_ROWS_MAX * field_count, sizeof *b->lengths);
  if (compress) b->lz4_state = mem_alloc(1, (size_t)LZ4_sizeofState());
  if (!b->lengths || (compress && !b->lz4_state)) {
    store_batch_free(b);
    return error_memory(err, RECORD_CHUNK_ROWS_MAX * field_count * sizeof *b->lengths, "record batch");
  }
  *out_batch = b;
  return KHOP_OK;
}

void store_batch_free(store_batch *b) {
  if (!b) return;
  mem_free(b->lz4_state);
  mem_free(b->text);
  mem_free(b->lengths);
  mem_free(b->packed);
  mem_free(b->values);
  mem_free(b->chunks);
  mem_free(b);
}

void store_batch_reset(store_batch *b) {
  b->open_rows = b->text_used = b->values_used = b->chunk_count = b->closed_rows = 0;
}

size_t store_batch_rows(const store_batch *b) { return b->closed_rows + b->open_rows; }

/* From one of our buffers to another; a length of 16 or less is one move and no branch that depends on it. */
static inline void copy_text(uint8_t *to, const uint8_t *from, size_t length) {
  memcpy(to, from, 16);
  if (length <= 16) return;
  if (length > 64) {
    memcpy(to + 16, from + 16, length - 16);
    return;
  }
  for (size_t at = 16; at < length; at += 16) memcpy(to + at, from + at, 16);
}

/* From memory of the caller's, of which only the text may be read. */
static inline void copy_field(uint8_t *to, const char *from, size_t length) {
  if (length >= 16) {
    if (length > 32) {
      memcpy(to, from, length);
      return;
    }
    memcpy(to, from, 16);
    memcpy(to + length - 16, from + length - 16, 16);
  } else if (length >= 8) {
    memcpy(to, from, 8);
    memcpy(to + length - 8, from + length - 8, 8);
  } else if (length >= 4) {
    memcpy(to, from, 4);
    memcpy(to + length - 4, from + length - 4, 4);
  } else {
    for (size_t i = 0; i < length; i++) to[i] = (uint8_t)from[i];
  }
}

/* Writes the texts of one column behind `out`; starts[row] moves on to the row's next field. */
static uint8_t *pack_column(const store_batch *b, uint8_t *out, size_t field, uint32_t starts[]) {
  const uint32_t *lengths = b->lengths + field;
  for (size_t row = 0; row < b->open_rows; row++, lengths += b->field_count) {
    copy_text(out, b->text + starts[row], *lengths);
    out += *lengths;
    starts[row] += *lengths;
  }
  return out;
}

static uint8_t *pack_lengths(const store_batch *b, uint8_t *out, size_t field) {
  const uint32_t *lengths = b->lengths + field;
  for (size_t row = 0; row < b->open_rows; row++, lengths += b->field_count) {
    if (*lengths < 0x80) *out++ = (uint8_t)*lengths;
    else out += varint_put(out, *lengths);
  }
  return out;
}

static size_t pack_open_rows(store_batch *b) {
  uint8_t *out = b->packed;
  uint32_t starts[RECORD_CHUNK_ROWS_MAX];
  uint64_t previous_line = 0;
  memcpy(starts, b->starts, b->open_rows * sizeof *starts);
  for (size_t row = 0; row < b->open_rows; row++) out += varint_put(out, b->sources[row]);
  for (size_t row = 0; row < b->open_rows; row++) {
    out += varint_put(out, zigzag_put(b->lines[row] - previous_line));
    previous_line = b->lines[row];
  }
  for (size_t field = 0; field < b->field_count; field++) out = pack_lengths(b, out, field);
  for (size_t field = 0; field < b->field_count; field++) out = pack_column(b, out, field, starts);
  return (size_t)(out - b->packed);
}

/* The body behind the value's header: compressed when that is smaller. Returns its size. */
static size_t encode_body(store_batch *b, uint8_t *body, size_t capacity, size_t packed_size, uint8_t *out_codec) {
  uint32_t size = (uint32_t)packed_size;
  memcpy(body, &size, sizeof size);
  if (b->lz4_state) {
    const int acceleration = 1;
    int compressed = LZ4_compress_fast_extState(b->lz4_state, (const char *)b->packed, (char *)body + body_prefix_bytes,
                                                (int)packed_size, (int)(capacity - body_prefix_bytes), acceleration);
    if (compressed > 0 && (size_t)compressed < packed_size) {
      *out_codec = CODEC_LZ4;
      return body_prefix_bytes + (size_t)compressed;
    }
  }
  *out_codec = CODEC_RAW;
  memcpy(body + body_prefix_bytes, b->packed, packed_size);
  return body_prefix_bytes + packed_size;
}

static khop_status close_chunk(store_batch *b, khop_error *err) {
  size_t numbers = b->open_rows * (5 + VARINT_BYTES_MAX + 5 * b->field_count);
  size_t packed_max = numbers + b->text_used + copy_slack_bytes;
  TRY(array_reserve(&b->packed, &b->packed_capacity, packed_max, 1, "packed records", err));
  size_t packed_size = pack_open_rows(b);
  size_t capacity = VALUE_HEADER_BYTES + body_prefix_bytes + (size_t)LZ4_compressBound((int)packed_size);
  TRY(array_reserve(&b->values, &b->values_capacity, b->values_used + capacity, 1, "record chunks", err));
  TRY(array_reserve(&b->chunks, &b->chunk_capacity, b->chunk_count + 1, sizeof *b->chunks, "record chunks", err));
  uint8_t *value = b->values + b->values_used;
  uint8_t codec;
  size_t size = VALUE_HEADER_BYTES +
                encode_body(b, value + VALUE_HEADER_BYTES, capacity - VALUE_HEADER_BYTES, packed_size, &codec);
  value_seal_body(value, size, VALUE_RECORDS, codec, (uint32_t)b->open_rows);
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
  size_t text_max = b->text_used + text_bytes + copy_slack_bytes;
  TRY(array_reserve(&b->text, &b->text_capacity, text_max, 1, "record text", err));
  b->starts[b->open_rows] = (uint32_t)b->text_used;
  if (b->field_count) memcpy(b->lengths + b->open_rows * b->field_count, lengths, b->field_count * sizeof *lengths);
  uint8_t *out = b->text + b->text_used;
  for (size_t field = 0; field < b->field_count; out += lengths[field++]) copy_field(out, fields[field], lengths[field]);
  b->text_used += text_bytes;
  b->sources[b->open_rows] = source;
  b->lines[b->open_rows] = line;
  b->open_rows++;
  return KHOP_OK;
}

khop_status store_batch_finish(store_batch *b, khop_error *err) {
  return b->open_rows ? close_chunk(b, err) : KHOP_OK;
}
