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
  SPLIT_MIN = 1 << 14,       /* fewer items are one partition: the split would cost more than it saves */
  WAITING = 8,               /* items that are written to a partition together: two cache lines */
  DIGIT_BITS = 8,            /* 256 places to write to fit the first-level cache */
  DIGITS = 1 << DIGIT_BITS,
  PASSES = 3,                /* odd, so that the last pass ends in `items` */
  SMALL_MAX = 1 << 14,       /* up to here one pass over a wide digit and short runs beat three passes */
  SMALL_DIGIT_BITS_MAX = 13, /* 32 KiB of counts */
  INSERTION_MAX = 32,        /* longer runs are worth a pass */
  SAMPLE = 64                /* keys that tell how many bits mixed keys have */
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

typedef struct sorting {
  sort_item *items, *scratch;
  size_t count;
  chunk *chunks;
  size_t chunk_count;
  split split; /* a guess until the keys' range is known */
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

/* As many bits from `shift` on as there are items, so that most digits are had by one item or none:
 * scratch to items. Returns the most items of one digit. */
static uint32_t sort_by_wide_digit(sort_item *items, const sort_item *scratch, size_t count, unsigned shift,
                                   unsigned digit_bits) {
  uint32_t places[1 << SMALL_DIGIT_BITS_MAX];
  const size_t digits = (size_t)1 << digit_bits;
  memset(places, 0, digits * sizeof *places);
  for (size_t i = 0; i < count; i++) places[scratch[i].key >> shift & (digits - 1)]++;
  uint32_t sum = 0, most = 0;
  for (size_t d = 0; d < digits; d++) {
    uint32_t here = places[d];
    most = here > most ? here : most;
    places[d] = sum;
    sum += here;
  }
  for (size_t i = 0; i < count; i++) items[places[scratch[i].key >> shift & (digits - 1)]++] = scratch[i];
  return most;
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

/* One pass, then short runs; long runs of unequal keys come back here with fewer bits left. */
static void sort_small(sort_item *items, sort_item *scratch, size_t count, unsigned width) {
  unsigned digit_bits = 64u - (unsigned)__builtin_clzll(count);
  if (digit_bits > SMALL_DIGIT_BITS_MAX) digit_bits = SMALL_DIGIT_BITS_MAX;
  unsigned shift = width > digit_bits ? width - digit_bits : 0;
  uint32_t most = sort_by_wide_digit(items, scratch, count, shift, digit_bits);
  if (shift == 0) return;
  if (most <= INSERTION_MAX) sort_by_insertion(items, count);
  else sort_runs(items, scratch, count, shift);
}

/* Sorts what is in `scratch` into `items`. Takes the top of the bits in which keys differ, as many as the
 * count is worth or 24, then goes deeper where that leaves long runs: levels are bounded by the bits. */
static void sort_partition(sort_item *items, sort_item *scratch, size_t count) {
  if (count == 0) return;
  uint64_t bits = count <= INSERTION_MAX ? 0 : differing_bits(scratch, count);
  if (bits == 0) {
    memcpy(items, scratch, count * sizeof *items);
    if (count <= INSERTION_MAX) sort_by_insertion(items, count);
    return;
  }
  unsigned width = 64u - (unsigned)__builtin_clzll(bits);
  if (count <= SMALL_MAX) {
    sort_small(items, scratch, count, width);
    return;
  }
  unsigned shift = width > PASSES * DIGIT_BITS ? width - PASSES * DIGIT_BITS : 0;
  sort_by_three_digits(items, scratch, count, shift);
  if (shift > 0) sort_runs(items, scratch, count, shift);
}

void sort_items_alone(sort_item *items, sort_item *scratch, size_t count) { sort_partition(items, scratch, count); }

/* ---- the split ----------------------------------------------------------------------------- */

static size_t chunk_start(const sorting *s, size_t c) {
  return s->count / s->chunk_count * c + s->count % s->chunk_count * c / s->chunk_count;
}

static inline size_t partition_of(split by, uint64_t key) { return (key >> by.shift) - by.first; }

/* Where mixed keys, of whatever length, will be split. */
static split guess_split(const sort_item *items) {
  uint64_t bits = 0;
  for (size_t i = 0; i < SAMPLE; i++) bits |= items[i].key;
  unsigned shift = 0;
  while (bits >> shift >= SORT_PARTITIONS) shift++;
  return (split){0, shift};
}

/* The range of a chunk's keys, and counts that hold if the guess does. */
static khop_status survey(void *context, size_t task, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const sorting *s = context;
  const split guess = s->split;
  chunk *c = &s->chunks[task];
  uint64_t least = UINT64_MAX, most = 0;
  for (size_t i = chunk_start(s, task), end = chunk_start(s, task + 1); i < end; i++) {
    uint64_t key = s->items[i].key;
    least = key < least ? key : least;
    most = key > most ? key : most;
    size_t p = partition_of(guess, key);
    c->places[p < SORT_PARTITIONS ? p : SORT_PARTITIONS - 1]++;
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

typedef enum verdict { ALL_EQUAL, GUESS_HOLDS, GUESS_FAILS } verdict;

/* The partitions divide the range that the keys do have, whatever bits that is. */
static verdict choose_split(sorting *s) {
  uint64_t least = UINT64_MAX, most = 0;
  for (size_t c = 0; c < s->chunk_count; c++) {
    if (s->chunks[c].key_min < least) least = s->chunks[c].key_min;
    if (s->chunks[c].key_max > most) most = s->chunks[c].key_max;
  }
  unsigned shift = 0;
  while ((most >> shift) - (least >> shift) >= SORT_PARTITIONS) shift++;
  if (least == most) return ALL_EQUAL;
  /* The guess numbers partitions from 0: as good while all keys have one. */
  if (shift == s->split.shift && most >> shift < SORT_PARTITIONS) return GUESS_HOLDS;
  s->split = (split){least >> shift, shift};
  return GUESS_FAILS;
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
  s->split = guess_split(s->items);
  TRY(pool_run(workers, s->chunk_count, survey, s, err));
  verdict found = choose_split(s);
  if (found == ALL_EQUAL) return KHOP_OK;
  if (found == GUESS_FAILS) TRY(pool_run(workers, s->chunk_count, count_again, s, err));
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
