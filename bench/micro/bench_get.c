/* Records of a store by their ids, and by an identifier that they hold, at random.
 *
 *   bench_get STORE [SECONDS]
 *
 * Through khop.h, as a program that serves look-ups would: a khop_store a thread (khop_store_share), the whole record read,
 * its texts touched. One thread, then two, one look-up after the other and many in a call (khop_store_get_many); and a thread that takes the time of
 * each look-up, of the wall and of its CPU (the clock of the CPU is a system call: its cost is measured and taken off). Everything is read once
 * before, so that it is warm.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/thread.h"
#include "khop.h"

enum { asked_max = 1 << 18, timed = 200000, threads_max = 2 };

static void require(khop_status status, const khop_error *err) {
  if (status == KHOP_OK) return;
  fprintf(stderr, "bench_get: %s\n", err->message);
  exit(status);
}

static double seconds_of(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

typedef struct asker {
  khop_store *store;
  char **asked;
  size_t count;
  bool by_identifier, in_batches;
  double seconds;
  uint64_t seed, gets, bytes;
} asker;

static void touch(asker *a, const khop_store_record *record) {
  for (size_t field = 0; field < record->field_count; field++) {
    a->bytes += record->lengths[field] ? (unsigned char)record->fields[field][record->lengths[field] - 1] : 0;
  }
}

static khop_status get_one(asker *a, size_t which, khop_error *err) {
  uint32_t rows[16];
  size_t count;
  khop_store_record record;
  if (a->by_identifier) TRY(khop_store_find_identifier(a->store, a->asked[which], rows, 16, &count, err));
  else TRY(khop_store_find_id(a->store, a->asked[which], rows, 16, &count, err));
  if (count == 0) return error_set(err, KHOP_BUG, "an id of the store is not found");
  TRY(khop_store_read(a->store, rows[0], &record, err));
  touch(a, &record);
  a->gets++;
  return KHOP_OK;
}

static khop_status visit(void *context, size_t which, const khop_store_record *record, khop_error *err) {
  (void)which, (void)err;
  touch(context, record);
  return KHOP_OK;
}

enum { at_once = 1000 };

static khop_status get_batch(asker *a, khop_error *err) {
  khop_asked batch[at_once];
  for (size_t i = 0; i < at_once; i++) {
    const char *text = a->asked[random_next(&a->seed) % a->count];
    batch[i] = (khop_asked){.text = text, .length = strlen(text)};
  }
  a->gets += at_once;
  return khop_store_get_many(a->store, a->by_identifier, batch, at_once, visit, a, err);
}

static khop_status ask(void *context, size_t task, unsigned worker, khop_error *err) {
  asker *a = (asker *)context + task;
  (void)worker;
  for (double end = seconds_of(CLOCK_MONOTONIC) + a->seconds; seconds_of(CLOCK_MONOTONIC) < end;) {
    if (a->in_batches) TRY(get_batch(a, err));
    for (size_t i = 0; !a->in_batches && i < at_once; i++) TRY(get_one(a, random_next(&a->seed) % a->count, err));
  }
  return KHOP_OK;
}

/* Ids of rows at random, or values of the first identifier field; those that are no identifiers are left out. */
static size_t collect(khop_store *s, char **asked, bool by_identifier) {
  khop_error err;
  uint64_t seed = 7, rows = khop_store_row_count(s);
  size_t count = 0, field = 0;
  char name[128] = "";
  const char *fact = khop_store_meta(s, "identifier:2");
  if (by_identifier && (!fact || sscanf(fact, "%127s", name) != 1)) return 0;
  while (by_identifier && strcmp(khop_store_field_name(s, field), name) != 0) field++;
  for (size_t i = 0; i < asked_max; i++) {
    khop_store_record *record;
    require(khop_store_get(s, (uint32_t)(random_next(&seed) % rows), &record, &err), &err);
    char *id = by_identifier ? mem_copy_text(record->fields[field], record->lengths[field]) : khop_store_record_id(s, record);
    uint32_t row;
    size_t found = 0;
    if (id && by_identifier) require(khop_store_find_identifier(s, id, &row, 1, &found, &err), &err);
    if (id && (found || !by_identifier)) asked[count++] = id; /* what people wrote for a number may be none */
    else khop_free(id);
    khop_free(record);
  }
  return count;
}

static int by_size(const void *a, const void *b) {
  const double *x = a, *y = b;
  return *x < *y ? -1 : *x > *y;
}

static void time_each(asker *a, clockid_t clock, const char *name) {
  static double each[timed], nothing[timed];
  khop_error err;
  for (size_t i = 0; i < timed; i++) {
    double start = seconds_of(clock);
    nothing[i] = seconds_of(clock) - start;
  }
  for (size_t i = 0; i < timed; i++) {
    double start = seconds_of(clock);
    require(get_one(a, random_next(&a->seed) % a->count, &err), &err);
    each[i] = seconds_of(clock) - start;
  }
  qsort(each, timed, sizeof *each, by_size);
  qsort(nothing, timed, sizeof *nothing, by_size);
  const double clock_cost = nothing[timed / 2];
  printf("  %s of one: p50 %.2f us, p99 %.2f us, p99.9 %.2f us\n", name, (each[timed / 2] - clock_cost) * 1e6,
         (each[timed / 100 * 99] - clock_cost) * 1e6, (each[timed / 1000 * 999] - clock_cost) * 1e6);
}

static void bench(khop_store *store, bool by_identifier, double seconds) {
  khop_error err;
  char **asked = mem_alloc(asked_max, sizeof *asked);
  if (!asked) exit(KHOP_ENVIRONMENT);
  const size_t count = collect(store, asked, by_identifier);
  if (!count) return;
  printf("by %s\n", by_identifier ? "identifier" : "record id");
  for (unsigned round = 0; round < 2 * threads_max; round++) {
    const unsigned threads = round % threads_max + 1;
    const bool in_batches = round >= threads_max;
    asker askers[threads_max] = {{0}};
    pool *workers;
    uint64_t gets = 0;
    require(pool_create(&workers, threads, &err), &err);
    for (unsigned i = 0; i < threads; i++) {
      askers[i] = (asker){.asked = asked, .count = count, .by_identifier = by_identifier, .in_batches = in_batches, .seconds = seconds, .seed = i + 1};
      require(khop_store_share(&askers[i].store, store, &err), &err);
    }
    double start = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    require(pool_run(workers, threads, ask, askers, &err), &err);
    double wall = seconds_of(CLOCK_MONOTONIC) - start;
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    for (unsigned i = 0; i < threads; i++) gets += askers[i].gets;
    printf("  %u thread%s%s: %.0f a second, %.2f us of CPU each\n", threads, threads > 1 ? "s" : "", in_batches ? ", 1,000 a call" : "", (double)gets / wall,
           cpu / (double)gets * 1e6);
    if (round == 0) time_each(&askers[0], CLOCK_MONOTONIC, "wall");
    if (round == 0) time_each(&askers[0], CLOCK_THREAD_CPUTIME_ID, "CPU ");
    for (unsigned i = 0; i < threads; i++) khop_store_close(askers[i].store);
    pool_free(workers);
  }
  for (size_t i = 0; i < count; i++) khop_free(asked[i]);
  mem_free(asked);
}

int main(int argc, char **argv) {
  khop_error err;
  khop_store *store;
  if (argc < 2) {
    fprintf(stderr, "usage: bench_get STORE [SECONDS]\n");
    return KHOP_USAGE;
  }
  require(khop_store_open(&store, argv[1], &err), &err);
  printf("%s: %llu records\n", argv[1], (unsigned long long)khop_store_row_count(store));
  bench(store, false, argc > 2 ? strtod(argv[2], NULL) : 3);
  bench(store, true, argc > 2 ? strtod(argv[2], NULL) : 3);
  khop_store_close(store);
  return KHOP_OK;
}
