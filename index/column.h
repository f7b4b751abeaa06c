/* One column of a record chunk, packed by what its values are like. Registers repeat words more than
 * lines: three simple codecs take 125 bytes a civil-birth record in chunks of 4,096, where it has 300.
 *
 *   column = kind u8 | content
 *
 *   TEXT     a dictionary of pieces and, for each value, the numbers of its pieces: column_text.c
 *   DIGITS   numbers in a few shapes, "00/00/0000": column_digits.c
 *   COUNTER  the same where numbers count up: runs of differences, column_runs.c
 *
 * Every few rows a column says where it stands, so that one row is read without those before it. The packer looks at
 * the first values to choose; whatever it chooses, any bytes come back.
 */
#ifndef KHOP_INDEX_COLUMN_H
#define KHOP_INDEX_COLUMN_H

#include "index/bits.h"
#include "index/format.h"

enum { COLUMN_TEXT = 0, COLUMN_DIGITS = 1, COLUMN_COUNTER = 2 };

enum {
  COLUMN_ROWS_MAX = 4096,
  COLUMN_PIECES_MAX = 16384, /* in a dictionary */
  COLUMN_TOKENS_MAX = 65535, /* pieces of all values; a column with more is not cut */
  COLUMN_SLOTS = 2 * COLUMN_PIECES_MAX,
  COLUMN_CUT_BYTES_MAX = 255, /* longer values are one piece */
  COLUMN_SHAPES_MAX = 64,
  COLUMN_DIGITS_BYTES_MAX = 16, /* of a value */
  COLUMN_SAMPLE = 16            /* values that decide on the kind */
};

/* Behind each text STORE_TEXT_SLACK_BYTES may be read. */
typedef store_text column_cell;

/* Pieces on their way into the dictionary. */
enum { PIECE_BLOCK = 2 * (COLUMN_CUT_BYTES_MAX + 1), PIECE_SLACK = 4 /* places that are written with nothing */ };
typedef struct piece_block {
  size_t count, before; /* pieces in it; tokens of the rows before it */
  uint16_t *starts;     /* of each row the number of its first token */
  column_cell pieces[PIECE_BLOCK + PIECE_SLACK];
} piece_block;

/* A piece's first 16 bytes and its last 16; of a shorter one, all of it twice, filled with 0. Pieces of one
 * length up to PIECE_HEAD_BYTES with equal heads are equal. */
enum { PIECE_HEAD_BYTES = 32 };
typedef struct piece_head {
  uint64_t words[PIECE_HEAD_BYTES / 8];
} piece_head;

/* Pieces from place 1 on, with room for what a block brings to a full one. */
enum { DICTIONARY_PLACES = COLUMN_PIECES_MAX + PIECE_BLOCK + 2 };
typedef struct column_dictionary {
  size_t count;
  uint16_t slots[COLUMN_SLOTS + 1]; /* place of a piece, by its hash; 0: empty. The last is written with nothing */
  piece_head heads[DICTIONARY_PLACES];
  column_cell pieces[DICTIONARY_PLACES];
} column_dictionary;

/* A value with 0 for each digit, filled with 0 bytes. */
typedef struct digit_shape {
  uint64_t text[COLUMN_DIGITS_BYTES_MAX / 8];
} digit_shape;

enum { SHAPE_GUESSES = 256, SHAPE_NONE = 255 };
typedef struct shape_table {
  size_t count;
  digit_shape texts[COLUMN_SHAPES_MAX];
  uint8_t lengths[COLUMN_SHAPES_MAX]; /* SHAPE_NONE where there is no shape yet */
  uint8_t ends[COLUMN_SHAPES_MAX];    /* of the digits: behind the last; without any, that of all values */
  uint8_t spans[COLUMN_SHAPES_MAX];   /* from the first digit to the last */
  uint8_t guesses[SHAPE_GUESSES];     /* by a shape's hash: the last with it */
} shape_table;

typedef struct column_kernels column_kernels;

/* Memory for packing one column after the other. */
typedef struct column_packer {
  const column_kernels *kernels;
  piece_block block;
  column_dictionary dictionary;
  uint16_t tokens[COLUMN_TOKENS_MAX + 1];
  uint16_t starts[COLUMN_ROWS_MAX];
  shape_table shape_table;
  uint16_t shapes[COLUMN_ROWS_MAX];
  uint64_t numbers[COLUMN_ROWS_MAX];
} column_packer;

/* What a column takes at most, beyond its texts: lengths and where they stand, tokens or numbers, a word of slack. */
enum { COLUMN_OVERHEAD_MAX = COLUMN_PIECES_MAX * 5 + COLUMN_TOKENS_MAX * 2 + COLUMN_ROWS_MAX + 2048 };

/* Each returns the end of what it wrote. */
uint8_t *column_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows);
uint8_t *column_text_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows);
/* NULL when the values have too many shapes or one is too long. */
uint8_t *column_digits_pack(column_packer *p, uint8_t *out, const column_cell *cells, size_t rows);

/* Memory for unpacking one column after the other. */
typedef struct column_unpacker {
  struct column_slice {
    const uint8_t *text;
    size_t length;
  } pieces[COLUMN_PIECES_MAX];
  uint64_t numbers[COLUMN_ROWS_MAX];
} column_unpacker;

/* Where a column's values go: that of `row` is number row * stride; its text is written to `text`. */
typedef struct column_target {
  size_t rows, stride;
  const char **fields;
  uint32_t *lengths;
  char *text;
  size_t room; /* bytes from text on */
} column_target;

/* The bytes of a column, all of them its own. */
typedef struct column_bytes {
  const uint8_t *bytes, *end;
} column_bytes;

/* NULL, or a fact. */
const char *column_unpack(column_unpacker *u, column_target *to, column_bytes from);
const char *column_text_unpack(column_unpacker *u, column_target *to, column_bytes from);
const char *column_digits_unpack(column_unpacker *u, column_target *to, column_bytes from);

/* ---- one value alone ----------------------------------------------------------------------------
 *
 * A column is opened once, and then any row of it is read. The values of a record lie in as many places as it has columns, and
 * each in several: what costs is to wait for the memory. So a value is read in steps, each of them done for all columns before
 * the next, and each asks the memory for what the next one reads:
 *
 *   ask      by the row's number: where its tokens begin, its shape       prefetched: starts, ends, shape numbers
 *   near     the tokens                                                   tokens
 *   find     its pieces by number; its shape, the place of its number     lengths of pieces; numbers
 *   locate   where the pieces are                                         texts
 *   write    the value
 */
typedef struct text_column {
  uint8_t kind, cut, length_bytes, width; /* of a token */
  uint16_t field, piece_count, token_count;
  uint16_t window_count; /* from a token below it on tokens may be read by the word */
  uint32_t text_bytes, token_bytes;
  const uint8_t *groups, *ends, *starts, *texts, *tokens; /* each right behind the one before */
} text_column;

/* What is to know of a shape. */
typedef struct shape_form {
  digit_shape text, digits; /* digits: 0x0f in the place of each */
  uint8_t length, end, span, width; /* width: the bits of a number */
} shape_form;

typedef struct digit_column {
  uint8_t kind, shape_count, shape_width; /* of a shape number */
  uint8_t widths[16];                     /* of the first shapes */
  uint16_t field;
  uint32_t number_bytes, shape_number_bytes;
  const shape_form *forms;
  const uint8_t *shape_numbers, *starts, *numbers; /* starts: of a counter, its runs */
} digit_column;

/* Refers to the column's bytes, and to the forms of its shapes. `field` is the caller's: where in the target its values go. */
typedef union open_column {
  uint8_t kind;
  text_column text;
  digit_column digits;
} open_column;

/* A piece of a value on its way: its number is known, then where it is, then where it was written. */
typedef struct column_piece {
  const text_column *of;
  const uint8_t *text;
  const char *at;
  uint32_t length, number;
} column_piece;

/* Those of all values of a record, in the order of the columns. Starts zeroed; items for mem_free. */
typedef struct column_pieces {
  column_piece *items;
  size_t count, capacity;
} column_pieces;

/* A value on its way. */
typedef struct column_value {
  size_t first_piece;  /* of a text */
  size_t shape, place; /* of digits: where the number is, in bits */
} column_value;

/* How many forms there must be room for. */
size_t column_shapes(column_bytes from);
/* All return NULL, or a fact. After a fact no further step may follow. */
extern const char column_memory[]; /* no fact of the column: there is no memory */
const char *column_open(open_column *out, shape_form *forms, size_t rows, column_bytes from);
/* All steps of one column. */
const char *column_pick(const open_column *c, size_t rows, size_t wanted, column_pieces *pieces, column_target *to);

/* Of `count` columns of the one kind or the other, each step. A value goes to the place of its column's field; behind the target's room there
 * are STORE_TEXT_SLACK_BYTES that may be written. */
const char *column_text_open(text_column *out, size_t rows, column_bytes from);
void column_texts_ask(const open_column *columns, size_t count, size_t wanted);
void column_texts_near(const open_column *columns, size_t count, size_t wanted);
const char *column_texts_find(const open_column *columns, size_t count, size_t wanted, column_value *values, column_pieces *to);
const char *column_texts_locate(column_pieces *pieces);
const char *column_texts_write(const open_column *columns, size_t count, const column_value *values, column_pieces *pieces, column_target *to);
const char *column_digits_open(digit_column *out, shape_form *forms, size_t rows, column_bytes from);
void column_digits_ask(const open_column *columns, size_t count, size_t wanted);
const char *column_digits_find(const open_column *columns, size_t count, size_t rows, size_t wanted, column_value *values);
const char *column_digits_write(const open_column *columns, size_t count, size_t rows, size_t wanted, const column_value *values,
                                column_target *to);

/* ---- runs: column_runs.c ---------------------------------------------------------------------- */

/* Numbers as runs of equal differences (the first to 0): (zigzag of the difference, length of the run),
 * two varints a run. At most RUN_BYTES_MAX a number. */
enum { RUN_BYTES_MAX = VARINT_BYTES_MAX + 2 };
uint8_t *runs_pack(uint8_t *out, const uint64_t *numbers, size_t count);
const char *runs_unpack(uint64_t *numbers, size_t count, const uint8_t **cursor, const uint8_t *end);

/* The same in blocks of RUN_BLOCK_ROWS numbers, each as if it stood alone, behind a list of where they begin. */
enum { RUN_BLOCK_ROWS = 256, RUN_BLOCKS_MAX = COLUMN_ROWS_MAX / RUN_BLOCK_ROWS };
uint8_t *run_blocks_pack(uint8_t *out, const uint64_t *numbers, size_t count);
const char *run_blocks_unpack(uint64_t *numbers, size_t count, column_bytes from);
/* One of them: two steps that ask the memory for what the next one reads, and the number. */
void run_blocks_ask(const uint8_t *list, size_t wanted);
const char *run_blocks_near(size_t count, size_t wanted, column_bytes from);
const char *run_blocks_pick(size_t count, size_t wanted, uint64_t *out_number, column_bytes from);

/* ---- digits, of both versions: column_digits.c ----------------------------------------------------- */

/* Of numbers below 10^span. */
unsigned digits_span_bits(unsigned span);
/* A shape as it is told; that it is one is not asked. */
void shape_add(shape_table *t, const digit_shape *shape, size_t length);
/* The shape with the number's digits in its places. */
const char *digits_write(column_target *to, size_t row, const shape_table *t, size_t shape, uint64_t number);

/* 0x0f in each byte that is a digit. */
static inline uint64_t digit_nibbles(uint64_t word) {
  const uint64_t low7 = 0x7f7f7f7f7f7f7f7f;
  uint64_t value = word ^ 0x3030303030303030;                             /* digits: 0 to 9 */
  uint64_t is_digit = ~(((value & low7) + 0x7676767676767676) | value) & ~low7; /* others reach the top bit */
  return (is_digit >> 7) * 0xf;
}

#endif
