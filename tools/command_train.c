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
  if (!t->correlated) return;
  printf("correlated     %s and %s count twice, up to %.1f bits too much, which is taken off", t->correlated_names[0], t->correlated_names[1], t->correlated_bits);
  if (t->correlated > 1) printf("; %zu such pairs, in model.json", t->correlated);
  printf("\n");
}

static const option_spec train_options[] = {
    {"--output", "-o", "MODEL.json", "where the model goes"},
    {"--labels", NULL, "FILE", "pairs that people judged, to train from: a CSV with left_id, right_id and label (match, non_match; 1, 0; yes, no)"},
    {"--suggest-rules", NULL, NULL, "look for blocking rules instead, and print them as they stand in a schema; no model is written"},
    {"--pairs-budget", NULL, "N", "pairs that the rules may make together; default: two a record"},
    {NULL, NULL, NULL, NULL}};

static khop_status suggest_rules(const arguments *a, khop_options *options, uint64_t pairs_budget, khop_error *err) {
  khop_suggestion suggestion;
  khop_status status = report_start(a, options, err);
  if (status != KHOP_OK) return status;
  status = khop_suggest_rules(options, pairs_budget, &suggestion, err);
  report_end(options);
  if (status == KHOP_OK) fputs(suggestion.yaml, stdout);
  khop_free(suggestion.yaml);
  return status;
}

static khop_status train_model(const arguments *a, khop_options *options, const char *path, khop_error *err) {
  khop_training training;
  khop_status status = report_start(a, options, err);
  if (status != KHOP_OK) return status;
  status = khop_train(options, path, &training, err);
  report_end(options);
  if (status != KHOP_OK) return status;
  show_training(&training);
  if (training.correlated) printf("               simpler: one comparison with `fields`, or a level that says `covers`: docs/schema.md, Comparisons\n");
  printf("pairs          %s random, %s candidates\n", show_count(training.random_pairs), show_count(training.candidate_pairs));
  printf("written        %s\n", path);
  return KHOP_OK;
}

static khop_status run_train(const arguments *a, khop_error *err) {
  khop_options options;
  khop_map maps[VALUES_MAX];
  uint64_t pairs_budget = 0;
  bool suggests = arguments_has(a, "--suggest-rules");
  khop_status status = arguments_to_options(a, &options, maps, err);
  const char *path = options.output;
  if (status == KHOP_OK) status = arguments_count(a, "--pairs-budget", 1, INT64_MAX, &pairs_budget, err);
  if (status != KHOP_OK) return status;
  if (!suggests && pairs_budget) return report_usage(err, "--pairs-budget: only with --suggest-rules");
  if (!suggests && !path) return report_usage(err, "khop train: say where the model goes with -o MODEL.json");
  if (suggests && path) return report_usage(err, "-o and --suggest-rules: one of them at most");
  return suggests ? suggest_rules(a, &options, pairs_budget, err) : train_model(a, &options, path, err);
}

const command_spec command_train = {
    .name = "train",
    .operands = "REGISTER.csv [MORE.csv...] -o MODEL.json",
    .summary = "estimates a model for later runs with --model, or looks for blocking rules; matches nothing",
    .details = "--suggest-rules tries conjunctions of what the schema's fields offer, and takes those that find most expected matches for\n"
               "their pairs. The schema may have no `blocking` yet. Expected matches are those of the model, for no truth is known.",
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .option_groups = (const option_spec *const[]){train_options, options_schema, options_input, options_run, options_help, NULL},
    .run = run_train};
