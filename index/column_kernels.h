/* The loops of packing that look at every byte or every piece, for each instruction set; scalar is the
 * specification.
 *
 *   cut     values -> where their pieces lie, which is each one's first        "Nguyễn |Văn |An"
 *   number  pieces -> their numbers in the dictionary, where they are put when new
 *   digits  values -> their shapes and numbers      "17/06/1983" -> "00/00/0000", 1700601983
 *
 * Texts may be read up to STORE_TEXT_SLACK_BYTES behind their ends; what lies there does not count. Hashes
 * differ from level to level: they lead to places, and what is there is compared.
 */
#ifndef KHOP_INDEX_COLUMN_KERNELS_H
#define KHOP_INDEX_COLUMN_KERNELS_H

#include "base/cpu.h"
#include "index/column.h"

struct column_kernels {
  /* Lists pieces of values from number `row` on, and their starts, while the block has room; returns the next value. Longer
   * values than COLUMN_CUT_BYTES_MAX are not cut. A piece that ends in the cut byte is followed by another. */
  size_t (*cut)(piece_block *block, const column_cell *cells, size_t row, size_t rows, uint8_t cut);
  /* The tokens of the packer's block. The dictionary may end up with more than COLUMN_PIECES_MAX pieces, all of
   * them from this block. */
  void (*number)(column_packer *p, uint16_t *tokens);
  /* p->shapes and p->numbers; false when a value is too long, or they have too many shapes. */
  bool (*digits)(column_packer *p, const column_cell *cells, size_t rows);
};

const column_kernels *column_kernels_for(cpu_level level);
extern const column_kernels column_kernels_avx2;

/* ---- what the levels share ------------------------------------------------------------------- */

/* Asks for both ends of a text that the loop will come to: it was read a while ago. */
static inline void column_prefetch(const column_cell *cells, size_t row, size_t rows) {
  enum { ahead = 16 };
  const column_cell *cell = &cells[row + ahead < rows ? row + ahead : row];
  __builtin_prefetch(cell->text);
  __builtin_prefetch(cell->text + cell->length);
}

/* A value as one piece, and the empty one that has to follow it if it ends in the cut byte. */
static inline void block_add_whole(piece_block *b, column_cell cell, uint8_t cut) {
  b->pieces[b->count++] = cell;
  if ((uint8_t)cell.text[cell.length - 1] == cut) b->pieces[b->count++] = (column_cell){.text = cell.text};
}

/* From `slot` on, the slot of a piece that has this head, or the empty one that it may have. */
size_t dictionary_find(const column_dictionary *d, size_t slot, const piece_head *head, column_cell piece);

static inline bool shape_is(const shape_table *t, size_t number, const digit_shape *shape, size_t length) {
  const uint64_t *text = t->texts[number].text;
  return ((text[0] ^ shape->text[0]) | (text[1] ^ shape->text[1]) | (t->lengths[number] ^ length)) == 0;
}

/* The number of a shape, put into the table when new; COLUMN_SHAPES_MAX when there is no more room. */
size_t shape_find(shape_table *t, const digit_shape *shape, size_t length);

#endif
