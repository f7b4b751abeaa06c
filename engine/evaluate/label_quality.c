/* Precision and recall estimated from labels. See labels.h. */
#include <math.h>

#include "evaluate/curve.h"
#include "evaluate/labels.h"

/* ---- one estimate -------------------------------------------------------------------------- */

static const double z = 1.959963984540054; /* of a 95 % interval */

/* Wilson's interval of a share seen among n. */
static khop_estimate wilson(double share, double n) {
  double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
  double half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return (khop_estimate){.value = share, .low = fmax(0, fmin(share, centre - half)), .high = fmin(1, fmax(share, centre + half))};
}

/* Labels of unequal weight tell as much as so many of equal weight (Kish). */
static double effective(const label_stratum *s) { return s->weight * s->weight / s->weight_squares; }

khop_estimate labels_share(const label_stratum *s) {
  if (!s->labelled) return (khop_estimate){(double)NAN, (double)NAN, (double)NAN};
  return wilson(s->right / s->weight, effective(s));
}

static void join(label_stratum *into, const label_stratum *s) {
  into->population += s->population;
  into->labelled += s->labelled;
  into->weight += s->weight;
  into->weight_squares += s->weight_squares;
  into->right += s->right;
}

/* Returns how many are left; the last one takes what is too little behind it. */
static size_t join_small(label_stratum *strata, size_t count) {
  size_t made = 0;
  label_stratum open = {0};
  for (size_t i = 0; i < count; i++) {
    join(&open, &strata[i]);
    if (open.labelled < STRATUM_LABELS) continue;
    strata[made++] = open;
    open = (label_stratum){0};
  }
  if (made) join(&strata[made - 1], &open);
  else strata[made++] = open;
  return made;
}

/* Where all labels of a stratum agree, the share is not sure to be 0 or 1: the variance is that of one success and one
 * failure more. */
khop_estimate labels_estimate(label_stratum *strata, size_t count) {
  uint64_t population = 0;
  double share = 0, smooth = 0, variance = 0;
  count = count ? join_small(strata, count) : 0;
  if (!count || !strata[0].labelled) return (khop_estimate){(double)NAN, (double)NAN, (double)NAN};
  for (size_t i = 0; i < count; i++) population += strata[i].population;
  for (size_t i = 0; i < count; i++) {
    const label_stratum *s = &strata[i];
    double part = (double)s->population / (double)population, n = effective(s), found = s->right / s->weight;
    double smoothed = (found * n + 1) / (n + 2);
    double unlabelled = 1 - (double)s->labelled / (double)s->population;
    share += part * found;
    smooth += part * smoothed;
    variance += part * part * smoothed * (1 - smoothed) / n * fmax(0, unlabelled);
  }
  if (variance <= 0) return (khop_estimate){share, share, share}; /* every pair is labelled */
  return wilson(fmin(1, share), smooth * (1 - smooth) / variance);
}

/* ---- strata of a result -------------------------------------------------------------------- */

enum { strata_max = KHOP_THRESHOLDS_MAX + 2 };

typedef struct strata {
  uint64_t edges[strata_max]; /* falling weight keys; the last is 0 */
  size_t count;
  label_stratum all[strata_max];     /* of listed pairs */
  label_stratum matches[strata_max]; /* with decision match */
  label_stratum linked[strata_max];  /* of these, in one cluster */
  label_stratum chained;             /* in one cluster, no match by themselves */
  label_stratum found_matches[strata_max]; /* labelled matches among `all` */
  label_stratum clustered, matched;  /* labelled matches; right: in one cluster, with decision match */
} strata;

static void add_label(label_stratum *s, const labelled_pair *pair, bool is_right) {
  s->labelled++;
  s->weight += pair->weight;
  s->weight_squares += pair->weight * pair->weight;
  if (is_right) s->right += pair->weight;
}

/* The thresholds of the table, and that of the matches. */
static void find_edges(strata *s, const evaluate_data *data) {
  uint64_t match = UINT64_MAX;
  for (size_t i = 0; i < data->pair_count; i++) {
    if (data->pairs[i].decision == DECISION_MATCH) match = data->pairs[i].key;
  }
  for (size_t i = 0; i < KHOP_THRESHOLDS_MAX; i++) {
    /* Written weights have three decimals, and a threshold lies between two of them. */
    uint64_t edge = weight_key(curve_weight(curve_probabilities[i]));
    if (match != UINT64_MAX && match > edge) s->edges[s->count++] = match;
    if (match >= edge) match = UINT64_MAX;
    s->edges[s->count++] = edge;
  }
  if (match != UINT64_MAX) s->edges[s->count++] = match;
  s->edges[s->count++] = 0;
}

static size_t stratum_of(const strata *s, uint64_t key) {
  size_t i = 0;
  while (key < s->edges[i]) i++;
  return i;
}

static void count_pairs(strata *s, const evaluate_data *data) {
  uint64_t linked = 0;
  for (size_t i = 0; i < data->pair_count; i++) {
    const listed_pair *pair = &data->pairs[i];
    size_t at = stratum_of(s, pair->key);
    bool is_match = pair->decision == DECISION_MATCH,
         is_linked = is_match && data->clusters[pair->left] == data->clusters[pair->right];
    s->all[at].population++;
    s->matches[at].population += is_match;
    s->linked[at].population += is_linked;
    linked += is_linked;
  }
  uint64_t clustered = evaluate_cluster_pairs(data);
  s->chained.population = clustered > linked ? clustered - linked : 0;
}

static void count_labels(strata *s, const labels *l, const evaluate_data *data) {
  for (size_t i = 0; i < l->count; i++) {
    const labelled_pair *pair = &l->pairs[i];
    if (pair->label == LABEL_POSSIBLE) continue;
    const listed_pair *listed = pair->listed == LABEL_UNLISTED ? NULL : &data->pairs[pair->listed];
    bool is_right = pair->label == LABEL_MATCH, is_match = listed && listed->decision == DECISION_MATCH;
    size_t at = listed ? stratum_of(s, listed->key) : 0;
    if (listed) add_label(&s->all[at], pair, is_right);
    if (is_match) add_label(&s->matches[at], pair, is_right);
    if (is_match && pair->is_clustered) add_label(&s->linked[at], pair, is_right);
    if (!is_match && pair->is_clustered) add_label(&s->chained, pair, is_right);
    if (!is_right) continue;
    if (listed) add_label(&s->found_matches[at], pair, true);
    add_label(&s->clustered, pair, pair->is_clustered);
    add_label(&s->matched, pair, is_match);
  }
}

static void count_strata(strata *s, const labels *l, const evaluate_data *data) {
  *s = (strata){0};
  find_edges(s, data);
  count_pairs(s, data);
  count_labels(s, l, data);
}

/* Pairs that hang together through others have no weight, and rarely a label: then they may all be right, or all wrong. */
static khop_estimate cluster_precision(strata *s) {
  uint64_t linked = 0;
  for (size_t i = 0; i < s->count; i++) linked += s->linked[i].population;
  khop_estimate direct = labels_estimate(s->linked, s->count), chained = labels_share(&s->chained);
  uint64_t all = linked + s->chained.population;
  if (!all || isnan(direct.value)) return direct;
  double part = (double)s->chained.population / (double)all;
  if (isnan(chained.value)) chained = (khop_estimate){direct.value, 0, 1};
  if (!s->chained.population) chained = direct;
  return (khop_estimate){.value = direct.value * (1 - part) + chained.value * part,
                         .low = direct.low * (1 - part) + chained.low * part,
                         .high = direct.high * (1 - part) + chained.high * part};
}

void labels_quality(const labels *l, const evaluate_data *data, khop_label_quality *out) {
  strata s;
  count_strata(&s, l, data);
  *out = (khop_label_quality){.rows = l->rows, .pairs = l->count, .disputed = l->disputed, .unknown_rows = l->unknown};
  for (size_t i = 0; i < l->count; i++) {
    out->matches += l->pairs[i].label == LABEL_MATCH;
    out->non_matches += l->pairs[i].label == LABEL_NON_MATCH;
    out->possible += l->pairs[i].label == LABEL_POSSIBLE;
  }
  for (size_t i = 0; i < s.count; i++) {
    out->match_pairs += s.matches[i].population;
    out->match_labelled += s.matches[i].labelled;
  }
  out->chained_pairs = s.chained.population;
  out->chained_labelled = s.chained.labelled;
  out->cluster_precision = cluster_precision(&s);
  out->match_precision = labels_estimate(s.matches, s.count);
  out->cluster_recall = labels_share(&s.clustered);
  out->match_recall = labels_share(&s.matched);
}

size_t labels_thresholds(const labels *l, const evaluate_data *data, khop_threshold out[KHOP_THRESHOLDS_MAX]) {
  strata s;
  count_strata(&s, l, data);
  size_t made = 0;
  uint64_t lowest = data->pair_count ? data->pairs[data->pair_count - 1].key : UINT64_MAX;
  for (bool more = true; more && made < KHOP_THRESHOLDS_MAX; made++) {
    double weight = curve_weight(curve_probabilities[made]), found = 0;
    uint64_t key = weight_key(weight), pairs = 0;
    label_stratum above[strata_max];
    size_t count = 0;
    for (; count < s.count && s.edges[count] >= key; count++) {
      above[count] = s.all[count];
      pairs += above[count].population;
      found += s.found_matches[count].right;
    }
    khop_estimate precision = labels_estimate(above, count);
    double recall = s.clustered.labelled ? found / s.clustered.weight : (double)NAN;
    out[made] = (khop_threshold){.probability = curve_probabilities[made], .weight = weight, .pairs = pairs,
                                 .precision = precision.value, .precision_low = precision.low, .precision_high = precision.high,
                                 .recall = recall, .f1 = 2 * precision.value * recall / (precision.value + recall)};
    more = key > lowest;
  }
  return made;
}

/* A number, or nothing where there is none. */
static void write_share(outfile *f, double share) {
  if (isnan(share)) outfile_text(f, ",");
  else outfile_format(f, ",%.6f", share);
}

khop_status labels_write_curve(const khop_threshold *thresholds, size_t count, const char *path, khop_error *err) {
  outfile f;
  TRY(evaluate_file_open(&f, path, err));
  outfile_text(&f, "match_weight,match_probability,pairs,precision,precision_low,precision_high,recall,f1\n");
  for (size_t i = 0; i < count; i++) {
    const khop_threshold *t = &thresholds[i];
    outfile_format(&f, "%.3f,%.9f,%llu", t->weight, t->probability, (unsigned long long)t->pairs);
    write_share(&f, t->precision);
    write_share(&f, t->precision_low);
    write_share(&f, t->precision_high);
    write_share(&f, t->recall);
    write_share(&f, t->f1);
    outfile_text(&f, "\n");
  }
  khop_status status = outfile_commit(&f, err);
  if (status != KHOP_OK) outfile_abandon(&f);
  return status;
}
