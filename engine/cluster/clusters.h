/* Clusters: which records are one entity, numbered by first row.
 *
 *   matching pairs, must_links ──components.c──> components ──check.c──> clusters, what was cut and why
 *                                                    └─ more than LINKAGE_ROWS_MAX records: large.c ─┘
 *
 * A component of two records is their pair. In a larger one, and in any that a decision or a conflict that parts matches
 * may concern, all pairs are compared, those too that no blocking rule found, and linkage.h says which of its records
 * stay together. A component of more than LINKAGE_ROWS_MAX records costs too much for that: it is held together by the
 * pairs that are known, parted only by decisions, and reported.
 */
#ifndef KHOP_CLUSTER_CLUSTERS_H
#define KHOP_CLUSTER_CLUSTERS_H

#include "cluster/conflicts.h"
#include "cluster/decisions.h"
#include "cluster/linkage.h"
#include "model/score.h"

#define CLUSTER_NONE UINT32_MAX

enum { CONFIDENCE_ONE = 1000000, LARGE_COMPONENTS_NAMED = 10 };

/* Why a matching pair is not in one cluster. */
typedef enum cut_cause {
  CUT_BY_DECISION, /* a cannot_link stands between the two clusters */
  CUT_BY_CONFLICT, /* no decision, but a pair in conflict */
  CUT_BY_LINKAGE,  /* neither: linkage below the threshold */
  CUT_CAUSES
} cut_cause;

typedef struct cluster_cut {
  uint32_t left, right; /* rows of the pair that was cut, left < right */
  int32_t weight;
  cut_cause cause;
  size_t conflict;      /* of the schema, for CUT_BY_CONFLICT */
  uint32_t against_left, against_right; /* the pair that keeps the two clusters apart; CLUSTER_NONE for CUT_BY_LINKAGE */
} cluster_cut;

typedef struct cluster_facts {
  uint64_t components, checked, parted; /* of two records or more; all pairs compared; made more than one cluster */
  uint64_t pairs_scored;
  uint64_t large, large_records; /* components that were too large to be checked; records in them */
  struct {
    uint32_t first_row;
    size_t rows;
  } largest[LARGE_COMPONENTS_NAMED]; /* of these, by rows, descending */
  size_t largest_count;
  uint64_t cuts_by_cause[CUT_CAUSES];
  uint64_t cuts_by_conflict[SCHEMA_CONFLICTS_MAX];
} cluster_facts;

typedef struct clusters {
  uint32_t *of_row;     /* cluster number by row, dense from 0 in the order of first rows; CLUSTER_NONE: dead row */
  uint32_t *sizes;      /* by cluster */
  uint32_t *confidence; /* by cluster, in millionths: see linkage.h; CONFIDENCE_ONE for one record; NULL without */
  size_t row_count, cluster_count;
  linkage_kind linkage;
  cluster_cut *cuts;    /* by (left, right) */
  size_t cut_count, cut_capacity;
  cluster_facts facts;
} clusters;

typedef struct cluster_input { /* all borrowed */
  const feature_table *table;
  const schema *schema;
  const conflict_plan *conflicts;
  const score_tables *tables;
  const kept_pairs *pairs;    /* those at or above tables->match connect */
  const decisions *decisions; /* NULL: none */
  linkage_kind linkage;
  cpu_level level;
  pool *workers;
  uint64_t component_bytes;   /* of memory for rows of components, where those of the table are in a file */
} cluster_input;

khop_status clusters_make(clusters *out, const cluster_input *in, khop_error *err);

typedef struct row_pair {
  uint32_t left, right;
} row_pair;

/* Nothing but the connected components of `pairs`, over the rows that `alive` accepts, for pairs that something else has
 * judged together; no confidences. */
khop_status clusters_connect(clusters *out, size_t row_count, const row_pair *pairs, size_t pair_count,
                             bool (*alive)(const void *context, size_t row), const void *context, khop_error *err);
void clusters_free(clusters *c);

#endif
