/* What training may not do to a comparison: turn its levels round, or be surer than its data can be.
 *
 * Levels are tried from the best agreement to the worst. Where the schema's defaults weigh them in that order, few or
 * biased counts must not give "one letter differs" more weight than "equal": neighbours that are the wrong
 * way round share one ratio m / u, that of their counts together (pool adjacent violators; Barlow et al. 1972). And no
 * level weighs more than WEIGHT_BITS_MOST either way.
 */
#ifndef KHOP_MODEL_CONSTRAIN_H
#define KHOP_MODEL_CONSTRAIN_H

#include "model/model.h"

enum { WEIGHT_BITS_MOST = 30 };

/* Changes m (and, past the bounds, u) of the trained levels in place and marks those as constrained. The sum of m stays. */
void model_constrain(comparison_model *comparison);

#endif
