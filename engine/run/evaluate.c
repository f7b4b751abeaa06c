/* khop_evaluate: model/evaluate.h for tools. */
#include "model/evaluate.h"

khop_status khop_evaluate(const char *output, const char *truth_path, khop_quality *out_quality, khop_error *err) {
  *out_quality = (khop_quality){0};
  const evaluate_options options = {.out_directory = output, .truth_path = truth_path};
  evaluation e;
  TRY(evaluate_result(&options, &e, err));
  *out_quality = (khop_quality){.records = e.result_records,
                                .truth_records = e.truth_records,
                                .common_records = e.both_records,
                                .missing_records = e.missing_records,
                                .true_positives = e.clusters.true_positives,
                                .false_positives = e.clusters.false_positives,
                                .false_negatives = e.clusters.false_negatives,
                                .precision = e.clusters.precision,
                                .recall = e.clusters.recall,
                                .f1 = e.clusters.f1,
                                .pair_precision = e.matches.precision,
                                .pair_recall = e.matches.recall,
                                .pair_f1 = e.matches.f1,
                                .best_f1 = e.best.f1,
                                .best_threshold = e.best_weight,
                                .exact_clusters = e.exact_share};
  return KHOP_OK;
}
