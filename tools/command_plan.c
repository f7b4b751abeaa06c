/* khop plan. */
#include <stdio.h>
#include <string.h>

#include "cli/link_options.h"
#include "commands.h"

/* Wide enough for every rule's name: two may begin alike. */
static int name_width(const khop_plan_result *p) {
  int width = (int)sizeof "largest blocks" - 1;
  for (size_t i = 0; i < p->rule_count; i++) {
    int length = (int)strlen(p->rules[i].name);
    if (length > width) width = length;
  }
  return width;
}

static void print_rules(const khop_plan_result *p, int width) {
  printf("\n%-*s %12s %10s %12s %13s %11s %9s %7s\n", width, "blocking rule", "rows", "blocks", "pairs", "found before", "matches", "alone",
         "s");
  for (size_t i = 0; i < p->rule_count; i++) {
    const khop_plan_rule *r = &p->rules[i];
    printf("%-*s %12s %10s %12s %13s %11s %9s %7.2f\n", width, r->name, show_count(r->rows), show_count(r->blocks), show_count(r->pairs),
           show_count(r->pairs_repeated), show_count((uint64_t)(r->expected_matches + 0.5)),
           show_count((uint64_t)(r->expected_alone + 0.5)), r->seconds);
    if (r->pairs_split || r->pairs_left_out) {
      printf("%-*s %s pairs parted by splitting, %s not compared\n", width, "", show_count(r->pairs_split), show_count(r->pairs_left_out));
    }
  }
  printf("matches: expected among these pairs; alone: of these, what no other rule finds; s: what the rule costs\n");
}

static void print_blocks(const khop_plan_result *p, int width) {
  printf("\n%-*s %12s %14s  %s\n", width, "largest blocks", "rows", "not compared", "a record of it");
  for (size_t i = 0; i < p->block_count; i++) {
    const khop_plan_block *b = &p->blocks[i];
    printf("%-*s %12s %14s  %s\n", width, b->rule, show_count(b->rows), show_count(b->pairs_left_out), b->record_id);
  }
}

static const option_spec plan_options[] = {
    {"--link", NULL, NULL, "the operands are registers to be linked, as those of khop link: its options hold"},
    {"--no-store", NULL, NULL, "the run would write no record store"},
    {NULL, NULL, NULL, NULL}};

/* The options of a link are of no use without one. */
static khop_status read_options(const arguments *a, khop_link_options *link, khop_map *maps, khop_error *err) {
  if (arguments_has(a, "--link")) return arguments_to_link(a, link, err);
  khop_link_options_init(link);
  for (const option_spec *option = options_link; option->name; option++) {
    if (arguments_has(a, option->name)) return report_usage(err, "%s: only with --link", option->name);
  }
  return arguments_to_options(a, &link->all, maps, err);
}

static khop_status run_plan(const arguments *a, khop_error *err) {
  static khop_plan_result plan;
  khop_link_options link;
  khop_map maps[VALUES_MAX];
  khop_status status = read_options(a, &link, maps, err);
  if (status == KHOP_OK) status = report_start(a, &link.all, err);
  if (status != KHOP_OK) return status;
  status = link.register_count ? khop_plan_link(&link, &plan, err) : khop_plan(&link.all, &plan, err);
  report_end(&link.all);
  if (status != KHOP_OK) return status;
  printf("schema         %s\n", plan.schema);
  printf("rows           %s read, %s rejected, %s to index\n", show_count(plan.rows), show_count(plan.rejected), show_count(plan.indexed));
  printf("pairs          %s to compare\n", show_count(plan.pairs));
  print_rules(&plan, name_width(&plan));
  print_blocks(&plan, name_width(&plan));
  printf("\nmemory         %s\n", show_bytes(plan.memory_bytes));
  if (plan.spill_bytes) printf("temporary      %s of files, beside the result\n", show_bytes(plan.spill_bytes));
  if (plan.spill_least_bytes) printf("memory most    %s: with a smaller --memory there are temporary files\n", show_bytes(plan.memory_most_bytes));
  if (plan.spill_least_bytes) printf("memory least   %s, with %s of temporary files\n", show_bytes(plan.memory_least_bytes), show_bytes(plan.spill_least_bytes));
  printf("disk           %s\n", show_bytes(plan.disk_bytes));
  printf("time           %s, at %s pairs a second\n", show_seconds(plan.seconds), show_count((uint64_t)plan.pairs_per_second));
  printf("review load    about %s pairs to match, %s for review\n", show_count((uint64_t)plan.expected_matches),
         show_count((uint64_t)plan.expected_reviews));
  return KHOP_OK;
}

const command_spec command_plan = {
    .name = "plan",
    .operands = "REGISTER.csv [MORE.csv...]",
    .summary = "shows what dedupe or link would do: pairs, largest blocks, memory, disk, time; writes nothing",
    .details = "For each blocking rule: rows with a key, blocks, pairs that it is the first to find, pairs that an earlier rule finds too,\n"
               "expected matches among its pairs, those of them that no other rule finds (a run without the rule misses them), and the\n"
               "seconds that it costs. Up to 131,072 rows all pairs are compared, beyond a sample. What the store will cost is found by writing one\n"
               "for a second, in TMPDIR or /tmp; it is removed.",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){plan_options, options_write, options_model, options_schema, options_link, options_input, options_run,
                                                  options_help, NULL},
    .run = run_plan};
