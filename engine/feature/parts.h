/* What makes up a row: encode_rows.c puts it together. */
#ifndef KHOP_FEATURE_PARTS_H
#define KHOP_FEATURE_PARTS_H

#include "feature/feature.h"

void feature_normalise_text(semantic_type type, const char *text, size_t length, text_value *value);

/* A value of a text to its slot. */
void feature_encode_text(const text_value *value, const feature_slot *slot, uint8_t *row);

/* A field of any type to its slot, but for what a text has beside it. */
void feature_encode_value(const schema_field *field, const feature_slot *slot, const char *text, size_t length, uint8_t *row);

/* The parts of texts that are made of a field; how many. */
size_t feature_parts_of(const feature_layout *layout, size_t field, const feature_part *parts[FEATURE_PARTS_MAX]);

/* Those of one value, to their places in the row, which is zero so far. */
void feature_encode_parts(const feature_part *const *parts, size_t count, const text_value *value, uint8_t *row);

/* A place read as an address: its commune, its house and its key parts, to the row, which is zero so far. `memory`
 * may be NULL. */
void feature_encode_address(const feature_layout *layout, size_t field, text_memory *memory, const char *text, size_t length,
                            uint8_t *row);

/* The text as a whole, to a row that is zero so far. */
void feature_encode_long(semantic_type type, const feature_slot *slot, const char *text, size_t length, uint8_t *row);

#endif
