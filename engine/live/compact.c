/* khop_index_compact: many segments made one, dead rows dropped. See khop.h.
 *
 * Rows are numbered anew in their order, so that every table stays in its own. The new segment stands for all runs up to
 * its own, and takes its name while the old ones are still there: they are removed when nobody can need them any more.
 */
#include <string.h>

#include "live/jobs.h"
#include "live/write.h"

typedef struct compacting {
  live *live;
  live_change *change;
  store_writer *to;
  uint32_t *rows;      /* live ones, ascending */
  uint32_t *number_of; /* by row, STORE_ROW_NONE where it is dead */
  size_t count;
  uint32_t *entities;
  uint32_t *source_base; /* by segment: its first source among all */
  item_list list;      /* of the table that is made */
  uint32_t first_row;  /* added to the rows that are read */
} compacting;

/* ---- records --------------------------------------------------------------------------------------------------- */

static khop_status number_rows(compacting *c, khop_error *err) {
  const segments *s = &c->live->segments;
  c->rows = mem_alloc((size_t)s->rows + 1, sizeof *c->rows);
  c->number_of = mem_alloc((size_t)s->rows + 1, sizeof *c->number_of);
  if (!c->rows || !c->number_of) return error_memory(err, 2 * s->rows * sizeof *c->rows, "rows");
  for (uint32_t row = 0; row < s->rows; row++) {
    c->number_of[row] = segments_dead(s, row) ? STORE_ROW_NONE : (uint32_t)c->count;
    if (c->number_of[row] != STORE_ROW_NONE) c->rows[c->count++] = row;
  }
  return KHOP_OK;
}

static khop_status read_record(void *context, uint32_t row, store_record *out, uint32_t *out_source, khop_error *err) {
  const compacting *c = context;
  TRY(segments_read_record(&c->live->views[0], row, out, err));
  *out_source = c->source_base[segments_of_row(&c->live->segments, row)] + out->source;
  return KHOP_OK;
}

static khop_status copy_source(compacting *c, const store *from, unsigned source, unsigned number, khop_error *err) {
  char own[32], name[32];
  snprintf(own, sizeof own, STORE_META_SOURCE, source);
  snprintf(name, sizeof name, STORE_META_SOURCE, number);
  TRY(store_writer_meta(c->to, name, store_meta(from, own), err));
  snprintf(own, sizeof own, STORE_META_MONTH_FIRST, source);
  snprintf(name, sizeof name, STORE_META_MONTH_FIRST, number);
  const char *mask = store_meta(from, own);
  return mask ? store_writer_meta(c->to, name, mask, err) : KHOP_OK;
}

static khop_status copy_sources(compacting *c, khop_error *err) {
  const segments *s = &c->live->segments;
  uint32_t next = 0;
  c->source_base = mem_alloc(s->count + 1, sizeof *c->source_base);
  if (!c->source_base) return error_memory(err, s->count * sizeof *c->source_base, "sources");
  for (size_t i = 0; i < s->count; i++) {
    c->source_base[i] = next;
    for (uint32_t source = 0; source < c->live->month_first[i][0]; source++) TRY(copy_source(c, s->items[i].store, source, next++, err));
  }
  return KHOP_OK;
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static khop_status each_posting(compacting *c, uint32_t table, bool is_local, store_posting_visit *visit, khop_error *err) {
  const segments *s = &c->live->segments;
  c->list.count = 0;
  for (size_t i = 0; i < s->count; i++) {
    store_view *from;
    if (!store_table_postings(s->items[i].store, table)) continue;
    c->first_row = is_local ? s->items[i].first_row : 0;
    TRY(store_view_begin(&from, s->items[i].store, err));
    khop_status status = store_each_posting(from, table, visit, c, err);
    store_view_end(from);
    TRY(status);
  }
  return control_check(c->live->options.control, err);
}

static khop_status put_list(compacting *c, uint32_t table, khop_error *err) {
  TRY(item_list_sort(&c->list, c->live->workers, err));
  item_list_unique(&c->list);
  return live_write_list(c->to, table, &c->list, err);
}

static uint32_t number_of(const compacting *c, uint64_t row) { return row < c->live->segments.rows ? c->number_of[row] : STORE_ROW_NONE; }

static khop_status take_row(void *context, uint64_t key, uint32_t row, khop_error *err) {
  compacting *c = context;
  uint32_t number = number_of(c, (uint64_t)c->first_row + row);
  return number == STORE_ROW_NONE ? KHOP_OK : item_list_add(&c->list, key, number, err);
}

static khop_status take_as_it_is(void *context, uint64_t key, uint32_t row, khop_error *err) {
  compacting *c = context;
  return item_list_add(&c->list, key, row, err);
}

static khop_status take_link(void *context, uint64_t key, uint32_t row, khop_error *err) {
  compacting *c = context;
  uint32_t left = number_of(c, key), right = number_of(c, row);
  size_t place;
  if (left == STORE_ROW_NONE || right == STORE_ROW_NONE || item_list_find(&c->live->unlinked, live_pair((uint32_t)key, row), &place)) return KHOP_OK;
  TRY(item_list_add(&c->list, left, right, err));
  return item_list_add(&c->list, right, left, err);
}

/* Tables of the segments' own rows, then the keys of oversized blocks and links. */
static khop_status put_row_tables(compacting *c, khop_error *err) {
  for (uint32_t table = STORE_TABLE_RECORD_ID; table < STORE_TABLE_CLUSTER; table++) {
    TRY(each_posting(c, table, true, take_row, err));
    TRY(put_list(c, table, err));
  }
  TRY(each_posting(c, STORE_TABLE_OVERSIZED, false, take_as_it_is, err));
  TRY(put_list(c, STORE_TABLE_OVERSIZED, err));
  TRY(each_posting(c, STORE_TABLE_LINK, false, take_link, err));
  return put_list(c, STORE_TABLE_LINK, err);
}

static khop_status put_entities(compacting *c, khop_error *err) {
  item_list members = {0};
  khop_status status = KHOP_OK;
  c->list.count = 0;
  for (size_t i = 0; status == KHOP_OK && i < c->count; i++) {
    uint32_t entity = c->entities[c->rows[i]];
    status = item_list_add(&c->list, i, entity, err);
    if (status == KHOP_OK) status = item_list_add(&members, entity, (uint32_t)i, err);
  }
  if (status == KHOP_OK) status = put_list(c, STORE_TABLE_ENTITY, err);
  if (status == KHOP_OK) status = item_list_sort(&members, c->live->workers, err);
  size_t kept = 0;
  for (size_t start = 0, end; status == KHOP_OK && start < members.count; start = end) {
    for (end = start + 1; end < members.count && members.items[end].key == members.items[start].key;) end++;
    for (size_t i = start; end - start > 1 && i < end; i++) members.items[kept++] = members.items[i];
  }
  members.count = kept;
  if (status == KHOP_OK) status = live_write_list(c->to, STORE_TABLE_MEMBER, &members, err);
  mem_free(members.items);
  return status;
}

static khop_status put_decisions(compacting *c, uint32_t table, uint32_t wanted, khop_error *err) {
  const item_list *decided = &c->live->decided;
  c->list.count = 0;
  for (size_t i = 0; i < decided->count; i++) {
    uint32_t row = number_of(c, decided->items[i].key >> 32), other = number_of(c, (uint32_t)decided->items[i].key);
    if (row == STORE_ROW_NONE || other == STORE_ROW_NONE || decided->items[i].row != wanted) continue;
    TRY(item_list_add(&c->list, row, other, err));
  }
  return put_list(c, table, err);
}

static khop_status put_tables(compacting *c, khop_error *err) {
  TRY(put_row_tables(c, err));
  TRY(put_entities(c, err));
  TRY(each_posting(c, STORE_TABLE_SPLIT, false, take_row, err));
  TRY(put_list(c, STORE_TABLE_SPLIT, err));
  TRY(put_decisions(c, STORE_TABLE_MUST, 1, err));
  return put_decisions(c, STORE_TABLE_CANNOT, 0, err);
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static khop_status copy_line(void *context, char *line, bool *out_stop, khop_error *err) {
  (void)out_stop;
  (void)err;
  fprintf(context, "%s\n", line);
  return KHOP_OK;
}

static khop_status copy_journal(compacting *c, khop_error *err) {
  char *text = NULL;
  size_t length;
  bool stopped;
  text_stream to;
  TRY(text_stream_open(&to, "journal", err));
  khop_status status = live_each_journal_line(&c->live->segments, copy_line, to.file, &stopped, err);
  if (status == KHOP_OK) status = text_stream_end(&to, &text, &length, err);
  else text_stream_abandon(&to);
  if (status == KHOP_OK && length) status = store_writer_meta(c->to, STORE_META_JOURNAL, text, err);
  khop_free(text);
  return status;
}

static khop_status write_segment(compacting *c, khop_error *err) {
  live *l = c->live;
  TRY(number_rows(c, err));
  TRY(segments_read_entities(&l->segments, &c->entities, err));
  TRY(live_segment_begin(l, 1, l->segments.last_run + 1, &c->to, err));
  TRY(copy_sources(c, err));
  TRY(live_copy_records(c->to, l->schema->field_count, c->rows, c->count, read_record, c, l->options.control, err));
  TRY(put_tables(c, err));
  c->change->next_entity = l->next_entity;
  TRY(live_write_facts(c->to, c->change, err));
  TRY(copy_journal(c, err));
  TRY(control_check(l->options.control, err));
  return store_writer_finish(c->to, false, err);
}

/* Segments lie beside the new one until it is whole. What dead rows took is not asked for, nor what packs better together. */
static uint64_t disk_need(const live *l) {
  const double packed = 0.8;
  uint64_t bytes = 0;
  for (size_t i = 0; i < l->segments.count; i++) {
    char *path = segments_path(l->directory, l->segments.items[i].from, l->segments.items[i].to);
    bytes += path ? directory_disk_bytes(path) : 0;
    mem_free(path);
  }
  double live_rows = (double)(l->segments.rows - l->segments.dead_rows);
  return (uint64_t)(packed * (double)bytes * live_rows / (l->segments.rows ? (double)l->segments.rows : 1));
}

static khop_status compact(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err) {
  (void)context;
  compacting c = {.live = l, .change = change};
  out->records = l->segments.rows - l->segments.dead_rows;
  out->run = l->segments.last_run;
  if (l->segments.count < 2 && !l->segments.dead_rows) return KHOP_OK;
  progress_phase(&l->progress, "write", "rows", l->segments.rows);
  l->disk_need = disk_need(l);
  khop_status status = write_segment(&c, err);
  store_writer_free(c.to);
  mem_free(c.rows);
  mem_free(c.number_of);
  mem_free(c.entities);
  mem_free(c.source_base);
  mem_free(c.list.items);
  TRY(status);
  out->run = l->segments.last_run + 1;
  out->deleted = l->segments.dead_rows;
  progress_finish(&l->progress);
  out->seconds = progress_elapsed_s(&l->progress);
  out->peak_memory_bytes = memory_peak_bytes();
  segments_sweep(l->directory, NULL); /* what cannot go now goes before the next change */
  return KHOP_OK;
}

khop_status khop_index_compact(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err) {
  return live_job(directory, options, true, "compact", compact, NULL, out_summary, err);
}
