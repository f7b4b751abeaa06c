/* A living store at work: what create, add, delete, decide, match and compact share.
 *
 *   open.c         the frame: schema, model, frequencies; what all segments say at once (split keys, decisions)
 *   rows.c         stored records as feature rows again: the rows at hand
 *   incoming.c     files that come in: read, told apart into new, changed and known records
 *   candidates.c   which stored and new rows share a block with a new one; blocks that grow too large
 *   compare.c      pairs to weights
 *   evaluate.c     the components that a change touches, made clusters again
 *   entities.c     clusters to entities that keep their ids; the journal
 *   write.c        the change as a segment
 *   create.c, create_empty.c, job.c, decide.c, match.c, compact.c, history.c, export.c     the jobs
 *
 * Everything that decides is frozen in the frame (model, thresholds, term frequencies, limits of blocks), so that a pair
 * has one weight for ever, and what is found does not depend on the batches in which records came. A pair is compared
 * when its later record comes. A block that outgrows its limit is split for good, as a run over all would split it, and
 * the links are dropped that no rule finds any more.
 */
#ifndef KHOP_LIVE_LIVE_H
#define KHOP_LIVE_LIVE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/sort.h"
#include "base/text_stream.h"
#include "block/keys.h"
#include "cluster/clusters.h"
#include "index/segments.h"
#include "run/run.h"

typedef struct item_list {
  sort_item *items;
  size_t count, capacity;
} item_list;

typedef struct row_list {
  uint32_t *rows;
  size_t count, capacity;
} row_list;

/* From rows of the store to places among the rows at hand: open addressing. */
typedef struct row_map {
  uint64_t *slots; /* row + 1 << 32 | place; 0: free */
  size_t capacity, count;
} row_map;

enum { LIVE_PLACE_NONE = UINT32_MAX };

typedef struct live {
  char *directory;
  int lock; /* -1: not writing */
  segments segments;
  khop_options options; /* threads, memory, progress, control */
  progress progress;
  cpu_level level;
  pool *workers;
  unsigned threads;

  schema *schema;
  model model;
  score_tables *tables;
  compare_plan plan;
  conflict_plan *conflicts;
  linkage_kind linkage;
  uint64_t indexed; /* records that the frame's frequencies are shares of; 0: none were counted */
  size_t block_rows_max, window;
  int id_field; /* -1: ids are SOURCE:LINE */
  bool id_qualified;
  frequency_list frequencies[FREQUENCY_LISTS];
  uint32_t unlisted[SCHEMA_TERMS_MAX]; /* what a value that the list lacks counts as, less 1 */
  uint64_t **month_first; /* by segment: how many sources, then a mask for each */
  key_set split_keys, window_keys;
  item_list unlinked; /* pairs (lower row << 32 | higher) whose links were dropped, ascending */
  item_list decided;  /* decisions both ways: key row << 32 | other row, row 1 for must_link, 0 for cannot_link; ascending */
  uint32_t next_entity;
  uint64_t disk_need; /* bytes that the change takes on the disk, at least: for the message of a full one */

  /* The rows at hand: new ones in front, in the order of their rows, then stored ones as they were asked for. */
  feature_table table;
  uint32_t *numbers; /* by place: row in the store */
  const char **ids;  /* by place: record id */
  size_t room;       /* of numbers and ids */
  row_map places;
  size_t new_count;  /* new rows have the places 0 <= place < new_count */
  uint32_t first_new; /* and the rows from here on */

  /* By worker. */
  segments_view *views;
  text_memory **memories;
  comparer *comparers;
  arena *texts;
} live;

/* `writes`: takes the lock and sweeps. On failure live_close is still to be called. */
khop_status live_open(live *l, const char *directory, const khop_options *options, bool writes, khop_error *err);
void live_close(live *l);

khop_status item_list_add(item_list *list, uint64_t key, uint32_t row, khop_error *err);
khop_status item_list_sort(item_list *list, pool *workers, khop_error *err);
/* Drops items of the same key and row as the one before. */
void item_list_unique(item_list *list);
/* Is there an item of that key? Its place, or where it would stand. */
bool item_list_find(const item_list *list, uint64_t key, size_t *out_place);
/* The same, sooner, of a long list of hashes: they stand evenly. */
bool item_list_find_even(const item_list *list, uint64_t key, size_t *out_place);
khop_status row_list_add(row_list *list, uint32_t row, khop_error *err);
void row_list_sort(row_list *list); /* ascending, each once */

static inline uint64_t live_pair(uint32_t a, uint32_t b) { return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a; }

/* ---- rows.c ---- */

/* Makes stored rows rows at hand, from as few chunks as they stand in. Sorts the list. KHOP_ENVIRONMENT where that is more than
 * options.memory_bytes allows: with the least that does. */
khop_status live_gather(live *l, row_list *rows, khop_error *err);
/* No row is at hand any more. */
void live_let_go(live *l);
/* A stored record, of rows that are asked for in their order. `later`: the row LIVE_PICKED_APART places on, STORE_ROW_NONE without:
 * where so many stand near each other their chunk is unpacked, else a record is picked from it. */
khop_status live_read_record(live *l, unsigned worker, uint32_t row, uint32_t later, store_record *out, khop_error *err);
enum { LIVE_PICKED_APART = 512 /* of one chunk cost, picked, what unpacking it does */ };
/* LIVE_PLACE_NONE: not at hand. */
uint32_t live_place(const live *l, uint32_t row);
/* The table's rows from `first` on are new: their places and frequencies. */
khop_status live_take_new(live *l, khop_error *err);
static inline const uint8_t *live_row(const live *l, uint32_t place) { return feature_row(&l->table, place); }
/* The id of a stored record, as results name it, into `out`; how long it is. False: no room. */
bool live_record_id(const live *l, uint32_t row, const store_record *record, char *out, size_t room, size_t *out_length);
enum { LIVE_ID_BYTES = 4096 };
/* Live rows of this id, dead ones too with `with_dead`: the newest in *out_row, STORE_ROW_NONE without. */
khop_status live_find_id(live *l, const char *id, size_t length, bool with_dead, uint32_t *out_row, khop_error *err);

/* ---- change: what a job does to the store --------------------------------------------------- */

typedef struct live_change {
  const char *action;
  char time[32];
  item_list keys[SCHEMA_RULES_MAX]; /* of new rows: (key, place), sorted */
  item_list links;    /* new: pair, weight */
  item_list dropped;  /* pairs whose links stand no longer */
  item_list split;    /* (key after splitting, row) */
  key_set split_keys, window_keys; /* new ones */
  row_list dead;      /* rows that die now */
  item_list heirs;    /* (row that dies, the new row in its place) */
  item_list decisions; /* (pair, 1 must or 0 cannot) */
  row_list seeds;     /* rows whose components are to be looked at, beside the new ones */
  uint64_t pairs_compared;

  /* Outcome. */
  item_list entities; /* (row, entity) */
  item_list members;  /* (entity, row) */
  text_stream journal;
  size_t events;
  uint32_t next_entity;
  uint64_t merged, parted, joined, created;
} live_change;

/* Its dead rows are sorted. */
static inline bool live_dies(const live_change *change, uint32_t row) {
  size_t place = sorted_below(change->dead.rows, change->dead.count, row);
  return place < change->dead.count && change->dead.rows[place] == row;
}

/* ---- incoming.c ---- */

/* Files on their way in. */
typedef struct incoming {
  run run;
  store *store;   /* their records, as they came; NULL when they are not to be kept */
  uint32_t *from; /* by place of a new row: its row among the records as they came */
  uint64_t rows, rejected, unchanged, changed, fresh; /* rows: those read */
  char *directory; /* of the living store; NULL without `store` */
  bool opened;
} incoming;

/* Reads the files of l->options, and makes what is new or changed the new rows; what they replace goes to the change.
 * With `keeps` false (matching alone) all are new rows. On failure incoming_close is still to be called. */
khop_status incoming_read(incoming *in, live *l, bool keeps, live_change *change, khop_error *err);
/* What they and their segment take on the disk, at least, by what was read. */
uint64_t incoming_disk_need(const incoming *in, const live *l);
void incoming_close(incoming *in);

#endif
