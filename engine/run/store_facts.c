/* What the store holds beside records, keys and clusters, so that a pair can be scored again from it alone, by
 * the very weights of the run: the schema, how often values occur, which blocks were too large. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/run.h"

/* ---- facts -------------------------------------------------------------------------------------- */

static khop_status put_number(run *r, const char *name, uint64_t number, khop_error *err) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, number);
  return store_writer_meta(r->store, name, text, err);
}

static khop_status put_month_first(run *r, unsigned source, khop_error *err) {
  char name[32], text[SCHEMA_FIELDS_MAX * (SCHEMA_NAME_BYTES_MAX + 1)] = "";
  size_t used = 0;
  for (size_t f = 0; f < r->schema->field_count; f++) {
    if (!(r->month_first[source] >> f & 1)) continue;
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "", r->schema->fields[f].name);
  }
  snprintf(name, sizeof name, STORE_META_MONTH_FIRST, source);
  return used ? store_writer_meta(r->store, name, text, err) : KHOP_OK;
}

static khop_status put_sources(run *r, khop_error *err) {
  for (size_t s = 0; s < r->records.source_count; s++) {
    char name[32];
    snprintf(name, sizeof name, STORE_META_SOURCE, (unsigned)s);
    TRY(store_writer_meta(r->store, name, input_source_at(r->input, s)->name, err));
    TRY(put_month_first(r, (unsigned)s, err));
  }
  return KHOP_OK;
}

/* "0 300000+" */
static khop_status put_registers(run *r, khop_error *err) {
  const table_registers *registers = &r->walk.registers;
  char text[KHOP_REGISTERS_MAX * 16];
  size_t used = 0;
  for (size_t n = 0; n < registers->count; n++) {
    used += (size_t)snprintf(text + used, sizeof text - used, "%s%u%s", n ? " " : "", registers->first[n], registers_within(registers, n) ? "+" : "");
  }
  return store_writer_meta(r->store, STORE_META_REGISTERS, text, err);
}

khop_status run_write_store_facts(run *r, khop_error *err) {
  char hash[20];
  snprintf(hash, sizeof hash, "%016" PRIx64, r->input_hash);
  bool has_ids = true;
  for (size_t side = 0; side < run_side_count(r); side++) has_ids &= r->id_fields[side] >= 0;
  if (has_ids) TRY(put_number(r, STORE_META_ID_FIELD, (uint64_t)r->schema->id_field, err));
  if (r->options.qualify_ids) TRY(store_writer_meta(r->store, STORE_META_ID_QUALIFIED, "1", err));
  TRY(put_sources(r, err));
  TRY(store_writer_meta(r->store, STORE_META_SCHEMA_YAML, r->schema->text, err));
  TRY(store_writer_meta(r->store, STORE_META_KHOP, khop_version(), err));
  TRY(store_writer_meta(r->store, STORE_META_INPUT_HASH, hash, err));
  if (r->link) TRY(put_registers(r, err));
  TRY(put_number(r, STORE_META_INDEXED, r->live_rows, err));
  TRY(put_number(r, STORE_META_BLOCK_ROWS, r->walk.block_rows_max, err));
  return put_number(r, STORE_META_WINDOW, r->walk.window, err);
}

/* ---- tables ------------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b) {
  const store_posting *x = a, *y = b;
  return x->key < y->key ? -1 : x->key > y->key;
}

static size_t list_keys(const key_set *set, uint32_t row, store_posting *out) {
  size_t count = 0;
  for (size_t i = 0; i < set->capacity; i++) {
    if (set->slots[i]) out[count++] = (store_posting){.key = set->slots[i], .row = row};
  }
  return count;
}

static khop_status put_oversized(run *r, khop_error *err) {
  size_t count = r->split_keys.count + r->window_keys.count;
  if (!count) return KHOP_OK;
  store_posting *postings = mem_alloc(count, sizeof *postings);
  if (!postings) return error_memory(err, count * sizeof *postings, "oversized blocks");
  list_keys(&r->window_keys, 1, postings + list_keys(&r->split_keys, 0, postings));
  qsort(postings, count, sizeof *postings, by_key);
  khop_status status = store_writer_postings(r->store, STORE_TABLE_OVERSIZED, postings, count, err);
  mem_free(postings);
  return status;
}

_Static_assert(sizeof(sort_item) == sizeof(store_posting), "values are postings");

static khop_status put_frequencies(run *r, size_t term, const sort_item *items, size_t count, khop_error *err) {
  return store_writer_postings(r->store, (uint32_t)(STORE_TABLE_FREQUENCY + term), (const store_posting *)items, count, err);
}

/* What the register's values were counted as, and the values of the reference that it does not have: later records may. */
static khop_status put_reference(run *r, size_t term, khop_error *err) {
  const frequency_list *list = &r->frequencies[term];
  const frequency_reference *reference = &r->references[term];
  sort_item *both = mem_alloc(list->count + reference->count, sizeof *both);
  size_t count = 0, at = 0;
  char name[32];
  if (!both) return error_memory(err, (list->count + reference->count) * sizeof *both, "term frequencies");
  for (size_t i = 0; i < reference->count; i++) {
    const sort_item *listed = &reference->items[i];
    while (at < list->count && list->items[at].key < listed->key) both[count++] = list->items[at++];
    if (at < list->count && list->items[at].key == listed->key) continue; /* it says the same */
    both[count++] = (sort_item){.key = listed->key, .row = listed->row - 1};
  }
  while (at < list->count) both[count++] = list->items[at++];
  khop_status status = put_frequencies(r, term, both, count, err);
  mem_free(both);
  TRY(status);
  snprintf(name, sizeof name, STORE_META_UNLISTED, (unsigned)term);
  return put_number(r, name, reference->unlisted, err);
}

khop_status run_write_store_tables(run *r, khop_error *err) {
  TRY(put_oversized(r, err));
  const frequency_list *common = &r->frequencies[FREQUENCY_COMMON];
  TRY(store_writer_postings(r->store, STORE_TABLE_COMMON, (const store_posting *)common->items, common->count, err));
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    const frequency_list *list = &r->frequencies[term];
    TRY(r->references[term].count ? put_reference(r, term, err) : put_frequencies(r, term, list->items, list->count, err));
  }
  return KHOP_OK;
}

khop_status run_write_store_linkage(run *r, khop_error *err) {
  return r->options.linkage ? store_writer_meta(r->store, STORE_META_LINKAGE, r->options.linkage, err) : KHOP_OK;
}

/* Pairs are in order of their rows already; the way back is made by who wants it (live/create.c). */
khop_status run_write_store_links(run *r, const kept_pairs *pairs, int32_t match, khop_error *err) {
  enum { slice = 1 << 14 };
  store_posting *links = mem_alloc(slice, sizeof *links);
  khop_status status = links ? KHOP_OK : error_memory(err, slice * sizeof *links, "links");
  size_t count = 0;
  for (size_t i = 0; status == KHOP_OK && i < pairs->count; i++) {
    if (kept_weight(&pairs->items[i]) < match) continue;
    links[count++] = (store_posting){.key = kept_left(&pairs->items[i]), .row = kept_right(&pairs->items[i])};
    if (count < slice) continue;
    status = store_writer_postings(r->store, STORE_TABLE_LINK, links, count, err);
    count = 0;
  }
  if (status == KHOP_OK) status = store_writer_postings(r->store, STORE_TABLE_LINK, links, count, err);
  mem_free(links);
  TRY(status);
  TRY(run_write_store_linkage(r, err));
  return store_writer_meta(r->store, STORE_META_LINKS, "1", err);
}

khop_status run_write_store_decisions(run *r, const decisions *decided, khop_error *err) {
  for (int must = 1; decided && must >= 0; must--) {
    store_posting *pairs = mem_alloc(decided->count, sizeof *pairs);
    size_t count = 0;
    if (!pairs) return error_memory(err, decided->count * sizeof *pairs, "decisions");
    for (size_t i = 0; i < decided->count; i++) {
      const decision *d = &decided->items[i];
      if (d->is_must == (must != 0)) pairs[count++] = (store_posting){.key = d->left, .row = d->right};
    }
    khop_status status = store_writer_postings(r->store, must ? STORE_TABLE_MUST : STORE_TABLE_CANNOT, pairs, count, err);
    mem_free(pairs);
    TRY(status);
  }
  return KHOP_OK;
}
