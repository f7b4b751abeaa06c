/* Numbers that count up, as runs of equal differences. See column.h.
 *
 *   blocks   b u16, where each block begins behind this list | blocks of 256 numbers, the last one of fewer
 */
#include "index/column.h"

uint8_t *runs_pack(uint8_t *out, const uint64_t *numbers, size_t count) {
  uint64_t previous = 0;
  for (size_t i = 0, next; i < count; previous = numbers[next - 1], i = next) {
    uint64_t difference = numbers[i] - previous;
    for (next = i + 1; next < count && numbers[next] - numbers[next - 1] == difference;) next++;
    out += varint_put(out, zigzag_put(difference));
    out += varint_put(out, next - i);
  }
  return out;
}

const char *runs_unpack(uint64_t *numbers, size_t count, const uint8_t **cursor, const uint8_t *end) {
  uint64_t number = 0, difference, length;
  for (size_t i = 0; i < count;) {
    if (!varint_get(cursor, end, &difference) || !varint_get(cursor, end, &length)) return "run cut off";
    if (length == 0 || length > count - i) return "run of a wrong length";
    for (size_t next = i + length; i < next; i++) numbers[i] = number += zigzag_get(difference);
  }
  return NULL;
}

/* ---- blocks ----------------------------------------------------------------------------------- */

_Static_assert(RUN_BLOCKS_MAX * RUN_BLOCK_ROWS * RUN_BYTES_MAX <= UINT16_MAX, "where a block begins is told in two bytes");

static size_t block_count(size_t count) { return (count + RUN_BLOCK_ROWS - 1) / RUN_BLOCK_ROWS; }
static size_t rows_of_block(size_t count, size_t block) {
  size_t left = count - block * RUN_BLOCK_ROWS;
  return left < RUN_BLOCK_ROWS ? left : RUN_BLOCK_ROWS;
}

uint8_t *run_blocks_pack(uint8_t *out, const uint64_t *numbers, size_t count) {
  const size_t blocks = block_count(count);
  uint8_t *first = out + blocks * sizeof(uint16_t), *end = first;
  for (size_t i = 0; i < blocks; i++) {
    store_u16(out + i * sizeof(uint16_t), (uint16_t)(end - first));
    end = runs_pack(end, numbers + i * RUN_BLOCK_ROWS, rows_of_block(count, i));
  }
  return end;
}

static const char *find_block(size_t count, size_t block, const uint8_t **out_bytes, column_bytes from) {
  const size_t list_bytes = block_count(count) * sizeof(uint16_t), size = (size_t)(from.end - from.bytes);
  if (size < list_bytes) return "runs cut off";
  size_t start = load_u16(from.bytes + block * sizeof(uint16_t));
  if (start > size - list_bytes) return "runs cut off";
  *out_bytes = from.bytes + list_bytes + start;
  return NULL;
}

const char *run_blocks_unpack(uint64_t *numbers, size_t count, column_bytes from) {
  const uint8_t *cursor = from.bytes + block_count(count) * sizeof(uint16_t);
  for (size_t i = 0; i < block_count(count); i++) {
    const uint8_t *start;
    const char *fact = find_block(count, i, &start, from);
    if (!fact && start != cursor) fact = "runs where they do not belong";
    if (!fact) fact = runs_unpack(numbers + i * RUN_BLOCK_ROWS, rows_of_block(count, i), &cursor, from.end);
    if (fact) return fact;
  }
  return cursor == from.end ? NULL : "longer than its runs";
}

void run_blocks_ask(const uint8_t *list, size_t wanted) { __builtin_prefetch(list + wanted / RUN_BLOCK_ROWS * sizeof(uint16_t)); }

const char *run_blocks_near(size_t count, size_t wanted, column_bytes from) {
  const uint8_t *block;
  const char *fact = find_block(count, wanted / RUN_BLOCK_ROWS, &block, from);
  if (!fact) __builtin_prefetch(block);
  return fact;
}

const char *run_blocks_pick(size_t count, size_t wanted, uint64_t *out_number, column_bytes from) {
  const uint8_t *cursor;
  *out_number = 0;
  const char *fact = find_block(count, wanted / RUN_BLOCK_ROWS, &cursor, from);
  if (fact) return fact;
  uint64_t number = 0, difference, length;
  for (size_t left = wanted % RUN_BLOCK_ROWS + 1;; left -= length) {
    if (from.end - cursor >= 2 && !((cursor[0] | cursor[1]) & 0x80)) { /* most are a byte each */
      difference = *cursor++;
      length = *cursor++;
    } else if (!varint_get(&cursor, from.end, &difference) || !varint_get(&cursor, from.end, &length)) {
      return "run cut off";
    }
    if (length == 0 || length > RUN_BLOCK_ROWS) return "run of a wrong length";
    if (length >= left) {
      *out_number = number + zigzag_get(difference) * left;
      return NULL;
    }
    number += zigzag_get(difference) * length;
  }
}
