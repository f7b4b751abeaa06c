/* Eight bytes of text as one number, for scalar code that looks at eight at a time. */
#ifndef KHOP_INPUT_WORD_H
#define KHOP_INPUT_WORD_H

#include <stdint.h>
#include <string.h>

/* The word's lowest byte is the text's first, on any machine. */
static inline uint64_t load_word(const char *text) {
  uint64_t word;
  memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

#endif
