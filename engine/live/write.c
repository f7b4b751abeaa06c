/* A change as a segment: records and their keys as a run writes them, then what it says of rows of all segments. See
 * index/FORMAT.md. */
#include "live/write.h"

#include <string.h>
#include <time.h>

_Static_assert(sizeof(sort_item) == sizeof(store_posting), "items are postings");

/* ---- changes ---------------------------------------------------------------------------------------------- */

void live_change_begin(live_change *change, const char *action) {
  time_t now = time(NULL);
  struct tm utc;
  *change = (live_change){.action = action};
  strftime(change->time, sizeof change->time, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

void live_change_free(live_change *change) {
  for (size_t r = 0; r < SCHEMA_RULES_MAX; r++) mem_free(change->keys[r].items);
  item_list *const lists[] = {&change->links, &change->dropped, &change->split, &change->heirs, &change->decisions, &change->entities, &change->members};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) mem_free(lists[i]->items);
  key_set_free(&change->split_keys);
  key_set_free(&change->window_keys);
  mem_free(change->dead.rows);
  mem_free(change->seeds.rows);
  text_stream_abandon(&change->journal);
  *change = (live_change){0};
}

/* ---- records ------------------------------------------------------------------------------------------------ */

enum { copied_together = 2048 };

typedef struct copying {
  store_batch *batch;
  size_t field_count;
  arena texts;
} copying;

/* The record's texts where they stay until the batch is finished. */
static khop_status copy_record(copying *c, const store_record *record, uint32_t source, khop_error *err) {
  size_t bytes = STORE_TEXT_SLACK_BYTES;
  for (size_t f = 0; f < record->field_count; f++) bytes += record->lengths[f];
  char *text = arena_alloc(&c->texts, bytes, 1);
  store_text *fields = arena_alloc(&c->texts, record->field_count, sizeof *fields);
  TRY(arena_check(&c->texts, err));
  for (size_t f = 0; f < record->field_count; f++) {
    fields[f] = (store_text){.text = text, .length = record->lengths[f]};
    if (record->lengths[f]) memcpy(text, record->fields[f], record->lengths[f]);
    text += record->lengths[f];
  }
  return store_batch_add(c->batch, source, &record->line, fields, 1, err);
}

static khop_status flush(copying *c, store_writer *w, khop_error *err) {
  TRY(store_batch_finish(c->batch, err));
  TRY(store_writer_append(w, c->batch, err));
  store_batch_reset(c->batch);
  arena_free(&c->texts);
  return KHOP_OK;
}

khop_status live_copy_records(store_writer *w, size_t field_count, const uint32_t *rows, size_t count, record_source *read, void *context,
                              const khop_control *control, khop_error *err) {
  copying c = {.field_count = field_count};
  khop_status status;
  TRY_CLEANUP(store_batch_create(&c.batch, field_count, err));
  for (size_t i = 0; i < count; i++) {
    store_record record;
    uint32_t source = 0;
    TRY_CLEANUP(read(context, rows[i], &record, &source, err));
    TRY_CLEANUP(copy_record(&c, &record, source, err));
    if (i % copied_together != copied_together - 1) continue;
    TRY_CLEANUP(control_check(control, err));
    TRY_CLEANUP(flush(&c, w, err));
  }
  status = flush(&c, w, err);
cleanup:
  arena_free(&c.texts);
  store_batch_free(c.batch);
  return status;
}

static khop_status read_incoming(void *context, uint32_t row, store_record *out, uint32_t *out_source, khop_error *err) {
  TRY(store_read_record(context, row, out, err));
  *out_source = out->source;
  return KHOP_OK;
}

static khop_status copy_incoming(store_writer *w, const live *l, const incoming *in, khop_error *err) {
  store_view *from;
  TRY(store_view_begin(&from, in->store, err));
  khop_status status = live_copy_records(w, l->schema->field_count, in->from, l->new_count, read_incoming, from, l->options.control, err);
  store_view_end(from);
  return status;
}

/* ---- tables --------------------------------------------------------------------------------------------------- */

khop_status live_write_list(store_writer *w, uint32_t table, const item_list *list, khop_error *err) {
  if (!list->count) return KHOP_OK;
  for (size_t i = 0; i < list->count; i++) list->items[i].extra = 0;
  return store_writer_postings(w, table, (const store_posting *)list->items, list->count, err);
}

khop_status live_write_pairs(store_writer *w, uint32_t table, const item_list *pairs, int wanted, pool *workers, khop_error *err) {
  item_list both = {0};
  khop_status status = KHOP_OK;
  for (size_t i = 0; status == KHOP_OK && i < pairs->count; i++) {
    uint32_t left = (uint32_t)(pairs->items[i].key >> 32), right = (uint32_t)pairs->items[i].key;
    if (wanted >= 0 && pairs->items[i].row != (uint32_t)wanted) continue;
    status = item_list_add(&both, left, right, err);
    if (status == KHOP_OK) status = item_list_add(&both, right, left, err);
  }
  if (status == KHOP_OK) status = item_list_sort(&both, workers, err);
  if (status == KHOP_OK) status = live_write_list(w, table, &both, err);
  mem_free(both.items);
  return status;
}

static khop_status write_record_ids(store_writer *w, live *l, khop_error *err) {
  item_list list = {0};
  khop_status status = KHOP_OK;
  for (uint32_t place = 0; status == KHOP_OK && place < l->new_count; place++) {
    status = item_list_add(&list, store_record_id_key(l->ids[place], strlen(l->ids[place])), place, err);
  }
  if (status == KHOP_OK) status = item_list_sort(&list, l->workers, err);
  if (status == KHOP_OK) status = live_write_list(w, STORE_TABLE_RECORD_ID, &list, err);
  mem_free(list.items);
  return status;
}

static khop_status write_identifiers(store_writer *w, live *l, khop_error *err) {
  uint32_t table = STORE_TABLE_IDENTIFIER;
  khop_status status = KHOP_OK;
  for (size_t f = 0; status == KHOP_OK && f < l->schema->field_count && table < STORE_TABLE_RULES; f++) {
    item_list list = {0};
    if (!l->schema->fields[f].identifier) continue;
    for (uint32_t place = 0; status == KHOP_OK && place < l->new_count; place++) {
      uint64_t key = feature_row_identifier_key(&l->table.layout.slots[f], live_row(l, place));
      if (key) status = item_list_add(&list, key, place, err);
    }
    if (status == KHOP_OK) status = item_list_sort(&list, l->workers, err);
    if (status == KHOP_OK) status = live_write_list(w, table++, &list, err);
    mem_free(list.items);
  }
  return status;
}

static khop_status write_oversized(store_writer *w, live *l, live_change *change, khop_error *err) {
  item_list list = {0};
  khop_status status = KHOP_OK;
  for (int windows = 0; windows < 2; windows++) {
    const key_set *set = windows ? &change->window_keys : &change->split_keys;
    for (size_t i = 0; status == KHOP_OK && i < set->capacity; i++) {
      if (set->slots[i]) status = item_list_add(&list, set->slots[i], (uint32_t)windows, err);
    }
  }
  if (status == KHOP_OK) status = item_list_sort(&list, l->workers, err);
  if (status == KHOP_OK) status = live_write_list(w, STORE_TABLE_OVERSIZED, &list, err);
  mem_free(list.items);
  return status;
}

khop_status live_write_dead(store_writer *w, const row_list *dead, khop_error *err) {
  item_list list = {0};
  khop_status status = KHOP_OK;
  for (size_t i = 0; status == KHOP_OK && i < dead->count; i++) status = item_list_add(&list, dead->rows[i], 0, err);
  if (status == KHOP_OK) status = live_write_list(w, STORE_TABLE_DEAD, &list, err);
  mem_free(list.items);
  return status;
}

/* In ascending order, as tables must come. */
static khop_status write_tables(store_writer *w, live *l, live_change *change, khop_error *err) {
  TRY(write_record_ids(w, l, err));
  TRY(write_identifiers(w, l, err));
  for (size_t r = 0; r < l->schema->rule_count; r++) TRY(live_write_list(w, (uint32_t)(STORE_TABLE_RULES + r), &change->keys[r], err));
  TRY(write_oversized(w, l, change, err));
  TRY(live_write_pairs(w, STORE_TABLE_LINK, &change->links, -1, l->workers, err));
  TRY(live_write_pairs(w, STORE_TABLE_UNLINK, &change->dropped, -1, l->workers, err));
  TRY(live_write_dead(w, &change->dead, err));
  TRY(live_write_list(w, STORE_TABLE_ENTITY, &change->entities, err));
  TRY(live_write_list(w, STORE_TABLE_MEMBER, &change->members, err));
  TRY(item_list_sort(&change->split, l->workers, err));
  item_list_unique(&change->split);
  TRY(live_write_list(w, STORE_TABLE_SPLIT, &change->split, err));
  TRY(live_write_pairs(w, STORE_TABLE_MUST, &change->decisions, 1, l->workers, err));
  return live_write_pairs(w, STORE_TABLE_CANNOT, &change->decisions, 0, l->workers, err);
}

/* ---- the segment ------------------------------------------------------------------------------------------------ */

khop_status live_segment_begin(live *l, uint32_t from, uint32_t to, store_writer **out, khop_error *err) {
  const char *names[SCHEMA_FIELDS_MAX];
  char *path = segments_path(l->directory, from, to);
  if (!path) return error_memory(err, strlen(l->directory), "path");
  for (size_t f = 0; f < l->schema->field_count; f++) names[f] = l->schema->fields[f].name;
  const store_writer_options options = {.schema = l->schema->name, .field_names = names, .field_count = l->schema->field_count};
  khop_status status = store_writer_create(out, path, &options, err);
  mem_free(path);
  return status;
}

khop_status live_write_facts(store_writer *w, const live_change *change, khop_error *err) {
  char number[24];
  snprintf(number, sizeof number, "%u", change->next_entity);
  TRY(store_writer_meta(w, SEGMENT_META_NEXT_ENTITY, number, err));
  TRY(store_writer_meta(w, SEGMENT_META_TIME, change->time, err));
  return store_writer_meta(w, SEGMENT_META_ACTION, change->action, err);
}

static khop_status write_journal(store_writer *w, live_change *change, khop_error *err) {
  char *text;
  if (!change->journal.file) return KHOP_OK;
  TRY(text_stream_end(&change->journal, &text, NULL, err));
  khop_status status = store_writer_meta(w, STORE_META_JOURNAL, text, err);
  mem_free(text);
  return status;
}

static khop_status write_all(store_writer *w, live *l, live_change *change, incoming *in, khop_error *err) {
  if (in && l->new_count) TRY(copy_incoming(w, l, in, err));
  TRY(write_tables(w, l, change, err));
  TRY(live_write_facts(w, change, err));
  TRY(write_journal(w, change, err));
  if (in) {
    in->run.store = w;
    khop_status status = run_write_store_facts(&in->run, err);
    in->run.store = NULL;
    TRY(status);
  }
  TRY(control_check(l->options.control, err));
  return store_writer_finish(w, false, err);
}

khop_status live_write(live *l, live_change *change, incoming *in, khop_error *err) {
  uint32_t number = l->segments.last_run + 1;
  store_writer *w = NULL;
  progress_phase(&l->progress, "write", "rows", l->new_count);
  if (l->segments.rows + (uint64_t)l->new_count > STORE_ROWS_MAX) {
    return error_set(err, KHOP_USAGE, "%s: more than %lu rows: khop index compact drops dead ones", l->directory, (unsigned long)STORE_ROWS_MAX);
  }
  TRY(live_segment_begin(l, number, number, &w, err));
  khop_status status = write_all(w, l, change, in, err);
  store_writer_free(w);
  return status;
}
