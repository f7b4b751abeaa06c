/* Unpacking records: a chunk value to one table of texts, or one row of it.
 *
 *   header | bytes of all texts u32 | f + 2 places u32, from the value's start | sources | lines | f columns
 *
 * Of version 1 (CODEC_RAW) there are no places: runs of the sources, runs of the lines and the columns follow each other.
 */
#include "index/chunk.h"
#include "index/old_column.h"

void record_chunk_free(record_chunk *chunk) {
  mem_free(chunk->sources);
  mem_free(chunk->lines);
  mem_free(chunk->text);
  mem_free(chunk->fields);
  mem_free(chunk->lengths);
  mem_free(chunk->unpacker);
  mem_free(chunk->values);
  mem_free(chunk->pieces.items);
  *chunk = (record_chunk){0};
}

static bool reserve(record_chunk *c, size_t rows, size_t cells, size_t text_bytes) {
  return array_reserve(&c->sources, &c->source_capacity, rows, sizeof *c->sources, "", NULL) == KHOP_OK &&
         array_reserve(&c->lines, &c->line_capacity, rows, sizeof *c->lines, "", NULL) == KHOP_OK &&
         array_reserve(&c->text, &c->text_capacity, text_bytes + STORE_TEXT_SLACK_BYTES, 1, "", NULL) == KHOP_OK &&
         array_reserve(&c->fields, &c->field_capacity, cells, sizeof *c->fields, "", NULL) == KHOP_OK &&
         array_reserve(&c->lengths, &c->length_capacity, cells, sizeof *c->lengths, "", NULL) == KHOP_OK;
}

static bool reserve_unpacker(record_chunk *c) {
  if (!c->unpacker) c->unpacker = mem_alloc(1, sizeof *c->unpacker);
  return c->unpacker != NULL;
}

/* The header, checked. */
static const char *open_chunk(const uint8_t *value, size_t size, size_t *out_rows, size_t *out_text_bytes) {
  value_header header;
  memcpy(&header, value, sizeof header);
  if (header.codec != CODEC_RAW && header.codec != CODEC_DIRECT) return "unknown codec";
  if (header.count == 0 || header.count > RECORD_CHUNK_ROWS_MAX) return "row count out of range";
  if (size < RECORD_PLACES_START) return "body shorter than its prefix";
  *out_rows = header.count;
  *out_text_bytes = load_u32(value + VALUE_HEADER_BYTES);
  return *out_text_bytes > RECORD_CHUNK_TEXT_MAX ? "size out of range" : NULL;
}

/* ---- version 1 ------------------------------------------------------------------------------ */

static const char *unpack_old(record_chunk *chunk, size_t rows, column_target *to, size_t field_count, const uint8_t *cursor, const uint8_t *end) {
  const char *fact = runs_unpack(chunk->sources, rows, &cursor, end);
  if (!fact) fact = runs_unpack(chunk->lines, rows, &cursor, end);
  for (size_t field = 0; field < field_count && !fact; field++) {
    to->fields = chunk->fields + field;
    to->lengths = chunk->lengths + field;
    fact = old_column_unpack(chunk->unpacker, to, &cursor, end);
  }
  return !fact && cursor != end ? "longer than its columns" : fact;
}

/* ---- parts ---------------------------------------------------------------------------------- */

bool record_chunk_is_direct(const uint8_t *value) { return value[9] == CODEC_DIRECT; }

typedef struct record_parts {
  const uint8_t *value;
  size_t size, count;
} record_parts;

static inline size_t place_of(const record_parts *p, size_t part) {
  return part < p->count ? load_u32(p->value + RECORD_PLACES_START + part * sizeof(uint32_t)) : p->size;
}

static inline bool find_part(const record_parts *p, size_t part, column_bytes *out) {
  size_t start = place_of(p, part), end = place_of(p, part + 1);
  *out = (column_bytes){p->value + start, p->value + end};
  return start <= end && end <= p->size && start >= RECORD_PLACES_START + p->count * sizeof(uint32_t);
}

static const char *open_parts(record_parts *p, size_t field_count, const uint8_t *value, size_t size) {
  *p = (record_parts){.value = value, .size = size, .count = field_count + RECORD_PARTS_BEFORE};
  if (size < RECORD_PLACES_START + p->count * sizeof(uint32_t)) return "places cut off";
  return place_of(p, 0) == RECORD_PLACES_START + p->count * sizeof(uint32_t) ? NULL : "parts where they do not belong";
}

static const char no_part[] = "part out of range";

static const char *unpack_direct(record_chunk *chunk, size_t rows, column_target *to, size_t field_count, const uint8_t *value, size_t size) {
  record_parts p;
  column_bytes part;
  const char *fact = open_parts(&p, field_count, value, size);
  for (size_t i = 0; i < p.count && !fact; i++) {
    if (!find_part(&p, i, &part)) return no_part;
    if (i < RECORD_PARTS_BEFORE) {
      fact = run_blocks_unpack(i == 0 ? chunk->sources : chunk->lines, rows, part);
      continue;
    }
    to->fields = chunk->fields + (i - RECORD_PARTS_BEFORE);
    to->lengths = chunk->lengths + (i - RECORD_PARTS_BEFORE);
    fact = column_unpack(chunk->unpacker, to, part);
  }
  return fact;
}

const char *record_chunk_decode(record_chunk *chunk, size_t field_count, const uint8_t *value, size_t size) {
  size_t rows, text_bytes;
  chunk->rows = 0;
  const char *fact = open_chunk(value, size, &rows, &text_bytes);
  if (fact) return fact;
  if (!reserve(chunk, rows, rows * field_count, text_bytes) || !reserve_unpacker(chunk)) return column_memory;
  column_target to = {.rows = rows, .stride = field_count, .text = chunk->text, .room = text_bytes};
  if (record_chunk_is_direct(value)) fact = unpack_direct(chunk, rows, &to, field_count, value, size);
  else fact = unpack_old(chunk, rows, &to, field_count, value + RECORD_PLACES_START, value + size);
  for (size_t row = 0; row < rows && !fact; row++) {
    if (chunk->sources[row] > UINT32_MAX) fact = "source number out of range";
  }
  if (!fact && to.room) fact = "texts shorter than their stated size";
  if (!fact) chunk->rows = (uint32_t)rows;
  return fact;
}

/* ---- one row --------------------------------------------------------------------------------- */

/* Columns of texts from the front, those of digits from the back. */
static const char *open_columns(open_record_chunk *c, const record_parts *p) {
  shape_form *forms = (shape_form *)(c->columns + c->field_count);
  column_bytes part;
  const char *fact = NULL;
  size_t digits = c->field_count;
  for (size_t field = 0; field < c->field_count && !fact; field++) {
    (void)find_part(p, field + RECORD_PARTS_BEFORE, &part);
    const bool is_text = part.bytes < part.end && *part.bytes == COLUMN_TEXT;
    open_column *column = &c->columns[is_text ? c->text_count++ : --digits];
    fact = column_open(column, forms, c->rows, part);
    if (is_text) column->text.field = (uint16_t)field;
    else column->digits.field = (uint16_t)field;
    forms += column_shapes(part);
  }
  return fact;
}

const char *record_chunk_open(open_record_chunk **out, size_t field_count, const uint8_t *value, size_t size) {
  size_t rows, text_bytes, shapes = 0;
  record_parts p;
  column_bytes part;
  *out = NULL;
  const char *fact = open_chunk(value, size, &rows, &text_bytes);
  if (!fact) fact = open_parts(&p, field_count, value, size);
  if (fact) return fact;
  for (size_t i = 0; i < p.count; i++) {
    if (!find_part(&p, i, &part)) return no_part;
    if (i >= RECORD_PARTS_BEFORE) shapes += column_shapes(part);
  }
  open_record_chunk *c = mem_alloc(1, sizeof *c + field_count * sizeof *c->columns + shapes * sizeof(shape_form));
  if (!c) return column_memory;
  *c = (open_record_chunk){.rows = (uint32_t)rows, .text_bytes = (uint32_t)text_bytes, .field_count = field_count};
  (void)find_part(&p, 0, &c->sources);
  (void)find_part(&p, 1, &c->lines);
  fact = open_columns(c, &p);
  if (fact) mem_free(c);
  else *out = c;
  return fact;
}

static bool reserve_row(record_chunk *chunk, const open_record_chunk *c) {
  if (chunk->value_capacity >= c->field_count && chunk->text_capacity >= c->text_bytes + STORE_TEXT_SLACK_BYTES) return true;
  return reserve(chunk, 1, c->field_count, c->text_bytes) &&
         array_reserve(&chunk->values, &chunk->value_capacity, c->field_count, sizeof *chunk->values, "", NULL) == KHOP_OK;
}

static const char *pick_place(record_chunk *chunk, const open_record_chunk *c, uint32_t wanted) {
  const char *fact = run_blocks_pick(c->rows, wanted, &chunk->sources[0], c->sources);
  if (!fact) fact = run_blocks_pick(c->rows, wanted, &chunk->lines[0], c->lines);
  return !fact && chunk->sources[0] > UINT32_MAX ? "source number out of range" : fact;
}

void record_chunk_ask(const open_record_chunk *c, uint32_t wanted) {
  column_texts_ask(c->columns, c->text_count, wanted);
  column_digits_ask(c->columns + c->text_count, c->field_count - c->text_count, wanted);
  run_blocks_ask(c->sources.bytes, wanted);
  run_blocks_ask(c->lines.bytes, wanted);
}

/* Between two steps of the texts stands work on digits: time for the memory. */
const char *record_chunk_pick(record_chunk *chunk, const open_record_chunk *c, uint32_t wanted) {
  const size_t texts = c->text_count, digits = c->field_count - texts, rows = c->rows;
  chunk->rows = 0;
  if (wanted >= rows) return "ends before the next one starts";
  if (!reserve_row(chunk, c)) return column_memory;
  const open_column *of_texts = c->columns, *of_digits = c->columns + texts;
  column_value *text_values = chunk->values, *digit_values = chunk->values + texts;
  column_target to = {.rows = 1, .fields = chunk->fields, .lengths = chunk->lengths, .stride = 1, .text = chunk->text, .room = c->text_bytes};
  record_chunk_ask(c, wanted);
  column_texts_near(of_texts, texts, wanted);
  const char *fact = column_digits_find(of_digits, digits, rows, wanted, digit_values);
  if (!fact) fact = run_blocks_near(rows, wanted, c->sources);
  if (!fact) fact = run_blocks_near(rows, wanted, c->lines);
  if (!fact) fact = column_texts_find(of_texts, texts, wanted, text_values, &chunk->pieces);
  if (!fact) fact = pick_place(chunk, c, wanted);
  if (!fact) fact = column_texts_locate(&chunk->pieces);
  if (!fact) fact = column_digits_write(of_digits, digits, rows, wanted, digit_values, &to);
  return fact ? fact : column_texts_write(of_texts, texts, text_values, &chunk->pieces, &to);
}

static const open_column *find_column(const open_record_chunk *c, size_t field) {
  const open_column *column = c->columns;
  while ((column->kind == COLUMN_TEXT ? column->text.field : column->digits.field) != field) column++;
  return column;
}

const char *record_chunk_pick_field(record_chunk *chunk, const open_record_chunk *c, uint32_t wanted, size_t field) {
  chunk->rows = 0;
  if (wanted >= c->rows) return "ends before the next one starts";
  if (!reserve_row(chunk, c)) return column_memory;
  column_target to = {.rows = 1, .stride = 1, .text = chunk->text, .room = c->text_bytes, .fields = chunk->fields, .lengths = chunk->lengths};
  return column_pick(find_column(c, field), c->rows, wanted, &chunk->pieces, &to);
}
