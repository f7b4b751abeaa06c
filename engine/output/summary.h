/* What summary.json holds, for those who put it elsewhere too. */
#ifndef KHOP_OUTPUT_SUMMARY_H
#define KHOP_OUTPUT_SUMMARY_H

#include "base/json.h"
#include "output/results.h"

/* NULL when out of memory. `links` may be NULL. */
json_t *summary_build(const result *r, const khop_summary *s, const khop_link_summary *links);
/* Its text, and of what holds it; json_watch() comes first. NULL when out of memory; free it. Takes `root`. */
char *summary_text(json_t *root, size_t more_flags);

#endif
