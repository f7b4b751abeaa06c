/* See sort.h.
 *
 * The input is cut into one chunk a thread. Chunks count their keys a partition; the counts, added
 * up partition by partition and chunk by chunk, are the places where each chunk writes, so that
 * the order of equal keys is that of the input whichever thread was faster.
 */
#include "base/sort.h"

#include <string.h>

#include "base/memory.h"

enum {
  SPLIT_MIN = 1 << 14, /* fewer items are one partition: the split would cost more than it saves */
  WAITING = 8,         /* items that are written to a partition together: two cache lines */
  DIGIT_BITS = 8,      /* 256 places to write to fit the first-level cache */
  DIGITS = 1 << DIGIT_BITS,
  PASSES = 3,        /* odd, so that the last pass ends in `items` */
  INSERTION_MAX = 32 /* longer runs are worth three passes */
};

typedef struct chunk {
  uint64_t key_min, key_max;
  size_t places[SORT_PARTITIONS]; /* counts at first, then the next place to write to */
  uint8_t waiting_count[SORT_PARTITIONS];
  sort_item waiting[SORT_PARTITIONS][WAITING];
} chunk;

/* Key k belongs to partition (k >> shift) - first. */
typedef struct split {
  uint64_t first;
  unsigned shift;
} split;

/* What mixed keys need: all 64 bits are used. */
static const split whole_range = {0, 54};

typedef struct sorting {
  sort_item *items, *scratch;
  size_t count;
  chunk *chunks;
  size_t chunk_count;
  split split;
  size_t *starts;
} sorting;

/* ---- one partition, one thread ------------------------------------------------------------- */

static void sort_by_insertion(sort_item *items, size_t count) {
  for (size_t i = 1; i < count; i++) {
    sort_item moving = items[i];
    size_t place = i;
    for (; place > 0 && items[place - 1].key > moving.key; place--) items[place] = items[place - 1];
    items[place] = moving;
  }
}

/* The bits in which any two keys differ. */
static uint64_t differing_bits(const sort_item *items, size_t count) {
  uint64_t bits = 0;
  for (size_t i = 1; i < count; i++) bits |= items[i].key ^ items[0].key;
  return bits;
}

/* Moves items to `to` in the order of one digit. `places` holds the digit's counts. */
static void sort_by_digit(const sort_item *from, sort_item *to, size_t count, unsigned shift,
                          size_t *places) {
  size_t sum = 0;
  for (size_t d = 0; d < DIGITS; d++) {
    size_t here = places[d];
    places[d] = sum;
    sum += here;
  }
  for (size_t i = 0; i < count; i++) to[places[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

/* 24 bits from `shift` on: scratch to items, back, and to items. */
static void sort_by_three_digits(sort_item *items, sort_item *scratch, size_t count, unsigned shift) {
  size_t counts[PASSES][DIGITS] = {{0}};
  for (size_t i = 0; i < count; i++) {
    uint64_t key = scratch[i].key >> shift;
    for (unsigned p = 0; p < PASSES; p++) counts[p][key >> (p * DIGIT_BITS) & (DIGITS - 1)]++;
  }
  sort_by_digit(scratch, items, count, shift, counts[0]);
  sort_by_digit(items, scratch, count, shift + DIGIT_BITS, counts[1]);
  sort_by_digit(scratch, items, count, shift + 2 * DIGIT_BITS, counts[2]);
}

static void sort_partition(sort_item *items, sort_item *scratch, size_t count);

/* Items are in order but for the bits below `shift`: sorts each run that agrees above them. With
 * mixed keys runs of more than one key are rare, and two items long. */
static void sort_runs(sort_item *items, sort_item *scratch, size_t count, unsigned shift) {
  for (size_t start = 0, end; start < count; start = end) {
    for (end = start + 1; end < count && items[end].key >> shift == items[start].key >> shift;) end++;
    if (end - start <= INSERTION_MAX) {
      sort_by_insertion(items + start, end - start);
    } else {
      memcpy(scratch + start, items + start, (end - start) * sizeof *items);
      sort_partition(items + start, scratch + start, end - start);
    }
  }
}

/* Sorts what is in `scratch` into `items`. Takes the top 24 of the bits in which keys differ, then
 * goes deeper where that leaves long runs: at most three levels for 64 bits. */
static void sort_partition(sort_item *items, sort_item *scratch, size_t count) {
  if (count == 0) return;
  uint64_t bits = count <= INSERTION_MAX ? 0 : differing_bits(scratch, count);
  if (bits == 0) {
    memcpy(items, scratch, count * sizeof *items);
    if (count <= INSERTION_MAX) sort_by_insertion(items, count);
    return;
  }
  unsigned width = 64u - (unsigned)__builtin_clzll(bits);
  unsigned shift = width > PASSES * DIGIT_BITS ? width - PASSES * DIGIT_BITS : 0;
  sort_by_three_digits(items, scratch, count, shift);
  if (shift > 0) sort_runs(items, scratch, count, shift);
}

/* ---- the split ----------------------------------------------------------------------------- */

static size_t chunk_start(const sorting *s, size_t c) {
  return s->count / s->chunk_count * c + s->count % s->chunk_count * c / s->chunk_count;
}

static inline size_t partition_of(split by, uint64_t key) { return (key >> by.shift) - by.first; }

/* The range of a chunk's keys, and counts that hold if the range turns out to be the whole one. */
static khop_status survey(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const sorting *s = context;
  chunk *c = &s->chunks[task];
  uint64_t least = UINT64_MAX, most = 0;
  for (size_t i = chunk_start(s, task), end = chunk_start(s, task + 1); i < end; i++) {
    uint64_t key = s->items[i].key;
    least = key < least ? key : least;
    most = key > most ? key : most;
    c->places[partition_of(whole_range, key)]++;
  }
  c->key_min = least;
  c->key_max = most;
  return KHOP_OK;
}

static khop_status count_again(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const sorting *s = context;
  const split by = s->split;
  size_t *counts = s->chunks[task].places;
  memset(counts, 0, SORT_PARTITIONS * sizeof *counts);
  for (size_t i = chunk_start(s, task), end = chunk_start(s, task + 1); i < end; i++) {
    counts[partition_of(by, s->items[i].key)]++;
  }
  return KHOP_OK;
}

static khop_status scatter(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const sorting *s = context;
  const split by = s->split;
  chunk *c = &s->chunks[task];
  for (size_t i = chunk_start(s, task), end = chunk_start(s, task + 1); i < end; i++) {
    size_t p = partition_of(by, s->items[i].key);
    c->waiting[p][c->waiting_count[p]++] = s->items[i];
    if (c->waiting_count[p] < WAITING) continue;
    memcpy(s->scratch + c->places[p], c->waiting[p], sizeof c->waiting[p]);
    c->places[p] += WAITING;
    c->waiting_count[p] = 0;
  }
  for (size_t p = 0; p < SORT_PARTITIONS; p++) {
    memcpy(s->scratch + c->places[p], c->waiting[p], c->waiting_count[p] * sizeof(sort_item));
  }
  return KHOP_OK;
}

static khop_status sort_one(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const sorting *s = context;
  size_t start = s->starts[task];
  sort_partition(s->items + start, s->scratch + start, s->starts[task + 1] - start);
  return KHOP_OK;
}

/* The partitions divide the range that the keys do have, whatever bits that is. false: all equal. */
static bool choose_split(sorting *s) {
  uint64_t least = UINT64_MAX, most = 0;
  for (size_t c = 0; c < s->chunk_count; c++) {
    if (s->chunks[c].key_min < least) least = s->chunks[c].key_min;
    if (s->chunks[c].key_max > most) most = s->chunks[c].key_max;
  }
  unsigned shift = 0;
  while ((most >> shift) - (least >> shift) >= SORT_PARTITIONS) shift++;
  s->split = shift == whole_range.shift ? whole_range : (split){least >> shift, shift};
  return least != most;
}

/* Counts become places: partition by partition, within one chunk by chunk. */
static void assign_places(sorting *s) {
  size_t sum = 0;
  for (size_t p = 0; p < SORT_PARTITIONS; p++) {
    s->starts[p] = sum;
    for (size_t c = 0; c < s->chunk_count; c++) {
      size_t here = s->chunks[c].places[p];
      s->chunks[c].places[p] = sum;
      sum += here;
    }
  }
}

static khop_status sort_split(sorting *s, pool *workers, khop_error *err) {
  TRY(pool_run(workers, s->chunk_count, survey, s, err));
  if (!choose_split(s)) return KHOP_OK;
  if (s->split.shift != whole_range.shift) TRY(pool_run(workers, s->chunk_count, count_again, s, err));
  assign_places(s);
  TRY(pool_run(workers, s->chunk_count, scatter, s, err));
  return pool_run(workers, SORT_PARTITIONS, sort_one, s, err);
}

khop_status sort_items_partitions(sort_item *items, sort_item *scratch, size_t count, pool *workers,
                                  size_t out_starts[SORT_PARTITIONS + 1], khop_error *err) {
  out_starts[0] = 0;
  for (size_t p = 1; p <= SORT_PARTITIONS; p++) out_starts[p] = count;
  if (count < SPLIT_MIN) {
    if (count > 0) memcpy(scratch, items, count * sizeof *items);
    sort_partition(items, scratch, count);
    return KHOP_OK;
  }
  sorting s = {.items = items, .scratch = scratch, .count = count, .starts = out_starts};
  s.chunk_count = pool_threads(workers);
  s.chunks = mem_alloc(s.chunk_count, sizeof *s.chunks);
  if (!s.chunks) return error_memory(err, s.chunk_count * sizeof *s.chunks, "sorting");
  khop_status status = sort_split(&s, workers, err);
  mem_free(s.chunks);
  return status;
}

khop_status sort_items(sort_item *items, sort_item *scratch, size_t count, pool *workers, khop_error *err) {
  size_t starts[SORT_PARTITIONS + 1];
  return sort_items_partitions(items, scratch, count, workers, starts, err);
}
