/* khop gen. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "gen/gen.h"

static const option_spec gen_options_table[] = {
    {"--output", "-o", "DIR", "directory for SCHEMA.csv, truth.csv and faults.csv; created when missing"},
    {"--people", "-n", "N", "size of the population; a register has some rows more or less"},
    {"--seed", NULL, "S", "seed; the same seed gives the same people in every schema; default 0"},
    {"--faults", NULL, "N", "plants more: of 10,000 rows, so many with each kind of impossible date and with numbers swapped in the family; default 0"},
    {"--profile", NULL, "judge|tune", "one of two error models, so that what was tuned on one can be judged on the other; default judge"},
    {NULL, NULL, NULL, NULL}};

static khop_status run_gen(const arguments *a, khop_error *err) {
  uint64_t people = 0, seed = 0, faults = 0;
  khop_status status = arguments_count(a, "--people", 1, 1000000000, &people, err);
  if (status == KHOP_OK) status = arguments_count(a, "--seed", 0, UINT64_MAX, &seed, err);
  if (status == KHOP_OK) status = arguments_count(a, "--faults", 0, GEN_FAULTS_MAX, &faults, err);
  if (status != KHOP_OK) return status;
  bool disagrees = strcmp(a->operands[0], GEN_VAN_NINH) == 0;
  if (disagrees && !people) people = GEN_VAN_NINH_PEOPLE;
  gen_options options = {.schema = a->operands[0], .people = people, .seed = seed, .faults = (unsigned)faults,
                         .directory = arguments_text(a, "--output"), .profile = arguments_text(a, "--profile")};
  if (!people) return report_usage(err, "khop gen: say how many people with -n N");
  if (!options.directory) return report_usage(err, "khop gen: say where to write with -o DIR");
  gen_result result;
  status = gen_run(&options, &result, err);
  if (status != KHOP_OK) return status;
  if (disagrees) {
    printf("registers      %s/cccd/cccd.csv and %s/bhyt/bhyt.csv: %s citizens, %s cards\n", options.directory, options.directory,
           show_count(result.people), show_count(result.rows - result.people));
    printf("truth          truth.csv beside each; why %s cards disagree in %s/bhyt/causes.csv\n", show_count(result.faults),
           options.directory);
    return KHOP_OK;
  }
  printf("register       %s/%s.csv: %s rows of %s people, %s of them duplicates\n", options.directory, options.schema,
         show_count(result.rows), show_count(result.people), show_count(result.duplicate_rows));
  printf("truth          %s/truth.csv; %s planted faults in %s/faults.csv\n", options.directory, show_count(result.faults), options.directory);
  return KHOP_OK;
}

const command_spec command_gen = {
    .name = "gen",
    .operands = "SCHEMA -n N -o DIR",
    .summary = "writes a synthetic register of a built-in schema, with known truth and planted faults; or van-ninh: citizens and cards "
               "that disagree",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){gen_options_table, options_help, NULL},
    .run = run_gen};
