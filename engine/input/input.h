/* Input: files of delimited text become batches of whole rows, and batches become fields.
 *
 *   input_open    looks at each file: compression, BOM, delimiter, header; refuses what cannot be a table
 *   input_next    one thread: the next batch of whole rows, as bytes (finds row ends, quotes respected)
 *   input_parse   any thread, any batch: rows x columns of fields, unquoted; rows that cannot be read
 *
 * Several files are one register. Each has its own header; columns are addressed by source, and
 * the caller maps names to columns. Memory is bounded by the batches in flight, and in input_next by
 * a row and a batch.
 *
 * Text leaves as UTF-8. The charsets of a file are found when it is opened (source_charset.h); the rest is done by
 * input_parse, row by row, and rows that are in none of them are rejected.
 *
 * Text is RFC 4180 with room for what registers do: rows end in LF or CRLF; a quote opens a quoted
 * field only as the first byte of the field that is not blank, elsewhere it is data; blanks around a
 * quoted field are not part of it, blanks of a plain field are; blank lines are no rows, but count as
 * lines. One bad quote costs one line: a row without an end within row_bytes_max, and a row of several
 * lines with text after a closing quote, are rejected, and reading goes on at their second line. The
 * first verdict costs a look at row_bytes_max bytes, so a file that leaves a quote open on every line
 * reads slowly: about 0.5 ms a line at the default.
 */
#ifndef KHOP_INPUT_INPUT_H
#define KHOP_INPUT_INPUT_H

#include "base/control.h"
#include "base/memory.h"
#include "base/status.h"
#include "normalise/date.h"

typedef struct input_options {
  const char *const *paths; /* "-" is standard input, at most once; copied */
  size_t path_count;
  char delimiter;        /* ',', '\t', ';', '|'; 0: found per file */
  size_t row_bytes_max;  /* longer rows (without their LF) are rejected; 0: 1 MiB; at most 1 GiB */
  size_t batch_bytes;    /* text per batch, more where one row needs it; 0: 1 MiB; at most 1 GiB */
  const char *charset;   /* of all files, as charset_from_name knows it; NULL or "auto": found per file */
  bool wants_evidence;   /* keep what speaks for the charsets found (source_charset.h), for whoever shows it */
  const khop_control *control; /* stops input_open and input_next, also where they wait for a pipe; NULL: none */
} input_options;

typedef struct input input;

typedef struct input_source {
  const char *name;          /* the path's last part, or the path where files share that; "stdin" */
  const char *path;
  size_t column_count;
  /* Header names: UTF-8, trimmed, unquoted, of several lines with a blank between; "(column 3)" where there is none. Behind
   * the file's own come those that were joined of parts (joined.h). */
  const char *const *columns;
  char delimiter;
  const char *compression;   /* "none", "gzip", "zstd" */
  bool had_bom;
  uint64_t size_bytes;       /* of the file on disk; 0 when unknown (a pipe) */
  const date_order_evidence *date_orders; /* a column each: what the dates in a sample of its rows say */
} input_source;

/* Refuses with one message: missing file, directory, empty file, header only, binary content,
 * duplicate column names, more than 4,096 columns, a forced delimiter that leaves one column.
 * Ordinary files are closed again until their turn; one that changed by then fails input_next. */
khop_status input_open(input **out_input, const input_options *options, khop_error *err);
void input_close(input *in);
size_t input_source_count(const input *in);
/* Borrowed until input_close. */
const input_source *input_source_at(const input *in, size_t source);
/* Bytes of the files taken so far / in all (0 when unknown), for progress; any thread. */
uint64_t input_bytes_done(const input *in);
uint64_t input_bytes_total(const input *in);

typedef enum input_reason {
  INPUT_FIELD_COUNT = 1, /* fewer or more fields than the header */
  INPUT_ROW_TOO_LONG,    /* over row_bytes_max without a row end */
  INPUT_NUL_BYTE,
  INPUT_NOT_UTF8,
  INPUT_QUOTE_OPEN,      /* a quote that is never closed */
  INPUT_QUOTE_STRAY,     /* text after a closing quote */
  INPUT_UNDECODABLE      /* in none of the charsets that the file holds */
} input_reason;

typedef struct input_reject {
  uint64_t line;        /* 1-based line on which the row starts */
  uint64_t byte_offset; /* of the row's first byte in the decompressed file */
  input_reason reason;
  uint32_t found, expected; /* INPUT_FIELD_COUNT: fields; INPUT_UNDECODABLE: expected is the charset, 0 of several */
} input_reject;

/* Where the fields of a batch end, as far as finding its rows has told it: in all rows but those of the
 * walked stretches and those rejected. Places in the text, ascending. */
typedef struct input_stretch {
  uint32_t start, end;
} input_stretch;

typedef struct input_field_ends {
  uint32_t *ends;
  size_t end_count, end_capacity;
  input_stretch *walked; /* of one row or more */
  size_t walked_count, walked_capacity;
} input_field_ends;

/* Whole rows of one source, as they stand in the file. Reused from call to call. */
typedef struct input_batch {
  size_t source;
  uint64_t first_line, first_byte;
  char *text;      /* `bytes` bytes, then 64 bytes of zero padding */
  size_t bytes, capacity;
  input_reject *rejects; /* rows that input_next gave up: too long, a quote open or stray over lines */
  size_t reject_count, reject_capacity;
  input_field_ends fields; /* for input_parse */
} input_batch;

void input_batch_free(input_batch *batch);
/* Fills the next batch in file order; *out_more is false at the end (batch empty). One thread. A
 * batch may hold rejects and no text. After a failure the batch is empty and the input of no more
 * use but to be closed. */
khop_status input_next(input *in, input_batch *batch, bool *out_more, khop_error *err);

typedef struct input_field {
  const char *text; /* in the batch's text, unescaped in place, or decoded; not NUL-terminated */
  uint32_t length;
} input_field;

typedef struct input_rows {
  size_t row_count, column_count;
  input_field *fields; /* row_count x column_count, blanks of plain fields kept; valid as long as the
                        * batch's text is, and these rows are. 64 bytes behind each may be read */
  uint64_t *lines;     /* row_count: 1-based line */
  uint64_t *offsets;   /* row_count: byte offset */
  size_t row_capacity, field_capacity;
  input_reject *rejects; /* in line order, those of the batch included */
  size_t reject_count, reject_capacity;
  size_t decoded_rows, decoded_bytes; /* rows with fields that are not in the batch's text; those fields */
  struct row_texts *texts;  /* where they are */
  struct joined_texts *joined; /* where the values of joined columns are */
} input_rows;

void input_rows_free(input_rows *rows);
/* Splits a batch, once: it writes into the batch's text. Thread-safe for distinct batches and rows. */
khop_status input_parse(const input *in, input_batch *batch, input_rows *rows, khop_error *err);

/* The hash of the batch's text, at any instruction set the same; before input_parse, which changes the text. */
uint64_t input_batch_hash(const input *in, const input_batch *batch);

/* "7 fields, expected 9", "quote never closed", ... into text; never a value. */
void input_reject_describe(const input_reject *reject, char *text, size_t text_bytes);
/* The reason's code for rejected.csv: "field_count", "row_too_long", ... */
const char *input_reason_code(input_reason reason);

#endif
