/* khop explain. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

static const option_spec explain_options[] = {
    {"--show-values", NULL, NULL, "show the values of both records; default: masked, a name as N***** V**, a number as 999999"},
    {"--format", NULL, "text|json|svg", "svg, of two ids: a chart of the weights, one file to open in a browser; default text"},
    {"--top", NULL, "N", "of one id: so many candidates (1 to 1000); default 10"},
    {"--store", NULL, "DIR", "the run's record store, where it is not OUT/store"},
    {NULL, NULL, NULL, NULL}};

static khop_status read_format(const arguments *a, khop_explain_format *out, khop_error *err) {
  static const char *const names[] = {[KHOP_EXPLAIN_TEXT] = "text", [KHOP_EXPLAIN_JSON] = "json", [KHOP_EXPLAIN_SVG] = "svg"};
  const char *text = arguments_text(a, "--format");
  *out = KHOP_EXPLAIN_TEXT;
  if (!text) return KHOP_OK;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (strcmp(names[i], text) != 0) continue;
    *out = (khop_explain_format)i;
    return KHOP_OK;
  }
  return report_usage(err, "--format: %.20s is not text, json or svg", text);
}

static khop_status explain_pair(khop_explainer *e, const arguments *a, khop_explain_format format, char **out_text, khop_error *err) {
  const khop_pair_explanation *pair;
  khop_status status = khop_explain_pair(e, a->operands[1], a->operands[2], &pair, err);
  return status == KHOP_OK ? khop_explain_write_pair(pair, format, out_text, err) : status;
}

static khop_status explain_candidates(khop_explainer *e, const arguments *a, khop_explain_format format, uint64_t top, char **out_text,
                                      khop_error *err) {
  const khop_candidates_explanation *candidates;
  khop_status status = khop_explain_candidates(e, a->operands[1], top, &candidates, err);
  return status == KHOP_OK ? khop_explain_write_candidates(candidates, format, out_text, err) : status;
}

static khop_status run_explain(const arguments *a, khop_error *err) {
  const khop_explain_options options = {
      .output = a->operands[0], .store = arguments_text(a, "--store"), .show_values = arguments_has(a, "--show-values")};
  khop_explainer *explainer = NULL;
  khop_explain_format format;
  char *text = NULL;
  uint64_t top = 10;
  bool pair = a->operand_count == 3;
  khop_status status = read_format(a, &format, err);
  if (status == KHOP_OK) status = arguments_count(a, "--top", 1, 1000, &top, err);
  if (status == KHOP_OK && pair && arguments_has(a, "--top")) status = report_usage(err, "--top: of one id, not of two");
  if (status == KHOP_OK) status = khop_explainer_open(&explainer, &options, err);
  if (status == KHOP_OK && pair) status = explain_pair(explainer, a, format, &text, err);
  else if (status == KHOP_OK) status = explain_candidates(explainer, a, format, top, &text, err);
  if (text) fputs(text, stdout);
  khop_free(text);
  khop_explainer_close(explainer);
  return status;
}

const command_spec command_explain = {
    .name = "explain",
    .operands = "OUT ID1 [ID2]",
    .summary = "why two records of a result are a match or not; of one record: its best candidates, and why each is one or not",
    .details = "Reads the result alone (OUT/store, model.json, summary.json), no register. The weight of a pair is the one that pairs.csv has.",
    .operands_min = 2,
    .operands_max = 3,
    .option_groups = (const option_spec *const[]){explain_options, options_help, NULL},
    .run = run_explain};
