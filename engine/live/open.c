/* Opening a living store for work. See live.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "live/live.h"
#include "run/date_orders.h"
#include "schema/schema_parse.h"

/* ---- the frame ------------------------------------------------------------------------------------ */

static khop_status frame_number(const live *l, const char *name, uint64_t *out, khop_error *err) {
  const char *text = store_meta(l->segments.frame, name);
  *out = text ? strtoull(text, NULL, 10) : 0;
  return *out ? KHOP_OK : error_set(err, KHOP_INPUT, "%s: damaged: the frame lacks %s", l->directory, name);
}

static khop_status load_unlisted(live *l, size_t term, khop_error *err) {
  uint64_t count;
  char name[32];
  snprintf(name, sizeof name, STORE_META_UNLISTED, (unsigned)term);
  TRY(frame_number(l, name, &count, err));
  l->unlisted[term] = (uint32_t)(count - 1);
  return KHOP_OK;
}

static khop_status load_model(live *l, khop_error *err) {
  char *path = path_join(l->directory, SEGMENTS_MODEL);
  if (!path) return error_memory(err, strlen(l->directory), "path");
  model_from_schema(&l->model, l->schema, l->indexed);
  khop_status status = model_load(&l->model, l->schema, path, err);
  mem_free(path);
  TRY(status);
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    if (l->model.frequency_tables[term]) TRY(load_unlisted(l, term, err));
  }
  l->tables = mem_alloc(1, sizeof *l->tables);
  if (!l->tables) return error_memory(err, sizeof *l->tables, "weights");
  score_tables_make(l->tables, &l->model, l->schema, &l->table.layout, l->indexed);
  return KHOP_OK;
}

static khop_status load_schema(live *l, khop_error *err) {
  const char *yaml = store_meta(l->segments.frame, STORE_META_SCHEMA_YAML), *linkage = store_meta(l->segments.frame, STORE_META_LINKAGE);
  if (!yaml) return error_set(err, KHOP_INPUT, "%s: damaged: the frame lacks its schema", l->directory);
  TRY(schema_parse(&l->schema, "schema of the store", yaml, strlen(yaml), err));
  l->linkage = linkage ? linkage_find(linkage) : l->schema->linkage;
  if (l->linkage == LINKAGE_COUNT) l->linkage = l->schema->linkage;
  return KHOP_OK;
}

static khop_status load_facts(live *l, khop_error *err) {
  uint64_t block_rows, window;
  const char *version = store_meta(l->segments.frame, STORE_META_KHOP), *id_field = store_meta(l->segments.frame, STORE_META_ID_FIELD);
  if (!version || strcmp(version, khop_version()) != 0) {
    return error_set(err, KHOP_INPUT, "%s: made by khop %s, this is %s: keys may differ, so it is read but not added to", l->directory,
                     version ? version : "of an unknown version", khop_version());
  }
  const char *indexed = store_meta(l->segments.frame, STORE_META_INDEXED);
  l->indexed = indexed ? strtoull(indexed, NULL, 10) : 0;
  TRY(frame_number(l, STORE_META_BLOCK_ROWS, &block_rows, err));
  TRY(frame_number(l, STORE_META_WINDOW, &window, err));
  l->block_rows_max = (size_t)block_rows;
  l->window = (size_t)window;
  l->id_field = id_field ? (int)strtoul(id_field, NULL, 10) : -1;
  l->id_qualified = store_meta(l->segments.frame, STORE_META_ID_QUALIFIED) != NULL;
  const char *next = segments_meta(&l->segments, SEGMENT_META_NEXT_ENTITY);
  l->next_entity = next ? (uint32_t)strtoul(next, NULL, 10) : 1;
  return KHOP_OK;
}

typedef struct list_reading {
  frequency_list *list;
  size_t capacity;
} list_reading;

static khop_status add_value(void *context, uint64_t key, uint32_t row, khop_error *err) {
  list_reading *r = context;
  TRY(array_reserve(&r->list->items, &r->capacity, r->list->count + 1, sizeof(sort_item), "term frequencies", err));
  r->list->items[r->list->count++] = (sort_item){.key = key, .row = row};
  return KHOP_OK;
}

static khop_status load_frequencies(live *l, khop_error *err) {
  store_view *from;
  TRY(store_view_begin(&from, l->segments.frame, err));
  khop_status status = KHOP_OK;
  for (size_t term = 0; status == KHOP_OK && term < FREQUENCY_LISTS; term++) {
    list_reading reading = {.list = &l->frequencies[term]};
    uint32_t table = term == FREQUENCY_COMMON ? STORE_TABLE_COMMON : (uint32_t)(STORE_TABLE_FREQUENCY + term);
    status = store_each_posting(from, table, add_value, &reading, err);
  }
  store_view_end(from);
  return status;
}

/* ---- what segments say ------------------------------------------------------------------------------ */

static khop_status load_month_first(live *l, khop_error *err) {
  l->month_first = mem_alloc(l->segments.count + 1, sizeof *l->month_first);
  if (!l->month_first) return error_memory(err, l->segments.count * sizeof *l->month_first, "sources");
  for (size_t i = 0; i < l->segments.count; i++) {
    char name[32];
    unsigned sources = 0;
    const store *s = l->segments.items[i].store;
    do snprintf(name, sizeof name, STORE_META_SOURCE, sources++);
    while (store_meta(s, name));
    l->month_first[i] = mem_alloc(sources, sizeof **l->month_first); /* the number of sources in front */
    if (!l->month_first[i]) return error_memory(err, sources * sizeof **l->month_first, "sources");
    l->month_first[i][0] = sources - 1;
    for (unsigned source = 0; source + 1 < sources; source++) {
      snprintf(name, sizeof name, STORE_META_MONTH_FIRST, source);
      l->month_first[i][source + 1] = date_fields_named(l->schema, store_meta(s, name));
    }
  }
  return KHOP_OK;
}

typedef struct fact_reading {
  live *live;
  uint32_t segment, table;
  item_list *list;
} fact_reading;

static khop_status add_oversized(void *context, uint64_t key, uint32_t row, khop_error *err) {
  fact_reading *r = context;
  return key_set_add(row ? &r->live->window_keys : &r->live->split_keys, key, err);
}

static khop_status add_pair(void *context, uint64_t key, uint32_t row, khop_error *err) {
  fact_reading *r = context;
  uint64_t pair = r->table == STORE_TABLE_UNLINK ? live_pair((uint32_t)key, row) : key << 32 | row;
  TRY(item_list_add(r->list, pair, r->segment, err));
  r->list->items[r->list->count - 1].extra = r->table == STORE_TABLE_MUST;
  return KHOP_OK;
}

/* Of what several runs said of a pair the last one's word stands. */
static void keep_last(item_list *list) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    if (i + 1 < list->count && list->items[i + 1].key == list->items[i].key) continue;
    list->items[kept] = list->items[i];
    list->items[kept].row = list->items[kept].extra;
    kept++;
  }
  list->count = kept;
}

static khop_status load_said(live *l, khop_error *err) {
  static const uint32_t tables[] = {STORE_TABLE_OVERSIZED, STORE_TABLE_UNLINK, STORE_TABLE_MUST, STORE_TABLE_CANNOT};
  khop_status status = KHOP_OK;
  for (size_t i = 0; status == KHOP_OK && i < l->segments.count; i++) {
    store_view *from;
    TRY(store_view_begin(&from, l->segments.items[i].store, err));
    for (size_t t = 0; status == KHOP_OK && t < sizeof tables / sizeof *tables; t++) {
      fact_reading r = {.live = l, .segment = (uint32_t)i, .table = tables[t], .list = tables[t] == STORE_TABLE_UNLINK ? &l->unlinked : &l->decided};
      status = store_each_posting(from, tables[t], tables[t] == STORE_TABLE_OVERSIZED ? add_oversized : add_pair, &r, err);
    }
    store_view_end(from);
  }
  TRY(status);
  TRY(item_list_sort(&l->unlinked, l->workers, err));
  item_list_unique(&l->unlinked);
  TRY(item_list_sort(&l->decided, l->workers, err));
  keep_last(&l->decided);
  return KHOP_OK;
}

/* ---- life cycle ---------------------------------------------------------------------------------------- */

static khop_status make_workers(live *l, khop_error *err) {
  TRY(cpu_level_choose(&l->level, err));
  TRY(pool_create(&l->workers, l->threads, err));
  pool_watch(l->workers, l->options.control);
  l->views = mem_alloc(l->threads, sizeof *l->views);
  l->memories = mem_alloc(l->threads, sizeof *l->memories);
  l->comparers = mem_alloc(l->threads, sizeof *l->comparers);
  l->texts = mem_alloc(l->threads, sizeof *l->texts);
  if (!l->views || !l->memories || !l->comparers || !l->texts) return error_memory(err, l->threads * sizeof *l->comparers, "workers");
  for (unsigned t = 0; t < l->threads; t++) {
    TRY(segments_view_begin(&l->views[t], &l->segments, err));
    l->memories[t] = text_memory_create(l->table.layout.reads_addresses);
    TRY(comparer_create(&l->comparers[t], &l->plan, &l->table.layout, l->level, err));
  }
  return KHOP_OK;
}

static khop_status open_all(live *l, bool writes, khop_error *err) {
  if (!segments_found(l->directory)) return error_set(err, KHOP_USAGE, "%s: not a living store: khop index create makes one", l->directory);
  if (writes) TRY(segments_lock(l->directory, l->options.wait_seconds, l->options.control, &l->lock, err));
  if (writes) TRY(segments_sweep(l->directory, err));
  TRY(segments_open(&l->segments, l->directory, err));
  TRY(load_schema(l, err));
  TRY(load_facts(l, err));
  TRY(feature_layout_make(&l->table.layout, l->schema, err));
  TRY(compare_plan_make(&l->plan, l->schema, err));
  TRY(conflict_plan_create(&l->conflicts, l->schema, err));
  TRY(load_model(l, err));
  TRY(load_frequencies(l, err));
  TRY(load_month_first(l, err));
  TRY(make_workers(l, err));
  return load_said(l, err);
}

khop_status live_open(live *l, const char *directory, const khop_options *options, bool writes, khop_error *err) {
  *l = (live){.lock = -1, .options = *options};
  l->threads = options->threads ? options->threads : cpu_count();
  if (!l->options.memory_bytes) l->options.memory_bytes = memory_available_bytes() / 5 * 4;
  progress_start(&l->progress, options);
  l->directory = mem_copy_text(directory, strlen(directory));
  if (!l->directory) return error_memory(err, strlen(directory), "path");
  return open_all(l, writes, err);
}

void live_close(live *l) {
  for (unsigned t = 0; t < l->threads; t++) {
    if (l->views) segments_view_end(&l->views[t]);
    if (l->memories) text_memory_free(l->memories[t]);
    if (l->comparers) comparer_free(&l->comparers[t]);
    if (l->texts) arena_free(&l->texts[t]);
  }
  mem_free(l->views);
  mem_free(l->memories);
  mem_free(l->comparers);
  mem_free(l->texts);
  for (size_t i = 0; l->month_first && i < l->segments.count; i++) mem_free(l->month_first[i]);
  mem_free(l->month_first);
  for (size_t i = 0; i < FREQUENCY_LISTS; i++) mem_free(l->frequencies[i].items);
  key_set_free(&l->split_keys);
  key_set_free(&l->window_keys);
  mem_free(l->unlinked.items);
  mem_free(l->decided.items);
  mem_free(l->numbers);
  mem_free(l->ids);
  mem_free(l->places.slots);
  mem_free(l->conflicts);
  mem_free(l->tables);
  feature_table_free(&l->table);
  schema_free(l->schema);
  pool_free(l->workers);
  segments_close(&l->segments);
  if (l->lock >= 0) close(l->lock);
  mem_free(l->directory);
  *l = (live){.lock = -1};
}
