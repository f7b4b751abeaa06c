/* The second look at components, in batches of pairs: many small components share one, a large one has it alone. Batches
 * are the tasks of the pool; what they find is collected in their order. See check.h. */
#include <string.h>

#include "cluster/check.h"
#include "feature/row_file.h"

_Static_assert((int)LINKAGE_ROWS_MAX <= (int)BATCH_ROWS, "a component fits a view");
_Static_assert((int)LINKAGE_PAIRS_MAX >= (int)BATCH_PAIRS, "a batch is one component, or at most BATCH_PAIRS pairs");

typedef struct checker { /* of one worker */
  comparer comparer;
  pair_list list;
  int32_t weights[LINKAGE_PAIRS_MAX]; /* of the batch */
  pair_relation relations[LINKAGE_PAIRS_MAX];
  size_t pair_count;
  linkage_space space;
  linkage_clusters found;
} checker;

typedef struct check_batch {
  size_t from, to; /* of check_job.looked */
  clusters found;  /* its cuts and facts alone */
} check_batch;

typedef struct check_job {
  components *components;
  const cluster_input *in;
  clusters *out;
  score_tables *tables; /* the run's, but every pair gets its whole weight */
  uint32_t *looked;     /* components that need a look */
  size_t looked_count;
  check_batch *batches;
  size_t batch_count, batch_capacity;
  checker *checkers;
  size_t first_batch; /* of those that are looked at now */
  row_part gathered;  /* their rows, where those of the table are in a file */
} check_job;

khop_status clusters_add_cut(clusters *c, const cluster_cut *cut, khop_error *err) {
  TRY(array_reserve(&c->cuts, &c->cut_capacity, c->cut_count + 1, sizeof *c->cuts, "parted pairs", err));
  c->cuts[c->cut_count++] = *cut;
  c->facts.cuts_by_cause[cut->cause]++;
  if (cut->cause == CUT_BY_CONFLICT) c->facts.cuts_by_conflict[cut->conflict]++;
  return KHOP_OK;
}

/* ---- what was cut ---------------------------------------------------------------------------------- */

/* Decisions stand before conflicts, these in the schema's order, then pairs in theirs. */
static int64_t cause_rank(pair_relation relation, size_t pair) {
  return (int64_t)(relation == PAIR_CANNOT ? 0 : relation) << 32 | (int64_t)pair;
}

/* The pair that stands between two clusters before all others, at space->between of their first members, which
 * linkage_run needs no longer; -1 where there is none. */
static void find_causes(checker *k, size_t count, const pair_relation *relations) {
  int64_t *causes = k->space.between;
  for (size_t i = 0; i < count * count; i++) causes[i] = -1;
  for (size_t i = 0, p = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++, p++) {
      size_t x = k->found.first[i], y = k->found.first[j];
      if (x == y || !pair_in_conflict(relations[p])) continue;
      int64_t *cause = &causes[(x < y ? x : y) * count + (x < y ? y : x)], rank = cause_rank(relations[p], p);
      if (*cause < 0 || rank < *cause) *cause = rank;
    }
  }
}

static void set_cause(cluster_cut *cut, int64_t cause, const uint32_t *rows, size_t count) {
  size_t pair = (size_t)(cause & UINT32_MAX), i = 0;
  while (linkage_pair(count, i, count - 1) < pair) i++;
  cut->against_left = rows[i];
  cut->against_right = rows[pair - linkage_pair(count, i, i + 1) + i + 1];
  cut->cause = cause >> 32 ? CUT_BY_CONFLICT : CUT_BY_DECISION;
  if (cut->cause == CUT_BY_CONFLICT) cut->conflict = (size_t)(cause >> 32) - 1;
}

static khop_status add_cuts(checker *k, const linkage_input *in, const uint32_t *rows, clusters *out, khop_error *err) {
  size_t count = in->count;
  find_causes(k, count, in->relations);
  for (size_t i = 0, p = 0; i < count; i++) {
    for (size_t j = i + 1; j < count; j++, p++) {
      size_t x = k->found.first[i], y = k->found.first[j];
      if (x == y || in->weights[p] < in->threshold) continue;
      cluster_cut cut = {.left = rows[i], .right = rows[j], .weight = in->weights[p], .cause = CUT_BY_LINKAGE,
                         .against_left = CLUSTER_NONE, .against_right = CLUSTER_NONE};
      int64_t cause = k->space.between[(x < y ? x : y) * count + (x < y ? y : x)];
      if (cause >= 0) set_cause(&cut, cause, rows, count);
      TRY(clusters_add_cut(out, &cut, err));
    }
  }
  return KHOP_OK;
}

/* ---- one component ----------------------------------------------------------------------------------- */

static void decide(const components *c, size_t component, pair_relation *relations) {
  size_t from, decided = component_decisions(c, component, &from), count = component_size(c, component);
  for (size_t d = from; d < from + decided; d++) {
    size_t i = component_member(c, component, c->decided[d].left), j = component_member(c, component, c->decided[d].right);
    relations[linkage_pair(count, i, j)] = c->decided[d].is_must ? PAIR_MUST : PAIR_CANNOT;
  }
}

/* Its pairs stand at `at` of the batch. */
static khop_status check_component(const check_job *job, checker *k, size_t component, size_t at, clusters *out, khop_error *err) {
  components *c = job->components;
  const uint32_t *rows = component_rows(c, component);
  decide(c, component, k->relations + at);
  const linkage_input in = {.kind = job->in->linkage, .threshold = job->in->tables->match, .count = component_size(c, component),
                            .weights = k->weights + at, .relations = k->relations + at};
  linkage_run(&in, &k->space, &k->found);
  bool parted = false;
  for (size_t i = 0; i < in.count; i++) {
    size_t first = k->found.first[i];
    parted |= first != 0;
    c->root[rows[i]] = rows[first];
    if (first == i) job->out->confidence[rows[i]] = confidence_of(k->found.confidence[i]);
  }
  out->facts.parted += parted;
  return parted ? add_cuts(k, &in, rows, out, err) : KHOP_OK;
}

/* ---- one batch --------------------------------------------------------------------------------------- */

/* The pairs of the list, to the end of the batch's. */
static void compare_list(const check_job *job, checker *k) {
  int32_t weights[BATCH_PAIRS];
  if (!k->list.count) return;
  comparer_run(&k->comparer, &k->list);
  score_pairs(job->tables, &k->comparer, &k->list, weights);
  memcpy(k->weights + k->pair_count, weights, k->list.count * sizeof *weights);
  conflicts_find(job->in->conflicts, &k->comparer, k->list.count, weights, job->in->tables->match, k->relations + k->pair_count);
  k->pair_count += k->list.count;
  k->list.count = 0;
}

static void compare_batch(const check_job *job, checker *k, const check_batch *batch) {
  const components *c = job->components;
  uint32_t rows[BATCH_ROWS];
  size_t row_count = 0, base = 0;
  for (size_t b = batch->from; b < batch->to; b++) {
    size_t count = component_size(c, job->looked[b]);
    memcpy(rows + row_count, component_rows(c, job->looked[b]), count * sizeof *rows);
    row_count += count;
  }
  const feature_table *table = job->in->table;
  if (table->file) {
    for (size_t i = 0; i < row_count; i++) rows[i] = row_part_find(&job->gathered, rows[i]);
    table = &job->gathered.table;
  }
  view_load(&k->comparer.columns, table, rows, 0, row_count);
  k->pair_count = k->list.count = 0;
  for (size_t b = batch->from; b < batch->to; b++) {
    size_t end = base + component_size(c, job->looked[b]);
    for (size_t i = base; i < end; i++) {
      for (size_t j = i + 1; j < end; j++) {
        k->list.left[k->list.count] = (uint16_t)i;
        k->list.right[k->list.count++] = (uint16_t)j;
        if (k->list.count == BATCH_PAIRS) compare_list(job, k);
      }
    }
    base = end;
  }
  compare_list(job, k);
}

static size_t pairs_of(size_t rows) { return rows * (rows - 1) / 2; }

static khop_status check_task(void *context, size_t task, unsigned worker, khop_error *err) {
  check_job *job = context;
  checker *k = &job->checkers[worker];
  check_batch *batch = &job->batches[job->first_batch + task];
  size_t at = 0;
  compare_batch(job, k, batch);
  batch->found.facts.pairs_scored = k->pair_count;
  for (size_t b = batch->from; b < batch->to; b++) {
    TRY(check_component(job, k, job->looked[b], at, &batch->found, err));
    at += pairs_of(component_size(job->components, job->looked[b]));
  }
  return KHOP_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------- */

/* A matching pair on its own has nothing against it but a decision, or a conflict that parts matches. */
static bool needs_look(const check_job *job, size_t component) {
  size_t rows = component_size(job->components, component), from;
  if (rows > LINKAGE_ROWS_MAX) return false;
  return rows > 2 || conflict_plan_has_always(job->in->conflicts) || component_decisions(job->components, component, &from);
}

static khop_status plan_batches(check_job *job, khop_error *err) {
  size_t rows = BATCH_ROWS, pairs = BATCH_PAIRS;
  job->looked = mem_alloc(job->components->count, sizeof *job->looked);
  if (!job->looked) return error_memory(err, job->components->count * sizeof *job->looked, "clusters");
  for (size_t c = 0; c < job->components->count; c++) {
    if (!needs_look(job, c)) continue;
    size_t more = component_size(job->components, c);
    if (rows + more > BATCH_ROWS || pairs + pairs_of(more) > BATCH_PAIRS) {
      TRY(array_reserve(&job->batches, &job->batch_capacity, job->batch_count + 1, sizeof *job->batches, "clusters", err));
      job->batches[job->batch_count++] = (check_batch){.from = job->looked_count};
      rows = pairs = 0;
    }
    rows += more;
    pairs += pairs_of(more);
    job->looked[job->looked_count++] = (uint32_t)c;
    job->batches[job->batch_count - 1].to = job->looked_count;
  }
  return KHOP_OK;
}

static khop_status collect(check_job *job, khop_error *err) {
  for (size_t b = 0; b < job->batch_count; b++) {
    const clusters *found = &job->batches[b].found;
    job->out->facts.pairs_scored += found->facts.pairs_scored;
    job->out->facts.parted += found->facts.parted;
    for (size_t i = 0; i < found->cut_count; i++) TRY(clusters_add_cut(job->out, &found->cuts[i], err));
  }
  job->out->facts.checked += job->looked_count;
  return KHOP_OK;
}

static khop_status make_checkers(check_job *job, unsigned threads, unsigned *out_made, khop_error *err) {
  job->tables = mem_alloc(1, sizeof *job->tables);
  job->checkers = mem_alloc(threads, sizeof *job->checkers);
  if (!job->tables || !job->checkers) return error_memory(err, sizeof *job->tables + threads * sizeof *job->checkers, "clusters");
  *job->tables = *job->in->tables;
  job->tables->frequency_most = 0;
  job->tables->review = INT32_MIN;
  for (; *out_made < threads; ++*out_made) {
    TRY(comparer_create(&job->checkers[*out_made].comparer, &job->in->conflicts->plan, &job->in->table->layout, job->in->level, err));
  }
  return KHOP_OK;
}

static size_t rows_of_batch(const check_job *job, const check_batch *batch) {
  size_t rows = 0;
  for (size_t b = batch->from; b < batch->to; b++) rows += component_size(job->components, job->looked[b]);
  return rows;
}

/* The rows of batches from <= b < to. */
static khop_status gather_batches(check_job *job, size_t from, size_t to, size_t row_count, khop_error *err) {
  uint32_t *rows = mem_alloc(row_count, sizeof *rows);
  size_t at = 0;
  if (!rows) return error_memory(err, row_count * sizeof *rows, "clusters");
  for (size_t b = job->batches[from].from; b < job->batches[to - 1].to; b++) {
    size_t count = component_size(job->components, job->looked[b]);
    memcpy(rows + at, component_rows(job->components, job->looked[b]), count * sizeof *rows);
    at += count;
  }
  khop_status status = row_part_gather(&job->gathered, job->in->table, rows, row_numbers_sort(rows, row_count), err);
  mem_free(rows);
  return status;
}

/* As many batches at once as fit the memory, at least one. */
static khop_status check_gathered(check_job *job, khop_error *err) {
  size_t row_bytes = job->in->table->layout.stride + 2 * sizeof(uint32_t);
  for (size_t from = 0, to; from < job->batch_count; from = to) {
    size_t rows = rows_of_batch(job, &job->batches[from]), more;
    for (to = from + 1; to < job->batch_count; to++) {
      more = rows_of_batch(job, &job->batches[to]);
      if ((rows + more) * row_bytes > job->in->component_bytes) break;
      rows += more;
    }
    TRY(gather_batches(job, from, to, rows, err));
    job->first_batch = from;
    TRY(pool_run(job->in->workers, to - from, check_task, job, err));
  }
  return KHOP_OK;
}

khop_status components_check(components *c, const cluster_input *in, clusters *out, khop_error *err) {
  khop_status status = KHOP_OK;
  check_job job = {.components = c, .in = in, .out = out};
  unsigned made = 0;
  TRY_CLEANUP(plan_batches(&job, err));
  if (job.batch_count) {
    TRY_CLEANUP(make_checkers(&job, pool_threads(in->workers), &made, err));
    TRY_CLEANUP(in->table->file ? check_gathered(&job, err) : pool_run(in->workers, job.batch_count, check_task, &job, err));
    TRY_CLEANUP(collect(&job, err));
  }
cleanup:
  for (unsigned i = 0; i < made; i++) comparer_free(&job.checkers[i].comparer);
  for (size_t b = 0; b < job.batch_count; b++) mem_free(job.batches[b].found.cuts);
  mem_free(job.batches);
  mem_free(job.looked);
  mem_free(job.tables);
  mem_free(job.checkers);
  row_part_free(&job.gathered);
  return status;
}
