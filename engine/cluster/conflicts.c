/* See conflicts.h. */
#include "cluster/conflicts.h"

#include <string.h>

static khop_status add_source(conflict_plan *plan, const schema *s, size_t number, khop_error *err) {
  const schema_conflict *conflict = &s->conflicts[number];
  struct conflict_source *source = &plan->sources[plan->source_count++];
  *source = (struct conflict_source){.conflict = number, .comparison = conflict->comparison, .level = (uint8_t)(conflict->level + 1),
                                     .always = conflict->always};
  if (!conflict->test.clause_count) return KHOP_OK;
  source->comparison = s->comparison_count;
  TRY(compare_plan_add_level(&plan->plan, s->comparison_count, conflict->test.clauses, conflict->test.clause_count, err));
  source->level = (uint8_t)plan->plan.comparisons[s->comparison_count].level_count;
  return KHOP_OK;
}

khop_status conflict_plan_create(conflict_plan **out_plan, const schema *s, khop_error *err) {
  *out_plan = NULL;
  khop_status status = KHOP_OK;
  conflict_plan *plan = mem_alloc(1, sizeof *plan);
  if (!plan) return error_memory(err, sizeof *plan, "conflicts");
  TRY_CLEANUP(compare_plan_make(&plan->plan, s, err));
  for (int always = 1; always >= 0; always--) {
    for (size_t c = 0; c < s->conflict_count; c++) {
      if (s->conflicts[c].always == always) TRY_CLEANUP(add_source(plan, s, c, err));
    }
  }
  *out_plan = plan;
  plan = NULL;
cleanup:
  mem_free(plan);
  return status;
}

bool conflict_plan_has_always(const conflict_plan *plan) { return plan->source_count && plan->sources[0].always; }

void conflicts_find(const conflict_plan *plan, const comparer *c, size_t pair_count, const int32_t *weights, int32_t match,
                    uint8_t *out) {
  memset(out, 0, pair_count);
  for (size_t s = plan->source_count; s-- > 0;) { /* the first one writes last */
    const struct conflict_source *source = &plan->sources[s];
    const uint8_t *levels = c->levels[source->comparison];
    for (size_t p = 0; p < pair_count; p++) {
      if (levels[p] == source->level && (source->always || weights[p] < match)) out[p] = (uint8_t)(source->conflict + 1);
    }
  }
}
