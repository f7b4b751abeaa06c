/* See pair_sets.h. */
#include "evaluate/pair_sets.h"

#include <stdlib.h>

static int by_set(const void *a, const void *b) {
  const set_record *x = a, *y = b;
  if (x->set != y->set) return x->set < y->set ? -1 : 1;
  return x->record < y->record ? -1 : x->record > y->record;
}

/* `clusters` and `entities` hold how many scored records each has. */
static void fill(pair_sets *s, const evaluate_data *data, const uint32_t *clusters, const uint32_t *entities) {
  for (uint32_t r = 0; r < data->result_count; r++) {
    uint32_t cluster = data->clusters[r], entity = data->entities[r];
    if (entity == ID_SET_NONE || (clusters[cluster] < 2 && entities[entity] < 2)) continue;
    s->by_cluster[s->count] = (set_record){.set = (uint64_t)cluster << 32 | entity, .record = r};
    s->by_entity[s->count++] = (set_record){.set = (uint64_t)entity << 32 | cluster, .record = r};
  }
  if (!s->count) return;
  qsort(s->by_cluster, s->count, sizeof *s->by_cluster, by_set);
  qsort(s->by_entity, s->count, sizeof *s->by_entity, by_set);
}

khop_status pair_sets_make(pair_sets *out, const evaluate_data *data, khop_error *err) {
  khop_status status = KHOP_OK;
  uint32_t *clusters = mem_alloc(data->cluster_count, sizeof *clusters), *entities = mem_alloc(data->entity_count, sizeof *entities);
  *out = (pair_sets){.by_cluster = mem_alloc(data->result_count, sizeof *out->by_cluster),
                     .by_entity = mem_alloc(data->result_count, sizeof *out->by_entity)};
  if (!clusters || !entities || !out->by_cluster || !out->by_entity) {
    status = error_memory(err, 2 * data->result_count * sizeof *out->by_cluster, "pairs of records");
    pair_sets_free(out);
    goto cleanup;
  }
  for (size_t r = 0; r < data->result_count; r++) {
    if (data->entities[r] == ID_SET_NONE) continue;
    clusters[data->clusters[r]]++;
    entities[data->entities[r]]++;
  }
  fill(out, data, clusters, entities);

cleanup:
  mem_free(clusters);
  mem_free(entities);
  return status;
}

void pair_sets_free(pair_sets *s) {
  mem_free(s->by_cluster);
  mem_free(s->by_entity);
  *s = (pair_sets){0};
}
