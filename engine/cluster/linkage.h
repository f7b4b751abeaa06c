/* Linkage: which members of one component are one cluster.
 *
 *   every member alone ──must──> groups ──the two that belong together most──> ... ──> clusters
 *
 * Agglomeration with constraints: of all pairs of groups that may be one, the pair of the greatest linkage is joined, as
 * long as that is at least the threshold. Two groups may not be one when a pair between them is in conflict. Linkage is
 * the greatest (single), least (complete) or mean (average) weight of the pairs between two groups; the mean is rounded
 * down to a fixed-point step. Equals: the groups with the smallest first members.
 *
 * With single linkage and no conflict that is the connected components, and with conflicts it is Kruskal's maximum
 * spanning tree that leaves out a link whose ends are in conflict by then: links are taken from the strongest down, and
 * the set of links that are cut is the first in lexicographic order among all partitions without a conflict. So two
 * records in conflict are parted at the weakest link of the strongest way between them, and no cluster could take back
 * a link that was cut without a conflict. Average linkage is the greedy form of the partition that is most probable
 * when each pair is taken as a piece of evidence of its own (correlation clustering).
 *
 * The confidence of a cluster is the probability that all its joins are right: the product, over the joins that made
 * it, of the match probability of their linkage. For two records it is that of their pair; for single linkage the
 * product over the strongest links that hold the cluster together.
 */
#ifndef KHOP_CLUSTER_LINKAGE_H
#define KHOP_CLUSTER_LINKAGE_H

#include "model/model.h"

enum {
  LINKAGE_ROWS_MAX = 256, /* members: beyond, components are not compared pair by pair */
  LINKAGE_PAIRS_MAX = LINKAGE_ROWS_MAX * (LINKAGE_ROWS_MAX - 1) / 2
};

/* What a pair is beside its weight; all between FREE and MUST are conflicts. */
typedef uint8_t pair_relation;
enum { PAIR_FREE = 0, PAIR_CANNOT = 254, PAIR_MUST = 255 };

static inline bool pair_in_conflict(pair_relation relation) { return relation != PAIR_FREE && relation != PAIR_MUST; }

/* Where the pair of members i < j stands among those of `count`. */
static inline size_t linkage_pair(size_t count, size_t i, size_t j) { return i * (2 * count - i - 1) / 2 + j - i - 1; }

typedef struct linkage_input {
  linkage_kind kind;
  int32_t threshold;
  size_t count; /* members, at most LINKAGE_ROWS_MAX */
  const int32_t *weights; /* of all pairs, at linkage_pair */
  const pair_relation *relations;
} linkage_input;

typedef struct linkage_clusters {
  uint16_t first[LINKAGE_ROWS_MAX];    /* of each member: the first member of its cluster */
  double confidence[LINKAGE_ROWS_MAX]; /* of each first member's cluster; 1 when it is alone */
} linkage_clusters;

typedef struct linkage_space { /* scratch: one a thread */
  int64_t between[LINKAGE_ROWS_MAX * LINKAGE_ROWS_MAX]; /* groups: greatest, least or sum of weights */
  uint8_t apart[LINKAGE_ROWS_MAX * LINKAGE_ROWS_MAX];   /* groups in conflict */
  uint32_t sizes[LINKAGE_ROWS_MAX];                     /* of groups */
  uint16_t groups[LINKAGE_ROWS_MAX];                    /* first members, ascending */
} linkage_space;

/* Joins that a person decided are done first and for certain, whatever conflict they bring together. */
void linkage_run(const linkage_input *in, linkage_space *space, linkage_clusters *out);

#endif
