/* khop train, and what training came to. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

void show_training(const khop_training *t) {
  printf("model          %s", t->state);
  if (t->iterations) printf(" after %u iterations, %s matches expected in training", t->iterations, show_count((uint64_t)(t->matches + 0.5)));
  if (t->constrained_levels) printf("; %zu levels held in order", t->constrained_levels);
  printf("\n");
  if (strcmp(t->state, "iteration limit") == 0) printf("               not converged: the last iteration still changed %.4f\n", t->change);
}

static const option_spec train_options[] = {{"--output", "-o", "MODEL.json", "where the model goes"}, {NULL, NULL, NULL, NULL}};

static khop_status run_train(const arguments *a, khop_error *err) {
  khop_options options;
  khop_map maps[VALUES_MAX];
  khop_training training;
  khop_status status = arguments_to_options(a, &options, maps, err);
  const char *path = options.output;
  if (status == KHOP_OK && !path) return report_usage(err, "khop train: say where the model goes with -o MODEL.json");
  if (status == KHOP_OK) status = report_start(a, &options, err);
  if (status != KHOP_OK) return status;
  status = khop_train(&options, path, &training, err);
  report_end(&options);
  if (status != KHOP_OK) return status;
  show_training(&training);
  printf("pairs          %s random, %s candidates\n", show_count(training.random_pairs), show_count(training.candidate_pairs));
  printf("written        %s\n", path);
  return KHOP_OK;
}

const command_spec command_train = {
    .name = "train",
    .operands = "REGISTER.csv [MORE.csv...] -o MODEL.json",
    .summary = "estimates a model for later runs with --model; matches nothing",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){train_options, options_schema, options_input, options_run, options_help, NULL},
    .run = run_train};
