/* The store: a run's records, identifier postings, blocking keys and clusters, in one LMDB file.
 *
 *   DIR/data.mdb                      (FORMAT.md draws every byte)
 *     meta      name -> text            format version, schema, field names, counts, run facts; written last
 *     records   first row -> chunk of consecutive records, column by column
 *     postings  (table, first key, first row) -> chunk of (key, row) pairs in order, as bits
 *     clusters  first row -> chunk of cluster numbers, delta-coded
 *
 * A record's row number is its name here; rows are dense from 0 in input order. A posting table is
 * a sorted multimap from 64-bit keys to rows: record ids, identifiers, blocking keys, cluster
 * members. Only hashes are kept as keys: whoever looks up by value compares the record it gets.
 *
 * Every value carries a checksum over itself and its key, so a store that was damaged on disk says
 * where, and never crashes its reader. It is asked when a value is first read, and by store_verify. The writer builds DIR.tmp and renames it to DIR when whole,
 * so DIR never holds half a store; a finished store is never changed again.
 *
 * This folder knows no CSV and no model. LMDB's header stays inside it.
 */
#ifndef KHOP_INDEX_STORE_H
#define KHOP_INDEX_STORE_H

#include "base/memory.h"
#include "base/status.h"

enum {
  STORE_FORMAT_VERSION = 2, /* written */
  STORE_FORMAT_OLDEST = 1,  /* read, too */
  STORE_ROWS_MAX = UINT32_MAX - 1,
  STORE_FIELDS_MAX = 1024,
  STORE_TABLES_MAX = 128,
  STORE_META_NAME_MAX = 255,
  STORE_RECORD_BYTES_MAX = 16 << 20, /* text of one record */
  STORE_TEXT_SLACK_BYTES = 64,
  STORE_CHUNK_POSTINGS_MAX = 1 << 14, /* no chunk holds more */
  STORE_KEY_BITS = 48                /* keys cut to this length cost about 6.4 bytes a posting */
};
#define STORE_ROW_NONE UINT32_MAX

/* Posting tables. Blocking rule r has table STORE_TABLE_RULES + r, term t (schema.h) has STORE_TABLE_FREQUENCY + t. */
enum {
  STORE_TABLE_RECORD_ID = 1,  /* store_record_id_key -> row */
  STORE_TABLE_IDENTIFIER = 2, /* and up to 15: identifier key -> row, a table an identifier field */
  STORE_TABLE_RULES = 16,     /* and up: blocking key -> row, a table a rule */
  STORE_TABLE_CLUSTER = 60,   /* cluster number -> rows, clusters of two members or more */
  STORE_TABLE_OVERSIZED = 61, /* key of a block that was too large -> 0: split, 1: walked as a window */
  STORE_TABLE_COMMON = 62,    /* common last word of a field (the test given_common): feature_common_key -> 0 */
  STORE_TABLE_FREQUENCY = 64, /* and up: value of a term whose frequencies weigh -> how many other records hold it */
  STORE_TABLE_LINK = 256,     /* row -> row that it matches, both ways */
  /* Of the segments of a living store (segments.h), where rows are counted through all of them: */
  STORE_TABLE_UNLINK = 257,   /* row -> row: a link that stands no longer, both ways */
  STORE_TABLE_DEAD = 258,     /* row -> 0: deleted, replaced or rejected */
  STORE_TABLE_ENTITY = 259,   /* row -> number of its entity, from this segment on */
  STORE_TABLE_MEMBER = 260,   /* entity -> all its rows, from this segment on; its own number and no row: STORE_ENTITY_EMPTY */
  STORE_TABLE_SPLIT = 261,    /* key that split an oversized block -> row */
  STORE_TABLE_MUST = 262,     /* row -> row that a person said is the same, both ways */
  STORE_TABLE_CANNOT = 263    /* row -> row that a person said is another, both ways */
};
#define STORE_ENTITY_EMPTY UINT32_MAX

typedef struct store_posting {
  uint64_t key;
  uint32_t row;
  uint32_t reserved; /* 0 */
} store_posting;

/* Keys of the first table, STORE_KEY_BITS long. Blanks at either end do not count. */
uint64_t store_record_id_key(const char *id, size_t length);

/* Facts that tools rely on, set by store_writer_meta: "id_field" is the position of the record id
 * among the fields, in decimal; absent, a record's id is the text SOURCE:LINE. With "id_qualified"
 * (any value) it is SOURCE:ID. "source:N" is the name of source N. */
#define STORE_META_ID_FIELD "id_field"
#define STORE_META_ID_QUALIFIED "id_qualified"
#define STORE_META_SOURCE "source:%u"
/* And those that scoring a pair again needs (run/store_facts.c). */
#define STORE_META_SCHEMA_YAML "schema_yaml"
#define STORE_META_KHOP "khop"
#define STORE_META_INDEXED "indexed"
#define STORE_META_BLOCK_ROWS "block_rows"
#define STORE_META_WINDOW "window"
#define STORE_META_INPUT_HASH "input_hash"
#define STORE_META_REGISTERS "registers" /* first rows of linked registers; '+' behind one whose own pairs are compared, too */
#define STORE_META_MONTH_FIRST "month_first:%u"
#define STORE_META_UNLISTED "unlisted:%u" /* of a term judged by a table from outside: records of 2^30 that hold a value not listed */
#define STORE_META_LINKS "links"     /* the table of links is whole, empty or not */
#define STORE_META_LINKAGE "linkage" /* that was asked for instead of the schema's */
/* A segment's journal (FORMAT.md). It may be long: store_meta does not know it, store_read_text does. */
#define STORE_META_JOURNAL "journal"

/* A field's text, not NUL-terminated. */
typedef struct store_text {
  const char *text;
  uint32_t length;
} store_text;

/* ---- batches: packing, on any thread -------------------------------------------------------- */

/* Records on their way into the store: packed and checksummed by the worker that has them, so that
 * the writer only appends. One thread at a time a batch; many batches in parallel.
 *
 *     store_batch_create(&b, field_count, err);
 *     for each batch of rows:
 *       store_batch_add(b, source, lines, fields, count, err);     // any number of times; some 64 at a time are best
 *       store_batch_finish(b, err);                                // closes the last chunk; texts may go
 *       (in row order) store_writer_append(w, b, err);
 *       store_batch_reset(b);                                      // keeps its memory
 *
 * A chunk closes at 4,096 records or 2 MiB of text, and the smaller it is the more bytes a record
 * takes: a batch wants 4,000 records or more. */
typedef struct store_batch store_batch;

khop_status store_batch_create(store_batch **out_batch, size_t field_count, khop_error *err);
/* `count` records of one source: their lines, and their fields record by record. Texts are not copied: they stay
 * where they are until store_batch_finish, and the STORE_TEXT_SLACK_BYTES behind each may be read; an empty one may be
 * NULL. A record over STORE_RECORD_BYTES_MAX is KHOP_INPUT; the batch has those before it. */
khop_status store_batch_add(store_batch *b, uint32_t source, const uint64_t *lines, const store_text *fields, size_t count,
                            khop_error *err);
khop_status store_batch_finish(store_batch *b, khop_error *err);
/* Two batches of the same fields, both finished, change chunks. The memory that packing needs, a megabyte, is made
 * with a batch's first record and stays: a thread packs in a batch of its own and gives away what is done. */
khop_status store_batch_exchange(store_batch *a, store_batch *b, khop_error *err);
size_t store_batch_rows(const store_batch *b);
/* Of the closed chunks, as they will stand in the store. */
size_t store_batch_bytes(const store_batch *b);
void store_batch_reset(store_batch *b);
void store_batch_free(store_batch *b);

/* ---- writing ------------------------------------------------------------------------------- */

typedef struct store_writer store_writer;
typedef struct store store; /* see reading */

typedef struct store_writer_options {
  const char *schema;
  const char *const *field_names;
  size_t field_count;
  uint64_t commit_bytes; /* 0: 32 MiB, about 200,000 records */
  uint64_t map_bytes;    /* first size of the sparse map; 0: 256 GiB. It grows when needed. */
  bool ends_at_tables;   /* a transaction ends where a table of postings or the clusters begin: places for store_writer_mark */
  const char *log_path;  /* file that says what was written, so that another writer can take over (see below); NULL: none */
  bool takes_over;       /* log_path is a killed writer's: store_writer_replay is called next */
} store_writer_options;

/* Could store_writer_finish put a store there? For those who want to know before the work. */
khop_status store_place_check(const char *directory, bool replace, khop_error *err);
/* Starts DIR.tmp and locks it; what a dead writer left there is removed, a living one makes this
 * KHOP_ENVIRONMENT. Options are copied. Calls on a writer may come from different threads when
 * something orders them (a turnstile): never two at once. After a failure only
 * store_writer_free may follow. */
khop_status store_writer_create(store_writer **out_writer, const char *directory,
                                const store_writer_options *options, khop_error *err);
/* A finished batch: its rows follow those already there. The batch is not changed. */
khop_status store_writer_append(store_writer *w, const store_batch *b, khop_error *err);
/* Rows appended so far: the row number of the next one. */
uint64_t store_writer_rows(const store_writer *w);
/* A slice of a table, sorted by (key, row); slices and tables in ascending order. A pair that
 * repeats its predecessor is dropped. Each slice starts a chunk, so pass thousands at a time. */
khop_status store_writer_postings(store_writer *w, uint32_t table, const store_posting *postings,
                                  size_t count, khop_error *err);
/* The same of a slice that goes on: only chunks that do not depend on what follows are written, so that the store is the
 * same bytes however a table is cut. The last *out_taken to `count` postings, at most STORE_CHUNK_POSTINGS_MAX,
 * are to stand in front of the next slice, or of store_writer_postings for the last one. */
khop_status store_writer_postings_begun(store_writer *w, uint32_t table, const store_posting *postings,
                                        size_t count, size_t *out_taken, khop_error *err);
/* cluster_of_row[row] for all rows, or not at all; STORE_ROW_NONE for a row without one. Numbers are
 * dense from 0; numbered in the order of their first rows they cost one byte a row. */
khop_status store_writer_clusters(store_writer *w, const uint32_t *cluster_of_row, size_t row_count,
                                  khop_error *err);
/* A named fact of the run, read by store_meta. Names that start with '_' are the store's own. The
 * last value under a name stays. */
khop_status store_writer_meta(store_writer *w, const char *name, const char *value, khop_error *err);
/* Commits and syncs: what a full disk can spoil is behind. Only store_writer_finish may follow; it seals
 * what was not. */
khop_status store_writer_seal(store_writer *w, khop_error *err);
/* A sealed store, to be read while it is not finished: to be closed before store_writer_finish or store_writer_free. */
khop_status store_writer_open_sealed(const store_writer *w, store **out_store, khop_error *err);
/* Commits, syncs, renames to DIR. An existing store at DIR is KHOP_USAGE, or replaced with
 * `replace`: it becomes DIR.old, the new one DIR, then DIR.old is removed. */
khop_status store_writer_finish(store_writer *w, bool replace, khop_error *err);
/* Frees; removes DIR.tmp unless finished. NULL is fine. */
void store_writer_free(store_writer *w);

/* ---- taking over from a writer that was killed (writer_log.c) -------------------------------------
 *
 *   the killed one                                another, later
 *     create {ends_at_tables, log_path}             create {ends_at_tables, log_path, takes_over}
 *     append, postings ...                          replay(mark)        does all that again, to the same bytes
 *     mark, sync: the mark is kept by the caller    append, postings ...  as if nothing had been
 *
 * A mark is a place between two tables, or between a table and the clusters. With marks or without, taken over or
 * not: the store becomes the same bytes. Every value is checked as it is taken over. */
typedef struct store_mark {
  uint64_t log_bytes, log_hash; /* of the log up to here */
  uint64_t rows;
  store_posting last_posting;
  uint64_t table_count;
  struct {
    uint64_t table, postings;
  } tables[STORE_TABLES_MAX];
} store_mark;

/* What was written so far. Without a log, or where it cannot be written, there is nothing to take over, and `out` says
 * so (log_bytes 0). */
khop_status store_writer_mark(store_writer *w, store_mark *out, khop_error *err);
/* What the last mark knows is on the disk when this returns; may run beside calls that write. */
khop_status store_writer_sync(const store_writer *w, khop_error *err);
/* KHOP_INPUT: what was written is not there, or damaged; of the writer no more use can be made. Otherwise it stands at the mark. */
khop_status store_writer_replay(store_writer *w, const store_mark *mark, khop_error *err);
/* store_writer_free, and DIR.tmp stays to be taken over. */
void store_writer_leave(store_writer *w);

/* ---- reading ------------------------------------------------------------------------------- */

/* Read-only. Several threads may read, each with its own store_view. LMDB's rules: a process opens
 * a directory at most once at a time, and does not fork while it is open. The structure of the
 * file (a thousandth of it) is checked before LMDB sees it. */
khop_status store_open(store **out_store, const char *directory, khop_error *err);
void store_close(store *s);
uint64_t store_row_count(const store *s);
/* Clusters are 0..count-1; 0 also when the run made none. */
uint64_t store_cluster_count(const store *s);
size_t store_field_count(const store *s);
const char *store_field_name(const store *s, size_t field);
const char *store_schema(const store *s);
/* Postings of a table; 0 when the store does not have it. */
uint64_t store_table_postings(const store *s, uint32_t table);
/* Borrowed until store_close; NULL when there is none. */
const char *store_meta(const store *s, const char *name);

/* One reader's state: a read transaction and the last chunks decoded; one thread at a time. */
typedef struct store_view store_view;
khop_status store_view_begin(store_view **out_view, store *s, khop_error *err);
void store_view_end(store_view *v);
/* Its records are read in order, once: what it has read does not stay in the process's memory. */
void store_view_read_once(store_view *v);

typedef struct store_record {
  uint32_t row, source;
  uint64_t line;
  size_t field_count;
  const char *const *fields; /* not NUL-terminated; borrowed from the view until its next record */
  const uint32_t *lengths;
} store_record;

/* A damaged chunk is KHOP_INPUT and names its place; a row beyond the last is KHOP_USAGE. Rows read
 * in order cost a chunk's decoding once, which takes about a millisecond. */
khop_status store_read_record(store_view *v, uint32_t row, store_record *out, khop_error *err);
/* The same for a row at random: of its chunk nothing else is decoded, but in a store of version 1. Borrowed until the view's next record, too. */
khop_status store_pick_record(store_view *v, uint32_t row, store_record *out, khop_error *err);
/* Tells that the row will be picked soon, and asks the memory for the first of what that reads. Any row may be told. */
void store_ask_record(store_view *v, uint32_t row);
/* Of such a row one field alone, below the field count. Borrowed likewise. */
khop_status store_pick_field(store_view *v, uint32_t row, size_t field, store_text *out, khop_error *err);
/* Rows under a key, ascending; borrowed from the view until its next postings. None is KHOP_OK, 0. */
khop_status store_read_postings(store_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows,
                                size_t *out_count, khop_error *err);
/* Tells that these postings will be read soon, and asks the memory for them: who looks up several keys asks for all before it reads the first. */
void store_ask_postings(store_view *v, uint32_t table, uint64_t key);
/* Every posting of a table in order, to `visit`; a table that is not there has none. */
typedef khop_status store_posting_visit(void *context, uint64_t key, uint32_t row, khop_error *err);
khop_status store_each_posting(store_view *v, uint32_t table, store_posting_visit *visit, void *context, khop_error *err);
/* A long fact, for mem_free; NULL when there is none. */
khop_status store_read_text(store_view *v, const char *name, char **out_text, khop_error *err);
/* STORE_ROW_NONE when the row has none. */
khop_status store_read_cluster(store_view *v, uint32_t row, uint32_t *out_cluster, khop_error *err);

typedef struct store_table_stats {
  uint32_t table;
  uint64_t postings, chunks, bytes; /* bytes of values; pages round up to 4096 */
} store_table_stats;

typedef struct store_stats {
  uint64_t rows, clusters;
  uint64_t record_chunks, record_bytes, cluster_bytes;
  uint64_t file_bytes, used_bytes; /* of the file; of the pages in use */
  unsigned readers;                /* processes that read it, but for this one */
  size_t table_count;
  store_table_stats tables[STORE_TABLES_MAX];
} store_stats;

khop_status store_read_stats(store *s, store_stats *out, khop_error *err);

/* Files of the store that were compacted away or replaced, and are still open in processes that read them: bytes that the disk
 * gets back when these end. */
typedef struct store_held {
  uint64_t bytes;
  unsigned processes;
} store_held;
khop_status store_read_held(const char *directory, store_held *out, khop_error *err);
/* Where it was opened. */
const char *store_path(const store *s);
/* Reads everything: checksums, order of keys, counts against meta, rows and clusters in range. The
 * first fault is the error, with its place. */
khop_status store_verify(store *s, khop_error *err);

#endif
