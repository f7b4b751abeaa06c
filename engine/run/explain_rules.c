/* Blocking rules and one pair: which found it, and what kept the others from it. See explain.h.
 *
 * A pair belongs to the first rule under which its keys agree in the end. If that rule's block was walked as a window
 * and the two stand too far apart in it, no rule compares them.
 */
#include <stdio.h>

#include "index/store.h"
#include "run/explain.h"

enum { SPLIT = 0, WINDOW = 1, NEITHER = 2, rows_between_max = 1000 };

/* A pair under one rule. */
typedef struct rule_look {
  khop_explainer *e;
  size_t rule, left, right; /* places */
  const uint8_t *rows[2];   /* features */
  uint64_t base, keys[2];   /* the left one's, and both after splitting */
  uint32_t *block;          /* rows of the left one's base block */
  size_t block_rows, right_rows;
  size_t depth;             /* split_by parts used while the keys agreed */
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

/* The key that the row's block has after `depth` splits. */
static uint64_t key_at_depth(const rule_look *l, const uint8_t *features) {
  const feature_layout *layout = &l->e->table.layout;
  uint64_t key = l->base;
  for (size_t d = 0; d < l->depth; d++) key = block_key_split(layout, l->e->schema, d, key, features);
  return key;
}

/* Rows of the pair's block that stand between the two, up to a window of them. The base block is known; any of its rows
 * may have been split off, which only the record tells. */
static khop_status count_between(const rule_look *l, size_t *out_count, bool *out_known, khop_error *err) {
  khop_explainer *e = l->e;
  size_t first = 0, last = l->block_rows, same = 0;
  while (first < l->block_rows && l->block[first] <= e->rows[l->left]) first++;
  while (last > first && l->block[last - 1] >= e->rows[l->right]) last--;
  *out_count = last - first;
  *out_known = l->depth == 0 || *out_count < e->window;
  if (*out_known || *out_count > rows_between_max) return KHOP_OK;
  for (size_t i = first; i < last && same < e->window; i++) {
    const uint8_t *features;
    TRY(explain_peek(e, l->block[i], &features, err));
    same += key_at_depth(l, features) == l->keys[0];
  }
  *out_count = same;
  *out_known = true;
  return KHOP_OK;
}

static khop_status look_into_window(const rule_look *l, khop_explain_rule *out, khop_error *err) {
  khop_explainer *e = l->e;
  size_t between;
  bool known;
  TRY(count_between(l, &between, &known, err));
  out->outcome = !known ? KHOP_RULE_UNKNOWN : between < e->window ? KHOP_RULE_FINDS : KHOP_RULE_WINDOW;
  const char *where = out->outcome == KHOP_RULE_FINDS ? "within" : out->outcome == KHOP_RULE_WINDOW ? "not within" : "perhaps within";
  out->detail = arena_format(&e->answer, "%s %zu records of each other in a block of %zu, walked as a window", where, e->window,
                             l->block_rows);
  return KHOP_OK;
}

/* ---- a rule ------------------------------------------------------------------------------------- */

/* The keys agree as the rule makes them: do they still, when the block is split? */
static khop_status follow_splits(rule_look *l, khop_explain_rule *out, khop_error *err) {
  khop_explainer *e = l->e;
  const feature_layout *layout = &e->table.layout;
  unsigned what = NEITHER;
  l->keys[0] = l->keys[1] = l->base;
  if (l->block_rows <= e->block_rows_max) return KHOP_OK;
  TRY(oversized(e, l->keys[0], &what, err));
  while (what == SPLIT && l->depth < e->schema->split_count) {
    for (size_t side = 0; side < 2; side++) l->keys[side] = block_key_split(layout, e->schema, l->depth, l->keys[side], l->rows[side]);
    if (l->keys[0] != l->keys[1]) {
      out->outcome = KHOP_RULE_SPLIT;
      out->detail = split_words(l);
      return KHOP_OK;
    }
    l->depth++;
    TRY(oversized(e, l->keys[0], &what, err));
  }
  return what == WINDOW ? look_into_window(l, out, err) : KHOP_OK;
}

static khop_status look_at_keys(rule_look *l, khop_explain_rule *out, khop_error *err) {
  khop_explainer *e = l->e;
  const schema_rule *rule = &e->schema->rules[l->rule];
  uint64_t right = block_key(&e->table.layout, rule, l->rule, l->rows[1]);
  l->base = block_key(&e->table.layout, rule, l->rule, l->rows[0]);
  if (!l->base || !right) {
    out->outcome = KHOP_RULE_MISSING;
    out->detail = missing_parts(l);
  } else if (l->base != right) {
    out->outcome = KHOP_RULE_DIFFERS;
    out->detail = differing_parts(l);
  } else {
    return follow_splits(l, out, err);
  }
  return KHOP_OK;
}

static khop_status look_at_rule(khop_explainer *e, size_t rule, size_t left, size_t right, khop_explain_rule *out, khop_error *err) {
  rule_look l = {.e = e, .rule = rule, .left = left, .right = right,
                 .rows = {feature_row(&e->table, left), feature_row(&e->table, right)}};
  *out = (khop_explain_rule){.name = e->schema->rules[rule].name, .detail = ""};
  TRY(explain_block(e, rule, left, &l.block, &l.block_rows, err));
  uint32_t *right_block = NULL;
  khop_status status = explain_block(e, rule, right, &right_block, &l.right_rows, err);
  if (status == KHOP_OK) status = look_at_keys(&l, out, err);
  out->left_rows = l.block_rows;
  out->right_rows = l.right_rows;
  mem_free(l.block);
  mem_free(right_block);
  return status;
}

static bool keys_agree(khop_rule_outcome outcome) {
  return outcome == KHOP_RULE_FINDS || outcome == KHOP_RULE_WINDOW || outcome == KHOP_RULE_UNKNOWN;
}

khop_status explain_rules(khop_explainer *e, size_t left, size_t right, khop_explain_rule *rules, pair_blocking *out, khop_error *err) {
  *out = (pair_blocking){.owner = e->schema->rule_count};
  for (size_t r = 0; r < e->schema->rule_count; r++) {
    khop_explain_rule rule;
    TRY(look_at_rule(e, r, left, right, &rule, err));
    if (keys_agree(rule.outcome) && out->owner == e->schema->rule_count) {
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
