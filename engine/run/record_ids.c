/* Record ids must name one record of their register: what repeats an id is rejected. Ids are sorted by their hash, which the
 * store wants too; in memory, or where the rows are in a file part by part. */
#include <string.h>

#include "base/spill_sort.h"
#include "feature/row_file.h"
#include "run/posting_slices.h"
#include "run/spill.h"

static size_t side_of(const run *r, size_t row) { return register_of(&r->walk.registers, (uint32_t)row); }

static bool same_id(const run *r, size_t x, size_t y) {
  size_t x_length, y_length;
  const char *a = record_id(&r->records, x, &x_length), *b = record_id(&r->records, y, &y_length);
  return side_of(r, x) == side_of(r, y) && x_length == y_length && memcmp(a, b, x_length) == 0;
}

/* Rows of one hash, ascending: each that repeats the id of an earlier one is rejected. */
static khop_status reject_repeats(run *r, const sort_item *items, size_t count, khop_error *err) {
  for (size_t i = 1; i < count; i++) {
    for (size_t first = 0; first < i; first++) {
      if (!same_id(r, items[first].row, items[i].row)) continue;
      record_origin origin, earlier;
      TRY(records_origin(&r->records, items[i].row, &origin, err));
      TRY(records_origin(&r->records, items[first].row, &earlier, err));
      rejected_row reject = {.source = origin.source, .reason = REJECT_DUPLICATE_ID, .line = origin.line,
                             .byte_offset = origin.byte_offset, .found = earlier.line};
      TRY(records_reject(&r->records, reject, err));
      feature_row_kill(&r->table, items[i].row);
      r->live_rows--;
      break;
    }
  }
  return KHOP_OK;
}

/* Ascending by hash, no hash in two lists. */
static khop_status check_hashes(run *r, const sort_item *items, size_t count, khop_error *err) {
  for (size_t start = 0, end; start < count; start = end) {
    end = start + 1;
    while (end < count && items[end].key == items[start].key) end++;
    if (end - start > 1) TRY(reject_repeats(r, items + start, end - start, err));
  }
  return KHOP_OK;
}

/* ---- in memory ------------------------------------------------------------------------------------ */

static khop_status hash_ids(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  enum { chunk = 1 << 16 };
  run *r = context;
  sort_item *items = r->items.data;
  size_t last = (task + 1) * chunk < r->table.count ? (task + 1) * chunk : r->table.count;
  for (size_t row = task * chunk; row < last; row++) {
    size_t length;
    const char *id = record_id(&r->records, row, &length);
    items[row] = (sort_item){.key = store_record_id_key(id, length), .row = (uint32_t)row};
  }
  return KHOP_OK;
}

static khop_status check_in_memory(run *r, khop_error *err) {
  size_t count = r->table.count;
  TRY(pool_run(r->workers, (count >> 16) + 1, hash_ids, r, err));
  TRY(sort_items(r->items.data, r->scratch.data, count, r->workers, err));
  TRY(check_hashes(r, r->items.data, count, err));
  return r->store ? store_writer_postings(r->store, STORE_TABLE_RECORD_ID, r->items.data, count, err) : KHOP_OK;
}

/* ---- in a file -------------------------------------------------------------------------------------- */

static khop_status add_ids(run *r, spill_sorter *sorter, khop_error *err) {
  record_cursor cursor = {.all = &r->records};
  khop_status status = KHOP_OK;
  for (size_t row = 0; status == KHOP_OK && row < r->table.count; row++) {
    size_t length;
    const char *id = record_cursor_id(&cursor, row, &length, err);
    const sort_item item = {.key = id ? store_record_id_key(id, length) : 0, .row = (uint32_t)row};
    status = id ? spill_sorter_add(sorter, &item, 1, err) : KHOP_ENVIRONMENT;
    if (status == KHOP_OK && row % ROW_CHUNK == 0) status = control_check(r->options.control, err);
  }
  record_cursor_free(&cursor);
  return status;
}

typedef struct id_check {
  run *run;
  posting_slices slices;
} id_check;

/* Only ids whose hash repeats are looked at. */
static khop_status check_part(void *context, const sort_item *items, size_t count, khop_error *err) {
  id_check *check = context;
  run *r = check->run;
  size_t repeated = 0, capacity = 0;
  uint32_t *rows = NULL;
  for (size_t i = 0; i < count; i++) {
    bool repeats = (i && items[i - 1].key == items[i].key) || (i + 1 < count && items[i + 1].key == items[i].key);
    if (!repeats) continue;
    khop_status status = array_reserve(&rows, &capacity, repeated + 1, sizeof *rows, "record ids", err);
    if (status != KHOP_OK) {
      mem_free(rows);
      return status;
    }
    rows[repeated++] = items[i].row;
  }
  TRY(records_gather(&r->records, rows, row_numbers_sort(rows, repeated), err));
  TRY(check_hashes(r, items, count, err));
  return posting_slices_add(&check->slices, STORE_TABLE_RECORD_ID, items, count, err);
}

static khop_status check_in_file(run *r, khop_error *err) {
  enum { key_bits = 48 };
  khop_status status = KHOP_OK;
  id_check check = {.run = r, .slices = {.store = r->store}};
  spill_sorter *sorter = mem_alloc(1, sizeof *sorter);
  if (!sorter) return error_memory(err, sizeof *sorter, "record ids");
  spill_sorter_open(sorter, r->spill, key_bits, r->table.count, run_spill_bytes(r) / 2);
  TRY_CLEANUP(add_ids(r, sorter, err));
  TRY_CLEANUP(spill_sorter_each(sorter, r->workers, check_part, &check, err));
  TRY_CLEANUP(posting_slices_end(&check.slices, err));
cleanup:
  posting_slices_free(&check.slices);
  spill_sorter_close(sorter);
  mem_free(sorter);
  return status;
}

khop_status run_check_ids(run *r, khop_error *err) {
  TRY(r->spill ? check_in_file(r, err) : check_in_memory(r, err));
  records_drop_origins(&r->records);
  return KHOP_OK;
}
