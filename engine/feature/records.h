/* What is remembered of each record beside its features: its id, and where it stood; and the rows
 * that were rejected.
 */
#ifndef KHOP_FEATURE_RECORDS_H
#define KHOP_FEATURE_RECORDS_H

#include "base/memory.h"
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
} records;

khop_status records_init(records *r, size_t source_count, khop_error *err);
void records_free(records *r);
khop_status records_reserve(records *r, size_t rows, size_t id_bytes, khop_error *err);
/* `rows` records of one source, their ids end to end. Room must have been reserved. */
void records_append(records *r, size_t rows, const char *ids, const uint32_t *id_lengths,
                    const record_origin *origins);
khop_status records_reject(records *r, rejected_row row, khop_error *err);

static inline const char *record_id(const records *r, size_t row, size_t *out_length) {
  const uint64_t *ends = r->id_ends.data;
  uint64_t start = row ? ends[row - 1] : 0;
  *out_length = (size_t)(ends[row] - start);
  return (const char *)r->id_bytes.data + start;
}

/* "duplicate_id" and the like, for rejected.csv. */
const char *reject_code(uint32_t reason);
void reject_describe(const rejected_row *row, char *text, size_t text_bytes);
/* By source, then line. */
void records_sort_rejects(records *r);

#endif
