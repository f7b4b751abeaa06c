/* The CSV files. See results.h. Numbers are formatted by hand: a printf a field would cost more than
 * the comparison of the pair. */
#include "output/results.h"

#include <errno.h>
#include <math.h>
#include <string.h>

void write_record_id(outfile *f, const records *r, size_t row) {
  size_t length;
  const char *id = record_id(r, row, &length);
  outfile_csv_field(f, id, length);
}

void write_next_id(outfile *f, record_cursor *ids, size_t row) {
  size_t length;
  const char *id = record_cursor_id(ids, row, &length, NULL);
  if (id) outfile_csv_field(f, id, length);
  else if (!f->error_number) f->error_number = EIO;
}

/* value / 10^decimals, as "-12.345". */
static void write_decimal(outfile *f, int64_t value, unsigned decimals) {
  char text[32];
  size_t start = sizeof text;
  uint64_t rest = value < 0 ? (uint64_t)-value : (uint64_t)value;
  for (unsigned i = 0; i < decimals; i++) {
    text[--start] = (char)('0' + rest % 10);
    rest /= 10;
  }
  text[--start] = '.';
  do {
    text[--start] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest);
  if (value < 0) text[--start] = '-';
  outfile_write(f, text + start, sizeof text - start);
}

void write_probability(outfile *f, int32_t weight) {
  write_decimal(f, llround(weight_to_probability((double)weight / WEIGHT_UNIT) * 1e6), 6);
}

void write_weight(outfile *f, int32_t weight) { write_decimal(f, llround((double)weight / WEIGHT_UNIT * 1e3), 3); }

static void write_scored_pair(outfile *f, const records *r, uint32_t left, uint32_t right, int32_t weight) {
  write_record_id(f, r, left);
  outfile_write(f, ",", 1);
  write_record_id(f, r, right);
  outfile_write(f, ",", 1);
  write_probability(f, weight);
  outfile_write(f, ",", 1);
  write_weight(f, weight);
  outfile_write(f, ",", 1);
}

void write_pairs(outfile *f, const result *r) {
  const kept_pairs *pairs = r->pairs;
  outfile_text(f, "left_id,right_id,match_probability,match_weight,blocking_rule,decision\n");
  for (size_t i = 0; i < pairs->count; i++) {
    const sort_item *pair = &pairs->items[i];
    const schema_rule *rule = &r->schema->rules[kept_rule(pair)];
    write_scored_pair(f, r->records, kept_left(pair), kept_right(pair), kept_weight(pair));
    outfile_csv_field(f, rule->name, strlen(rule->name));
    outfile_text(f, kept_weight(pair) >= r->match_weight ? ",match\n" : ",review\n");
  }
}

/* Most records are alone, and certain to be: they cost two bytes. */
void write_confidence(outfile *f, const clusters *c, uint32_t cluster) {
  if (c->sizes[cluster] == 1) {
    outfile_write(f, ",1\n", 3);
    return;
  }
  outfile_write(f, ",", 1);
  write_decimal(f, c->confidence[cluster], 6);
  outfile_write(f, "\n", 1);
}

void write_clusters(outfile *f, const result *r) {
  const clusters *c = r->links ? r->links->units : r->clusters;
  record_cursor ids = {.all = r->records};
  outfile_text(f, "record_id,cluster_id,cluster_size,source,cluster_confidence\n");
  for (size_t s = 0; s < r->records->source_count; s++) {
    const char *source = input_source_at(r->input, s)->name;
    size_t source_length = strlen(source);
    for (size_t row = r->records->source_rows[s]; row < r->records->source_rows[s + 1]; row++) {
      if (c->of_row[row] == CLUSTER_NONE) continue;
      if (r->links && !registers_within(r->links->registers, register_of(r->links->registers, (uint32_t)row))) break;
      write_next_id(f, &ids, row);
      outfile_write(f, ",", 1);
      outfile_number(f, c->of_row[row] + 1u);
      outfile_write(f, ",", 1);
      outfile_number(f, c->sizes[c->of_row[row]]);
      outfile_write(f, ",", 1);
      outfile_csv_field(f, source, source_length);
      write_confidence(f, c, c->of_row[row]);
    }
  }
  record_cursor_free(&ids);
}

void write_splits(outfile *f, const result *r) {
  static const char *const causes[CUT_CAUSES] = {
      [CUT_BY_DECISION] = "decision", [CUT_BY_CONFLICT] = "conflict", [CUT_BY_LINKAGE] = "linkage"};
  outfile_text(f, "left_id,right_id,match_probability,match_weight,cause,rule,against_left_id,against_right_id\n");
  for (size_t i = 0; i < r->clusters->cut_count; i++) {
    const cluster_cut *cut = &r->clusters->cuts[i];
    const char *rule = cut->cause == CUT_BY_DECISION   ? "cannot_link"
                       : cut->cause == CUT_BY_CONFLICT ? r->schema->conflicts[cut->conflict].test.name
                                                       : linkage_name(r->clusters->linkage);
    write_scored_pair(f, r->records, cut->left, cut->right, cut->weight);
    outfile_text(f, causes[cut->cause]);
    outfile_write(f, ",", 1);
    outfile_csv_field(f, rule, strlen(rule));
    outfile_write(f, ",", 1);
    if (cut->against_left != CLUSTER_NONE) write_record_id(f, r->records, cut->against_left);
    outfile_write(f, ",", 1);
    if (cut->against_right != CLUSTER_NONE) write_record_id(f, r->records, cut->against_right);
    outfile_write(f, "\n", 1);
  }
}

void write_rejected(outfile *f, const result *r) {
  outfile_text(f, "source,line,byte_offset,reason,detail\n");
  for (size_t i = 0; i < r->records->reject_count; i++) {
    const rejected_row *row = &r->records->rejects[i];
    const char *source = input_source_at(r->input, row->source)->name;
    char detail[128];
    reject_describe(row, detail, sizeof detail);
    outfile_csv_field(f, source, strlen(source));
    outfile_write(f, ",", 1);
    outfile_number(f, row->line);
    outfile_write(f, ",", 1);
    outfile_number(f, row->byte_offset);
    outfile_write(f, ",", 1);
    outfile_text(f, reject_code(row->reason));
    outfile_write(f, ",", 1);
    outfile_csv_field(f, detail, strlen(detail));
    outfile_write(f, "\n", 1);
  }
}
