/* Bytes of the store's keys and values, as FORMAT.md draws them; shared by writer and reader.
 *
 *   value = checksum u64 | kind u8 | codec u8 | 0 u16 | count u32 | body
 *
 * The checksum covers the rest of the value and the key, so that neither a flipped bit nor a value
 * under another's key goes unseen. A worker seals the body before the key is known (a row number
 * is given in input order); the writer then mixes in the key without touching the body again.
 */
#ifndef KHOP_INDEX_FORMAT_H
#define KHOP_INDEX_FORMAT_H

#include <string.h>

#include "base/hash.h"
#include "index/store.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers in values are little-endian");

enum { VALUE_META = 'm', VALUE_RECORDS = 'r', VALUE_POSTINGS = 'p', VALUE_CLUSTERS = 'c' };
/* Of a body: that of version 1, and that of version 2, of which one row, key or number is reached without the rest. Meta has
 * the first in both. */
enum { CODEC_RAW = 0, CODEC_DIRECT = 1 };

enum {
  VALUE_HEADER_BYTES = 16,
  /* An LMDB overflow page less its header: a value of this size fills one page. */
  PAGE_VALUE_BYTES = 4096 - 16,
  VARINT_BYTES_MAX = 10,
  ROW_KEY_BYTES = 4,
  POSTING_KEY_BYTES = 16
};

typedef struct value_header {
  uint64_t checksum;
  uint8_t kind, codec;
  uint16_t zero;
  uint32_t count;
} value_header;
_Static_assert(sizeof(value_header) == VALUE_HEADER_BYTES, "no padding");

/* Writes the header of a value of `size` bytes whose body is in place, body hash as checksum. */
static inline void value_seal_body(uint8_t *value, size_t size, uint8_t kind, uint8_t codec, uint32_t count) {
  value_header header = {.kind = kind, .codec = codec, .count = count};
  memcpy(value, &header, sizeof header);
  header.checksum = hash_bytes(value + sizeof header.checksum, size - sizeof header.checksum);
  memcpy(value, &header.checksum, sizeof header.checksum);
}

static inline void value_seal_key(uint8_t *value, const void *key, size_t key_size) {
  uint64_t checksum;
  memcpy(&checksum, value, sizeof checksum);
  checksum = hash_combine(checksum, hash_bytes(key, key_size));
  memcpy(value, &checksum, sizeof checksum);
}

static inline bool value_is_sound(const uint8_t *value, size_t size, const void *key, size_t key_size) {
  uint64_t checksum;
  if (size < VALUE_HEADER_BYTES) return false;
  memcpy(&checksum, value, sizeof checksum);
  uint64_t body = hash_bytes(value + sizeof checksum, size - sizeof checksum);
  return checksum == hash_combine(body, hash_bytes(key, key_size));
}

/* Keys are big-endian: LMDB orders them as bytes. */
static inline void row_key_put(uint8_t key[ROW_KEY_BYTES], uint32_t row) {
  row = __builtin_bswap32(row);
  memcpy(key, &row, sizeof row);
}

static inline uint32_t row_key_get(const uint8_t *key) {
  uint32_t row;
  memcpy(&row, key, sizeof row);
  return __builtin_bswap32(row);
}

static inline void posting_key_put(uint8_t key[POSTING_KEY_BYTES], uint32_t table, uint64_t first, uint32_t row) {
  uint64_t big_endian = __builtin_bswap64(first);
  row_key_put(key, table);
  memcpy(key + 4, &big_endian, sizeof big_endian);
  row_key_put(key + 12, row);
}

static inline uint64_t posting_key_first(const uint8_t *key) {
  uint64_t big_endian;
  memcpy(&big_endian, key + 4, sizeof big_endian);
  return __builtin_bswap64(big_endian);
}

static inline uint32_t load_u32(const uint8_t *bytes) {
  uint32_t number;
  memcpy(&number, bytes, sizeof number);
  return number;
}

static inline uint16_t load_u16(const uint8_t *bytes) {
  uint16_t number;
  memcpy(&number, bytes, sizeof number);
  return number;
}

static inline uint64_t load_u64(const uint8_t *bytes) {
  uint64_t number;
  memcpy(&number, bytes, sizeof number);
  return number;
}

static inline void store_u16(uint8_t *bytes, uint16_t number) { memcpy(bytes, &number, sizeof number); }
static inline void store_u32(uint8_t *bytes, uint32_t number) { memcpy(bytes, &number, sizeof number); }

/* LEB128: seven bits a byte, low ones first. Returns the bytes written. */
static inline size_t varint_put(uint8_t *out, uint64_t number) {
  size_t length = 0;
  for (; number >= 0x80; number >>= 7) out[length++] = (uint8_t)(number | 0x80);
  out[length++] = (uint8_t)number;
  return length;
}

/* false when it runs past `end` or 64 bits. */
static inline bool varint_get(const uint8_t **cursor, const uint8_t *end, uint64_t *out_number) {
  uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && *cursor < end; shift += 7) {
    uint8_t byte = *(*cursor)++;
    number |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) {
      *out_number = number;
      return true;
    }
  }
  return false;
}

/* Signed differences as small unsigned numbers: 0, -1, 1, -2 to 0, 1, 2, 3. */
static inline uint64_t zigzag_put(uint64_t difference) {
  return (difference << 1) ^ (uint64_t)((int64_t)difference >> 63);
}
static inline uint64_t zigzag_get(uint64_t number) { return (number >> 1) ^ (0 - (number & 1)); }

#endif
