/* Values as they are shown unless asked for: enough to see what kind of thing stands there, and how long. */
#include <stdlib.h>
#include <string.h>

#include "run/explain.h"

/* Bytes of the UTF-8 sign at `text`. */
static size_t sign_bytes(const char *text, size_t length) {
  size_t bytes = 1;
  while (bytes < length && ((unsigned char)text[bytes] & 0xc0) == 0x80) bytes++;
  return bytes;
}

/* U+0300 to U+036F: a tone or hook that belongs to the letter before. */
static bool is_combining(const char *sign, size_t bytes) {
  unsigned char first = (unsigned char)sign[0], second = bytes > 1 ? (unsigned char)sign[1] : 0;
  return bytes == 2 && (first == 0xcc || (first == 0xcd && second < 0xb0));
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_small(char c) { return c >= 'a' && c <= 'z'; }
static bool is_letter(char c) { return is_small(c) || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80; }

/* "Nguyễn Văn An" is "N***** V** A*"; "12 Lê Lợi" is "99 L* L**". */
static size_t mask_words(const char *text, size_t length, char *out) {
  size_t used = 0;
  bool in_word = false;
  for (size_t at = 0, bytes; at < length; at += bytes) {
    bytes = sign_bytes(text + at, length - at);
    if (is_combining(text + at, bytes)) continue;
    bool first = is_letter(text[at]) && !in_word;
    in_word = is_letter(text[at]);
    if (first) {
      memcpy(out + used, text + at, bytes);
      used += bytes;
    } else {
      out[used++] = in_word ? '*' : is_digit(text[at]) ? '9' : text[at];
    }
  }
  return used;
}

/* "TE179001" is "AA999999". */
static size_t mask_signs(const char *text, size_t length, char *out) {
  size_t used = 0;
  for (size_t at = 0, bytes; at < length; at += bytes) {
    bytes = sign_bytes(text + at, length - at);
    char c = text[at];
    if (is_combining(text + at, bytes)) continue;
    out[used++] = is_digit(c) ? '9' : is_letter(c) && (is_small(c) || bytes > 1) ? 'a' : is_letter(c) ? 'A' : c;
  }
  return used;
}

const char *explain_mask(arena *a, semantic_type type, const char *text, size_t length) {
  if (length == 0) return "";
  if (type == TYPE_SEX) return "*";
  char *masked = arena_alloc(a, length + 1, 1);
  if (!masked) return "";
  bool words = type == TYPE_PERSON_NAME || type == TYPE_PLACE || type == TYPE_TEXT;
  masked[words ? mask_words(text, length, masked) : mask_signs(text, length, masked)] = '\0';
  return masked;
}
