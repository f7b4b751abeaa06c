/* khop_store_get_many: ids or identifiers at once. See khop.h.
 *
 *   what is asked ──> keys, sorted ──postings──> rows, sorted ──records──> those that are answers, to the visitor
 *
 * Sorted, keys and rows that lie near each other are read together: ten thousand look-ups in a small store touch each chunk once. In
 * a large one each waits for the memory: so it is asked for those to come while one is read.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "feature/feature.h"
#include "index/store_handle.h"

enum { KEYS_AHEAD = 8, ROWS_AHEAD = 2 };

typedef struct wanted_key {
  uint64_t key;
  uint32_t table, asked;
} wanted_key;

/* A row that may be an answer. */
typedef struct candidate {
  uint32_t row, asked, table;
  uint64_t key;
} candidate;

typedef struct getter {
  khop_store *store;
  const store_identifiers *known; /* NULL: by record id */
  const khop_asked *asked;
  size_t wanted_count, wanted_capacity, candidate_count, candidate_capacity, row_capacity;
  wanted_key *wanted;
  candidate *candidates;
  uint32_t *rows;
} getter;

/* ---- what is asked to keys -------------------------------------------------------------------------- */

static khop_status want(getter *g, uint32_t table, uint64_t key, size_t asked, khop_error *err) {
  TRY(array_reserve(&g->wanted, &g->wanted_capacity, g->wanted_count + 1, sizeof *g->wanted, "look-ups", err));
  g->wanted[g->wanted_count++] = (wanted_key){.key = key, .table = table, .asked = (uint32_t)asked};
  return KHOP_OK;
}

static khop_status want_keys(getter *g, size_t asked, khop_error *err) {
  const khop_asked *a = &g->asked[asked];
  if (!g->known) return want(g, STORE_TABLE_RECORD_ID, store_record_id_key(a->text, a->length), asked, err);
  uint64_t key = 0;
  for (size_t i = 0; i < g->known->count; i++) {
    const int type = g->known->items[i].type;
    if (i == 0 || type != g->known->items[i - 1].type) key = feature_identifier_key((semantic_type)type, a->text, a->length);
    if (key) TRY(want(g, (uint32_t)(STORE_TABLE_IDENTIFIER + i), key, asked, err));
  }
  return KHOP_OK;
}

/* ---- keys to rows ----------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b) {
  const wanted_key *x = a, *y = b;
  if (x->table != y->table) return x->table < y->table ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

static int by_row(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->row != y->row) return x->row < y->row ? -1 : 1;
  return x->asked < y->asked ? -1 : x->asked > y->asked;
}

static khop_status find_rows(getter *g, const wanted_key *of, khop_error *err) {
  size_t count;
  TRY(khop_store_find_key(g->store, of->table, of->key, g->rows, g->row_capacity, &count, err));
  if (count > g->row_capacity) {
    TRY(array_reserve(&g->rows, &g->row_capacity, count, sizeof *g->rows, "rows of a key", err));
    TRY(khop_store_find_key(g->store, of->table, of->key, g->rows, g->row_capacity, &count, err));
  }
  TRY(array_reserve(&g->candidates, &g->candidate_capacity, g->candidate_count + count, sizeof *g->candidates, "answers", err));
  for (size_t i = 0; i < count; i++) {
    g->candidates[g->candidate_count++] = (candidate){.row = g->rows[i], .asked = of->asked, .table = of->table, .key = of->key};
  }
  return KHOP_OK;
}

static khop_status find_candidates(getter *g, khop_error *err) {
  if (g->wanted_count) qsort(g->wanted, g->wanted_count, sizeof *g->wanted, by_key);
  for (size_t i = 0; i < g->wanted_count + KEYS_AHEAD; i++) {
    if (i < g->wanted_count) store_handle_ask(g->store, g->wanted[i].table, g->wanted[i].key);
    if (i >= KEYS_AHEAD) TRY(find_rows(g, &g->wanted[i - KEYS_AHEAD], err));
  }
  if (g->candidate_count) qsort(g->candidates, g->candidate_count, sizeof *g->candidates, by_row);
  return KHOP_OK;
}

/* ---- rows to records -------------------------------------------------------------------------------- */

/* Keys are hashes: does the record hold what was asked for? */
static bool is_right(const getter *g, const candidate *c, const khop_store_record *record) {
  if (!g->known) return store_handle_has_id(g->store, record, g->asked[c->asked].text, g->asked[c->asked].length);
  const struct store_identifier *in = &g->known->items[c->table - STORE_TABLE_IDENTIFIER];
  return feature_identifier_key((semantic_type)in->type, record->fields[in->field], record->lengths[in->field]) == c->key;
}

static khop_status visit_records(getter *g, khop_store_visit *visit, void *context, khop_error *err) {
  const candidate *last = NULL; /* that was visited: a record that holds an identifier twice is visited once */
  for (size_t i = 0; i < g->candidate_count; i++) {
    const candidate *c = &g->candidates[i];
    khop_store_record record;
    if (i + ROWS_AHEAD < g->candidate_count) store_handle_ask_row(g->store, c[ROWS_AHEAD].row);
    if (last && last->row == c->row && last->asked == c->asked) continue;
    TRY(khop_store_read(g->store, c->row, &record, err));
    if (!is_right(g, c, &record)) continue;
    last = c;
    TRY(visit(context, c->asked, &record, err));
  }
  return KHOP_OK;
}

khop_status khop_store_get_many(khop_store *from, bool by_identifier, const khop_asked *asked, size_t count, khop_store_visit *visit, void *context,
                                khop_error *err) {
  store_identifiers *known = store_handle_identifiers(from);
  if (count > UINT32_MAX) return error_set(err, KHOP_USAGE, "%zu look-ups at once, at most %lu", count, (unsigned long)UINT32_MAX);
  if (by_identifier && !known->is_known) TRY(store_identifiers_read(from, known, err));
  getter g = {.store = from, .known = by_identifier ? known : NULL, .asked = asked};
  khop_status status = KHOP_OK;
  for (size_t i = 0; i < count && status == KHOP_OK; i++) status = want_keys(&g, i, err);
  if (status == KHOP_OK) status = find_candidates(&g, err);
  if (status == KHOP_OK) status = visit_records(&g, visit, context, err);
  mem_free(g.wanted);
  mem_free(g.candidates);
  mem_free(g.rows);
  return status;
}
