/* Findings of more than one record: after clusters are made, or where there are none after all rows are read. See findings/search.h. */
#include "findings/search.h"
#include "run/spill.h"

static finder *const finders[] = {find_shared, find_entries, find_owners, find_births, find_numbers};

khop_status run_find(run *r, const clusters *c, khop_error *err) {
  if (!run_finds(r)) return KHOP_OK;
  progress_phase(&r->progress, "findings", "rows", r->table.count);
  finding_input in = {.schema = r->schema, .table = &r->table, .clusters = c, .registers = &r->walk.registers,
                      .today = r->finding_rules.today, .workers = r->workers, .spill = r->spill, .spill_bytes = r->spill ? run_spill_bytes(r) : 0,
                      .control = r->options.control};
  for (size_t side = 0; side < run_side_count(r); side++) in.sides[side] = r->side_schemas[side] ? r->side_schemas[side] : r->schema;
  khop_status status = KHOP_OK;
  search_list list = {0};
  for (size_t i = 0; i < sizeof finders / sizeof *finders; i++) TRY_CLEANUP(finders[i](&r->findings, &in, &list, err));
  TRY_CLEANUP(search_list_run(&list, &in, err));
  TRY_CLEANUP(findings_end(&r->findings, &r->table, err));
cleanup:
  search_list_free(&list);
  return status;
}
