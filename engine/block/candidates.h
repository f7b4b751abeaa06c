/* Candidate pairs in batches: what blocking hands to comparing.
 *
 * A batch names up to BATCH_ROWS table rows and the pairs among them by their places in it, so that
 * each row is fetched once, however many pairs it has. It mixes the pairs of many small blocks.
 */
#ifndef KHOP_BLOCK_CANDIDATES_H
#define KHOP_BLOCK_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

enum { BATCH_ROWS = 512, BATCH_PAIRS = 2048 };

/* Pairs of batch rows; those of one left row stand together. */
typedef struct pair_list {
  size_t count;
  uint16_t left[BATCH_PAIRS], right[BATCH_PAIRS];
} pair_list;

/* The first `loaded` rows are the ones that the consumer has seen in the batch before, unchanged.
 * In every pair the left row number is below the right one. `found_before[p]`: an earlier rule finds the pair too;
 * set only where the walk was asked to keep such pairs. `stands_for[p]`: so many pairs, of blocks that a sample leaves out;
 * set only where the walk was asked for a sample. */
typedef struct candidate_batch {
  size_t row_count, loaded;
  uint32_t rows[BATCH_ROWS];
  pair_list pairs;
  uint8_t found_before[BATCH_PAIRS];
  uint16_t stands_for[BATCH_PAIRS];
} candidate_batch;

#endif
