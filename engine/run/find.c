/* Findings of more than one record: after clusters are made, or where there are none after all rows are read. See findings/search.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "findings/search.h"
#include "run/spill.h"

static finder *const finders[] = {find_numbers, find_shared /* what was exchanged is told already */, find_entries, find_owners, find_births};

static finding_input input_of(run *r, const clusters *c) {
  finding_input in = {.schema = r->schema, .table = &r->table, .clusters = c, .registers = &r->walk.registers,
                      .today = r->finding_rules.today, .workers = r->workers, .spill = r->spill,
                      .spill_bytes = r->spill ? run_spill_bytes(r) : 0, .places = run_places(r), .control = r->options.control};
  for (size_t side = 0; side < run_side_count(r); side++) in.sides[side] = r->side_schemas[side] ? r->side_schemas[side] : r->schema;
  return in;
}

khop_status run_find(run *r, const clusters *c, khop_error *err) {
  if (!run_finds(r)) return KHOP_OK;
  progress_phase(&r->progress, "findings", "rows", r->table.count);
  khop_status status = KHOP_OK;
  search_list list = {0};
  const finding_input in = input_of(r, c);
  TRY_CLEANUP(find_runs(&r->findings, &in, err));
  for (size_t i = 0; i < sizeof finders / sizeof *finders; i++) TRY_CLEANUP(finders[i](&r->findings, &in, &list, err));
  TRY_CLEANUP(search_list_run(&list, &in, err));
  TRY_CLEANUP(findings_end(&r->findings, &r->table, err));
  TRY_CLEANUP(place_counts_make(&r->places, &r->findings, run_places(r), err));
cleanup:
  search_list_free(&list);
  return status;
}

/* ---- why links do not agree ------------------------------------------------------------------------------ */

static int more_links(const void *a, const void *b) {
  const khop_link_cause *x = a, *y = b;
  if (x->links != y->links) return x->links > y->links ? -1 : 1;
  return strcmp(x->cause, y->cause);
}

/* What does not fit the summary is one line behind the others. */
static void summarise_causes(const link_causes *c, khop_link_summary *out) {
  khop_link_cause all[1 << LINK_CAUSES];
  size_t count = 0;
  for (unsigned causes = 1; causes < 1u << LINK_CAUSES; causes++) {
    if (!c->links[causes]) continue;
    all[count].links = c->links[causes];
    link_causes_text(causes, all[count++].cause);
    out->disagreeing += c->links[causes];
  }
  qsort(all, count, sizeof *all, more_links);
  out->cause_count = count < KHOP_LINK_CAUSES_MAX ? count : KHOP_LINK_CAUSES_MAX;
  memcpy(out->causes, all, out->cause_count * sizeof *all);
  if (count <= KHOP_LINK_CAUSES_MAX) return;
  khop_link_cause *last = &out->causes[KHOP_LINK_CAUSES_MAX - 1];
  snprintf(last->cause, sizeof last->cause, "others");
  for (size_t i = KHOP_LINK_CAUSES_MAX; i < count; i++) last->links += all[i].links;
}

khop_status run_find_causes(run *r, const kept_pairs *pairs, bool (*is_link)(const void *context, size_t pair), const void *context,
                            link_causes *out, khop_link_summary *summary, khop_error *err) {
  *out = (link_causes){0};
  if (!run_finds(r)) return KHOP_OK;
  const finding_input in = input_of(r, NULL);
  TRY(link_causes_find(out, &in, &r->findings, pairs, is_link, context, err));
  summarise_causes(out, summary);
  return KHOP_OK;
}
