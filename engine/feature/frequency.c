/* Term frequencies by sorting: the values of one term with their rows, runs counted, codes written
 * back. One term at a time, so that the memory is one sort's. See feature.h.
 *
 *   chunks of rows --collect--> scratch --pack--> items --sort--> partitions --write--> codes, run lengths
 *
 * Squares are summed from the run lengths in the order of the keys, so that the sum is the same on any
 * number of threads.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "feature/feature.h"

uint8_t frequency_code(uint64_t count) {
  if (count <= 1) return 0;
  double code = round(8 * log2((double)count));
  return code < FREQUENCY_UNKNOWN ? (uint8_t)code : FREQUENCY_UNKNOWN - 1;
}

double frequency_count(uint8_t code) { return exp2(code / 8.0); }

static uint64_t slot_value_key(const feature_slot *slot, const uint8_t *row) {
  switch (slot->kind) {
    case SLOT_TEXT: return slot_u32(row, slot->offset + 4);
    case SLOT_ID: return slot_u64(row, slot->offset);
    case SLOT_SEX: return row[slot->offset];
    default: return slot_u32(row, slot->offset);
  }
}

uint64_t feature_frequency_key(const feature_slot *slot, const uint8_t *row) { return hash_mix(slot_value_key(slot, row)); }

uint64_t feature_common_key(const feature_layout *layout, size_t field, const uint8_t *row) {
  uint32_t word = slot_u32(row, layout->slots[field].given_offset);
  return word ? hash_combine(field, hash_mix(word)) : 0;
}


enum { chunk_rows = 1 << 16, rows_ahead = 16 };

typedef struct value_job {
  feature_table *table;
  const feature_slot *slot;            /* its value is counted, and the code goes to its frequency_offset */
  bool marks_common;                   /* 1 for common values instead of a code */
  size_t common_least;
  const frequency_reference *reference; /* of the term, or the last words; NULL: the rows themselves */
  size_t value_rows;                   /* with a value */
  sort_item *items, *scratch;
  size_t *chunk_counts;                /* per chunk of rows, then its start */
  size_t starts[SORT_PARTITIONS + 1];
  size_t run_counts[SORT_PARTITIONS];
} value_job;

static khop_status collect_values(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const value_job *job = context;
  const feature_table *t = job->table;
  size_t first = task * chunk_rows, last = first + chunk_rows < t->count ? first + chunk_rows : t->count, count = 0;
  sort_item *out = job->scratch + first;
  for (size_t row = first; row < last; row++) {
    uint8_t *bytes = (uint8_t *)t->memory.data + row * t->layout.stride;
    const uint8_t *ahead = bytes + rows_ahead * t->layout.stride;
    __builtin_prefetch(ahead + job->slot->offset);
    __builtin_prefetch(ahead + t->layout.stride - 1);
    if (feature_row_dead(&t->layout, bytes)) continue;
    if (feature_missing(job->slot, bytes)) {
      if (!job->marks_common) bytes[job->slot->frequency_offset] = FREQUENCY_UNKNOWN;
      continue;
    }
    out[count++] = (sort_item){.key = feature_frequency_key(job->slot, bytes), .row = (uint32_t)row};
  }
  job->chunk_counts[task] = count;
  return KHOP_OK;
}

static khop_status pack_values(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const value_job *job = context;
  size_t start = job->chunk_counts[task], count = job->chunk_counts[task + 1] - start;
  memcpy(job->items + start, job->scratch + task * chunk_rows, count * sizeof(sort_item));
  return KHOP_OK;
}

/* Run lengths go to the scratch: there are no more of them than of items, which are larger. */
static uint32_t *partition_runs(const value_job *job, size_t partition) { return (uint32_t *)job->scratch + job->starts[partition]; }

static int by_key(const void *key, const void *item) {
  uint64_t wanted = *(const uint64_t *)key, found = ((const sort_item *)item)->key;
  return wanted < found ? -1 : wanted > found;
}

/* How often a value that `run` rows hold counts. One that the reference leaves out may be rarer still by what the rows
 * say, of which one is the value's own. */
uint32_t feature_frequency_counted(const frequency_reference *reference, size_t value_rows, uint64_t key, size_t rows) {
  if (!reference) return (uint32_t)rows;
  const sort_item *listed = bsearch(&key, reference->items, reference->count, sizeof *listed, by_key);
  if (listed) return listed->row;
  double here = (rows > 1 ? (double)(rows - 1) : 1) / (double)value_rows * FREQUENCY_REFERENCE_RECORDS;
  return here < reference->unlisted ? (uint32_t)here : reference->unlisted;
}

static uint32_t count_of(const value_job *job, uint64_t key, size_t run) {
  return feature_frequency_counted(job->reference, job->value_rows, key, run);
}

enum { common_share = 5000, common_rows = 3 };

size_t feature_common_least(size_t value_rows) {
  return value_rows / common_share > common_rows ? value_rows / common_share : common_rows;
}

const frequency_reference *feature_common_reference(const frequency_reference *references, size_t field) {
  const frequency_reference *of_words = references ? &references[schema_term(field, TERM_GIVEN)] : NULL;
  return of_words && of_words->count ? of_words : NULL;
}

static bool is_common_share(uint32_t count) { return count >= FREQUENCY_REFERENCE_RECORDS / common_share; }

bool feature_is_common(const frequency_reference *reference, size_t common_least, uint64_t key, size_t rows) {
  if (!reference) return rows >= common_least;
  const sort_item *listed = bsearch(&key, reference->items, reference->count, sizeof *listed, by_key);
  return listed && is_common_share(listed->row);
}

khop_status feature_common_listed(const frequency_reference *reference, size_t field, frequency_list *inout, khop_error *err) {
  size_t capacity = inout->count;
  for (size_t i = 0; i < reference->count; i++) {
    if (!is_common_share(reference->items[i].row)) continue;
    TRY(array_reserve(&inout->items, &capacity, inout->count + 1, sizeof *inout->items, "common words", err));
    inout->items[inout->count++] = (sort_item){.key = hash_combine(field, reference->items[i].key)};
  }
  feature_common_sort(inout);
  return KHOP_OK;
}

/* The rows of a run stand anywhere, so they are fetched ahead. */
static khop_status write_codes(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  value_job *job = context;
  const sort_item *items = job->items;
  const size_t limit = job->starts[task + 1], stride = job->table->layout.stride;
  uint8_t *codes = (uint8_t *)job->table->memory.data + job->slot->frequency_offset;
  uint32_t *runs = partition_runs(job, task);
  size_t run_count = 0;
  for (size_t start = job->starts[task], end; start < limit; start = end) {
    end = start + 1;
    while (end < limit && items[end].key == items[start].key) end++;
    uint8_t code = job->marks_common ? feature_is_common(job->reference, job->common_least, items[start].key, end - start) : frequency_code(count_of(job, items[start].key, end - start));
    for (size_t i = start; i < end; i++) {
      if (i + rows_ahead < limit) __builtin_prefetch(codes + items[i + rows_ahead].row * stride, 1);
      codes[items[i].row * stride] = code;
    }
    runs[run_count++] = (uint32_t)(end - start);
  }
  job->run_counts[task] = run_count;
  return KHOP_OK;
}

/* A row does not meet itself. */
double feature_frequency_agreement(const frequency_reference *reference, double squares, size_t value_rows) {
  double rows = (double)value_rows;
  if (reference) return reference->agreement;
  return rows > 1 ? fmax((squares * rows - 1) / (rows - 1), 0) : 0;
}

static double sum_of_squares(const value_job *job) {
  double squares = 0, rows = (double)job->value_rows;
  for (size_t p = 0; p < SORT_PARTITIONS; p++) {
    const uint32_t *runs = partition_runs(job, p);
    for (size_t i = 0; i < job->run_counts[p]; i++) {
      double share = (double)runs[i] / rows;
      squares += share * share;
    }
  }
  return squares;
}

/* In the order of the keys; beside a reference those that count once, too, for there that is not what an unlisted value counts. */
static khop_status list_values(const value_job *job, frequency_list *out, khop_error *err) {
  size_t runs_listed = 0;
  for (size_t p = 0; p < SORT_PARTITIONS; p++) {
    const uint32_t *runs = partition_runs(job, p);
    for (size_t i = 0; i < job->run_counts[p]; i++) runs_listed += job->reference || runs[i] > 1;
  }
  out->items = mem_alloc(runs_listed, sizeof *out->items);
  if (runs_listed && !out->items) return error_memory(err, runs_listed * sizeof *out->items, "term frequencies");
  for (size_t p = 0; p < SORT_PARTITIONS; p++) {
    const uint32_t *runs = partition_runs(job, p);
    const sort_item *item = job->items + job->starts[p];
    for (size_t i = 0; i < job->run_counts[p]; item += runs[i++]) {
      uint32_t counted = job->reference || runs[i] > 1 ? count_of(job, item->key, runs[i]) : 1;
      if (job->reference || counted > 1) out->items[out->count++] = (sort_item){.key = item->key, .row = counted - 1};
    }
  }
  return KHOP_OK;
}

static khop_status count_term(value_job *job, pool *workers, double *out_agreement, frequency_list *out_list, khop_error *err) {
  size_t chunks = (job->table->count + chunk_rows - 1) / chunk_rows, count = 0;
  TRY(pool_run(workers, chunks, collect_values, job, err));
  for (size_t c = 0; c < chunks; c++) {
    size_t here = job->chunk_counts[c];
    job->chunk_counts[c] = count;
    count += here;
  }
  job->chunk_counts[chunks] = job->value_rows = count;
  job->common_least = feature_common_least(count);
  TRY(pool_run(workers, chunks, pack_values, job, err));
  TRY(sort_items_partitions(job->items, job->scratch, count, workers, job->starts, err));
  TRY(pool_run(workers, SORT_PARTITIONS, write_codes, job, err));
  *out_agreement = feature_frequency_agreement(job->reference, sum_of_squares(job), job->value_rows);
  return out_list ? list_values(job, out_list, err) : KHOP_OK;
}

static int by_item_key(const void *a, const void *b) {
  const sort_item *x = a, *y = b;
  return x->key < y->key ? -1 : x->key > y->key;
}

void feature_common_sort(frequency_list *common) {
  if (common->count) qsort(common->items, common->count, sizeof *common->items, by_item_key);
}

/* Runs that are common, behind what other fields have there. */
static khop_status list_common(const value_job *job, size_t field, frequency_list *out, khop_error *err) {
  size_t capacity = out->count;
  for (size_t p = 0; p < SORT_PARTITIONS; p++) {
    const uint32_t *runs = partition_runs(job, p);
    const sort_item *item = job->items + job->starts[p];
    for (size_t i = 0; i < job->run_counts[p]; item += runs[i++]) {
      if (runs[i] < job->common_least) continue;
      TRY(array_reserve(&out->items, &capacity, out->count + 1, sizeof *out->items, "common words", err));
      out->items[out->count++] = (sort_item){.key = hash_combine(field, item->key)};
    }
  }
  feature_common_sort(out);
  return KHOP_OK;
}

/* The last words as a term. */
static khop_status mark_common(value_job job, size_t field, const frequency_reference *reference, pool *workers, frequency_list *out_common,
                               khop_error *err) {
  double unused;
  const feature_slot given = {.kind = SLOT_WORD, .offset = job.slot->given_offset, .frequency_offset = job.slot->common_offset};
  job.slot = &given;
  job.marks_common = true;
  job.reference = reference;
  TRY(count_term(&job, workers, &unused, NULL, err));
  if (!out_common) return KHOP_OK;
  return reference ? feature_common_listed(reference, field, out_common, err) : list_common(&job, field, out_common, err);
}

static khop_status count_terms(value_job *job, pool *workers, const frequency_reference *references, double *out_agreement,
                                frequency_list *out_lists, khop_error *err) {
  khop_status status = KHOP_OK;
  const feature_table *t = job->table;
  job->chunk_counts = mem_alloc(t->count / chunk_rows + 2, sizeof(size_t));
  if (!job->chunk_counts) return error_memory(err, t->count / chunk_rows * sizeof(size_t), "term frequencies");
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    job->slot = feature_term(&t->layout, term);
    job->reference = references && references[term].count ? &references[term] : NULL;
    if (!feature_is_counted(job->slot)) continue;
    TRY_CLEANUP(count_term(job, workers, &out_agreement[term], out_lists ? &out_lists[term] : NULL, err));
  }
  for (size_t f = 0; f < t->layout.field_count; f++) {
    job->slot = &t->layout.slots[f];
    const frequency_reference *of_words = feature_common_reference(references, f);
    if (feature_has_common(job->slot)) TRY_CLEANUP(mark_common(*job, f, of_words, workers, out_lists ? &out_lists[FREQUENCY_COMMON] : NULL, err));
  }
cleanup:
  mem_free(job->chunk_counts);
  return status;
}

khop_status feature_frequencies(feature_table *t, pool *workers, const frequency_reference *references,
                                double out_agreement[SCHEMA_TERMS_MAX], frequency_list out_lists[FREQUENCY_LISTS],
                                khop_error *err) {
  khop_status status = KHOP_OK;
  region items = {0}, scratch = {0};
  size_t counted = 0;
  for (size_t i = 0; out_lists && i < FREQUENCY_LISTS; i++) out_lists[i] = (frequency_list){0};
  for (size_t term = 0; term < SCHEMA_TERMS_MAX; term++) {
    out_agreement[term] = 0;
    counted += feature_is_counted(feature_term(&t->layout, term)) || feature_has_common(feature_term(&t->layout, term));
  }
  if (counted == 0 || t->count == 0) return KHOP_OK;
  TRY_CLEANUP(region_map(&items, t->count * sizeof(sort_item), "term frequencies", err));
  TRY_CLEANUP(region_map(&scratch, t->count * sizeof(sort_item), "term frequencies", err));
  value_job job = {.table = t, .items = items.data, .scratch = scratch.data};
  TRY_CLEANUP(count_terms(&job, workers, references, out_agreement, out_lists, err));
cleanup:
  region_unmap(&items);
  region_unmap(&scratch);
  return status;
}
