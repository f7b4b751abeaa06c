/* Any bytes as a chunk of a store, of both versions. The first byte picks the kind, the second and third the number of rows or
 * postings, the fourth the codec; the rest is the body. No crash, no byte out of bounds; a row that is read alone is what it is
 * among the others. */
#include <stdlib.h>
#include <string.h>

#include "index/chunk.h"

enum { BEFORE = 4, BODY_MAX = 1 << 16, FIELDS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_records(const uint8_t *value, size_t size) {
  static record_chunk all, one; /* kept: reachable to the end */
  if (record_chunk_decode(&all, FIELDS, value, size) || !record_chunk_is_direct(value)) return;
  open_record_chunk *c;
  require(record_chunk_open(&c, FIELDS, value, size) == NULL);
  for (uint32_t row = 0; row < all.rows; row += 1 + all.rows / 16) {
    require(record_chunk_pick(&one, c, row) == NULL);
    require(one.sources[0] == all.sources[row] && one.lines[0] == all.lines[row]);
    for (size_t field = 0; field < FIELDS; field++) {
      const size_t at = row * FIELDS + field;
      require(one.lengths[field] == all.lengths[at]);
      require(one.lengths[field] == 0 || memcmp(one.fields[field], all.fields[at], one.lengths[field]) == 0);
    }
    require(record_chunk_pick_field(&one, c, row, FIELDS - 1) == NULL);
    require(one.lengths[FIELDS - 1] == all.lengths[row * FIELDS + FIELDS - 1]);
  }
  free(c);
}

static void pick_anyway(const uint8_t *value, size_t size, uint32_t row) {
  static record_chunk one;
  open_record_chunk *c;
  if (size < RECORD_PLACES_START || !record_chunk_is_direct(value) || record_chunk_open(&c, FIELDS, value, size)) return;
  (void)record_chunk_pick(&one, c, row);
  free(c);
}

static void check_postings(const uint8_t *value, size_t size) {
  const uint8_t key[POSTING_KEY_BYTES] = {0};
  posting_reader all, some;
  const char *fact = posting_reader_open(&all, key, value, size), *other = fact;
  some = all;
  while (!fact && posting_reader_next(&all, &fact)) (void)posting_reader_agrees(&all);
  if (!other) posting_reader_skip(&some, all.key / 2);
  while (!other && posting_reader_next(&some, &other)) continue;
}

static void check_clusters(const uint8_t *value, size_t size) {
  static cluster_reader reader;
  if (cluster_reader_open(&reader, value, size)) return;
  (void)cluster_reader_check(&reader);
  for (uint32_t row = 0; row < reader.rows; row += 7) (void)cluster_reader_get(&reader, row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < BEFORE || size > BODY_MAX) return 0;
  const size_t value_size = VALUE_HEADER_BYTES + size - BEFORE;
  const value_header header = {.codec = data[3] & 1, .count = load_u16(data + 1)};
  uint8_t *value = malloc(value_size); /* of the exact size, so that a sanitizer sees the first byte past it */
  require(value != NULL);
  memcpy(value, &header, sizeof header);
  memcpy(value + VALUE_HEADER_BYTES, data + BEFORE, size - BEFORE);
  if (data[0] % 3 == 0) {
    check_records(value, value_size);
    pick_anyway(value, value_size, header.count / 2);
  }
  if (data[0] % 3 == 1) check_postings(value, value_size);
  if (data[0] % 3 == 2) check_clusters(value, value_size);
  free(value);
  return 0;
}
