/* See assign.h. */
#include "cluster/assign.h"

#include <stdlib.h>

#include "base/union_find.h"
#include "cluster/assign_exact.h"

/* ---- one at a time ------------------------------------------------------------------------------- */

typedef struct assigning {
  const assign_input *in;
  uint8_t *states;
  uint8_t *has_link;   /* by row: may take no other */
  bool left_once, right_once;
  assign_facts *facts;
} assigning;

static const sort_item *pair_at(const assigning *a, uint32_t pair) { return &a->in->pairs->items[pair]; }
static uint32_t left_of(const assigning *a, uint32_t pair) { return kept_left(pair_at(a, pair)); }
static uint32_t right_of(const assigning *a, uint32_t pair) { return kept_right(pair_at(a, pair)); }
static int32_t weight_of(const assigning *a, uint32_t pair) { return kept_weight(pair_at(a, pair)); }

static bool is_free(const assigning *a, uint32_t pair) { return !a->has_link[left_of(a, pair)] && !a->has_link[right_of(a, pair)]; }

static void take(assigning *a, uint32_t pair) {
  a->states[pair] = ASSIGN_TAKEN;
  a->has_link[left_of(a, pair)] = a->left_once;
  a->has_link[right_of(a, pair)] = a->right_once;
  a->facts->taken++;
}

/* By record ids: left, then right. */
static int order_of(const assigning *a, uint32_t x, uint32_t y) {
  int order = a->in->order(a->in->order_context, left_of(a, x), left_of(a, y));
  return order ? order : a->in->order(a->in->order_context, right_of(a, x), right_of(a, y));
}

/* The heavier first, then the lower ids. */
static int rank_of(const assigning *a, uint32_t x, uint32_t y) {
  int32_t x_weight = weight_of(a, x), y_weight = weight_of(a, y);
  return x_weight != y_weight ? (x_weight > y_weight ? -1 : 1) : order_of(a, x, y);
}

/* ---- components: offered pairs that share records ---------------------------------------------------- */

typedef struct offer {
  uint32_t component, pair;
} offer;

static int by_component(const void *x, const void *y) {
  const offer *a = x, *b = y;
  if (a->component != b->component) return a->component < b->component ? -1 : 1;
  return a->pair < b->pair ? -1 : a->pair > b->pair;
}

static int by_rank(const void *x, const void *y, void *context) {
  return rank_of(context, ((const offer *)x)->pair, ((const offer *)y)->pair);
}

static int by_ids(const void *x, const void *y, void *context) {
  return order_of(context, ((const offer *)x)->pair, ((const offer *)y)->pair);
}

static void take_greedily(assigning *a, offer *offers, size_t count) {
  qsort_r(offers, count, sizeof *offers, by_rank, a);
  for (size_t i = 0; i < count; i++) {
    if (is_free(a, offers[i].pair)) take(a, offers[i].pair);
  }
}

/* The place of `row` among `rows`, where it is put when it is new; `most` when there is no room. */
static size_t place_of(uint32_t *rows, size_t *count, uint32_t row, size_t most) {
  for (size_t i = 0; i < *count; i++) {
    if (rows[i] == row) return i;
  }
  if (*count == most) return most;
  rows[*count] = row;
  return (*count)++;
}

/* Rows and gains of a component whose offers stand in the order of ids; false when it is too large. A pair's gain is
 * its weight above the least offered; the lower its ids the more is added, too little to outweigh a step of weight. */
static bool fill_matrix(const assigning *a, const offer *offers, size_t count, gain_matrix *m, uint32_t *by_cell) {
  enum { most = ASSIGN_SIDE_MAX, step = ASSIGN_SIDE_MAX * ASSIGN_SIDE_MAX * ASSIGN_SIDE_MAX };
  uint32_t lefts[most], rights[most];
  *m = (gain_matrix){0};
  for (size_t i = 0; i < count; i++) {
    uint32_t pair = offers[i].pair;
    size_t l = place_of(lefts, &m->left_count, left_of(a, pair), most);
    size_t r = place_of(rights, &m->right_count, right_of(a, pair), most);
    if (l == most || r == most) return false;
    int64_t weight = (int64_t)weight_of(a, pair) - a->in->least + WEIGHT_UNIT;
    m->gains[l][r] = weight * step + (int64_t)(count - i);
    by_cell[l * most + r] = pair;
  }
  return true;
}

static void take_component(assigning *a, offer *offers, size_t count) {
  static const size_t cells = (size_t)ASSIGN_SIDE_MAX * ASSIGN_SIDE_MAX;
  if (count == 1) {
    take(a, offers[0].pair);
    return;
  }
  gain_matrix m;
  uint32_t by_cell[ASSIGN_SIDE_MAX * ASSIGN_SIDE_MAX];
  qsort_r(offers, count, sizeof *offers, by_ids, a);
  if (count > cells || !fill_matrix(a, offers, count, &m, by_cell)) {
    a->facts->greedy_components++;
    take_greedily(a, offers, count);
    return;
  }
  size_t partners[ASSIGN_SIDE_MAX];
  assign_exact(&m, partners);
  for (size_t l = 0; l < m.left_count; l++) {
    if (partners[l] < m.right_count) take(a, by_cell[l * ASSIGN_SIDE_MAX + partners[l]]);
  }
}

static khop_status take_one_to_one(assigning *a, offer *offers, size_t count, khop_error *err) {
  union_find sets = {0};
  TRY(union_find_init(&sets, a->in->row_count, err));
  for (size_t i = 0; i < count; i++) union_find_join(&sets, left_of(a, offers[i].pair), right_of(a, offers[i].pair));
  for (size_t i = 0; i < count; i++) offers[i].component = union_find_root(&sets, left_of(a, offers[i].pair));
  union_find_free(&sets);
  if (count) qsort(offers, count, sizeof *offers, by_component);
  for (size_t start = 0, end; start < count; start = end) {
    end = start + 1;
    while (end < count && offers[end].component == offers[start].component) end++;
    take_component(a, offers + start, end - start);
  }
  return KHOP_OK;
}

/* Every record of one side with its heaviest pair. */
static void take_best(assigning *a, offer *offers, size_t count) {
  for (size_t i = 0; i < count; i++) offers[i].component = a->right_once ? right_of(a, offers[i].pair) : left_of(a, offers[i].pair);
  if (count) qsort(offers, count, sizeof *offers, by_component);
  for (size_t start = 0, end, best; start < count; start = end) {
    best = start;
    for (end = start + 1; end < count && offers[end].component == offers[start].component; end++) {
      if (rank_of(a, offers[end].pair, offers[best].pair) < 0) best = end;
    }
    take(a, offers[best].pair);
  }
}

/* ---- all but the far ones ------------------------------------------------------------------------------ */

static khop_status take_near(assigning *a, const offer *offers, size_t count, khop_error *err) {
  const assign_input *in = a->in;
  int32_t *best = mem_alloc(in->row_count, sizeof *best); /* weight of each row's heaviest pair */
  if (!best) return error_memory(err, in->row_count * sizeof *best, "links");
  for (size_t row = 0; row < in->row_count; row++) best[row] = INT32_MIN;
  for (uint32_t i = 0; i < in->pairs->count; i++) {
    const uint32_t rows[2] = {left_of(a, i), right_of(a, i)};
    for (size_t side = 0; side < 2; side++) {
      if (best[rows[side]] < weight_of(a, i)) best[rows[side]] = weight_of(a, i);
    }
  }
  for (size_t i = 0; i < count; i++) {
    int32_t far = weight_of(a, offers[i].pair) + ASSIGN_FAR_BITS * WEIGHT_UNIT;
    if (best[left_of(a, offers[i].pair)] < far || best[right_of(a, offers[i].pair)] < far) take(a, offers[i].pair);
  }
  mem_free(best);
  return KHOP_OK;
}

/* ---- ties ------------------------------------------------------------------------------------------- */

static int by_row_and_weight(const void *x, const void *y) {
  const sort_item *a = x, *b = y;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return (int32_t)a->row < (int32_t)b->row ? -1 : (int32_t)a->row > (int32_t)b->row;
}

/* Marks taken pairs for which, by the record of one side, an offered one of equal weight was not taken. */
static void mark_side(assigning *a, const offer *offers, size_t count, bool by_right, sort_item *room) {
  for (size_t i = 0; i < count; i++) {
    uint32_t pair = offers[i].pair;
    room[i] = (sort_item){.key = by_right ? right_of(a, pair) : left_of(a, pair), .row = (uint32_t)weight_of(a, pair), .extra = pair};
  }
  if (count) qsort(room, count, sizeof *room, by_row_and_weight);
  for (size_t start = 0, end; start < count; start = end) {
    bool left_out = false;
    for (end = start; end < count && by_row_and_weight(&room[end], &room[start]) == 0; end++) {
      left_out |= a->states[room[end].extra] == ASSIGN_OUT;
    }
    for (size_t i = start; left_out && i < end; i++) {
      if (a->states[room[i].extra] == ASSIGN_TAKEN) a->states[room[i].extra] = ASSIGN_TIED, a->facts->tied++;
    }
  }
}

/* ---- all together --------------------------------------------------------------------------------------- */

/* Pairs in the range whose records are free. */
static size_t offer_pairs(assigning *a, offer *offers) {
  const assign_input *in = a->in;
  size_t count = 0;
  for (uint32_t i = 0; i < in->pairs->count; i++) {
    if (a->states[i] == ASSIGN_OUT) continue;
    a->has_link[left_of(a, i)] = a->left_once;
    a->has_link[right_of(a, i)] = a->right_once;
  }
  for (uint32_t i = 0; i < in->pairs->count; i++) {
    int32_t weight = weight_of(a, i);
    if (a->states[i] == ASSIGN_OUT && weight >= in->least && weight < in->most && is_free(a, i)) offers[count++].pair = i;
  }
  return count;
}

khop_status assign_pairs(const assign_input *in, uint8_t *states, assign_facts *out_facts, khop_error *err) {
  *out_facts = (assign_facts){0};
  khop_status status = KHOP_OK;
  assigning a = {.in = in, .states = states, .facts = out_facts,
                 .left_once = in->kind == LINK_ONE_TO_ONE || in->kind == LINK_MANY_TO_ONE,
                 .right_once = in->kind == LINK_ONE_TO_ONE || in->kind == LINK_ONE_TO_MANY};
  a.has_link = mem_alloc(in->row_count, 1);
  offer *offers = mem_alloc(in->pairs->count, sizeof *offers);
  sort_item *room = mem_alloc(in->pairs->count, sizeof *room);
  if (!a.has_link || !offers || !room) {
    status = error_memory(err, in->pairs->count * (sizeof *offers + sizeof *room), "links");
    goto cleanup;
  }
  size_t count = offer_pairs(&a, offers);
  out_facts->offered = count;
  if (in->kind == LINK_ONE_TO_ONE) TRY_CLEANUP(take_one_to_one(&a, offers, count, err));
  else if (in->kind == LINK_MANY_TO_MANY) TRY_CLEANUP(take_near(&a, offers, count, err));
  else take_best(&a, offers, count);
  mark_side(&a, offers, count, false, room);
  mark_side(&a, offers, count, true, room);
cleanup:
  mem_free(a.has_link);
  mem_free(offers);
  mem_free(room);
  return status;
}
