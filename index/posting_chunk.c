/* Posting chunks: (key, row) pairs in a page, about 7 bytes each for 48-bit keys of 12.8 M rows.
 *
 *   header | key width w u8 | controls, a nibble each | data
 *
 *   nibble = key code (2 bits) | row bytes - 1 (2 bits)
 *   key code 0: same key, row is a difference; 1, 2, 3: the key's difference in w, w + 1 or 8
 *   bytes, row is whole. Numbers have byte lengths, not bits: decoding is two loads a posting.
 *
 * The first posting is the chunk's key itself, coded as difference 0 from it. A width per chunk
 * fits both hashes (differences of 3-6 bytes) and cluster numbers (1 byte).
 */
#include "index/chunk.h"

enum {
  controls_start = VALUE_HEADER_BYTES + 1,
  room_bytes = PAGE_VALUE_BYTES - controls_start,
  chunk_postings_max = room_bytes * 2 / 3, /* half a byte of control and a byte of row, at least */
  width_sample = 512
};

static unsigned bytes_needed(uint64_t number) {
  return number ? (71 - (unsigned)__builtin_clzll(number)) / 8 : 1;
}

/* The width that makes the next few hundred key differences smallest. */
static unsigned choose_key_width(const store_posting *postings, size_t count) {
  size_t lengths[9] = {0};
  if (count > width_sample) count = width_sample;
  for (size_t i = 1; i < count; i++) lengths[bytes_needed(postings[i].key - postings[i - 1].key)]++;
  unsigned best = 1;
  size_t best_bytes = SIZE_MAX;
  for (unsigned width = 1; width <= 7; width++) {
    size_t bytes = 0;
    for (unsigned length = 1; length <= 8; length++) {
      bytes += lengths[length] * (length <= width ? width : length == width + 1 ? length : 8);
    }
    if (bytes < best_bytes) {
      best_bytes = bytes;
      best = width;
    }
  }
  return best;
}

static inline unsigned key_code_bytes(unsigned code, unsigned key_width) {
  static const uint8_t addend[4] = {0, 0, 1, 0};
  return code == 0 ? 0 : code == 3 ? 8 : key_width + addend[code];
}

size_t posting_chunk_encode(uint8_t out[PAGE_VALUE_BYTES], const store_posting *postings, size_t count,
                            size_t *out_size, uint32_t *out_kept) {
  uint8_t controls[chunk_postings_max / 2 + 1] = {0};
  uint8_t data[room_bytes + 16]; /* numbers are stored as 8 bytes, of which the next one overwrites some */
  size_t used = 0, taken = 0;
  uint32_t kept = 0;
  unsigned key_width = choose_key_width(postings, count);
  store_posting previous = postings[0];
  for (; taken < count; taken++) {
    uint64_t key_difference = postings[taken].key - previous.key;
    uint64_t row = key_difference ? postings[taken].row : postings[taken].row - previous.row;
    if (taken && !key_difference && !row) continue;
    unsigned key_bytes = key_difference ? bytes_needed(key_difference) : 0;
    unsigned code = key_bytes == 0 ? 0u : key_bytes <= key_width ? 1u : key_bytes == key_width + 1 ? 2u : 3u;
    unsigned row_bytes = bytes_needed(row);
    key_bytes = key_code_bytes(code, key_width);
    if (kept / 2 + 1 + used + key_bytes + row_bytes > room_bytes) break;
    memcpy(data + used, &key_difference, sizeof key_difference);
    used += key_bytes;
    memcpy(data + used, &row, sizeof row);
    used += row_bytes;
    controls[kept / 2] |= (uint8_t)((code | (row_bytes - 1) << 2) << (kept % 2 * 4));
    kept++;
    previous = postings[taken];
  }
  size_t control_bytes = (kept + 1) / 2;
  out[VALUE_HEADER_BYTES] = (uint8_t)key_width;
  memcpy(out + controls_start, controls, control_bytes);
  memcpy(out + controls_start + control_bytes, data, used);
  *out_size = controls_start + control_bytes + used;
  *out_kept = kept;
  value_seal_body(out, *out_size, VALUE_POSTINGS, CODEC_RAW, kept);
  return taken;
}

const char *posting_reader_open(posting_reader *r, const uint8_t *chunk_key, const uint8_t *value, size_t size) {
  *r = (posting_reader){.key = posting_key_first(chunk_key), .row = row_key_get(chunk_key + 12)};
  value_header header;
  memcpy(&header, value, sizeof header);
  if (header.codec != CODEC_RAW) return "unknown codec";
  if (header.count == 0 || header.count > chunk_postings_max) return "posting count out of range";
  size_t control_bytes = (header.count + 1) / 2;
  if (size < controls_start + control_bytes) return "shorter than its controls";
  r->key_width = value[VALUE_HEADER_BYTES];
  if (r->key_width < 1 || r->key_width > 7) return "key width out of range";
  r->count = header.count;
  r->controls = value + controls_start;
  r->data = r->controls + control_bytes;
  r->end = value + size;
  return NULL;
}

static uint64_t take(posting_reader *r, unsigned bytes) {
  uint64_t number = 0;
  if (r->end - r->data >= 8) {
    memcpy(&number, r->data, sizeof number);
    number &= bytes == 8 ? UINT64_MAX : (UINT64_C(1) << bytes * 8) - 1;
  } else {
    memcpy(&number, r->data, bytes);
  }
  r->data += bytes;
  return number;
}

bool posting_reader_next(posting_reader *r, const char **fact) {
  if (r->index == r->count) {
    if (r->data != r->end) *fact = "longer than its postings";
    return false;
  }
  unsigned control = (unsigned)r->controls[r->index / 2] >> (r->index % 2 * 4);
  unsigned key_bytes = key_code_bytes(control & 3, r->key_width), row_bytes = (control >> 2 & 3) + 1;
  if (key_bytes + row_bytes > (size_t)(r->end - r->data)) {
    *fact = "shorter than its postings";
    return false;
  }
  uint64_t key_difference = take(r, key_bytes);
  uint32_t row = (uint32_t)take(r, row_bytes);
  if (__builtin_add_overflow(r->key, key_difference, &r->key)) {
    *fact = "key out of range";
    return false;
  }
  r->row = key_difference ? row : r->row + row;
  r->index++;
  return true;
}
