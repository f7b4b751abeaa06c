/* khop ids, and what dedupe and link say of findings. */
#include <stdio.h>

#include "commands.h"

static const option_spec ids_options[] = {
    {"--output", "-o", "OUT", "directory for ids.csv, report.html, rejected.csv and summary.json; created when missing"},
    {"--force", NULL, NULL, "OUT may hold an earlier run: its files are replaced when the new ones are whole"},
    {NULL, NULL, NULL, NULL}};

void show_findings(const khop_summary *s) {
  uint64_t total = 0;
  for (size_t i = 0; i < s->finding_count; i++) total += s->findings[i].errors + s->findings[i].warnings + s->findings[i].infos;
  printf("findings       %s, about %s records\n", show_count(total), show_count(s->finding_records));
  for (size_t i = 0; i < s->finding_count; i++) {
    const khop_finding_count *f = &s->findings[i];
    printf("  %-30s %s\n", f->code, show_count(f->errors + f->warnings + f->infos));
  }
}

void show_changes(const khop_changes *c) {
  uint64_t better = 0, worse = 0, same = 0;
  for (int from = 0; from < 3; from++) {
    for (int to = 0; to < 3; to++) *(to < from ? &better : to > from ? &worse : &same) += c->moves[from][to];
  }
  if (c->compared_findings) {
    printf("changes        findings of records: %s fixed, %s new, %s still open\n", show_count(c->fixed), show_count(c->appeared),
           show_count(c->open));
  }
  if (c->compared_groups) {
    printf("changes        records: %s in a better group, %s in a worse one, %s as they were; %s new, %s gone\n", show_count(better),
           show_count(worse), show_count(same), show_count(c->records_new), show_count(c->records_gone));
  }
}

static khop_status run_ids(const arguments *a, khop_error *err) {
  khop_options options;
  khop_map maps[VALUES_MAX];
  khop_summary summary;
  khop_status status = report_begin(a, &options, maps, err);
  if (status != KHOP_OK) return status;
  status = khop_ids(&options, &summary, err);
  report_end(&options);
  if (status != KHOP_OK) return status;
  printf("rows           %s read, %s rejected, %s looked at\n", show_count(summary.rows), show_count(summary.rejected), show_count(summary.indexed));
  show_findings(&summary);
  show_changes(&summary.changes);
  printf("time           %s on %u threads (%s), %s at most\n", show_seconds(summary.seconds), summary.threads, summary.simd,
         show_bytes(summary.peak_memory_bytes));
  printf("results        %s: rejected.csv, summary.json%s%s\n", options.output, show_results(summary.written),
         options.previous ? ", changes.csv" : "");
  return KHOP_OK;
}

const command_spec command_ids = {
    .name = "ids",
    .operands = "REGISTER.csv [MORE.csv...] -o OUT",
    .summary = "finds what is wrong with numbers, entries and dates, without matching",
    .details = "What one record shows by itself, and one number on several people. dedupe and link write the same, and what only matching tells.\n"
               "What a number says of its person needs the schema's findings: docs/schema.md.",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){ids_options, options_write, options_today, options_schema, options_input, options_resume, options_run, options_help, NULL},
    .run = run_ids};
