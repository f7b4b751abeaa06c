/* The store: a run's records, identifier postings, blocking keys and clusters, in one LMDB file.
 *
 *   DIR/data.mdb                      (FORMAT.md draws every byte)
 *     meta      name -> bytes         format version, schema, field names, counts, run facts; written last
 *     records   chunk number -> chunk of consecutive records, packed
 *     postings  (table, first key) -> chunk of (key, row) pairs in order, delta-coded
 *     clusters  chunk number -> cluster number of each row
 *
 * A record's row number is its name here; rows are dense from 0 in input order. A posting table is
 * a sorted multimap from 64-bit keys to rows: record ids, identifiers, blocking keys, cluster members. Only hashes are
 * kept as keys: whoever looks up by value compares the record it gets.
 *
 * The writer builds DIR.tmp and renames it to DIR when whole, so DIR never holds half a store.
 * This folder knows no CSV and no model. LMDB's header stays inside it.
 */
#ifndef KHOP_INDEX_STORE_H
#define KHOP_INDEX_STORE_H

#include "base/memory.h"
#include "base/status.h"

enum { STORE_ROW_NONE = UINT32_MAX };

/* Posting tables. Blocking rule r has table STORE_TABLE_RULES + r. */
enum {
  STORE_TABLE_RECORD_ID = 1,  /* hash of the record id -> row */
  STORE_TABLE_IDENTIFIER = 2, /* hash of (kind, canonical identifier) -> row */
  STORE_TABLE_CLUSTER = 3,    /* cluster number -> rows of clusters with two members or more */
  STORE_TABLE_RULES = 16
};

typedef struct store_posting {
  uint64_t key;
  uint32_t row;
  uint32_t reserved; /* 0 */
} store_posting;

/* ---- writing ------------------------------------------------------------------------------ */

typedef struct store_writer store_writer;

/* Appends one record in packed form to `out` (room for store_record_bytes_max): source number,
 * line, then each field. Any thread. Returns the bytes written. */
size_t store_record_bytes_max(size_t field_count, size_t text_bytes);
size_t store_record_pack(uint8_t *out, uint32_t source, uint64_t line, const char *const *fields,
                         const uint32_t *lengths, size_t field_count);

/* Starts DIR.tmp (an old one is removed). Field names are copied. All store_writer calls but
 * store_record_pack come from one thread (LMDB's rule: a transaction stays on its thread). */
khop_status store_writer_create(store_writer **out_writer, const char *directory, const char *schema,
                                const char *const *field_names, size_t field_count, khop_error *err);
/* The next `count` records in row order: packed records end to end, sizes[i] bytes each. */
khop_status store_writer_records(store_writer *w, const uint8_t *packed, const uint32_t *sizes,
                                 size_t count, khop_error *err);
/* One whole table, sorted by (key, row); tables in ascending order of number. May be called
 * several times for one table with ascending slices. */
khop_status store_writer_postings(store_writer *w, uint32_t table, const store_posting *postings,
                                  size_t count, khop_error *err);
/* cluster_of_row[row] for all rows; STORE_ROW_NONE for rows that are rejected duplicates. */
khop_status store_writer_clusters(store_writer *w, const uint32_t *cluster_of_row, size_t row_count,
                                  khop_error *err);
/* A named fact of the run (text), readable by store_meta. Names starting with '_' are the store's. */
khop_status store_writer_meta(store_writer *w, const char *name, const char *value, khop_error *err);
/* Commits, syncs, renames to DIR. With `replace`, an existing store at DIR is replaced. */
khop_status store_writer_finish(store_writer *w, bool replace, khop_error *err);
/* Frees; removes DIR.tmp unless finished. NULL is fine. */
void store_writer_free(store_writer *w);

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct store store;

/* Read-only; several threads may read, each with its own store_view. */
khop_status store_open(store **out_store, const char *directory, khop_error *err);
void store_close(store *s);
uint64_t store_row_count(const store *s);
size_t store_field_count(const store *s);
const char *store_field_name(const store *s, size_t field);
/* Borrowed until store_close; NULL when there is none. */
const char *store_meta(const store *s, const char *name);

/* One consistent reading state; one thread at a time. What it returns lives until store_view_end. */
typedef struct store_view store_view;
khop_status store_view_begin(store_view **out_view, store *s, khop_error *err);
void store_view_end(store_view *v);

typedef struct store_record {
  uint32_t row, source;
  uint64_t line;
  size_t field_count;
  const char **fields; /* borrowed from the view until the next store_read_record */
  uint32_t *lengths;
} store_record;

khop_status store_read_record(store_view *v, uint32_t row, store_record *out, khop_error *err);
/* Rows under a key, ascending; *out_rows is borrowed until the next call; none is KHOP_OK, count 0. */
khop_status store_read_postings(store_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows,
                                size_t *out_count, khop_error *err);
khop_status store_read_cluster(store_view *v, uint32_t row, uint32_t *out_cluster, khop_error *err);

typedef struct store_table_stats {
  uint32_t table;
  uint64_t postings, chunks, bytes;
} store_table_stats;

typedef struct store_stats {
  uint64_t rows, record_bytes, clusters_bytes, file_bytes, used_bytes;
  unsigned readers;
  size_t table_count;
  store_table_stats tables[64];
} store_stats;

khop_status store_read_stats(store *s, store_stats *out, khop_error *err);
/* Reads everything: chunk checksums, order of keys, counts against meta, rows in range. The first
 * fault is the error, with its place. */
khop_status store_verify(store *s, khop_error *err);

#endif
