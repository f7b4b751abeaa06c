/* One column of a record chunk, packed by what its values are like. Registers repeat words more than
 * lines: three simple codecs take 149 bytes a civil-birth record where LZ4 takes 165, in 0.62 of its time.
 *
 *   column = kind u8 | content
 *
 *   TEXT     a dictionary of pieces and, for each value, the numbers of its pieces: column_text.c
 *   DIGITS   numbers in a few shapes, "00/00/0000": column_digits.c
 *   COUNTER  the same where numbers count up: runs of differences
 *
 * The packer looks at the first values to choose; whatever it chooses, any bytes come back.
 */
#ifndef KHOP_INDEX_COLUMN_H
#define KHOP_INDEX_COLUMN_H

#include "index/bits.h"
#include "index/format.h"

enum { COLUMN_TEXT = 0, COLUMN_DIGITS = 1, COLUMN_COUNTER = 2 };

enum {
  COLUMN_ROWS_MAX = 1024,
  COLUMN_PIECES_MAX = 4096,  /* in a dictionary */
  COLUMN_TOKENS_MAX = 16384, /* pieces of all values; a column with more is not cut */
  COLUMN_SLOTS = 2 * COLUMN_PIECES_MAX,
  COLUMN_SHAPES_MAX = 64,
  COLUMN_DIGITS_BYTES_MAX = 16, /* of a value */
  COLUMN_SAMPLE = 16            /* values that decide on the kind */
};

/* Behind each text STORE_TEXT_SLACK_BYTES may be read. */
typedef struct column_cell {
  const char *text;
  uint32_t length;
} column_cell;

/* first and last: the first 8 bytes, and the 8 behind them or, beyond 16, the last 8; 0 fills. */
typedef struct column_piece {
  uint64_t first, last;
  const char *text;
  uint32_t length;
} column_piece;

/* Memory for packing one column after the other. */
typedef struct column_packer {
  uint16_t slots[COLUMN_SLOTS]; /* number of a piece + 1, by its hash; 0: empty */
  column_piece pieces[COLUMN_PIECES_MAX];
  uint32_t piece_count;
  uint16_t tokens[COLUMN_TOKENS_MAX];
  uint64_t numbers[COLUMN_ROWS_MAX];
  uint8_t shapes[COLUMN_ROWS_MAX];
} column_packer;

/* What a column takes at most, beyond its texts: lengths, tokens or numbers, a word of slack. */
enum { COLUMN_OVERHEAD_MAX = COLUMN_PIECES_MAX * 5 + COLUMN_TOKENS_MAX * 2 + 64 };

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

/* NULL, or a fact. *cursor moves behind the column. */
const char *column_unpack(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end);
const char *column_text_unpack(column_unpacker *u, column_target *to, const uint8_t **cursor, const uint8_t *end);
const char *column_digits_unpack(column_unpacker *u, column_target *to, bool counter, const uint8_t **cursor,
                                 const uint8_t *end);

/* Numbers as runs of equal differences (the first to 0): (zigzag of the difference, length of the run),
 * two varints a run. At most RUN_BYTES_MAX a number. */
enum { RUN_BYTES_MAX = VARINT_BYTES_MAX + 2 };
uint8_t *runs_pack(uint8_t *out, const uint64_t *numbers, size_t count);
const char *runs_unpack(uint64_t *numbers, size_t count, const uint8_t **cursor, const uint8_t *end);

/* Eight bytes of a text, the low `length` of them kept. */
static inline uint64_t load_low(const char *text, size_t length) {
  static const uint64_t kept[9] = {0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff,
                                   0xffffffffffffff, UINT64_MAX};
  uint64_t word;
  memcpy(&word, text, sizeof word);
  return word & kept[length];
}

#endif
