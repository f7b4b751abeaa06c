/* How much disk a run that found none left would have taken: a lower bound, from what it has written and what it knows of the
 * rows to come. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "run/run.h"

/* Of rows, those that have a key of a rule, at least; results have so many bytes for a row. */
static const double share_with_key = 0.4, line_bytes_per_row = 24;

double run_rows_expected(const run *r) {
  double rows = (double)r->table.count, done = (double)atomic_load_explicit(&r->progress.done, memory_order_relaxed);
  bool is_reading = r->progress.current.phase && strcmp(r->progress.current.phase, "read") == 0;
  double total = (double)r->progress.current.total;
  return is_reading && done > 0 && total > done ? rows * total / done : rows;
}

double run_records_disk(const run *r) {
  return r->packed_rows ? (double)r->packed_bytes / (double)r->packed_rows * run_rows_expected(r) : 0;
}

double run_keys_disk(double rows, size_t rule_count) {
  const double posting_bytes = 6.3;
  return rows * posting_bytes * share_with_key * (double)rule_count;
}

static double store_disk(const run *r) {
  char *temporary = r->store_path ? mem_alloc(strlen(r->store_path) + sizeof ".tmp", 1) : NULL;
  if (!temporary) return 0;
  snprintf(temporary, strlen(r->store_path) + sizeof ".tmp", "%s.tmp", r->store_path);
  uint64_t bytes = directory_disk_bytes(temporary);
  mem_free(temporary);
  return (double)bytes;
}

static bool stores_beside_results(const run *r) {
  struct stat results, store_parent;
  if (!r->store) return false;
  if (!r->options.store) return true;
  return stat(r->options.output, &results) == 0 && stat(r->options.store, &store_parent) == 0 && results.st_dev == store_parent.st_dev;
}

uint64_t run_disk_need(const run *r, const outputs *o, const khop_error *err) {
  if (!err || err->error_number != ENOSPC) return 0;
  double rows = run_rows_expected(r);
  double need = fmax(o->staging ? (double)directory_disk_bytes(o->staging) : 0, rows * line_bytes_per_row);
  if (stores_beside_results(r)) {
    size_t rules_to_come = 0;
    for (size_t i = 0; i < r->schema->rule_count; i++) rules_to_come += r->facts[i].rows == 0;
    need += fmax(store_disk(r), run_records_disk(r)) + run_keys_disk(rows, rules_to_come);
  }
  return (uint64_t)need + 1;
}
