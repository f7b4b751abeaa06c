/* A living store: a directory of write-once stores that grows by one with every change.
 *
 *   STORE/frame                what never changes: schema, term frequencies, options (store.h; no records)
 *   STORE/model.json           the model that goes with it
 *   STORE/00000001-00000001    segment of run 1: its records, their keys, and what became of older rows
 *   STORE/00000002-00000002    segment of run 2
 *   STORE/00000001-00000002    both, compacted: stands for every segment whose runs are among its own
 *
 * Rows are counted through all segments in order, from 0. A segment is built beside and takes its name when it is whole
 * and on the disk: that one rename publishes a run, and whatever kills a writer before leaves the last published state.
 * A reader opens the segments that it finds and sees that state for as long as it likes. What later segments say of older
 * rows only adds up (links, links dropped, dead rows) or replaces (the newest word on a row's entity counts), so that
 * nothing is ever changed in place.
 */
#ifndef KHOP_INDEX_SEGMENTS_H
#define KHOP_INDEX_SEGMENTS_H

#include "index/store.h"

#define SEGMENTS_FRAME "frame"
#define SEGMENTS_MODEL "model.json"

/* Facts of a segment's meta, in decimal. */
#define SEGMENT_META_NEXT_ENTITY "next_entity"
#define SEGMENT_META_TIME "time"     /* 2025-01-31T22:00:00Z */
#define SEGMENT_META_ACTION "action" /* create, add, delete, decide, compact */

typedef struct segment {
  uint32_t from, to; /* runs */
  uint32_t first_row, rows;
  store *store;
} segment;

typedef struct segments {
  char *directory;
  store *frame;
  segment *items; /* by run */
  size_t count, capacity;
  uint32_t rows, last_run;
  uint64_t *dead; /* a bit for each row */
  uint64_t dead_rows;
} segments;

bool segments_found(const char *directory);
/* KHOP_INPUT when a run is missing between two segments, or one is damaged. */
khop_status segments_open(segments *out, const char *directory, khop_error *err);
void segments_close(segments *s); /* safe on what is zeroed, or failed to open */
/* One writer at a time: waits so long while there is another, then KHOP_ENVIRONMENT. *out_lock for close(). */
khop_status segments_lock(const char *directory, unsigned wait_seconds, const khop_control *control, int *out_lock, khop_error *err);
/* Removes what dead writers and compacted runs left. Under the lock. */
khop_status segments_sweep(const char *directory, khop_error *err);
/* Removes a whole living store that was never finished; what is not its own stays. One that is not there is fine. */
khop_status segments_remove(const char *directory, khop_error *err);
/* Where the segment of these runs goes: for mem_free, NULL when out of memory. */
char *segments_path(const char *directory, uint32_t from, uint32_t to);

static inline bool segments_dead(const segments *s, uint32_t row) { return s->dead[row / 64] >> (row % 64) & 1; }
/* For the rest of the life of `s`. */
void segments_kill(segments *s, uint32_t row);
/* Which segment has the row. */
size_t segments_of_row(const segments *s, uint32_t row);

/* One thread's views of all segments. */
typedef struct segments_view {
  const segments *segments;
  store_view **views;
  uint32_t *rows; /* of the last answer */
  size_t capacity;
} segments_view;

khop_status segments_view_begin(segments_view *v, const segments *s, khop_error *err);
void segments_view_end(segments_view *v);
/* As store_read_record, by the row in the living store; out->row is that of its segment. */
khop_status segments_read_record(segments_view *v, uint32_t row, store_record *out, khop_error *err);
/* And as store_pick_record. */
khop_status segments_pick_record(segments_view *v, uint32_t row, store_record *out, khop_error *err);
/* As store_ask_record. */
void segments_ask_record(segments_view *v, uint32_t row);
/* As store_pick_field. */
khop_status segments_pick_field(segments_view *v, uint32_t row, size_t field, store_text *out, khop_error *err);
/* Live rows under a key of a table of the segments' own rows (ids, identifiers, rules), ascending; until the next call. */
khop_status segments_read_rows(segments_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows, size_t *out_count,
                               khop_error *err);
/* As store_ask_postings, of such a table. */
void segments_ask_rows(segments_view *v, uint32_t table, uint64_t key);
/* The same with dead rows. */
khop_status segments_read_all_rows(segments_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows, size_t *out_count,
                                   khop_error *err);
/* What all segments say under a key of a table that counts rows through all of them (links, split keys): live rows, in the
 * order of the segments. */
khop_status segments_read_sum(segments_view *v, uint32_t table, uint64_t key, const uint32_t **out_rows, size_t *out_count,
                              khop_error *err);
/* The row's entity; 0 when it has none (a row that was rejected). */
khop_status segments_read_entity(segments_view *v, uint32_t row, uint32_t *out_entity, khop_error *err);
/* Rows of an entity of two or more, ascending; of others 0 or 1 of them: who wants an entity of one has its row. */
khop_status segments_read_members(segments_view *v, uint32_t entity, const uint32_t **out_rows, size_t *out_count, khop_error *err);

/* The entity of every row, 0 for those without one: (*out)[row], for mem_free. */
khop_status segments_read_entities(const segments *s, uint32_t **out, khop_error *err);

/* What the newest segment says under a fact's name; NULL: none says anything. */
const char *segments_meta(const segments *s, const char *name);

/* Everything read: all segments, and that what they say of rows is of rows that there are. */
khop_status segments_verify(const segments *s, khop_error *err);

#endif
