/* Several identifiers in one cell. */
#include <string.h>

#include "normalise/identifier.h"

enum { NUMBER_MIN = 5 }; /* digits that make a piece an identifier of its own, and "n/a" none */

typedef enum separator { SEPARATOR_NONE, SEPARATOR_SURE, SEPARATOR_LIKELY } separator;

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* What nearly all bytes are, and no separator begins with. */
static bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool starts_with(const char *at, const char *end, const char *text, size_t length) {
  return (size_t)(end - at) >= length && memcmp(at, text, length) == 0;
}

/* What stands at `at`, and its length in bytes. */
static separator separator_at(const char *at, const char *end, size_t *out_length) {
  static const struct {
    const char *text;
    uint8_t length;
    separator meaning;
  } marks[] = {{";", 1, SEPARATOR_SURE},
               {"\xEF\xBC\x9B", 3, SEPARATOR_SURE}, /* full-width */
               {"\xCD\xBE", 2, SEPARATOR_SURE},     /* the Greek question mark, which looks the same */
               {",", 1, SEPARATOR_LIKELY},
               {"\xEF\xBC\x8C", 3, SEPARATOR_LIKELY},
               {"/", 1, SEPARATOR_LIKELY},
               {"\xEF\xBC\x8F", 3, SEPARATOR_LIKELY},
               {"|", 1, SEPARATOR_LIKELY},
               {"\n", 1, SEPARATOR_SURE},
               {" v\xC3\xA0 ", 5, SEPARATOR_LIKELY}, /* và, and */
               {" va ", 4, SEPARATOR_LIKELY},
               {" VA ", 4, SEPARATOR_LIKELY}};
  if (is_plain(*at)) return SEPARATOR_NONE;
  for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
    *out_length = marks[i].length;
    if (*at == marks[i].text[0] && starts_with(at, end, marks[i].text, marks[i].length)) return marks[i].meaning;
  }
  return SEPARATOR_NONE;
}

static size_t digits_in(const char *at, const char *end) {
  size_t count = 0;
  for (; at < end; at++) {
    bool wide = starts_with(at, end, "\xEF\xBC", 2) && end - at > 2 && (unsigned char)(at[2] - 0x90) < 10;
    count += (*at >= '0' && *at <= '9') || wide;
  }
  return count;
}

/* Where the piece at `at` ends by any separator. */
static const char *piece_end(const char *at, const char *end) {
  size_t length;
  while (at < end && separator_at(at, end, &length) == SEPARATOR_NONE) at++;
  return at;
}

identifier_cell identifier_cell_begin(identifier_type type, const char *text, size_t length) {
  bool own_marks = type == IDENTIFIER_PARCEL_KEY || type == IDENTIFIER_CIVIL_ENTRY;
  return (identifier_cell){.next = text, .end = text + length, .only_semicolons = own_marks};
}

/* True when what stands at `at` parts the piece that began at `start` from the next. */
static bool parts_here(const identifier_cell *cell, const char *start, const char *at, size_t *out_length) {
  separator found = separator_at(at, cell->end, out_length);
  if (found != SEPARATOR_LIKELY) return found == SEPARATOR_SURE;
  if (cell->only_semicolons || digits_in(start, at) < NUMBER_MIN) return false;
  const char *behind = at + *out_length;
  return digits_in(behind, piece_end(behind, cell->end)) >= NUMBER_MIN;
}

bool identifier_cell_next(identifier_cell *cell, identifier_text *out_value) {
  while (cell->next < cell->end) {
    const char *start = cell->next, *at = start;
    size_t mark = 0;
    while (at < cell->end && !parts_here(cell, start, at, &mark)) at++;
    cell->next = at < cell->end ? at + mark : cell->end;
    while (start < at && is_blank(*start)) start++;
    while (at > start && is_blank(at[-1])) at--;
    *out_value = (identifier_text){start, (size_t)(at - start)};
    if (at > start) return true;
  }
  return false;
}
