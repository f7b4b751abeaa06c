/* Explanations for a terminal. See explain.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_stream.h"
#include "run/explain.h"

const char *explain_decision_name(khop_decision decision) {
  return decision == KHOP_MATCH ? "match" : decision == KHOP_REVIEW ? "review" : "no match";
}

const char *explain_compared_name(khop_compared compared) {
  return compared == KHOP_COMPARED_YES ? "yes" : compared == KHOP_COMPARED_NO ? "no" : "unknown";
}

const char *explain_outcome_name(khop_rule_outcome outcome) {
  static const char *const names[] = {[KHOP_RULE_FINDS] = "finds", [KHOP_RULE_MISSING] = "missing", [KHOP_RULE_DIFFERS] = "differs",
                                      [KHOP_RULE_SPLIT] = "split", [KHOP_RULE_WINDOW] = "window", [KHOP_RULE_UNKNOWN] = "unknown"};
  return names[outcome];
}

const char *explain_verdict(khop_decision decision, khop_compared compared) {
  static const char *const unfound[] = {[KHOP_NO_MATCH] = "no match, and not compared", [KHOP_REVIEW] = "not compared, or it were for review",
                                        [KHOP_MATCH] = "not compared, or it were a match"};
  return compared == KHOP_COMPARED_NO ? unfound[decision] : explain_decision_name(decision);
}

enum { value_width = 36, rule_width_least = 16 };

/* ---- columns ------------------------------------------------------------------------------------ */

/* Signs that a reader sees: bytes that begin one, less combining marks of U+0300 to U+033F. */
static size_t width_of(const char *text) {
  size_t width = 0;
  for (; *text; text++) width += ((unsigned char)*text & 0xc0) != 0x80 && (unsigned char)*text != 0xcc;
  return width;
}

/* A value may hold anything: what a terminal obeys becomes '?'. */
static void put(FILE *out, const char *text) {
  for (; *text; text++) fputc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

static void put_padded(FILE *out, const char *text, size_t width) {
  put(out, text);
  for (size_t used = width_of(text); used < width; used++) fputc(' ', out);
}

/* ---- a pair ------------------------------------------------------------------------------------- */

static void write_record(FILE *out, const char *name, const khop_explain_record *r) {
  fprintf(out, "%-14s ", name);
  put_padded(out, r->id, 20);
  fprintf(out, "  ");
  put(out, r->source);
  fprintf(out, ":%llu  cluster %llu\n", (unsigned long long)r->line, (unsigned long long)r->cluster);
}

static const char *owner_name(const khop_pair_explanation *p) {
  for (size_t r = 0; r < p->rule_count; r++) {
    if (p->rules[r].owns) return p->rules[r].name;
  }
  return NULL;
}

static void write_decision(FILE *out, const khop_pair_explanation *p) {
  fprintf(out, "decision       %s: weight %.3f, probability %.6f; a match from %.3f on, for review from %.3f\n",
          explain_verdict(p->decision, p->compared), p->weight, p->probability, p->match_weight, p->review_weight);
  if (p->reason) {
    fprintf(out, "reason         ");
    put(out, p->reason);
    fputc('\n', out);
  }
  const char *owner = owner_name(p);
  fprintf(out, "compared       %s", explain_compared_name(p->compared));
  if (owner) {
    fprintf(out, ", by rule ");
    put(out, owner);
  }
  fputc('\n', out);
}

static void write_clusters(FILE *out, const khop_pair_explanation *p) {
  if (!p->same_cluster) {
    bool is_match = p->decision == KHOP_MATCH && p->compared == KHOP_COMPARED_YES;
    fprintf(out, "clusters       two%s", p->kept_apart ? ": kept apart by " : is_match ? ": the match was given up for others" : "");
    if (p->kept_apart) put(out, p->kept_apart);
    fputc('\n', out);
    return;
  }
  fprintf(out, "clusters       one, of %llu records", (unsigned long long)p->cluster_size);
  for (size_t i = 0; i < p->step_count; i++) {
    fprintf(out, "%s", i ? " - " : ", through matches ");
    if (i == 0) {
      put(out, p->left.id);
      fprintf(out, " - ");
    }
    put(out, p->steps[i].id);
    fprintf(out, " (%.3f)", p->steps[i].weight);
  }
  fputc('\n', out);
}

static void write_number(FILE *out, double number) {
  if (isnan(number)) fprintf(out, " %9s", "");
  else fprintf(out, " %9.3g", number);
}

/* Side by side where the left one leaves room, else below each other. */
static void write_value(FILE *out, const khop_explain_value *v) {
  const char *left = v->left[0] ? v->left : "-", *right = v->right[0] ? v->right : "-";
  fprintf(out, "  ");
  put_padded(out, v->field, 18);
  if (width_of(left) <= value_width) {
    put_padded(out, left, value_width);
    fprintf(out, "  ");
  } else {
    put(out, left);
    fprintf(out, "\n%20s", "");
  }
  put(out, right);
  fputc('\n', out);
}

static void write_comparison(FILE *out, const khop_explain_comparison *c) {
  put_padded(out, c->name, 18);
  fprintf(out, "  ");
  put_padded(out, c->level, 34);
  write_number(out, c->m);
  write_number(out, c->u);
  fprintf(out, " %9.3f", c->weight);
  if (c->frequency_field) {
    fprintf(out, "  %+.3f: ", c->frequency_weight);
    put(out, c->frequency_field);
    if (c->frequency) fprintf(out, " of %llu records", (unsigned long long)c->frequency);
    else fprintf(out, " by its table");
  } else if (c->covered) {
    fprintf(out, "  covered");
  } else if (c->match_share > 0) {
    fprintf(out, "  %.3g %% match", c->match_share * 100);
  } else if (c->fixed) {
    fprintf(out, "  fixed");
  }
  fputc('\n', out);
  if (c->corrects) {
    fprintf(out, "%82s %9.3f  repeats ", "", c->correction);
    put(out, c->corrects);
    fputc('\n', out);
  }
  for (size_t i = 0; i < c->value_count; i++) write_value(out, &c->values[i]);
}

static void write_comparisons(FILE *out, const khop_pair_explanation *p) {
  fprintf(out, "\n%-18s  %-34s %9s %9s %9s  %s\n", "comparison", "level", "m", "u", "weight", "frequency");
  fprintf(out, "%-18s  %-34s %9s %9s %9.3f\n", "prior", "", "", "", p->prior);
  for (size_t c = 0; c < p->comparison_count; c++) write_comparison(out, &p->comparisons[c]);
  fprintf(out, "%-18s  %-34s %9s %9s %9.3f\n", "sum", "", "", "", p->weight);
}

static void write_rules(FILE *out, const khop_pair_explanation *p) {
  size_t width = rule_width_least;
  for (size_t r = 0; r < p->rule_count; r++) width = width_of(p->rules[r].name) > width ? width_of(p->rules[r].name) : width;
  fputc('\n', out);
  put_padded(out, "blocking rule", width);
  fprintf(out, "  %-8s  %10s  %s\n", "finds it", "records", "why");
  for (size_t r = 0; r < p->rule_count; r++) {
    const khop_explain_rule *rule = &p->rules[r];
    char records[48];
    bool together = rule->outcome != KHOP_RULE_MISSING && rule->outcome != KHOP_RULE_DIFFERS;
    if (together) snprintf(records, sizeof records, "%llu", (unsigned long long)rule->left_rows);
    else snprintf(records, sizeof records, "%llu, %llu", (unsigned long long)rule->left_rows, (unsigned long long)rule->right_rows);
    put_padded(out, rule->name, width);
    const char *finds = rule->outcome == KHOP_RULE_FINDS ? "yes" : rule->outcome == KHOP_RULE_UNKNOWN ? "unknown" : "no";
    const char *turn = rule->owns ? "first" : rule->outcome == KHOP_RULE_FINDS ? "again" : "";
    fprintf(out, "  %-8s  %10s  %s%s%s\n", finds, records, rule->detail, *rule->detail && *turn ? "; " : "", turn);
  }
}

/* What was printed, when all of it was. */
khop_status explain_pair_text(const khop_pair_explanation *p, char **out_text, khop_error *err) {
  text_stream stream;
  TRY(text_stream_open(&stream, "an explanation", err));
  FILE *out = stream.file;
  write_record(out, "left", &p->left);
  write_record(out, "right", &p->right);
  write_decision(out, p);
  write_clusters(out, p);
  write_comparisons(out, p);
  write_rules(out, p);
  return text_stream_end(&stream, out_text, NULL, err);
}

/* ---- candidates --------------------------------------------------------------------------------- */

static void write_candidate(FILE *out, const khop_explain_candidate *c) {
  put_padded(out, c->record.id, 20);
  fprintf(out, "  %9.3f  %8.6f  ", c->weight, c->probability);
  put_padded(out, explain_decision_name(c->decision), 9);
  fprintf(out, "  %-8s  ", c->same_cluster ? "same" : "another");
  if (c->reason && !strstr(c->why, c->reason)) {
    put(out, c->reason);
    fprintf(out, "; ");
  }
  put(out, c->why);
  fputc('\n', out);
}

khop_status explain_candidates_text(const khop_candidates_explanation *c, char **out_text, khop_error *err) {
  text_stream stream;
  TRY(text_stream_open(&stream, "an explanation", err));
  FILE *out = stream.file;
  write_record(out, "record", &c->record);
  fprintf(out, "cluster        of %llu record%s\n", (unsigned long long)c->cluster_size, c->cluster_size == 1 ? "" : "s");
  fprintf(out, "candidates     %llu share a blocking key, %llu looked at, the best %zu here; a match from %.3f on, for review from %.3f\n\n",
          (unsigned long long)c->sharing, (unsigned long long)c->looked_at, c->candidate_count, c->match_weight, c->review_weight);
  if (c->candidate_count) fprintf(out, "%-20s  %9s  %8s  %-9s  %-8s  %s\n", "record", "weight", "probab.", "decision", "cluster", "why");
  for (size_t i = 0; i < c->candidate_count; i++) write_candidate(out, &c->candidates[i]);
  return text_stream_end(&stream, out_text, NULL, err);
}

/* ---- formats ------------------------------------------------------------------------------------ */

khop_status khop_explain_write_pair(const khop_pair_explanation *pair, khop_explain_format format, char **out_text, khop_error *err) {
  *out_text = NULL;
  if (format == KHOP_EXPLAIN_JSON) return explain_pair_json(pair, out_text, err);
  return format == KHOP_EXPLAIN_SVG ? explain_pair_svg(pair, out_text, err) : explain_pair_text(pair, out_text, err);
}

khop_status khop_explain_write_candidates(const khop_candidates_explanation *candidates, khop_explain_format format, char **out_text,
                                          khop_error *err) {
  *out_text = NULL;
  if (format == KHOP_EXPLAIN_SVG) return error_set(err, KHOP_USAGE, "a chart is of two records: give two ids");
  return format == KHOP_EXPLAIN_JSON ? explain_candidates_json(candidates, out_text, err) : explain_candidates_text(candidates, out_text, err);
}
