/* Texts met before: the inside of text_memory, for encode_rows.c and encode_address.c. */
#ifndef KHOP_FEATURE_TEXT_MEMORY_H
#define KHOP_FEATURE_TEXT_MEMORY_H

#include "feature/feature.h"

/* What a field of a text type but names of persons comes to, normalised or remembered. The value lies in `room` or in
 * the memory; it stays until the next call. */
const text_value *text_recall(text_memory *memory, semantic_type type, const char *text, size_t length, text_value *room);

/* What names of persons come to, at most TEXT_RECALL_MAX. 64 bytes behind each may be read. */
void text_recall_names(text_memory *memory, const name_text *names, size_t count, text_value *out);

/* The hashes of texts whose letters nobody asks for: what stands in front of a text_value, and in a slot. */
typedef struct text_hashes {
  uint32_t toned, plain;
} text_hashes;

/* Those of one field of up to TEXT_RECALL_MAX records, which lie field_stride fields apart; not of names of persons.
 * 64 bytes behind each may be read. */
enum { TEXT_RECALL_MAX = NAMES_MAX };
void text_recall_hashes(text_memory *memory, semantic_type type, const input_field *fields, size_t field_stride, size_t count,
                        text_hashes out[TEXT_RECALL_MAX]);

/* A text as an address, read or remembered; `memory` may be NULL. */
void text_recall_address(text_memory *memory, const address_book *book, const char *text, size_t length, address_value *out);

#endif
