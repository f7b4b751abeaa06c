/* What dedupe and link have in common around the matching: the store, the result's frame, rejects of a run
 * that fails, the writing of all files. See run.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "output/outputs.h"
#include "run/changes.h"
#include "run/checkpoint.h"
#include "run/contradictions.h"
#include "run/golden.h"
#include "run/quality.h"
#include "run/spill.h"

/* ---- the store ------------------------------------------------------------------------------------- */

khop_status run_open_store(run *r, khop_error *err) {
  if (r->options.skip_store) return KHOP_OK;
  r->store_path = r->options.store ? mem_copy_text(r->options.store, strlen(r->options.store)) : path_join(r->options.output, "store");
  const char **names = mem_alloc(r->schema->field_count, sizeof *names);
  if (!r->store_path || !names) {
    mem_free(names);
    return error_memory(err, r->schema->field_count * sizeof *names, "store");
  }
  for (size_t f = 0; f < r->schema->field_count; f++) names[f] = r->schema->fields[f].name;
  store_writer_options options = {.schema = r->schema->name, .field_names = names, .field_count = r->schema->field_count, .ends_at_tables = true};
  options.log_path = checkpoint_store_log(r, &options.takes_over);
  khop_status status = store_place_check(r->store_path, r->options.force, err);
  if (status == KHOP_OK) status = store_writer_create(&r->store, r->store_path, &options, err);
  mem_free(names);
  return status;
}

khop_status run_sort_members(run *r, const clusters *c, size_t *out_count, khop_error *err) {
  *out_count = 0;
  if (!r->store || r->spill) return KHOP_OK;
  sort_item *items = r->items.data;
  size_t count = 0;
  for (size_t row = 0; row < c->row_count; row++) {
    uint32_t cluster = c->of_row[row];
    if (cluster != CLUSTER_NONE && c->sizes[cluster] > 1) items[count++] = (sort_item){.key = cluster, .row = (uint32_t)row};
  }
  *out_count = count;
  return sort_items(items, r->scratch.data, count, r->workers, err);
}

/* ---- results --------------------------------------------------------------------------------------- */

result run_result(const run *r) {
  return (result){.schema = r->schema, .input = r->input, .records = &r->records, .model = &r->model, .facts = r->facts,
                  .block_rows_max = r->options.block_rows_max, .seed = r->options.seed, .today = r->finding_rules.today, .input_hash = r->input_hash,
                  .month_first = r->month_first, .reasons = &r->reasons, .table = &r->table, .errors = r->errors, .match_bin = r->match_bin,
                  .findings = run_finds(r) ? &r->findings : NULL, .places = &r->places};
}

static void summarise_findings(const findings *f, khop_summary *out) {
  for (size_t kind = 0; kind < FINDING_KINDS; kind++) {
    const uint64_t *counts = f->counts[kind];
    if (counts[FINDING_ERROR] + counts[FINDING_WARNING] + counts[FINDING_INFO] == 0) continue;
    out->findings[out->finding_count++] = (khop_finding_count){.code = finding_code((finding_kind)kind), .errors = counts[FINDING_ERROR],
                                                               .warnings = counts[FINDING_WARNING], .infos = counts[FINDING_INFO]};
  }
  for (size_t row = 0; row < f->row_count; row++) out->finding_records += f->masks[row] != 0;
}

static void summarise_clusters(const clusters *c, khop_summary *out) {
  for (size_t i = 0; i < c->cluster_count; i++) {
    if (c->sizes[i] > out->largest_cluster) out->largest_cluster = c->sizes[i];
    if (c->sizes[i] < 2) continue;
    out->clusters++;
    out->clustered_records += c->sizes[i];
  }
  out->clusters_parted = c->facts.parted;
  out->matches_parted = c->cut_count;
}

void run_summarise(const run *r, const clusters *c, khop_summary *out) {
  out->rows = r->rows;
  out->rejected = r->records.reject_count;
  out->indexed = r->live_rows;
  for (size_t i = 0; i < r->schema->rule_count; i++) {
    out->pairs_compared += r->facts[i].pairs;
    out->pairs_left_out += r->facts[i].pairs_left_out;
  }
  if (run_finds(r)) summarise_findings(&r->findings, out);
  if (c) summarise_clusters(c, out);
  if (c) run_training_facts(r, &out->training);
  out->written = r->options.write & ~(unsigned)KHOP_WRITE_DEFAULT;
  out->threads = r->options.threads;
  checkpoint_summarise(r, out);
  snprintf(out->schema, sizeof out->schema, "%s", r->schema->name);
  snprintf(out->simd, sizeof out->simd, "%s", cpu_level_name(r->level));
}

/* The clock on the wall here, and how far it is from that of Greenwich. */
static void tell_time(khop_summary *out) {
  time_t now = time(NULL);
  struct tm here;
  char offset[8] = "";
  if (!localtime_r(&now, &here)) return;
  size_t length = strftime(out->finished, sizeof out->finished, "%Y-%m-%dT%H:%M:%S", &here);
  if (strftime(offset, sizeof offset, "%z", &here) == 5) snprintf(out->finished + length, sizeof out->finished - length, "%.3s:%s", offset, offset + 3);
}

static void summarise_time(run *r, khop_summary *out) {
  progress_finish(&r->progress);
  tell_time(out);
  out->seconds = progress_elapsed_s(&r->progress);
  out->peak_memory_bytes = memory_peak_bytes();
  if (r->spill) {
    out->spilled_bytes = spill_written_bytes(r->spill);
    out->spilled_disk_bytes = spill_disk_bytes(r->spill);
    out->spilled_parts = r->spilled.parts;
  }
  out->phase_count = r->progress.phase_count;
  memcpy(out->phases, r->progress.phases, sizeof out->phases);
}

/* ---- writing, in two parts side by side: the lists with a line a record take about as long as the rest ------ */

typedef struct writing {
  run *run;
  outputs *outputs;
  const result *found;
  size_t member_count; /* in the sort buffer */
} writing;

typedef void file_writer(outfile *f, const result *r);
static file_writer *const writers[OUTPUT_COUNT] = {[OUTPUT_PAIRS] = write_pairs, [OUTPUT_CLUSTERS] = write_clusters, [OUTPUT_SPLITS] = write_splits,
                                                   [OUTPUT_LINKS] = write_links, [OUTPUT_UNLINKED] = write_unlinked, [OUTPUT_ENTITIES] = write_entities,
                                                   [OUTPUT_REJECTED] = write_rejected};

static bool is_wanted(const outputs *o, size_t file) { return o->wanted >> file & 1; }

static khop_status write_file(const writing *w, size_t file, khop_error *err) {
  if (!is_wanted(w->outputs, file)) return KHOP_OK;
  writers[file](&w->outputs->files[file], w->found);
  return outputs_finish(w->outputs, file, err);
}

static khop_status write_findings(const writing *w, khop_error *err) {
  if (!is_wanted(w->outputs, OUTPUT_IDS)) return KHOP_OK;
  TRY(write_ids(&w->outputs->files[OUTPUT_IDS], w->found, err));
  return outputs_finish(w->outputs, OUTPUT_IDS, err);
}

static khop_status seal_store(run *r, const result *found, size_t member_count, khop_error *err) {
  const clusters *c = found->clusters;
  if (!r->store) return KHOP_OK;
  TRY(store_writer_clusters(r->store, c->of_row, c->row_count, err));
  TRY(r->spill ? run_write_members_spilled(r, c, err)
               : store_writer_postings(r->store, STORE_TABLE_CLUSTER, r->items.data, member_count, err));
  TRY(run_write_store_tables(r, err));
  if (!r->link) TRY(run_write_store_links(r, found->pairs, found->match_weight, err));
  TRY(run_write_store_decisions(r, found->decisions, err));
  TRY(run_write_store_facts(r, err));
  return store_writer_seal(r->store, err);
}

static khop_status write_rest(const writing *w, khop_error *err) {
  TRY(write_file(w, OUTPUT_PAIRS, err));
  TRY(write_file(w, OUTPUT_SPLITS, err));
  TRY(write_file(w, OUTPUT_REJECTED, err));
  TRY(write_findings(w, err));
  char *model_text = NULL;
  TRY(model_to_json(&w->run->model, w->run->schema, &model_text, err));
  outfile_text(&w->outputs->files[OUTPUT_MODEL], model_text);
  mem_free(model_text);
  TRY(outputs_finish(w->outputs, OUTPUT_MODEL, err));
  TRY(control_check(w->run->options.control, err));
  return seal_store(w->run, w->found, w->member_count, err);
}

static khop_status write_part(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker;
  const writing *w = context;
  if (task == 1) return write_rest(w, err);
  TRY(write_file(w, OUTPUT_CLUSTERS, err));
  TRY(write_file(w, OUTPUT_LINKS, err));
  TRY(write_file(w, OUTPUT_ENTITIES, err));
  return write_file(w, OUTPUT_UNLINKED, err);
}

/* ---- results with values of records, from the sealed store ------------------------------------------------------- */

static khop_status write_usability(const writing *w, store_pass *pass, quality_result *quality, khop_summary *summary, khop_error *err) {
  outfile *files = w->outputs->files;
  TRY(write_quality(pass, w->found->clusters, &files[OUTPUT_QUALITY], quality, &summary->usability, err));
  TRY(outputs_finish(w->outputs, OUTPUT_QUALITY, err));
  result found = *w->found;
  found.quality = quality;
  TRY(write_quality_places(&files[OUTPUT_PLACES], &found, err));
  return outputs_finish(w->outputs, OUTPUT_PLACES, err);
}

static khop_status write_from_store(const writing *w, quality_result *quality, khop_summary *summary, khop_error *err) {
  outputs *o = w->outputs;
  const result *found = w->found;
  khop_status status = KHOP_OK;
  store_pass pass = {0};
  if (!is_wanted(o, OUTPUT_GOLDEN) && !is_wanted(o, OUTPUT_QUALITY) && !is_wanted(o, OUTPUT_CONTRADICTIONS)) return KHOP_OK;
  TRY_CLEANUP(store_pass_open(&pass, w->run, err));
  if (is_wanted(o, OUTPUT_CONTRADICTIONS)) {
    TRY_CLEANUP(write_contradictions(&pass, found->clusters, w->member_count, found->contradictions, &o->files[OUTPUT_CONTRADICTIONS], err));
    TRY_CLEANUP(outputs_finish(o, OUTPUT_CONTRADICTIONS, err));
  }
  if (is_wanted(o, OUTPUT_QUALITY)) TRY_CLEANUP(write_usability(w, &pass, quality, summary, err));
  if (!is_wanted(o, OUTPUT_GOLDEN)) goto cleanup;
  TRY_CLEANUP(write_golden(&pass, found->clusters, &o->files[OUTPUT_GOLDEN], err));
  TRY_CLEANUP(outputs_finish(o, OUTPUT_GOLDEN, err));
cleanup:
  store_pass_close(&pass);
  return status;
}

/* ---- results about the whole, last ------------------------------------------------------------------------------- */

khop_status run_write_summary(run *r, outputs *o, const result *found, khop_summary *summary, const khop_link_summary *links, khop_error *err) {
  summarise_time(r, summary);
  if (run_reports(r)) {
    TRY(write_report(&o->files[OUTPUT_REPORT], found, r->options.language, summary, links, err));
    TRY(outputs_finish(o, OUTPUT_REPORT, err));
  }
  TRY(write_summary(&o->files[OUTPUT_SUMMARY], found, summary, links, err));
  return outputs_finish(o, OUTPUT_SUMMARY, err);
}

khop_status run_write_changes(const run *r, outputs *o, khop_summary *summary, khop_error *err) {
  if (!is_wanted(o, OUTPUT_CHANGES)) return KHOP_OK;
  TRY(write_changes(r, o->staging, &o->files[OUTPUT_CHANGES], &summary->changes, err));
  return outputs_finish(o, OUTPUT_CHANGES, err);
}

/* All but the summary; what that needs of it goes to `quality`. */
static khop_status write_files(writing *w, quality_result *quality, khop_summary *summary, khop_error *err) {
  TRY(run_gather_ids(w->run, w->found, err));
  TRY(outputs_open(w->outputs, err));
  TRY(pool_run(w->run->workers, 2, write_part, w, err));
  TRY(write_from_store(w, quality, summary, err));
  return run_write_changes(w->run, w->outputs, summary, err);
}

/* Everything is on disk before anything takes its name: what fails until then leaves an earlier result as
 * it was. */
khop_status run_write_outputs(run *r, outputs *o, const result *found, size_t member_count, khop_summary *summary,
                              const khop_link_summary *links, khop_error *err) {
  largest_clusters largest;
  quality_result quality = {0};
  result all = *found;
  writing job = {.run = r, .outputs = o, .found = &all, .member_count = member_count};
  khop_status status;
  if (all.clusters && run_reports(r)) {
    largest_clusters_find(all.clusters, &largest);
    all.largest = &largest;
  }
  TRY_CLEANUP(write_files(&job, &quality, summary, err));
  TRY_CLEANUP(control_check(r->options.control, err));
  if (is_wanted(o, OUTPUT_QUALITY)) all.quality = &quality;
  TRY_CLEANUP(run_write_summary(r, o, &all, summary, links, err));
cleanup:
  quality_result_free(&quality);
  TRY(status);
  if (r->store) TRY(store_writer_finish(r->store, r->options.force, err));
  return outputs_publish(o, err);
}

void run_end(run *r, outputs *o, khop_status status, khop_error *err) {
  const uint64_t disk_need = status == KHOP_OK ? 0 : run_disk_need(r, o, err);
  const char *output = r->options.output; /* the caller's */
  char offer[CHECKPOINT_OFFER_BYTES];
  checkpoint_end(r, status, offer);
  outputs_abandon(o);
  run_close(r);
  if (status == KHOP_OK || !err) return;
  if (disk_need) error_disk_need(err, output, disk_need);
  size_t used = strlen(err->message);
  snprintf(err->message + used, sizeof err->message - used, "%s", offer);
}

/* ---- reading ---------------------------------------------------------------------------------------- */

/* The run stops because of its input: the operator needs the list all the same. An earlier run's
 * rejected.csv stays with its other files. */
static void save_rejected(const run *r) {
  outfile f;
  if (outfile_open(&f, r->options.output, outputs_failed_rejects(r->options.output), NULL) != KHOP_OK) return;
  const result found = run_result(r);
  write_rejected(&f, &found);
  outfile_commit(&f, NULL); /* the run's own failure is the one to tell */
}

khop_status run_read_and_store(run *r, khop_error *err) {
  bool is_taken;
  TRY(checkpoint_restore(r, &is_taken, err));
  if (is_taken) return KHOP_OK;
  khop_status status = run_read(r, err);
  if (status == KHOP_INPUT && r->records.reject_count) save_rejected(r);
  TRY(status);
  TRY(run_write_identifiers(r, err));
  return checkpoint_rows(r, err);
}
