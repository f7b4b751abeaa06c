/* See choose.h. */
#include "cluster/choose.h"

#include <stdlib.h>

typedef struct offered_pair {
  sort_item item; /* the pair of those that stand for the units */
  uint32_t pair;  /* its number */
} offered_pair;

typedef struct choosing {
  const choose_input *in;
  size_t row_count;
  uint32_t *stands_for; /* by unit: the record that stands for it; NULL without units */
  offered_pair *offered;
  size_t count;
  kept_pairs some; /* of two registers */
  uint32_t *numbers;
  uint8_t *states;
  uint8_t *some_states;
} choosing;

/* ---- units ------------------------------------------------------------------------------------------ */

static khop_status find_first_ids(choosing *c, khop_error *err) {
  const clusters *units = c->in->units;
  if (!units) return KHOP_OK;
  c->stands_for = mem_alloc(units->cluster_count, sizeof *c->stands_for);
  if (!c->stands_for) return error_memory(err, units->cluster_count * sizeof *c->stands_for, "links");
  for (size_t unit = 0; unit < units->cluster_count; unit++) c->stands_for[unit] = CLUSTER_NONE;
  for (uint32_t row = 0; row < c->row_count; row++) {
    if (units->of_row[row] == CLUSTER_NONE) continue;
    uint32_t *first = &c->stands_for[units->of_row[row]];
    if (*first == CLUSTER_NONE || c->in->order(c->in->order_context, row, *first) < 0) *first = row;
  }
  return KHOP_OK;
}

static uint32_t standing_for(const choosing *c, uint32_t row) {
  return c->stands_for ? c->stands_for[c->in->units->of_row[row]] : row;
}

static int by_units_and_weight(const void *x, const void *y) {
  const offered_pair *a = x, *b = y;
  if (a->item.key != b->item.key) return a->item.key < b->item.key ? -1 : 1;
  int32_t a_weight = kept_weight(&a->item), b_weight = kept_weight(&b->item);
  if (a_weight != b_weight) return a_weight > b_weight ? -1 : 1;
  return a->pair < b->pair ? -1 : a->pair > b->pair;
}

/* Of each two units the heaviest pair; of equals that whose records have the lower ids. */
static void keep_heaviest(choosing *c) {
  const choose_input *in = c->in;
  size_t kept = 0;
  if (c->count) qsort(c->offered, c->count, sizeof *c->offered, by_units_and_weight);
  for (size_t start = 0, end; start < c->count; start = end) {
    size_t best = start;
    for (end = start + 1; end < c->count && c->offered[end].item.key == c->offered[start].item.key; end++) {
      if (kept_weight(&c->offered[end].item) < kept_weight(&c->offered[start].item)) continue;
      const sort_item *a = &in->pairs->items[c->offered[end].pair], *b = &in->pairs->items[c->offered[best].pair];
      int order = in->order(in->order_context, kept_left(a), kept_left(b));
      if (order == 0) order = in->order(in->order_context, kept_right(a), kept_right(b));
      if (order < 0) best = end;
    }
    c->offered[kept++] = c->offered[best];
  }
  c->count = kept;
}

/* The pairs of two registers, by those that stand for their records. */
static khop_status offer_pairs(choosing *c, khop_error *err) {
  const kept_pairs *pairs = c->in->pairs;
  c->offered = mem_alloc(pairs->count, sizeof *c->offered);
  if (!c->offered) return error_memory(err, pairs->count * sizeof *c->offered, "links");
  for (uint32_t i = 0; i < pairs->count; i++) {
    uint32_t left = kept_left(&pairs->items[i]), right = kept_right(&pairs->items[i]);
    if (register_of(c->in->registers, left) == register_of(c->in->registers, right)) continue;
    offered_pair offer = {.item = pairs->items[i], .pair = i};
    offer.item.key = (uint64_t)standing_for(c, left) << 32 | standing_for(c, right);
    c->offered[c->count++] = offer;
  }
  if (c->stands_for) keep_heaviest(c);
  return KHOP_OK;
}

/* ---- two registers ------------------------------------------------------------------------------------ */

static khop_status assign(const choose_input *in, const kept_pairs *pairs, size_t row_count, uint8_t *states, choose_facts *out, khop_error *err) {
  assign_input offered = {.pairs = pairs, .least = in->match, .most = INT32_MAX, .kind = in->kind, .row_count = row_count, .order = in->order,
                          .order_context = in->order_context};
  assign_facts matches, reviews;
  TRY(assign_pairs(&offered, states, &matches, err));
  offered.least = in->review;
  offered.most = in->match;
  TRY(assign_pairs(&offered, states, &reviews, err));
  out->ties += matches.tied;
  out->given_up += matches.offered - matches.taken;
  out->greedy_components += matches.greedy_components + reviews.greedy_components;
  return KHOP_OK;
}

static khop_status choose_between(choosing *c, size_t left, size_t right, choose_facts *out, khop_error *err) {
  c->some.count = 0;
  for (size_t i = 0; i < c->count; i++) {
    const sort_item *item = &c->offered[i].item;
    if (register_of(c->in->registers, kept_left(item)) != left || register_of(c->in->registers, kept_right(item)) != right) continue;
    c->some_states[c->some.count] = ASSIGN_OUT;
    c->numbers[c->some.count] = c->offered[i].pair;
    c->some.items[c->some.count++] = *item;
  }
  TRY(assign(c->in, &c->some, c->row_count, c->some_states, out, err));
  for (size_t i = 0; i < c->some.count; i++) c->states[c->numbers[i]] = c->some_states[i];
  return KHOP_OK;
}

khop_status choose_links(const choose_input *in, size_t row_count, uint8_t *states, choose_facts *out_facts, khop_error *err) {
  enum { in_two = 2 };
  *out_facts = (choose_facts){0};
  if (in->registers->count == in_two && !in->units) return assign(in, in->pairs, row_count, states, out_facts, err);
  khop_status status = KHOP_OK;
  choosing c = {.in = in, .row_count = row_count, .states = states};
  TRY_CLEANUP(find_first_ids(&c, err));
  TRY_CLEANUP(offer_pairs(&c, err));
  c.some.items = mem_alloc(c.count, sizeof *c.some.items);
  c.numbers = mem_alloc(c.count, sizeof *c.numbers);
  c.some_states = mem_alloc(c.count, 1);
  if (!c.some.items || !c.numbers || !c.some_states) {
    status = error_memory(err, c.count * (sizeof *c.some.items + sizeof *c.numbers + 1), "links");
    goto cleanup;
  }
  for (size_t left = 0; left < in->registers->count; left++) {
    for (size_t right = left + 1; right < in->registers->count; right++) TRY_CLEANUP(choose_between(&c, left, right, out_facts, err));
  }
cleanup:
  mem_free(c.stands_for);
  mem_free(c.offered);
  mem_free(c.some.items);
  mem_free(c.numbers);
  mem_free(c.some_states);
  return status;
}
