/* From the tokens of an address to the units that they may mean. */
#ifndef KHOP_NORMALISE_ADDRESS_SEARCH_H
#define KHOP_NORMALISE_ADDRESS_SEARCH_H

#include "normalise/address_book.h"

enum { ADDRESS_FOUND_MAX = 128 };

typedef struct address_found {
  uint8_t count;
  bool more;
  uint8_t start;       /* first token of the reading; what stands before is the head */
  uint8_t upper_start; /* the furthest that a reading without a commune reaches: below `text->count` if any */
  uint16_t cost;
  uint16_t units[ADDRESS_FOUND_MAX];
  uint8_t doubts[ADDRESS_FOUND_MAX];
} address_found;

/* Reads all of `text`, of which the last 256 bytes count. */
void address_read_whole(const address_book *book, address_era era, const char *text, size_t length,
                        address_value *out);

/* A tail is the part of an address that names its place, and repeats. It begins behind the first comma, or at
 * the first word of a commune ("P.", "xã") that stands before it. */
size_t address_tail_behind_comma(const char *text, size_t length); /* 0: none */
size_t address_tail_at_word(const char *text, size_t length);      /* 0: none */

/* When a tail decides the place, whatever stands before it. */
typedef enum address_decision {
  ADDRESS_DECIDES_BEHIND_COMMA = 1 << 0, /* names a commune, and nothing in it can be the district or province
                                            of one that stands before */
  ADDRESS_DECIDES_AT_WORD = 1 << 1 /* likewise, and the commune is what it begins with, without any doubt */
} address_decision;

/* Returns address_decision bits. */
unsigned address_read_tail(const address_book *book, address_era era, const char *text, size_t length,
                           address_value *out);
/* Makes the value of text[tail..) that of the whole. */
void address_join_head(const char *text, size_t tail, address_value *value);

void address_search(const address_book *book, address_era era, const address_text *text, address_found *out);

#endif
