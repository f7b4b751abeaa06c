/* A run that does not fit the memory: its rows, ids and origins are in a file (base/spill.h), and what needs them together
 * gets them part by part.
 *
 *   memory = fixed + buffers of reading + what stays of each row + the greater of
 *              matching:    parts and sorting (run_spill_bytes), and the pairs found so far
 *              clustering:  five numbers a row, the pairs, the rows of a batch of components
 *
 * Results are the same bytes as in memory. Reading starts in memory and goes on in the file from where it would not fit.
 */
#ifndef KHOP_RUN_SPILL_H
#define KHOP_RUN_SPILL_H

#include "run/run.h"

/* The least memory with which a run over so many rows can work, in bytes. */
uint64_t run_memory_least(const run *r, uint64_t rows);
/* And with so many pairs found, when there is a file. */
uint64_t run_spilled_memory(const run *r, uint64_t rows, uint64_t pairs);
/* So many pairs the budget has room for, when there is a file. */
uint64_t run_spilled_pairs(const run *r);
/* What temporary files will take on disk, about; and once all rules were walked, with a budget of so many bytes. */
uint64_t run_spill_disk(const run *r, uint64_t rows);
uint64_t run_spill_disk_with(const run *r, uint64_t memory_bytes);
/* What a run of so many rows will really take of memory when there is a file, once its pairs are found: the other buffers are less. */
uint64_t run_spill_memory_expected(const run *r, uint64_t rows);

/* Moves to the file what has been read; further rows follow it there. */
khop_status run_start_spill(run *r, khop_error *err);
/* After the last row. */
khop_status run_end_spill(run *r, khop_error *err);
/* Memory for parts and sorting while there is a file. */
uint64_t run_spill_bytes(const run *r);
/* While clusters are made: memory for rows of components. */
uint64_t run_spill_cluster_bytes(const run *r, uint64_t pairs);
/* Lets record_id know the records that the lists and the summary name. */
khop_status run_gather_ids(run *r, const result *found, khop_error *err);
/* Tables of the store, sorted part by part; which field a table is of. */
khop_status run_write_identifier_fact(run *r, uint32_t table, const schema_field *field, khop_error *err);
khop_status run_write_members_spilled(run *r, const clusters *c, khop_error *err);
khop_status run_write_identifiers_spilled(run *r, khop_error *err);

#endif
