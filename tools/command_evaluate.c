/* khop evaluate. */
#include <stdio.h>

#include "commands.h"

static const option_spec evaluate_options[] = {{"--truth", NULL, "TRUTH.csv", "record_id,entity_id or left_id,right_id"},
                                               {"--json", NULL, NULL, "print JSON"},
                                               {NULL, NULL, NULL, NULL}};

static void print_json(const khop_quality *q) {
  printf("{\"records\":%llu,\"truth_records\":%llu,\"common_records\":%llu,\"true_positives\":%llu,\"false_positives\":%llu,"
         "\"false_negatives\":%llu,\"precision\":%.6f,\"recall\":%.6f,\"f1\":%.6f,\"pair_precision\":%.6f,\"pair_recall\":%.6f,"
         "\"pair_f1\":%.6f,\"best_f1\":%.6f,\"best_threshold\":%.3f,\"exact_clusters\":%.6f}\n",
         (unsigned long long)q->records, (unsigned long long)q->truth_records, (unsigned long long)q->common_records,
         (unsigned long long)q->true_positives, (unsigned long long)q->false_positives, (unsigned long long)q->false_negatives,
         q->precision, q->recall, q->f1, q->pair_precision, q->pair_recall, q->pair_f1, q->best_f1, q->best_threshold, q->exact_clusters);
}

static khop_status run_evaluate(const arguments *a, khop_error *err) {
  khop_quality q;
  const char *truth = arguments_text(a, "--truth");
  if (!truth) return report_usage(err, "khop evaluate: --truth TRUTH.csv is missing");
  khop_status status = khop_evaluate(a->operands[0], truth, &q, err);
  if (status != KHOP_OK) return status;
  if (arguments_has(a, "--json")) {
    print_json(&q);
    return KHOP_OK;
  }
  printf("records        %s in the result, %s in the truth, %s in both\n", show_count(q.records), show_count(q.truth_records),
         show_count(q.common_records));
  printf("clusters       precision %.4f  recall %.4f  F1 %.4f  (%s right pairs, %s wrong, %s missed)\n", q.precision, q.recall, q.f1,
         show_count(q.true_positives), show_count(q.false_positives), show_count(q.false_negatives));
  printf("pairs          precision %.4f  recall %.4f  F1 %.4f\n", q.pair_precision, q.pair_recall, q.pair_f1);
  printf("best threshold F1 %.4f at match weight %.2f\n", q.best_f1, q.best_threshold);
  printf("entities       %.2f %% found exactly\n", 100 * q.exact_clusters);
  return KHOP_OK;
}

const command_spec command_evaluate = {
    .name = "evaluate",
    .operands = "OUT --truth TRUTH.csv",
    .summary = "compares a result with the truth: precision, recall, F1 by pairs and by clusters",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){evaluate_options, options_help, NULL},
    .run = run_evaluate};
