/* khop_evaluate: what evaluate/ finds, put together for tools. */
#include "evaluate/curve.h"
#include "evaluate/evaluate_entities.h"
#include "evaluate/evaluate_links.h"
#include "evaluate/groups.h"
#include "run/evaluate_errors.h"

static khop_quality quality_of(const evaluation *e) {
  return (khop_quality){.records = e->result_records,
                        .truth_records = e->truth_records,
                        .common_records = e->both_records,
                        .missing_records = e->missing_records,
                        .true_positives = e->clusters.true_positives,
                        .false_positives = e->clusters.false_positives,
                        .false_negatives = e->clusters.false_negatives,
                        .precision = e->clusters.precision,
                        .recall = e->clusters.recall,
                        .f1 = e->clusters.f1,
                        .pair_precision = e->matches.precision,
                        .pair_recall = e->matches.recall,
                        .pair_f1 = e->matches.f1,
                        .best_f1 = e->best.f1,
                        .best_threshold = e->best_weight,
                        .exact_clusters = e->exact_share};
}

static khop_status check_options(const khop_evaluate_options *o, khop_error *err) {
  if (!o->output) return error_set(err, KHOP_USAGE, "no directory of a result");
  if (!o->truth == !o->labels) return error_set(err, KHOP_USAGE, "one of truth and labels is needed, and not both");
  return KHOP_OK;
}

static khop_status evaluate_truth(evaluate_data *data, const khop_evaluate_options *o, khop_evaluation *out, khop_error *err) {
  const evaluate_options options = {.out_directory = o->output, .truth_path = o->truth};
  evaluation e;
  TRY(evaluate_read(data, &options, err));
  TRY(evaluate_count(data, &e, err));
  curve_find_best(data, &e);
  out->quality = quality_of(&e);
  out->threshold_count = curve_thresholds(data, e.true_pairs, out->thresholds);
  return o->curve ? curve_write(data, e.true_pairs, o->curve, err) : KHOP_OK;
}

static khop_status evaluate_labels(evaluate_data *data, labels *l, const khop_evaluate_options *o, khop_evaluation *out,
                                   khop_error *err) {
  out->from_labels = true;
  TRY(evaluate_read_clusters(data, o->output, err));
  TRY(evaluate_read_pairs(data, o->output, err));
  TRY(labels_read(l, data, o->labels, err));
  labels_quality(l, data, &out->labels);
  out->threshold_count = labels_thresholds(l, data, out->thresholds);
  return o->curve ? labels_write_curve(out->thresholds, out->threshold_count, o->curve, err) : KHOP_OK;
}

/* The store is open once at a time: here for what all records say, behind it for the errors. */
static khop_status read_store(const evaluate_data *data, const labels *l, const khop_evaluate_options *o, khop_evaluation *out,
                              uint32_t **out_rows, khop_error *err) {
  stored s;
  out->groupings = mem_alloc(o->by_count, sizeof *out->groupings);
  if (!out->groupings) return error_memory(err, o->by_count * sizeof *out->groupings, "groups");
  out->grouping_count = o->by_count;
  TRY(stored_open(&s, o->output, o->store, err));
  khop_status status = KHOP_OK;
  if (o->by_count) status = groups_find(&s, data, l, o->by, o->by_count, out->groupings, err);
  if (status == KHOP_OK && o->errors) status = stored_rows(&s, data, out_rows, err);
  stored_close(&s);
  return status;
}

static khop_status evaluate_records(const evaluate_data *data, const labels *l, const khop_evaluate_options *o, khop_evaluation *out,
                                    khop_error *err) {
  if (!o->by_count && !o->errors) return KHOP_OK;
  uint32_t *rows = NULL;
  error_list errors = {0};
  khop_status status = KHOP_OK;
  TRY_CLEANUP(read_store(data, l, o, out, &rows, err));
  if (!o->errors) goto cleanup;
  TRY_CLEANUP(errors_find(&errors, data, l, EVALUATE_ERRORS_MAX, err));
  TRY_CLEANUP(evaluate_errors(&errors, data, rows, o, out, err));

cleanup:
  errors_free(&errors);
  mem_free(rows);
  return status;
}

khop_status khop_evaluate(const khop_evaluate_options *options, khop_evaluation *out_evaluation, khop_error *err) {
  *out_evaluation = (khop_evaluation){0};
  evaluate_data data = {0};
  labels l = {0};
  khop_evaluation found = {0};
  khop_status status = KHOP_OK;
  TRY_CLEANUP(check_options(options, err));
  if (options->truth) TRY_CLEANUP(evaluate_truth(&data, options, &found, err));
  else TRY_CLEANUP(evaluate_labels(&data, &l, options, &found, err));
  TRY_CLEANUP(evaluate_records(&data, options->labels ? &l : NULL, options, &found, err));
  *out_evaluation = found;

cleanup:
  labels_free(&l);
  evaluate_data_free(&data);
  if (status != KHOP_OK) khop_evaluation_free(&found);
  return status;
}

void khop_evaluation_free(khop_evaluation *e) {
  groups_free(e->groupings, e->grouping_count);
  mem_free(e->groupings);
  *e = (khop_evaluation){0};
}

khop_status khop_evaluate_links(const char *output, const char *left_truth, const char *right_truth, khop_link_quality *out_quality,
                                khop_error *err) {
  return evaluate_links(output, left_truth, right_truth, out_quality, err);
}

bool khop_is_link_result(const char *output) { return evaluate_has_links(output); }

khop_status khop_evaluate_entities(const char *output, const char *const *truths, size_t truth_count, khop_entity_quality *out_quality,
                                   khop_error *err) {
  return evaluate_entities(output, truths, truth_count, out_quality, err);
}

bool khop_is_entity_result(const char *output) { return evaluate_has_entities(output); }
