/* See key_group.h. */
#include "block/key_group.h"

#include <string.h>

enum {
  chunk_rows = 1 << 13,      /* so few that their keys are split within the second-level cache */
  partition_rows = 1 << 12,  /* a partition should have so many: sorted within the cache as well */
  partition_bits_max = 10,   /* pieces of a chunk stay longer than a cache line */
  gathered_items = 1 << 14
};

_Static_assert((int)chunk_rows <= (int)KEYED_ROWS_MAX, "a keyed row tells its place in a chunk");

typedef struct group_job {
  key_group *group;
  const feature_table *table;
  const schema *schema;
  size_t rule; /* to sort */
  sort_item *items, *scratch;
} group_job;

static size_t partition_count(const key_group *g) { return (size_t)1 << g->partition_bits; }

static size_t partition_of(const key_group *g, keyed_row k) { return (size_t)(k >> 32 >> (32 - g->partition_bits)); }

static keyed_row *list_of(const key_group *g, size_t r, size_t chunk) {
  return (keyed_row *)g->lists.data + (r * g->chunk_count + chunk) * chunk_rows;
}

static uint32_t *pieces_of(const key_group *g, size_t r, size_t chunk) {
  return g->piece_starts + (r * g->chunk_count + chunk) * (partition_count(g) + 1);
}

static size_t *starts_of(const key_group *g, size_t r) { return g->partition_starts + r * (partition_count(g) + 1); }

/* ---- making ------------------------------------------------------------------------------------ */

/* In each partition the rows keep their order. */
static void split_list(const key_group *g, const keyed_row *from, size_t count, keyed_row *to, uint32_t *pieces) {
  uint32_t places[1 << partition_bits_max], sum = 0;
  size_t partitions = partition_count(g);
  memset(places, 0, partitions * sizeof *places);
  for (size_t i = 0; i < count; i++) places[partition_of(g, from[i])]++;
  for (size_t p = 0; p < partitions; p++) {
    uint32_t here = places[p];
    pieces[p] = places[p] = sum;
    sum += here;
  }
  pieces[partitions] = sum;
  for (size_t i = 0; i < count; i++) to[places[partition_of(g, from[i])]++] = from[i];
}

static khop_status make_chunk(void *context, size_t chunk, unsigned worker, khop_error *err) {
  (void)err;
  const group_job *job = context;
  const key_group *g = job->group;
  keyed_row *lists[SCHEMA_RULES_MAX];
  size_t counts[SCHEMA_RULES_MAX];
  size_t first = chunk * chunk_rows, rows = job->table->count - first;
  size_t last = rows < chunk_rows ? job->table->count : first + chunk_rows;
  for (size_t r = 0; r < g->rule_count; r++) lists[r] = g->unsplit + (worker * g->rules_room + r) * chunk_rows;
  block_keys(job->table, job->schema, g->first_rule, g->rule_count, g->threshold, first, last, lists, counts);
  for (size_t r = 0; r < g->rule_count; r++) split_list(g, lists[r], counts[r], list_of(g, r, chunk), pieces_of(g, r, chunk));
  return KHOP_OK;
}

/* Memory is kept from group to group of as many rules. That of a sample's lists is hardly touched. */
static khop_status reserve(key_group *g, size_t rules, size_t rows, uint64_t threshold, unsigned workers, khop_error *err) {
  bool is_sample = threshold != UINT64_MAX;
  size_t chunks = (rows + chunk_rows - 1) / chunk_rows;
  if (g->rules_room == rules && g->chunk_count == chunks && g->worker_count == workers && g->threshold == threshold) return KHOP_OK;
  key_group_free(g);
  g->chunk_count = chunks;
  g->worker_count = workers;
  g->threshold = threshold;
  size_t expected = is_sample ? (size_t)((double)rows * ((double)threshold / 0x1p64)) : rows;
  while (g->partition_bits < partition_bits_max && expected >> g->partition_bits > partition_rows) g->partition_bits++;
  size_t pieces = rules * chunks * (partition_count(g) + 1), lists_bytes = rules * chunks * chunk_rows * sizeof(keyed_row);
  g->piece_starts = mem_alloc(pieces, sizeof *g->piece_starts);
  g->partition_starts = mem_alloc(rules * (partition_count(g) + 1), sizeof *g->partition_starts);
  g->unsplit = mem_alloc(workers * rules * chunk_rows, sizeof *g->unsplit);
  g->gathered = mem_alloc((size_t)workers * gathered_items, sizeof *g->gathered);
  if (!g->piece_starts || !g->partition_starts || !g->unsplit || !g->gathered) {
    return error_memory(err, workers * rules * chunk_rows * sizeof *g->unsplit, "blocking keys");
  }
  TRY(is_sample ? region_map_sparse(&g->lists, lists_bytes, "blocking keys", err) : region_map(&g->lists, lists_bytes, "blocking keys", err));
  g->rules_room = rules;
  return KHOP_OK;
}

/* Where the items of each partition go: those of the partitions below it stand before them. */
static void place_partitions(key_group *g, size_t r) {
  size_t *starts = starts_of(g, r), partitions = partition_count(g), sum = 0;
  memset(starts, 0, (partitions + 1) * sizeof *starts);
  for (size_t chunk = 0; chunk < g->chunk_count; chunk++) {
    const uint32_t *pieces = pieces_of(g, r, chunk);
    for (size_t p = 0; p < partitions; p++) starts[p] += pieces[p + 1] - pieces[p];
  }
  for (size_t p = 0; p <= partitions; p++) {
    size_t here = starts[p];
    starts[p] = sum;
    sum += here;
  }
}

static khop_status make_group(group_job *job, size_t rules_max, uint64_t threshold, pool *workers, khop_error *err) {
  key_group *g = job->group;
  size_t rules_left = job->schema->rule_count - job->rule;
  bool is_sample = threshold != UINT64_MAX;
  if (is_sample && rules_max > 1) rules_max = job->schema->rule_count;
  if (!is_sample && rules_max > KEY_GROUP_RULES) rules_max = KEY_GROUP_RULES;
  g->rule_count = 0; /* a group half made holds no rule */
  TRY(reserve(g, rules_max, job->table->count, threshold, pool_threads(workers), err));
  g->first_rule = job->rule;
  g->rule_count = rules_left < rules_max ? rules_left : rules_max;
  khop_status status = pool_run(workers, g->chunk_count, make_chunk, job, err);
  for (size_t r = 0; status == KHOP_OK && r < g->rule_count; r++) place_partitions(g, r);
  if (status != KHOP_OK) g->rule_count = 0;
  return status;
}

/* ---- sorting ----------------------------------------------------------------------------------- */

/* A partition of ordinary size passes through the worker's own memory, which stays in the cache. */
static khop_status sort_one(void *context, size_t partition, unsigned worker, khop_error *err) {
  (void)err;
  const group_job *job = context;
  const key_group *g = job->group;
  size_t r = job->rule - g->first_rule, start = starts_of(g, r)[partition], count = starts_of(g, r)[partition + 1] - start;
  sort_item *gathered = count <= gathered_items ? g->gathered + (size_t)worker * gathered_items : job->scratch + start, *next = gathered;
  for (size_t chunk = 0; chunk < g->chunk_count; chunk++) {
    const uint32_t *pieces = pieces_of(g, r, chunk);
    const keyed_row *list = list_of(g, r, chunk);
    for (uint32_t i = pieces[partition]; i < pieces[partition + 1]; i++) {
      *next++ = (sort_item){.key = keyed_row_key(list[i]), .row = (uint32_t)(chunk * chunk_rows) + keyed_row_place(list[i]) % chunk_rows};
    }
  }
  sort_items_alone(job->items + start, gathered, count);
  return KHOP_OK;
}

khop_status key_group_sort(key_group *g, const feature_table *table, const schema *s, size_t rule, size_t rules_max,
                           uint64_t threshold, pool *workers, sort_item *items, sort_item *scratch, size_t *out_count,
                           khop_error *err) {
  *out_count = 0;
  group_job job = {.group = g, .table = table, .schema = s, .rule = rule, .items = items, .scratch = scratch};
  bool holds = g->threshold == threshold && rule >= g->first_rule && rule - g->first_rule < g->rule_count;
  if (!holds) TRY(make_group(&job, rules_max, threshold, workers, err));
  *out_count = starts_of(g, rule - g->first_rule)[partition_count(g)];
  return pool_run(workers, partition_count(g), sort_one, &job, err);
}

void key_group_free(key_group *g) {
  region_unmap(&g->lists);
  mem_free(g->piece_starts);
  mem_free(g->partition_starts);
  mem_free(g->unsplit);
  mem_free(g->gathered);
  *g = (key_group){0};
}
