/* The three kinds of chunk and their decoders. Every decoder is given bytes whose checksum holds
 * and still trusts none of them: a wrong one returns a fact ("lengths exceed the text"), NULL is
 * success. */
#ifndef KHOP_INDEX_CHUNK_H
#define KHOP_INDEX_CHUNK_H

#include "index/column.h"

/* ---- records -------------------------------------------------------------------------------- */

enum {
  /* More rows share more words: a civil-birth record takes 171 bytes in chunks of 512, 147 of 1,024, 125 of 4,096. */
  RECORD_CHUNK_ROWS_MAX = COLUMN_ROWS_MAX,
  RECORD_CHUNK_TEXT_BYTES = 2 << 20,
  RECORD_CHUNK_TEXT_MAX = RECORD_CHUNK_TEXT_BYTES + STORE_RECORD_BYTES_MAX,
  /* Columns begin on different lines of a cache set. */
  RECORD_CHUNK_STRIDE = RECORD_CHUNK_ROWS_MAX + 4,
  /* A value: header, u32 bytes of all texts, u32 where each part begins; the parts: sources, lines, columns. */
  RECORD_PLACES_START = VALUE_HEADER_BYTES + 4,
  RECORD_PARTS_BEFORE = 2
};

/* What packing needs beside its result: the open chunk (where its texts are, column by column) and the
 * packer's memory. */
typedef struct batch_workspace {
  size_t rows, text_used;
  uint64_t sources[RECORD_CHUNK_ROWS_MAX];
  uint64_t lines[RECORD_CHUNK_ROWS_MAX];
  column_packer packer;
  column_cell cells[]; /* [field_count][RECORD_CHUNK_STRIDE] */
} batch_workspace;

struct store_batch {
  size_t field_count;
  batch_workspace *open; /* NULL before the first record */

  /* Closed chunks: values end to end, sealed but for their keys. */
  struct batch_chunks {
    uint8_t *values;
    size_t values_used, values_capacity;
    struct batch_chunk {
      uint32_t rows;
      size_t size_bytes;
    } *chunks;
    size_t count, capacity, rows;
  } closed;
};

/* A decoded chunk; zeroed at first, its memory is reused from chunk to chunk. */
typedef struct record_chunk {
  uint32_t rows;
  uint64_t *sources, *lines;
  char *text;
  const char **fields; /* [rows][field_count] */
  uint32_t *lengths;   /* the same */
  size_t text_capacity, source_capacity, line_capacity, field_capacity, length_capacity;
  column_unpacker *unpacker;
  column_value *values; /* of one row, on their way */
  column_pieces pieces;
  size_t value_capacity;
} record_chunk;

/* column_memory is said when there is no memory: no fault of the chunk. */
const char *record_chunk_decode(record_chunk *chunk, size_t field_count, const uint8_t *value, size_t size);
/* Can one row be had without the others? Not of version 1. */
bool record_chunk_is_direct(const uint8_t *value);
/* Such a chunk as its columns lie in the value: opened once, then any row of it is had alone. For mem_free. */
typedef struct open_record_chunk {
  uint32_t rows, text_bytes;
  size_t field_count, text_count;
  column_bytes sources, lines;
  open_column columns[]; /* [field_count], the texts first */
} open_record_chunk;
const char *record_chunk_open(open_record_chunk **out, size_t field_count, const uint8_t *value, size_t size);
/* Asks the memory for the first of what the next one reads of a row that it has. */
void record_chunk_ask(const open_record_chunk *c, uint32_t wanted);
/* Its source and line in [0], the fields in chunk->fields[0..field_count); chunk->rows stays 0. */
const char *record_chunk_pick(record_chunk *chunk, const open_record_chunk *c, uint32_t wanted);
/* Only chunk->fields[field] of it. */
const char *record_chunk_pick_field(record_chunk *chunk, const open_record_chunk *c, uint32_t wanted, size_t field);
void record_chunk_free(record_chunk *chunk);

/* ---- postings ------------------------------------------------------------------------------- */

/* Is a single key looked up in the table? Then its chunks have marks. */
bool posting_table_is_marked(uint32_t table);
/* Encodes as many of `postings` (count at least 1) as fit a page into out. Returns how many were
 * taken, in *out_size the bytes and in *out_kept those that did not repeat their predecessor. */
size_t posting_chunk_encode(uint8_t out[PAGE_VALUE_BYTES], const store_posting *postings, size_t count, bool is_marked,
                            size_t *out_size, uint32_t *out_kept);

/* Walks a chunk: key and row are the current posting after each next. */
typedef struct posting_reader {
  uint64_t key;
  uint32_t row;
  uint32_t index, count;
  const uint8_t *bytes;
  size_t size_bytes, position; /* in bits */
  unsigned key_bits, row_bits;
  const uint8_t *marks;
  uint32_t mark_count;
} posting_reader;

const char *posting_reader_open(posting_reader *r, const uint8_t *chunk_key, const uint8_t *value, size_t size);
/* By what the key says. */
const char *posting_reader_open_at(posting_reader *r, uint64_t first_key, uint32_t first_row, const uint8_t *value, size_t size);
/* From the start of a chunk over postings of lower keys than `wanted`, as far as a mark stands there. */
void posting_reader_skip(posting_reader *r, uint64_t wanted);
/* Marks as close as 16 postings, in memory: of a chunk in which many keys are looked up. For mem_free. */
typedef struct posting_steps {
  size_t count;
  uint64_t steps[]; /* ascending: (its key - the chunk's first) << 16 | bits so far, of posting 16 * (i + 1) - 1 */
} posting_steps;
enum { POSTING_STEP = 16 };
/* Of a reader at the start of its chunk. NULL: without memory, where keys lie too far apart, and for a chunk that is not as it should be. */
posting_steps *posting_steps_make(const posting_reader *start);
/* As posting_reader_skip; looks first where `share` of the chunk (below 1) is. */
void posting_steps_skip(const posting_steps *steps, posting_reader *r, uint64_t wanted, double share);
/* From where it stands over postings of lower keys than `wanted`, as long as they are of the usual form; the row is not kept. */
void posting_reader_pass(posting_reader *r, uint64_t wanted);
/* Is the mark that tells of the current posting, if there is one, right? */
bool posting_reader_agrees(const posting_reader *r);
/* false at the end, or at a fault: then *fact is set. */
bool posting_reader_next(posting_reader *r, const char **fact);

/* ---- clusters ------------------------------------------------------------------------------- */

enum { CLUSTER_CHUNK_ROWS_MAX = 16384 };

/* As posting_chunk_encode. *next_new is the number that the next new cluster should have, 0 at
 * first; it is carried from chunk to chunk. */
size_t cluster_chunk_encode(uint8_t out[PAGE_VALUE_BYTES + 8], const uint32_t *clusters, size_t count,
                            uint32_t *next_new, size_t *out_size);

/* An open chunk: it lies where its value lies, or is decoded when of version 1. rows 0: none. */
typedef struct cluster_reader {
  uint32_t rows, next_new;
  unsigned width;
  bool is_decoded;
  const uint8_t *bits, *counts, *others;
  size_t other_bytes;
  uint32_t decoded[CLUSTER_CHUNK_ROWS_MAX];
} cluster_reader;

const char *cluster_reader_open(cluster_reader *r, const uint8_t *value, size_t size);
/* Does all of it agree? A reader is safe without asking. */
const char *cluster_reader_check(const cluster_reader *r);
/* Of a row below `rows`. */
uint32_t cluster_reader_get(const cluster_reader *r, uint32_t row);

#endif
