/* What khop evaluate prints, as text and as JSON. */
#include <math.h>
#include <stdio.h>

#include "evaluate_print.h"

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

/* A text in a column of so many characters: bytes that begin one are counted. Signs that a terminal obeys are '?'. */
static void print_padded(const char *text, int width) {
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    width -= (c & 0xc0) != 0x80;
    if (width < 0) break;
    putchar(c < 0x20 || c == 0x7f ? '?' : c);
  }
  for (; width > 0; width--) putchar(' ');
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

static void print_errors(const khop_evaluation *e) {
  if (!e->has_errors) return;
  uint64_t all = e->errors_wrong + e->errors_missed;
  printf("\n%-8s %-18s %10s\n", "error", "kind", "pairs");
  for (size_t i = 0; i < e->error_kind_count; i++) {
    const khop_error_kind *kind = &e->error_kinds[i];
    printf("%-8s %-18s %10s\n", kind->is_missed ? "missed" : "wrong", kind->name, show_count(kind->pairs));
  }
  if (e->errors_listed < all) printf("(of %s errors, %s are listed)\n", show_count(all), show_count(e->errors_listed));
}

enum { groups_shown = 20 };

static void print_grouping(const khop_grouping *grouping) {
  uint64_t hidden = 0;
  printf("\n%-28.28s %12s %12s %10s %8s %8s\n", grouping->name, "records", "true pairs", "precision", "recall", "F1");
  for (size_t i = 0; i < grouping->group_count; i++) {
    const khop_group *g = &grouping->groups[i];
    if (i >= groups_shown && grouping->group_count > groups_shown + 1) {
      hidden += g->records;
      continue;
    }
    print_padded(g->value ? g->value : "(missing)", 28);
    printf(" %12s %12s %10.4f %8.4f %8.4f\n", show_count(g->records), show_count(g->true_pairs), g->precision, g->recall, g->f1);
  }
  if (hidden) printf("(%s more, with %s records; --format json has all)\n", show_count(grouping->group_count - groups_shown), show_count(hidden));
}

void evaluate_print_text(const khop_evaluation *e) {
  if (e->from_labels) print_labels(&e->labels);
  else print_truth(&e->quality);
  print_thresholds(e);
  print_errors(e);
  for (size_t i = 0; i < e->grouping_count; i++) print_grouping(&e->groupings[i]);
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

static void json_text(const char *text) {
  if (!text) {
    printf("null");
    return;
  }
  putchar('"');
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c < 0x20 || c == '"' || c == '\\') printf("\\u%04x", c);
    else putchar(c);
  }
  putchar('"');
}

static void json_group(const khop_group *g) {
  printf("{\"value\":");
  json_text(g->value);
  putchar(',');
  json_count("records", g->records);
  json_count("true_pairs", g->true_pairs);
  json_count("true_positives", g->true_positives);
  json_count("false_positives", g->false_positives);
  json_count("false_negatives", g->false_negatives);
  json_share("precision", g->precision);
  json_share("recall", g->recall);
  printf("\"f1\":%.6f}", g->f1);
}

static void json_groupings(const khop_evaluation *e) {
  printf("\"by\":[");
  for (size_t i = 0; i < e->grouping_count; i++) {
    const khop_grouping *grouping = &e->groupings[i];
    printf("%s{\"name\":", i ? "," : "");
    json_text(grouping->name);
    printf(",\"groups\":[");
    for (size_t g = 0; g < grouping->group_count; g++) {
      if (g) putchar(',');
      json_group(&grouping->groups[g]);
    }
    printf("]}");
  }
  printf("],");
}

static void json_errors(const khop_evaluation *e) {
  json_count("errors_wrong", e->errors_wrong);
  json_count("errors_missed", e->errors_missed);
  json_count("errors_listed", e->errors_listed);
  printf("\"errors\":[");
  for (size_t i = 0; i < e->error_kind_count; i++) {
    const khop_error_kind *kind = &e->error_kinds[i];
    printf("%s{\"error\":\"%s\",\"kind\":\"%s\",\"pairs\":%llu}", i ? "," : "", kind->is_missed ? "missed" : "wrong", kind->name,
           (unsigned long long)kind->pairs);
  }
  printf("],");
}

void evaluate_print_json(const khop_evaluation *e) {
  printf("{\"from\":\"%s\",", e->from_labels ? "labels" : "truth");
  if (e->from_labels) json_labels(&e->labels);
  else json_truth(&e->quality);
  if (e->has_errors) json_errors(e);
  if (e->grouping_count) json_groupings(e);
  json_thresholds(e);
  printf("}\n");
}
