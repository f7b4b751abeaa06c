/* The files of a result directory, which change together or not at all.
 *
 *   OUT/.new/.pairs.csv.tmp ──whole──> OUT/.new/pairs.csv ──all whole──> OUT/pairs.csv
 *
 * Disks fill and limits strike while files are written, so every file is written, flushed and synced in
 * OUT/.new before the first one takes its name; then a rename each is left. The directory .new is locked
 * from start to end: two runs into one OUT would mix their results.
 */
#ifndef KHOP_OUTPUT_OUTPUTS_H
#define KHOP_OUTPUT_OUTPUTS_H

#include "base/file.h"

/* The summary comes last: a result without it is not whole. */
enum {
  OUTPUT_PAIRS, OUTPUT_CLUSTERS, OUTPUT_SPLITS, OUTPUT_LINKS, OUTPUT_UNLINKED, OUTPUT_ENTITIES, OUTPUT_CONTRADICTIONS, OUTPUT_IDS,
  OUTPUT_GOLDEN, OUTPUT_QUALITY, OUTPUT_PLACES, OUTPUT_CHANGES, OUTPUT_REJECTED, OUTPUT_MODEL, OUTPUT_REPORT, OUTPUT_SUMMARY,
  OUTPUT_COUNT
};
/* Which of them a job writes in any case, a bit each. */
enum {
  OUTPUTS_OF_DEDUPE = 1 << OUTPUT_PAIRS | 1 << OUTPUT_CLUSTERS | 1 << OUTPUT_SPLITS | 1 << OUTPUT_REJECTED | 1 << OUTPUT_MODEL |
                      1 << OUTPUT_SUMMARY,
  OUTPUTS_OF_IDS = 1 << OUTPUT_IDS | 1 << OUTPUT_REJECTED | 1 << OUTPUT_SUMMARY,
  OUTPUTS_OF_LINK = 1 << OUTPUT_LINKS | 1 << OUTPUT_UNLINKED | 1 << OUTPUT_REJECTED | 1 << OUTPUT_MODEL | 1 << OUTPUT_SUMMARY
};
/* And those that KHOP_WRITE_... bits ask for. */
unsigned outputs_of_results(unsigned write);

typedef struct outputs {
  char *directory, *staging; /* OUT, OUT/.new */
  int lock_fd;
  unsigned wanted; /* OUTPUTS_OF_..., and those of results */
  outfile files[OUTPUT_COUNT];
} outputs;

/* Nothing to abandon yet. `wanted`: OUTPUTS_OF_... */
void outputs_init(outputs *o, unsigned wanted);
/* Further files. Before outputs_open. */
void outputs_want(outputs *o, unsigned wanted);
/* Makes OUT and OUT/.new, and locks it. An OUT that holds anything is KHOP_USAGE unless `force`, but for
 * what an interrupted or failed run left there. */
khop_status outputs_begin(outputs *o, const char *directory, bool force, khop_error *err);
/* Opens the wanted files for writing; write to o->files[OUTPUT_...]. */
khop_status outputs_open(outputs *o, khop_error *err);
/* One file is written: flushed and synced in OUT/.new. */
khop_status outputs_finish(outputs *o, size_t file, khop_error *err);
/* All files are finished: they take the places of an earlier result's, and what that had beyond them goes. */
khop_status outputs_publish(outputs *o, khop_error *err);
/* Removes what was not published and unlocks; safe at any time, and twice. */
void outputs_abandon(outputs *o);

/* The name in OUT for the list of rejected rows of a run that fails: not that of an earlier result. */
const char *outputs_failed_rejects(const char *directory);

#endif
