/* See key_group.h. */
#include "block/key_group.h"

typedef struct group_job {
  key_group *group;
  const feature_table *table;
  const schema *schema;
  size_t rule; /* to take */
  sort_item *items;
} group_job;

/* ---- making ------------------------------------------------------------------------------------ */

static keyed_row *list_of(const key_group *g, size_t r, size_t chunk) {
  return (keyed_row *)g->lists.data + (r * g->chunk_count + chunk) * KEYED_ROWS_MAX;
}

static size_t *starts_of(const key_group *g, size_t r) { return g->starts + r * (g->chunk_count + 1); }

static khop_status make_chunk(void *context, size_t chunk, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const group_job *job = context;
  key_group *g = job->group;
  keyed_row *lists[KEY_GROUP_RULES];
  size_t counts[KEY_GROUP_RULES];
  size_t first = chunk * KEYED_ROWS_MAX, rows = job->table->count - first;
  size_t last = rows < KEYED_ROWS_MAX ? job->table->count : first + KEYED_ROWS_MAX;
  for (size_t r = 0; r < g->rule_count; r++) lists[r] = list_of(g, r, chunk);
  block_keys(job->table, job->schema, g->first_rule, g->rule_count, g->threshold, first, last, lists, counts);
  for (size_t r = 0; r < g->rule_count; r++) starts_of(g, r)[chunk] = counts[r];
  return KHOP_OK;
}

/* Memory is kept from group to group. */
static khop_status reserve_lists(key_group *g, size_t rules, size_t rows, khop_error *err) {
  size_t chunks = (rows + KEYED_ROWS_MAX - 1) / KEYED_ROWS_MAX;
  size_t bytes = rules * chunks * KEYED_ROWS_MAX * sizeof(keyed_row);
  if (g->lists.bytes >= bytes && g->chunk_count == chunks && g->starts) return KHOP_OK;
  key_group_free(g);
  g->chunk_count = chunks;
  g->starts = mem_alloc(rules * (chunks + 1), sizeof *g->starts);
  if (!g->starts) return error_memory(err, rules * (chunks + 1) * sizeof *g->starts, "blocking keys");
  return region_map(&g->lists, bytes, "blocking keys", err);
}

static khop_status make_group(group_job *job, size_t rules_max, uint64_t threshold, pool *workers, khop_error *err) {
  key_group *g = job->group;
  size_t rules_left = job->schema->rule_count - job->rule;
  if (rules_max > KEY_GROUP_RULES) rules_max = KEY_GROUP_RULES;
  g->rule_count = 0; /* a group half made holds no rule */
  TRY(reserve_lists(g, rules_max, job->table->count, err));
  g->first_rule = job->rule;
  g->threshold = threshold;
  g->rule_count = rules_left < rules_max ? rules_left : rules_max;
  khop_status status = pool_run(workers, g->chunk_count, make_chunk, job, err);
  for (size_t r = 0; r < g->rule_count; r++) {
    size_t *starts = starts_of(g, r), sum = 0;
    for (size_t chunk = 0; chunk <= g->chunk_count; chunk++) {
      size_t here = starts[chunk];
      starts[chunk] = sum;
      sum += here;
    }
  }
  if (status != KHOP_OK) g->rule_count = 0;
  return status;
}

/* ---- taking ------------------------------------------------------------------------------------ */

static khop_status take_chunk(void *context, size_t chunk, unsigned worker, khop_error *err) {
  (void)worker, (void)err;
  const group_job *job = context;
  const key_group *g = job->group;
  size_t r = job->rule - g->first_rule;
  const keyed_row *list = list_of(g, r, chunk);
  const size_t *starts = starts_of(g, r);
  sort_item *items = job->items + starts[chunk];
  for (size_t i = 0; i < starts[chunk + 1] - starts[chunk]; i++) {
    items[i] = (sort_item){.key = keyed_row_key(list[i]), .row = (uint32_t)(chunk * KEYED_ROWS_MAX) + keyed_row_place(list[i])};
  }
  return KHOP_OK;
}

khop_status key_group_take(key_group *g, const feature_table *table, const schema *s, size_t rule, size_t rules_max,
                           uint64_t threshold, pool *workers, sort_item *items, size_t *out_count, khop_error *err) {
  *out_count = 0;
  group_job job = {.group = g, .table = table, .schema = s, .rule = rule, .items = items};
  bool holds = g->threshold == threshold && rule >= g->first_rule && rule - g->first_rule < g->rule_count;
  if (!holds) TRY(make_group(&job, rules_max, threshold, workers, err));
  *out_count = starts_of(g, rule - g->first_rule)[g->chunk_count];
  return pool_run(workers, g->chunk_count, take_chunk, &job, err);
}

void key_group_free(key_group *g) {
  region_unmap(&g->lists);
  mem_free(g->starts);
  *g = (key_group){0};
}
