/* Records to rows, some at a time and field by field: the code and the tables of one type then stay in the nearest
 * cache, and what many values want of a memory is fetched for all of them before the first is looked up. See feature.h. */
#include <string.h>

#include "feature/parts.h"
#include "feature/text_memory.h"

/* One field of some rows. */
typedef struct column {
  const feature_layout *layout;
  const schema_field *field;
  const feature_slot *slot;
  size_t number; /* of the field */
  text_memory *memory;
  const input_field *fields; /* the first row's */
  size_t field_stride, count;
  uint8_t *rows;
  size_t row_stride;
} column;

static inline const input_field *field_at(const column *c, size_t i) { return c->fields + i * c->field_stride; }
static inline uint8_t *row_at(const column *c, size_t i) { return c->rows + i * c->row_stride; }

/* All but texts. Rows are zero, which says missing for all but quantities. */
static void encode_values(const column *c) {
  for (size_t i = 0; i < c->count; i++) {
    const input_field *field = field_at(c, i);
    if (field->length == 0 && c->slot->kind != SLOT_QUANTITY) continue;
    feature_encode_value(c->field, c->slot, field->text ? field->text : "", field->length, row_at(c, i));
  }
}

/* Of which the rows keep the letters, or parts. */
static void encode_letters(const column *c, const feature_part *const *parts, size_t part_count) {
  for (size_t i = 0; i < c->count; i++) {
    const input_field *field = field_at(c, i);
    if (field->length == 0) continue;
    text_value room;
    const text_value *value = &room;
    if (c->memory) value = text_recall(c->memory, c->field->type, field->text, field->length, &room);
    else feature_normalise_text(c->field->type, field->text, field->length, &room);
    feature_encode_text(value, c->slot, row_at(c, i));
    feature_encode_parts(parts, part_count, value, row_at(c, i));
  }
}

/* The same of names of persons, with a memory. */
static void encode_names(const column *c, const feature_part *const *parts, size_t part_count) {
  name_text names[TEXT_RECALL_MAX];
  text_value values[TEXT_RECALL_MAX];
  uint8_t *rows[TEXT_RECALL_MAX];
  size_t count = 0;
  for (size_t i = 0; i < c->count; i++) {
    const input_field *field = field_at(c, i);
    if (field->length == 0) continue;
    names[count] = (name_text){field->text, field->length};
    rows[count++] = row_at(c, i);
  }
  if (count == 0) return;
  text_recall_names(c->memory, names, count, values);
  for (size_t i = 0; i < count; i++) {
    feature_encode_text(&values[i], c->slot, rows[i]);
    feature_encode_parts(parts, part_count, &values[i], rows[i]);
  }
}

static void encode_hashes(const column *c) {
  text_hashes found[TEXT_RECALL_MAX];
  text_recall_hashes(c->memory, c->field->type, c->fields, c->field_stride, c->count, found);
  for (size_t i = 0; i < c->count; i++) memcpy(row_at(c, i) + c->slot->offset, &found[i], sizeof found[i]);
}

/* What schemas with tests of whole texts and of addresses ask for beside. */
static void encode_more(const column *c) {
  for (size_t i = 0; i < c->count; i++) {
    const input_field *field = field_at(c, i);
    if (field->length == 0) continue;
    if (c->slot->long_offset != FEATURE_NONE) feature_encode_long(c->field->type, c->slot, field->text, field->length, row_at(c, i));
    if (c->slot->address) feature_encode_address(c->layout, c->number, c->memory, field->text, field->length, row_at(c, i));
  }
}

static void encode_texts(const column *c) {
  const feature_part *parts[FEATURE_PARTS_MAX];
  size_t part_count = feature_parts_of(c->layout, c->number, parts);
  if (c->memory && c->field->type == TYPE_PERSON_NAME) encode_names(c, parts, part_count);
  else if (c->memory && !c->slot->letters && part_count == 0) encode_hashes(c);
  else encode_letters(c, parts, part_count);
  if (c->slot->long_offset != FEATURE_NONE || c->slot->address) encode_more(c);
}

/* At most TEXT_RECALL_MAX rows. */
static void encode_some(const feature_layout *layout, const schema *s, text_memory *memory, const input_field *fields,
                        size_t count, uint8_t *rows) {
  memset(rows, 0, count * layout->stride);
  for (size_t f = 0; f < s->field_count; f++) {
    const column c = {.layout = layout, .field = &s->fields[f], .slot = &layout->slots[f], .number = f, .memory = memory,
                      .fields = fields + f, .field_stride = s->field_count, .count = count, .rows = rows,
                      .row_stride = layout->stride};
    if (c.slot->kind == SLOT_TEXT) encode_texts(&c);
    else if (c.slot->kind != SLOT_NONE) encode_values(&c);
  }
}

void feature_encode_rows(const feature_layout *layout, const schema *s, text_memory *memory, const input_field *fields,
                         size_t count, uint8_t *rows) {
  for (size_t done = 0, some; done < count; done += some) {
    some = count - done < TEXT_RECALL_MAX ? count - done : TEXT_RECALL_MAX;
    encode_some(layout, s, memory, fields + done * s->field_count, some, rows + done * layout->stride);
  }
}

void feature_encode(const feature_layout *layout, const schema *s, const input_field *fields, uint8_t *row) {
  feature_encode_rows(layout, s, NULL, fields, 1, row);
}
