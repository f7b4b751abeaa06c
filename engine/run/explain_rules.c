/* Blocking rules and one pair: which found it, and what kept the others from it. See explain.h.
 *
 * A pair belongs to the first rule under which its keys agree in the end. If that rule's block was walked as a window
 * and the two stand too far apart in it, no rule compares them.
 */
#include <stdio.h>

#include "index/store.h"
#include "run/explain.h"

enum { SPLIT = 0, WINDOW = 1, NEITHER = 2 };

/* A pair under one rule. */
typedef struct rule_look {
  khop_explainer *e;
  size_t rule, left, right; /* places */
  const uint8_t *rows[2];   /* features */
  uint64_t base[2], keys[2]; /* before and after splitting */
  size_t depth;             /* split_by parts used while the keys agreed */
  uint32_t *block;          /* rows of the left one's base block, ascending; NULL: not read yet */
  size_t block_rows, right_rows;
} rule_look;

/* ---- the store ---------------------------------------------------------------------------------- */

static khop_status oversized(khop_explainer *e, uint64_t key, unsigned *out_what, khop_error *err) {
  uint32_t what = NEITHER;
  size_t found = 0;
  TRY(khop_store_find_key(e->store, STORE_TABLE_OVERSIZED, key, &what, 1, &found, err));
  *out_what = found ? what : NEITHER;
  return KHOP_OK;
}

static bool holds(const uint32_t *rows, size_t count, uint32_t row) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (rows[middle] < row) low = middle + 1;
    else high = middle;
  }
  return low < count && rows[low] == row;
}

khop_status explain_block(khop_explainer *e, size_t rule, size_t place, uint32_t **out_rows, size_t *out_count, khop_error *err) {
  *out_rows = NULL;
  *out_count = 0;
  const uint32_t table = (uint32_t)(STORE_TABLE_RULES + rule);
  uint64_t key = block_key(&e->table.layout, &e->schema->rules[rule], rule, feature_row(&e->table, place));
  size_t count = 0;
  if (!key) return KHOP_OK;
  TRY(khop_store_find_key(e->store, table, key, NULL, 0, &count, err));
  if (count == 0 && registers_linked(&e->registers)) return KHOP_OK; /* a rule whose fields no two registers have keeps no keys */
  uint32_t *rows = mem_alloc(count, sizeof *rows);
  if (!rows) return error_memory(err, count * sizeof *rows, "a block");
  khop_status status = khop_store_find_key(e->store, table, key, rows, count, &count, err);
  if (status == KHOP_OK && !holds(rows, count, e->rows[place])) {
    const char *maker = khop_store_meta(e->store, STORE_META_KHOP);
    status = error_set(err, KHOP_INPUT, "store: its keys are not those of khop %s: khop %.40s made it; run khop dedupe again",
                       khop_version(), maker ? maker : "?");
  }
  if (status == KHOP_OK) {
    *out_rows = rows;
    *out_count = count;
  } else {
    mem_free(rows);
  }
  return status;
}

/* ---- words -------------------------------------------------------------------------------------- */

/* Names of parts, parted by commas. */
typedef struct part_list {
  char text[SCHEMA_KEY_PARTS_MAX * SCHEMA_PART_NAME_BYTES];
  size_t used;
} part_list;

static void add_part(part_list *list, const schema *s, const schema_key_part *part) {
  char name[SCHEMA_PART_NAME_BYTES];
  schema_key_part_name(s, part, name);
  size_t room = sizeof list->text - list->used;
  list->used += (size_t)snprintf(list->text + list->used, room, "%s%s", list->used ? ", " : "", name);
}

static const char *missing_parts(const rule_look *l) {
  khop_explainer *e = l->e;
  const schema_rule *rule = &e->schema->rules[l->rule];
  part_list sides[3] = {0}; /* left, right, both */
  for (size_t p = 0; p < rule->part_count; p++) {
    bool left = !block_rule_part(&e->table.layout, e->schema, l->rule, p, l->rows[0]);
    bool right = !block_rule_part(&e->table.layout, e->schema, l->rule, p, l->rows[1]);
    if (left || right) add_part(&sides[left && right ? 2 : right], e->schema, &rule->parts[p]);
  }
  static const char *const names[3] = {"left", "right", "both"};
  const char *text = "";
  for (size_t side = 0; side < 3; side++) {
    if (!sides[side].used) continue;
    text = arena_format(&e->answer, "%s%s%s missing on %s", text, *text ? "; " : "", sides[side].text, names[side]);
  }
  return text;
}

static const char *differing_parts(const rule_look *l) {
  khop_explainer *e = l->e;
  const schema_rule *rule = &e->schema->rules[l->rule];
  part_list list = {0};
  size_t count = 0;
  for (size_t p = 0; p < rule->part_count; p++) {
    uint64_t left = block_rule_part(&e->table.layout, e->schema, l->rule, p, l->rows[0]);
    if (left == block_rule_part(&e->table.layout, e->schema, l->rule, p, l->rows[1])) continue;
    add_part(&list, e->schema, &rule->parts[p]);
    count++;
  }
  return arena_format(&e->answer, "%s %s", list.text, count == 1 ? "differs" : "differ");
}

/* Of the block that was split between them. */
static const char *split_words(const rule_look *l) {
  khop_explainer *e = l->e;
  char name[SCHEMA_PART_NAME_BYTES];
  schema_key_part_name(e->schema, &e->schema->split_by[l->depth], name);
  bool missing = !block_split_part(&e->table.layout, e->schema, l->depth, l->rows[0]) ||
                 !block_split_part(&e->table.layout, e->schema, l->depth, l->rows[1]);
  return arena_format(&e->answer, "block of %zu records split: %s %s", l->block_rows, name, missing ? "missing on one side" : "differs");
}

/* ---- windows ------------------------------------------------------------------------------------ */

static khop_status read_block(rule_look *l, khop_error *err) {
  return l->block ? KHOP_OK : explain_block(l->e, l->rule, l->left, &l->block, &l->block_rows, err);
}

/* The key that the row's block has after `depth` splits. */
static uint64_t key_at_depth(const khop_explainer *e, uint64_t base, size_t depth, const uint8_t *features) {
  uint64_t key = base;
  for (size_t d = 0; d < depth; d++) key = block_key_split(&e->table.layout, e->schema, d, key, features);
  return key;
}

/* Rows of the pair's block that stand between the two, up to a window of them. The base block is known; any of its rows
 * may have been split off, which only the record tells. */
static khop_status count_between(const rule_look *l, size_t *out_count, bool *out_known, khop_error *err) {
  khop_explainer *e = l->e;
  size_t first = 0, last = l->block_rows, same = 0, i;
  while (first < l->block_rows && l->block[first] <= e->rows[l->left]) first++;
  while (last > first && l->block[last - 1] >= e->rows[l->right]) last--;
  *out_count = last - first;
  *out_known = l->depth == 0 || *out_count < e->window;
  if (*out_known) return KHOP_OK;
  for (i = first; i < last && same < e->window; i++) {
    const uint8_t *features;
    TRY(explain_peek(e, l->block[i], &features, err));
    if (!features) break;
    same += key_at_depth(e, l->base[0], l->depth, features) == l->keys[0];
  }
  *out_count = same;
  *out_known = i == last || same == e->window;
  return KHOP_OK;
}

/* Rows in ascending order of which fewer than `row`. */
static size_t count_below(const uint32_t *rows, size_t count, uint32_t row) {
  size_t below = 0;
  while (below < count && rows[below] < row) below++;
  return below;
}

/* Of two registers both sides of the block were cut into as many parts, each compared with its like: are the two in
 * such parts? Known where the block was not split before. */
static bool is_on_diagonal(const rule_look *l) {
  const khop_explainer *e = l->e;
  size_t rows[2], places[2];
  const uint32_t ends[2] = {e->rows[l->left], e->rows[l->right]};
  for (size_t side = 0; side < 2; side++) {
    size_t number = register_of(&e->registers, ends[side]);
    size_t before = count_below(l->block, l->block_rows, e->registers.first[number]);
    rows[side] = count_below(l->block, l->block_rows, e->registers.first[number + 1]) - before;
    places[side] = count_below(l->block, l->block_rows, ends[side]) - before;
  }
  return block_diagonal_holds(rows[0], rows[1], places[0], places[1]);
}

static bool are_across(const rule_look *l) {
  const khop_explainer *e = l->e;
  return registers_linked(&e->registers) && register_of(&e->registers, e->rows[l->left]) != register_of(&e->registers, e->rows[l->right]);
}

static khop_status look_into_window(rule_look *l, khop_explain_rule *out, khop_error *err) {
  khop_explainer *e = l->e;
  size_t between = 0;
  bool known = l->depth == 0, within, across = are_across(l);
  TRY(read_block(l, err));
  if (!across) TRY(count_between(l, &between, &known, err));
  within = across ? known && is_on_diagonal(l) : between < e->window;
  out->outcome = !known ? KHOP_RULE_UNKNOWN : within ? KHOP_RULE_FINDS : KHOP_RULE_WINDOW;
  const char *where = out->outcome == KHOP_RULE_FINDS ? "within" : out->outcome == KHOP_RULE_WINDOW ? "not within" : "perhaps within";
  if (across) out->detail = arena_format(&e->answer, "%s like parts of a block of %zu, compared part by part", where, l->block_rows);
  else out->detail = arena_format(&e->answer, "%s %zu records of each other in a block of %zu, walked as a window", where, e->window, l->block_rows);
  return KHOP_OK;
}

/* ---- a rule ------------------------------------------------------------------------------------- */

/* The keys agree as the rule makes them: do they still, when the block is split? */
static khop_status follow_splits(rule_look *l, khop_explain_rule *out, khop_error *err) {
  khop_explainer *e = l->e;
  unsigned what;
  l->keys[0] = l->keys[1] = l->base[0];
  TRY(oversized(e, l->keys[0], &what, err));
  while (what == SPLIT && l->depth < e->schema->split_count) {
    for (size_t side = 0; side < 2; side++) {
      l->keys[side] = block_key_split(&e->table.layout, e->schema, l->depth, l->keys[side], l->rows[side]);
    }
    if (l->keys[0] != l->keys[1]) {
      out->outcome = KHOP_RULE_SPLIT;
      TRY(read_block(l, err));
      out->detail = split_words(l);
      return KHOP_OK;
    }
    l->depth++;
    TRY(oversized(e, l->keys[0], &what, err));
  }
  return what == WINDOW ? look_into_window(l, out, err) : KHOP_OK;
}

static khop_status look_at_keys(rule_look *l, khop_explain_rule *out, khop_error *err) {
  if (l->base[0] && l->base[0] == l->base[1]) return follow_splits(l, out, err);
  bool missing = !l->base[0] || !l->base[1];
  out->outcome = missing ? KHOP_RULE_MISSING : KHOP_RULE_DIFFERS;
  out->detail = missing ? missing_parts(l) : differing_parts(l);
  return KHOP_OK;
}

/* Sizes of the two blocks, which nobody asks for where only the owner is wanted. */
static khop_status count_blocks(rule_look *l, khop_explain_rule *out, khop_error *err) {
  uint32_t *right_block = NULL;
  TRY(read_block(l, err));
  if (l->base[0] == l->base[1]) l->right_rows = l->block_rows;
  else TRY(explain_block(l->e, l->rule, l->right, &right_block, &l->right_rows, err));
  mem_free(right_block);
  out->left_rows = l->block_rows;
  out->right_rows = l->right_rows;
  return KHOP_OK;
}

static khop_status look_at_rule(khop_explainer *e, size_t rule, size_t left, size_t right, bool with_sizes, khop_explain_rule *out,
                                khop_error *err) {
  rule_look l = {.e = e, .rule = rule, .left = left, .right = right,
                 .rows = {feature_row(&e->table, left), feature_row(&e->table, right)}};
  *out = (khop_explain_rule){.name = e->schema->rules[rule].name, .detail = ""};
  for (size_t side = 0; side < 2; side++) l.base[side] = block_key(&e->table.layout, &e->schema->rules[rule], rule, l.rows[side]);
  khop_status status = look_at_keys(&l, out, err);
  if (status == KHOP_OK && with_sizes) status = count_blocks(&l, out, err);
  mem_free(l.block);
  return status;
}

static bool keys_agree(khop_rule_outcome outcome) {
  return outcome == KHOP_RULE_FINDS || outcome == KHOP_RULE_WINDOW || outcome == KHOP_RULE_UNKNOWN;
}

khop_status explain_rules(khop_explainer *e, size_t left, size_t right, khop_explain_rule *rules, pair_blocking *out, khop_error *err) {
  *out = (pair_blocking){.owner = e->schema->rule_count};
  for (size_t r = 0; r < e->schema->rule_count; r++) {
    khop_explain_rule rule;
    TRY(look_at_rule(e, r, left, right, rules != NULL, &rule, err));
    bool first = keys_agree(rule.outcome) && out->owner == e->schema->rule_count;
    if (first && explain_may_pair(e, e->rows[left], e->rows[right])) {
      rule.owns = true;
      out->owner = r;
      out->compared = rule.outcome == KHOP_RULE_FINDS ? KHOP_COMPARED_YES
                      : rule.outcome == KHOP_RULE_WINDOW ? KHOP_COMPARED_NO : KHOP_COMPARED_UNKNOWN;
      if (!rules) return KHOP_OK;
    }
    if (rules) rules[r] = rule;
  }
  return KHOP_OK;
}

/* ---- neighbours in an oversized block ------------------------------------------------------------- */

block_range explain_range(const khop_explainer *e, uint32_t row, const uint32_t *block, size_t block_rows) {
  size_t own = count_below(block, block_rows, row);
  if (e->registers.count != 2 || e->registers.within) return (block_range){.last = block_rows, .near = own};
  size_t left = count_below(block, block_rows, e->registers.first[1]), right = block_rows - left;
  if (row < e->registers.first[1]) return (block_range){.first = left, .last = block_rows, .near = left + own * right / left};
  return (block_range){.last = left, .near = (own - left) * left / right};
}

khop_status explain_neighbours(khop_explainer *e, size_t rule, size_t place, const uint32_t *block, size_t block_rows, uint32_t *out_rows,
                               size_t *out_count, khop_error *err) {
  const uint8_t *own = feature_row(&e->table, place);
  uint64_t base = block_key(&e->table.layout, &e->schema->rules[rule], rule, own), key = base;
  const block_range range = explain_range(e, e->rows[place], block, block_rows);
  size_t depth = 0;
  unsigned what;
  *out_count = 0;
  TRY(oversized(e, key, &what, err));
  for (; what == SPLIT && depth < e->schema->split_count; depth++) {
    key = block_key_split(&e->table.layout, e->schema, depth, key, own);
    TRY(oversized(e, key, &what, err));
  }
  size_t spare = e->peeks_left / 2; /* for the other side */
  e->peeks_left -= spare;
  for (int direction = -1; direction <= 1; direction += 2) {
    size_t found = 0;
    size_t i = direction < 0 ? range.near - 1 : range.near; /* beyond any range below 0 */
    for (; i - range.first < range.last - range.first && found < EXPLAIN_NEIGHBOURS; i += (size_t)direction) {
      const uint8_t *features = own;
      if (depth > 0) TRY(explain_peek(e, block[i], &features, err));
      if (!features) break;
      if (block[i] == e->rows[place] || key_at_depth(e, base, depth, features) != key) continue;
      out_rows[(*out_count)++] = block[i];
      found++;
    }
    e->peeks_left += spare;
    spare = 0;
  }
  return KHOP_OK;
}
