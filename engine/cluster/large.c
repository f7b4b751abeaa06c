/* Components of more records than are compared pair by pair. See check.h. */
#include <stdlib.h>
#include <string.h>

#include "cluster/check.h"

typedef struct known_link {
  uint32_t component, left, right; /* rows */
  int32_t weight;
} known_link;

static int by_strength(const void *a, const void *b) {
  const known_link *x = a, *y = b;
  if (x->component != y->component) return x->component < y->component ? -1 : 1;
  if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
  if (x->left != y->left) return x->left < y->left ? -1 : 1;
  return (x->right > y->right) - (x->right < y->right);
}

/* A component while its links are taken; its rows by their places in it. */
typedef struct large_component {
  const components *all;
  size_t component, count;
  uint32_t *parent;   /* the smallest member of a set is its root */
  double *confidence; /* by root */
  const decision *decided;
  size_t decided_count;
} large_component;

static uint32_t root_of(large_component *l, uint32_t row) {
  uint32_t *parent = l->parent, member = (uint32_t)component_member(l->all, l->component, row);
  while (parent[member] != member) {
    parent[member] = parent[parent[member]];
    member = parent[member];
  }
  return member;
}

static void join(large_component *l, uint32_t x, uint32_t y, double probability) {
  uint32_t first = x < y ? x : y, second = x < y ? y : x;
  l->parent[second] = first;
  l->confidence[first] *= l->confidence[second] * probability;
}

/* The cannot_link between two sets, or NULL. */
static const decision *forbidden(large_component *l, uint32_t x, uint32_t y) {
  for (size_t i = 0; i < l->decided_count; i++) {
    const decision *d = &l->decided[i];
    if (d->is_must) continue;
    uint32_t left = root_of(l, d->left), right = root_of(l, d->right);
    if ((left == x && right == y) || (left == y && right == x)) return d;
  }
  return NULL;
}

static void take_links(large_component *l, const known_link *links, size_t link_count) {
  for (size_t i = 0; i < l->count; i++) {
    l->parent[i] = (uint32_t)i;
    l->confidence[i] = 1;
  }
  for (size_t i = 0; i < l->decided_count; i++) {
    if (!l->decided[i].is_must) continue;
    uint32_t x = root_of(l, l->decided[i].left), y = root_of(l, l->decided[i].right);
    if (x != y) join(l, x, y, 1);
  }
  for (size_t i = 0; i < link_count; i++) {
    uint32_t x = root_of(l, links[i].left), y = root_of(l, links[i].right);
    if (x != y && !forbidden(l, x, y)) join(l, x, y, weight_to_probability((double)links[i].weight / WEIGHT_UNIT));
  }
}

static khop_status settle(large_component *l, components *c, const known_link *links, size_t link_count, clusters *out, khop_error *err) {
  const uint32_t *rows = component_rows(c, l->component);
  bool parted = false;
  for (size_t i = 0; i < l->count; i++) {
    uint32_t first = root_of(l, rows[i]);
    c->root[rows[i]] = rows[first];
    parted |= first != 0;
    if (first == i) out->confidence[rows[i]] = confidence_of(l->confidence[i]);
  }
  out->facts.parted += parted;
  for (size_t i = 0; parted && i < link_count; i++) {
    uint32_t x = root_of(l, links[i].left), y = root_of(l, links[i].right);
    if (x == y) continue;
    const decision *against = forbidden(l, x, y);
    const cluster_cut cut = {.left = links[i].left, .right = links[i].right, .weight = links[i].weight, .cause = CUT_BY_DECISION,
                             .against_left = against->left, .against_right = against->right};
    TRY(clusters_add_cut(out, &cut, err));
  }
  return KHOP_OK;
}

/* Largest first; of equals the one that comes first in the register. */
static void name_large(cluster_facts *facts, uint32_t first_row, size_t rows) {
  size_t at = facts->largest_count;
  while (at > 0 && facts->largest[at - 1].rows < rows) at--;
  facts->large++;
  facts->large_records += rows;
  if (at == LARGE_COMPONENTS_NAMED) return;
  if (facts->largest_count < LARGE_COMPONENTS_NAMED) facts->largest_count++;
  memmove(facts->largest + at + 1, facts->largest + at, (facts->largest_count - 1 - at) * sizeof *facts->largest);
  facts->largest[at].first_row = first_row;
  facts->largest[at].rows = rows;
}

static khop_status check_component(components *c, size_t component, const known_link *links, size_t link_count, clusters *out, khop_error *err) {
  large_component l = {.all = c, .component = component, .count = component_size(c, component)};
  size_t from = 0;
  khop_status status = KHOP_OK;
  l.decided_count = component_decisions(c, component, &from);
  if (l.decided_count) l.decided = c->decided + from;
  l.parent = mem_alloc(l.count, sizeof *l.parent);
  l.confidence = mem_alloc(l.count, sizeof *l.confidence);
  name_large(&out->facts, component_rows(c, component)[0], l.count);
  if (l.parent && l.confidence) {
    take_links(&l, links, link_count);
    status = settle(&l, c, links, link_count, out, err);
  } else {
    status = error_memory(err, l.count * (sizeof *l.parent + sizeof *l.confidence), "clusters");
  }
  mem_free(l.parent);
  mem_free(l.confidence);
  return status;
}

/* The known matches of large components, by component, then from the strongest down. */
static khop_status list_links(const components *c, const cluster_input *in, known_link **out_links, size_t *out_count, khop_error *err) {
  size_t capacity = 0;
  for (size_t i = 0; i < in->pairs->count; i++) {
    const sort_item *pair = &in->pairs->items[i];
    uint32_t root = c->root[kept_left(pair)];
    if (kept_weight(pair) < in->tables->match || c->sizes[root] <= LINKAGE_ROWS_MAX) continue;
    TRY(array_reserve(out_links, &capacity, *out_count + 1, sizeof **out_links, "clusters", err));
    (*out_links)[(*out_count)++] =
        (known_link){.component = c->place[root], .left = kept_left(pair), .right = kept_right(pair), .weight = kept_weight(pair)};
  }
  if (*out_count) qsort(*out_links, *out_count, sizeof **out_links, by_strength);
  return KHOP_OK;
}

khop_status components_check_large(components *c, const cluster_input *in, clusters *out, khop_error *err) {
  khop_status status = KHOP_OK;
  known_link *links = NULL;
  size_t link_count = 0, at = 0;
  TRY_CLEANUP(list_links(c, in, &links, &link_count, err));
  for (size_t component = 0; component < c->count; component++) {
    if (component_size(c, component) <= LINKAGE_ROWS_MAX) continue;
    size_t from = at;
    while (at < link_count && links[at].component == component) at++;
    TRY_CLEANUP(check_component(c, component, links + from, at - from, out, err));
  }
cleanup:
  mem_free(links);
  return status;
}
