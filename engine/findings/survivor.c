/* See survivor.h. `room` holds the candidates that are left, in the order of their rows but while they are counted. */
#include "findings/survivor.h"

#include <stdlib.h>

/* How good a candidate is by a criterion: more is better. */
typedef uint32_t survivor_merit(const survivor_candidate *c, const survivor_count *counted);

static uint32_t merit_valid(const survivor_candidate *c, const survivor_count *counted) { return (void)counted, c->value->is_valid; }
static uint32_t merit_whole(const survivor_candidate *c, const survivor_count *counted) { return (void)counted, !c->value->is_repaired; }
static uint32_t merit_complete(const survivor_candidate *c, const survivor_count *counted) { return (void)counted, c->value->completeness; }
static uint32_t merit_trust(const survivor_candidate *c, const survivor_count *counted) { return (void)counted, UINT32_MAX - c->trust; }
static uint32_t merit_recent(const survivor_candidate *c, const survivor_count *counted) { return (void)counted, c->day; }
static uint32_t merit_majority(const survivor_candidate *c, const survivor_count *counted) { return (void)c, counted->records; }

/* Keeps the best, in their order. */
static uint32_t keep_best(const survivor_candidate *candidates, survivor_count *left, uint32_t count, survivor_merit *merit) {
  uint32_t best = 0, kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t m = merit(&candidates[left[i].candidate], &left[i]);
    if (m < best) continue;
    if (m > best) kept = 0;
    best = m;
    left[kept++] = left[i];
  }
  return kept;
}

static int by_key(const void *a, const void *b) {
  const survivor_count *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return x->candidate < y->candidate ? -1 : x->candidate > y->candidate;
}

static int by_candidate(const void *a, const void *b) {
  const survivor_count *x = a, *y = b;
  return x->candidate < y->candidate ? -1 : x->candidate > y->candidate;
}

static uint32_t keep_majority(const survivor_candidate *candidates, survivor_count *left, uint32_t count) {
  qsort(left, count, sizeof *left, by_key);
  for (uint32_t first = 0, last; first < count; first = last) {
    for (last = first; last < count && left[last].key == left[first].key;) last++;
    for (uint32_t i = first; i < last; i++) left[i].records = last - first;
  }
  count = keep_best(candidates, left, count, merit_majority);
  qsort(left, count, sizeof *left, by_candidate);
  return count;
}

static uint32_t apply(golden_rule rule, const survivor_candidate *candidates, survivor_count *left, uint32_t count) {
  switch (rule) {
    case GOLDEN_MAJORITY: return keep_majority(candidates, left, count);
    case GOLDEN_AUTHORITY: return keep_best(candidates, left, count, merit_trust);
    case GOLDEN_MOST_RECENT: return keep_best(candidates, left, count, merit_recent);
    default: return keep_best(candidates, left, count, merit_complete);
  }
}

uint32_t survivor_choose(const schema_survivor *rules, const survivor_candidate *candidates, uint32_t count, survivor_count *room) {
  uint32_t left = 0;
  bool used[GOLDEN_RULES] = {false};
  for (uint32_t i = 0; i < count; i++) {
    if (candidates[i].value->is_present) room[left++] = (survivor_count){.key = candidates[i].value->key, .candidate = i};
  }
  left = keep_best(candidates, room, left, merit_valid);
  for (size_t i = 0; i < rules->rule_count && left > 1; i++) {
    used[rules->rules[i]] = true;
    left = apply(rules->rules[i], candidates, room, left);
  }
  if (left > 1) left = keep_best(candidates, room, left, merit_whole);
  for (int rule = 0; rule < GOLDEN_RULES && left > 1; rule++) {
    if (!used[rule]) left = apply((golden_rule)rule, candidates, room, left);
  }
  return left ? room[0].candidate : SURVIVOR_NONE;
}
