/* khop evaluate. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const option_spec evaluate_options[] = {
    {"--truth", NULL, "TRUTH.csv", "what is known: record_id,entity_id or left_id,right_id"},
    {"--labels", NULL, "LABELS.csv",
     "what reviewers said: left_id,right_id,label (match, non-match, possible; trùng, không trùng, có thể), maybe reviewer and weight"},
    {"--curve", NULL, "FILE", "write precision, recall and F1 at every threshold as CSV"},
    {"--format", NULL, "text|json", "how to print; default text"},
    {NULL, NULL, NULL, NULL}};

/* ---- text ------------------------------------------------------------------------------------------ */

static void print_truth(const khop_quality *q) {
  printf("records        %s in the result, %s in the truth, %s in both\n", show_count(q->records), show_count(q->truth_records),
         show_count(q->common_records));
  printf("clusters       precision %.4f  recall %.4f  F1 %.4f  (%s right pairs, %s wrong, %s missed)\n", q->precision, q->recall, q->f1,
         show_count(q->true_positives), show_count(q->false_positives), show_count(q->false_negatives));
  printf("pairs          precision %.4f  recall %.4f  F1 %.4f\n", q->pair_precision, q->pair_recall, q->pair_f1);
  printf("best threshold F1 %.4f at match weight %.2f\n", q->best_f1, q->best_threshold);
  printf("entities       %.2f %% found exactly\n", 100 * q->exact_clusters);
}

/* "0.9912 (0.9803 to 0.9961)" */
static const char *show_estimate(const khop_estimate *e) {
  static char texts[4][64];
  static unsigned turn;
  char *out = texts[turn++ % 4];
  if (isnan(e->value)) snprintf(out, sizeof texts[0], "unknown");
  else snprintf(out, sizeof texts[0], "%.4f (%.4f to %.4f)", e->value, e->low, e->high);
  return out;
}

static void print_labels(const khop_label_quality *q) {
  printf("labels         %s pairs: %s match, %s non-match, %s possible; reviewers disagree on %s\n", show_count(q->pairs),
         show_count(q->matches), show_count(q->non_matches), show_count(q->possible), show_count(q->disputed));
  if (q->unknown_rows) printf("left out       %s labels of records that are not in the result\n", show_count(q->unknown_rows));
  printf("pairs          precision %s, from %s labels on %s matching pairs, by match weight\n", show_estimate(&q->match_precision),
         show_count(q->match_labelled), show_count(q->match_pairs));
  printf("clusters       precision %s; %s pairs hang together only through others, %s of them labelled\n",
         show_estimate(&q->cluster_precision), show_count(q->chained_pairs), show_count(q->chained_labelled));
  printf("recall         %s of the pairs labelled match are in one cluster, %s match by themselves\n", show_estimate(&q->cluster_recall),
         show_estimate(&q->match_recall));
  printf("               (relative to the labels: duplicates that nobody labelled are not in it; intervals are 95 %%)\n");
}

static void print_share(double share, int width) {
  if (isnan(share)) printf(" %*s", width, "-");
  else printf(" %*.4f", width, share);
}

static void print_thresholds(const khop_evaluation *e) {
  printf("\n%-14s %7s %14s %10s", "probability", "weight", "pairs", "precision");
  if (e->from_labels) printf(" %18s", "95 % interval");
  printf(" %8s %8s\n", "recall", "F1");
  for (size_t i = 0; i < e->threshold_count; i++) {
    const khop_threshold *t = &e->thresholds[i];
    printf("%-14.6g %7.2f %14s", t->probability, t->weight, show_count(t->pairs));
    print_share(t->precision, 10);
    if (e->from_labels) {
      print_share(t->precision_low, 8);
      print_share(t->precision_high, 9);
    }
    print_share(t->recall, 8);
    print_share(t->f1, 8);
    printf("\n");
  }
}

static void print_text(const khop_evaluation *e) {
  if (e->from_labels) print_labels(&e->labels);
  else print_truth(&e->quality);
  print_thresholds(e);
}

/* ---- JSON ------------------------------------------------------------------------------------------ */

static void json_count(const char *name, uint64_t number) { printf("\"%s\":%llu,", name, (unsigned long long)number); }

static void json_share(const char *name, double share) {
  if (isnan(share)) printf("\"%s\":null,", name);
  else printf("\"%s\":%.6f,", name, share);
}

static void json_truth(const khop_quality *q) {
  json_count("records", q->records);
  json_count("truth_records", q->truth_records);
  json_count("common_records", q->common_records);
  json_count("missing_records", q->missing_records);
  json_count("true_positives", q->true_positives);
  json_count("false_positives", q->false_positives);
  json_count("false_negatives", q->false_negatives);
  json_share("precision", q->precision);
  json_share("recall", q->recall);
  json_share("f1", q->f1);
  json_share("pair_precision", q->pair_precision);
  json_share("pair_recall", q->pair_recall);
  json_share("pair_f1", q->pair_f1);
  json_share("best_f1", q->best_f1);
  printf("\"best_threshold\":%.3f,", q->best_threshold);
  json_share("exact_clusters", q->exact_clusters);
}

static void json_estimate(const char *name, const khop_estimate *e) {
  char part[64];
  json_share(name, e->value);
  snprintf(part, sizeof part, "%s_low", name);
  json_share(part, e->low);
  snprintf(part, sizeof part, "%s_high", name);
  json_share(part, e->high);
}

static void json_labels(const khop_label_quality *q) {
  json_count("label_rows", q->rows);
  json_count("labelled_pairs", q->pairs);
  json_count("labelled_match", q->matches);
  json_count("labelled_non_match", q->non_matches);
  json_count("labelled_possible", q->possible);
  json_count("disputed", q->disputed);
  json_count("unknown_rows", q->unknown_rows);
  json_count("match_pairs", q->match_pairs);
  json_count("match_labelled", q->match_labelled);
  json_count("chained_pairs", q->chained_pairs);
  json_count("chained_labelled", q->chained_labelled);
  json_estimate("match_precision", &q->match_precision);
  json_estimate("cluster_precision", &q->cluster_precision);
  json_estimate("match_recall_of_labels", &q->match_recall);
  json_estimate("cluster_recall_of_labels", &q->cluster_recall);
}

static void json_thresholds(const khop_evaluation *e) {
  printf("\"thresholds\":[");
  for (size_t i = 0; i < e->threshold_count; i++) {
    const khop_threshold *t = &e->thresholds[i];
    printf("%s{", i ? "," : "");
    json_share("probability", t->probability);
    json_count("pairs", t->pairs);
    json_share("precision", t->precision);
    if (e->from_labels) {
      json_share("precision_low", t->precision_low);
      json_share("precision_high", t->precision_high);
    }
    json_share("recall", t->recall);
    json_share("f1", t->f1);
    printf("\"weight\":%.3f}", t->weight);
  }
  printf("]");
}

static void print_json(const khop_evaluation *e) {
  printf("{\"from\":\"%s\",", e->from_labels ? "labels" : "truth");
  if (e->from_labels) json_labels(&e->labels);
  else json_truth(&e->quality);
  json_thresholds(e);
  printf("}\n");
}

/* ---- the command ----------------------------------------------------------------------------------- */

static khop_status run_evaluate(const arguments *a, khop_error *err) {
  khop_evaluation found;
  const khop_evaluate_options options = {.output = a->operands[0],
                                         .truth = arguments_text(a, "--truth"),
                                         .labels = arguments_text(a, "--labels"),
                                         .curve = arguments_text(a, "--curve")};
  const char *format = arguments_text(a, "--format");
  if (!options.truth == !options.labels) return report_usage(err, "khop evaluate: say --truth TRUTH.csv or --labels LABELS.csv");
  if (format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0) {
    return report_usage(err, "--format: %.20s is not text or json", format);
  }
  khop_status status = khop_evaluate(&options, &found, err);
  if (status != KHOP_OK) return status;
  if (format && strcmp(format, "json") == 0) print_json(&found);
  else print_text(&found);
  return KHOP_OK;
}

const command_spec command_evaluate = {
    .name = "evaluate",
    .operands = "OUT --truth TRUTH.csv | --labels LABELS.csv",
    .summary = "compares a result with the truth, or with what reviewers said: precision, recall, F1 by pairs and by clusters",
    .details = "With labels, precision is estimated from the labelled pairs by ranges of match weight, with a 95 % interval; recall is "
               "a share of the pairs labelled match, and knows nothing of those that nobody labelled.",
    .operands_min = 1,
    .operands_max = 1,
    .option_groups = (const option_spec *const[]){evaluate_options, options_help, NULL},
    .run = run_evaluate};
