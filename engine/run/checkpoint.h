/* What a run leaves for another that goes on from it when it is stopped, however that happens.
 *
 *   OUT/.unfinished/manifest   who made it, of which inputs, by which options; the seals of what follows. Written last, by rename
 *                   rows       feature rows, ids, findings: reading is done
 *                   match.N    the model, and pairs and counts of the blocking rules so far; the next one replaces it
 *                   store.log  which values stand where in the unfinished store (index/store.h)
 *
 *   run_open, outputs_begin
 *   checkpoint_begin     without options.resume: sweeps what was left; with it: is it ours, whole, and of the same work?
 *   run_open_store
 *   checkpoint_restore   instead of reading, when there is something to go on from
 *   checkpoint_rows, checkpoint_match    when a stage ends and the last time was long enough ago
 *   checkpoint_end       all is well: sweeps; else says what is kept
 *
 * A checkpoint is a help, no result: when it cannot be written the run goes on without, and says so. What is taken from one is as
 * if it had been computed: rows, pairs and the store come to the same bytes. What differs in an option, an input or
 * the program is refused, and left as it is; what is damaged is told, and the stage before it is taken.
 */
#ifndef KHOP_RUN_CHECKPOINT_H
#define KHOP_RUN_CHECKPOINT_H

#include "base/piece.h"
#include "run/run.h"

/* Of the matching, after so many blocking rules. Facts, sets of keys and best candidates are the run's own. */
typedef struct match_state {
  size_t rules_done;
  kept_pairs kept;
  level_counts reasons;
  error_counts errors;
} match_state;

/* For the manifest and for those that read it. */
#define CHECKPOINT_DIRECTORY ".unfinished"
#define CHECKPOINT_NAME_BYTES 32

khop_status checkpoint_begin(run *r, const char *command, khop_error *err);
/* The log of the store, NULL: none is wanted; and whether an earlier one goes on. */
const char *checkpoint_store_log(const run *r, bool *out_takes_over);
/* *out_taken: the run stands behind run_read_and_store, or further on. */
khop_status checkpoint_restore(run *r, bool *out_taken, khop_error *err);
/* All rows are read, and the store has what it takes from them. */
khop_status checkpoint_rows(run *r, khop_error *err);
/* Would checkpoint_match write anything now? */
bool checkpoint_is_due(const run *r);
/* `mark`: where the store stood; NULL: where it stands. */
khop_status checkpoint_match(run *r, const match_state *state, const store_mark *mark, khop_error *err);
/* What was restored of the matching, once, to the caller's (kept.items with mem_free); false: nothing. */
bool checkpoint_take_match(run *r, match_state *out);
bool checkpoint_has_model(const run *r);
/* `status` is the run's; what a failure has to say of what is kept goes to `out_offer`, "" otherwise. Frees; before outputs_abandon
 * and run_close (run_end). */
enum { CHECKPOINT_OFFER_BYTES = 400 };
void checkpoint_end(run *r, khop_status status, char out_offer[CHECKPOINT_OFFER_BYTES]);
/* What was taken and written so far. */
void checkpoint_summarise(const run *r, khop_summary *out);
/* The day that an unfinished run in `output` went by; 0: there is none. Who goes on from one may replace what is in `output`,
 * as that run might. */
uint32_t checkpoint_today(const char *output);

/* ---- its parts ------------------------------------------------------------------------------------- */

/* A line for each thing that the result depends on: "name<TAB>what". For mem_free. (checkpoint_identity.c) */
khop_status checkpoint_identity(const run *r, const char *command, char **out_text, khop_error *err);
/* How the inputs stand on the disk: a line each. Another stamp may be the same content. */
khop_status checkpoint_stamps(const run *r, char **out_text, khop_error *err);
/* Reads the inputs again: KHOP_USAGE unless they have this hash. */
khop_status checkpoint_check_content(run *r, uint64_t hash, khop_error *err);

/* Rows, ids, rejects and findings (checkpoint_pieces.c). */
khop_status checkpoint_put_rows(run *r, piece_writer *to, khop_error *err);
khop_status checkpoint_take_rows(run *r, piece_reader *from, khop_error *err);
void checkpoint_put_match(const run *r, const match_state *state, piece_writer *to);
khop_status checkpoint_take_state(run *r, match_state *state, piece_reader *from, khop_error *err);

#endif
