/* See plan_needs.h. */
#include "run/plan_needs.h"

#include <string.h>

#include "feature/row_file.h"
#include "run/spill.h"

/* ---- disk ------------------------------------------------------------------------------------------ */

typedef struct identifier_count {
  const run *run;
  uint64_t rows; /* with an identifier, once for each that they have */
} identifier_count;

static khop_status count_identifiers(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)worker, (void)err;
  identifier_count *c = context;
  for (size_t f = 0; f < c->run->schema->field_count; f++) {
    if (!c->run->schema->fields[f].identifier) continue;
    const feature_slot *slot = &part->layout.slots[f];
    for (size_t row = 0; row < part->count; row++) c->rows += !feature_missing(slot, feature_row(part, row));
  }
  return KHOP_OK;
}

/* Entries of the store's tables: record ids, identifiers, the keys of all rules. */
static khop_status count_postings(const run *r, uint64_t *out_count, khop_error *err) {
  identifier_count identifiers = {.run = r};
  const row_pass pass = {.table = &r->table, .take = count_identifiers, .context = &identifiers};
  TRY(row_pass_run(&pass, r->workers, err));
  *out_count = r->live_rows + identifiers.rows;
  for (size_t i = 0; i < r->schema->rule_count; i++) *out_count += r->facts[i].rows;
  return KHOP_OK;
}

static double source_name_bytes(const run *r) {
  const char *name = input_source_at(r->input, 0)->name, *slash = strrchr(name, '/');
  return (double)strlen(slash ? slash + 1 : name);
}

/* The lists, as they are for generated registers. */
static double results_bytes(const run *r, const khop_plan_result *plan) {
  const double findings_a_row = 14, golden_an_input_byte = 1.05, quality_a_row = 60, contradictions_a_row = 20, summary = 150e3, report = 400e3;
  const double rows = (double)plan->indexed, id = r->table.count ? (double)r->records.id_used / (double)r->table.count : 0;
  const double member_a_row = id + source_name_bytes(r) + 13, pair = 2 * id + 42, unlinked_a_row = 2;
  double bytes = summary + (plan->expected_matches + plan->expected_reviews) * pair;
  if (r->link) bytes += unlinked_a_row * rows + (run_has_entities(r) ? member_a_row * rows : 0);
  else bytes += member_a_row * rows;
  if (r->planned & KHOP_WRITE_IDS) bytes += findings_a_row * rows;
  if (r->planned & KHOP_WRITE_REPORT) bytes += report;
  if (r->planned & KHOP_WRITE_GOLDEN) bytes += golden_an_input_byte * (double)input_bytes_total(r->input);
  if (r->planned & KHOP_WRITE_CONTRADICTIONS) bytes += contradictions_a_row * rows;
  return bytes + (r->planned & KHOP_WRITE_QUALITY ? quality_a_row * rows : 0);
}

/* ---- time ------------------------------------------------------------------------------------------ */

static double phase_seconds(const run *r, const char *name) {
  double seconds = 0;
  for (size_t i = 0; i < r->progress.phase_count; i++) {
    if (strcmp(r->progress.phases[i].phase, name) == 0) seconds += r->progress.phases[i].seconds;
  }
  return seconds;
}

/* What the results take, as shares of the time that reading took without packing, which is of the same work on the same texts: lists; findings, which look at
 * rows while they are read and once more, with threads that reading has beside the workers'; golden records and quality read each value anew.
 * Measured at 100,000 and 1,000,000 rows. */
static double results_seconds(const run *r, double reading) {
  const double lists = 0.3, link_lists = 0.4, found = 0.5, found_a_thread = 0.2, golden_a_field = 0.24, quality_a_field = 0.13, contradictions = 0.3;
  const double fields = (double)r->schema->field_count;
  double shares = r->link ? link_lists : lists;
  if (r->planned & (KHOP_WRITE_IDS | KHOP_WRITE_QUALITY)) shares += found + found_a_thread / r->options.threads;
  if (r->planned & KHOP_WRITE_GOLDEN) shares += golden_a_field * fields;
  if (r->planned & KHOP_WRITE_QUALITY) shares += quality_a_field * fields;
  if (r->planned & KHOP_WRITE_CONTRADICTIONS) shares += contradictions;
  return shares * reading;
}

/* What plan did took as long as it will in the run, but for the trial of the store; the rest of the pairs, of the records that are packed, and of
 * the store are to come. While a run reads, its threads share the writing; at the end it waits for the disk. */
static double run_seconds(const run *r, const plan_work *work, double stored, double lists) {
  const double threads = r->options.threads;
  double seconds = work->seconds + (double)work->pairs_to_come * work->seconds_per_pair / threads, reading = phase_seconds(r, "read");
  if (r->trial) {
    const double packed = r->trial->pack_seconds, all = r->packed_rows ? packed * (double)r->table.count / (double)r->packed_rows : 0;
    reading -= (packed + r->trial->append_seconds) / threads;
    seconds += (all - packed) / threads;
    seconds += (store_trial_append_seconds(r->trial, stored) - r->trial->append_seconds) / threads - r->trial->sync_seconds +
               store_trial_sync_seconds(r->trial, stored + lists);
  }
  return seconds + (reading > 0 ? results_seconds(r, reading) : 0);
}

/* ---- memory ---------------------------------------------------------------------------------------- */

static void report_memory(const run *r, khop_plan_result *out) {
  const uint64_t rows = r->table.count, pairs = (uint64_t)(out->expected_matches + out->expected_reviews), taken = memory_peak_bytes();
  const uint64_t expected = r->spill ? run_spill_memory_expected(r, rows) : run_memory_expected(r, rows, pairs);
  out->memory_most_bytes = run_memory_needed(r, rows) + run_pairs_memory(pairs);
  out->memory_bytes = expected > taken ? expected : taken;
  if (out->memory_bytes > r->options.memory_bytes) out->memory_bytes = r->options.memory_bytes;
  out->memory_least_bytes = run_memory_least(r, rows);
  if (run_spilled_memory(r, rows, pairs) > out->memory_least_bytes) out->memory_least_bytes = run_spilled_memory(r, rows, pairs);
  if (out->memory_least_bytes > out->memory_most_bytes) out->memory_least_bytes = out->memory_most_bytes;
  out->spill_least_bytes = out->memory_least_bytes < out->memory_most_bytes ? run_spill_disk_with(r, out->memory_least_bytes) : 0;
  out->spill_bytes = r->spill ? spill_disk_bytes(r->spill) : 0;
}

khop_status plan_needs(const run *r, const plan_work *work, khop_plan_result *out, khop_error *err) {
  const double posting_bytes = 6.3, lists = results_bytes(r, out);
  double stored = 0;
  if (r->trial) {
    uint64_t postings;
    TRY(count_postings(r, &postings, err));
    stored = run_records_disk(r) + (double)postings * posting_bytes;
  }
  out->pairs_per_second = work->seconds_per_pair > 0 ? r->options.threads / work->seconds_per_pair : 0;
  out->seconds = run_seconds(r, work, stored, lists);
  out->disk_bytes = (uint64_t)(stored + lists);
  report_memory(r, out);
  return KHOP_OK;
}
