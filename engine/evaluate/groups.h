/* Quality by what records say: by sex, birth decade, province, ethnicity, or any field of the schema.
 *
 * A pair belongs to each group that one of its records is in, so a pair of a record with a sex and one without is in
 * two groups, and groups do not add up to the whole. Against a truth, pairs are counted from sizes and never listed:
 * among n records of which k are in a group, C(n, 2) - C(n - k, 2) pairs are the group's.
 */
#ifndef KHOP_EVALUATE_GROUPS_H
#define KHOP_EVALUATE_GROUPS_H

#include "evaluate/labels.h"
#include "evaluate/stored.h"

/* Fills out[0 .. count): one grouping for each of `names`, groups by falling number of records, years and decades in
 * their order. A name is
 *
 *     FIELD         by name or alias: dates by year, others by canonical value
 *     FIELD.PART    year or decade of a date; province (of today) of a place; surname or given of a name
 *     sex, birth_year, birth_decade, province, ethnicity, source
 *                   what these are in the schema: province is the first of residence, address, parcel, home and
 *                   office of registration that has values; source is the file
 *
 * Exactly one of `l` and data->entities is there. KHOP_USAGE for a name that is none of these, with the fields. Free the
 * groupings with groups_free, also after a failure. */
khop_status groups_find(stored *s, const evaluate_data *data, const labels *l, const char *const *names, size_t count,
                        khop_grouping *out, khop_error *err);
void groups_free(khop_grouping *groupings, size_t count);

#endif
