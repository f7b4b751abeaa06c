/* khop evaluate. */
#include <stdio.h>
#include <string.h>

#include "evaluate_print.h"

enum { groupings_max = 16 };

static const option_spec evaluate_options[] = {
    {"--truth", NULL, "TRUTH.csv", "what is known: record_id,entity_id or left_id,right_id; of links once a register, in their order"},
    {"--labels", NULL, "LABELS.csv",
     "what reviewers said: left_id,right_id,label (match, non-match, possible; trùng, không trùng, có thể), maybe reviewer and weight"},
    {"--curve", NULL, "FILE", "write precision, recall and F1 at every threshold as CSV"},
    {"--errors", NULL, "FILE", "write every wrong or missed pair as CSV: its kind, match weight, what found it, which fields differ"},
    {"--by", NULL, "NAME,...",
     "quality by sex, birth_decade, birth_year, province, ethnicity, source, or any field; FIELD.decade, .year, .province, .surname, .given"},
    {"--store", NULL, "DIR", "the record store of the run; default OUT/store"},
    {"--format", NULL, "text|json", "how to print; default text"},
    {NULL, NULL, NULL, NULL}};

/* ---- the command ----------------------------------------------------------------------------------- */

/* Cuts the list in place. */
static khop_status read_names(char *list, const char *names[groupings_max], size_t *out_count, khop_error *err) {
  *out_count = 0;
  for (char *name = list, *next; name; name = next) {
    next = strchr(name, ',');
    if (next) *next++ = '\0';
    if (!*name) return report_usage(err, "--by: a name is empty");
    if (*out_count == groupings_max) return report_usage(err, "--by: more than %d names", groupings_max);
    names[(*out_count)++] = name;
  }
  return KHOP_OK;
}

static khop_status read_options(const arguments *a, khop_evaluate_options *out, char list[], size_t list_bytes,
                                const char *names[groupings_max], khop_error *err) {
  const char *format = arguments_text(a, "--format"), *by = arguments_text(a, "--by");
  *out = (khop_evaluate_options){.output = a->operands[0],
                                 .truth = arguments_text(a, "--truth"),
                                 .labels = arguments_text(a, "--labels"),
                                 .curve = arguments_text(a, "--curve"),
                                 .errors = arguments_text(a, "--errors"),
                                 .store = arguments_text(a, "--store"),
                                 .by = names};
  if (!out->truth == !out->labels) return report_usage(err, "khop evaluate: say --truth TRUTH.csv or --labels LABELS.csv");
  if (format && strcmp(format, "text") != 0 && strcmp(format, "json") != 0) {
    return report_usage(err, "--format: %.20s is not text or json", format);
  }
  if (!by) return KHOP_OK;
  if ((size_t)snprintf(list, list_bytes, "%s", by) >= list_bytes) return report_usage(err, "--by: the list is too long");
  return read_names(list, names, &out->by_count, err);
}

static khop_status run_entities(const arguments *a, bool json, khop_error *err) {
  const char *truths[KHOP_REGISTERS_MAX + 1];
  size_t count = 0;
  khop_entity_quality q;
  for (const char *path; count <= KHOP_REGISTERS_MAX && (path = arguments_nth(a, "--truth", count)); count++) truths[count] = path;
  khop_status status = khop_evaluate_entities(a->operands[0], truths, count, &q, err);
  if (status == KHOP_OK) evaluate_print_entities(&q, json);
  return status;
}

static khop_status run_links(const arguments *a, bool json, khop_error *err) {
  static const char *const others[] = {"--labels", "--curve", "--errors", "--by", "--store"};
  khop_link_quality q;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    if (arguments_has(a, others[i])) return report_usage(err, "khop evaluate: %s is not for links of registers", others[i]);
  }
  if (khop_is_entity_result(a->operands[0])) return run_entities(a, json, err);
  if (arguments_nth(a, "--truth", 2)) return report_usage(err, "khop evaluate: --truth twice is enough for two registers");
  khop_status status = khop_evaluate_links(a->operands[0], arguments_text(a, "--truth"), arguments_nth(a, "--truth", 1), &q, err);
  if (status == KHOP_OK) evaluate_print_links(&q, json);
  return status;
}

static khop_status run_evaluate(const arguments *a, khop_error *err) {
  khop_evaluation found;
  khop_evaluate_options options;
  char list[4096];
  const char *names[groupings_max], *format = arguments_text(a, "--format");
  khop_status status = read_options(a, &options, list, sizeof list, names, err);
  if (status != KHOP_OK) return status;
  if (khop_is_link_result(options.output)) return run_links(a, format && strcmp(format, "json") == 0, err);
  if (arguments_nth(a, "--truth", 1)) return report_usage(err, "khop evaluate: --truth twice is for a result of khop link");
  status = khop_evaluate(&options, &found, err);
  if (status != KHOP_OK) return status;
  if (format && strcmp(format, "json") == 0) evaluate_print_json(&found);
  else evaluate_print_text(&found);
  khop_evaluation_free(&found);
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
