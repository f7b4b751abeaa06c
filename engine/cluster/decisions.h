/* Decisions of people about pairs of records: a CSV file with the columns left_id, right_id, decision, and any others
 * (reason, author); `label` will do for decision, and 1, 0, yes, no, true, false, possible and unsure for its words. A decision is must_link (or match), cannot_link (or non_match), or review: not decided yet. So
 * pairs.csv is such a file once a person has gone over its last column.
 *
 *   file ──> ids to rows ──> by (left, right), each pair once
 *
 * Ids that the register does not have are counted and named by their lines; records come and go. Decisions that contradict
 * each other are a failure: nobody but their authors can say which one is wrong.
 */
#ifndef KHOP_CLUSTER_DECISIONS_H
#define KHOP_CLUSTER_DECISIONS_H

#include "feature/feature.h"
#include "feature/records.h"

enum { DECISION_LINES_NAMED = 20 };

typedef struct decision {
  uint32_t left, right; /* rows, left < right */
  uint32_t component;   /* see components.h */
  bool is_must;
  uint64_t line;
} decision;

typedef struct decisions {
  decision *items;
  size_t count, capacity;
  uint64_t must_links, cannot_links, undecided; /* lines of the file */
  uint64_t unknown; /* lines that name a record which is not indexed; the first of them: */
  uint64_t unknown_lines[DECISION_LINES_NAMED];
} decisions;

/* KHOP_USAGE: no such file or column. KHOP_INPUT with the lines: a decision that is no known word, a record beside itself,
 * a cannot_link between records that must_links connect. */
khop_status decisions_read(decisions *out, const char *path, const records *r, const feature_table *table, khop_error *err);
void decisions_free(decisions *d);

#endif
