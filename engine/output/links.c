/* The CSV files of linked registers. See results.h. */
#include <string.h>

#include "cluster/assign.h"
#include "output/results.h"

/* Comparisons that contradict, and a tie, parted by ';'. */
static void write_detail(outfile *f, const result *r, const sort_item *pair, assign_state state) {
  char text[SCHEMA_COMPARISONS_MAX * (SCHEMA_NAME_BYTES_MAX + 1) + 8];
  size_t used = 0;
  for (size_t c = 0; c < r->schema->comparison_count; c++) {
    if (!(kept_conflicts(pair) >> c & 1)) continue;
    size_t length = strlen(r->schema->comparisons[c].name);
    if (used) text[used++] = ';';
    memcpy(text + used, r->schema->comparisons[c].name, length);
    used += length;
  }
  if (state == ASSIGN_TIED) {
    if (used) text[used++] = ';';
    memcpy(text + used, "tie", 3);
    used += 3;
  }
  outfile_csv_field(f, text, used);
}

static const char *category_of(const result *r, const sort_item *pair) {
  if (kept_weight(pair) < r->match_weight) return "review";
  return kept_conflicts(pair) ? "conflict" : "match";
}

void write_links(outfile *f, const result *r) {
  outfile_text(f, "left_id,right_id,match_probability,category,match_weight,blocking_rule,detail\n");
  for (size_t i = 0; i < r->pairs->count; i++) {
    const sort_item *pair = &r->pairs->items[i];
    assign_state state = (assign_state)r->links->states[i];
    if (state == ASSIGN_OUT) continue;
    const char *rule = r->schema->rules[kept_rule(pair)].name;
    write_record_id(f, r->records, kept_left(pair));
    outfile_write(f, ",", 1);
    write_record_id(f, r->records, kept_right(pair));
    outfile_write(f, ",", 1);
    write_probability(f, kept_weight(pair));
    outfile_write(f, ",", 1);
    outfile_text(f, category_of(r, pair));
    outfile_write(f, ",", 1);
    write_weight(f, kept_weight(pair));
    outfile_write(f, ",", 1);
    outfile_csv_field(f, rule, strlen(rule));
    outfile_write(f, ",", 1);
    write_detail(f, r, pair, state);
    outfile_write(f, "\n", 1);
  }
}

void write_unlinked(outfile *f, const result *r) {
  static const char *const reasons[] = {[FATE_NO_KEY] = "no_key", [FATE_NO_CANDIDATE] = "no_candidate",
                                        [FATE_BELOW_REVIEW] = "below_review", [FATE_CANDIDATE_TAKEN] = "candidate_taken"};
  record_cursor ids = {.all = r->records};
  outfile_text(f, "side,record_id,reason,best_candidate_id,best_match_probability\n");
  for (size_t row = 0; row < r->records->count; row++) {
    link_fate fate = (link_fate)r->links->fates[row];
    if (fate < FATE_NO_KEY) continue;
    uint64_t best = atomic_load_explicit(&r->links->best[row], memory_order_relaxed);
    outfile_text(f, row < r->links->first_right ? "left," : "right,");
    write_next_id(f, &ids, row);
    outfile_write(f, ",", 1);
    outfile_text(f, reasons[fate]);
    outfile_write(f, ",", 1);
    if (best) write_record_id(f, r->records, best_pair_row(best));
    outfile_write(f, ",", 1);
    if (best) write_probability(f, best_pair_weight(best));
    outfile_write(f, "\n", 1);
  }
  record_cursor_free(&ids);
}
