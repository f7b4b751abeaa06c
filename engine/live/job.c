/* khop_index_add, khop_index_delete: changes from end to end. See khop.h. */
#include <string.h>

#include "base/file.h"
#include "live/candidates.h"
#include "live/compare.h"
#include "live/evaluate.h"
#include "live/jobs.h"
#include "live/write.h"

/* ---- what all changes end in ---------------------------------------------------------------------------------- */

khop_status live_finish(live *l, live_change *change, incoming *in, khop_index_summary *out, khop_error *err) {
  evaluation e;
  khop_status status = live_evaluate(l, change, &e, err);
  if (status == KHOP_OK) status = live_check_decisions(l, &e, err);
  if (status == KHOP_OK) status = live_name_entities(l, change, &e, err);
  evaluation_free(&e);
  TRY(status);
  TRY(live_write(l, change, in, err));
  out->run = l->segments.last_run + 1;
  out->deleted = change->dead.count;
  out->pairs_compared = change->pairs_compared;
  out->links = change->links.count;
  out->links_dropped = change->dropped.count;
  out->joined = change->joined;
  out->merged = change->merged;
  out->split = change->parted;
  out->created = change->created;
  out->records = l->segments.rows + l->new_count - l->segments.dead_rows;
  progress_finish(&l->progress);
  out->seconds = progress_elapsed_s(&l->progress);
  out->peak_memory_bytes = memory_peak_bytes();
  return KHOP_OK;
}

/* From here on they are no candidates, and do not count in blocks. */
static void live_kill(live *l, const live_change *change) {
  for (size_t i = 0; i < change->dead.count; i++) segments_kill(&l->segments, change->dead.rows[i]);
}

khop_status live_job(const char *directory, const khop_options *options, bool writes, const char *action, live_work *work, void *context,
                     khop_index_summary *out, khop_error *err) {
  live l;
  live_change change;
  *out = (khop_index_summary){0};
  live_change_begin(&change, action);
  khop_status status = live_open(&l, directory, options, writes, err);
  if (status == KHOP_OK) status = work(&l, &change, context, out, err);
  const uint64_t disk_need = l.disk_need;
  live_close(&l);
  live_change_free(&change);
  if (status != KHOP_OK && writes) error_disk_need(err, directory, disk_need);
  return status;
}

/* ---- add --------------------------------------------------------------------------------------------------------- */

typedef struct linking {
  live *live;
  live_change *change;
} linking;

static khop_status take_links(void *context, const item_list *pairs, khop_error *err) {
  linking *k = context;
  return live_compare(k->live, pairs, k->live->tables->match, &k->change->links, err);
}

static khop_status add(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err) {
  (void)context;
  incoming in;
  linking k = {.live = l, .change = change};
  khop_status status;
  TRY_CLEANUP(incoming_read(&in, l, true, change, err));
  out->rows = in.rows;
  out->rejected = in.rejected;
  out->added = in.fresh;
  out->updated = in.changed;
  out->unchanged = in.unchanged;
  if (!l->new_count) { /* nothing new: no run */
    out->run = l->segments.last_run;
    out->records = l->segments.rows - l->segments.dead_rows;
    goto cleanup;
  }
  live_kill(l, change);
  TRY_CLEANUP(live_candidates(l, change, take_links, &k, err));
  TRY_CLEANUP(item_list_sort(&change->links, l->workers, err));
  item_list_unique(&change->links);
  status = live_finish(l, change, &in, out, err);
cleanup:
  l->disk_need = incoming_disk_need(&in, l);
  incoming_close(&in);
  return status;
}

khop_status khop_index_add(const char *directory, const khop_options *options, khop_index_summary *out_summary, khop_error *err) {
  return live_job(directory, options, true, "add", add, NULL, out_summary, err);
}

/* ---- delete ------------------------------------------------------------------------------------------------------- */

typedef struct deleting {
  live *live;
  live_change *change;
  khop_index_summary *out;
} deleting;

static khop_status find_deleted(void *context, const char *id, size_t length, khop_error *err) {
  deleting *d = context;
  uint32_t row;
  TRY(live_find_id(d->live, id, length, false, &row, err));
  if (row != STORE_ROW_NONE) return row_list_add(&d->change->dead, row, err);
  d->out->unknown++;
  return KHOP_OK;
}

static khop_status delete_rows(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err) {
  deleting d = {.live = l, .change = change, .out = out};
  TRY(live_read_ids(context, find_deleted, &d, err));
  row_list_sort(&change->dead);
  if (!change->dead.count) {
    out->run = l->segments.last_run;
    out->records = l->segments.rows - l->segments.dead_rows;
    return KHOP_OK;
  }
  l->first_new = l->segments.rows;
  live_kill(l, change);
  return live_finish(l, change, NULL, out, err);
}

khop_status khop_index_delete(const char *directory, const char *ids, const khop_options *options, khop_index_summary *out_summary,
                              khop_error *err) {
  char *path = mem_copy_text(ids, strlen(ids));
  if (!path) return error_memory(err, strlen(ids), "path");
  khop_status status = live_job(directory, options, true, "delete", delete_rows, path, out_summary, err);
  mem_free(path);
  return status;
}
