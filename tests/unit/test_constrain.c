/* Levels in order and within bounds: what changes, what must not, on levels made at random. */
#include <math.h>

#include "core_support.h"
#include "model/constrain.h"

static comparison_model random_comparison(uint64_t *state) {
  comparison_model c = {.level_count = 3 + random_below(state, MODEL_LEVELS - 2)};
  double m_total = 0;
  for (size_t l = 1; l < c.level_count; l++) {
    level_model *level = &c.levels[l];
    *level = (level_model){.m = 0.001 + (double)random_below(state, 1000), .u = exp2(-(double)random_below(state, 20)),
                           .fixed = random_below(state, 6) == 0, .ordered = l > 1 && random_below(state, 4) > 0, .weight = -7};
    if (!level->fixed) m_total += level->m;
  }
  for (size_t l = 1; l < c.level_count; l++) c.levels[l].m /= m_total;
  return c;
}

static double trained_sum(const comparison_model *c) {
  double sum = 0;
  for (size_t l = 1; l < c->level_count; l++) sum += c->levels[l].fixed ? 0 : c->levels[l].m;
  return sum;
}

static void check_order(const comparison_model *c) {
  const level_model *before = NULL;
  for (size_t l = 1; l < c->level_count; l++) {
    const level_model *level = &c->levels[l];
    if (level->fixed) continue;
    if (before && level->ordered) assert_true(level->m / level->u <= before->m / before->u * (1 + 1e-9));
    before = level;
  }
}

static void order_holds(void **unused) {
  (void)unused;
  uint64_t state = 4;
  size_t changed = 0;
  for (size_t round = 0; round < 2000; round++) {
    comparison_model given = random_comparison(&state), c = given;
    model_constrain(&c);
    check_order(&c);
    assert_true(fabs(trained_sum(&c) - trained_sum(&given)) < 1e-9);
    for (size_t l = 1; l < c.level_count; l++) {
      bool same = c.levels[l].m == given.levels[l].m && c.levels[l].u == given.levels[l].u;
      assert_true(c.levels[l].constrained || same);
      assert_true(!c.levels[l].fixed || same);
      changed += !same;
    }
    comparison_model again = c;
    model_constrain(&again);
    for (size_t l = 1; l < c.level_count; l++) assert_true(c.levels[l].fixed || fabs(again.levels[l].m - c.levels[l].m) <= 1e-12 * c.levels[l].m);
  }
  assert_true(changed > 1000);
}

/* Levels in order already stay to the last bit, marked by nothing. */
static void order_is_left_alone(void **unused) {
  (void)unused;
  comparison_model c = {.level_count = 4};
  c.levels[1] = (level_model){.m = 0.7, .u = 0.001};
  c.levels[2] = (level_model){.m = 0.2, .u = 0.01, .ordered = true};
  c.levels[3] = (level_model){.m = 0.1, .u = 0.989, .ordered = true};
  comparison_model given = c;
  model_constrain(&c);
  for (size_t l = 1; l < 4; l++) assert_true(c.levels[l].m == given.levels[l].m && !c.levels[l].constrained);
}

static void no_level_is_surer_than_the_bounds(void **unused) {
  (void)unused;
  comparison_model c = {.level_count = 3};
  c.levels[1] = (level_model){.m = 0.9, .u = 1e-14};
  c.levels[2] = (level_model){.m = 1e-14, .u = 0.9};
  model_constrain(&c);
  assert_true(fabs(log2(c.levels[1].m / c.levels[1].u) - WEIGHT_BITS_MOST) < 1e-9);
  assert_true(fabs(log2(c.levels[2].m / c.levels[2].u) + WEIGHT_BITS_MOST) < 1e-9);
  assert_true(c.levels[1].constrained && c.levels[2].constrained);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(order_holds),
      cmocka_unit_test(order_is_left_alone),
      cmocka_unit_test(no_level_is_surer_than_the_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
