/* Which rows share a block with a new one. See live.h.
 *
 * A group is a block that a new row falls into: its new rows and the stored ones, under the key that the block has by
 * now: its own, or one that split it. Groups are found first, and the stored rows that they name become rows at hand
 * together, so that a chunk is unpacked once; then their pairs are made.
 *
 *     rows <= limit                  every new row with all others
 *     more, and something to split   split, as a run splits it (block/walk.h), for good
 *     more, and nothing              a window: every new row with the last ones before it
 */
#include "live/candidates.h"

#include <string.h>

#include "block/candidates.h"
#include "live/compare.h"

typedef struct block_group {
  uint64_t key;
  uint32_t rule, depth; /* splits that led to the key */
  uint32_t new_first, new_count; /* in the rule's items */
  uint32_t task, old_first, old_count; /* in the task's rows */
} block_group;

typedef struct search {
  live *live;
  live_change *change;
  pair_taker *taker;
  void *context;
  item_list *leaves; /* by rule: (key of the block by now, place), sorted; extra: its depth */
  block_group *groups;
  size_t group_count, group_capacity;
  row_list *olds; /* per task */
  size_t task_count;
  item_list pairs; /* not compared yet */
  item_list block; /* scratch: (key, row), of a block that is split */
} search;

enum { task_groups = 512, pairs_at_once = 1 << 21, rows_of_one_round = 100000 };

/* ---- groups ------------------------------------------------------------------------------------------------ */

static khop_status make_keys(search *f, size_t rule, khop_error *err) {
  const live *l = f->live;
  const schema *s = l->schema;
  item_list *keys = &f->change->keys[rule], *leaves = &f->leaves[rule];
  for (uint32_t place = 0; place < l->new_count; place++) {
    const uint8_t *row = live_row(l, place);
    uint64_t key = block_key(&l->table.layout, &s->rules[rule], rule, row);
    uint32_t depth = 0;
    if (!key) continue;
    TRY(item_list_add(keys, key, place, err));
    while (depth < s->split_count && key_set_has(&l->split_keys, key)) key = block_key_split(&l->table.layout, s, depth++, key, row);
    TRY(item_list_add(leaves, key, place, err));
    leaves->items[leaves->count - 1].extra = depth;
  }
  TRY(item_list_sort(keys, l->workers, err));
  return item_list_sort(leaves, l->workers, err);
}

static khop_status make_groups(search *f, size_t rule, khop_error *err) {
  const item_list *leaves = &f->leaves[rule];
  for (size_t start = 0, end; start < leaves->count; start = end) {
    for (end = start + 1; end < leaves->count && leaves->items[end].key == leaves->items[start].key;) end++;
    TRY(array_reserve(&f->groups, &f->group_capacity, f->group_count + 1, sizeof *f->groups, "blocks", err));
    f->groups[f->group_count++] = (block_group){.key = leaves->items[start].key, .rule = (uint32_t)rule, .depth = leaves->items[start].extra,
                                                .new_first = (uint32_t)start, .new_count = (uint32_t)(end - start)};
  }
  return KHOP_OK;
}

static khop_status look_up(void *context, size_t task, unsigned worker, khop_error *err) {
  search *f = context;
  row_list *olds = &f->olds[task];
  size_t last = (task + 1) * task_groups < f->group_count ? (task + 1) * task_groups : f->group_count;
  for (size_t i = task * task_groups; i < last; i++) {
    block_group *g = &f->groups[i];
    segments_view *views = &f->live->views[worker];
    const uint32_t *rows;
    size_t count;
    TRY(g->depth ? segments_read_sum(views, STORE_TABLE_SPLIT, g->key, &rows, &count, err)
                 : segments_read_rows(views, STORE_TABLE_RULES + g->rule, g->key, &rows, &count, err));
    g->task = (uint32_t)task;
    g->old_first = (uint32_t)olds->count;
    g->old_count = (uint32_t)count;
    TRY(array_reserve(&olds->rows, &olds->capacity, olds->count + count, sizeof *olds->rows, "blocks", err));
    if (count) memcpy(olds->rows + olds->count, rows, count * sizeof *rows);
    olds->count += count;
  }
  return KHOP_OK;
}

static const uint32_t *olds_of(const search *f, const block_group *g) { return g->old_count ? f->olds[g->task].rows + g->old_first : NULL; }

static bool is_oversized(const search *f, size_t rows) { return rows > f->live->block_rows_max; }

/* Of a window only the last stored rows are looked at. */
static uint32_t olds_unseen(const search *f, const block_group *g) {
  bool is_window = is_oversized(f, g->old_count + g->new_count) && g->depth == f->live->schema->split_count;
  return is_window && g->old_count > f->live->window ? g->old_count - (uint32_t)f->live->window : 0;
}

static khop_status gather_olds(search *f, khop_error *err) {
  row_list wanted = {0};
  khop_status status = KHOP_OK;
  for (size_t i = 0; status == KHOP_OK && i < f->group_count; i++) {
    const block_group *g = &f->groups[i];
    for (uint32_t o = olds_unseen(f, g); status == KHOP_OK && o < g->old_count; o++) {
      uint32_t row = olds_of(f, g)[o];
      if (live_place(f->live, row) == LIVE_PLACE_NONE) status = row_list_add(&wanted, row, err);
    }
  }
  if (status == KHOP_OK) status = live_gather(f->live, &wanted, err);
  mem_free(wanted.rows);
  return status;
}

/* ---- pairs --------------------------------------------------------------------------------------------------- */

static khop_status flush(search *f, khop_error *err) {
  if (!f->pairs.count) return KHOP_OK;
  TRY(item_list_sort(&f->pairs, f->live->workers, err));
  item_list_unique(&f->pairs);
  f->change->pairs_compared += f->pairs.count;
  TRY(f->taker(f->context, &f->pairs, err));
  f->pairs.count = 0;
  return KHOP_OK;
}

/* Rows ascend, so the new ones stand last. Each new one with up to `reach` rows before it. */
static khop_status add_pairs(search *f, const uint32_t *rows, size_t count, size_t reach, khop_error *err) {
  for (size_t j = count; j-- > 1 && rows[j] >= f->live->first_new;) {
    for (size_t i = j > reach ? j - reach : 0; i < j; i++) TRY(item_list_add(&f->pairs, live_pair(rows[i], rows[j]), 0, err));
    if (f->pairs.count >= pairs_at_once) TRY(flush(f, err));
  }
  return KHOP_OK;
}

static khop_status note_split(search *f, uint64_t key, const sort_item *items, size_t count, bool all, khop_error *err) {
  for (size_t i = 0; i < count; i++) {
    if (all || items[i].row >= f->live->first_new) TRY(item_list_add(&f->change->split, key, items[i].row, err));
  }
  return KHOP_OK;
}

/* Items of one key, ascending by row, of a block of `total` rows (of a window only the last ones are here). `fresh`: the key is
 * one that nobody had before this change. */
static khop_status take_block(search *f, item_list *items, size_t total, uint64_t key, size_t depth, bool fresh, khop_error *err);

static khop_status split(search *f, item_list *items, uint64_t key, size_t depth, khop_error *err) {
  live *l = f->live;
  khop_status status = KHOP_OK;
  TRY(key_set_add(&f->change->split_keys, key, err));
  for (size_t i = 0; i < items->count; i++) {
    uint32_t place = live_place(l, items->items[i].row);
    items->items[i].key = block_key_split(&l->table.layout, l->schema, depth, key, live_row(l, place));
  }
  TRY(item_list_sort(items, l->workers, err));
  for (size_t start = 0, end; status == KHOP_OK && start < items->count; start = end) {
    item_list part = {0};
    for (end = start + 1; end < items->count && items->items[end].key == items->items[start].key;) end++;
    for (size_t i = start; status == KHOP_OK && i < end; i++) status = item_list_add(&part, items->items[i].key, items->items[i].row, err);
    if (status == KHOP_OK) status = take_block(f, &part, end - start, items->items[start].key, depth + 1, true, err);
    mem_free(part.items);
  }
  return status;
}

static khop_status take_block(search *f, item_list *items, size_t total, uint64_t key, size_t depth, bool fresh, khop_error *err) {
  bool is_large = is_oversized(f, total), is_last = depth == f->live->schema->split_count;
  if (is_large && !is_last) return split(f, items, key, depth, err);
  if (depth) TRY(note_split(f, key, items->items, items->count, fresh, err));
  if (is_large) TRY(key_set_add(&f->change->window_keys, key, err));
  uint32_t *rows = mem_alloc(items->count, sizeof *rows);
  if (!rows) return error_memory(err, items->count * sizeof *rows, "a block");
  for (size_t i = 0; i < items->count; i++) rows[i] = items->items[i].row;
  khop_status status = add_pairs(f, rows, items->count, is_large ? f->live->window : items->count, err);
  mem_free(rows);
  return status;
}

static khop_status take_group(search *f, const block_group *g, khop_error *err) {
  const uint32_t *olds = olds_of(f, g);
  const sort_item *news = f->leaves[g->rule].items + g->new_first;
  if (g->old_count + g->new_count < 2 && !g->depth) return KHOP_OK;
  f->block.count = 0;
  for (uint32_t o = olds_unseen(f, g); o < g->old_count; o++) TRY(item_list_add(&f->block, olds[o], olds[o], err));
  for (uint32_t n = 0; n < g->new_count; n++) {
    uint32_t row = f->live->first_new + news[n].row;
    TRY(item_list_add(&f->block, row, row, err));
  }
  /* Those of several segments under a key that split a block may stand in the order of their splits. */
  bool rises = true;
  for (size_t i = 1; i < f->block.count; i++) rises &= f->block.items[i - 1].row < f->block.items[i].row;
  if (!rises) TRY(item_list_sort(&f->block, f->live->workers, err));
  item_list_unique(&f->block);
  return take_block(f, &f->block, (size_t)g->old_count + g->new_count, g->key, g->depth, false, err);
}

/* ---- rounds ---------------------------------------------------------------------------------------------------- */

static khop_status take_round(search *f, size_t first_rule, size_t last_rule, khop_error *err) {
  f->group_count = 0;
  for (size_t rule = first_rule; rule < last_rule; rule++) {
    TRY(make_keys(f, rule, err));
    TRY(make_groups(f, rule, err));
  }
  f->task_count = f->group_count / task_groups + 1;
  f->olds = mem_alloc(f->task_count, sizeof *f->olds);
  if (!f->olds) return error_memory(err, f->task_count * sizeof *f->olds, "blocks");
  khop_status status = f->live->segments.rows ? pool_run(f->live->workers, f->task_count, look_up, f, err) : KHOP_OK;
  if (status == KHOP_OK) status = gather_olds(f, err);
  for (size_t i = 0; status == KHOP_OK && i < f->group_count; i++) status = take_group(f, &f->groups[i], err);
  if (status == KHOP_OK) status = flush(f, err);
  for (size_t t = 0; t < f->task_count; t++) mem_free(f->olds[t].rows);
  mem_free(f->olds);
  f->olds = NULL;
  for (size_t rule = first_rule; rule < last_rule; rule++) {
    mem_free(f->leaves[rule].items);
    f->leaves[rule] = (item_list){0};
  }
  return status;
}

khop_status live_candidates(live *l, live_change *change, pair_taker *taker, void *context, khop_error *err) {
  search f = {.live = l, .change = change, .taker = taker, .context = context};
  size_t rules = l->schema->rule_count, together = l->new_count <= rows_of_one_round ? rules : 1;
  f.leaves = mem_alloc(rules, sizeof *f.leaves);
  if (!f.leaves) return error_memory(err, rules * sizeof *f.leaves, "blocks");
  progress_phase(&l->progress, "match", "rules", rules);
  khop_status status = KHOP_OK;
  for (size_t rule = 0; status == KHOP_OK && rule < rules; rule += together) {
    status = take_round(&f, rule, rule + together < rules ? rule + together : rules, err);
    progress_set(&l->progress, rule + together);
  }
  for (size_t rule = 0; rule < rules; rule++) mem_free(f.leaves[rule].items);
  mem_free(f.leaves);
  mem_free(f.groups);
  mem_free(f.pairs.items);
  mem_free(f.block.items);
  return status;
}
