/* How good the links between two registers are, against known truth.
 *
 * The result is OUT/links.csv and OUT/unlinked.csv, which together name every record. The truth is two files of
 * record_id, entity_id, the left register's and the right one's (one file may serve for both when no id stands on both
 * sides), or one file of left_id, right_id.
 *
 * A link is a row of links.csv of category match or conflict. True pairs are all pairs of a left and a right record of
 * one entity: a person with two cards has two. Those with a record that the result does not have are counted apart.
 */
#ifndef KHOP_EVALUATE_EVALUATE_LINKS_H
#define KHOP_EVALUATE_EVALUATE_LINKS_H

#include "base/status.h"

/* Faults as those of evaluate_read. `right_truth` may be NULL: `left_truth` tells of both. */
khop_status evaluate_links(const char *directory, const char *left_truth, const char *right_truth, khop_link_quality *out, khop_error *err);
/* Is it a result of khop link? */
bool evaluate_has_links(const char *directory);

#endif
