/* Components: the records that matching pairs and must_links connect, before anything is said against it. */
#ifndef KHOP_CLUSTER_COMPONENTS_H
#define KHOP_CLUSTER_COMPONENTS_H

#include "cluster/clusters.h"

typedef struct components {
  uint32_t *root;     /* by row: the first row of its component, CLUSTER_NONE for a dead row. Checks put the first row
                       * of its cluster in place of it */
  uint32_t *sizes;    /* by root */
  uint32_t *place;    /* by root of two records or more: the number of the component */
  uint32_t *rows;     /* components of two records or more, one behind the other, by root; rows ascending */
  size_t *starts;     /* count + 1, in `rows` */
  size_t count, row_count;
  decision *decided;  /* those whose two records are of one component, by component, then (left, right) */
  size_t decided_count;
} components;

khop_status components_make(components *out, const cluster_input *in, khop_error *err);
void components_free(components *c);

static inline size_t component_size(const components *c, size_t component) { return c->starts[component + 1] - c->starts[component]; }
static inline const uint32_t *component_rows(const components *c, size_t component) { return c->rows + c->starts[component]; }
/* The number of decisions within a component, the first of which is c->decided[*out_from]. */
size_t component_decisions(const components *c, size_t component, size_t *out_from);
/* Which of the component's rows `row` is. */
size_t component_member(const components *c, size_t component, uint32_t row);

#endif
