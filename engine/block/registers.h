/* The registers of a table: one behind the other, and which pairs of rows are candidates.
 *
 *   rows  0 ........ first[1] ........ first[2] ........ first[count]
 *         register 0  | register 1      | register 2      |
 *
 * Of one register all pairs are candidates; of several those of two registers, and those inside a register that is deduplicated
 * before it is linked. Zeroed, there is one.
 */
#ifndef KHOP_BLOCK_REGISTERS_H
#define KHOP_BLOCK_REGISTERS_H

#include <khop.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sort.h"

typedef struct table_registers {
  size_t count;                          /* 0 or 1: one register */
  uint32_t first[KHOP_REGISTERS_MAX + 1]; /* row of each, then the number of rows; with several */
  unsigned within;                       /* of several: a bit for each whose own pairs are candidates */
} table_registers;

static inline bool registers_linked(const table_registers *r) { return r->count > 1; }
static inline bool registers_within(const table_registers *r, size_t number) { return r->within >> number & 1; }

/* Which of several a row is of. */
static inline size_t register_of(const table_registers *r, uint32_t row) {
  size_t number = 0;
  while (number + 1 < r->count && row >= r->first[number + 1]) number++;
  return number;
}

/* Is the pair of two different rows a candidate? */
static inline bool registers_pair(const table_registers *r, uint32_t row, uint32_t other) {
  if (!registers_linked(r)) return true;
  size_t a = register_of(r, row), b = register_of(r, other);
  return a != b || registers_within(r, a);
}

/* Where each register's items start among those of a block, whose rows ascend; then their number. */
void registers_split(const table_registers *r, const sort_item *items, size_t count, size_t out_starts[KHOP_REGISTERS_MAX + 1]);
/* Candidates among all pairs of so many rows of each register. */
double registers_pairs(const table_registers *r, const uint64_t *rows);
/* The registers of a part of the table, which has these of its rows, ascending. */
table_registers registers_of_part(const table_registers *r, const uint32_t *rows, size_t count);

#endif
