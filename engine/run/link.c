/* khop_link: read both, train, match across, assign, write. See khop.h for what it promises. */
#include <stdio.h>
#include <string.h>

#include "cluster/assign.h"
#include "feature/row_file.h"
#include "run/spill.h"

/* ---- links ----------------------------------------------------------------------------------------- */

static int order_of_ids(const void *context, uint32_t a, uint32_t b) {
  size_t a_length, b_length;
  const char *x = record_id(context, a, &a_length), *y = record_id(context, b, &b_length);
  int order = memcmp(x, y, a_length < b_length ? a_length : b_length);
  return order ? order : a_length < b_length ? -1 : a_length > b_length;
}

static link_kind kind_of(const run *r) {
  switch (r->link->kind) {
    case KHOP_LINK_ONE_TO_ONE: return LINK_ONE_TO_ONE;
    case KHOP_LINK_ONE_TO_MANY: return LINK_ONE_TO_MANY;
    case KHOP_LINK_MANY_TO_ONE: return LINK_MANY_TO_ONE;
    case KHOP_LINK_MANY_TO_MANY: return LINK_MANY_TO_MANY;
    default: return r->schema->links;
  }
}

static khop_link_kind public_kind(link_kind kind) {
  static const khop_link_kind kinds[LINK_KINDS] = {[LINK_ONE_TO_ONE] = KHOP_LINK_ONE_TO_ONE, [LINK_ONE_TO_MANY] = KHOP_LINK_ONE_TO_MANY,
                                                   [LINK_MANY_TO_ONE] = KHOP_LINK_MANY_TO_ONE, [LINK_MANY_TO_MANY] = KHOP_LINK_MANY_TO_MANY};
  return kinds[kind];
}

/* Matches first; what they leave free is offered the pairs for review. */
static khop_status assign(const run *r, const kept_pairs *kept, const score_tables *tables, uint8_t *states, khop_link_summary *out,
                          khop_error *err) {
  assign_input in = {.pairs = kept, .least = tables->match, .most = INT32_MAX, .kind = kind_of(r), .row_count = r->table.count,
                     .order = order_of_ids, .order_context = &r->records};
  assign_facts matches, reviews;
  TRY(assign_pairs(&in, states, &matches, err));
  in.least = tables->review;
  in.most = tables->match;
  TRY(assign_pairs(&in, states, &reviews, err));
  out->kind = public_kind(in.kind);
  out->ties = matches.tied;
  out->pairs_given_up = matches.offered - matches.taken;
  out->greedy_components = matches.greedy_components + reviews.greedy_components;
  return KHOP_OK;
}

/* ---- what became of each record ------------------------------------------------------------------------- */

static bool has_key(const run *r, const uint8_t *row) {
  for (size_t i = 0; i < r->schema->rule_count; i++) {
    if (block_key(&r->table.layout, &r->schema->rules[i], i, row)) return true;
  }
  return false;
}

static link_fate fate_unlinked(const run *r, const score_tables *tables, size_t number, const uint8_t *row) {
  uint64_t best = atomic_load_explicit(&r->best[number], memory_order_relaxed);
  if (best) return best_pair_weight(best) >= tables->review ? FATE_CANDIDATE_TAKEN : FATE_BELOW_REVIEW;
  return has_key(r, row) ? FATE_NO_CANDIDATE : FATE_NO_KEY;
}

typedef struct fate_job {
  const run *run;
  const score_tables *tables;
  uint8_t *fates;
} fate_job;

static khop_status mark_unlinked(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)worker, (void)err;
  const fate_job *job = context;
  for (size_t i = 0; i < part->count; i++) {
    size_t number = feature_row_number(part, i);
    const uint8_t *row = feature_row(part, i);
    if (job->fates[number] || feature_row_dead(&part->layout, row)) continue;
    job->fates[number] = (uint8_t)fate_unlinked(job->run, job->tables, number, row);
  }
  return KHOP_OK;
}

static khop_status mark_fates(const run *r, const kept_pairs *kept, const score_tables *tables, const uint8_t *states, uint8_t *fates,
                              khop_error *err) {
  for (size_t i = 0; i < kept->count; i++) {
    if (states[i] == ASSIGN_OUT) continue;
    const uint32_t rows[2] = {kept_left(&kept->items[i]), kept_right(&kept->items[i])};
    bool is_link = kept_weight(&kept->items[i]) >= tables->match;
    for (size_t side = 0; side < 2; side++) {
      if (fates[rows[side]] != FATE_LINKED) fates[rows[side]] = is_link ? FATE_LINKED : FATE_REVIEW;
    }
  }
  fate_job job = {.run = r, .tables = tables, .fates = fates};
  const row_pass pass = {.table = &r->table, .work = mark_unlinked, .context = &job};
  return row_pass_run(&pass, r->workers, err);
}

/* ---- entities: what the links connect ----------------------------------------------------------------------- */

static bool row_alive(const void *context, size_t row) {
  const run *r = context;
  return !feature_table_dead(&r->table, row);
}

static khop_status make_entities(const run *r, const kept_pairs *kept, int32_t match, const uint8_t *states, clusters *out, khop_error *err) {
  row_pair *pairs = mem_alloc(kept->count, sizeof *pairs);
  if (!pairs) return error_memory(err, kept->count * sizeof *pairs, "entities");
  size_t count = 0;
  for (size_t i = 0; i < kept->count; i++) {
    if (states[i] == ASSIGN_OUT || kept_weight(&kept->items[i]) < match) continue;
    pairs[count++] = (row_pair){.left = kept_left(&kept->items[i]), .right = kept_right(&kept->items[i])};
  }
  khop_status status = clusters_connect(out, r->table.count, pairs, count, row_alive, r, err);
  mem_free(pairs);
  return status;
}

/* ---- summary ---------------------------------------------------------------------------------------------- */

static void summarise_side(const run *r, size_t side, const uint8_t *fates, khop_link_side *out) {
  size_t middle = r->walk.first_right, left_sources = r->link->left_count;
  const schema *own = r->side_schemas[side] ? r->side_schemas[side] : r->schema;
  snprintf(out->schema, sizeof out->schema, "%s", own->name);
  out->indexed = r->side_rows[side];
  for (size_t i = 0; i < r->records.reject_count; i++) out->rejected += (r->records.rejects[i].source >= left_sources) == side;
  out->rows = out->indexed + out->rejected;
  for (size_t row = side ? middle : 0; row < (side ? r->table.count : middle); row++) {
    out->linked += fates[row] == FATE_LINKED;
    out->in_review += fates[row] == FATE_REVIEW;
    out->unlinked += fates[row] >= FATE_NO_KEY;
  }
}

static void summarise_links(const kept_pairs *kept, int32_t match, const uint8_t *states, khop_link_summary *out) {
  for (size_t i = 0; i < kept->count; i++) {
    int32_t weight = kept_weight(&kept->items[i]);
    if (states[i] == ASSIGN_OUT) continue;
    if (weight < match) {
      out->run.pairs_review++;
      continue;
    }
    out->run.pairs_match++;
    out->conflicts += kept_conflicts(&kept->items[i]) != 0;
  }
}

/* ---- all together ------------------------------------------------------------------------------------------- */

static khop_status match_across(run *r, score_tables *tables, kept_pairs *kept, khop_error *err) {
  TRY(run_read_and_store(r, err));
  TRY(run_train(r, err));
  score_tables_make(tables, &r->model, r->schema, &r->table.layout, r->live_rows);
  r->best = mem_alloc(r->table.count, sizeof *r->best);
  if (!r->best) return error_memory(err, r->table.count * sizeof *r->best, "best candidates");
  run_widen_review(r, tables);
  TRY(run_match(r, tables, kept, err));
  run_choose_threshold(r, tables, kept);
  return KHOP_OK;
}

/* states: of pairs, fates: of rows. */
static khop_status link_up(run *r, outputs *o, const kept_pairs *kept, const score_tables *tables, uint8_t *states, uint8_t *fates,
                           khop_link_summary *out, khop_error *err) {
  khop_status status = KHOP_OK;
  clusters c = {0};
  size_t members = 0;
  progress_phase(&r->progress, "link", "pairs", kept->count);
  const result compared = {.pairs = kept};
  TRY_CLEANUP(run_gather_ids(r, &compared, err)); /* of equal choices the lower ids are taken */
  TRY_CLEANUP(assign(r, kept, tables, states, out, err));
  TRY_CLEANUP(mark_fates(r, kept, tables, states, fates, err));
  TRY_CLEANUP(make_entities(r, kept, tables->match, states, &c, err));
  TRY_CLEANUP(run_find(r, &c, err));
  TRY_CLEANUP(run_sort_members(r, &c, &members, err));
  summarise_links(kept, tables->match, states, out);
  summarise_side(r, 0, fates, &out->left);
  summarise_side(r, 1, fates, &out->right);
  run_summarise(r, &c, &out->run);
  run_expect(r, &out->run.expected);
  progress_phase(&r->progress, "write", "rows", r->table.count);
  const link_result links = {.first_right = r->walk.first_right, .states = states, .fates = fates, .best = r->best};
  result found = run_result(r);
  found.pairs = kept;
  found.match_weight = tables->match;
  found.clusters = &c;
  found.links = &links;
  TRY_CLEANUP(run_write_outputs(r, o, &found, members, &out->run, out, err));
cleanup:
  clusters_free(&c);
  return status;
}

khop_status khop_link(const khop_link_options *options, khop_link_summary *out_summary, khop_error *err) {
  *out_summary = (khop_link_summary){0};
  khop_status status = KHOP_OK;
  run r;
  outputs o;
  outputs_init(&o, OUTPUTS_OF_LINK);
  kept_pairs kept = {0};
  uint8_t *states = NULL, *fates = NULL;
  score_tables *tables = mem_alloc(1, sizeof *tables);
  TRY_CLEANUP(run_open_link(&r, options, RUN_WRITES, err));
  if (!tables) {
    status = error_memory(err, sizeof *tables, "weights");
    goto cleanup;
  }
  outputs_want(&o, outputs_of_results(r.options.write));
  TRY_CLEANUP(outputs_begin(&o, r.options.output, r.options.force, err));
  TRY_CLEANUP(run_open_store(&r, err));
  TRY_CLEANUP(match_across(&r, tables, &kept, err));
  states = mem_alloc(kept.count, 1);
  fates = mem_alloc(r.table.count, 1);
  if (!states || !fates) status = error_memory(err, kept.count + r.table.count, "links");
  else status = link_up(&r, &o, &kept, tables, states, fates, out_summary, err);
cleanup:
  outputs_abandon(&o);
  mem_free(states);
  mem_free(fates);
  mem_free(kept.items);
  mem_free(tables);
  run_close(&r);
  return status;
}
