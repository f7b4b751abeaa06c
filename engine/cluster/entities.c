/* See entities.h. */
#include "cluster/entities.h"

#include <stdlib.h>

#include "base/union_find.h"
#include "cluster/check.h"

/* Registers of an entity, a bit each: those it has units of, and more than one. */
typedef struct members {
  uint8_t any, several;
} members;

typedef struct making {
  const entities_input *in;
  union_find sets;
  members *members;   /* by root */
  double *confidence; /* by root */
  uint32_t *links;    /* numbers of pairs, heaviest first */
  size_t link_count;
} making;

_Static_assert(KHOP_REGISTERS_MAX <= 8, "a bit for each");

static int by_weight(const void *x, const void *y, void *context) {
  const choose_input *in = ((const making *)context)->in->chosen;
  const sort_item *a = &in->pairs->items[*(const uint32_t *)x], *b = &in->pairs->items[*(const uint32_t *)y];
  if (kept_weight(a) != kept_weight(b)) return kept_weight(a) > kept_weight(b) ? -1 : 1;
  int order = in->order(in->order_context, kept_left(a), kept_left(b));
  return order ? order : in->order(in->order_context, kept_right(a), kept_right(b));
}

static void list_links(making *m, const uint8_t *states) {
  const choose_input *chosen = m->in->chosen;
  for (uint32_t i = 0; i < chosen->pairs->count; i++) {
    if (states[i] != ASSIGN_OUT && kept_weight(&chosen->pairs->items[i]) >= chosen->match) m->links[m->link_count++] = i;
  }
  if (m->link_count) qsort_r(m->links, m->link_count, sizeof *m->links, by_weight, m);
}

/* Rows of a unit ascend, and its first one is met first. */
static void join_units(making *m, uint32_t *firsts) {
  const choose_input *chosen = m->in->chosen;
  for (uint32_t row = 0; row < m->in->row_count; row++) {
    uint32_t unit = chosen->units ? chosen->units->of_row[row] : CLUSTER_NONE;
    m->members[row].any = (uint8_t)(1u << register_of(chosen->registers, row));
    m->confidence[row] = 1;
    if (unit == CLUSTER_NONE) continue;
    if (firsts[unit] == CLUSTER_NONE) {
      firsts[unit] = row;
      m->confidence[row] = (double)chosen->units->confidence[unit] / CONFIDENCE_ONE;
    } else {
      union_find_join(&m->sets, firsts[unit], row);
    }
  }
}

static bool fits(link_kind kind, members both) {
  unsigned last = 0x80;
  while (last > both.any) last >>= 1;
  switch (kind) {
    case LINK_ONE_TO_ONE: return both.several == 0;
    case LINK_ONE_TO_MANY: return (both.several & ~last) == 0;
    case LINK_MANY_TO_ONE: return (both.several & (unsigned)(both.any & (both.any - 1))) == 0;
    default: return true;
  }
}

static bool take(making *m, const sort_item *pair) {
  uint32_t left = union_find_root(&m->sets, kept_left(pair)), right = union_find_root(&m->sets, kept_right(pair));
  if (left == right) return true;
  const members a = m->members[left], b = m->members[right];
  const members both = {.any = a.any | b.any, .several = (uint8_t)(a.several | b.several | (a.any & b.any))};
  if (!fits(m->in->chosen->kind, both)) return false;
  uint32_t root = left < right ? left : right;
  m->confidence[root] = m->confidence[left] * m->confidence[right] * weight_to_probability((double)kept_weight(pair) / WEIGHT_UNIT);
  m->members[root] = both;
  union_find_join(&m->sets, left, right);
  return true;
}

static uint64_t take_links(making *m, uint8_t *states) {
  uint64_t undone = 0;
  for (size_t i = 0; i < m->link_count; i++) {
    if (take(m, &m->in->chosen->pairs->items[m->links[i]])) continue;
    states[m->links[i]] = ASSIGN_OUT;
    undone++;
  }
  return undone;
}

static khop_status prepare(making *m, uint32_t **out_firsts, khop_error *err) {
  const clusters *units = m->in->chosen->units;
  size_t rows = m->in->row_count, unit_count = units ? units->cluster_count : 0;
  TRY(union_find_init(&m->sets, rows, err));
  m->members = mem_alloc(rows, sizeof *m->members);
  m->confidence = mem_alloc(rows, sizeof *m->confidence);
  m->links = mem_alloc(m->in->chosen->pairs->count, sizeof *m->links);
  *out_firsts = mem_alloc(unit_count, sizeof **out_firsts);
  if (!m->members || !m->confidence || !m->links || !*out_firsts) return error_memory(err, rows * (sizeof *m->members + sizeof *m->confidence), "entities");
  for (size_t unit = 0; unit < unit_count; unit++) (*out_firsts)[unit] = CLUSTER_NONE;
  return KHOP_OK;
}

static khop_status hand_out(making *m, clusters *out, khop_error *err) {
  size_t rows = m->in->row_count;
  out->of_row = mem_alloc(rows, sizeof *out->of_row);
  out->sizes = mem_alloc(rows, sizeof *out->sizes);
  out->confidence = mem_alloc(rows, sizeof *out->confidence);
  if (!out->of_row || !out->sizes || !out->confidence) return error_memory(err, rows * 3 * sizeof *out->of_row, "entities");
  for (size_t row = 0; row < rows; row++) {
    out->of_row[row] = m->in->alive(m->in->context, row) ? union_find_root(&m->sets, (uint32_t)row) : CLUSTER_NONE;
    out->confidence[row] = confidence_of(m->confidence[row]);
  }
  clusters_number(out);
  return KHOP_OK;
}

khop_status entities_make(clusters *out, const entities_input *in, uint8_t *states, uint64_t *out_undone, khop_error *err) {
  khop_status status = KHOP_OK;
  making m = {.in = in};
  uint32_t *firsts = NULL;
  *out = (clusters){.row_count = in->row_count};
  TRY_CLEANUP(prepare(&m, &firsts, err));
  join_units(&m, firsts);
  list_links(&m, states);
  *out_undone = take_links(&m, states);
  TRY_CLEANUP(hand_out(&m, out, err));
cleanup:
  union_find_free(&m.sets);
  mem_free(m.members);
  mem_free(m.confidence);
  mem_free(m.links);
  mem_free(firsts);
  if (status != KHOP_OK) clusters_free(out);
  return status;
}
