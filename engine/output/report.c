/* report.html: the page of report/, which is the same for every run, around one JSON object:
 *
 *   language, title             of the page; of the schema
 *   weights                     compared pairs by match weight: bins of `step` bits from `first` on, matches from bin `match` on
 *   cluster_sizes, largest_clusters
 *   fixes                       what to do about each kind that was found: [Vietnamese, English], as in ids.csv
 *   summary                     all of summary.json
 *
 * Ids of records are in it, values of records are not. See results.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/report_page.h"
#include "output/summary.h"

enum { MATCH_BINS_MAX = 300 };

bool report_available(void) { return report_page_head_bytes > 0; }

static uint64_t pairs_in_bin(const error_counts *counts, unsigned bin) {
  double sum = 0;
  for (unsigned rest = 0; rest < ERROR_BINS; rest++) {
    for (unsigned state = 0; state < WITNESS_STATES; state++) sum += (double)counts->pairs[state][bin][rest] * counts->scale[state];
    sum += (double)counts->alone[bin][rest] * counts->scale[WITNESS_AGREES];
  }
  return (uint64_t)llround(sum);
}

/* Matches are kept pairs and known one by one, however much they weigh: by half bits above the threshold. */
static size_t count_matches(const result *r, uint64_t out[MATCH_BINS_MAX]) {
  size_t count = 0;
  memset(out, 0, MATCH_BINS_MAX * sizeof *out);
  for (size_t i = 0; i < r->pairs->count; i++) {
    int32_t over = kept_weight(&r->pairs->items[i]) - r->match_weight;
    if (over < 0) continue;
    size_t bin = (size_t)over / (WEIGHT_UNIT / 2);
    if (bin >= MATCH_BINS_MAX) bin = MATCH_BINS_MAX - 1;
    out[bin]++;
    if (bin >= count) count = bin + 1;
  }
  return count;
}

static json_t *weights(const result *r) {
  const double step = 0.5;
  const error_counts *counts = r->errors;
  uint64_t matches[MATCH_BINS_MAX];
  size_t match_count = count_matches(r, matches);
  json_t *pairs = json_array();
  for (unsigned bin = 0; bin < r->match_bin; bin++) json_array_append_new(pairs, json_integer((json_int_t)pairs_in_bin(counts, bin)));
  for (size_t bin = 0; bin < match_count; bin++) json_array_append_new(pairs, json_integer((json_int_t)matches[bin]));
  return json_pack("{s:f, s:f, s:i, s:b, s:o}", "first", (double)r->match_weight / WEIGHT_UNIT - r->match_bin * step, "step", step, "match",
                   (int)r->match_bin, "sampled", counts->scale[WITNESS_AGREES] > 1, "pairs", pairs);
}

static json_t *cluster_sizes(const largest_clusters *found) {
  json_t *sizes = json_array();
  for (size_t size = 2; size <= CLUSTER_SIZES_COUNTED; size++) {
    if (!found->of_size[size]) continue;
    json_array_append_new(sizes, json_pack("{s:i, s:I}", "records", (int)size, "clusters", (json_int_t)found->of_size[size]));
  }
  if (found->larger) {
    json_array_append_new(sizes, json_pack("{s:i, s:b, s:I}", "records", (int)CLUSTER_SIZES_COUNTED, "over", 1, "clusters", (json_int_t)found->larger));
  }
  return sizes;
}

static json_t *largest(const result *r) {
  json_t *array = json_array();
  for (size_t i = 0; i < r->largest->count; i++) {
    const large_cluster *item = &r->largest->items[i];
    json_t *ids = json_array(), *cluster = json_pack("{s:I}", "records", (json_int_t)item->size);
    for (size_t k = 0; k < item->row_count; k++) {
      size_t length;
      const char *id = record_id(r->records, item->rows[k], &length);
      json_array_append_new(ids, json_stringn(id, length));
    }
    if (!r->links) json_object_set_new(cluster, "cluster_id", json_integer((json_int_t)item->cluster + 1));
    if (r->clusters->confidence) {
      json_object_set_new(cluster, "confidence", json_real((double)r->clusters->confidence[item->cluster] / CONFIDENCE_ONE));
    }
    json_object_set_new(cluster, "record_ids", ids);
    json_array_append_new(array, cluster);
  }
  return array;
}

static json_t *fixes(const findings *found) {
  json_t *all = json_object();
  for (int k = 0; k < FINDING_KINDS; k++) {
    const finding_kind kind = (finding_kind)k;
    if (!(found->counts[k][FINDING_INFO] | found->counts[k][FINDING_WARNING] | found->counts[k][FINDING_ERROR])) continue;
    json_object_set_new(all, finding_code(kind), json_pack("[s, s]", finding_kind_fix(kind, FINDING_VIETNAMESE), finding_kind_fix(kind, FINDING_ENGLISH)));
  }
  return all;
}

static json_t *build(const result *r, const char *language, json_t *summary) {
  json_t *root = json_pack("{s:s, s:s}", "language", language, "title", r->schema->title ? r->schema->title : r->schema->name);
  if (r->errors) json_object_set_new(root, "weights", weights(r));
  if (r->largest) {
    json_object_set_new(root, "cluster_sizes", cluster_sizes(r->largest));
    json_object_set_new(root, "largest_clusters", largest(r));
  }
  if (r->findings) json_object_set_new(root, "fixes", fixes(r->findings));
  json_object_set_new(root, "summary", summary);
  return root;
}

/* In a script element no text may look like its end. */
static void write_script_text(outfile *f, const char *text) {
  for (const char *next; (next = strchr(text, '<')); text = next + 1) {
    outfile_write(f, text, (size_t)(next - text));
    outfile_text(f, "\\u003c");
  }
  outfile_text(f, text);
}

khop_status write_report(outfile *f, const result *r, const char *language, const khop_summary *summary, const khop_link_summary *links,
                         khop_error *err) {
  json_watch();
  char *text = summary_text(build(r, language, summary_build(r, summary, links)), JSON_COMPACT);
  if (!text) return error_set(err, KHOP_ENVIRONMENT, "report.html: out of memory");
  outfile_write(f, report_page_head, report_page_head_bytes);
  write_script_text(f, text);
  outfile_write(f, report_page_tail, report_page_tail_bytes);
  free(text);
  return KHOP_OK;
}
