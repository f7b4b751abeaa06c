/* What is remembered of each record beside its features: its id, and where it stood; and the rows
 * that were rejected.
 *
 * Where memory is short, ids and origins are in a file: a cursor reads ids in the order of the rows, and record_id knows
 * those that records_gather fetched, for whoever asks for a few.
 */
#ifndef KHOP_FEATURE_RECORDS_H
#define KHOP_FEATURE_RECORDS_H

#include "base/spill.h"
#include "base/status.h"
#include "input/input.h"

typedef struct record_origin {
  uint64_t byte_offset;
  uint32_t line, source;
} record_origin;

/* Why a row is not in the result. The first ones are input_reason. */
enum { REJECT_NO_ID = 100, REJECT_DUPLICATE_ID = 101 };

typedef struct rejected_row {
  uint32_t source, reason;
  uint64_t line, byte_offset;
  uint64_t found, expected; /* field counts; REJECT_DUPLICATE_ID: found = line of the first */
} rejected_row;

typedef struct records {
  region id_bytes;   /* ids end to end */
  region id_ends;    /* u64 a row: where its id ends */
  region origins;    /* record_origin a row; unmapped after the check for duplicate ids */
  size_t count, capacity;
  uint64_t id_used;
  uint64_t *source_rows; /* first row of each source, then the end */
  size_t source_count;
  rejected_row *rejects;
  size_t reject_count, reject_capacity;
  spill_file *file;  /* NULL: all in memory. Else the regions hold gathered ids, and the streams everything */
  spill_stream file_bytes, file_ends, file_origins;
  uint32_t *gathered; /* rows, ascending */
  size_t gathered_count;
} records;

khop_status records_init(records *r, size_t source_count, khop_error *err);
void records_free(records *r);
khop_status records_reserve(records *r, size_t rows, size_t id_bytes, khop_error *err);
/* `rows` records of one source, their ids end to end. In memory room must have been reserved, and it cannot fail. */
khop_status records_append(records *r, size_t rows, const char *ids, const uint32_t *id_lengths, const record_origin *origins,
                           khop_error *err);
/* Moves what there is to `file` (borrowed), to which further records are appended; and the end of that. */
khop_status records_spill(records *r, spill_file *file, khop_error *err);
khop_status records_end(records *r, khop_error *err);
khop_status records_origin(const records *r, size_t row, record_origin *out, khop_error *err);
/* Origins are wanted no longer. */
void records_drop_origins(records *r);
/* record_id is to know these rows, ascending, each once; takes `rows`, which mem_free frees. In memory it knows all. */
khop_status records_gather(records *r, uint32_t *rows, size_t count, khop_error *err);
khop_status records_reject(records *r, rejected_row row, khop_error *err);

/* Where a gathered row is. */
size_t records_place(const records *r, size_t row);

static inline const char *record_id(const records *r, size_t row, size_t *out_length) {
  const uint64_t *ends = r->id_ends.data;
  if (r->file) row = records_place(r, row);
  uint64_t start = row ? ends[row - 1] : 0;
  *out_length = (size_t)(ends[row] - start);
  return (const char *)r->id_bytes.data + start;
}

/* Ids in the order of the rows, wherever they are. Starts with `all` set and the rest zeroed. */
typedef struct record_cursor {
  const records *all;
  size_t first, last; /* rows that are loaded */
  region bytes, ends;
  uint64_t start;     /* of the first id's bytes */
} record_cursor;

/* The next id; rows ascend. Valid until the next call. NULL: the file could not be read, as *err says. */
const char *record_cursor_id(record_cursor *c, size_t row, size_t *out_length, khop_error *err);
void record_cursor_free(record_cursor *c);

/* "duplicate_id" and the like, for rejected.csv. */
const char *reject_code(uint32_t reason);
void reject_describe(const rejected_row *row, char *text, size_t text_bytes);
/* By source, then line. */
void records_sort_rejects(records *r);

#endif
