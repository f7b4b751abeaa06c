/* See random_pairs.h. */
#include "model/random_pairs.h"

#include <string.h>

#include "base/hash.h"
#include "feature/row_file.h"

enum {
  queries = 64, /* rows of a view that are compared with others */
  partners = BATCH_PAIRS / queries,
  views_first = 64, /* of the first round */
  views_enough = (1 << 18) / BATCH_PAIRS, /* that any register may take */
  views_max = RANDOM_PAIRS_MAX / BATCH_PAIRS
};

typedef struct draw {
  const random_source *source;
  size_t first_view;
  comparer *comparers;   /* per worker */
  pattern_table *tables; /* per worker */
  row_part gathered;     /* rows of the round, where those of the table are in a file */
} draw;

/* From first <= row < last, where some row is alive. */
static uint32_t random_live_row(const feature_table *table, size_t first, size_t last, uint64_t *state) {
  for (;;) {
    uint32_t row = (uint32_t)(first + random_next(state) % (last - first));
    if (!feature_table_dead(table, row)) return row;
  }
}

/* The first rows against neighbours among the rest, so that each query keeps the string kernels busy. A row
 * may meet itself by chance: left out. */
static void choose_pairs(const uint32_t *rows, pair_list *pairs) {
  enum { rest = BATCH_ROWS - queries - partners };
  pairs->count = 0;
  for (size_t i = 0; i < queries; i++) {
    for (size_t k = 0; k < partners; k++) {
      size_t j = queries + i * 7 % rest + k;
      if (rows[i] == rows[j]) continue;
      pairs->left[pairs->count] = (uint16_t)i;
      pairs->right[pairs->count++] = (uint16_t)j;
    }
  }
}

typedef struct view_registers {
  size_t queries, rest; /* registers that its rows come from */
} view_registers;

/* Two registers whose pairs are candidates, by chance as often as they have pairs: by the view's seed alone. */
static view_registers choose_registers(const table_registers *r, uint64_t seed) {
  enum { in_two = 2 };
  if (r->count == in_two && !r->within) return (view_registers){.queries = 0, .rest = 1};
  view_registers chosen = {0};
  double pairs = 0, random = (double)(hash_mix(seed + 1) >> 11) * 0x1p-53;
  uint64_t rows[KHOP_REGISTERS_MAX];
  for (size_t n = 0; n < r->count; n++) rows[n] = r->first[n + 1] - r->first[n];
  double all = registers_pairs(r, rows);
  for (size_t a = 0; a < r->count; a++) {
    for (size_t b = a; b < r->count; b++) {
      if (a == b && !registers_within(r, a)) continue;
      double here = a == b ? (double)rows[a] * (double)rows[a] / 2 : (double)rows[a] * (double)rows[b];
      if (pairs <= random * all) chosen = (view_registers){.queries = a, .rest = b};
      pairs += here;
    }
  }
  return chosen;
}

/* The rows of a view depend on the seed and its number alone. Of several registers queries come from one, the rest from another. */
static void choose_rows(const random_source *source, size_t number, uint32_t rows[BATCH_ROWS]) {
  const table_registers *r = source->registers;
  uint64_t state = hash_combine(source->seed, number);
  size_t starts[2] = {0, 0}, ends[2] = {source->table->count, source->table->count};
  if (registers_linked(r)) {
    view_registers chosen = choose_registers(r, state);
    starts[0] = r->first[chosen.rest], ends[0] = r->first[chosen.rest + 1];
    starts[1] = r->first[chosen.queries], ends[1] = r->first[chosen.queries + 1];
  }
  for (size_t i = 0; i < BATCH_ROWS; i++) {
    bool is_query = i < queries;
    rows[i] = random_live_row(source->table, starts[is_query], ends[is_query], &state);
  }
}

static khop_status compare_view(void *context, size_t task, unsigned worker, khop_error *err) {
  draw *job = context;
  const feature_table *table = job->source->table;
  uint32_t rows[BATCH_ROWS];
  choose_rows(job->source, job->first_view + task, rows);
  if (table->file) {
    for (size_t i = 0; i < BATCH_ROWS; i++) rows[i] = row_part_find(&job->gathered, rows[i]);
    table = &job->gathered.table;
  }
  comparer *c = &job->comparers[worker];
  view_load(&c->columns, table, rows, 0, BATCH_ROWS);
  pair_list pairs;
  choose_pairs(rows, &pairs);
  comparer_run(c, &pairs);
  return pattern_table_count(&job->tables[worker], c, &pairs, NULL, err);
}

static khop_status gather_round(draw *job, size_t views, khop_error *err) {
  if (!job->source->table->file) return KHOP_OK;
  uint32_t *rows = mem_alloc(views * BATCH_ROWS, sizeof *rows);
  if (!rows) return error_memory(err, views * BATCH_ROWS * sizeof *rows, "random pairs");
  for (size_t v = 0; v < views; v++) choose_rows(job->source, job->first_view + v, rows + v * BATCH_ROWS);
  khop_status status = row_part_gather(&job->gathered, job->source->table, rows, row_numbers_sort(rows, views * BATCH_ROWS), err);
  mem_free(rows);
  return status;
}

static void count_levels(random_sample *out, size_t comparison_count) {
  memset(out->counts, 0, sizeof out->counts);
  out->pairs = 0;
  for (size_t i = 0; i < out->pattern_count; i++) {
    out->pairs += out->patterns[i].count;
    for (size_t c = 0; c < comparison_count; c++) out->counts[c][pattern_level(out->patterns[i].pattern, c)] += out->patterns[i].count;
  }
}

/* Is there a level that has not been seen often enough, and that the rest of the allowance may show often enough? A
 * level never seen counts as seen twice, because it may be about to be. */
static bool more_would_help(const random_sample *drawn, const model *m, size_t views, size_t limit) {
  double growth = (double)limit / (double)views;
  for (size_t c = 0; c < m->comparison_count; c++) {
    for (size_t l = 1; l < m->comparisons[c].level_count; l++) {
      uint64_t seen = drawn->counts[c][l];
      if (m->comparisons[c].levels[l].fixed || seen >= RANDOM_COUNTS_ENOUGH) continue;
      if ((double)(seen > 2 ? seen : 2) * growth >= RANDOM_COUNTS_ENOUGH) return true;
    }
  }
  return false;
}

/* A pair for every second record, so that it stays a small part of a run; a small register takes a quarter million all
 * the same, but no more than each of its pairs about twice. */
static size_t view_limit(const random_source *source) {
  uint64_t views = source->live_rows / 2 / BATCH_PAIRS;
  if (views < views_enough) views = views_enough;
  if (views > views_max) views = views_max;
  double views_twice = source->all_pairs * 2 / BATCH_PAIRS + 1;
  return (double)views > views_twice ? (size_t)views_twice : (size_t)views;
}

khop_status random_pairs_draw(random_sample *out, const model *m, const random_source *source, comparer *comparers,
                              pool *workers, khop_error *err) {
  *out = (random_sample){0};
  khop_status status = KHOP_OK;
  unsigned threads = pool_threads(workers);
  size_t limit = view_limit(source), views = 0, round = views_first < limit ? views_first : limit;
  draw job = {.source = source, .comparers = comparers, .tables = mem_alloc(threads, sizeof(pattern_table))};
  if (!job.tables) return error_memory(err, threads * sizeof(pattern_table), "random pairs");
  for (; round > 0; round = views < limit - views ? views : limit - views) {
    job.first_view = views;
    TRY_CLEANUP(gather_round(&job, round, err));
    TRY_CLEANUP(pool_run(workers, round, compare_view, &job, err));
    views += round;
    mem_free(out->patterns);
    TRY_CLEANUP(pattern_tables_merge(job.tables, threads, &out->patterns, &out->pattern_count, err));
    count_levels(out, m->comparison_count);
    if (!more_would_help(out, m, views, limit)) break;
  }
cleanup:
  for (unsigned t = 0; t < threads; t++) pattern_table_free(&job.tables[t]);
  mem_free(job.tables);
  row_part_free(&job.gathered);
  return status;
}
