/* What writing a store costs here: plan packs records as a run would, writes those of the first second into a store
 * of its own, which is removed, and drops the rest. Of many batches only some are packed: the others cost the like. */
#ifndef KHOP_RUN_STORE_TRIAL_H
#define KHOP_RUN_STORE_TRIAL_H

#include "index/store.h"

typedef struct store_trial {
  store_writer *writer; /* NULL before it begins, once enough was seen, and where no store can be written */
  char *parent;         /* a private directory in $TMPDIR, or /tmp */
  uint64_t written_bytes;                /* of records, those in the store */
  double pack_seconds;                  /* of a thread, that packing took */
  double append_seconds, sync_seconds;  /* that writing those took, and then waiting for the disk */
} store_trial;

/* A place where no store can be written is no failure: nothing is measured. Begun or not, store_trial_free follows. */
void store_trial_begin(store_trial *t, size_t field_count);
/* Is batch `number` of the input packed? All of the first, for buffers are then as large as in a run. */
bool store_trial_wants(uint64_t number);
/* A finished batch that took a thread so many seconds to pack. One call at a time. */
void store_trial_take(store_trial *t, const store_batch *b, double pack_seconds);
/* The last batch was taken: waits for the disk, unless that was done. */
void store_trial_end(store_trial *t);
void store_trial_free(store_trial *t);
/* Seconds of a thread to write so many bytes, and seconds until the disk has them. */
double store_trial_append_seconds(const store_trial *t, double bytes);
double store_trial_sync_seconds(const store_trial *t, double bytes);

#endif
