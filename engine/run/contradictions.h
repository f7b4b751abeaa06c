/* contradictions.csv: where the records of a linked entity contradict each other, who is likely right, and who corrects.
 *
 *   rows by entity ──feature rows──> marks: entities, and fields that may contradict        (scan)
 *   store, in row order ──the marked fields' texts──> parts on disk, by mark               (gather)
 *   part by part: the records of a mark together ──judge──> lines                          (findings/contradiction.h)
 *
 * Memory: 16 bytes a mark, a bit an entity, and a part. The store is read once.
 */
#ifndef KHOP_RUN_CONTRADICTIONS_H
#define KHOP_RUN_CONTRADICTIONS_H

#include "run/store_pass.h"

/* contradictions.csv: entity_id,field,register,record_id,value,likely_right,reason,agency. A line for each record that has a value, of each
 * field in which an entity contradicts itself, by entity, field, row. likely_right is yes, no or unknown; agency is who keeps the
 * register, where a value is to be corrected (no) or looked at (unknown). `member_count` of run_sort_members. */
khop_status write_contradictions(store_pass *p, const clusters *entities, size_t member_count, contradiction_counts *counts, outfile *f,
                                 khop_error *err);

#endif
