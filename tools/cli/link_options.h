/* Which registers a link has, from the command line: for khop link and khop plan --link. */
#ifndef KHOP_TOOLS_LINK_OPTIONS_H
#define KHOP_TOOLS_LINK_OPTIONS_H

#include "cli/arguments.h"

extern const option_spec options_link[];        /* --left ... --one-to-one ... --dedupe ... */
extern const option_spec options_link_schema[]; /* --schema --map, in place of options_schema */

/* The operands are registers, and options name further files of them. What `out` points to is static. */
khop_status arguments_to_link(const arguments *a, khop_link_options *out, khop_error *err);

#endif
