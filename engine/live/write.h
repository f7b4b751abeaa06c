/* A change as a segment. See write.c. */
#ifndef KHOP_LIVE_WRITE_H
#define KHOP_LIVE_WRITE_H

#include "live/live.h"

void live_change_begin(live_change *change, const char *action);
void live_change_free(live_change *change);
/* Starts STORE/RUN-RUN.tmp; `w` for store_writer_free. */
khop_status live_segment_begin(live *l, uint32_t from, uint32_t to, store_writer **out, khop_error *err);
/* Writes the change as the segment of the next run and publishes it. `in`: where the new rows' records are; NULL: there are none. */
khop_status live_write(live *l, live_change *change, incoming *in, khop_error *err);
/* Copies records into a segment, texts and all: rows `rows` (ascending) as `read` gives them. */
typedef khop_status record_source(void *context, uint32_t row, store_record *out, uint32_t *out_source, khop_error *err);
khop_status live_copy_records(store_writer *w, size_t field_count, const uint32_t *rows, size_t count, record_source *read, void *context,
                              const khop_control *control, khop_error *err);
/* The facts that every segment has. */
khop_status live_write_facts(store_writer *w, const live_change *change, khop_error *err);
/* A list as a table: its rows as they are. Nothing where it is empty. */
khop_status live_write_list(store_writer *w, uint32_t table, const item_list *list, khop_error *err);
khop_status live_write_dead(store_writer *w, const row_list *dead, khop_error *err);
/* Pairs both ways, those whose row is `wanted`; -1: all. */
khop_status live_write_pairs(store_writer *w, uint32_t table, const item_list *pairs, int wanted, pool *workers, khop_error *err);

#endif
