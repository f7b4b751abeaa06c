/* khop link. */
#include <stdio.h>

#include "cli/link_options.h"
#include "commands.h"

static const option_spec link_options[] = {
    {"--output", "-o", "OUT", "directory for the results; created when missing"},
    {"--force", NULL, NULL, "OUT may hold an earlier run: its files are replaced when the new ones are whole"},
    {"--store", NULL, "DIR", "where the record store goes, of all registers; default OUT/store"},
    {"--no-store", NULL, NULL, "write no record store"},
    {NULL, NULL, NULL, NULL}};

static void print_sides(const khop_link_summary *summary) {
  static const char *const two[] = {"left", "right"};
  for (size_t i = 0; i < summary->side_count; i++) {
    const khop_link_side *s = &summary->sides[i];
    bool is_two = summary->side_count == 2;
    printf("%-14s %s%s%s rows, %s rejected; %s linked, %s for review, %s unlinked", is_two ? two[i] : s->name, is_two ? s->schema : "",
           is_two ? ": " : "", show_count(s->rows), show_count(s->rejected), show_count(s->linked), show_count(s->in_review),
           show_count(s->unlinked));
    if (s->deduplicated) printf("; %s of them duplicates", show_count(s->duplicates));
    printf("\n");
  }
}

static void print_contradictions(const khop_link_summary *s) {
  printf("contradictions in %s entities;", show_count(s->contradicting));
  for (size_t i = 0; i < s->agency_count; i++) {
    const khop_agency_load *load = &s->agencies[i];
    printf("%s %s: %s values to correct, %s to verify", i ? ";" : "", load->agency, show_count(load->to_correct), show_count(load->to_verify));
  }
  printf("\n");
}

static void print_causes(const khop_link_summary *s) {
  if (!s->disagreeing) return;
  printf("disagreeing    %s links, by what their records say differently (column cause of links.csv)\n", show_count(s->disagreeing));
  for (size_t i = 0; i < s->cause_count; i++) printf("  %-28s %10s\n", s->causes[i].cause, show_count(s->causes[i].links));
}

static void print_summary(const khop_link_summary *s, const khop_options *o) {
  static const char *const kinds[] = {[KHOP_LINK_ONE_TO_ONE] = "one to one", [KHOP_LINK_ONE_TO_MANY] = "one to many",
                                      [KHOP_LINK_MANY_TO_ONE] = "many to one", [KHOP_LINK_MANY_TO_MANY] = "many to many"};
  const khop_summary *run = &s->run;
  bool has_entities = s->side_count > 2, has_clusters = false;
  for (size_t i = 0; i < s->side_count; i++) has_clusters |= s->sides[i].deduplicated;
  has_entities |= has_clusters;
  print_sides(s);
  printf("pairs          %s compared, by schema %s\n", show_count(run->pairs_compared), run->schema);
  if (run->pairs_left_out) printf("not compared   %s pairs of oversized blocks, named in summary.json\n", show_count(run->pairs_left_out));
  printf("links          %s, %s of them with a conflict, %s for review; %s\n", show_count(run->pairs_match), show_count(s->conflicts),
         show_count(run->pairs_review), kinds[s->kind]);
  if (has_entities) printf("entities       %s of two or more records, %s records in them, the largest has %s\n", show_count(run->clusters),
                           show_count(run->clustered_records), show_count(run->largest_cluster));
  if (s->pairs_given_up) printf("given up       %s matching pairs, for better ones; %s ties were broken by record id\n", show_count(s->pairs_given_up), show_count(s->ties));
  if (s->has_contradictions) print_contradictions(s);
  show_expected(&run->expected, "pairs before links were chosen");
  print_causes(s);
  if (run->finding_count) show_findings(run);
  show_usability(&run->usability);
  show_changes(&run->changes);
  printf("time           %s on %u threads (%s), %s at most\n", show_seconds(run->seconds), run->threads, run->simd, show_bytes(run->peak_memory_bytes));
  printf("results        %s: links.csv, unlinked.csv, %s%srejected.csv, summary.json, model.json%s%s%s\n", o->output,
         has_entities ? "entities.csv, " : "", has_clusters ? "clusters.csv, " : "", show_results(run->written),
         o->previous ? ", changes.csv" : "", o->skip_store || o->store ? "" : ", store/");
}

static khop_status run_link(const arguments *a, khop_error *err) {
  khop_link_options options;
  khop_link_summary summary;
  khop_status status = arguments_to_link(a, &options, err);
  if (status == KHOP_OK) status = report_start(a, &options.all, err);
  if (status != KHOP_OK) return status;
  status = khop_link(&options, &summary, err);
  report_end(&options.all);
  if (status == KHOP_OK) print_summary(&summary, &options.all);
  return status;
}

const command_spec command_link = {
    .name = "link",
    .operands = "LEFT.csv RIGHT.csv [MORE.csv...] -o OUT",
    .summary = "finds the records of two registers or more that mean the same person or parcel",
    .details = "Registers of different schemas meet through the fields that they have in common. Only pairs of two registers are compared, and\n"
               "with --dedupe those within one.",
    .operands_min = 2,
    .operands_max = KHOP_REGISTERS_MAX,
    .option_groups = (const option_spec *const[]){link_options, options_link, options_link_schema, options_write, options_today, options_model, options_target,
                                                  options_input, options_resume, options_run, options_help, NULL},
    .run = run_link};
