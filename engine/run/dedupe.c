/* khop_dedupe: read, train, match, cluster, write. See khop.h for what it promises. */
#include "output/outputs.h"
#include "output/results.h"
#include "run/checkpoint.h"
#include "run/spill.h"

/* ---- clusters ------------------------------------------------------------------------------------- */

/* Before the long work: a file that contradicts itself shall not be found out behind it. */
static khop_status read_decisions(const run *r, decisions *out, khop_error *err) {
  *out = (decisions){0};
  if (!r->options.decisions) return KHOP_OK;
  return decisions_read(out, r->options.decisions, &r->records, &r->table, err);
}

static khop_status make_clusters(const run *r, const score_tables *tables, const kept_pairs *kept, const decisions *decided, clusters *out,
                                 khop_error *err) {
  linkage_kind linkage = r->options.linkage ? linkage_find(r->options.linkage) : r->schema->linkage;
  const cluster_input in = {.table = &r->table, .schema = r->schema, .conflicts = r->conflicts, .tables = tables, .pairs = kept,
                            .decisions = decided, .linkage = linkage, .level = r->level, .workers = r->workers,
                            .component_bytes = r->spill ? run_spill_cluster_bytes(r, kept->count) : 0};
  return clusters_make(out, &in, err);
}

/* ---- results ---------------------------------------------------------------------------------------- */

static void summarise_pairs(const kept_pairs *kept, int32_t match, khop_summary *out) {
  for (size_t i = 0; i < kept->count; i++) {
    int32_t weight = kept_weight(&kept->items[i]);
    if (weight < match) {
      out->pairs_review++;
      continue;
    }
    out->pairs_match++;
  }
}

khop_status khop_dedupe(const khop_options *options, khop_summary *out_summary, khop_error *err) {
  *out_summary = (khop_summary){0};
  khop_status status = KHOP_OK;
  run r;
  outputs o;
  outputs_init(&o, OUTPUTS_OF_DEDUPE);
  kept_pairs kept = {0};
  clusters c = {0};
  decisions decided = {0};
  size_t members = 0;
  score_tables *tables = mem_alloc(1, sizeof *tables);
  TRY_CLEANUP(run_open(&r, options, RUN_WRITES, err));
  if (!tables) {
    status = error_memory(err, sizeof *tables, "weights");
    goto cleanup;
  }
  outputs_want(&o, outputs_of_results(r.options.write) | (r.options.previous ? 1u << OUTPUT_CHANGES : 0));
  TRY_CLEANUP(outputs_begin(&o, r.options.output, r.options.force, err));
  TRY_CLEANUP(checkpoint_begin(&r, "dedupe", err));
  TRY_CLEANUP(run_open_store(&r, err));
  TRY_CLEANUP(run_read_and_store(&r, err));
  TRY_CLEANUP(read_decisions(&r, &decided, err));
  TRY_CLEANUP(run_train(&r, err));
  score_tables_make(tables, &r.model, r.schema, &r.table.layout, r.live_rows);
  run_widen_review(&r, tables);
  TRY_CLEANUP(run_match(&r, tables, &kept, err));
  run_choose_threshold(&r, tables, &kept);
  run_expect(&r, &out_summary->expected);
  progress_phase(&r.progress, "cluster", "rows", r.table.count);
  TRY_CLEANUP(make_clusters(&r, tables, &kept, &decided, &c, err));
  TRY_CLEANUP(run_find(&r, &c, err));
  TRY_CLEANUP(run_sort_members(&r, &c, &members, err));
  summarise_pairs(&kept, tables->match, out_summary);
  run_summarise(&r, &c, out_summary);
  progress_phase(&r.progress, "write", "rows", r.table.count);
  result found = run_result(&r);
  found.pairs = &kept;
  found.match_weight = tables->match;
  found.clusters = &c;
  if (r.options.decisions) found.decisions = &decided;
  TRY_CLEANUP(run_write_outputs(&r, &o, &found, members, out_summary, NULL, err));
cleanup:
  clusters_free(&c);
  decisions_free(&decided);
  mem_free(kept.items);
  mem_free(tables);
  run_end(&r, &o, status, err);
  return status;
}
