/* The CSV files of linked registers. See results.h. */
#include <string.h>

#include "cluster/assign.h"
#include "findings/causes.h"
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

static void write_cause(outfile *f, const result *r, size_t pair) {
  char text[LINK_CAUSES_TEXT_BYTES];
  if (!r->links->causes || !r->links->causes[pair]) return;
  link_causes_text(r->links->causes[pair], text);
  outfile_text(f, text);
}

static const char *category_of(const result *r, const sort_item *pair) {
  if (kept_weight(pair) < r->match_weight) return "review";
  return kept_conflicts(pair) ? "conflict" : "match";
}

static void write_comma(outfile *f) { outfile_write(f, ",", 1); }

static const char *register_name(const link_result *links, uint32_t row) { return links->names[register_of(links->registers, row)]; }

static void write_register(outfile *f, const link_result *links, uint32_t row) {
  const char *name = register_name(links, row);
  outfile_csv_field(f, name, strlen(name));
}

static bool has_many(const link_result *links) { return links->registers->count > 2; }

static void write_ends(outfile *f, const result *r, const sort_item *pair) {
  const uint32_t rows[2] = {kept_left(pair), kept_right(pair)};
  for (size_t i = 0; i < 2; i++) {
    write_record_id(f, r->records, rows[i]);
    write_comma(f);
  }
  for (size_t i = 0; i < 2 && has_many(r->links); i++) {
    write_register(f, r->links, rows[i]);
    write_comma(f);
  }
}

void write_links(outfile *f, const result *r) {
  outfile_text(f, "left_id,right_id,");
  if (has_many(r->links)) outfile_text(f, "left_register,right_register,");
  outfile_text(f, "match_probability,category,match_weight,blocking_rule,detail,cause\n");
  for (size_t i = 0; i < r->pairs->count; i++) {
    const sort_item *pair = &r->pairs->items[i];
    assign_state state = (assign_state)r->links->states[i];
    if (state == ASSIGN_OUT) continue;
    const char *rule = r->schema->rules[kept_rule(pair)].name;
    write_ends(f, r, pair);
    write_probability(f, kept_weight(pair));
    write_comma(f);
    outfile_text(f, category_of(r, pair));
    write_comma(f);
    write_weight(f, kept_weight(pair));
    write_comma(f);
    outfile_csv_field(f, rule, strlen(rule));
    write_comma(f);
    write_detail(f, r, pair, state);
    write_comma(f);
    write_cause(f, r, i);
    outfile_write(f, "\n", 1);
  }
}

static void write_candidate(outfile *f, const result *r, uint64_t best) {
  if (best) write_record_id(f, r->records, best_pair_row(best));
  write_comma(f);
  if (has_many(r->links)) {
    if (best) write_register(f, r->links, best_pair_row(best));
    write_comma(f);
  }
  if (best) write_probability(f, best_pair_weight(best));
}

void write_unlinked(outfile *f, const result *r) {
  static const char *const reasons[] = {[FATE_NO_KEY] = "no_key", [FATE_NO_CANDIDATE] = "no_candidate",
                                        [FATE_BELOW_REVIEW] = "below_review", [FATE_CANDIDATE_TAKEN] = "candidate_taken"};
  static const char *const sides[] = {"left", "right"};
  record_cursor ids = {.all = r->records};
  outfile_text(f, has_many(r->links) ? "register,record_id,reason,best_candidate_id,best_candidate_register,best_match_probability\n"
                                     : "side,record_id,reason,best_candidate_id,best_match_probability\n");
  for (size_t row = 0; row < r->records->count; row++) {
    link_fate fate = (link_fate)r->links->fates[row];
    if (fate < FATE_NO_KEY) continue;
    if (has_many(r->links)) write_register(f, r->links, (uint32_t)row);
    else outfile_text(f, sides[register_of(r->links->registers, (uint32_t)row)]);
    write_comma(f);
    write_next_id(f, &ids, row);
    write_comma(f);
    outfile_text(f, reasons[fate]);
    write_comma(f);
    write_candidate(f, r, atomic_load_explicit(&r->links->best[row], memory_order_relaxed));
    outfile_write(f, "\n", 1);
  }
  record_cursor_free(&ids);
}

void write_entities(outfile *f, const result *r) {
  const clusters *c = r->clusters;
  record_cursor ids = {.all = r->records};
  outfile_text(f, "entity_id,register,record_id,source,confidence\n");
  for (size_t s = 0; s < r->records->source_count; s++) {
    const char *source = input_source_at(r->input, s)->name;
    size_t source_length = strlen(source);
    for (size_t row = r->records->source_rows[s]; row < r->records->source_rows[s + 1]; row++) {
      if (c->of_row[row] == CLUSTER_NONE) continue;
      outfile_number(f, c->of_row[row] + 1u);
      write_comma(f);
      write_register(f, r->links, (uint32_t)row);
      write_comma(f);
      write_next_id(f, &ids, row);
      write_comma(f);
      outfile_csv_field(f, source, source_length);
      write_confidence(f, c, c->of_row[row]);
    }
  }
  record_cursor_free(&ids);
}
