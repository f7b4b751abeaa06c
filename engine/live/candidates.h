/* The pairs that new rows make. See candidates.c. */
#ifndef KHOP_LIVE_CANDIDATES_H
#define KHOP_LIVE_CANDIDATES_H

#include "live/live.h"

/* Pairs (key: lower row << 32 | higher), ascending, each once a call; all of their rows are at hand. */
typedef khop_status pair_taker(void *context, const item_list *pairs, khop_error *err);

/* Fills the change's keys, its split rows and the keys of blocks that became too large. */
khop_status live_candidates(live *l, live_change *change, pair_taker *taker, void *context, khop_error *err);

#endif
