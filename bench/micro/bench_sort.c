/* Seconds to sort (key, row) items, by distribution of the keys and threads.
 *
 *     bench_sort [MILLION_ITEMS] [THREADS_MAX]     (64 and all processors by default)
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/cpu.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/sort.h"

typedef uint64_t key_maker(uint64_t row, size_t count);

/* As a blocking rule makes them: hashes of values, of which the common ones are very common. */
static uint64_t key_block(uint64_t row, size_t count) {
  uint64_t random = hash_mix(row + 1) % count;
  return hash_mix(random % (1 + hash_mix(random) % count));
}
static uint64_t key_mixed(uint64_t row, size_t count) {
  (void)count;
  return hash_mix(row + 1);
}
static uint64_t key_few(uint64_t row, size_t count) {
  (void)count;
  return hash_mix(hash_mix(row) % 100);
}
static uint64_t key_small(uint64_t row, size_t count) { return hash_mix(row) % count; }
static uint64_t key_ascending(uint64_t row, size_t count) {
  (void)count;
  return row;
}

static const struct distribution {
  const char *name;
  key_maker *make;
} distributions[] = {{"mixed", key_mixed},
                     {"block", key_block},
                     {"few", key_few},
                     {"small", key_small},
                     {"ascending", key_ascending}};

static double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static khop_status run_one(const struct distribution *d, sort_item *items, sort_item *scratch, size_t count,
                           unsigned threads, khop_error *err) {
  pool *workers;
  TRY(pool_create(&workers, threads, err));
  for (size_t i = 0; i < count; i++) items[i] = (sort_item){.key = d->make(i, count), .row = (uint32_t)i};
  double start = seconds_now();
  khop_status status = sort_items(items, scratch, count, workers, err);
  double seconds = seconds_now() - start;
  pool_free(workers);
  for (size_t i = 1; i < count && status == KHOP_OK; i++) {
    if (items[i - 1].key > items[i].key)
      status = error_set(err, KHOP_BUG, "%s: not sorted at %zu", d->name, i);
  }
  if (status == KHOP_OK)
    printf("%s,%zu,%u,%.3f,%.1f\n", d->name, count, threads, seconds, (double)count / seconds * 1e-6);
  return status;
}

static khop_status run_all(size_t count, unsigned threads_max, khop_error *err) {
  region items = {0}, scratch = {0};
  khop_status status = KHOP_OK;
  TRY_CLEANUP(region_map(&items, count * sizeof(sort_item), "items", err));
  TRY_CLEANUP(region_map(&scratch, count * sizeof(sort_item), "scratch", err));
  printf("keys,items,threads,seconds,million_items_per_s\n");
  for (size_t d = 0; d < sizeof distributions / sizeof *distributions; d++) {
    for (unsigned threads = 1; threads <= threads_max; threads *= 2) {
      TRY_CLEANUP(run_one(&distributions[d], items.data, scratch.data, count, threads, err));
    }
  }
cleanup:
  region_unmap(&items);
  region_unmap(&scratch);
  return status;
}

int main(int argc, char **argv) {
  size_t millions = argc > 1 ? strtoul(argv[1], NULL, 10) : 64;
  unsigned threads_max = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : cpu_count();
  khop_error error = {0};
  khop_status status = run_all(millions * 1000000, threads_max, &error);
  if (status != KHOP_OK) fprintf(stderr, "bench_sort: %s\n", error.message);
  return (int)status;
}
