/* Writing a value_result. See value_types.h. */
#include "normalise/value_types.h"

/* The length of at most `length` bytes of UTF-8 that ends with a whole character. */
static size_t whole_characters(const char *text, size_t length) {
  size_t start = length;
  while (start > 0 && length - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
  if (start == 0) return length;
  unsigned lead = (unsigned char)text[start - 1];
  size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  return length - (start - 1) >= bytes ? length : start - 1;
}

value_text value_copy(value_result *out, const char *text, size_t length) {
  size_t bytes;
  char *room = value_room(out, &bytes);
  length = whole_characters(text, length < bytes ? length : bytes);
  memcpy(room, text, length);
  return value_take(out, length);
}

void value_parts_copy(value_result *out, const value_part *parts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    value_text copy = value_copy(out, parts[i].text, strlen(parts[i].text));
    value_part_at(out, parts[i].name, copy.text, copy.length);
  }
}

void value_find_nothing(value_result *out, const char *text, size_t length) {
  while (length > 0 && (*text == ' ' || (*text >= '\t' && *text <= '\r'))) text++, length--;
  value_find(out, length == 0 ? "missing" : "placeholder");
}

void value_find_unread(value_result *out, const char *text, size_t length, const char *otherwise) {
  size_t bytes;
  char *room = value_room(out, &bytes);
  if (normalise_canonical(TEXT_FREE, text, length, room, bytes) == 0) value_find_nothing(out, text, length);
  else value_find(out, otherwise);
}
