/* khop_link: read all, train, match across, assign, write. See khop.h for what it promises. */
#include <stdio.h>
#include <string.h>

#include "cluster/entities.h"
#include "feature/row_file.h"
#include "run/checkpoint.h"
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

static choose_input choice(const run *r, const kept_pairs *kept, const score_tables *tables, const clusters *units) {
  return (choose_input){.pairs = kept, .registers = &r->walk.registers, .units = units, .match = tables->match, .review = tables->review,
                        .kind = kind_of(r), .order = order_of_ids, .order_context = &r->records};
}

/* ---- duplicates within a register ------------------------------------------------------------------------ */

/* The model's prior is that of pairs across registers, most of whose records have a partner; within one few have: so many bits a pair
 * must bring beyond. On generated registers of 20,000 people 5 bits take the wrong pairs from 2.4 % to 0.9 %, and lose 0.2 % of the right ones. */
enum { units_more_bits = 5 };

/* Clusters of the pairs that two records of one register make; records without one are alone. */
static khop_status make_units(const run *r, const kept_pairs *kept, const score_tables *tables, clusters *out, khop_error *err) {
  kept_pairs within = {.items = mem_alloc(kept->count, sizeof *within.items)};
  if (!within.items) return error_memory(err, kept->count * sizeof *within.items, "duplicates");
  for (size_t i = 0; i < kept->count; i++) {
    const sort_item *pair = &kept->items[i];
    bool same = register_of(&r->walk.registers, kept_left(pair)) == register_of(&r->walk.registers, kept_right(pair));
    if (same && kept_weight(pair) >= tables->match + units_more_bits * WEIGHT_UNIT) within.items[within.count++] = *pair;
  }
  linkage_kind linkage = r->options.linkage ? linkage_find(r->options.linkage) : r->schema->linkage;
  const cluster_input in = {.table = &r->table, .schema = r->schema, .conflicts = r->conflicts, .tables = tables, .pairs = &within,
                            .linkage = linkage, .level = r->level, .workers = r->workers,
                            .component_bytes = r->spill ? run_spill_cluster_bytes(r, kept->count) : 0};
  khop_status status = clusters_make(out, &in, err);
  mem_free(within.items);
  return status;
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

/* Records of a unit share its fate: linked, or else for review. */
static khop_status share_fates(const clusters *units, uint8_t *fates, khop_error *err) {
  uint8_t *by_unit = mem_alloc(units->cluster_count, 1);
  if (!by_unit) return error_memory(err, units->cluster_count, "links");
  for (size_t row = 0; row < units->row_count; row++) {
    uint32_t unit = units->of_row[row];
    if (unit != CLUSTER_NONE && fates[row] && by_unit[unit] != FATE_LINKED) by_unit[unit] = fates[row];
  }
  for (size_t row = 0; row < units->row_count; row++) {
    if (units->of_row[row] != CLUSTER_NONE) fates[row] = by_unit[units->of_row[row]];
  }
  mem_free(by_unit);
  return KHOP_OK;
}

static khop_status mark_fates(const run *r, const kept_pairs *kept, const score_tables *tables, const link_result *links, uint8_t *fates,
                              khop_error *err) {
  for (size_t i = 0; i < kept->count; i++) {
    if (links->states[i] == ASSIGN_OUT) continue;
    const uint32_t rows[2] = {kept_left(&kept->items[i]), kept_right(&kept->items[i])};
    bool is_link = kept_weight(&kept->items[i]) >= tables->match;
    for (size_t side = 0; side < 2; side++) {
      if (fates[rows[side]] != FATE_LINKED) fates[rows[side]] = is_link ? FATE_LINKED : FATE_REVIEW;
    }
  }
  if (links->units) TRY(share_fates(links->units, fates, err));
  fate_job job = {.run = r, .tables = tables, .fates = fates};
  const row_pass pass = {.table = &r->table, .work = mark_unlinked, .context = &job};
  return row_pass_run(&pass, r->workers, err);
}

/* ---- entities: what the links connect ----------------------------------------------------------------------- */

static bool row_alive(const void *context, size_t row) {
  const run *r = context;
  return !feature_table_dead(&r->table, row);
}

/* Of two registers without duplicates the links are entities as they are. */
static khop_status connect_links(const run *r, const choose_input *chosen, const uint8_t *states, clusters *out, khop_error *err) {
  const kept_pairs *kept = chosen->pairs;
  row_pair *pairs = mem_alloc(kept->count, sizeof *pairs);
  if (!pairs) return error_memory(err, kept->count * sizeof *pairs, "entities");
  size_t count = 0;
  for (size_t i = 0; i < kept->count; i++) {
    if (states[i] == ASSIGN_OUT || kept_weight(&kept->items[i]) < chosen->match) continue;
    pairs[count++] = (row_pair){.left = kept_left(&kept->items[i]), .right = kept_right(&kept->items[i])};
  }
  khop_status status = clusters_connect(out, r->table.count, pairs, count, row_alive, r, err);
  mem_free(pairs);
  return status;
}

static khop_status make_entities(const run *r, const choose_input *chosen, uint8_t *states, clusters *out, khop_link_summary *summary,
                                 khop_error *err) {
  if (!run_has_entities(r)) return connect_links(r, chosen, states, out, err);
  uint64_t undone;
  const entities_input in = {.chosen = chosen, .row_count = r->table.count, .alive = row_alive, .context = r};
  TRY(entities_make(out, &in, states, &undone, err));
  summary->pairs_given_up += undone;
  return KHOP_OK;
}

/* ---- summary ---------------------------------------------------------------------------------------------- */

static void summarise_side(const run *r, size_t side, const link_result *links, khop_link_side *out) {
  const table_registers *registers = &r->walk.registers;
  const schema *own = r->side_schemas[side] ? r->side_schemas[side] : r->schema;
  snprintf(out->schema, sizeof out->schema, "%s", own->name);
  snprintf(out->name, sizeof out->name, "%s", r->side_names[side]);
  out->indexed = r->register_rows[side];
  out->deduplicated = registers_within(registers, side);
  for (size_t i = 0; i < r->records.reject_count; i++) out->rejected += run_side_of_source(r, r->records.rejects[i].source) == side;
  out->rows = out->indexed + out->rejected;
  uint32_t met = 0; /* units are numbered by their first rows */
  for (size_t row = registers->first[side]; row < registers->first[side + 1]; row++) {
    out->linked += links->fates[row] == FATE_LINKED;
    out->in_review += links->fates[row] == FATE_REVIEW;
    out->unlinked += links->fates[row] >= FATE_NO_KEY;
    if (!out->deduplicated || links->units->of_row[row] == CLUSTER_NONE) continue;
    bool is_first = row == registers->first[side] || links->units->of_row[row] >= met;
    if (is_first) met = links->units->of_row[row] + 1;
    out->duplicates += !is_first;
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
  if (!r->best) r->best = mem_alloc(r->table.count, sizeof *r->best);
  if (!r->best) return error_memory(err, r->table.count * sizeof *r->best, "best candidates");
  run_widen_review(r, tables);
  TRY(run_match(r, tables, kept, err));
  run_choose_threshold(r, tables, kept);
  return KHOP_OK;
}

static khop_status choose(const run *r, const choose_input *chosen, uint8_t *states, khop_link_summary *out, khop_error *err) {
  choose_facts facts;
  TRY(choose_links(chosen, r->table.count, states, &facts, err));
  out->kind = public_kind(chosen->kind);
  out->ties = facts.ties;
  out->pairs_given_up = facts.given_up;
  out->greedy_components = facts.greedy_components;
  return KHOP_OK;
}

static void summarise(run *r, const kept_pairs *kept, const score_tables *tables, const link_result *links, const clusters *entities,
                      khop_link_summary *out) {
  summarise_links(kept, tables->match, links->states, out);
  out->side_count = run_side_count(r);
  for (size_t side = 0; side < out->side_count; side++) summarise_side(r, side, links, &out->sides[side]);
  run_summarise(r, entities, &out->run);
  run_expect(r, &out->run.expected);
}

/* By agency, in the order of the registers. */
static void summarise_contradictions(const run *r, const contradiction_counts *counts, khop_link_summary *out) {
  out->has_contradictions = true;
  out->contradicting = counts->entities;
  for (size_t side = 0; side < run_side_count(r); side++) {
    size_t a = 0;
    while (a < out->agency_count && strcmp(out->agencies[a].agency, counts->agencies[side]) != 0) a++;
    khop_agency_load *load = &out->agencies[a];
    if (a == out->agency_count) out->agency_count++;
    snprintf(load->agency, sizeof load->agency, "%s", counts->agencies[side]);
    for (size_t f = 0; f < r->schema->field_count; f++) {
      load->to_correct += counts->to_correct[side][f];
      load->to_verify += counts->to_verify[side][f];
    }
  }
}

static khop_status write_results(run *r, outputs *o, result *found, size_t members, khop_link_summary *out, khop_error *err) {
  contradiction_counts *counts = mem_alloc(1, sizeof *counts);
  if (!counts) return error_memory(err, sizeof *counts, "contradictions");
  bool wanted = (r->options.write & KHOP_WRITE_CONTRADICTIONS) != 0;
  if (wanted) found->contradictions = counts;
  khop_status status = run_write_outputs(r, o, found, members, &out->run, out, err);
  if (status == KHOP_OK && wanted) summarise_contradictions(r, counts, out);
  mem_free(counts);
  return status;
}

/* states: of pairs, fates: of rows. */
typedef struct link_test {
  const kept_pairs *pairs;
  const uint8_t *states;
  int32_t match;
} link_test;

static bool is_link(const void *context, size_t pair) {
  const link_test *t = context;
  return t->states[pair] != ASSIGN_OUT && kept_weight(&t->pairs->items[pair]) >= t->match;
}

static khop_status link_up(run *r, outputs *o, const kept_pairs *kept, const score_tables *tables, uint8_t *states, uint8_t *fates,
                           khop_link_summary *out, khop_error *err) {
  khop_status status = KHOP_OK;
  clusters entities = {0}, units = {0};
  link_causes causes = {0};
  size_t members = 0;
  progress_phase(&r->progress, "link", "pairs", kept->count);
  const result compared = {.pairs = kept};
  TRY_CLEANUP(run_gather_ids(r, &compared, err)); /* of equal choices the lower ids are taken */
  link_result links = {.registers = &r->walk.registers, .names = r->side_names, .states = states, .fates = fates, .best = r->best};
  if (r->walk.registers.within) {
    TRY_CLEANUP(make_units(r, kept, tables, &units, err));
    links.units = &units;
  }
  const choose_input chosen = choice(r, kept, tables, links.units);
  TRY_CLEANUP(choose(r, &chosen, states, out, err));
  TRY_CLEANUP(make_entities(r, &chosen, states, &entities, out, err));
  TRY_CLEANUP(mark_fates(r, kept, tables, &links, fates, err));
  TRY_CLEANUP(run_find(r, &entities, err));
  const link_test test = {.pairs = kept, .states = states, .match = tables->match};
  TRY_CLEANUP(run_find_causes(r, kept, is_link, &test, &causes, out, err));
  links.causes = causes.of_pair;
  TRY_CLEANUP(run_sort_members(r, &entities, &members, err));
  summarise(r, kept, tables, &links, &entities, out);
  progress_phase(&r->progress, "write", "rows", r->table.count);
  result found = run_result(r);
  found.pairs = kept;
  found.match_weight = tables->match;
  found.clusters = &entities;
  found.links = &links;
  TRY_CLEANUP(write_results(r, o, &found, members, out, err));
cleanup:
  clusters_free(&entities);
  link_causes_free(&causes);
  clusters_free(&units);
  return status;
}

/* Files that only some links have. */
static unsigned further_outputs(const run *r) {
  unsigned wanted = 0;
  if (run_has_entities(r)) wanted |= 1u << OUTPUT_ENTITIES;
  for (size_t side = 0; side < run_side_count(r); side++) {
    if (r->link->registers[side].dedupe) wanted |= 1u << OUTPUT_CLUSTERS;
  }
  return wanted;
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
  outputs_want(&o, outputs_of_results(r.options.write) | further_outputs(&r) | (r.options.previous ? 1u << OUTPUT_CHANGES : 0));
  TRY_CLEANUP(outputs_begin(&o, r.options.output, r.options.force, err));
  TRY_CLEANUP(checkpoint_begin(&r, "link", err));
  TRY_CLEANUP(run_open_store(&r, err));
  TRY_CLEANUP(match_across(&r, tables, &kept, err));
  states = mem_alloc(kept.count, 1);
  fates = mem_alloc(r.table.count, 1);
  if (!states || !fates) status = error_memory(err, kept.count + r.table.count, "links");
  else status = link_up(&r, &o, &kept, tables, states, fates, out_summary, err);
cleanup:
  mem_free(states);
  mem_free(fates);
  mem_free(kept.items);
  mem_free(tables);
  run_end(&r, &o, status, err);
  return status;
}
