/* khop plan. */
#include <stdio.h>

#include "commands.h"

static void print_rules(const khop_plan_result *p) {
  printf("\n%-44s %12s %10s %14s %14s\n", "blocking rule", "rows", "blocks", "pairs", "found before");
  for (size_t i = 0; i < p->rule_count; i++) {
    const khop_plan_rule *r = &p->rules[i];
    printf("%-44.44s %12s %10s %14s %14s\n", r->name, show_count(r->rows), show_count(r->blocks), show_count(r->pairs),
           show_count(r->pairs_repeated));
    if (r->pairs_split || r->pairs_left_out) {
      printf("%-44s %s pairs parted by splitting, %s not compared\n", "", show_count(r->pairs_split), show_count(r->pairs_left_out));
    }
  }
}

static void print_blocks(const khop_plan_result *p) {
  printf("\n%-44s %12s %14s  %s\n", "largest blocks", "rows", "not compared", "a record of it");
  for (size_t i = 0; i < p->block_count; i++) {
    const khop_plan_block *b = &p->blocks[i];
    printf("%-44.44s %12s %14s  %s\n", b->rule, show_count(b->rows), show_count(b->pairs_left_out), b->record_id);
  }
}

static khop_status run_plan(const arguments *a, khop_error *err) {
  static khop_plan_result plan;
  khop_options options;
  khop_map maps[VALUES_MAX];
  khop_status status = arguments_to_options(a, &options, maps, err);
  if (status == KHOP_OK) status = report_start(a, &options, err);
  if (status != KHOP_OK) return status;
  status = khop_plan(&options, &plan, err);
  report_end(&options);
  if (status != KHOP_OK) return status;
  printf("schema         %s\n", plan.schema);
  printf("rows           %s read, %s rejected, %s to index\n", show_count(plan.rows), show_count(plan.rejected), show_count(plan.indexed));
  printf("pairs          %s to compare\n", show_count(plan.pairs));
  print_rules(&plan);
  print_blocks(&plan);
  printf("\nmemory         %s\n", show_bytes(plan.memory_bytes));
  printf("disk           %s\n", show_bytes(plan.disk_bytes));
  printf("time           %s, at %s pairs a second\n", show_seconds(plan.seconds), show_count((uint64_t)plan.pairs_per_second));
  printf("review load    about %s pairs to match, %s for review\n", show_count((uint64_t)plan.expected_matches),
         show_count((uint64_t)plan.expected_reviews));
  return KHOP_OK;
}

const command_spec command_plan = {
    .name = "plan",
    .operands = "REGISTER.csv [MORE.csv...]",
    .summary = "shows what dedupe would do: pairs, largest blocks, memory, disk, time; writes nothing",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){options_model, options_input, options_run, options_help, NULL},
    .run = run_plan};
