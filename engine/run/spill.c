/* See spill.h. */
#include "run/spill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feature/row_file.h"

enum {
  work_bytes_least = 2 << 20,        /* for parts and sorting */
  component_bytes_least = 1 << 20,   /* for rows of components */
  cluster_bytes_a_row = 24,          /* root, size, place, set, confidence; a row of a component */
  link_bytes_a_row = 48,             /* entity, size, set; number, id and end of a best candidate */
  entity_bytes_a_row = 40,           /* unit, size, confidence, who stands for it; registers and confidence of an entity */
  pair_bytes = 2 * sizeof(sort_item), /* with room to grow, and a copy while sorting */
  split_bytes_a_row = 56             /* over the rows of a block: keys of split blocks, seen with 46 M parcels, while their set grows */
};

/* ---- how much ------------------------------------------------------------------------------------- */

static size_t code_columns(const feature_layout *layout) {
  size_t count = 0;
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) count += feature_is_counted(feature_term(layout, term));
  for (size_t f = 0; f < layout->field_count; f++) count += feature_has_common(&layout->slots[f]);
  return count;
}

static uint64_t cluster_bytes(const run *r, uint64_t rows) {
  if (!r->link) return rows * cluster_bytes_a_row;
  return rows * (link_bytes_a_row + (run_has_entities(r) ? entity_bytes_a_row : 0));
}

/* What is there all the time. */
static uint64_t base_bytes(const run *r, uint64_t rows) {
  uint64_t reading = (uint64_t)r->options.threads * RUN_SLOT_BYTES;
  uint64_t pass = partition_pass_bytes(r->table.layout.stride, r->schema->rule_count, r->options.threads);
  size_t linked = r->link ? sizeof(best_pair) + 1 : 0, masks = r->counts_findings ? sizeof(uint32_t) + sizeof(uint16_t) : 0;
  uint64_t split = rows * split_bytes_a_row / r->walk.block_rows_max;
  return RUN_FIXED_BYTES + (reading > pass ? reading : pass) + rows * (code_columns(&r->table.layout) + linked + masks) + rows / 8 + split;
}

/* Each of a rule's parts has a buffer of an extent, and all of them a quarter of the memory for parts. */
static uint64_t work_least(const run *r, uint64_t rows) {
  double row_bytes = (double)r->table.layout.stride + 64;
  uint64_t least = (uint64_t)sqrt(8 * (double)rows * row_bytes * SPILL_EXTENT_BYTES);
  return least < work_bytes_least ? work_bytes_least : least;
}

/* More than that would not make fewer parts. */
static uint64_t work_enough(const run *r, uint64_t rows) {
  uint64_t enough = 2 * rows * (r->table.layout.stride + 64), least = work_least(r, rows);
  return enough < least ? least : enough;
}

/* Of what there is beside the base: half, the rest is for pairs. */
static uint64_t work_of(const run *r, uint64_t rows, uint64_t available) {
  uint64_t least = work_least(r, rows), enough = work_enough(r, rows), half = available / 2;
  return half < least ? least : half > enough ? enough : half;
}

static uint64_t available_bytes(const run *r) {
  uint64_t base = base_bytes(r, r->table.count);
  return r->options.memory_bytes > base ? r->options.memory_bytes - base : 0;
}

uint64_t run_spill_bytes(const run *r) { return work_of(r, r->table.count, available_bytes(r)); }

uint64_t run_spill_cluster_bytes(const run *r, uint64_t pairs) {
  uint64_t available = available_bytes(r), taken = cluster_bytes(r, r->table.count) + pairs * sizeof(sort_item) + component_bytes_least;
  return component_bytes_least + (available > taken ? available - taken : 0);
}

uint64_t run_spilled_memory(const run *r, uint64_t rows, uint64_t pairs) {
  uint64_t paired = pairs * pair_bytes, least = work_least(r, rows), enough = work_enough(r, rows);
  uint64_t matching = paired + (paired < least ? least : paired > enough ? enough : paired);
  uint64_t clustering = cluster_bytes(r, rows) + component_bytes_least + pairs * sizeof(sort_item);
  return base_bytes(r, rows) + (matching > clustering ? matching : clustering);
}

uint64_t run_spilled_pairs(const run *r) {
  uint64_t rows = r->table.count, available = available_bytes(r), work = run_spill_bytes(r);
  uint64_t clustering = cluster_bytes(r, rows) + component_bytes_least;
  if (available <= work || available <= clustering) return 0;
  uint64_t matched = (available - work) / pair_bytes, clustered = (available - clustering) / sizeof(sort_item);
  return matched < clustered ? matched : clustered;
}

static bool can_spill(const run *r) { return (r->schema->rule_count > 0 || r->only_finds) && !r->needs_memory; }

uint64_t run_memory_least(const run *r, uint64_t rows) {
  const uint64_t in_memory = run_memory_needed(r, rows), rows_a_pair = 4;
  if (!can_spill(r)) return in_memory;
  uint64_t spilled = run_spilled_memory(r, rows, rows / rows_a_pair);
  return spilled < in_memory ? spilled : in_memory;
}

/* Rows, ids and origins; beside them what stands on disk at once: keys of a group of rules, then the rows that have a partner. */
uint64_t run_spill_disk(const run *r, uint64_t rows) {
  const uint64_t id_bytes = 16 + sizeof(uint64_t);
  uint64_t rules = r->schema->rule_count, stride = r->table.layout.stride;
  return rows * (stride + id_bytes + sizeof(record_origin) + SPILL_ITEM_DISK_BYTES * rules) + rows * rules / 5 * (stride + sizeof(uint32_t));
}

/* ---- to the file ---------------------------------------------------------------------------------- */

/* Beside the result, which has to have room there anyway; without one where temporary files are meant to be large. */
static const char *spill_directory(const run *r) {
  if (r->has_output_directory) return r->options.output;
  const char *directory = getenv("TMPDIR");
  return directory && *directory ? directory : "/var/tmp";
}

uint64_t run_spill_disk_with(const run *r, uint64_t memory_bytes) {
  const uint64_t rows = r->table.count, base = base_bytes(r, rows), bytes = work_of(r, rows, memory_bytes > base ? memory_bytes - base : 0);
  uint64_t room;
  if (disk_free_bytes(spill_directory(r), &room, NULL) != KHOP_OK) room = UINT64_MAX;
  return rows * (r->table.layout.stride + sizeof(uint64_t)) + r->records.id_used + partition_disk_bytes(&r->walk, bytes, room, r->facts);
}

/* Measured: 51 MiB on two threads, and beside what is counted 12 bytes a row of findings. */
uint64_t run_spill_memory_expected(const run *r, uint64_t rows) {
  const uint64_t fixed = 40 << 20, bytes_per_thread = 5 << 20, finding_row = sizeof(uint32_t) + sizeof(uint16_t) + 12;
  uint64_t row = code_columns(&r->table.layout) + (r->link ? sizeof(best_pair) + 1 : 0) + (r->counts_findings ? finding_row : 0);
  return fixed + r->options.threads * bytes_per_thread + rows * row + cluster_bytes(r, rows);
}

khop_status run_start_spill(run *r, khop_error *err) {
  uint64_t done = input_bytes_done(r->input), total = input_bytes_total(r->input), rows = r->table.count;
  if (done && total > done) rows = (uint64_t)((double)rows * (double)total / (double)done);
  TRY(spill_open(&r->spill, spill_directory(r), err));
  spill_expect(r->spill, run_spill_disk(r, rows));
  TRY(feature_table_spill(&r->table, r->spill, err));
  return records_spill(&r->records, r->spill, err);
}

khop_status run_end_spill(run *r, khop_error *err) {
  spill_expect(r->spill, run_spill_disk(r, r->table.count));
  TRY(feature_table_end(&r->table, err));
  return records_end(&r->records, err);
}

/* ---- ids that are named --------------------------------------------------------------------------- */

typedef struct named_rows {
  uint32_t *rows;
  size_t count, capacity;
} named_rows;

static khop_status name_row(named_rows *n, uint32_t row, khop_error *err) {
  if (row == CLUSTER_NONE) return KHOP_OK;
  if (n->count == n->capacity) { /* it grows only when it does not hold the same rows over and over */
    n->count = row_numbers_sort(n->rows, n->count);
    if (n->count >= n->capacity / 2) TRY(array_reserve(&n->rows, &n->capacity, n->capacity + 1, sizeof *n->rows, "record ids", err));
  }
  n->rows[n->count++] = row;
  return KHOP_OK;
}

static khop_status name_blocks(named_rows *n, const run *r, khop_error *err) {
  for (size_t i = 0; i < r->schema->rule_count; i++) {
    for (size_t b = 0; b < r->facts[i].largest_count; b++) TRY(name_row(n, r->facts[i].largest[b].first_row, err));
  }
  return KHOP_OK;
}

static khop_status name_clusters(named_rows *n, const clusters *c, khop_error *err) {
  for (size_t i = 0; i < c->cut_count; i++) {
    const cluster_cut *cut = &c->cuts[i];
    const uint32_t rows[] = {cut->left, cut->right, cut->against_left, cut->against_right};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) TRY(name_row(n, rows[k], err));
  }
  for (size_t i = 0; i < c->facts.largest_count; i++) TRY(name_row(n, c->facts.largest[i].first_row, err));
  return KHOP_OK;
}

/* The best candidates of records without a link. */
static khop_status name_candidates(named_rows *n, const run *r, const link_result *links, khop_error *err) {
  for (size_t row = 0; row < r->table.count; row++) {
    uint64_t best = atomic_load_explicit(&links->best[row], memory_order_relaxed);
    if (links->fates[row] >= FATE_NO_KEY && best) TRY(name_row(n, best_pair_row(best), err));
  }
  return KHOP_OK;
}

static khop_status name_pairs(named_rows *n, const kept_pairs *pairs, khop_error *err) {
  for (size_t i = 0; i < pairs->count; i++) {
    TRY(name_row(n, kept_left(&pairs->items[i]), err));
    TRY(name_row(n, kept_right(&pairs->items[i]), err));
  }
  return KHOP_OK;
}

static khop_status name_findings(named_rows *n, const findings *f, khop_error *err) {
  for (size_t i = 0; i < f->group_count; i++) {
    const finding found = findings_group(f, i);
    for (size_t k = 0; k < found.row_count; k++) TRY(name_row(n, found.rows[k], err));
  }
  return KHOP_OK;
}

static khop_status name_largest(named_rows *n, const largest_clusters *largest, khop_error *err) {
  for (size_t i = 0; i < largest->count; i++) {
    for (size_t k = 0; k < largest->items[i].row_count; k++) TRY(name_row(n, largest->items[i].rows[k], err));
  }
  return KHOP_OK;
}

khop_status run_gather_ids(run *r, const result *found, khop_error *err) {
  khop_status status = KHOP_OK;
  named_rows named = {0};
  if (!r->spill) return KHOP_OK;
  TRY_CLEANUP(name_blocks(&named, r, err));
  if (found && found->clusters) TRY_CLEANUP(name_clusters(&named, found->clusters, err));
  if (found && found->largest) TRY_CLEANUP(name_largest(&named, found->largest, err));
  if (found && found->links) TRY_CLEANUP(name_candidates(&named, r, found->links, err));
  if (found && found->pairs) TRY_CLEANUP(name_pairs(&named, found->pairs, err));
  if (found && found->findings) TRY_CLEANUP(name_findings(&named, found->findings, err));
  size_t count = row_numbers_sort(named.rows, named.count);
  uint32_t *rows = named.rows;
  named.rows = NULL;
  TRY_CLEANUP(records_gather(&r->records, rows, count, err));
cleanup:
  mem_free(named.rows);
  return status;
}
