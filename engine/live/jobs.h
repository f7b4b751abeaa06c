/* What the jobs on a living store share. */
#ifndef KHOP_LIVE_JOBS_H
#define KHOP_LIVE_JOBS_H

#include "live/evaluate.h"

typedef khop_status live_work(live *l, live_change *change, void *context, khop_index_summary *out, khop_error *err);
/* Opens, works, closes. */
khop_status live_job(const char *directory, const khop_options *options, bool writes, const char *action, live_work *work, void *context,
                     khop_index_summary *out, khop_error *err);
/* Evaluates what the change touches, names entities, writes and publishes; `in` NULL: no records came. */
khop_status live_finish(live *l, live_change *change, incoming *in, khop_index_summary *out, khop_error *err);
/* KHOP_INPUT when must_links hold together what a cannot_link parts. */
khop_status live_check_decisions(live *l, const evaluation *e, khop_error *err);

/* The frame and the model of a store without records, in a directory that it makes; as run_open_empty, which it asks. */
khop_status live_create_empty(const char *directory, const khop_options *options, uint64_t record_count, khop_error *err);

/* Lines of all segments' journals, oldest first, without their ends; `visit` may cut them up. */
enum { LIVE_JOURNAL_FIELDS = 10 };
typedef khop_status live_line_visit(void *context, char *line, bool *out_stop, khop_error *err);
khop_status live_each_journal_line(const segments *s, live_line_visit *visit, void *context, bool *out_stopped, khop_error *err);

/* A record id a line; blanks at its ends and empty lines do not count. */
typedef khop_status live_id_taker(void *context, const char *id, size_t length, khop_error *err);
khop_status live_read_ids(const char *path, live_id_taker *take, void *context, khop_error *err);

#endif
