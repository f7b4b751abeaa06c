/* How record ids become posting keys: part of the format, as a store is searched by them later. */
#include "index/format.h"

uint64_t store_record_id_key(const char *text, size_t length) {
  while (length && (text[0] == ' ' || text[0] == '\t')) {
    text++;
    length--;
  }
  while (length && (text[length - 1] == ' ' || text[length - 1] == '\t')) length--;
  return hash_bytes(text, length) >> (64 - STORE_KEY_BITS);
}
