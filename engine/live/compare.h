/* Pairs to weights. See compare.c. */
#ifndef KHOP_LIVE_COMPARE_H
#define KHOP_LIVE_COMPARE_H

#include "live/live.h"

/* Pairs of rows at hand, ascending; those that weigh `least` or more to `out`, in order: key as in `pairs`, row the weight's
 * bits. */
khop_status live_compare(live *l, const item_list *pairs, int32_t least, item_list *out, khop_error *err);

#endif
