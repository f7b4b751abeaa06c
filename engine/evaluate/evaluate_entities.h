/* How good the entities of three linked registers or more are, against known truth.
 *
 * The result is OUT/entities.csv, which names every record with its register, and OUT/summary.json, which has the registers in
 * order. The truth is a file of record_id, entity_id for each register in that order, or one for all of them.
 *
 * What is counted are pairs of records of two registers: found where they are of one entity of the result, true where they are
 * of one of the truth, for all registers together and for each two of them.
 */
#ifndef KHOP_EVALUATE_EVALUATE_ENTITIES_H
#define KHOP_EVALUATE_EVALUATE_ENTITIES_H

#include "base/status.h"

/* Faults as those of evaluate_links; KHOP_USAGE where there are as many truths neither as registers nor one. */
khop_status evaluate_entities(const char *directory, const char *const *truths, size_t truth_count, khop_entity_quality *out, khop_error *err);
/* Is it a result of khop link of three registers or more? */
bool evaluate_has_entities(const char *directory);

#endif
