/* khop dedupe. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const option_spec dedupe_options[] = {
    {"--output", "-o", "OUT", "directory for the results; created when missing"},
    {"--force", NULL, NULL, "OUT may hold an earlier run: its files are replaced when the new ones are whole"},
    {"--store", NULL, "DIR", "where the record store goes; default OUT/store"},
    {"--no-store", NULL, NULL, "write no record store"},
    {"--labels", NULL, "FILE", "pairs that people judged, to train from: a CSV with left_id, right_id and label (match, non_match; 1, 0; yes, no)"},
    {"--decisions", NULL, "FILE", "what people decided about pairs: a CSV with left_id, right_id and decision (must_link, cannot_link; or match, non_match, review as in a corrected pairs.csv)"},
    {"--linkage", NULL, "single|complete|average", "what holds a cluster together: its best pairs, all pairs, or their mean; default: the schema's, single if it names none"},
    {NULL, NULL, NULL, NULL}};

const char *show_results(unsigned written) {
  static const struct {
    unsigned bit;
    const char *file;
  } results[] = {{KHOP_WRITE_IDS, "ids.csv"}, {KHOP_WRITE_GOLDEN, "golden.csv"}, {KHOP_WRITE_QUALITY, "quality.csv"},
               {KHOP_WRITE_QUALITY, "quality_places.csv"}, {KHOP_WRITE_CONTRADICTIONS, "contradictions.csv"}, {KHOP_WRITE_REPORT, "report.html"}};
  static char text[128];
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
    if (written & results[i].bit) used += (size_t)snprintf(text + used, sizeof text - used, ", %s", results[i].file);
  }
  return text;
}

static void show_range(const khop_range *r, const char *what) {
  printf("%s %s (%s to %s)", show_count((uint64_t)(r->estimate + 0.5)), what, show_count((uint64_t)(r->low + 0.5)),
         show_count((uint64_t)(r->high + 0.5)));
}

void show_expected(const khop_expected *e, const char *what) {
  printf("expected       ");
  show_range(&e->wrong, "wrong");
  printf(" among the %s, ", what);
  show_range(&e->missed, "missed");
  printf("; precision %.4f, recall %.4f\n", e->precision, e->recall);
  if (e->checked_pairs >= 1) printf("checked        %s pairs by %s\n", show_count((uint64_t)e->checked_pairs), e->checked_by);
  else printf("checked        no pairs: without identifiers on both sides nothing but the model tells\n");
  if (!e->target_reached) printf("target         out of reach with this register and these rules: the nearest threshold was taken\n");
}

void show_usability(const khop_usability *u) {
  uint64_t records = u->usable + u->needs_correction + u->unusable;
  if (!records) return;
  printf("quality        %s usable, %s to be corrected or verified, %s unusable\n", show_count(u->usable), show_count(u->needs_correction),
         show_count(u->unusable));
  printf("reasons       ");
  for (size_t i = 0; i < u->reason_count; i++) printf("%s %s %s", i ? "," : "", u->reasons[i].code, show_count(u->reasons[i].records));
  printf("%s\n", u->reason_count ? "" : " none");
}

static void print_summary(const khop_summary *s, const khop_options *o) {
  printf("rows           %s read, %s rejected, %s indexed\n", show_count(s->rows), show_count(s->rejected), show_count(s->indexed));
  printf("schema         %s%s\n", s->schema, o->schema ? "" : " (found by the columns)");
  printf("pairs          %s compared, %s match, %s for review\n", show_count(s->pairs_compared), show_count(s->pairs_match),
         show_count(s->pairs_review));
  if (s->pairs_left_out) printf("not compared   %s pairs of oversized blocks, named in summary.json\n", show_count(s->pairs_left_out));
  show_training(&s->training);
  printf("clusters       %s of two or more records, %s records in them, the largest has %s\n", show_count(s->clusters),
         show_count(s->clustered_records), show_count(s->largest_cluster));
  if (s->matches_parted) {
    printf("parted         %s clusters, which %s matching pairs held together: why is in splits.csv\n", show_count(s->clusters_parted),
           show_count(s->matches_parted));
  }
  show_expected(&s->expected, "matching pairs");
  if (s->finding_count) show_findings(s);
  show_usability(&s->usability);
  show_changes(&s->changes);
  printf("time           %s on %u threads (%s), %s at most\n", show_seconds(s->seconds), s->threads, s->simd, show_bytes(s->peak_memory_bytes));
  if (s->spilled_bytes) {
    printf("spilled        %s to temporary files, %s at once, for --memory\n", show_bytes(s->spilled_bytes), show_bytes(s->spilled_disk_bytes));
  }
  printf("phases        ");
  for (size_t i = 0; i < s->phase_count; i++) printf(" %s %s", s->phases[i].phase, show_seconds(s->phases[i].seconds));
  printf("\nresults        %s: clusters.csv, pairs.csv, splits.csv, rejected.csv, summary.json, model.json%s%s%s\n", o->output,
         show_results(s->written), o->previous ? ", changes.csv" : "", o->skip_store ? "" : o->store ? "" : ", store/");
}

static khop_status run_dedupe(const arguments *a, khop_error *err) {
  khop_options options;
  khop_map maps[VALUES_MAX];
  khop_summary summary;
  khop_status status = report_begin(a, &options, maps, err);
  if (status != KHOP_OK) return status;
  status = khop_dedupe(&options, &summary, err);
  report_end(&options);
  if (status == KHOP_OK) print_summary(&summary, &options);
  return status;
}

const command_spec command_dedupe = {
    .name = "dedupe",
    .operands = "REGISTER.csv [MORE.csv...] -o OUT",
    .summary = "finds the records of the same person or parcel inside the inputs",
    .details = "Files may be CSV or TSV, plain, gzip or zstd; '-' is standard input. Several files are one register.",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){dedupe_options, options_write, options_today, options_model, options_target, options_schema, options_input, options_resume, options_run, options_help, NULL},
    .run = run_dedupe};
