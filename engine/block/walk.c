/* Sorted keys to blocks to batches. See walk.h. */
#include "block/walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { task_items = 1 << 15, slot_none = UINT16_MAX, rows_ahead = 32, pairs_ahead = 16 };
enum { known_rows_max = 4 }; /* rows of a block whose pairs are worth remembering: beyond, making their keys again costs less a pair */
enum { few_rows_max = 8 };

/* ---- keys and sorting ------------------------------------------------------------------------ */

/* Without a group to share the rule's keys are made alone. */
khop_status rule_walk_sort(rule_walk *w, double share, pool *workers, khop_error *err) {
  khop_status status = KHOP_OK;
  const walk_options *o = w->options;
  key_group alone = {0}, *group = o->keys ? o->keys : &alone;
  uint64_t threshold = share >= 1 ? UINT64_MAX : (uint64_t)(share * 0x1p64);
  TRY_CLEANUP(key_group_sort(group, o->table, o->schema, w->rule, o->keys ? KEY_GROUP_RULES : 1, threshold, workers, w->items,
                             w->scratch, &w->item_count, err));
cleanup:
  key_group_free(&alone);
  return status;
}

size_t rule_walk_tasks(const rule_walk *w) { return (w->item_count + task_items - 1) / task_items; }

/* ---- facts ------------------------------------------------------------------------------------ */

static void note_block(rule_facts *facts, block_fact block) {
  size_t place = facts->largest_count;
  while (place > 0 && facts->largest[place - 1].rows < block.rows) place--;
  if (place == LARGEST_BLOCKS) return;
  if (facts->largest_count < LARGEST_BLOCKS) facts->largest_count++;
  for (size_t i = facts->largest_count - 1; i > place; i--) facts->largest[i] = facts->largest[i - 1];
  facts->largest[place] = block;
}

void rule_facts_add(rule_facts *sum, const rule_facts *part) {
  sum->rows += part->rows;
  sum->blocks += part->blocks;
  sum->rows_paired += part->rows_paired;
  sum->pairs += part->pairs;
  sum->pairs_repeated += part->pairs_repeated;
  sum->blocks_split += part->blocks_split;
  sum->pairs_split += part->pairs_split;
  sum->blocks_windowed += part->blocks_windowed;
  sum->pairs_left_out += part->pairs_left_out;
  for (size_t i = 0; i < part->largest_count; i++) note_block(sum, part->largest[i]);
}

static uint64_t pairs_of(uint64_t rows) { return rows * (rows - 1) / 2; }

static uint64_t block_pairs(const walk_options *o, const sort_item *items, size_t count) {
  if (!registers_linked(&o->registers)) return pairs_of(count);
  if (count == 2) return registers_pair(&o->registers, items[0].row, items[1].row);
  size_t starts[KHOP_REGISTERS_MAX + 1];
  uint64_t pairs = 0;
  registers_split(&o->registers, items, count, starts);
  for (size_t n = 0; n < o->registers.count; n++) {
    uint64_t rows = starts[n + 1] - starts[n];
    pairs += rows * starts[n] + (registers_within(&o->registers, n) ? pairs_of(rows) : 0);
  }
  return pairs;
}

/* ---- walking ---------------------------------------------------------------------------------- */

/* Items start <= i < end of one key. */
typedef struct block_span {
  uint32_t start, end;
} block_span;

/* What a worker needs; reused from task to task. */
typedef struct walker {
  candidate_batch batch;
  uint16_t slots[BATCH_ROWS]; /* block row -> batch row */
  uint32_t earlier_keys[SCHEMA_RULES_MAX][BATCH_ROWS]; /* rule, block row -> the last bits of the key, before splitting; 0: none */
  uint8_t meets[BATCH_ROWS];  /* block row -> the first rule where it seems to meet the left row, and 1; 0: none */
  block_span blocks[task_items / 2 + 1];
  bool settled[task_items / 2 + 1]; /* block -> its pairs are known to be earlier rules' */
  sort_item tile[BATCH_ROWS]; /* of a rectangle: rows of the one register, then of the other */
  sort_item *split_items;
  size_t split_capacity;
} walker;

typedef struct key_list {
  uint64_t *keys;
  size_t count, capacity;
} key_list;

typedef struct task_result {
  rule_facts facts;
  key_list split, windowed; /* keys of blocks */
} task_result;

typedef struct walk_job {
  rule_walk *walk;
  bool keep_found;
  batch_consumer *consumer;
  void *context;
  walker *walkers;      /* per worker */
  task_result *results; /* per task */
} walk_job;

/* One task's state, handed down instead of many arguments. */
typedef struct walk_task {
  walk_job *job;
  walker *walker;
  task_result *result;
  size_t task;
  unsigned worker;
  uint16_t stands_for; /* pairs of the block at hand */
} walk_task;

static khop_status flush_pairs(walk_task *t, khop_error *err) {
  candidate_batch *batch = &t->walker->batch;
  if (batch->pairs.count == 0) return KHOP_OK;
  TRY(t->job->consumer(t->job->context, t->task, t->worker, batch, err));
  batch->loaded = batch->row_count;
  batch->pairs.count = 0;
  return KHOP_OK;
}

static uint16_t batch_slot(walker *w, size_t block_row, uint32_t row) {
  if (w->slots[block_row] == slot_none) {
    w->slots[block_row] = (uint16_t)w->batch.row_count;
    w->batch.rows[w->batch.row_count++] = row;
  }
  return w->slots[block_row];
}

static void compute_earlier_keys(walk_task *t, const sort_item *items, size_t count) {
  const rule_walk *w = t->job->walk;
  const walk_options *o = w->options;
  for (size_t i = 0; i < count; i++) {
    const uint8_t *row = feature_row(o->table, items[i].row);
    for (size_t r = 0; r < w->rule; r++) {
      uint64_t key = block_key(&o->table->layout, &o->schema->rules[r], r, row);
      t->walker->earlier_keys[r][i] = (uint32_t)key ? (uint32_t)key : key != 0;
    }
  }
}

/* Row i against the rows from <= j < to of a block of many, a rule at a time. */
static void find_meeting(walker *w, size_t rules, size_t i, size_t from, size_t to) {
  uint8_t *meets = w->meets;
  memset(meets + from, 0, to - from);
  for (size_t r = rules; r-- > 0;) {
    const uint32_t *keys = w->earlier_keys[r], key = keys[i];
    for (size_t j = from; key && j < to; j++) meets[j] = keys[j] == key ? (uint8_t)(r + 1) : meets[j];
  }
}

/* Of few rows the pairs are asked for, rule by rule: mostly the first part of a rule settles it. More rows have their keys made. */
static bool found_before(const walk_task *t, const sort_item *items, size_t count, size_t i, size_t j) {
  const rule_walk *w = t->job->walk;
  const feature_table *table = w->options->table;
  size_t first = count > few_rows_max ? t->walker->meets[j] : 1;
  return first && block_rules_find(&table->layout, w->options->schema, first - 1, w->rule, w->split_keys, feature_row(table, items[i].row), feature_row(table, items[j].row));
}

/* Rows from where the range before ends up to `end` are paired with those behind them, from row `partners` on. */
typedef struct pair_range {
  size_t end, partners;
} pair_range;

/* Pairs (i, j), i < j <= i + reach, of up to BATCH_ROWS rows; ranges ascend, and rows behind the last are no pair's first. */
static khop_status walk_rows(walk_task *t, const sort_item *items, size_t count, const pair_range *ranges, size_t range_count, size_t reach,
                             khop_error *err) {
  walker *w = t->walker;
  if (w->batch.row_count + count > BATCH_ROWS) {
    TRY(flush_pairs(t, err));
    w->batch.row_count = w->batch.loaded = 0;
  }
  pair_memory *known = count <= known_rows_max ? t->job->walk->known : NULL;
  if (count > few_rows_max) compute_earlier_keys(t, items, count);
  for (size_t i = 0; i < count; i++) w->slots[i] = slot_none;
  size_t range = 0;
  for (size_t i = 0; i < ranges[range_count - 1].end; i++) {
    while (i >= ranges[range].end) range++;
    size_t end = i + reach < count - 1 ? i + reach + 1 : count;
    size_t begin = i < ranges[range].partners ? ranges[range].partners : i + 1;
    if (count > few_rows_max && begin < end) find_meeting(w, t->job->walk->rule, i, begin, end);
    for (size_t j = begin; j < end; j++) {
      bool found = found_before(t, items, count, i, j);
      t->result->facts.pairs_repeated += found;
      if (found && known) pair_memory_put(known, pair_memory_pair(items[i].row, items[j].row));
      if (found && !t->job->keep_found) continue;
      if (w->batch.pairs.count == BATCH_PAIRS) TRY(flush_pairs(t, err));
      size_t p = w->batch.pairs.count++;
      w->batch.found_before[p] = found;
      w->batch.stands_for[p] = t->stands_for;
      w->batch.pairs.left[p] = batch_slot(w, i, items[i].row);
      w->batch.pairs.right[p] = batch_slot(w, j, items[j].row);
      t->result->facts.pairs += !found;
    }
  }
  return KHOP_OK;
}

/* All pairs of rows of one register. */
static khop_status walk_triangle(walk_task *t, const sort_item *items, size_t count, khop_error *err) {
  const pair_range all = {.end = count};
  return count < 2 ? KHOP_OK : walk_rows(t, items, count, &all, 1, count, err);
}

static khop_status remember_key(key_list *list, uint64_t key, khop_error *err) {
  TRY(array_reserve(&list->keys, &list->capacity, list->count + 1, sizeof *list->keys, "keys of oversized blocks", err));
  list->keys[list->count++] = key;
  return KHOP_OK;
}

/* Neighbours in order, in overlapping pieces. */
static khop_status walk_window(walk_task *t, const sort_item *items, size_t count, block_fact *block, khop_error *err) {
  const size_t asked = t->job->walk->options->window;
  if (count < 2) return KHOP_OK;
  size_t window = asked < count ? asked : count - 1, step = BATCH_ROWS - window;
  uint64_t compared = pairs_of(window) + (count - window) * window;
  t->result->facts.pairs_left_out += pairs_of(count) - compared;
  block->pairs_left_out += pairs_of(count) - compared;
  for (size_t start = 0; start < count; start += step) {
    size_t piece = count - start < BATCH_ROWS ? count - start : BATCH_ROWS;
    const pair_range firsts = {.end = start + piece == count ? piece : step};
    TRY(walk_rows(t, items + start, piece, &firsts, 1, window, err));
    if (start + piece == count) break;
  }
  return KHOP_OK;
}

enum { tile_rows = BATCH_ROWS / 2 };

/* `left` rows from items on by `right` rows from rights on; each at most tile_rows, or both together a batch. */
static khop_status walk_tile(walk_task *t, const sort_item *lefts, size_t left, const sort_item *rights, size_t right, khop_error *err) {
  sort_item *tile = t->walker->tile;
  const pair_range across = {.end = left, .partners = left};
  memcpy(tile, lefts, left * sizeof *tile);
  memcpy(tile + left, rights, right * sizeof *tile);
  return walk_rows(t, tile, left + right, &across, 1, left + right, err);
}

/* All pairs of two registers' rows, a tile at a time. */
static khop_status walk_rectangle(walk_task *t, const sort_item *lefts, size_t left, const sort_item *rights, size_t right, khop_error *err) {
  if (left == 0 || right == 0) return KHOP_OK;
  if (left + right <= BATCH_ROWS) return walk_tile(t, lefts, left, rights, right, err);
  for (size_t l = 0; l < left; l += tile_rows) {
    size_t l_rows = left - l < tile_rows ? left - l : tile_rows;
    for (size_t r = 0; r < right; r += tile_rows) {
      size_t r_rows = right - r < tile_rows ? right - r : tile_rows;
      TRY(walk_tile(t, lefts + l, l_rows, rights + r, r_rows, err));
    }
  }
  return KHOP_OK;
}

/* All pairs of a block of several registers that are candidates. */
static khop_status walk_across(walk_task *t, const sort_item *items, size_t count, khop_error *err) {
  const table_registers *registers = &t->job->walk->options->registers;
  size_t starts[KHOP_REGISTERS_MAX + 1];
  if (!registers_pair(registers, items[0].row, items[count - 1].row)) return KHOP_OK; /* what splitting left is of one register */
  registers_split(registers, items, count, starts);
  if (count <= BATCH_ROWS) {
    pair_range ranges[KHOP_REGISTERS_MAX];
    for (size_t n = 0; n < registers->count; n++) {
      ranges[n] = (pair_range){.end = starts[n + 1], .partners = registers_within(registers, n) ? 0 : starts[n + 1]};
    }
    return walk_rows(t, items, count, ranges, registers->count, count, err);
  }
  for (size_t n = 0; n < registers->count; n++) {
    size_t rows = starts[n + 1] - starts[n]; /* few enough for a batch where they are compared with each other: see is_walkable */
    if (registers_within(registers, n)) TRY(walk_triangle(t, items + starts[n], rows, err));
    for (size_t m = n + 1; m < registers->count; m++) {
      TRY(walk_rectangle(t, items + starts[n], rows, items + starts[m], starts[m + 1] - starts[m], err));
    }
  }
  return KHOP_OK;
}

/* Part `p` of `parts` of so many rows: disjoint parts, or single rows in turn where there are fewer rows than parts. */
static block_span part_of(size_t rows, size_t p, size_t parts) {
  size_t start = p * rows / parts, end = (p + 1) * rows / parts;
  return (block_span){.start = (uint32_t)start, .end = (uint32_t)(end > start ? end : start + 1)};
}

static size_t diagonal_parts(size_t left, size_t right) { return ((left > right ? left : right) + tile_rows - 1) / tile_rows; }

bool block_diagonal_holds(size_t left_rows, size_t right_rows, size_t left, size_t right) {
  for (size_t p = 0, parts = diagonal_parts(left_rows, right_rows); p < parts; p++) {
    block_span l = part_of(left_rows, p, parts), r = part_of(right_rows, p, parts);
    if (l.start <= left && left < l.end && r.start <= right && right < r.end) return true;
  }
  return false;
}

/* Both sides in as many parts, each part with its like. */
static khop_status walk_diagonal(walk_task *t, const sort_item *lefts, size_t left, const sort_item *rights, size_t right, block_fact *block,
                                 khop_error *err) {
  if (left == 0 || right == 0) return KHOP_OK;
  size_t parts = diagonal_parts(left, right);
  uint64_t left_out = (uint64_t)left * right;
  for (size_t p = 0; p < parts; p++) {
    block_span l = part_of(left, p, parts), r = part_of(right, p, parts);
    left_out -= (uint64_t)(l.end - l.start) * (r.end - r.start);
    TRY(walk_tile(t, lefts + l.start, l.end - l.start, rights + r.start, r.end - r.start, err));
  }
  t->result->facts.pairs_left_out += left_out;
  block->pairs_left_out += left_out;
  return KHOP_OK;
}

/* Is the block one of the sample? That depends on its key and its rows alone. */
static bool is_sampled(walk_task *t, const sort_item *items, size_t count, bool in_parts) {
  const rule_walk *w = t->job->walk;
  t->stands_for = 1;
  if (w->pairs_a_row == 0) return true;
  uint64_t pairs = in_parts ? count * w->options->window : block_pairs(w->options, items, count);
  while (pairs > count * w->pairs_a_row * t->stands_for && t->stands_for < UINT16_MAX / 2) t->stands_for *= 2;
  return (hash_mix(items[0].key) & (t->stands_for - 1u)) == 0;
}

/* Too large and nothing left to split by. */
static khop_status walk_in_parts(walk_task *t, const sort_item *items, size_t count, block_fact *block, khop_error *err) {
  const table_registers *registers = &t->job->walk->options->registers;
  if (!is_sampled(t, items, count, true)) return KHOP_OK;
  TRY(remember_key(&t->result->windowed, items[0].key, err));
  t->result->facts.blocks_windowed++;
  if (!registers_linked(registers)) return walk_window(t, items, count, block, err);
  size_t starts[KHOP_REGISTERS_MAX + 1];
  registers_split(registers, items, count, starts);
  for (size_t n = 0; n < registers->count; n++) {
    size_t rows = starts[n + 1] - starts[n];
    if (registers_within(registers, n)) TRY(walk_window(t, items + starts[n], rows, block, err));
    for (size_t m = n + 1; m < registers->count; m++) {
      TRY(walk_diagonal(t, items + starts[n], rows, items + starts[m], starts[m + 1] - starts[m], block, err));
    }
  }
  return KHOP_OK;
}

static int compare_items(const void *a, const void *b) {
  const sort_item *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static khop_status walk_block(walk_task *t, sort_item *items, size_t count, size_t depth, block_fact *block,
                              khop_error *err);

/* Gives the items their next key, sorts them, walks the runs. `items` is the walker's own copy. */
static khop_status split_block(walk_task *t, sort_item *items, size_t count, size_t depth, block_fact *block,
                               khop_error *err) {
  const walk_options *options = t->job->walk->options;
  TRY(remember_key(&t->result->split, items[0].key, err));
  t->result->facts.blocks_split++;
  uint64_t before = block_pairs(options, items, count);
  for (size_t i = 0; i < count; i++) {
    items[i].key = block_key_split(&options->table->layout, options->schema, depth, items[i].key,
                                   feature_row(options->table, items[i].row));
  }
  qsort(items, count, sizeof *items, compare_items);
  uint64_t together = 0;
  for (size_t start = 0, end; start < count; start = end) {
    end = start + 1;
    while (end < count && items[end].key == items[start].key) end++;
    together += block_pairs(options, items + start, end - start);
    TRY(walk_block(t, items + start, end - start, depth + 1, block, err));
  }
  t->result->facts.pairs_split += before - together;
  return KHOP_OK;
}

/* Few rows, or across registers as few pairs as those would have. */
static bool is_walkable(const walk_options *o, const sort_item *items, size_t count) {
  return count <= o->block_rows_max || (registers_linked(&o->registers) && block_pairs(o, items, count) <= pairs_of(o->block_rows_max));
}

static khop_status walk_whole(walk_task *t, const sort_item *items, size_t count, khop_error *err) {
  if (!is_sampled(t, items, count, false)) return KHOP_OK;
  return registers_linked(&t->job->walk->options->registers) ? walk_across(t, items, count, err) : walk_triangle(t, items, count, err);
}

static khop_status walk_block(walk_task *t, sort_item *items, size_t count, size_t depth, block_fact *block,
                              khop_error *err) {
  const walk_options *options = t->job->walk->options;
  if (count < 2) return KHOP_OK;
  if (is_walkable(options, items, count)) return walk_whole(t, items, count, err);
  if (depth == options->schema->split_count) return walk_in_parts(t, items, count, block, err);
  return split_block(t, items, count, depth, block, err);
}

/* Splitting reorders, and the sorted items are shared: an oversized block is copied first. */
static khop_status walk_run(walk_task *t, const sort_item *items, size_t count, khop_error *err) {
  const walk_options *options = t->job->walk->options;
  if (block_pairs(options, items, count) == 0) return KHOP_OK;
  t->result->facts.blocks++;
  t->result->facts.rows_paired += count;
  block_fact block = {.rows = count, .rule = (uint32_t)t->job->walk->rule, .first_row = feature_row_number(options->table, items[0].row)};
  if (is_walkable(options, items, count)) {
    note_block(&t->result->facts, block);
    return walk_whole(t, items, count, err);
  }
  walker *w = t->walker;
  TRY(array_reserve(&w->split_items, &w->split_capacity, count, sizeof(sort_item), "oversized block", err));
  memcpy(w->split_items, items, count * sizeof *items);
  khop_status status = walk_block(t, w->split_items, count, 0, &block, err);
  note_block(&t->result->facts, block);
  return status;
}

/* The blocks of two rows or more that begin at items start..limit. Without branches on the keys: one row in ten or
 * so has a block, at random. */
static size_t find_blocks(const rule_walk *w, size_t start, size_t limit, block_span *out) {
  const sort_item *items = w->items;
  size_t begun = 0, ended = 0, end = limit;
  bool with_last = false;
  for (size_t i = start; i < limit; i++) {
    bool with_next = i + 1 < w->item_count && items[i + 1].key == items[i].key;
    out[begun].start = (uint32_t)i;
    begun += !with_last & with_next;
    out[ended].end = (uint32_t)i + 1;
    ended += with_last & !with_next;
    with_last = with_next;
  }
  if (ended == begun) return begun;
  while (end < w->item_count && items[end].key == items[end - 1].key) end++; /* into the next task's items */
  out[ended].end = (uint32_t)end;
  return begun;
}

/* Rows stand anywhere in memory: those of the blocks to come are fetched while earlier ones are walked. Always inline:
 * see feature_row_fetch. */
static inline __attribute__((always_inline)) void fetch_block(const rule_walk *w, block_span block) {
  const feature_table *table = w->options->table;
  uint32_t end = block.end - block.start < rows_ahead ? block.end : block.start + rows_ahead;
  for (uint32_t i = block.start; i < end; i++) feature_row_fetch(feature_row(table, w->items[i].row), table->layout.stride);
}

/* ---- pairs that are known ------------------------------------------------------------------------ */

/* Blocks of rows of one register, which hold no pair, go: their rows need not be fetched. */
static size_t leave_out_pairless(const rule_walk *w, block_span *blocks, size_t count) {
  const table_registers *registers = &w->options->registers;
  size_t kept = 0;
  if (!registers_linked(registers)) return count;
  for (size_t b = 0; b < count; b++) {
    blocks[kept] = blocks[b];
    kept += registers_pair(registers, w->items[blocks[b].start].row, w->items[blocks[b].end - 1].row);
  }
  return kept;
}

static bool may_be_settled(const walk_job *job, block_span block) {
  size_t rows = block.end - block.start;
  return job->walk->known && !job->keep_found && rows <= known_rows_max && rows <= job->walk->options->block_rows_max;
}

static void fetch_known(const walk_job *job, block_span block) {
  const sort_item *items = job->walk->items;
  if (!may_be_settled(job, block)) return;
  for (size_t i = block.start; i < block.end; i++) {
    for (size_t j = i + 1; j < block.end; j++) pair_memory_fetch(job->walk->known, pair_memory_pair(items[i].row, items[j].row));
  }
}

/* A few rows whose pairs earlier rules are known to find need not be looked at. */
static bool is_settled(const walk_job *job, block_span block) {
  const sort_item *items = job->walk->items;
  if (!may_be_settled(job, block)) return false;
  bool settled = true;
  for (size_t i = block.start; settled && i < block.end; i++) {
    for (size_t j = i + 1; settled && j < block.end; j++) {
      if (!registers_pair(&job->walk->options->registers, items[i].row, items[j].row)) continue;
      settled = pair_memory_has(job->walk->known, pair_memory_pair(items[i].row, items[j].row));
    }
  }
  return settled;
}

static void note_settled(walk_task *t, block_span block) {
  const sort_item *items = t->job->walk->items + block.start;
  size_t rows = block.end - block.start;
  t->result->facts.blocks++;
  t->result->facts.rows_paired += rows;
  t->result->facts.pairs_repeated += block_pairs(t->job->walk->options, items, rows);
  note_block(&t->result->facts, (block_fact){.rows = rows, .rule = (uint32_t)t->job->walk->rule,
                                             .first_row = feature_row_number(t->job->walk->options->table, items[0].row)});
}

static khop_status walk_items(void *context, size_t task, unsigned worker, khop_error *err) {
  walk_job *job = context;
  const sort_item *items = job->walk->items;
  size_t count = job->walk->item_count;
  walk_task t = {.job = job, .walker = &job->walkers[worker], .result = &job->results[task], .task = task, .worker = worker};
  t.walker->batch.row_count = t.walker->batch.loaded = t.walker->batch.pairs.count = 0;
  size_t start = task * task_items, limit = start + task_items;
  if (limit > count) limit = count;
  t.result->facts.rows = limit - start;
  while (start && start < limit && items[start].key == items[start - 1].key) start++;
  const block_span *blocks = t.walker->blocks;
  size_t block_count = find_blocks(job->walk, start, limit, t.walker->blocks), asked = 0, fetched = 0, ahead = 0;
  block_count = leave_out_pairless(job->walk, t.walker->blocks, block_count);
  for (size_t b = 0; b < block_count; b++) {
    for (; fetched < block_count && ahead < rows_ahead; fetched++) {
      for (; asked < block_count && asked < fetched + pairs_ahead; asked++) fetch_known(job, blocks[asked]);
      t.walker->settled[fetched] = is_settled(job, blocks[fetched]);
      if (t.walker->settled[fetched]) continue;
      fetch_block(job->walk, blocks[fetched]);
      ahead += blocks[fetched].end - blocks[fetched].start;
    }
    if (t.walker->settled[b]) {
      note_settled(&t, blocks[b]);
      continue;
    }
    size_t rows = blocks[b].end - blocks[b].start;
    ahead -= rows;
    TRY(walk_run(&t, items + blocks[b].start, rows, err));
  }
  return flush_pairs(&t, err);
}

static khop_status add_keys(key_set *set, const key_list *list, khop_error *err) {
  for (size_t k = 0; set && k < list->count; k++) TRY(key_set_add(set, list->keys[k], err));
  return KHOP_OK;
}

/* In task order, so that everything that follows is the same on any number of threads. */
static khop_status collect_results(walk_job *job, size_t tasks, rule_facts *out_facts, khop_error *err) {
  for (size_t i = 0; i < tasks; i++) {
    rule_facts_add(out_facts, &job->results[i].facts);
    if (job->keep_found) continue;
    TRY(add_keys(job->walk->split_keys, &job->results[i].split, err));
    TRY(add_keys(job->walk->window_keys, &job->results[i].windowed, err));
  }
  return KHOP_OK;
}

khop_status rule_walk_pairs(rule_walk *w, bool keep_found, batch_consumer *consumer, void *context,
                            pool *workers, rule_facts *out_facts, khop_error *err) {
  *out_facts = (rule_facts){0};
  khop_status status = KHOP_OK;
  size_t tasks = rule_walk_tasks(w);
  unsigned threads = pool_threads(workers);
  walk_job job = {.walk = w, .keep_found = keep_found, .consumer = consumer, .context = context};
  job.walkers = mem_alloc(threads, sizeof(walker));
  job.results = mem_alloc(tasks, sizeof(task_result));
  if (!job.walkers || !job.results) {
    status = error_memory(err, threads * sizeof(walker) + tasks * sizeof(task_result), "candidate pairs");
    goto cleanup;
  }
  TRY_CLEANUP(pool_run(workers, tasks, walk_items, &job, err));
  TRY_CLEANUP(collect_results(&job, tasks, out_facts, err));
cleanup:
  for (unsigned i = 0; job.walkers && i < threads; i++) mem_free(job.walkers[i].split_items);
  for (size_t i = 0; job.results && i < tasks; i++) {
    mem_free(job.results[i].split.keys);
    mem_free(job.results[i].windowed.keys);
  }
  mem_free(job.walkers);
  mem_free(job.results);
  return status;
}
