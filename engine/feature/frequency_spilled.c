/* Term frequencies of a table whose rows are in a file: what frequency.c does, with the values of all terms collected in
 * one pass and sorted part by part, and the codes kept as columns. The sums run in the order of the keys here, too. */
#include <string.h>

#include "base/hash.h"
#include "feature/row_file.h"
#include "feature/row_keys.h"

enum { lists_max = SCHEMA_TERMS_MAX + SCHEMA_FIELDS_MAX };

/* The values of one term; or the last words of one field, of which the common ones are marked. */
typedef struct value_list {
  size_t term; /* or field */
  bool marks_common;
  feature_slot slot; /* whose key is counted */
  uint32_t code_offset;
  const frequency_reference *reference;
} value_list;

typedef struct spilled_job {
  feature_table *table;
  value_list lists[lists_max];
  size_t list_count;
} spilled_job;

static bool value_key(const void *context, size_t list, const feature_table *part, const uint8_t *row, uint64_t *out_key) {
  (void)part;
  const spilled_job *job = context;
  const feature_slot *slot = &job->lists[list].slot;
  if (feature_missing(slot, row)) return false;
  *out_key = feature_frequency_key(slot, row);
  return true;
}

/* ---- counting ----------------------------------------------------------------------------------- */

typedef struct counting {
  const value_list *list;
  uint8_t *codes;
  size_t value_rows, common_least;
  double squares;
  frequency_list *out; /* NULL: not wanted */
  size_t capacity;
} counting;

static khop_status list_value(counting *c, uint64_t key, uint32_t row, khop_error *err) {
  TRY(array_reserve(&c->out->items, &c->capacity, c->out->count + 1, sizeof *c->out->items, "term frequencies", err));
  c->out->items[c->out->count++] = (sort_item){.key = key, .row = row};
  return KHOP_OK;
}

static khop_status count_run(counting *c, const sort_item *items, size_t count, khop_error *err) {
  const value_list *list = c->list;
  uint64_t key = items[0].key;
  uint32_t counted = list->marks_common ? 0 : feature_frequency_counted(list->reference, c->value_rows, key, count);
  bool is_common = list->marks_common && feature_is_common(list->reference, c->common_least, key, count);
  uint8_t code = list->marks_common ? is_common : frequency_code(counted);
  double share = (double)count / (double)c->value_rows;
  c->squares += share * share;
  for (size_t i = 0; i < count; i++) c->codes[items[i].row] = code;
  if (!c->out) return KHOP_OK;
  if (list->marks_common) return is_common && !list->reference ? list_value(c, hash_combine(list->term, key), 0, err) : KHOP_OK;
  return list->reference || counted > 1 ? list_value(c, key, counted - 1, err) : KHOP_OK;
}

static khop_status count_part(void *context, const sort_item *items, size_t count, khop_error *err) {
  for (size_t start = 0, end; start < count; start = end) {
    end = start + 1;
    while (end < count && items[end].key == items[start].key) end++;
    TRY(count_run(context, items + start, end - start, err));
  }
  return KHOP_OK;
}

static khop_status count_list(spilled_job *job, const value_list *list, spill_sorter *sorter, pool *workers, double *out_agreement,
                              frequency_list *out_lists, khop_error *err) {
  counting c = {.list = list, .value_rows = spill_sorter_count(sorter)};
  c.common_least = feature_common_least(c.value_rows);
  if (out_lists) c.out = &out_lists[list->marks_common ? FREQUENCY_COMMON : list->term];
  if (c.out) c.capacity = c.out->count; /* common words stand behind those of other fields */
  TRY(row_file_column(job->table->file, list->code_offset, &c.codes, err));
  if (!list->marks_common) memset(c.codes, FREQUENCY_UNKNOWN, job->table->count); /* until there is a value */
  TRY(spill_sorter_each(sorter, workers, count_part, &c, err));
  if (!list->marks_common) out_agreement[list->term] = feature_frequency_agreement(list->reference, c.squares, c.value_rows);
  else if (c.out && list->reference) return feature_common_listed(list->reference, list->term, c.out, err);
  else if (c.out) feature_common_sort(c.out);
  return KHOP_OK;
}

/* ---- all terms ---------------------------------------------------------------------------------- */

static void plan_lists(spilled_job *job, const frequency_reference *references) {
  const feature_layout *layout = &job->table->layout;
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    const feature_slot *slot = feature_term(layout, term);
    if (!feature_is_counted(slot)) continue;
    job->lists[job->list_count++] = (value_list){.term = term, .slot = *slot, .code_offset = (uint32_t)slot->frequency_offset,
                                                 .reference = references && references[term].count ? &references[term] : NULL};
  }
  for (size_t f = 0; f < layout->field_count; f++) {
    const feature_slot *slot = &layout->slots[f];
    if (!feature_has_common(slot)) continue;
    job->lists[job->list_count++] = (value_list){.term = f, .marks_common = true, .code_offset = (uint32_t)slot->common_offset,
                                                 .reference = feature_common_reference(references, f),
                                                 .slot = {.kind = SLOT_WORD, .offset = slot->given_offset}};
  }
}

khop_status feature_frequencies_spilled(feature_table *t, pool *workers, uint64_t bytes, const frequency_reference *references,
                                        double out_agreement[SCHEMA_TERMS_MAX], frequency_list out_lists[FREQUENCY_LISTS],
                                        khop_error *err) {
  khop_status status = KHOP_OK;
  spilled_job *job = mem_alloc(1, sizeof *job);
  if (!job) return error_memory(err, sizeof *job, "term frequencies");
  job->table = t;
  for (size_t i = 0; out_lists && i < FREQUENCY_LISTS; i++) out_lists[i] = (frequency_list){0};
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) out_agreement[term] = 0;
  plan_lists(job, references);
  row_keys values = {.table = t, .key = value_key, .context = job, .list_count = t->count ? job->list_count : 0};
  if (values.list_count) TRY_CLEANUP(row_keys_collect(&values, 64, bytes, workers, err));
  for (size_t l = 0; l < values.list_count; l++) TRY_CLEANUP(count_list(job, &job->lists[l], &values.sorters[l], workers, out_agreement, out_lists, err));
cleanup:
  row_keys_free(&values);
  mem_free(job);
  return status;
}
