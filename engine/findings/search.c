/* See search.h. */
#include "findings/search.h"

#include <string.h>

#include "base/hash.h"
#include "base/spill_sort.h"
#include "feature/row_file.h"

enum { chunk_rows = 1 << 14, key_bits = 64 };

size_t finding_member_rows(const finding_member *members, size_t count, uint32_t *rows) {
  for (size_t i = 0; i < count; i++) rows[i] = members[i].row;
  return row_numbers_sort(rows, count);
}

/* ---- groups of sorted keys ------------------------------------------------------------------------ */

typedef struct walk {
  const finding_search *search;
  const finding_input *in;
  row_part rows; /* of the groups of a part, where the table is in a file */
  finding_member *members;
  size_t capacity;
  uint32_t *wanted; /* rows of a part */
  size_t wanted_capacity;
} walk;

static size_t group_end(const sort_item *items, size_t count, size_t start) {
  size_t end = start + 1;
  while (end < count && finding_key_group(items[end].key) == finding_key_group(items[start].key)) end++;
  return end;
}

static bool is_wanted(const walk *w, const sort_item *items, size_t start, size_t end) {
  return end - start > 1 && (w->search->equal_tags_too || items[start].key != items[end - 1].key);
}

static const uint8_t *features_of(const walk *w, uint32_t row) {
  const feature_table *table = w->in->table;
  return table->file ? feature_row(&w->rows.table, row_part_find(&w->rows, row)) : feature_row(table, row);
}

static khop_status hand_out(walk *w, const sort_item *items, size_t count, khop_error *err) {
  TRY(array_reserve(&w->members, &w->capacity, count, sizeof *w->members, "findings", err));
  for (size_t i = 0; i < count; i++) {
    w->members[i] = (finding_member){.key = items[i].key, .row = items[i].row, .features = features_of(w, items[i].row)};
  }
  return w->search->group(w->search->context, w->members, count, err);
}

static khop_status gather_rows(walk *w, const sort_item *items, size_t count, khop_error *err) {
  size_t wanted = 0;
  for (size_t start = 0, end; start < count; start = end) {
    end = group_end(items, count, start);
    if (!is_wanted(w, items, start, end)) continue;
    TRY(array_reserve(&w->wanted, &w->wanted_capacity, wanted + end - start, sizeof *w->wanted, "findings", err));
    for (size_t i = start; i < end; i++) w->wanted[wanted++] = items[i].row;
  }
  return row_part_gather(&w->rows, w->in->table, w->wanted, row_numbers_sort(w->wanted, wanted), err);
}

static khop_status walk_groups(void *context, const sort_item *items, size_t count, khop_error *err) {
  enum { checked_every = 1 << 12 };
  walk *w = context;
  size_t groups = 0;
  if (w->in->table->file) TRY(gather_rows(w, items, count, err));
  for (size_t start = 0, end; start < count; start = end) {
    end = group_end(items, count, start);
    if (!is_wanted(w, items, start, end)) continue;
    TRY(hand_out(w, items + start, end - start, err));
    if (groups++ % checked_every == 0) TRY(control_check(w->in->control, err));
  }
  return KHOP_OK;
}

static void walk_free(walk *w) {
  row_part_free(&w->rows);
  mem_free(w->members);
  mem_free(w->wanted);
}

/* ---- in memory: each chunk of rows counts its keys, then has a place for them ------------------------ */

typedef struct key_job {
  const finding_search *search;
  const finding_input *in;
  size_t *starts; /* of each chunk among the items; first its number of keys */
  sort_item *items; /* NULL: count only */
} key_job;

static khop_status make_keys(void *context, size_t chunk, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const key_job *job = context;
  const feature_table *table = job->in->table;
  uint64_t keys[FINDING_KEYS_MAX];
  size_t last = (chunk + 1) * chunk_rows < table->count ? (chunk + 1) * chunk_rows : table->count, total = 0;
  sort_item *out = job->items ? job->items + job->starts[chunk] : NULL;
  for (size_t row = chunk * chunk_rows; row < last; row++) {
    const uint8_t *features = feature_row(table, row);
    if (feature_row_dead(&table->layout, features)) continue;
    size_t count = job->search->keys(job->search->context, features, keys);
    for (size_t k = 0; out && k < count; k++) *out++ = (sort_item){.key = keys[k], .row = (uint32_t)row};
    total += count;
  }
  if (!out) job->starts[chunk] = total;
  return KHOP_OK;
}

static khop_status search_in_memory(const finding_search *s, const finding_input *in, walk *w, khop_error *err) {
  khop_status status = KHOP_OK;
  const size_t chunks = (in->table->count + chunk_rows - 1) / chunk_rows;
  region items = {0}, scratch = {0};
  size_t total = 0;
  key_job job = {.search = s, .in = in, .starts = mem_alloc(chunks, sizeof *job.starts)};
  if (!job.starts) return error_memory(err, chunks * sizeof *job.starts, "findings");
  TRY_CLEANUP(pool_run(in->workers, chunks, make_keys, &job, err));
  for (size_t c = 0; c < chunks; c++) {
    size_t count = job.starts[c];
    job.starts[c] = total;
    total += count;
  }
  if (total < 2) goto cleanup;
  TRY_CLEANUP(region_map(&items, total * sizeof(sort_item), "findings", err));
  TRY_CLEANUP(region_map(&scratch, total * sizeof(sort_item), "findings", err));
  job.items = items.data;
  TRY_CLEANUP(pool_run(in->workers, chunks, make_keys, &job, err));
  TRY_CLEANUP(sort_items(items.data, scratch.data, total, in->workers, err));
  region_unmap(&scratch);
  TRY_CLEANUP(walk_groups(w, items.data, total, err));
cleanup:
  region_unmap(&items);
  region_unmap(&scratch);
  mem_free(job.starts);
  return status;
}

/* ---- in a file ------------------------------------------------------------------------------------------ */

typedef struct spilled_keys {
  const finding_search *search;
  spill_sorter *sorter; /* NULL: count only */
  uint64_t count;
} spilled_keys;

static khop_status add_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)worker;
  spilled_keys *job = context;
  for (size_t i = 0; i < part->count; i++) {
    uint64_t keys[FINDING_KEYS_MAX];
    const uint8_t *features = feature_row(part, i);
    if (feature_row_dead(&part->layout, features)) continue;
    size_t count = job->search->keys(job->search->context, features, keys);
    job->count += count;
    for (size_t k = 0; job->sorter && k < count; k++) {
      const sort_item item = {.key = keys[k], .row = feature_row_number(part, i)};
      TRY(spill_sorter_add(job->sorter, &item, 1, err));
    }
  }
  return KHOP_OK;
}

static khop_status search_in_file(const finding_search *s, const finding_input *in, walk *w, khop_error *err) {
  khop_status status = KHOP_OK;
  spilled_keys job = {.search = s};
  const row_pass pass = {.table = in->table, .take = add_keys, .context = &job};
  spill_sorter *sorter = mem_alloc(1, sizeof *sorter);
  if (!sorter) return error_memory(err, sizeof *sorter, "findings");
  const uint64_t rows_beside_keys = 8; /* so much larger may the rows of a part be, which are in memory, too */
  spill_sorter_open(sorter, in->spill, key_bits, in->table->count * 2, in->spill_bytes / rows_beside_keys);
  job.sorter = sorter;
  TRY_CLEANUP(row_pass_run(&pass, in->workers, err));
  TRY_CLEANUP(spill_sorter_each(sorter, in->workers, walk_groups, w, err));
cleanup:
  spill_sorter_close(sorter);
  mem_free(sorter);
  return status;
}

/* So many rows at once: what groups of a slice name is fetched together. */
static khop_status walk_slices(walk *w, const sort_item *items, size_t count, khop_error *err) {
  for (size_t from = 0, to; from < count; from = to) {
    to = from;
    while (to < count && to - from < chunk_rows) to += group_end(items + to, count - to, 0);
    TRY(walk_groups(w, items + from, to - from, err));
  }
  return KHOP_OK;
}

khop_status finding_search_items(const finding_search *s, const finding_input *in, sort_item *items, size_t count, khop_error *err) {
  walk w = {.search = s, .in = in};
  sort_item *scratch = mem_alloc(count, sizeof *scratch);
  if (!scratch) return error_memory(err, count * sizeof *scratch, "findings");
  khop_status status = sort_items(items, scratch, count, in->workers, err);
  mem_free(scratch);
  if (status == KHOP_OK) status = walk_slices(&w, items, count, err);
  walk_free(&w);
  return status;
}

khop_status finding_search_run(const finding_search *s, const finding_input *in, khop_error *err) {
  walk w = {.search = s, .in = in};
  khop_status status = in->table->file ? search_in_file(s, in, &w, err) : search_in_memory(s, in, &w, err);
  walk_free(&w);
  return status;
}
