/* See union_find.h. */
#include "base/union_find.h"

#include <assert.h>

khop_status union_find_init(union_find *uf, size_t count, khop_error *err) {
  *uf = (union_find){0};
  if (count > (size_t)UINT32_MAX + 1) {
    return error_set(err, KHOP_USAGE, "%zu rows to cluster, at most %zu", count,
                     (size_t)UINT32_MAX + 1);
  }
  TRY(region_map(&uf->memory, count * sizeof *uf->parent, "clustering", err));
  uf->parent = uf->memory.data;
  uf->count = count;
  for (size_t row = 0; row < count; row++) uf->parent[row] = (uint32_t)row;
  return KHOP_OK;
}

void union_find_free(union_find *uf) {
  region_unmap(&uf->memory);
  *uf = (union_find){0};
}

uint32_t union_find_root(union_find *uf, uint32_t row) {
  assert(row < uf->count);
  uint32_t *parent = uf->parent;
  while (parent[row] != row) {
    parent[row] = parent[parent[row]];
    row = parent[row];
  }
  return row;
}

bool union_find_join(union_find *uf, uint32_t a, uint32_t b) {
  a = union_find_root(uf, a);
  b = union_find_root(uf, b);
  if (a == b) return false;
  if (a < b) uf->parent[b] = a;
  else uf->parent[a] = b;
  return true;
}
