/* khop link. */
#include <stdio.h>

#include "commands.h"

static const option_spec link_options[] = {
    {"--output", "-o", "OUT", "directory for the results; created when missing"},
    {"--force", NULL, NULL, "OUT may hold an earlier run: its files are replaced when the new ones are whole"},
    {"--store", NULL, "DIR", "where the record store goes, of both registers; default OUT/store"},
    {"--no-store", NULL, NULL, "write no record store"},
    {"--one-to-one", NULL, NULL, "a record is linked once at most; the default is the schema's"},
    {"--one-to-many", NULL, NULL, "a right record is linked once at most, a left one any number of times"},
    {"--many-to-one", NULL, NULL, "a left record is linked once at most, a right one any number of times"},
    {"--many-to-many", NULL, NULL, "every matching pair is a link"},
    {"--left-schema", NULL, "NAME|FILE", "schema of the left register; default: found by the columns"},
    {"--right-schema", NULL, "NAME|FILE", "schema of the right register"},
    {"--schema", NULL, "NAME|FILE", "what both are compared by; default: their schema, or the built-in one that joins two different ones"},
    {"--left-map", NULL, "FIELD=COLUMN", "which column of the left register holds a field of its schema; may be repeated"},
    {"--right-map", NULL, "FIELD=COLUMN", "the same of the right register"},
    {NULL, NULL, NULL, NULL}};

static khop_status read_kind(const arguments *a, khop_link_kind *out, khop_error *err) {
  static const struct {
    const char *name;
    khop_link_kind kind;
  } kinds[] = {{"--one-to-one", KHOP_LINK_ONE_TO_ONE}, {"--one-to-many", KHOP_LINK_ONE_TO_MANY},
               {"--many-to-one", KHOP_LINK_MANY_TO_ONE}, {"--many-to-many", KHOP_LINK_MANY_TO_MANY}};
  const char *before = NULL;
  *out = KHOP_LINK_BY_SCHEMA;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!arguments_has(a, kinds[i].name)) continue;
    if (before) return report_usage(err, "%s and %s: one of them at most", before, kinds[i].name);
    before = kinds[i].name;
    *out = kinds[i].kind;
  }
  return KHOP_OK;
}

static khop_status read_options(const arguments *a, khop_link_options *out, khop_map *maps, khop_error *err) {
  khop_link_options_init(out);
  khop_status status = arguments_to_options(a, &out->both, maps, err);
  out->left_count = 1;
  out->left_schema = arguments_text(a, "--left-schema");
  out->right_schema = arguments_text(a, "--right-schema");
  out->left_maps = maps;
  out->right_maps = maps + VALUES_MAX;
  if (status == KHOP_OK) status = arguments_maps(a, "--left-map", maps, &out->left_map_count, err);
  if (status == KHOP_OK) status = arguments_maps(a, "--right-map", maps + VALUES_MAX, &out->right_map_count, err);
  if (status == KHOP_OK) status = read_kind(a, &out->kind, err);
  return status;
}

static void print_side(const char *name, const khop_link_side *s) {
  printf("%-14s %s: %s rows, %s rejected; %s linked, %s for review, %s unlinked\n", name, s->schema, show_count(s->rows), show_count(s->rejected),
         show_count(s->linked), show_count(s->in_review), show_count(s->unlinked));
}

static void print_summary(const khop_link_summary *s, const khop_options *o) {
  static const char *const kinds[] = {[KHOP_LINK_ONE_TO_ONE] = "one to one", [KHOP_LINK_ONE_TO_MANY] = "one to many",
                                      [KHOP_LINK_MANY_TO_ONE] = "many to one", [KHOP_LINK_MANY_TO_MANY] = "many to many"};
  const khop_summary *run = &s->run;
  print_side("left", &s->left);
  print_side("right", &s->right);
  printf("pairs          %s compared, by schema %s\n", show_count(run->pairs_compared), run->schema);
  if (run->pairs_left_out) printf("not compared   %s pairs of oversized blocks, named in summary.json\n", show_count(run->pairs_left_out));
  printf("links          %s, %s of them with a conflict, %s for review; %s\n", show_count(run->pairs_match), show_count(s->conflicts),
         show_count(run->pairs_review), kinds[s->kind]);
  if (s->pairs_given_up) printf("given up       %s matching pairs, for better ones; %s ties were broken by record id\n", show_count(s->pairs_given_up), show_count(s->ties));
  show_expected(&run->expected, "pairs before links were chosen");
  printf("time           %s on %u threads (%s), %s at most\n", show_seconds(run->seconds), run->threads, run->simd, show_bytes(run->peak_memory_bytes));
  printf("results        %s: links.csv, unlinked.csv, rejected.csv, summary.json, model.json%s%s\n", o->output, show_results(o->write),
         o->skip_store || o->store ? "" : ", store/");
}

static khop_status run_link(const arguments *a, khop_error *err) {
  static khop_map maps[2 * VALUES_MAX];
  khop_link_options options;
  khop_link_summary summary;
  khop_status status = read_options(a, &options, maps, err);
  if (status == KHOP_OK) status = report_start(a, &options.both, err);
  if (status != KHOP_OK) return status;
  status = khop_link(&options, &summary, err);
  report_end(&options.both);
  if (status == KHOP_OK) print_summary(&summary, &options.both);
  return status;
}

const command_spec command_link = {
    .name = "link",
    .operands = "LEFT.csv RIGHT.csv -o OUT",
    .summary = "finds the records of two registers that mean the same person or parcel",
    .details = "Registers of two schemas meet through the fields that both have. Only pairs across them are compared.",
    .operands_min = 2,
    .operands_max = 2,
    .option_groups = (const option_spec *const[]){link_options, options_write, options_model, options_target, options_input, options_run, options_help, NULL},
    .run = run_link};
