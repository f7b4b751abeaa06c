/* Clusters to entities that keep their numbers. See live.h.
 *
 *   claims: (entity that a row had, cluster that it is in now) with the rows that speak for it
 *     ── most rows first, then the older entity ──> each cluster at most one entity, each entity at most one cluster
 *
 * So of two entities that merge the one that brings more rows goes on, and of one that is split the largest part. A
 * cluster without a claim that holds gets a number that nobody ever had.
 */
#include <stdlib.h>
#include <string.h>

#include "live/evaluate.h"

typedef struct claim {
  uint32_t entity, cluster, rows;
  bool holds;
  int32_t weight;       /* the strongest link of these rows to the cluster's others; */
  uint32_t left, right; /* its rows (local), NO_ROW without one */
} claim;

typedef struct naming {
  live *live;
  live_change *change;
  const evaluation *e;
  uint32_t *before;    /* by local row: entity, 0 for new ones */
  uint32_t *entity_of; /* by cluster */
  claim *claims;       /* by entity, then cluster */
  size_t claim_count;
  uint64_t *best;      /* by local row: its strongest link: weight made unsigned << 32 | place of the pair; 0: none */
  row_list lost;       /* entities of rows that died, ascending */
} naming;

enum { NO_ROW = UINT32_MAX };

/* ---- the journal ----------------------------------------------------------------------------------------------- */

/* One field: what would break a line of fields is a blank. */
static void put_text(FILE *out, const char *text) {
  for (; *text; text++) putc(*text == '\t' || *text == '\n' || *text == '\r' ? ' ' : *text, out);
}

khop_status live_journal(live *l, live_change *change, const live_event *event, khop_error *err) {
  if (!change->journal.file) TRY(text_stream_open(&change->journal, "journal", err));
  FILE *out = change->journal.file;
  fprintf(out, "%u.%zu\t%s\t%s\t%u\t%u\t", l->segments.last_run + 1, ++change->events, change->time, event->kind, event->entity, event->other);
  put_text(out, event->left ? event->left : "");
  putc('\t', out);
  put_text(out, event->right ? event->right : "");
  putc('\t', out);
  if (event->has_weight) fprintf(out, "%.4f", (double)event->weight / WEIGHT_UNIT);
  putc('\t', out);
  put_text(out, event->rule ? event->rule : "");
  putc('\t', out);
  put_text(out, event->note ? event->note : "");
  putc('\n', out);
  return KHOP_OK;
}

static const char *id_of(const naming *n, size_t local) {
  return n->live->ids[live_place(n->live, n->e->rows.rows[local])];
}

/* The first rule under which the two share a block. */
static const char *rule_of(const naming *n, size_t x, size_t y) {
  const live *l = n->live;
  const uint8_t *left = feature_row(&n->e->table, x), *right = feature_row(&n->e->table, y);
  for (size_t r = 0; r < l->schema->rule_count; r++) {
    if (block_rules_find(&l->table.layout, l->schema, r, r + 1, &l->split_keys, left, right)) return l->schema->rules[r].name;
  }
  return "";
}

static khop_status tell(const naming *n, const char *kind, uint32_t entity, uint32_t other, const claim *evidence, const char *note, khop_error *err) {
  live_event event = {.kind = kind, .entity = entity, .other = other, .note = note};
  if (evidence && evidence->left != NO_ROW) {
    event.left = id_of(n, evidence->left);
    event.right = id_of(n, evidence->right);
    event.rule = rule_of(n, evidence->left, evidence->right);
    event.weight = evidence->weight;
    event.has_weight = true;
  }
  return live_journal(n->live, n->change, &event, err);
}

/* ---- claims ------------------------------------------------------------------------------------------------------ */

static khop_status read_before(naming *n, khop_error *err) {
  const evaluation *e = n->e;
  live *l = n->live;
  for (size_t i = 0; i < e->rows.count; i++) {
    uint32_t row = e->rows.rows[i];
    if (row < l->segments.rows) TRY(segments_read_entity(&l->views[0], row, &n->before[i], err));
  }
  for (size_t h = 0; h < n->change->heirs.count; h++) {
    uint32_t old = (uint32_t)n->change->heirs.items[h].key;
    size_t local = evaluation_local(e, n->change->heirs.items[h].row);
    if (live_dies(n->change, old)) TRY(segments_read_entity(&l->views[0], old, &n->before[local], err));
  }
  for (size_t i = 0; i < n->change->dead.count; i++) {
    uint32_t entity;
    TRY(segments_read_entity(&l->views[0], n->change->dead.rows[i], &entity, err));
    if (entity) TRY(row_list_add(&n->lost, entity, err));
  }
  row_list_sort(&n->lost);
  return KHOP_OK;
}

static khop_status make_claims(naming *n, khop_error *err) {
  const evaluation *e = n->e;
  item_list list = {0};
  khop_status status = KHOP_OK;
  for (size_t i = 0; status == KHOP_OK && i < e->rows.count; i++) {
    if (n->before[i]) status = item_list_add(&list, (uint64_t)n->before[i] << 32 | e->clusters.of_row[i], 0, err);
  }
  if (status == KHOP_OK) status = item_list_sort(&list, n->live->workers, err);
  n->claims = mem_alloc(list.count + 1, sizeof *n->claims);
  if (status == KHOP_OK && !n->claims) status = error_memory(err, list.count * sizeof *n->claims, "entities");
  for (size_t i = 0; status == KHOP_OK && i < list.count; i++) {
    bool is_next = i && list.items[i].key == list.items[i - 1].key;
    if (!is_next) {
      n->claims[n->claim_count++] = (claim){.entity = (uint32_t)(list.items[i].key >> 32), .cluster = (uint32_t)list.items[i].key,
                                            .weight = INT32_MIN, .left = NO_ROW, .right = NO_ROW};
    }
    n->claims[n->claim_count - 1].rows++;
  }
  mem_free(list.items);
  return status;
}

static int by_strength(const void *a, const void *b) {
  const claim *x = *(const claim *const *)a, *y = *(const claim *const *)b;
  if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
  if (x->entity != y->entity) return x->entity < y->entity ? -1 : 1;
  return x->cluster < y->cluster ? -1 : x->cluster > y->cluster;
}

static khop_status settle_claims(naming *n, khop_error *err) {
  claim **ordered = mem_alloc(n->claim_count + 1, sizeof *ordered);
  if (!ordered) return error_memory(err, n->claim_count * sizeof *ordered, "entities");
  for (size_t i = 0; i < n->claim_count; i++) ordered[i] = &n->claims[i];
  if (n->claim_count) qsort(ordered, n->claim_count, sizeof *ordered, by_strength);
  for (size_t i = 0; i < n->claim_count; i++) {
    claim *c = ordered[i];
    size_t first = (size_t)(c - n->claims);
    bool is_placed = false;
    while (first > 0 && n->claims[first - 1].entity == c->entity) first--;
    for (size_t k = first; k < n->claim_count && n->claims[k].entity == c->entity; k++) is_placed |= n->claims[k].holds;
    if (is_placed || n->entity_of[c->cluster]) continue;
    c->holds = true;
    n->entity_of[c->cluster] = c->entity;
  }
  mem_free(ordered);
  return KHOP_OK;
}

static claim *find_claim(const naming *n, uint32_t entity, uint32_t cluster) {
  size_t low = 0, high = n->claim_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    const claim *c = &n->claims[middle];
    if (c->entity < entity || (c->entity == entity && c->cluster < cluster)) low = middle + 1;
    else high = middle;
  }
  return &n->claims[low];
}

/* ---- evidence ------------------------------------------------------------------------------------------------------ */

static void offer(claim *to, int32_t weight, uint32_t left, uint32_t right) {
  if (to->left != NO_ROW && to->weight >= weight) return;
  to->weight = weight;
  to->left = left;
  to->right = right;
}

static void find_evidence(naming *n) {
  const evaluation *e = n->e;
  for (size_t i = 0; i < e->pairs.count; i++) {
    uint32_t x = kept_left(&e->pairs.items[i]), y = kept_right(&e->pairs.items[i]), cluster = e->clusters.of_row[x];
    int32_t weight = kept_weight(&e->pairs.items[i]);
    uint64_t offered = (uint64_t)((uint32_t)weight ^ 1u << 31) << 32 | (i + 1);
    if (cluster != e->clusters.of_row[y]) continue;
    if (offered >> 32 > n->best[x] >> 32) n->best[x] = offered;
    if (offered >> 32 > n->best[y] >> 32) n->best[y] = offered;
    if (n->before[x] == n->before[y]) continue;
    if (n->before[x]) offer(find_claim(n, n->before[x], cluster), weight, x, y);
    if (n->before[y]) offer(find_claim(n, n->before[y], cluster), weight, x, y);
  }
}

static khop_status tell_join(const naming *n, size_t local, khop_error *err) {
  const evaluation *e = n->e;
  uint32_t cluster = e->clusters.of_row[local];
  claim evidence = {.left = NO_ROW};
  if (e->clusters.sizes[cluster] < 2) return KHOP_OK;
  if (n->best[local]) {
    const sort_item *pair = &e->pairs.items[(uint32_t)n->best[local] - 1];
    evidence = (claim){.weight = kept_weight(pair), .left = kept_left(pair), .right = kept_right(pair)};
  }
  if (evidence.left == NO_ROW) return KHOP_OK; /* a must_link holds it: the decision is in the journal */
  if (evidence.left == local) { /* the record that came stands first */
    evidence.left = (uint32_t)local;
  } else {
    evidence.right = evidence.left;
    evidence.left = (uint32_t)local;
  }
  n->change->joined++;
  return tell(n, "joined", n->entity_of[cluster], 0, &evidence, NULL, err);
}

/* Why two parts of what was one entity are apart: the first pair that was cut between them, or what the run did. */
static khop_status tell_part(const naming *n, uint32_t from, uint32_t to, uint32_t to_cluster, khop_error *err) {
  static const char *const causes[CUT_CAUSES] = {"decision", "conflict", "linkage"};
  const evaluation *e = n->e;
  n->change->parted++;
  for (size_t i = 0; i < e->clusters.cut_count; i++) {
    const cluster_cut *cut = &e->clusters.cuts[i];
    uint32_t x = e->clusters.of_row[cut->left], y = e->clusters.of_row[cut->right];
    if ((x != to_cluster && y != to_cluster) || (n->entity_of[x] != from && n->entity_of[y] != from)) continue;
    claim evidence = {.weight = cut->weight, .left = cut->left, .right = cut->right};
    return tell(n, "split", from, to, &evidence, causes[cut->cause], err);
  }
  return tell(n, "split", from, to, NULL, n->change->action, err);
}

static bool entity_goes_on(const naming *n, uint32_t entity) {
  for (const claim *c = find_claim(n, entity, 0); c < n->claims + n->claim_count && c->entity == entity; c++) {
    if (c->holds) return true;
  }
  return false;
}

static khop_status tell_claims(const naming *n, khop_error *err) {
  for (size_t i = 0; i < n->claim_count; i++) {
    const claim *c = &n->claims[i];
    uint32_t entity = n->entity_of[c->cluster];
    if (c->holds) continue;
    if (entity_goes_on(n, c->entity)) {
      TRY(tell_part(n, c->entity, entity, c->cluster, err));
      continue;
    }
    n->change->merged++;
    TRY(tell(n, "merged", entity, c->entity, c, NULL, err));
  }
  return KHOP_OK;
}

/* ---- outcome ---------------------------------------------------------------------------------------------------------- */

static uint32_t fresh_entity(naming *n) {
  n->change->created++;
  return n->change->next_entity++;
}

static khop_status empty_entity(naming *n, uint32_t entity, khop_error *err) {
  return item_list_add(&n->change->members, entity, STORE_ENTITY_EMPTY, err);
}

/* Entities that no cluster goes on as: merged into others, or all of their rows died. */
static khop_status empty_entities(naming *n, khop_error *err) {
  for (size_t i = 0; i < n->claim_count; i++) {
    bool is_first = i == 0 || n->claims[i - 1].entity != n->claims[i].entity;
    if (is_first && !entity_goes_on(n, n->claims[i].entity)) TRY(empty_entity(n, n->claims[i].entity, err));
  }
  for (size_t i = 0; i < n->lost.count; i++) {
    const claim *c = find_claim(n, n->lost.rows[i], 0);
    if (c < n->claims + n->claim_count && c->entity == n->lost.rows[i]) continue;
    TRY(empty_entity(n, n->lost.rows[i], err));
    TRY(tell(n, "ended", n->lost.rows[i], 0, NULL, n->change->action, err));
  }
  return KHOP_OK;
}

/* An entity of one new record needs no list: there is no other word on it. */
static khop_status put_rows(naming *n, khop_error *err) {
  const evaluation *e = n->e;
  for (size_t i = 0; i < e->rows.count; i++) {
    uint32_t row = e->rows.rows[i], cluster = e->clusters.of_row[i], entity = n->entity_of[cluster];
    bool is_new = row >= n->live->segments.rows;
    if (is_new || n->before[i] != entity) TRY(item_list_add(&n->change->entities, row, entity, err));
    if (e->clusters.sizes[cluster] > 1 || n->before[i]) TRY(item_list_add(&n->change->members, entity, row, err));
    if (is_new && !n->before[i]) TRY(tell_join(n, i, err));
  }
  return KHOP_OK;
}

static khop_status put_single_rows(naming *n, khop_error *err) {
  const row_list *rows = &n->e->rows;
  for (uint32_t place = 0; place < n->live->new_count; place++) {
    uint32_t row = n->live->first_new + place;
    size_t local = sorted_below(rows->rows, rows->count, row);
    if (local < rows->count && rows->rows[local] == row) continue;
    TRY(item_list_add(&n->change->entities, row, fresh_entity(n), err));
  }
  return KHOP_OK;
}

static khop_status name_all(naming *n, khop_error *err) {
  TRY(read_before(n, err));
  TRY(make_claims(n, err));
  TRY(settle_claims(n, err));
  for (size_t c = 0; c < n->e->clusters.cluster_count; c++) {
    if (!n->entity_of[c]) n->entity_of[c] = fresh_entity(n);
  }
  find_evidence(n);
  TRY(tell_claims(n, err));
  TRY(put_rows(n, err));
  TRY(put_single_rows(n, err));
  TRY(empty_entities(n, err));
  TRY(item_list_sort(&n->change->entities, n->live->workers, err));
  return item_list_sort(&n->change->members, n->live->workers, err);
}

khop_status live_name_entities(live *l, live_change *change, const evaluation *e, khop_error *err) {
  naming n = {.live = l, .change = change, .e = e};
  change->next_entity = l->next_entity;
  n.before = mem_alloc(e->rows.count + 1, sizeof *n.before);
  n.best = mem_alloc(e->rows.count + 1, sizeof *n.best);
  n.entity_of = mem_alloc(e->clusters.cluster_count + 1, sizeof *n.entity_of);
  khop_status status = n.before && n.best && n.entity_of ? name_all(&n, err) : error_memory(err, e->rows.count * sizeof *n.best, "entities");
  mem_free(n.before);
  mem_free(n.best);
  mem_free(n.entity_of);
  mem_free(n.claims);
  mem_free(n.lost.rows);
  return status;
}
