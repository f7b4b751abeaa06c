/* What identifiers have in common: the characters that count, digits read through typing slips,
 * placeholders, and the struct that comes out. */
#ifndef KHOP_NORMALISE_ID_TEXT_H
#define KHOP_NORMALISE_ID_TEXT_H

#include "normalise/normalise.h"

enum { ID_TEXT_MAX = 64 };

/* Upper-case ASCII of one identifier without blanks, dots, hyphens, quotes and brackets. */
typedef struct id_text {
  size_t length;
  bool fraction_dropped; /* a spreadsheet's ".0" */
  bool only_digits;
  char text[ID_TEXT_MAX + 1]; /* NUL-terminated */
} id_text;

/* The first entry of a list by ';' that is not empty. */
void id_text_read(const char *text, size_t length, id_text *out);

/* Numbers that a person typed to fill a field: one digit again and again, or each digit one more, or one
 * less, than the one before, modulo 10 (234567890123, 987654321098). `count` is at least 1. */
typedef enum id_pattern { ID_PATTERN_NONE, ID_PATTERN_REPEATED, ID_PATTERN_RUN } id_pattern;
id_pattern id_digits_pattern(const char *digits, size_t count);
bool id_digits_made_up(const char *digits, size_t count);

/* "không có", "0", "111111111", "123456789", an empty text. */
bool id_text_is_placeholder(const id_text *id);

/* Reads O as 0, and I and L as 1, from `from` on, when at most two letters stand among digits; true
 * when the rest is all digits then. *changed is set when something was replaced. */
bool id_text_digits(id_text *id, size_t from, bool *changed);

/* Puts zeros before. The caller knows that it fits. */
void id_text_pad(id_text *id, size_t zeros);

/* Writes kind, number, digits and canonical; `text` is `count` digits, at most 18. */
void id_set_digits(id_value *out, id_kind kind, const char *text, size_t count);
/* ID_OTHER by its hash. */
void id_set_other(id_value *out, const id_text *id);

/* Of several telephones, the bytes of the first: up to a ',', '/' or ';' behind a digit. */
size_t phone_first_length(const char *text, size_t length);

/* A known code of one of the 63 provinces of before 2025-07-01 (the 34 of today are among them). */
extern const bool province_codes[100];
static inline bool province_code_known(unsigned code) { return code < 100 && province_codes[code]; }

#endif
