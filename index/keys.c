/* How texts become posting keys: part of the format, as a store is searched by them later. */
#include "index/format.h"

static uint64_t text_key(const char *text, size_t length, uint64_t seed) {
  while (length && (text[0] == ' ' || text[0] == '\t')) {
    text++;
    length--;
  }
  while (length && (text[length - 1] == ' ' || text[length - 1] == '\t')) length--;
  return hash_bytes_seeded(text, length, seed) >> (64 - STORE_KEY_BITS);
}

uint64_t store_record_id_key(const char *id, size_t length) { return text_key(id, length, 0); }

uint64_t store_identifier_key(const char *kind, const char *canonical, size_t length) {
  return text_key(canonical, length, hash_bytes(kind, strlen(kind)));
}
