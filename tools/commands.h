/* The commands: one file each, one table in main.c. */
#ifndef KHOP_TOOLS_COMMANDS_H
#define KHOP_TOOLS_COMMANDS_H

#include "cli/arguments.h"
#include "cli/report.h"

extern const command_spec command_dedupe, command_link, command_ids, command_plan, command_train, command_inspect, command_evaluate, command_explain,
    command_index_create, command_index_add, command_index_delete, command_index_decide, command_index_undo, command_index_match,
    command_index_history, command_index_export, command_index_compact, command_index_stats, command_index_get, command_index_verify, command_normalise, command_gen;

/* "model          converged after 12 iterations, ..." (command_train.c) */
void show_training(const khop_training *t);
/* How many findings of each kind (command_ids.c) */
void show_findings(const khop_summary *s);
/* ", ids.csv": files of the results that KHOP_WRITE_... bits name. */
const char *show_results(unsigned written);
/* What became of an earlier result; nothing where none was given. */
void show_changes(const khop_changes *c);
/* How many records are usable, and why others are not; nothing where that was not asked for. */
void show_usability(const khop_usability *u);
/* The expected errors of a run; `what` are the pairs that matched. */
void show_expected(const khop_expected *e, const char *what);

#endif
