/* See search.h. */
#include "findings/search.h"

#include <stdatomic.h>

#include "base/hash.h"
#include "base/spill_sort.h"
#include "feature/row_file.h"

enum { chunk_rows = 1 << 14, key_bits = 64 };

size_t finding_member_rows(const finding_member *members, size_t count, uint32_t *rows) {
  for (size_t i = 0; i < count; i++) rows[i] = members[i].row;
  return row_numbers_sort(rows, count);
}

/* ---- groups of sorted keys ------------------------------------------------------------------------ */

typedef struct member_list {
  finding_member *items;
  size_t capacity;
} member_list;

typedef struct walk {
  const finding_search *search;
  const finding_input *in;
  row_part rows; /* of the groups of a part, where the table is in a file */
  member_list members;
  bool is_marked; /* groups that concern the search have their first item marked */
  uint32_t *wanted; /* rows of a part */
  size_t wanted_capacity;
} walk;

static size_t group_end(const sort_item *items, size_t count, size_t start) {
  size_t end = start + 1;
  while (end < count && finding_key_group(items[end].key) == finding_key_group(items[start].key)) end++;
  return end;
}

static bool is_wanted(const walk *w, const sort_item *items, size_t start, size_t end) {
  if (w->is_marked && !items[start].extra) return false;
  return end - start > 1 && (w->search->equal_tags_too || items[start].key != items[end - 1].key);
}

static const uint8_t *features_of(const walk *w, uint32_t row) {
  const feature_table *table = w->in->table;
  return table->file ? feature_row(&w->rows.table, row_part_find(&w->rows, row)) : feature_row(table, row);
}

static khop_status list_members(const walk *w, const sort_item *items, size_t count, member_list *out, khop_error *err) {
  TRY(array_reserve(&out->items, &out->capacity, count, sizeof *out->items, "findings", err));
  for (size_t i = 0; i < count; i++) {
    out->items[i] = (finding_member){.key = items[i].key, .row = items[i].row, .features = features_of(w, items[i].row)};
  }
  return KHOP_OK;
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
    TRY(list_members(w, items + start, end - start, &w->members, err));
    TRY(w->search->group(w->search->context, w->members.items, end - start, err));
    if (groups++ % checked_every == 0) TRY(control_check(w->in->control, err));
  }
  return KHOP_OK;
}

static void walk_free(walk *w) {
  row_part_free(&w->rows);
  mem_free(w->members.items);
  mem_free(w->wanted);
}

/* ---- buckets: which keys may have a partner --------------------------------------------------------- */

enum { bits_a_bucket = 2, buckets_a_word = 16, buckets_a_row = 8 };

typedef struct key_buckets {
  region memory;
  _Atomic uint32_t *words; /* of a bucket, met once: bit 0, met again: bit 1 */
  uint64_t mask;
} key_buckets;

static uint64_t bucket_count(size_t rows) {
  uint64_t count = 1 << 12;
  while (count < buckets_a_row * (uint64_t)rows) count *= 2;
  return count;
}

static uint64_t bucket_bytes(size_t rows) { return bucket_count(rows) / buckets_a_word * sizeof(uint32_t); }

static khop_status buckets_make(key_buckets *b, size_t rows, khop_error *err) {
  TRY(region_map(&b->memory, bucket_bytes(rows), "findings", err));
  b->words = b->memory.data;
  b->mask = bucket_count(rows) - 1;
  return KHOP_OK;
}

static _Atomic uint32_t *bucket_word(const key_buckets *b, uint64_t key, uint32_t *out_shift) {
  uint64_t bucket = hash_mix(finding_key_group(key)) & b->mask;
  *out_shift = (uint32_t)(bucket % buckets_a_word * bits_a_bucket);
  return &b->words[bucket / buckets_a_word];
}

/* Of those who come to a bucket at once exactly one is the first; so the end does not depend on their order. */
static void bucket_meet(const key_buckets *b, uint64_t key) {
  uint32_t shift;
  _Atomic uint32_t *word = bucket_word(b, key, &shift);
  if ((atomic_load_explicit(word, memory_order_relaxed) >> shift & 3) == 3) return;
  uint32_t before = atomic_fetch_or_explicit(word, 1u << shift, memory_order_relaxed) >> shift & 3;
  if (before) atomic_fetch_or_explicit(word, 2u << shift, memory_order_relaxed);
}

static bool bucket_met_again(const key_buckets *b, uint64_t key) {
  uint32_t shift;
  const _Atomic uint32_t *word = bucket_word(b, key, &shift);
  return atomic_load_explicit(word, memory_order_relaxed) >> shift & 2;
}

/* ---- two passes over the rows for some searches at once --------------------------------------------------- */

typedef struct item_list {
  sort_item *items;
  size_t count, capacity;
} item_list;

typedef struct keys_job {
  const finding_search *searches;
  size_t search_count;
  const finding_input *in;
  key_buckets buckets[SEARCHES_MAX];
  item_list *found; /* worker x search: of a chunk */
  item_list all[SEARCHES_MAX];
  bool too_many[SEARCHES_MAX]; /* for the memory: they are to be sorted in the file */
} keys_job;

/* Keys of some rows of a part, and whose they are. Buckets are all over the memory: they are asked for ahead. */
enum { rows_a_block = 64 };
typedef struct key_block {
  uint64_t keys[rows_a_block * FINDING_KEYS_MAX];
  uint8_t rows[rows_a_block * FINDING_KEYS_MAX];
  size_t count;
} key_block;

static void block_fill(const keys_job *job, size_t s, const feature_table *part, size_t first, key_block *out) {
  const finding_search *search = &job->searches[s];
  size_t last = first + rows_a_block < part->count ? first + rows_a_block : part->count;
  out->count = 0;
  for (size_t row = first; row < last; row++) {
    const uint8_t *features = feature_row(part, row);
    if (feature_row_dead(&part->layout, features)) continue;
    size_t count = search->keys(search->context, features, out->keys + out->count);
    for (size_t k = 0; k < count; k++) {
      uint32_t shift;
      __builtin_prefetch(bucket_word(&job->buckets[s], out->keys[out->count], &shift), 1);
      out->rows[out->count++] = (uint8_t)(row - first);
    }
  }
}

static khop_status meet_part(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)worker, (void)err;
  const keys_job *job = context;
  key_block block;
  for (size_t first = 0; first < part->count; first += rows_a_block) {
    for (size_t s = 0; s < job->search_count; s++) {
      block_fill(job, s, part, first, &block);
      for (size_t k = 0; k < block.count; k++) bucket_meet(&job->buckets[s], block.keys[k]);
    }
  }
  return KHOP_OK;
}

static khop_status find_part(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  const keys_job *job = context;
  item_list *found = &job->found[worker * SEARCHES_MAX];
  key_block block;
  for (size_t s = 0; s < job->search_count; s++) found[s].count = 0;
  for (size_t first = 0; first < part->count; first += rows_a_block) {
    for (size_t s = 0; s < job->search_count; s++) {
      block_fill(job, s, part, first, &block);
      TRY(array_reserve(&found[s].items, &found[s].capacity, found[s].count + block.count, sizeof(sort_item), "findings", err));
      for (size_t k = 0; k < block.count; k++) {
        if (!bucket_met_again(&job->buckets[s], block.keys[k])) continue;
        uint32_t row = feature_row_number(part, first + block.rows[k]);
        found[s].items[found[s].count++] = (sort_item){.key = block.keys[k], .row = row};
      }
    }
  }
  return KHOP_OK;
}

static khop_status take_part(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)part;
  keys_job *job = context;
  const bool in_file = job->in->table->file != NULL;
  for (size_t s = 0; s < job->search_count; s++) {
    const item_list *found = &job->found[worker * SEARCHES_MAX + s];
    item_list *all = &job->all[s];
    job->too_many[s] |= in_file && (all->count + found->count) * 2 * sizeof(sort_item) > job->in->spill_bytes / 8;
    if (job->too_many[s]) continue;
    TRY(array_reserve(&all->items, &all->capacity, all->count + found->count, sizeof(sort_item), "findings", err));
    for (size_t i = 0; i < found->count; i++) all->items[all->count++] = found->items[i];
  }
  return KHOP_OK;
}

static khop_status find_items(keys_job *job, khop_error *err) {
  const size_t rows = job->in->table->count, lists = pool_threads(job->in->workers) * (size_t)SEARCHES_MAX;
  row_pass pass = {.table = job->in->table, .work = meet_part, .context = job};
  for (size_t s = 0; s < job->search_count; s++) TRY(buckets_make(&job->buckets[s], rows, err));
  TRY(row_pass_run(&pass, job->in->workers, err));
  job->found = mem_alloc(lists, sizeof *job->found);
  if (!job->found) return error_memory(err, lists * sizeof *job->found, "findings");
  pass = (row_pass){.table = job->in->table, .work = find_part, .take = take_part, .context = job};
  return row_pass_run(&pass, job->in->workers, err);
}

static void keys_job_free(keys_job *job, bool with_items) {
  for (size_t i = 0; job->found && i < pool_threads(job->in->workers) * (size_t)SEARCHES_MAX; i++) mem_free(job->found[i].items);
  mem_free(job->found);
  job->found = NULL;
  for (size_t s = 0; s < job->search_count; s++) {
    region_unmap(&job->buckets[s].memory);
    if (with_items) mem_free(job->all[s].items);
  }
}

/* ---- too many keys, sorted in the file ------------------------------------------------------------------------------------------ */

typedef struct spilled_keys {
  const finding_search *search;
  spill_sorter *sorter;
} spilled_keys;

static khop_status add_keys(void *context, unsigned worker, const feature_table *part, khop_error *err) {
  (void)worker;
  spilled_keys *job = context;
  for (size_t i = 0; i < part->count; i++) {
    uint64_t keys[FINDING_KEYS_MAX];
    const uint8_t *features = feature_row(part, i);
    if (feature_row_dead(&part->layout, features)) continue;
    size_t count = job->search->keys(job->search->context, features, keys);
    for (size_t k = 0; k < count; k++) {
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

/* ---- groups that concern a search, on all threads ----------------------------------------------------- */

typedef struct marking {
  const walk *w;
  sort_item *items;
  size_t count;
  member_list *members; /* by worker */
} marking;

/* Rows of the groups to come. Few of the groups that follow are left out. */
static void fetch_rows(const marking *m, size_t from, size_t to) {
  const feature_table *table = m->w->in->table;
  for (size_t i = from; i < to && i < m->count; i++) feature_row_fetch(feature_row(table, m->items[i].row), table->layout.stride);
}

/* The groups that begin in a chunk. */
static khop_status mark_chunk(void *context, size_t task, unsigned worker, khop_error *err) {
  enum { items_ahead = 32 };
  const marking *m = context;
  member_list *members = &m->members[worker];
  size_t start = task * chunk_rows, last = start + chunk_rows < m->count ? start + chunk_rows : m->count;
  while (start && start < last && finding_key_group(m->items[start].key) == finding_key_group(m->items[start - 1].key)) start++;
  fetch_rows(m, start, start + items_ahead);
  for (size_t end; start < last; start = end) {
    end = group_end(m->items, m->count, start);
    fetch_rows(m, start + items_ahead, end + items_ahead);
    if (!is_wanted(m->w, m->items, start, end)) continue;
    TRY(list_members(m->w, m->items + start, end - start, members, err));
    m->items[start].extra = m->w->search->concerns(m->w->search->context, members->items, end - start);
  }
  return KHOP_OK;
}

static khop_status mark_groups(const walk *w, sort_item *items, size_t count, khop_error *err) {
  const unsigned threads = pool_threads(w->in->workers);
  marking m = {.w = w, .items = items, .count = count, .members = mem_alloc(threads, sizeof *m.members)};
  if (!m.members) return error_memory(err, threads * sizeof *m.members, "findings");
  khop_status status = pool_run(w->in->workers, (count + chunk_rows - 1) / chunk_rows, mark_chunk, &m, err);
  for (unsigned i = 0; i < threads; i++) mem_free(m.members[i].items);
  mem_free(m.members);
  return status;
}

khop_status finding_search_items(const finding_search *s, const finding_input *in, sort_item *items, size_t count, khop_error *err) {
  walk w = {.search = s, .in = in};
  sort_item *scratch = mem_alloc(count, sizeof *scratch);
  if (!scratch) return error_memory(err, count * sizeof *scratch, "findings");
  khop_status status = sort_items(items, scratch, count, in->workers, err);
  mem_free(scratch);
  const bool marks = s->concerns && !in->table->file;
  if (status == KHOP_OK && marks) status = mark_groups(&w, items, count, err);
  w.is_marked = marks;
  if (status == KHOP_OK) status = walk_slices(&w, items, count, err);
  walk_free(&w);
  return status;
}

static khop_status search_finish(const keys_job *job, size_t number, khop_error *err) {
  const finding_search *s = &job->searches[number];
  if (job->too_many[number]) {
    walk w = {.search = s, .in = job->in};
    khop_status status = search_in_file(s, job->in, &w, err);
    walk_free(&w);
    TRY(status);
  } else {
    TRY(finding_search_items(s, job->in, job->all[number].items, job->all[number].count, err));
  }
  return s->end ? s->end(s->context, err) : KHOP_OK;
}

static khop_status run_some(const finding_search *searches, size_t count, const finding_input *in, khop_error *err) {
  keys_job *job = mem_alloc(1, sizeof *job);
  if (!job) return error_memory(err, sizeof *job, "findings");
  *job = (keys_job){.searches = searches, .search_count = count, .in = in};
  khop_status status = find_items(job, err);
  keys_job_free(job, false);
  for (size_t s = 0; status == KHOP_OK && s < count; s++) status = search_finish(job, s, err);
  keys_job_free(job, true);
  mem_free(job);
  return status;
}

/* As many at once as have room for their buckets. */
khop_status search_list_run(const search_list *list, const finding_input *in, khop_error *err) {
  size_t room = in->table->file ? (size_t)(in->spill_bytes / 4 / bucket_bytes(in->table->count)) : SEARCHES_MAX;
  if (room == 0) room = 1;
  for (size_t from = 0, count; from < list->count; from += count) {
    count = list->count - from < room ? list->count - from : room;
    TRY(run_some(list->items + from, count, in, err));
  }
  return KHOP_OK;
}

/* ---- the list -------------------------------------------------------------------------------------------- */

void *search_list_own(search_list *list, size_t size, void (*release)(void *context)) {
  void *context = mem_alloc(1, size);
  if (!context) return NULL;
  list->owned[list->owned_count].context = context;
  list->owned[list->owned_count++].free = release;
  return context;
}

void search_list_add(search_list *list, const finding_search *s) { list->items[list->count++] = *s; }

void search_list_free(search_list *list) {
  for (size_t i = 0; i < list->owned_count; i++) {
    if (list->owned[i].free) list->owned[i].free(list->owned[i].context);
    mem_free(list->owned[i].context);
  }
  *list = (search_list){0};
}
