/* Texts met before: the inside of text_memory, for encode.c. */
#ifndef KHOP_FEATURE_TEXT_MEMORY_H
#define KHOP_FEATURE_TEXT_MEMORY_H

#include "feature/feature.h"

/* What a field of a text type comes to, normalised or remembered. The value lies in `room` or in the memory; it
 * stays until the next call. */
const text_value *text_recall(text_memory *memory, semantic_type type, const char *text, size_t length, text_value *room);

/* A text as an address, read or remembered; `memory` may be NULL. */
void text_recall_address(text_memory *memory, const address_book *book, const char *text, size_t length, address_value *out);

#endif
