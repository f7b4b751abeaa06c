/* Filters: one left row against neighbouring right rows, what columns alone tell of a measure.
 *
 *   out[i] = the measure of (left row, right row from + i), or MEASURE_UNKNOWN where only the texts themselves can say
 *
 * Most pairs of a wide block are told apart by a hash, by a number, or by which letters two texts have; asked so, without a
 * branch a pair and over columns in order, that costs a few cycles. The loops are plain C (filter_loops.h), compiled once
 * for each instruction set. The measures (measure*.c) are the specification: what a filter says must be what they say, or
 * serve every test that reads it as well.
 */
#ifndef KHOP_COMPARE_FILTER_H
#define KHOP_COMPARE_FILTER_H

#include "compare/plan.h"
#include "compare/view.h"

/* One left row, and `count` right rows from `right_row` on, of columns prepared as the filter needs them. */
typedef struct filter_run {
  const view_column *left, *right;
  size_t left_row, right_row, count;
  unsigned argument; /* of the measure */
} filter_run;

/* Works in steps of FILTER_STEP rows: so many values behind the last one of a column may be read, and bytes behind the last
 * one of `out` be written. */
enum { FILTER_STEP = 16 };
typedef void run_filter(const filter_run *run, uint8_t *restrict out);

/* The filter of a measure for an instruction set; NULL: it has none. */
typedef run_filter *filter_chooser(const measure *m, slot_kind kind);
filter_chooser filter_choose_scalar, filter_choose_avx2, filter_choose_avx512, filter_choose_neon;

/* The chooser for a level; scalar where this build has no other. */
filter_chooser *filters_for(cpu_level level);

/* What must have been prepared (view_prepare) in the columns of a measure before it is filtered: bits of view_parts. */
unsigned filter_parts(const measure *m, slot_kind kind);

#endif
