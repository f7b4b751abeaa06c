/* What summary.json holds, for those who put it elsewhere too. */
#ifndef KHOP_OUTPUT_SUMMARY_H
#define KHOP_OUTPUT_SUMMARY_H

#include <jansson.h>

#include "output/results.h"

/* NULL when out of memory. `links` may be NULL. */
json_t *summary_build(const result *r, const khop_summary *s, const khop_link_summary *links);
/* Text of an object, its members in their order; free it. NULL when out of memory, or without an object. Takes `root`. */
char *summary_text(json_t *root, size_t more_flags);

#endif
