/* khop_index_match: records that come, against those that are stored, and nothing is kept. See khop.h. */
#include <string.h>

#include "base/file.h"
#include "live/candidates.h"
#include "live/compare.h"
#include "live/jobs.h"

typedef struct matching {
  live *live;
  item_list found; /* (new row << 32 | stored row), row: weight */
  item_list best;  /* of each new row and entity the heaviest: (place << 32 | entity), row: where in `found` */
} matching;

static khop_status take_pairs(void *context, const item_list *pairs, khop_error *err) {
  matching *m = context;
  item_list kept = {0};
  khop_status status = live_compare(m->live, pairs, m->live->tables->review, &kept, err);
  for (size_t i = 0; status == KHOP_OK && i < kept.count; i++) {
    uint64_t key = kept.items[i].key;
    if (key >> 32 < m->live->first_new) status = item_list_add(&m->found, key << 32 | key >> 32, kept.items[i].row, err);
  }
  mem_free(kept.items);
  return status;
}

static khop_status find_entities(matching *m, khop_error *err) {
  live *l = m->live;
  TRY(item_list_sort(&m->found, l->workers, err));
  item_list_unique(&m->found);
  for (size_t i = 0; i < m->found.count; i++) {
    uint32_t place = (uint32_t)(m->found.items[i].key >> 32) - l->first_new, entity;
    TRY(segments_read_entity(&l->views[0], (uint32_t)m->found.items[i].key, &entity, err));
    TRY(item_list_add(&m->best, (uint64_t)place << 32 | entity, (uint32_t)i, err));
  }
  TRY(item_list_sort(&m->best, l->workers, err));
  size_t kept = 0;
  for (size_t i = 0; i < m->best.count; i++) {
    sort_item *last = kept ? &m->best.items[kept - 1] : NULL, item = m->best.items[i];
    if (!last || last->key != item.key) m->best.items[kept++] = item;
    else if ((int32_t)m->found.items[item.row].row > (int32_t)m->found.items[last->row].row) last->row = item.row;
  }
  m->best.count = kept;
  return KHOP_OK;
}

static const char *rule_of(const live *l, uint32_t x, uint32_t y) {
  for (size_t r = 0; r < l->schema->rule_count; r++) {
    if (block_rules_find(&l->table.layout, l->schema, r, r + 1, &l->split_keys, live_row(l, x), live_row(l, y))) return l->schema->rules[r].name;
  }
  return "";
}

static void write_link(outfile *f, const matching *m, const sort_item *best) {
  const live *l = m->live;
  uint32_t place = (uint32_t)(best->key >> 32), stored = live_place(l, (uint32_t)m->found.items[best->row].key);
  int32_t weight = (int32_t)m->found.items[best->row].row;
  outfile_csv_field(f, l->ids[place], strlen(l->ids[place]));
  outfile_format(f, ",%u,%.6f,%.4f,%s,", (uint32_t)best->key, weight_to_probability((double)weight / WEIGHT_UNIT), (double)weight / WEIGHT_UNIT,
                 weight >= l->tables->match ? "match" : "review");
  outfile_csv_field(f, l->ids[stored], strlen(l->ids[stored]));
  outfile_text(f, ",");
  const char *rule = rule_of(l, place, stored);
  outfile_csv_field(f, rule, strlen(rule));
  outfile_text(f, "\n");
}

/* A record without a match is unlinked, even where there are pairs for review. */
static void write_lines(outfile *links, outfile *unlinked, const matching *m, khop_index_summary *out) {
  const live *l = m->live;
  outfile_text(links, "record_id,entity,match_probability,match_weight,decision,stored_record_id,blocking_rule\n");
  outfile_text(unlinked, "record_id,reviews\n");
  size_t at = 0;
  for (uint32_t place = 0; place < l->new_count; place++) {
    size_t matches = 0, reviews = 0;
    for (; at < m->best.count && m->best.items[at].key >> 32 == place; at++) {
      bool is_match = (int32_t)m->found.items[m->best.items[at].row].row >= l->tables->match;
      matches += is_match;
      reviews += !is_match;
      write_link(links, m, &m->best.items[at]);
    }
    out->linked += matches > 0;
    if (matches) continue;
    out->unlinked++;
    outfile_csv_field(unlinked, l->ids[place], strlen(l->ids[place]));
    outfile_format(unlinked, ",%zu\n", reviews);
  }
}

static khop_status write_files(const matching *m, khop_index_summary *out, khop_error *err) {
  const char *directory = m->live->options.output;
  outfile links = {.fd = -1}, unlinked = {.fd = -1};
  khop_status status;
  TRY(directory_create(directory, err));
  TRY_CLEANUP(outfile_open(&links, directory, "links.csv", err));
  TRY_CLEANUP(outfile_open(&unlinked, directory, "unlinked.csv", err));
  write_lines(&links, &unlinked, m, out);
  TRY_CLEANUP(control_check(m->live->options.control, err));
  TRY_CLEANUP(outfile_commit(&unlinked, err));
  status = outfile_commit(&links, err);
cleanup:
  outfile_abandon(&links);
  outfile_abandon(&unlinked);
  return status;
}

static khop_status match(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err) {
  (void)context;
  incoming in;
  matching m = {.live = l};
  khop_status status;
  TRY_CLEANUP(incoming_read(&in, l, false, change, err));
  out->rows = in.rows;
  out->rejected = in.rejected;
  out->records = l->segments.rows - l->segments.dead_rows;
  out->run = l->segments.last_run;
  TRY_CLEANUP(live_candidates(l, change, take_pairs, &m, err));
  TRY_CLEANUP(find_entities(&m, err));
  progress_phase(&l->progress, "write", "rows", l->new_count);
  TRY_CLEANUP(write_files(&m, out, err));
  out->pairs_compared = change->pairs_compared;
  progress_finish(&l->progress);
  out->seconds = progress_elapsed_s(&l->progress);
  out->peak_memory_bytes = memory_peak_bytes();
cleanup:
  mem_free(m.found.items);
  mem_free(m.best.items);
  incoming_close(&in);
  return status;
}

static khop_status check_output(const khop_options *options, khop_error *err) {
  bool is_empty = true;
  if (!options->output) return error_set(err, KHOP_USAGE, "no output directory: say -o OUT");
  TRY(directory_is_empty(options->output, &is_empty, err));
  if (is_empty || options->force) return KHOP_OK;
  return error_set(err, KHOP_USAGE, "%s: not empty; --force replaces links.csv and unlinked.csv", options->output);
}

khop_status khop_index_match(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err) {
  *out_summary = (khop_index_summary){0};
  TRY(check_output(options, err));
  return live_job(directory, options, false, "match", match, NULL, out_summary, err);
}
