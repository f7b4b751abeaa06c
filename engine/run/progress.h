/* Progress of a job: phases with times, reports to the caller about ten times a second. */
#ifndef KHOP_RUN_PROGRESS_H
#define KHOP_RUN_PROGRESS_H

#include <stdatomic.h>

#include "base/status.h"

enum { PROGRESS_PHASES_MAX = 16 };

typedef struct progress {
  void (*report)(void *context, const khop_progress *progress);
  void *context;
  double start_s, phase_start_s;
  atomic_uint_fast64_t next_report_ms;
  atomic_flag reporting; /* the thread that sets it reports; the others go on */
  khop_progress current;
  atomic_uint_fast64_t done, rows;
  khop_phase_time phases[PROGRESS_PHASES_MAX];
  size_t phase_count;
} progress;

void progress_start(progress *p, const khop_options *options);
/* Ends the phase before and starts the next. Names are static strings. */
void progress_phase(progress *p, const char *phase, const char *unit, uint64_t total);
/* From any thread, as often as one likes. */
void progress_add(progress *p, uint64_t done, uint64_t rows);
void progress_set(progress *p, uint64_t done);
/* Ends the last phase. */
void progress_finish(progress *p);
double progress_elapsed_s(const progress *p);
double clock_seconds(void);

#endif
