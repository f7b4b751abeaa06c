/* Cluster chunks: one varint a row. Clusters are numbered in the order of their first rows as a
 * rule, so most rows open the next cluster:
 *
 *   code 0: the next new number; 1: no cluster; d + 1: the next new number less d (mod 2^32)
 *
 *   header | next new number at the chunk's start u32 | codes
 */
#include "index/chunk.h"

enum { codes_start = VALUE_HEADER_BYTES + 4, code_bytes_max = 5 };

static uint64_t cluster_code(uint32_t cluster, uint32_t next_new) {
  if (cluster == STORE_ROW_NONE) return 1;
  uint32_t distance = next_new - cluster;
  return distance ? (uint64_t)distance + 1 : 0;
}

size_t cluster_chunk_encode(uint8_t out[PAGE_VALUE_BYTES], const uint32_t *clusters, size_t count,
                            uint32_t *next_new, size_t *out_size) {
  size_t used = codes_start, taken = 0;
  memcpy(out + VALUE_HEADER_BYTES, next_new, sizeof *next_new);
  for (; taken < count && used + code_bytes_max <= PAGE_VALUE_BYTES; taken++) {
    used += varint_put(out + used, cluster_code(clusters[taken], *next_new));
    if (clusters[taken] != STORE_ROW_NONE && clusters[taken] >= *next_new) *next_new = clusters[taken] + 1;
  }
  *out_size = used;
  value_seal_body(out, used, VALUE_CLUSTERS, CODEC_RAW, (uint32_t)taken);
  return taken;
}

const char *cluster_chunk_decode(uint32_t out[CLUSTER_CHUNK_ROWS_MAX], uint32_t *out_rows, const uint8_t *value,
                                 size_t size) {
  *out_rows = 0;
  value_header header;
  memcpy(&header, value, sizeof header);
  if (header.codec != CODEC_RAW) return "unknown codec";
  if (size < codes_start) return "shorter than its prefix";
  if (header.count == 0 || header.count > CLUSTER_CHUNK_ROWS_MAX) return "row count out of range";
  uint32_t next_new = load_u32(value + VALUE_HEADER_BYTES);
  const uint8_t *cursor = value + codes_start, *end = value + size;
  for (uint32_t row = 0; row < header.count; row++) {
    uint64_t code;
    if (!varint_get(&cursor, end, &code)) return "shorter than its rows";
    if (code > (uint64_t)UINT32_MAX + 1) return "cluster number out of range";
    out[row] = code == 1 ? STORE_ROW_NONE : next_new - (uint32_t)(code ? code - 1 : 0);
    if (out[row] != STORE_ROW_NONE && out[row] >= next_new) next_new = out[row] + 1;
  }
  if (cursor != end) return "longer than its rows";
  *out_rows = header.count;
  return NULL;
}
