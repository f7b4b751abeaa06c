/* Cluster chunks: a bit a row and a number for few. Clusters are numbered in the order of their first rows as a
 * rule, so most rows open the next cluster:
 *
 *   header | next new number at the chunk's start u32 | bits of a number w u8 | 0 (3)
 *   n bits                1: the next new number, which is the start's and one more for each such row before
 *   n / 512 counts u16    such rows before row 512 * i
 *   the other rows' numbers, w bits each; all bits set: no cluster
 *
 * A row takes 2.7 bits where one in twelve is a duplicate. Of version 1 (CODEC_RAW) is a varint a row:
 *
 *   code 0: the next new number; 1: no cluster; d + 1: the next new number less d (mod 2^32)
 *   header | next new number at the chunk's start u32 | codes
 */
#include "index/chunk.h"

enum {
  old_codes_start = VALUE_HEADER_BYTES + 4,
  bits_start = VALUE_HEADER_BYTES + 8,
  room_bytes = PAGE_VALUE_BYTES - bits_start,
  count_rows = 512 /* from one count to the next */
};

static size_t bit_bytes(size_t rows) { return (rows + 63) / 64 * 8; }
static size_t count_bytes(size_t rows) { return (rows + count_rows - 1) / count_rows * sizeof(uint16_t); }

/* ---- packing -------------------------------------------------------------------------------- */

typedef struct chunk_plan {
  size_t rows, others;
  unsigned width;
} chunk_plan;

static unsigned width_of(uint32_t cluster) {
  return cluster == STORE_ROW_NONE ? 1 : 64 - (unsigned)__builtin_clzll((uint64_t)cluster + 1);
}

/* As many rows as fit a page. */
static chunk_plan plan_chunk(const uint32_t *clusters, size_t count, uint32_t next_new) {
  chunk_plan plan = {.width = 1};
  for (; plan.rows < count && plan.rows < CLUSTER_CHUNK_ROWS_MAX; plan.rows++) {
    const uint32_t cluster = clusters[plan.rows];
    const bool is_new = cluster == next_new && cluster != STORE_ROW_NONE;
    const unsigned width = is_new || width_of(cluster) < plan.width ? plan.width : width_of(cluster);
    const size_t others = plan.others + !is_new, rows = plan.rows + 1;
    if (bit_bytes(rows) + count_bytes(rows) + (others * width + 7) / 8 > room_bytes) break;
    plan.width = width;
    plan.others = others;
    next_new += is_new;
  }
  return plan;
}

size_t cluster_chunk_encode(uint8_t out[PAGE_VALUE_BYTES + 8], const uint32_t *clusters, size_t count, uint32_t *next_new, size_t *out_size) {
  const chunk_plan plan = plan_chunk(clusters, count, *next_new);
  const uint32_t none = plan.width == 32 ? UINT32_MAX : (UINT32_C(1) << plan.width) - 1;
  uint8_t *bits = out + bits_start, *counts = bits + bit_bytes(plan.rows);
  memset(out, 0, bits_start + bit_bytes(plan.rows));
  store_u32(out + VALUE_HEADER_BYTES, *next_new);
  out[VALUE_HEADER_BYTES + 4] = (uint8_t)plan.width;
  bit_writer others = {.at = counts + count_bytes(plan.rows)};
  uint16_t before = 0;
  for (size_t row = 0; row < plan.rows; row++) {
    if (row % count_rows == 0) store_u16(counts + row / count_rows * sizeof before, before);
    const bool is_new = clusters[row] == *next_new && clusters[row] != STORE_ROW_NONE;
    if (is_new) bits[row / 8] |= (uint8_t)(1u << row % 8);
    else bits_put(&others, clusters[row] == STORE_ROW_NONE ? none : clusters[row], plan.width);
    before = (uint16_t)(before + is_new);
    *next_new += is_new;
  }
  *out_size = (size_t)(bits_end(&others) - out);
  value_seal_body(out, *out_size, VALUE_CLUSTERS, CODEC_DIRECT, (uint32_t)plan.rows);
  return plan.rows;
}

/* ---- version 1 ------------------------------------------------------------------------------ */

static const char *decode_old(uint32_t *out, size_t rows, const uint8_t *value, size_t size) {
  uint32_t next_new = load_u32(value + VALUE_HEADER_BYTES);
  const uint8_t *cursor = value + old_codes_start, *end = value + size;
  for (size_t row = 0; row < rows; row++) {
    uint64_t code;
    if (!varint_get(&cursor, end, &code)) return "shorter than its rows";
    if (code > (uint64_t)UINT32_MAX + 1) return "cluster number out of range";
    out[row] = code == 1 ? STORE_ROW_NONE : next_new - (uint32_t)(code ? code - 1 : 0);
    if (out[row] != STORE_ROW_NONE && out[row] >= next_new) next_new = out[row] + 1;
  }
  return cursor == end ? NULL : "longer than its rows";
}

/* ---- reading -------------------------------------------------------------------------------- */

static const char *open_direct(cluster_reader *r, const uint8_t *value, size_t size) {
  if (size < bits_start) return "shorter than its prefix";
  r->width = value[VALUE_HEADER_BYTES + 4];
  if (r->width < 1 || r->width > 32) return "width out of range";
  r->bits = value + bits_start;
  r->counts = r->bits + bit_bytes(r->rows);
  r->others = r->counts + count_bytes(r->rows);
  if ((size_t)(r->others - value) > size) return "shorter than its rows";
  r->other_bytes = size - (size_t)(r->others - value);
  return NULL;
}

const char *cluster_reader_check(const cluster_reader *r) {
  size_t news = 0;
  if (r->is_decoded) return NULL;
  for (size_t row = 0; row < r->rows; row += 64) {
    if (row % count_rows == 0 && load_u16(r->counts + row / count_rows * sizeof(uint16_t)) != news) return "counts are wrong";
    news += (size_t)__builtin_popcountll(load_u64(r->bits + row / 8));
  }
  if (news > r->rows || (r->rows % 64 && load_u64(r->bits + r->rows / 64 * 8) >> r->rows % 64)) return "bits behind its rows";
  return ((r->rows - news) * r->width + 7) / 8 == r->other_bytes ? NULL : "not as long as its rows";
}

const char *cluster_reader_open(cluster_reader *r, const uint8_t *value, size_t size) {
  value_header header;
  memcpy(&header, value, sizeof header);
  r->rows = 0;
  if (header.codec != CODEC_RAW && header.codec != CODEC_DIRECT) return "unknown codec";
  if (size < old_codes_start) return "shorter than its prefix";
  if (header.count == 0 || header.count > CLUSTER_CHUNK_ROWS_MAX) return "row count out of range";
  r->rows = header.count;
  r->next_new = load_u32(value + VALUE_HEADER_BYTES);
  r->is_decoded = header.codec == CODEC_RAW;
  const char *fact = r->is_decoded ? decode_old(r->decoded, r->rows, value, size) : open_direct(r, value, size);
  if (fact) r->rows = 0;
  return fact;
}

uint32_t cluster_reader_get(const cluster_reader *r, uint32_t row) {
  if (r->is_decoded) return r->decoded[row];
  const size_t block = row / count_rows * count_rows;
  uint32_t news = load_u16(r->counts + row / count_rows * sizeof(uint16_t));
  for (size_t at = block; at + 64 <= row; at += 64) news += (uint32_t)__builtin_popcountll(load_u64(r->bits + at / 8));
  const uint64_t word = load_u64(r->bits + row / 64 * 8), before = word & ((UINT64_C(1) << row % 64) - 1);
  news += (uint32_t)__builtin_popcountll(before);
  if (word >> row % 64 & 1) return r->next_new + news;
  uint64_t other = bits_get(r->others, r->other_bytes, (size_t)(row - news) * r->width, r->width);
  return other == (UINT64_C(1) << r->width) - 1 ? STORE_ROW_NONE : (uint32_t)other;
}
