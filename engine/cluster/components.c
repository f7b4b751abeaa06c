/* See components.h. */
#include "cluster/components.h"

#include <stdlib.h>

#include "base/union_find.h"

static void connect(union_find *sets, const cluster_input *in) {
  for (size_t i = 0; i < in->pairs->count; i++) {
    const sort_item *pair = &in->pairs->items[i];
    if (kept_weight(pair) >= in->tables->match) union_find_join(sets, kept_left(pair), kept_right(pair));
  }
  for (size_t i = 0; in->decisions && i < in->decisions->count; i++) {
    const decision *d = &in->decisions->items[i];
    if (d->is_must) union_find_join(sets, d->left, d->right);
  }
}

/* Returns how many rows are of a component of two or more. */
static size_t find_roots(components *c, union_find *sets, const feature_table *table) {
  size_t grouped = 0;
  for (size_t row = 0; row < c->row_count; row++) {
    c->root[row] = CLUSTER_NONE;
    if (feature_table_dead(table, row)) continue;
    uint32_t root = union_find_root(sets, (uint32_t)row), size = ++c->sizes[root];
    c->root[row] = root;
    if (size == 2) c->count++;
    if (size >= 2) grouped += size == 2 ? 2 : 1;
  }
  return grouped;
}

/* Each start moves up to the end of its component while the rows come in, which is where the next one starts. */
static void list_rows(components *c) {
  size_t next = 0, start = 0;
  for (size_t row = 0; row < c->row_count; row++) {
    if (c->root[row] != row || c->sizes[row] < 2) continue;
    c->place[row] = (uint32_t)next++;
    c->starts[next] = start;
    start += c->sizes[row];
  }
  for (size_t row = 0; row < c->row_count; row++) {
    uint32_t root = c->root[row];
    if (root != CLUSTER_NONE && c->sizes[root] >= 2) c->rows[c->starts[c->place[root] + 1]++] = (uint32_t)row;
  }
}

static int by_component(const void *a, const void *b) {
  const decision *x = a, *y = b;
  if (x->component != y->component) return x->component < y->component ? -1 : 1;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  return (x->right > y->right) - (x->right < y->right);
}

static khop_status place_decisions(components *c, const decisions *given, khop_error *err) {
  if (!given || !given->count) return KHOP_OK;
  c->decided = mem_alloc(given->count, sizeof *c->decided);
  if (!c->decided) return error_memory(err, given->count * sizeof *c->decided, "decisions");
  for (size_t i = 0; i < given->count; i++) {
    decision item = given->items[i];
    uint32_t root = c->root[item.left];
    if (root != c->root[item.right]) continue; /* nothing connects them anyway */
    item.component = c->place[root];
    c->decided[c->decided_count++] = item;
  }
  qsort(c->decided, c->decided_count, sizeof *c->decided, by_component);
  return KHOP_OK;
}

khop_status components_make(components *out, const cluster_input *in, khop_error *err) {
  khop_status status = KHOP_OK;
  size_t row_count = in->table->count;
  union_find sets = {0};
  *out = (components){.row_count = row_count};
  out->root = mem_alloc(row_count, sizeof *out->root);
  out->sizes = mem_alloc(row_count, sizeof *out->sizes);
  out->place = mem_alloc(row_count, sizeof *out->place);
  if (!out->root || !out->sizes || !out->place) {
    status = error_memory(err, row_count * 3 * sizeof *out->root, "clusters");
    goto cleanup;
  }
  TRY_CLEANUP(union_find_init(&sets, row_count, err));
  connect(&sets, in);
  size_t grouped = find_roots(out, &sets, in->table);
  out->rows = mem_alloc(grouped, sizeof *out->rows);
  out->starts = mem_alloc(out->count + 1, sizeof *out->starts);
  if (!out->rows || !out->starts) {
    status = error_memory(err, grouped * sizeof *out->rows + out->count * sizeof *out->starts, "clusters");
    goto cleanup;
  }
  list_rows(out);
  TRY_CLEANUP(place_decisions(out, in->decisions, err));
cleanup:
  union_find_free(&sets);
  if (status != KHOP_OK) components_free(out);
  return status;
}

void components_free(components *c) {
  mem_free(c->root);
  mem_free(c->sizes);
  mem_free(c->place);
  mem_free(c->rows);
  mem_free(c->starts);
  mem_free(c->decided);
  *c = (components){0};
}

size_t component_decisions(const components *c, size_t component, size_t *out_from) {
  size_t low = 0, high = c->decided_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (c->decided[middle].component < component) low = middle + 1;
    else high = middle;
  }
  *out_from = low;
  while (high < c->decided_count && c->decided[high].component == component) high++;
  return high - low;
}

size_t component_member(const components *c, size_t component, uint32_t row) {
  return sorted_below(component_rows(c, component), component_size(c, component), row);
}
