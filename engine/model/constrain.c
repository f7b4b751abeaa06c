/* See constrain.h. */
#include "model/constrain.h"

#include <math.h>

/* Neighbouring levels that share a ratio. */
typedef struct pool_of_levels {
  size_t first, last;
  double m, u;
} pool_of_levels;

static void share_ratio(comparison_model *comparison, const pool_of_levels *shared) {
  for (size_t l = shared->first; l <= shared->last; l++) {
    level_model *level = &comparison->levels[l];
    if (level->fixed) continue;
    level->m = level->u * shared->m / shared->u;
    level->constrained = true;
  }
}

/* The pools of one run of levels, each of which may not weigh more than the one before it. */
static size_t add_to_pools(pool_of_levels *pools, size_t count, const level_model *level, size_t l) {
  pools[count++] = (pool_of_levels){.first = l, .last = l, .m = level->m, .u = level->u};
  while (count > 1 && pools[count - 1].m * pools[count - 2].u > pools[count - 2].m * pools[count - 1].u) {
    pool_of_levels *before = &pools[count - 2], *after = &pools[--count];
    before->last = after->last;
    before->m += after->m;
    before->u += after->u;
  }
  return count;
}

static void keep_order(comparison_model *comparison) {
  pool_of_levels pools[MODEL_LEVELS];
  size_t count = 0;
  for (size_t l = 1; l <= comparison->level_count; l++) {
    const level_model *level = &comparison->levels[l];
    bool is_end = l == comparison->level_count;
    if (!is_end && level->fixed) continue;
    if (is_end || !level->ordered) {
      for (size_t i = 0; i < count; i++) {
        if (pools[i].last > pools[i].first) share_ratio(comparison, &pools[i]);
      }
      count = 0;
    }
    if (!is_end) count = add_to_pools(pools, count, level, l);
  }
}

static void keep_bounds(comparison_model *comparison) {
  const double most = exp2(WEIGHT_BITS_MOST);
  for (size_t l = 1; l < comparison->level_count; l++) {
    level_model *level = &comparison->levels[l];
    if (level->fixed || (level->m <= level->u * most && level->u <= level->m * most)) continue;
    if (level->m > level->u) level->u = level->m / most;
    else level->m = level->u / most;
    level->constrained = true;
  }
}

void model_constrain(comparison_model *comparison) {
  for (size_t l = 1; l < comparison->level_count; l++) comparison->levels[l].constrained = false;
  keep_order(comparison);
  keep_bounds(comparison);
}
