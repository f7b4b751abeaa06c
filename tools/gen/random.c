/* See random.h. */
#include "random.h"

static uint16_t weight_at(const uint16_t *weights, size_t index, size_t stride_bytes) {
  return *(const uint16_t *)(const void *)((const char *)weights + index * stride_bytes);
}

void gen_picker_init(gen_picker *p, const uint16_t *weights, size_t count, size_t stride_bytes) {
  uint64_t share[GEN_PICKER_MAX], total = 0;
  uint16_t small[GEN_PICKER_MAX], large[GEN_PICKER_MAX];
  size_t small_count = 0, large_count = 0;
  for (size_t i = 0; i < count; i++) total += weight_at(weights, i, stride_bytes);
  p->count = (uint32_t)count;
  for (size_t i = 0; i < count; i++) {
    share[i] = weight_at(weights, i, stride_bytes) * (uint64_t)count;
    p->limit[i] = UINT32_MAX;
    p->alias[i] = (uint16_t)i;
    if (share[i] < total) {
      small[small_count++] = (uint16_t)i;
    } else {
      large[large_count++] = (uint16_t)i;
    }
  }
  while (small_count && large_count) {
    uint16_t low = small[--small_count], high = large[large_count - 1];
    p->limit[low] = (uint32_t)((share[low] << 32) / total);
    p->alias[low] = high;
    share[high] -= total - share[low];
    if (share[high] < total) {
      large_count--;
      small[small_count++] = high;
    }
  }
}
