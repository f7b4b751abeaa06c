/* What a change touches, clustered again. See live.h.
 *
 *   seeds: new rows with a link, neighbours of rows that die, ends of links dropped, rows of new decisions
 *     ── links and must_links, breadth first ──> whole components ──compared, cluster/──> clusters
 *
 * A component that no seed is in is as it was: it has the links it had, and its rows are what they were.
 */
#include "live/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "live/compare.h"

/* ---- links that no rule finds any more ------------------------------------------------------------------- */

static bool is_unlinked(const live *l, uint32_t a, uint32_t b) {
  size_t place;
  return item_list_find(&l->unlinked, live_pair(a, b), &place);
}

static khop_status judge_links(live *l, live_change *change, uint32_t row, khop_error *err) {
  const uint32_t *others;
  size_t count;
  TRY(segments_read_sum(&l->views[0], STORE_TABLE_LINK, row, &others, &count, err));
  for (size_t i = 0; i < count; i++) {
    uint32_t x = live_place(l, row), y = live_place(l, others[i]);
    if (x == LIVE_PLACE_NONE || y == LIVE_PLACE_NONE || is_unlinked(l, row, others[i])) continue;
    if (block_rules_find(&l->table.layout, l->schema, 0, l->schema->rule_count, &l->split_keys, live_row(l, x), live_row(l, y))) continue;
    TRY(item_list_add(&change->dropped, live_pair(row, others[i]), 0, err));
  }
  return KHOP_OK;
}

static khop_status add_keys(key_set *to, const key_set *from, khop_error *err) {
  for (size_t i = 0; i < from->capacity; i++) {
    if (from->slots[i]) TRY(key_set_add(to, from->slots[i], err));
  }
  return KHOP_OK;
}

/* Stored rows in change->split are of blocks that were split now. */
static khop_status drop_links(live *l, live_change *change, khop_error *err) {
  row_list rows = {0};
  khop_status status = KHOP_OK;
  TRY(add_keys(&l->split_keys, &change->split_keys, err));
  for (size_t i = 0; status == KHOP_OK && i < change->split.count; i++) {
    if (change->split.items[i].row < l->segments.rows) status = row_list_add(&rows, change->split.items[i].row, err);
  }
  row_list_sort(&rows);
  for (size_t i = 0; status == KHOP_OK && i < rows.count; i++) status = judge_links(l, change, rows.rows[i], err);
  mem_free(rows.rows);
  TRY(status);
  TRY(item_list_sort(&change->dropped, l->workers, err));
  item_list_unique(&change->dropped);
  return KHOP_OK;
}

/* ---- following links ----------------------------------------------------------------------------------------- */

typedef struct following {
  live *live;
  live_change *change;
  item_list near;    /* new links both ways: (row, other) */
  item_list decided; /* all decisions both ways, the change's among them: key row << 32 | other, row 1 for must */
  uint64_t *seen;    /* a bit for each row, the new ones too */
  row_list *rows;    /* found so far: the queue */
  item_list edges;   /* links among them, each maybe twice */
} following;

static khop_status visit(following *f, uint32_t row, khop_error *err) {
  const live *l = f->live;
  bool is_stored = row < l->segments.rows;
  if (live_dies(f->change, row) || (is_stored && segments_dead(&l->segments, row))) return KHOP_OK;
  if (f->seen[row / 64] >> (row % 64) & 1) return KHOP_OK;
  f->seen[row / 64] |= UINT64_C(1) << (row % 64);
  return row_list_add(f->rows, row, err);
}

static khop_status visit_link(following *f, uint32_t row, uint32_t other, bool is_edge, khop_error *err) {
  if (is_edge && !live_dies(f->change, other)) TRY(item_list_add(&f->edges, live_pair(row, other), 0, err));
  return visit(f, other, err);
}

/* `is_edge`: the row itself stays, and its links are the component's. */
static khop_status follow(following *f, uint32_t row, bool is_edge, khop_error *err) {
  live *l = f->live;
  const uint32_t *others = NULL;
  size_t count = 0, place;
  if (row < l->segments.rows) TRY(segments_read_sum(&l->views[0], STORE_TABLE_LINK, row, &others, &count, err));
  for (size_t i = 0; i < count; i++) {
    if (is_unlinked(l, row, others[i]) || item_list_find(&f->change->dropped, live_pair(row, others[i]), &place)) continue;
    TRY(visit_link(f, row, others[i], is_edge, err));
  }
  item_list_find(&f->near, row, &place);
  for (; place < f->near.count && f->near.items[place].key == row; place++) TRY(visit_link(f, row, f->near.items[place].row, is_edge, err));
  item_list_find(&f->decided, (uint64_t)row << 32, &place);
  for (; place < f->decided.count && f->decided.items[place].key >> 32 == row; place++) {
    if (f->decided.items[place].row) TRY(visit(f, (uint32_t)f->decided.items[place].key, err));
  }
  return KHOP_OK;
}

/* What an heir's forerunner was decided to be, its heir is: said anew, so that it outlives the old row. */
static khop_status inherit_decisions(live *l, live_change *change, khop_error *err) {
  TRY(item_list_sort(&change->heirs, l->workers, err));
  for (size_t i = 0; i < change->heirs.count; i++) {
    uint32_t old = (uint32_t)change->heirs.items[i].key, heir = change->heirs.items[i].row;
    size_t place;
    item_list_find(&l->decided, (uint64_t)old << 32, &place);
    for (; place < l->decided.count && l->decided.items[place].key >> 32 == old; place++) {
      uint32_t other = (uint32_t)l->decided.items[place].key;
      size_t h;
      if (item_list_find(&change->heirs, other, &h)) other = change->heirs.items[h].row;
      if (other != heir) TRY(item_list_add(&change->decisions, live_pair(heir, other), l->decided.items[place].row, err));
    }
  }
  TRY(item_list_sort(&change->decisions, l->workers, err));
  item_list_unique(&change->decisions);
  return KHOP_OK;
}

static khop_status make_decided(following *f, khop_error *err) {
  const item_list *old = &f->live->decided, *own = &f->change->decisions;
  for (size_t i = 0; i < old->count; i++) {
    uint64_t key = old->items[i].key;
    size_t place;
    if (!item_list_find(own, live_pair((uint32_t)(key >> 32), (uint32_t)key), &place)) TRY(item_list_add(&f->decided, key, old->items[i].row, err));
  }
  for (size_t d = 0; d < own->count; d++) {
    uint64_t key = own->items[d].key;
    TRY(item_list_add(&f->decided, key, own->items[d].row, err));
    TRY(item_list_add(&f->decided, key << 32 | key >> 32, own->items[d].row, err));
  }
  return item_list_sort(&f->decided, f->live->workers, err);
}

static khop_status make_near(following *f, khop_error *err) {
  const item_list *links = &f->change->links;
  for (size_t i = 0; i < links->count; i++) {
    uint32_t left = (uint32_t)(links->items[i].key >> 32), right = (uint32_t)links->items[i].key;
    TRY(item_list_add(&f->near, left, right, err));
    TRY(item_list_add(&f->near, right, left, err));
  }
  return item_list_sort(&f->near, f->live->workers, err);
}

static khop_status plant_seeds(following *f, khop_error *err) {
  const live_change *change = f->change;
  for (size_t i = 0; i < change->dead.count; i++) TRY(follow(f, change->dead.rows[i], false, err));
  for (size_t i = 0; i < change->heirs.count; i++) TRY(visit(f, change->heirs.items[i].row, err));
  for (size_t i = 0; i < change->seeds.count; i++) TRY(visit(f, change->seeds.rows[i], err));
  for (size_t i = 0; i < f->near.count; i++) TRY(visit(f, (uint32_t)f->near.items[i].key, err));
  for (size_t i = 0; i < change->dropped.count; i++) {
    TRY(visit(f, (uint32_t)(change->dropped.items[i].key >> 32), err));
    TRY(visit(f, (uint32_t)change->dropped.items[i].key, err));
  }
  for (size_t i = 0; i < change->decisions.count; i++) {
    TRY(visit(f, (uint32_t)(change->decisions.items[i].key >> 32), err));
    TRY(visit(f, (uint32_t)change->decisions.items[i].key, err));
  }
  return KHOP_OK;
}

static khop_status follow_all(following *f, khop_error *err) {
  size_t rows = f->live->segments.rows + f->live->new_count;
  f->seen = mem_alloc(rows / 64 + 1, sizeof *f->seen);
  if (!f->seen) return error_memory(err, rows / 8, "components");
  TRY(make_near(f, err));
  TRY(make_decided(f, err));
  TRY(plant_seeds(f, err));
  for (size_t i = 0; i < f->rows->count; i++) {
    TRY(follow(f, f->rows->rows[i], true, err));
    if (i % 4096 == 0) TRY(control_check(f->live->options.control, err));
  }
  TRY(item_list_sort(&f->edges, f->live->workers, err));
  item_list_unique(&f->edges);
  return KHOP_OK;
}

/* ---- clusters -------------------------------------------------------------------------------------------------- */

/* Their rows side by side, in the order of the store: as a run over all of them would see them. */
static khop_status copy_rows(live *l, evaluation *e, khop_error *err) {
  row_list wanted = {0};
  khop_status status = KHOP_OK;
  for (size_t i = 0; status == KHOP_OK && i < e->rows.count; i++) status = row_list_add(&wanted, e->rows.rows[i], err);
  if (status == KHOP_OK) status = live_gather(l, &wanted, err);
  mem_free(wanted.rows);
  TRY(status);
  row_list_sort(&e->rows);
  e->table.layout = l->table.layout; /* its book is borrowed */
  TRY(feature_table_reserve(&e->table, e->rows.count, err));
  for (size_t i = 0; i < e->rows.count; i++) {
    memcpy((uint8_t *)e->table.memory.data + i * e->table.layout.stride, live_row(l, live_place(l, e->rows.rows[i])), e->table.layout.stride);
  }
  e->table.count = e->rows.count;
  return KHOP_OK;
}

static khop_status weigh_edges(live *l, evaluation *e, const item_list *edges, khop_error *err) {
  item_list weighed = {0};
  khop_status status = live_compare(l, edges, INT32_MIN, &weighed, err);
  e->pairs = (kept_pairs){.items = weighed.items, .count = weighed.count, .capacity = weighed.capacity};
  for (size_t i = 0; status == KHOP_OK && i < weighed.count; i++) {
    uint64_t left = evaluation_local(e, (uint32_t)(weighed.items[i].key >> 32)), right = evaluation_local(e, (uint32_t)weighed.items[i].key);
    weighed.items[i].key = left << 32 | right;
  }
  return status;
}

static khop_status place_decisions(const following *f, evaluation *e, khop_error *err) {
  decisions *d = &e->decided;
  for (size_t i = 0; i < f->decided.count; i++) {
    uint32_t row = (uint32_t)(f->decided.items[i].key >> 32), other = (uint32_t)f->decided.items[i].key;
    size_t left = evaluation_local(e, row), right = evaluation_local(e, other);
    bool are_here = left < e->rows.count && e->rows.rows[left] == row && right < e->rows.count && e->rows.rows[right] == other;
    if (row > other || !are_here) continue;
    TRY(array_reserve(&d->items, &d->capacity, d->count + 1, sizeof *d->items, "decisions", err));
    d->items[d->count++] = (decision){.left = (uint32_t)left, .right = (uint32_t)right, .is_must = f->decided.items[i].row != 0};
  }
  return KHOP_OK;
}

static khop_status make_clusters(live *l, evaluation *e, khop_error *err) {
  const cluster_input in = {.table = &e->table, .schema = l->schema, .conflicts = l->conflicts, .tables = l->tables, .pairs = &e->pairs,
                            .decisions = e->decided.count ? &e->decided : NULL, .linkage = l->linkage, .level = l->level, .workers = l->workers};
  return clusters_make(&e->clusters, &in, err);
}

khop_status live_evaluate(live *l, live_change *change, evaluation *out, khop_error *err) {
  *out = (evaluation){0};
  following f = {.live = l, .change = change, .rows = &out->rows};
  khop_status status = KHOP_OK;
  progress_phase(&l->progress, "cluster", "rows", 0);
  row_list_sort(&change->dead);
  TRY_CLEANUP(inherit_decisions(l, change, err));
  TRY_CLEANUP(drop_links(l, change, err));
  TRY_CLEANUP(follow_all(&f, err));
  TRY_CLEANUP(copy_rows(l, out, err));
  TRY_CLEANUP(weigh_edges(l, out, &f.edges, err));
  TRY_CLEANUP(place_decisions(&f, out, err));
  if (out->rows.count) TRY_CLEANUP(make_clusters(l, out, err));
cleanup:
  mem_free(f.near.items);
  mem_free(f.decided.items);
  mem_free(f.seen);
  mem_free(f.edges.items);
  return status;
}

void evaluation_free(evaluation *e) {
  mem_free(e->rows.rows);
  e->table.layout.book = NULL;
  feature_table_free(&e->table);
  mem_free(e->pairs.items);
  decisions_free(&e->decided);
  clusters_free(&e->clusters);
}
