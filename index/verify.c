/* Reading everything: does each chunk hold, and do they add up to what meta says? */
#include "index/store_internal.h"

typedef struct verifier {
  store_view *view;
  khop_error *err;
  uint64_t next_row;                                   /* of records, or of clusters */
  uint32_t table;                                      /* of the last posting */
  store_posting last;
  uint64_t postings[STORE_TABLES_MAX];                 /* counted, as store.tables */
  size_t table_index;                                  /* of `table`, table_count before the first */
} verifier;

typedef const char *chunk_visit(verifier *f, const MDB_val *key, const MDB_val *value);

/* Calls `visit` on each chunk of a database, in order. */
static khop_status visit_chunks(verifier *f, int database, chunk_visit *visit) {
  const store *s = f->view->store;
  MDB_val key, value;
  int rc = mdb_cursor_get(f->view->cursors[database], &key, &value, MDB_FIRST);
  for (; rc == 0; rc = mdb_cursor_get(f->view->cursors[database], &key, &value, MDB_NEXT)) {
    TRY(chunk_check(s, database, &key, &value, f->err));
    const char *fact = visit(f, &key, &value);
    if (fact) return chunk_fault(s, database, &key, fact, f->err);
  }
  return rc == MDB_NOTFOUND ? KHOP_OK : lmdb_error(f->err, rc, s->directory);
}

static const char *visit_records(verifier *f, const MDB_val *key, const MDB_val *value) {
  if (row_key_get(key->mv_data) != f->next_row) return "does not follow the one before";
  const char *fact =
      record_chunk_decode(&f->view->records, f->view->store->field_count, value->mv_data, value->mv_size);
  f->next_row += f->view->records.rows;
  f->view->records.rows = 0; /* not a chunk that reads may use: its first row is not set */
  return fact;
}

static const char *visit_clusters(verifier *f, const MDB_val *key, const MDB_val *value) {
  store_view *v = f->view;
  if (row_key_get(key->mv_data) != f->next_row) return "does not follow the one before";
  const char *fact = cluster_reader_open(&v->clusters, value->mv_data, value->mv_size);
  if (!fact) fact = cluster_reader_check(&v->clusters);
  for (uint32_t i = 0; i < v->clusters.rows && !fact; i++) {
    uint32_t cluster = cluster_reader_get(&v->clusters, i);
    if (cluster != STORE_ROW_NONE && cluster >= v->store->clusters) fact = "cluster out of range";
  }
  f->next_row += v->clusters.rows;
  v->clusters.rows = 0;
  return fact;
}

static const char *enter_table(verifier *f, uint32_t table) {
  const store *s = f->view->store;
  if (f->table_index < s->table_count && f->table == table) return NULL;
  f->table = table;
  for (f->table_index = 0; f->table_index < s->table_count; f->table_index++) {
    if (s->tables[f->table_index].table == table) return NULL;
  }
  return "of a table that meta lacks";
}

static const char *visit_postings(verifier *f, const MDB_val *key, const MDB_val *value) {
  const store *s = f->view->store;
  const char *fact = enter_table(f, row_key_get(key->mv_data));
  posting_reader r;
  if (!fact) fact = posting_reader_open(&r, key->mv_data, value->mv_data, value->mv_size);
  if (fact) return fact;
  uint64_t *count = &f->postings[f->table_index];
  while (posting_reader_next(&r, &fact)) {
    bool follows = r.key != f->last.key ? r.key > f->last.key : r.row > f->last.row;
    if (*count && !follows) return "postings out of order";
    if (!posting_reader_agrees(&r)) return "mark of another posting";
    bool counts = f->table >= STORE_TABLE_OVERSIZED; /* no rows, or rows of a whole living store */
    if (r.row >= s->rows && !counts) return "row out of range";
    if (f->table == STORE_TABLE_CLUSTER && r.key >= s->clusters) return "cluster out of range";
    f->last = (store_posting){.key = r.key, .row = r.row};
    (*count)++;
  }
  return fact;
}

static khop_status count_fault(verifier *f, const char *what, uint64_t found, uint64_t expected) {
  return error_set(f->err, KHOP_INPUT, "%s: damaged: %s: %llu, meta says %llu", f->view->store->directory, what,
                   (unsigned long long)found, (unsigned long long)expected);
}

static const char *visit_meta(verifier *f, const MDB_val *key, const MDB_val *value) {
  (void)f, (void)key, (void)value; /* its checksum is all there is */
  return NULL;
}

static khop_status verify_view(verifier *f) {
  const store *s = f->view->store;
  TRY(visit_chunks(f, DB_META, visit_meta));
  TRY(visit_chunks(f, DB_RECORDS, visit_records));
  if (f->next_row != s->rows) return count_fault(f, "records", f->next_row, s->rows);
  f->next_row = 0;
  TRY(visit_chunks(f, DB_CLUSTERS, visit_clusters));
  /* None is right for a run that made no clusters. */
  if (f->next_row != s->rows && (f->next_row || s->clusters)) {
    return count_fault(f, "rows with clusters", f->next_row, s->rows);
  }
  f->table_index = s->table_count;
  TRY(visit_chunks(f, DB_POSTINGS, visit_postings));
  for (size_t i = 0; i < s->table_count; i++) {
    if (f->postings[i] == s->tables[i].postings) continue;
    return count_fault(f, "postings of a table", f->postings[i], s->tables[i].postings);
  }
  return KHOP_OK;
}

khop_status store_verify(store *s, khop_error *err) {
  verifier f = {.err = err};
  TRY(store_view_begin(&f.view, s, err));
  khop_status status = verify_view(&f);
  store_view_end(f.view);
  return status;
}
