/* golden.csv: one line an entity, each field with the value that survives (findings/survivor.h) and the record that has it. */
#ifndef KHOP_RUN_GOLDEN_H
#define KHOP_RUN_GOLDEN_H

#include "run/store_pass.h"

/* The place of a source's register in the schema's order of authority; authority_count: it is not in it. */
uint32_t golden_trust(const run *r, size_t source);
/* Before the run: can the schema's rules be applied to these registers? */
khop_status golden_check(const run *r, khop_error *err);

/* golden.csv: entity_id,records,record_id,FIELD...,FIELD_from... of all fields but the record id. entity_id is the cluster_id of
 * clusters.csv; record_id is the record that gives most values (of equals the first), and FIELD_from is the record that gave the
 * field's value where that is another one. Lines are in the order of entity_id. */
khop_status write_golden(store_pass *p, const clusters *c, outfile *f, khop_error *err);

#endif
