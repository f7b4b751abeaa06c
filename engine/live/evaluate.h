/* Components that a change touches. See evaluate.c and entities.c. */
#ifndef KHOP_LIVE_EVALUATE_H
#define KHOP_LIVE_EVALUATE_H

#include "live/live.h"

/* The rows of the touched components, and their clusters. */
typedef struct evaluation {
  row_list rows;       /* in the store, ascending: local row i is rows[i] */
  feature_table table; /* theirs */
  kept_pairs pairs;    /* links among them, by local rows */
  decisions decided;
  clusters clusters;
} evaluation;

/* Drops links that no rule finds any more, follows links from what changed, and makes clusters. Rows are at hand then. */
khop_status live_evaluate(live *l, live_change *change, evaluation *out, khop_error *err);
void evaluation_free(evaluation *e);
typedef struct live_event { /* a line of the journal; NULL: nothing to say */
  const char *kind;
  uint32_t entity, other;
  const char *left, *right; /* record ids: the evidence */
  bool has_weight;
  int32_t weight;
  const char *rule, *note;
} live_event;
khop_status live_journal(live *l, live_change *change, const live_event *event, khop_error *err);
/* The clusters become entities: fills the change's outcome and its journal. */
khop_status live_name_entities(live *l, live_change *change, const evaluation *e, khop_error *err);

static inline size_t evaluation_local(const evaluation *e, uint32_t row) { return sorted_below(e->rows.rows, e->rows.count, row); }

#endif
