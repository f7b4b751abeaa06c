/* See progress.h. */
#include "run/progress.h"

#include <time.h>

static const uint64_t report_every_ms = 100;

double clock_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double progress_elapsed_s(const progress *p) { return clock_seconds() - p->start_s; }

void progress_start(progress *p, const khop_options *options) {
  *p = (progress){.report = options->progress, .context = options->progress_context, .start_s = clock_seconds()};
  atomic_flag_clear(&p->reporting);
}

static void send_report(progress *p, bool finished) {
  if (!p->report || !p->current.phase) return;
  khop_progress now = p->current;
  now.done = atomic_load(&p->done);
  now.rows = atomic_load(&p->rows);
  now.elapsed_s = progress_elapsed_s(p);
  now.phase_elapsed_s = clock_seconds() - p->phase_start_s;
  now.finished = finished;
  p->report(p->context, &now);
}

static void end_phase(progress *p) {
  if (!p->current.phase) return;
  while (atomic_flag_test_and_set(&p->reporting)) {
  }
  if (p->current.total) atomic_store(&p->done, p->current.total);
  send_report(p, true);
  atomic_flag_clear(&p->reporting);
  if (p->phase_count < PROGRESS_PHASES_MAX) {
    p->phases[p->phase_count++] = (khop_phase_time){p->current.phase, clock_seconds() - p->phase_start_s};
  }
}

void progress_phase(progress *p, const char *phase, const char *unit, uint64_t total) {
  end_phase(p);
  p->phase_start_s = clock_seconds();
  p->current = (khop_progress){.phase = phase, .unit = unit, .total = total};
  atomic_store(&p->done, 0);
  atomic_store(&p->next_report_ms, 0);
}

static void maybe_report(progress *p) {
  if (!p->report) return;
  uint64_t now_ms = (uint64_t)(progress_elapsed_s(p) * 1000);
  if (now_ms < atomic_load_explicit(&p->next_report_ms, memory_order_relaxed)) return;
  if (atomic_flag_test_and_set(&p->reporting)) return;
  atomic_store(&p->next_report_ms, now_ms + report_every_ms);
  send_report(p, false);
  atomic_flag_clear(&p->reporting);
}

void progress_add(progress *p, uint64_t done, uint64_t rows) {
  atomic_fetch_add(&p->done, done);
  atomic_fetch_add(&p->rows, rows);
  maybe_report(p);
}

void progress_set(progress *p, uint64_t done) {
  atomic_store(&p->done, done);
  maybe_report(p);
}

void progress_finish(progress *p) {
  end_phase(p);
  p->current.phase = NULL;
}
