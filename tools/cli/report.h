/* What the command tells: progress on standard error, failures in one line, help and the man page. */
#ifndef KHOP_TOOLS_REPORT_H
#define KHOP_TOOLS_REPORT_H

#include <khop.h>

#include "cli/arguments.h"

khop_status report_usage(khop_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
khop_status report_failure(khop_error *err, khop_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The one line of a failure. Names of files and columns may hold anything: signs that a terminal obeys
 * are shown as '?'. */
void report_print(const khop_error *err);

/* Sets options->progress as --progress says; Ctrl-C and SIGTERM cancel options->control. */
khop_status report_start(const arguments *a, khop_options *options, khop_error *err);
/* arguments_to_options, then report_start. */
khop_status report_begin(const arguments *a, khop_options *out_options, khop_map *maps, khop_error *err);
void report_end(khop_options *options);

/* 1234567 as "1,234,567"; bytes as "1.2 GiB"; seconds as "3.4 s", "2 min 5 s". Four buffers in turn. */
const char *show_count(uint64_t number);
const char *show_bytes(uint64_t bytes);
const char *show_seconds(double seconds);

void help_all(const command_spec *const *commands);
/* The commands of two words whose first is `word`; false: there are none. */
bool help_group(const command_spec *const *commands, const char *word);
void help_command(const command_spec *command);
void help_man_page(const command_spec *const *commands);

#endif
