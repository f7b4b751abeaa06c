/* A pair's weight as a waterfall: each comparison a bar from the sum before it to the sum behind it, so that one sees
 * what carried the pair over a threshold, or kept it below. One file, no scripts, no fonts of its own. See explain.h.
 *
 *   prior            |██████|
 *   ho_ten exact     ·      |███████████|░░|          weight, and the part of its term frequency
 *   ngay_sinh else   ·             |████|             backwards, in red
 *   sum              ·      |------|
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text_stream.h"
#include "run/explain.h"

enum { width = 1000, label_width = 400, number_width = 90, head = 96, row_height = 34, bar_height = 18, foot = 56, label_signs_max = 46 };

/* Weights to places on the axis. */
typedef struct axis {
  double least, most; /* of the weights that must fit */
} axis;

static double place(const axis *a, double weight) {
  const double room = width - label_width - number_width - 20;
  return label_width + (weight - a->least) / (a->most - a->least) * room;
}

static void reach(axis *a, double weight) {
  a->least = fmin(a->least, weight);
  a->most = fmax(a->most, weight);
}

static axis make_axis(const khop_pair_explanation *p) {
  axis a = {.least = 0, .most = 0};
  double sum = p->prior;
  reach(&a, sum);
  for (size_t i = 0; i < p->comparison_count; i++) {
    reach(&a, sum += p->comparisons[i].weight);
    reach(&a, sum += p->comparisons[i].frequency_weight);
    reach(&a, sum += p->comparisons[i].correction);
  }
  reach(&a, p->match_weight);
  reach(&a, p->review_weight);
  double margin = (a.most - a.least) * 0.03 + 0.5;
  return (axis){.least = a.least - margin, .most = a.most + margin};
}

/* At most `signs` signs; what means something in XML is escaped, what it does not allow is '?'. */
static void put(FILE *out, const char *text, size_t signs) {
  size_t shown = 0;
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    shown += (c & 0xc0) != 0x80;
    if (shown > signs) {
      fprintf(out, "…");
      return;
    }
    if (c == '<') fprintf(out, "&lt;");
    else if (c == '>') fprintf(out, "&gt;");
    else if (c == '&') fprintf(out, "&amp;");
    else if (c == '"') fprintf(out, "&quot;");
    else fputc(c < ' ' || c == 0x7f ? '?' : c, out);
  }
}

static void bar(FILE *out, const axis *a, double from, double to, double y, const char *class) {
  double x = place(a, fmin(from, to)), length = fabs(place(a, to) - place(a, from));
  fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n", class, x, y, fmax(length, 1), bar_height);
}

static void connect(FILE *out, const axis *a, double weight, double y) {
  fprintf(out, "<path class=\"link\" d=\"M%.1f %.1fv%d\"/>\n", place(a, weight), y, row_height - bar_height);
}

static void number(FILE *out, double weight, double y, const char *class) {
  fprintf(out, "<text class=\"%s\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%+.2f</text>\n", class, width - 20, y, weight);
}

static void label(FILE *out, const char *name, const char *level, double y) {
  fprintf(out, "<text x=\"20\" y=\"%.1f\"><tspan class=\"name\">", y);
  put(out, name, 24);
  fprintf(out, "</tspan>");
  if (level) {
    fprintf(out, "<tspan class=\"level\" dx=\"8\">");
    put(out, level, label_signs_max - (strlen(name) < 24 ? strlen(name) : 24));
    fprintf(out, "</tspan>");
  }
  fprintf(out, "</text>\n");
}

static void threshold(FILE *out, const axis *a, double weight, const char *name, double bottom, bool left) {
  double x = place(a, weight);
  fprintf(out, "<path class=\"threshold\" d=\"M%.1f %dV%.1f\"/>\n", x, head - 8, bottom);
  fprintf(out, "<text class=\"small\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s %.1f</text>\n", x + (left ? -4 : 4), bottom + 14,
          left ? "end" : "start", name, weight);
}

static void comparison(FILE *out, const axis *a, const khop_explain_comparison *c, double *sum, double y) {
  char level[256];
  double total = c->weight + c->frequency_weight + c->correction;
  snprintf(level, sizeof level, "%s%s", c->level, c->fixed ? " (fixed)" : "");
  size_t length = strlen(c->name);
  bool repeats = strncmp(level, c->name, length) == 0 && level[length] == ' ';
  label(out, c->name, repeats ? level + length + 1 : level, y + 14);
  if (strcmp(c->level, "missing") != 0) {
    bar(out, a, *sum, *sum + c->weight, y, c->weight >= 0 ? "for" : "against");
    *sum += c->weight;
    if (c->frequency_weight != 0) bar(out, a, *sum, *sum + c->frequency_weight, y, c->frequency_weight >= 0 ? "for rarity" : "against rarity");
    *sum += c->frequency_weight;
    if (c->corrects) bar(out, a, *sum, *sum + c->correction, y, c->correction >= 0 ? "for rarity" : "against rarity");
    *sum += c->correction;
    number(out, total, y + 14, total >= 0 ? "plus" : "minus");
  }
  connect(out, a, *sum, y + bar_height);
}

static void begin(FILE *out, const khop_pair_explanation *p, double height) {
  fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" role=\"img\">\n", width, height, width, height);
  fprintf(out, "<title>Match weight of ");
  put(out, p->left.id, 80);
  fprintf(out, " and ");
  put(out, p->right.id, 80);
  fprintf(out, "</title>\n<style>\ntext{font:14px system-ui,sans-serif;fill:#222}.name{font-weight:600}.level{fill:#555}\n"
               ".title{font-size:18px;font-weight:600}.small{font-size:12px;fill:#555}.plus{fill:#17683a}.minus{fill:#a3271c}.bold{font-weight:600}\n"
               ".for{fill:#2e9e5b}.against{fill:#d1493b}.rarity{opacity:.55}.prior{fill:#8a8f98}.sum{fill:#2f5fa8}\n"
               ".link{stroke:#999;stroke-width:1}.zero{stroke:#ccc}.threshold{stroke:#555;stroke-dasharray:4 3}\n</style>\n"
               "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text class=\"title\" x=\"20\" y=\"34\">");
  put(out, p->left.id, 40);
  fprintf(out, " and ");
  put(out, p->right.id, 40);
  fprintf(out, "</text>\n<text x=\"20\" y=\"58\">%s: weight %.2f, probability %.6f", explain_verdict(p->decision, p->compared), p->weight, p->probability);
  if (p->reason) {
    fprintf(out, "; reason: ");
    put(out, p->reason, 60);
  }
  fprintf(out, "</text>\n");
}

static void draw(FILE *out, const khop_pair_explanation *p) {
  const axis a = make_axis(p);
  double rows = (double)(p->comparison_count + 2), bottom = head + rows * row_height, y = head, sum = p->prior;
  begin(out, p, bottom + foot);
  fprintf(out, "<path class=\"zero\" d=\"M%.1f %dV%.1f\"/>\n", place(&a, 0), head - 8, bottom);
  label(out, "prior", NULL, y + 14);
  bar(out, &a, 0, sum, y, "prior");
  number(out, sum, y + 14, sum >= 0 ? "plus" : "minus");
  connect(out, &a, sum, y + bar_height);
  for (size_t i = 0; i < p->comparison_count; i++) comparison(out, &a, &p->comparisons[i], &sum, y += row_height);
  y += row_height;
  label(out, "match weight", explain_decision_name(p->decision), y + 14);
  bar(out, &a, 0, p->weight, y, "sum");
  number(out, p->weight, y + 14, "bold");
  threshold(out, &a, p->review_weight, "review from", bottom, true);
  threshold(out, &a, p->match_weight, "match from", bottom, false);
  fprintf(out, "<text class=\"small\" x=\"20\" y=\"%.1f\">log2 odds; paler: how rare or common the value is</text>\n</svg>\n", bottom + 38);
}

khop_status explain_pair_svg(const khop_pair_explanation *p, char **out_text, khop_error *err) {
  text_stream out;
  TRY(text_stream_open(&out, "a chart", err));
  draw(out.file, p);
  return text_stream_end(&out, out_text, NULL, err);
}
