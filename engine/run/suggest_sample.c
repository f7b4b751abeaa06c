/* Pairs that rules make, estimated from a sample of the rows; and the first rules. See suggest.h.
 *
 * A sample of one row in n holds one pair in n x n: enough to count the pairs of a rule that makes many, which are the
 * ones that matter. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "run/suggest.h"

enum { sample_rows = 1 << 17, sample_few = 1 << 13, counted_max = 1 << 15 };

typedef struct counted_rule {
  uint8_t parts[SUGGEST_RULE_PARTS], part_count;
  double pairs;
} counted_rule;

typedef struct drawn_row {
  uint64_t draw;
  uint32_t row;
} drawn_row;

static int compare_draws(const void *a, const void *b) {
  const drawn_row *x = a, *y = b;
  return x->draw < y->draw ? -1 : x->draw > y->draw;
}

/* Live rows, in random order; more than asked for when there are. */
static khop_status draw_rows(const run *r, drawn_row **out_rows, size_t *out_count, khop_error *err) {
  *out_count = 0;
  double share = r->live_rows > sample_rows ? 1.02 * sample_rows / (double)r->live_rows : 1;
  uint64_t threshold = share >= 1 ? UINT64_MAX : (uint64_t)(share * 0x1p64);
  size_t capacity = r->live_rows > sample_rows ? 2 * sample_rows : r->live_rows;
  drawn_row *rows = *out_rows = mem_alloc(capacity, sizeof **out_rows);
  if (!rows) return error_memory(err, capacity * sizeof *rows, "a sample of rows");
  for (size_t row = 0; row < r->table.count && *out_count < capacity; row++) {
    uint64_t draw = hash_combine(r->options.seed, row);
    if (draw > threshold || feature_row_dead(&r->table.layout, feature_row(&r->table, row))) continue;
    rows[(*out_count)++] = (drawn_row){.draw = hash_mix(draw), .row = (uint32_t)row};
  }
  qsort(rows, *out_count, sizeof *rows, compare_draws);
  return KHOP_OK;
}

static double pairs_of(double rows) { return rows > 1 ? rows * (rows - 1) / 2 : 1; }

khop_status row_sample_make(row_sample *s, const run *r, const part_list *parts, khop_error *err) {
  *s = (row_sample){0};
  khop_status status = KHOP_OK;
  drawn_row *rows = NULL;
  size_t count;
  TRY_CLEANUP(draw_rows(r, &rows, &count, err));
  s->rows = count < sample_rows ? count : sample_rows;
  s->few = s->rows < sample_few ? s->rows : sample_few;
  s->scale = pairs_of((double)r->live_rows) / pairs_of((double)s->rows);
  s->few_scale = pairs_of((double)r->live_rows) / pairs_of((double)s->few);
  for (s->slot_count = 1024; s->slot_count < 2 * s->rows;) s->slot_count *= 2;
  s->values = mem_alloc(s->rows * parts->count, sizeof *s->values);
  s->slots = mem_alloc(s->slot_count, sizeof *s->slots);
  s->counted = mem_alloc(counted_max, sizeof *s->counted);
  if (!s->values || !s->slots || !s->counted) {
    status = error_memory(err, s->rows * parts->count * sizeof *s->values, "a sample of rows");
    goto cleanup;
  }
  for (size_t i = 0; i < s->rows; i++) {
    const uint8_t *row = feature_row(&r->table, rows[i].row);
    for (size_t p = 0; p < parts->count; p++) {
      uint64_t value = block_part_value(&r->table.layout, &parts->parts[p], parts->places[p], row);
      s->values[p * s->rows + i] = value ? (uint32_t)hash_mix(value) | 1 : 0;
    }
  }
cleanup:
  mem_free(rows);
  return status;
}

void row_sample_free(row_sample *s) {
  mem_free(s->values);
  mem_free(s->slots);
  mem_free(s->counted);
  *s = (row_sample){0};
}

/* Slots are 40 bits of a key and how many rows had it. */
static uint64_t count_pairs(row_sample *s, const trial_rule *rule, size_t rows) {
  size_t slots = 1024;
  while (slots < 2 * rows) slots *= 2;
  memset(s->slots, 0, slots * sizeof *s->slots);
  const uint64_t count_bits = (1ull << 24) - 1;
  uint64_t pairs = 0;
  for (size_t i = 0; i < rows; i++) {
    uint64_t hash = rule->part_count;
    bool missing = false;
    for (size_t p = 0; p < rule->part_count; p++) {
      uint32_t value = s->values[rule->parts[p] * s->rows + i];
      missing |= value == 0;
      hash = hash_combine(hash, value);
    }
    if (missing) continue;
    uint64_t key = hash & ~count_bits;
    size_t at = hash & (slots - 1);
    while (s->slots[at] && (s->slots[at] & ~count_bits) != key) at = (at + 1) & (slots - 1);
    pairs += s->slots[at] & count_bits;
    s->slots[at] = (s->slots[at] | key) + 1;
  }
  return pairs;
}

static double estimate_pairs(row_sample *s, const trial_rule *rule, double limit) {
  const uint64_t plenty = 30; /* so many cannot be chance */
  uint64_t few = count_pairs(s, rule, s->few);
  double estimate = (double)few * s->few_scale;
  if (s->few == s->rows || (few > plenty && estimate > 2 * limit)) return estimate;
  return (double)count_pairs(s, rule, s->rows) * s->scale;
}

double row_sample_pairs(row_sample *s, const trial_rule *rule, double limit) {
  uint64_t hash = rule->part_count;
  for (size_t p = 0; p < rule->part_count; p++) hash = hash_combine(hash, rule->parts[p]);
  counted_rule *c = &s->counted[hash & (counted_max - 1)];
  if (c->part_count == rule->part_count && memcmp(c->parts, rule->parts, rule->part_count) == 0) return c->pairs;
  *c = (counted_rule){.part_count = rule->part_count, .pairs = estimate_pairs(s, rule, limit)};
  memcpy(c->parts, rule->parts, rule->part_count);
  return c->pairs;
}

/* ---- first rules ---------------------------------------------------------------------------------- */

typedef struct seed {
  trial_rule rule;
  bool dominated; /* a coarser one finds all that it finds */
} seed;

static bool part_implies(const part_list *parts, const trial_rule *fine, uint8_t coarse) {
  for (size_t p = 0; p < fine->part_count; p++) {
    if (fine->parts[p] == coarse || suggest_implies(&parts->parts[fine->parts[p]], &parts->parts[coarse])) return true;
  }
  return false;
}

static bool rule_implies(const part_list *parts, const trial_rule *fine, const trial_rule *coarse) {
  for (size_t p = 0; p < coarse->part_count; p++) {
    if (!part_implies(parts, fine, coarse->parts[p])) return false;
  }
  return true;
}

static int compare_seeds(const void *a, const void *b) {
  const seed *x = a, *y = b;
  if (x->rule.pairs != y->rule.pairs) return x->rule.pairs < y->rule.pairs ? -1 : 1;
  return memcmp(x->rule.parts, y->rule.parts, sizeof x->rule.parts);
}

/* Adds the rule when it is no broader than the limit. */
static void try_seed(row_sample *s, trial_rule rule, double limit, seed *seeds, size_t *count) {
  rule.pairs = row_sample_pairs(s, &rule, limit);
  if (rule.pairs <= limit) seeds[(*count)++] = (seed){.rule = rule};
}

static size_t list_seeds(row_sample *s, const part_list *parts, double limit, seed *seeds) {
  size_t count = 0;
  for (size_t a = 0; a < parts->count; a++) try_seed(s, (trial_rule){.parts = {(uint8_t)a}, .part_count = 1}, limit, seeds, &count);
  size_t singles = count;
  for (size_t a = 0; a < parts->count; a++) {
    for (size_t b = a + 1; b < parts->count; b++) {
      trial_rule rule = {.parts = {(uint8_t)a, (uint8_t)b}, .part_count = 2};
      bool refines = !suggest_fits_beside(&parts->parts[a], &parts->parts[b]);
      for (size_t i = 0; i < singles && !refines; i++) refines = rule_implies(parts, &rule, &seeds[i].rule);
      if (!refines) try_seed(s, rule, limit, seeds, &count);
    }
  }
  return count;
}

khop_status suggest_seeds(row_sample *s, const part_list *parts, double limit, schema_rule out[SUGGEST_SEEDS_MAX], size_t *out_count,
                          double *out_pairs, khop_error *err) {
  *out_count = 0;
  *out_pairs = 0;
  size_t room = parts->count * (parts->count + 1) / 2;
  bool exact = s->scale == 1;
  seed *seeds = mem_alloc(room, sizeof *seeds);
  if (!seeds) return error_memory(err, room * sizeof *seeds, "rules to try");
  size_t count = list_seeds(s, parts, limit, seeds);
  for (size_t i = 0; i < count; i++) {
    for (size_t j = 0; j < count && !seeds[i].dominated; j++) {
      seeds[i].dominated = i != j && rule_implies(parts, &seeds[i].rule, &seeds[j].rule);
    }
  }
  qsort(seeds, count, sizeof *seeds, compare_seeds);
  for (size_t i = 0; i < count && *out_count < SUGGEST_SEEDS_MAX; i++) {
    if (seeds[i].dominated || (exact && seeds[i].rule.pairs == 0)) continue;
    out[(*out_count)++] = suggest_rule_of(parts, &seeds[i].rule);
    *out_pairs += seeds[i].rule.pairs;
  }
  mem_free(seeds);
  return KHOP_OK;
}
