/* See linkage.h. */
#include "cluster/linkage.h"

typedef struct agglomeration {
  const linkage_input *in;
  linkage_space *space;
  linkage_clusters *out;
  size_t group_count;
} agglomeration;

static void start(agglomeration *a) {
  size_t count = a->in->count, p = 0;
  a->group_count = count;
  for (size_t i = 0; i < count; i++) {
    a->space->sizes[i] = 1;
    a->space->groups[i] = a->out->first[i] = (uint16_t)i;
    a->out->confidence[i] = 1;
    for (size_t j = i + 1; j < count; j++, p++) {
      size_t there = i * count + j, back = j * count + i;
      a->space->between[there] = a->space->between[back] = a->in->weights[p];
      a->space->apart[there] = a->space->apart[back] = pair_in_conflict(a->in->relations[p]);
    }
  }
}

static int64_t joined(linkage_kind kind, int64_t x, int64_t y) {
  switch (kind) {
    case LINKAGE_COMPLETE: return x < y ? x : y;
    case LINKAGE_AVERAGE: return x + y;
    default: return x > y ? x : y;
  }
}

static int64_t linkage_of(const agglomeration *a, size_t i, size_t j) {
  const linkage_space *s = a->space;
  int64_t between = s->between[i * a->in->count + j];
  if (a->in->kind != LINKAGE_AVERAGE) return between;
  int64_t pairs = (int64_t)s->sizes[i] * s->sizes[j], mean = between / pairs;
  return mean - (between % pairs < 0);
}

/* Group j becomes part of group i < j. */
static void join(agglomeration *a, size_t i, size_t j, double probability) {
  linkage_space *s = a->space;
  size_t count = a->in->count, kept = 0;
  for (size_t g = 0; g < a->group_count; g++) {
    size_t k = s->groups[g];
    if (k == j) continue;
    s->groups[kept++] = (uint16_t)k;
    if (k == i) continue;
    size_t there = i * count + k, back = k * count + i;
    s->between[there] = s->between[back] = joined(a->in->kind, s->between[there], s->between[j * count + k]);
    s->apart[there] = s->apart[back] = s->apart[there] | s->apart[j * count + k];
  }
  a->group_count = kept;
  s->sizes[i] += s->sizes[j];
  a->out->confidence[i] *= a->out->confidence[j] * probability;
  for (size_t member = j; member < count; member++) {
    if (a->out->first[member] == j) a->out->first[member] = (uint16_t)i;
  }
}

static void join_decided(agglomeration *a) {
  for (size_t i = 0; i < a->in->count; i++) {
    for (size_t j = i + 1; j < a->in->count; j++) {
      if (a->in->relations[linkage_pair(a->in->count, i, j)] != PAIR_MUST) continue;
      size_t x = a->out->first[i], y = a->out->first[j];
      if (x != y) join(a, x < y ? x : y, x < y ? y : x, 1);
    }
  }
}

typedef struct join_choice {
  size_t i, j;
  int64_t linkage;
  bool found;
} join_choice;

static join_choice find_best(const agglomeration *a) {
  const linkage_space *s = a->space;
  join_choice best = {.found = false};
  for (size_t g = 0; g < a->group_count; g++) {
    for (size_t h = g + 1; h < a->group_count; h++) {
      size_t i = s->groups[g], j = s->groups[h];
      if (s->apart[i * a->in->count + j]) continue;
      int64_t linkage = linkage_of(a, i, j);
      if (linkage < a->in->threshold || (best.found && linkage <= best.linkage)) continue;
      best = (join_choice){.i = i, .j = j, .linkage = linkage, .found = true};
    }
  }
  return best;
}

void linkage_run(const linkage_input *in, linkage_space *space, linkage_clusters *out) {
  agglomeration a = {.in = in, .space = space, .out = out};
  start(&a);
  join_decided(&a);
  for (join_choice best = find_best(&a); best.found; best = find_best(&a)) {
    join(&a, best.i, best.j, weight_to_probability((double)best.linkage / WEIGHT_UNIT));
  }
}
