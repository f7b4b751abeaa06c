/* What becomes of components. Both put the first row of its cluster in place of every row's root, the confidence of
 * each cluster at its first row in out->confidence, and add to out->cuts and out->facts. See clusters.h. */
#ifndef KHOP_CLUSTER_CHECK_H
#define KHOP_CLUSTER_CHECK_H

#include "cluster/components.h"

/* Components of up to LINKAGE_ROWS_MAX records: all pairs compared (check.c). */
khop_status components_check(components *c, const cluster_input *in, clusters *out, khop_error *err);
/* Larger ones: the pairs that are known, from the strongest down, as long as no cannot_link stands against it (large.c).
 * Time is that of sorting these pairs, and of asking every cannot_link in a component about every pair. */
khop_status components_check_large(components *c, const cluster_input *in, clusters *out, khop_error *err);

static inline uint32_t confidence_of(double probability) { return (uint32_t)(probability * CONFIDENCE_ONE + 0.5); }

/* The roots in out->of_row, each the smallest row of its cluster, become numbers; sizes are counted, and confidences by root become those
 * by number. */
void clusters_number(clusters *out);

khop_status clusters_add_cut(clusters *c, const cluster_cut *cut, khop_error *err);

#endif
