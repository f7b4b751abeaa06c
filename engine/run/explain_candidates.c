/* The best candidates of one record: who shares a blocking key with it, scored; and why each is, or is not, its
 * match. See explain.h.
 *
 * Small blocks are looked at whole. Of an oversized one come first the rows that stayed with the record through all
 * splits, then, while there is room, those nearest in the register: a block of a million costs little more than its
 * postings.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "index/store.h"
#include "run/explain.h"

enum { top_max = 1000, others_a_batch = BATCH_ROWS - 1, parted_max = 600 /* rows that splitting parted from the record */ };

/* ---- who ---------------------------------------------------------------------------------------- */

typedef struct row_block {
  size_t rule, count;
  uint32_t *rows; /* ascending, the record's own among them */
} row_block;

typedef struct gathering {
  khop_explainer *e;
  uint32_t own;
  row_block blocks[SCHEMA_RULES_MAX];
  size_t block_count;
  uint32_t rows[EXPLAIN_ROWS_MAX]; /* ascending */
  size_t count;
} gathering;

static int by_count(const void *a, const void *b) {
  const row_block *x = a, *y = b;
  if (x->count != y->count) return x->count < y->count ? -1 : 1;
  return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static int by_row(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

/* Keeps g->rows ascending. */
static void add_row(gathering *g, uint32_t row) {
  size_t place = g->count;
  if (row != g->own && !explain_may_pair(g->e, g->own, row)) return;
  while (place > 0 && g->rows[place - 1] > row) place--;
  if (place > 0 && g->rows[place - 1] == row) return;
  memmove(g->rows + place + 1, g->rows + place, (g->count - place) * sizeof *g->rows);
  g->rows[place] = row;
  g->count++;
}

/* Outwards from the record's own place in the block, or from its like in the other register, up to `limit` rows in all. */
static void add_block(gathering *g, const row_block *b, size_t limit) {
  if (b->count == 0) return; /* the record has no key there */
  block_range range = explain_range(g->e, g->own, b->rows, b->count);
  size_t before = range.near, behind = range.near;
  while ((before > range.first || behind < range.last) && g->count < limit) {
    if (behind < range.last) add_row(g, b->rows[behind++]);
    if (before > range.first && g->count < limit) add_row(g, b->rows[--before]);
  }
}

static khop_status add_neighbours(gathering *g, const row_block *b, khop_error *err) {
  uint32_t rows[2 * EXPLAIN_NEIGHBOURS];
  size_t count;
  TRY(explain_neighbours(g->e, b->rule, 0, b->rows, b->count, rows, &count, err));
  for (size_t i = 0; i < count && g->count < EXPLAIN_ROWS_MAX; i++) add_row(g, rows[i]);
  return KHOP_OK;
}

static khop_status add_blocks(gathering *g, khop_error *err) {
  for (size_t i = 0; i < g->block_count; i++) {
    const row_block *b = &g->blocks[i];
    if (b->count > g->e->block_rows_max) TRY(add_neighbours(g, b, err));
    else add_block(g, b, EXPLAIN_ROWS_MAX);
  }
  size_t limit = g->count + parted_max < EXPLAIN_ROWS_MAX ? g->count + parted_max : EXPLAIN_ROWS_MAX;
  for (size_t i = 0; i < g->block_count; i++) add_block(g, &g->blocks[i], limit);
  return KHOP_OK;
}

static khop_status read_blocks(gathering *g, khop_error *err) {
  for (size_t r = 0; r < g->e->schema->rule_count; r++) {
    row_block *b = &g->blocks[g->block_count++];
    b->rule = r;
    TRY(explain_block(g->e, r, 0, &b->rows, &b->count, err));
  }
  qsort(g->blocks, g->block_count, sizeof *g->blocks, by_count);
  return KHOP_OK;
}

/* Different rows of all blocks, less the own. */
static khop_status count_sharing(const gathering *g, uint64_t *out_count, khop_error *err) {
  size_t total = 0, used = 0;
  *out_count = 0;
  for (size_t i = 0; i < g->block_count; i++) total += g->blocks[i].count;
  uint32_t *all = mem_alloc(total, sizeof *all);
  if (!all) return error_memory(err, total * sizeof *all, "candidates");
  for (size_t i = 0; i < g->block_count; i++) {
    if (g->blocks[i].count) memcpy(all + used, g->blocks[i].rows, g->blocks[i].count * sizeof *all);
    used += g->blocks[i].count;
  }
  qsort(all, total, sizeof *all, by_row);
  for (size_t i = 0; i < total; i++) {
    bool repeated = i > 0 && all[i] == all[i - 1];
    *out_count += !repeated && all[i] != g->own && explain_may_pair(g->e, g->own, all[i]);
  }
  mem_free(all);
  return KHOP_OK;
}

/* The record's neighbours, itself among them, as the rows at hand. */
static khop_status gather(khop_explainer *e, uint32_t own, uint64_t *out_sharing, khop_error *err) {
  gathering *g = mem_alloc(1, sizeof *g);
  if (!g) return error_memory(err, sizeof *g, "candidates");
  *g = (gathering){.e = e, .own = own, .rows = {own}, .count = 1};
  khop_status status;
  TRY_CLEANUP(explain_load(e, &own, 1, err));
  TRY_CLEANUP(read_blocks(g, err));
  TRY_CLEANUP(add_blocks(g, err));
  TRY_CLEANUP(count_sharing(g, out_sharing, err));
  TRY_CLEANUP(explain_load(e, g->rows, g->count, err));
cleanup:
  for (size_t i = 0; i < g->block_count; i++) mem_free(g->blocks[i].rows);
  mem_free(g);
  return status;
}

/* ---- how good ----------------------------------------------------------------------------------- */

typedef struct scored {
  size_t place;
  int32_t weight;
  score_part parts[SCHEMA_COMPARISONS_MAX];
} scored;

/* The heaviest first; of equals the earlier. */
static int by_weight(const void *a, const void *b) {
  const scored *x = a, *y = b;
  if (x->weight != y->weight) return x->weight > y->weight ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

/* Scores `count` places from `from` on, the own skipped, against the own: all in one batch. */
static void score_batch(khop_explainer *e, size_t own, const size_t *others, size_t count, scored *out) {
  uint32_t places[BATCH_ROWS];
  pair_list pairs = {0};
  size_t own_slot = 0, used = 0;
  while (own_slot < count && others[own_slot] < own) own_slot++;
  for (size_t i = 0; i <= count; i++) {
    if (i == own_slot) places[used++] = (uint32_t)own;
    if (i < count) places[used++] = (uint32_t)others[i];
  }
  for (size_t slot = 0; slot < used; slot++) {
    if (slot == own_slot) continue;
    pairs.left[pairs.count] = (uint16_t)(slot < own_slot ? slot : own_slot);
    pairs.right[pairs.count++] = (uint16_t)(slot < own_slot ? own_slot : slot);
  }
  explain_compare(e, places, used, &pairs);
  for (size_t p = 0; p < pairs.count; p++) {
    out[p].place = others[p];
    out[p].weight = score_explain(&e->tables, &e->comparer, &pairs, p, out[p].parts);
  }
}

static void score_all(khop_explainer *e, size_t own, scored *out) {
  size_t others[others_a_batch], count = 0, done = 0;
  for (size_t place = 0; place < e->row_count; place++) {
    if (place != own) others[count++] = place;
    if (count == others_a_batch || (place + 1 == e->row_count && count)) {
      score_batch(e, own, others, count, out + done);
      done += count;
      count = 0;
    }
  }
  qsort(out, done, sizeof *out, by_weight);
}

/* ---- why ---------------------------------------------------------------------------------------- */

static const char *part_words(khop_explainer *e, const scored *s, size_t comparison) {
  const score_part *part = &s->parts[comparison];
  double weight = (double)(part->weight + part->frequency + part->correction) / WEIGHT_UNIT;
  const char *name = e->schema->comparisons[comparison].name, *level = explain_level_name(e, comparison, part->level);
  size_t length = strlen(name);
  bool repeats = strncmp(level, name, length) == 0 && level[length] == ' ';
  return arena_format(&e->answer, "%s%s%s %+.1f", repeats ? "" : name, repeats ? "" : ": ", level, weight);
}

/* The two comparisons that speak most for it (sign 1) or against it (sign -1). */
static const char *strongest(khop_explainer *e, const scored *s, int sign) {
  const char *text = "";
  size_t first = SIZE_MAX;
  for (int round = 0; round < 2; round++) {
    size_t best = SIZE_MAX;
    int32_t best_weight = 0;
    for (size_t c = 0; c < e->schema->comparison_count; c++) {
      int32_t weight = sign * (s->parts[c].weight + s->parts[c].frequency + s->parts[c].correction);
      if (c == first || weight <= best_weight) continue;
      best = c;
      best_weight = weight;
    }
    if (best == SIZE_MAX) break;
    text = arena_format(&e->answer, "%s%s%s", text, round ? ", " : "", part_words(e, s, best));
    first = best;
  }
  return text;
}

static const char *why(khop_explainer *e, const scored *s, const khop_explain_candidate *c) {
  const char *rule = c->rule ? c->rule : "";
  bool for_it = c->decision != KHOP_NO_MATCH;
  const char *evidence = strongest(e, s, for_it ? 1 : -1);
  const char *found = c->compared == KHOP_COMPARED_YES       ? arena_format(&e->answer, "found by %s", rule)
                      : c->compared == KHOP_COMPARED_UNKNOWN ? arena_format(&e->answer, "perhaps outside the window of %s", rule)
                      : c->rule                              ? arena_format(&e->answer, "outside the window of %s", rule)
                                                             : "parted by splitting a block";
  if (!*evidence) evidence = for_it ? "nothing against it" : "too little for it";
  return arena_format(&e->answer, "%s; %s", evidence, found);
}

static khop_status fill_candidate(khop_explainer *e, size_t own, uint64_t cluster, const scored *s, khop_explain_candidate *out, khop_error *err) {
  pair_blocking blocking;
  size_t left = own < s->place ? own : s->place, right = own < s->place ? s->place : own;
  TRY(explain_rules(e, left, right, NULL, &blocking, err));
  explain_record(e, s->place, &out->record);
  out->weight = (double)s->weight / WEIGHT_UNIT;
  out->probability = weight_to_probability(out->weight);
  out->decision = explain_decision(e, s->weight);
  out->compared = blocking.compared;
  out->rule = blocking.owner < e->schema->rule_count ? e->schema->rules[blocking.owner].name : NULL;
  out->same_cluster = out->record.cluster == cluster;
  out->reason = explain_reason(e, s->parts, s->weight);
  out->why = why(e, s, out);
  return KHOP_OK;
}

static khop_status fill_candidates(khop_explainer *e, uint32_t row, size_t top, khop_candidates_explanation *out, khop_error *err) {
  size_t own = explain_place(e, row), count = e->row_count - 1;
  explain_record(e, own, &out->record);
  out->looked_at = count;
  out->match_weight = (double)e->tables.match / WEIGHT_UNIT;
  out->review_weight = (double)e->tables.review / WEIGHT_UNIT;
  size_t size = 0;
  TRY(khop_store_find_key(e->store, STORE_TABLE_CLUSTER, out->record.cluster - 1, NULL, 0, &size, err));
  out->cluster_size = size ? size : 1;
  e->peeks_left = EXPLAIN_PEEKS;
  scored *all = arena_alloc(&e->answer, count, sizeof *all);
  if (top > count) top = count;
  khop_explain_candidate *best = arena_alloc(&e->answer, top, sizeof *best);
  if (!all || !best) return arena_check(&e->answer, err);
  score_all(e, own, all);
  for (size_t i = 0; i < top; i++) TRY(fill_candidate(e, own, out->record.cluster, &all[i], &best[i], err));
  out->candidates = best;
  out->candidate_count = top;
  return arena_check(&e->answer, err);
}

khop_status khop_explain_candidates(khop_explainer *e, const char *id, size_t top, const khop_candidates_explanation **out_candidates,
                                    khop_error *err) {
  *out_candidates = NULL;
  uint32_t row;
  if (top == 0 || top > top_max) return error_set(err, KHOP_USAGE, "%zu candidates: between 1 and %d", top, top_max);
  arena_free(&e->answer);
  e->peeks_left = EXPLAIN_PEEKS;
  TRY(explain_find(e, id, false, "id", &row, err));
  khop_candidates_explanation *out = arena_alloc(&e->answer, 1, sizeof *out);
  if (!out) return arena_check(&e->answer, err);
  TRY(gather(e, row, &out->sharing, err));
  TRY(fill_candidates(e, row, top, out, err));
  *out_candidates = out;
  return KHOP_OK;
}
